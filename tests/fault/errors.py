#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each call that needs space, each write and each allocation fails once, or from then on."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import failing
import tap
from faults import FULL, NEED_SPACE


class Errors(failing.ErrorTest):
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
        cases = self.cases("allocations", "allocation", 25, times, full=400)
        self.campaign(cases, self.run_allocation, "failed allocations")


if __name__ == "__main__":
    tap.main()
