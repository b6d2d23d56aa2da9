#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A sync fails, once or for a while, and the power is cut later: the kernel has dropped what it
could not write, and later syncs succeed without it."""
import os
import signal
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
from client import NAME
from faults import FULL, SEED, Broken
from power import PowerTest

RUNS = range(SEED, SEED + (24 if FULL else 3))
POINTS, IMAGES = (16, 2) if FULL else (6, 2)
STEPS = 30


class FailedSyncs(PowerTest):
    restart_by = None  # the signal by which patd ends after the workload, to start again

    def between(self, work, steps):
        if self.restart_by is None:
            return
        if self.patd.end(self.restart_by) not in (0, 1, -signal.SIGKILL):
            raise Broken("patd crashed")
        self.serve(trace=True)
        self.root.wait_for_owner(NAME)
        work.run(steps)

    def syncs(self, together, how_many, what):
        """In the run of each seed another sync fails."""
        self.cut(
            RUNS, STEPS, together, POINTS, IMAGES, what,
            lambda run: {"sync_at": 1 + run * 3, "sync_for": how_many},
        )  # fmt: skip

    def test_everything_acknowledged_survives_a_sync_that_fails_once(self):
        self.syncs(1, 1, "syncs that fail once")

    def test_everything_acknowledged_survives_a_sync_that_fails_once_during_concurrent_calls(self):
        self.syncs(6, 1, "syncs that fail once, of concurrent calls")

    def test_everything_acknowledged_survives_syncs_that_fail_for_a_while(self):
        self.syncs(3, 5, "syncs that fail for a while")

    def test_everything_acknowledged_survives_a_failed_sync_and_a_restart(self):
        self.restart_by = signal.SIGTERM
        self.syncs(3, 1, "failed syncs and a restart")

    def test_everything_acknowledged_survives_a_failed_sync_and_a_kill(self):
        self.restart_by = signal.SIGKILL
        self.syncs(3, 1, "failed syncs and a kill")


if __name__ == "__main__":
    tap.main()
