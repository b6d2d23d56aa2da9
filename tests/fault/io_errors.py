#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each call on a file of patd's fails once, or from then on, as on a disk that breaks."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import failing
import tap
from faults import ALL_KINDS


class InputOutputErrors(failing.ErrorTest):
    def test_nothing_acknowledged_is_lost_by_an_input_or_output_error(self):
        cases = self.cases("matches", "EIO", 12, ("once",), fail_kinds=ALL_KINDS)
        self.campaign(cases, self.run_error, "input and output errors")

    def test_nothing_acknowledged_is_lost_by_a_broken_disk(self):
        """Each change waits for the next attempt, a second later."""
        cases = self.cases("matches", "EIO", 1, ("on",), full=40, fail_kinds=ALL_KINDS)
        self.campaign(cases, self.run_error, "broken disks")


if __name__ == "__main__":
    tap.main()
