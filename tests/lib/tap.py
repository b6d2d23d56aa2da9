# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs the unittest cases of the calling module and reports them in TAP, for prove.

A test's name says subject, condition and result: test_a_second_revoke_changes_nothing is reported
as "a second revoke changes nothing".  test_time__a_token_stays_expired is a test of the promise
"Time" of SECURITY.md, and reported as "time: a token stays expired".  Each subTest counts as a test
of its own.  A failure is reported with the text of test.evidence().
"""
import os
import sys
import traceback
import unittest


class _Result(unittest.TestResult):
    def __init__(self):
        super().__init__()
        self.count = 0
        self.has_subtests = set()

    def _line(self, test, verdict="ok", note="", case=""):
        self.count += 1
        name = test.id().rpartition(".")[2].removeprefix("test_")
        name = name.replace("__", ": ").replace("_", " ")
        name = (name + case).replace("#", "\\#")
        print(f"{verdict} {self.count} - {name}{note}", flush=True)

    def _failed(self, test, error, case=""):
        self._line(test, "not ok", case=case)
        text = "".join(traceback.format_exception(*error))
        text += getattr(test, "evidence", str)()
        print(*("# " + line for line in text.splitlines()), sep="\n", flush=True)

    def addSuccess(self, test):
        if test not in self.has_subtests:
            self._line(test)

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self._failed(test, error)

    def addError(self, test, error):
        super().addError(test, error)
        self._failed(test, error)

    def addSkip(self, test, reason):
        self._line(test, note=f" # SKIP {reason}")

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        self.has_subtests.add(test)
        case = f": {subtest._message}"
        if error is None:
            self._line(test, case=case)
        else:
            self._failed(test, error, case)


def _tests(suite, name):
    """Those of that name, all if it is empty."""
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from _tests(item, name)
        elif name in ("", item.id().rpartition(".")[2]):
            yield item


def main():
    """TEST in the environment: the only test to run."""
    result = _Result()
    all_tests = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    unittest.TestSuite(_tests(all_tests, os.environ.get("TEST", ""))).run(result)
    print(f"1..{result.count}")
    sys.exit(0 if result.wasSuccessful() else 1)
