#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The first start of patd, which makes the database and the key, is cut off at each call."""
import errno
import os
import signal
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
import wire
from faults import ALL_KINDS, NEED_SPACE, Broken, FaultTest, how_many, left_behind, sample

ERRORS = {"EIO": ALL_KINDS, "ENOSPC": NEED_SPACE}


class FirstStart(FaultTest):
    def check_next_start(self):
        """A patd that starts now works, and has left nothing behind."""
        self.page.clear()
        self.serve(faults=False)
        if self.verify(self.root.generate("laptop")) != wire.ACCEPTED:
            raise Broken("a new token is refused")
        left_behind(self.patd.state)

    def count(self, **settings):
        self.fresh(**settings)
        self.serve()
        self.end()

    def run_kill(self, case):
        when, change = case.split()
        self.fresh(**{"kill_" + when: int(change)})
        if self.start():
            self.end()
        if self.patd.process.returncode not in (0, -signal.SIGKILL):
            raise Broken(f"patd ended with status {self.patd.process.returncode}")
        self.check_next_start()

    def run_error(self, case):
        name, number, times = case.split()
        self.fresh(
            fail_kinds=ERRORS[name], fail_errno=getattr(errno, name), fail_at=int(number),
            fail_for=how_many(times),
        )  # fmt: skip
        started = self.start()
        status = self.end()
        if status not in (0, 1):
            raise Broken(f"patd ended with status {status}")
        log = self.patd.log()
        self.check_next_start()
        if not started:
            self.check_reason(log, name)

    def test_the_next_start_completes_a_first_start_killed_at_any_call(self):
        self.count()
        changes = sample(range(1, self.page.changes + 1), 40, "kills")
        cases = [f"{when} {change}" for change in changes for when in ("before", "after")]
        self.campaign(cases, self.run_kill, "kills of a first start")

    def test_the_next_start_completes_a_first_start_in_which_any_call_failed(self):
        cases = []
        for name, kinds in ERRORS.items():
            self.count(fail_kinds=kinds)
            for number in sample(range(1, self.page.matches + 1), 30, name):
                cases += [f"{name} {number} once", f"{name} {number} on"]
        self.campaign(cases, self.run_error, "errors in a first start")


if __name__ == "__main__":
    tap.main()
