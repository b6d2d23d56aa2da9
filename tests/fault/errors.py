#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each call on a file of patd's, each write and each allocation fails once, or from then on."""
import errno
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
import workload
from client import PATIENCE_S
from faults import (
    ALL_KINDS, FULL, NEED_SPACE, SEED, Broken, FaultTest, how_many, left_behind, sample,
)  # fmt: skip

SEEDS = range(SEED, SEED + (4 if FULL else 1))
STEPS = 30
TOGETHER = 3
KINDS = {"EIO": ALL_KINDS, "ENOSPC": NEED_SPACE, "EDQUOT": NEED_SPACE}
# Words that would name another problem than the one that was.
WRONG = ("cannot rollback", "no transaction is active", "exactly 32 bytes", "malformed")


class Errors(FaultTest):
    """A case is "SEED WHAT NUMBER [once|on]"."""

    def setUp(self):
        super().setUp()
        self.prepared = self.prepare()

    def work(self, seed, patience_s=PATIENCE_S, **settings):
        """Runs the workload beside the fault; returns it once patd has ended."""
        self.fresh(self.prepared, **settings)
        work = workload.Workload(self, f"{seed} errors", TOGETHER, patience_s)
        started = self.start()
        if started and self.is_on_bus():
            work.run(STEPS)
        status = self.end()
        if status not in (0, 1):
            raise Broken(f"patd ended with status {status}")
        return work, started

    def is_on_bus(self):
        """Whether patd has come to the bus; it may have ended first."""
        try:
            self.root.wait_for_owner(until=lambda: not self.patd.running())
        except TimeoutError:
            return False
        return self.root.owner() is not None

    def check_after(self, work, started, error):
        log = self.patd.log()
        self.page.clear()
        self.serve(faults=False)
        # A full disk keeps no token from its user: its uses are in the journal then.
        workload.check(self, work.world, ordinary=False)
        left_behind(self.patd.state)
        if not started:
            self.check_reason(log, error)
        for words in WRONG:
            if words in log:
                raise Broken(f"the log says \"{words}\", which is not what was")

    def run_error(self, case):
        seed, name, number, times = case.split()
        work, started = self.work(
            seed, fail_kinds=KINDS[name], fail_errno=getattr(errno, name), fail_at=int(number),
            fail_for=how_many(times),
        )  # fmt: skip
        self.check_after(work, started, name)

    def run_short(self, case):
        seed, _, number = case.split()
        self.check_after(*self.work(seed, short_at=int(number)), "ENOSPC")

    def run_allocation(self, case):
        seed, _, number, times = case.split()
        many = {"once": 1, "some": 20}[times]
        self.check_after(
            *self.work(seed, 1, allocation_at=int(number), allocation_for=many), "ENOMEM"
        )

    def cases(self, counter, what, most, times=("once",), full=None, **settings):
        for seed in SEEDS:
            self.work(seed, **settings)
            numbers = range(1, getattr(self.page, counter) + 1)
            for number in sample(numbers, most, seed, what, full=full):
                for word in times:
                    yield f"{seed} {what} {number} {word}".strip()

    def test_nothing_acknowledged_is_lost_by_an_input_or_output_error(self):
        cases = self.cases("matches", "EIO", 30, ("once", "on"), fail_kinds=ALL_KINDS)
        self.campaign(cases, self.run_error, "input and output errors")

    def test_nothing_acknowledged_is_lost_on_a_full_disk(self):
        cases = self.cases("matches", "ENOSPC", 20, ("once", "on"), fail_kinds=NEED_SPACE)
        self.campaign(cases, self.run_error, "full disks")

    def test_nothing_acknowledged_is_lost_beyond_a_quota(self):
        cases = self.cases("matches", "EDQUOT", 10, ("once", "on"), fail_kinds=NEED_SPACE)
        self.campaign(cases, self.run_error, "quotas")

    def test_nothing_acknowledged_is_lost_by_a_short_write(self):
        cases = self.cases("writes", "short", 20, ("",))
        self.campaign(cases, self.run_short, "short writes")

    def test_nothing_acknowledged_is_lost_where_memory_is_short(self):
        times = ("once", "some") if FULL else ("once",)
        cases = self.cases("allocations", "allocation", 40, times, full=400)
        self.campaign(cases, self.run_allocation, "failed allocations")


if __name__ == "__main__":
    tap.main()
