# SPDX-License-Identifier: LGPL-2.1-or-later
"""A workload beside which a call, a write or an allocation fails, once or from then on."""
import errno

import workload
from client import PATIENCE_S
from faults import (
    ALL_KINDS, FULL, NEED_SPACE, SEED, Broken, FaultTest, how_many, left_behind, sample,
)  # fmt: skip

SEEDS = range(SEED, SEED + (4 if FULL else 1))
STEPS = 30
TOGETHER = 3
KINDS = {"EIO": ALL_KINDS, "ENOSPC": NEED_SPACE, "EDQUOT": NEED_SPACE}


class ErrorTest(FaultTest):
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
        """The promises, of a patd that starts where nothing fails any more."""
        self.page.clear()
        self.serve(faults=False)
        # A full disk keeps no token from its user: its uses are in the journal then.
        workload.check(self, work.world, ordinary=False)
        left_behind(self.patd.state)

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
