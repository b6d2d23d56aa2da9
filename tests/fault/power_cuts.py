#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The power is cut at any time, and patd starts on what a disk could hold then."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
from faults import FULL, SEED
from power import PowerTest

SEEDS = range(SEED, SEED + (10 if FULL else 1))


class PowerCuts(PowerTest):
    def test_everything_acknowledged_survives_a_power_cut_at_any_time(self):
        self.cut(SEEDS, 40, 1, 80 if FULL else 25, 4 if FULL else 2, "power cuts")

    def test_everything_acknowledged_survives_a_power_cut_during_concurrent_calls(self):
        self.cut(SEEDS, 30, 6, 80 if FULL else 25, 4 if FULL else 2, "power cuts of concurrent calls")


if __name__ == "__main__":
    tap.main()
