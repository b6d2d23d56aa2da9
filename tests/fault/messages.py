#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""When a call fails, the log of patd says what was: not what SQLite made of it."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import failing
import tap
from faults import ALL_KINDS, NEED_SPACE, Broken

# Words that name another problem, which no test of this file makes.
WRONG = (
    "cannot rollback", "no transaction is active", "exactly 32 bytes", "malformed",
    "restore it from a backup", "in use by another patd",
)  # fmt: skip


class Messages(failing.ErrorTest):
    def check_after(self, work, started, error):
        log = self.patd.log()
        for words in WRONG:
            if words in log:
                raise Broken(f"the log says \"{words}\", and it was {error}")
        if not started:
            self.check_reason(log, error)

    def test_the_log_says_what_an_input_or_output_error_was(self):
        cases = self.cases("matches", "EIO", 12, ("once",), full=100, fail_kinds=ALL_KINDS)
        self.campaign(cases, self.run_error, "messages of input and output errors")

    def test_the_log_says_what_the_errors_of_a_broken_disk_were(self):
        """Each change then waits for the next attempt, a second later."""
        cases = self.cases("matches", "EIO", 1, ("on",), full=20, fail_kinds=ALL_KINDS)
        self.campaign(cases, self.run_error, "messages of broken disks")

    def test_the_log_says_that_the_disk_is_full(self):
        cases = self.cases("matches", "ENOSPC", 10, ("once", "on"), fail_kinds=NEED_SPACE)
        self.campaign(cases, self.run_error, "messages of full disks")

    def test_the_log_says_that_memory_is_short(self):
        cases = self.cases("allocations", "allocation", 20, full=200)
        self.campaign(cases, self.run_allocation, "messages of failed allocations")


if __name__ == "__main__":
    tap.main()
