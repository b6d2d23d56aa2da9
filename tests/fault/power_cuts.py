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
POINTS, IMAGES = (80, 4) if FULL else (25, 2)


def content(folder):
    """{path: content} of the files there"""
    found = {}
    for at, _, files in os.walk(folder):
        for name in files:
            path = os.path.join(at, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, folder)] = file.read()
    return found


class PowerCuts(PowerTest):
    def test_the_trace_has_everything_that_the_state_directory_has(self):
        work, player = self.work(SEED, 60, 4)
        player.forward(player.points[-1])
        self.assertGreater(len(work.operations), 60)
        self.assertEqual(player.disk.content(), content(self.patd.state))

    def test_revocation__everything_acknowledged_survives_a_power_cut_at_any_time(self):
        self.cut(SEEDS, 40, 1, POINTS, IMAGES, "power cuts")

    def test_everything_acknowledged_survives_a_power_cut_during_concurrent_calls(self):
        self.cut(SEEDS, 30, 6, POINTS, IMAGES, "power cuts of concurrent calls")


if __name__ == "__main__":
    tap.main()
