#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""After a rotation, once a login with the new secret goes on, the former secret has ended, whatever
the disk does."""
import errno
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
import wire
from faults import ALL_KINDS, FOREVER, NEED_SPACE, FaultTest, kinds

DAY = 24 * 3600
FAILURES = {
    "a full disk": (NEED_SPACE, errno.ENOSPC),
    "a quota that is used up": (NEED_SPACE, errno.EDQUOT),
    "a disk that takes nothing": (kinds("create", "write", "truncate", "sync"), errno.EIO),
    "a disk that fails": (ALL_KINDS, errno.EIO),
}


class FormerSecrets(FaultTest):
    def setUp(self):
        super().setUp()
        self.prepared = self.prepare()

    def begin(self):
        self._stop()
        self.fresh(self.prepared)
        self.serve()
        self.old = self.root.generate("laptop")
        self.new = self.root.rotate(self.old, grace=DAY)

    def break_disk(self, which, how):
        self.page.fail_kinds, self.page.fail_errno, self.page.fail_for = which, how, FOREVER
        self.page.fail_at = 1

    def mend(self):
        """patd tries again each second; prove ends a test that waits for ever."""
        self.page.fail_at = self.page.sync_at = 0
        while self.verify(self.new) != wire.ACCEPTED:
            pass

    def assertOnlyNewWorks(self):
        self.assertEqual(self.verify(self.old), wire.ROTATED)
        self.assertEqual(self.verify(self.new), wire.ACCEPTED)

    def assertOneWorksFromNowOn(self):
        self.mend()
        self.assertOnlyNewWorks()
        self.patd.kill()
        self.serve(faults=False)
        self.assertOnlyNewWorks()

    def test_revocation__no_login_with_a_new_secret_goes_on_while_the_former_works(self):
        for case, (which, how) in FAILURES.items():
            with self.subTest(case):
                self.begin()
                self.break_disk(which, how)
                for _ in range(3):
                    self.assertNotEqual(self.verify(self.new), wire.ACCEPTED)
                self.assertOneWorksFromNowOn()

    def test_revocation__no_login_with_a_new_secret_goes_on_before_the_former_ended_on_disk(self):
        self.begin()
        self.page.sync_for = FOREVER
        self.page.sync_at = self.page.syncs + 1
        for _ in range(3):
            self.assertNotEqual(self.verify(self.new), wire.ACCEPTED)
            self.assertEqual(self.verify(self.old), wire.ROTATED)
        self.assertOneWorksFromNowOn()


if __name__ == "__main__":
    tap.main()
