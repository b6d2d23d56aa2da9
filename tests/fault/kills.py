#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""patd is killed at each call that changes its state directory, and started again."""
import os
import signal
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
import workload
from faults import FULL, SEED, Broken, FaultTest, left_behind, sample

SEEDS = range(SEED, SEED + (5 if FULL else 1))
STEPS = 30
RECOVERY = 12  # changes, of a start after a kill, and some more


class Kills(FaultTest):
    """A case is "SEED TOGETHER WHEN CHANGE [CHANGE]": the second kill is at the start after."""

    def setUp(self):
        super().setUp()
        self.prepared = self.prepare()

    def cut_off(self, work, steps=STEPS):
        """Runs patd and the workload until the kill."""
        if self.start():
            # The kill may come as soon as it serves.
            self.root.wait_for_owner(until=lambda: not self.patd.running())
            work.run(steps)
        status = self.end()
        if status not in (0, -signal.SIGKILL):
            raise Broken(f"patd ended with status {status}")

    def work(self, seed, together, **settings):
        self.fresh(self.prepared, **settings)
        work = workload.Workload(self, f"{seed} {together}", together)
        self.cut_off(work)
        return work

    def run_case(self, case):
        seed, together, when, change, *again = case.split()
        work = self.work(seed, int(together), **{"kill_" + when: int(change)})
        for number in again:
            self.page.clear(**{"kill_" + when: int(number)})
            self.cut_off(work, 0)
        self.page.clear()
        self.serve(faults=False)
        workload.check(self, work.world)
        left_behind(self.patd.state)

    def cases(self, together, most, full=None):
        for seed in SEEDS:
            self.work(seed, together)
            changes = range(1, self.page.changes + 1)
            for change in sample(changes, most, seed, together, full=full):
                for when in ("before", "after"):
                    yield f"{seed} {together} {when} {change}"

    def test_everything_acknowledged_survives_a_kill_at_any_call(self):
        self.campaign(self.cases(1, 24), self.run_case, "kill points")

    def test_everything_acknowledged_survives_a_kill_during_concurrent_calls(self):
        self.campaign(self.cases(6, 16), self.run_case, "kill points of concurrent calls")

    def test_everything_acknowledged_survives_a_kill_and_another_at_the_next_start(self):
        cases = (
            f"{case} {again}" for case in self.cases(3, 2, full=30)
            for again in range(1, RECOVERY + 1, 1 if "before" in case else RECOVERY // 2)
        )  # fmt: skip
        self.campaign(cases, self.run_case, "kills of two starts")


if __name__ == "__main__":
    tap.main()
