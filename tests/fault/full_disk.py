#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""patd on a disk that is really full: a small file system of its own."""
import contextlib
import errno
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
import wire
from client import MANAGER, ROOT, Refused
from faults import FaultTest
from fixture import DAEMON, GAMES

SIZE_KIB = 8192
LIMIT = 200
USERS = {"daemon": DAEMON, "games": GAMES, "bin": 2, "sys": 3}


class FullDisk(FaultTest):
    def setUp(self):
        super().setUp()
        disk = os.path.join(self.folder, "disk")
        os.mkdir(disk)
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={SIZE_KIB}k,mode=755", "disk", disk], check=True
        )
        self.addCleanup(subprocess.run, ["umount", "--lazy", disk], check=True)
        self.filler = os.path.join(disk, "filler")
        self.patd.state = os.path.join(disk, "state")
        self.serve(faults=False)
        self.tokens = {user: self.root.generate("laptop", user=user) for user in USERS}

    def fill(self):
        """Until nothing more can be written."""
        with open(self.filler, "ab", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(1024))
            except OSError as error:
                self.assertEqual(error.errno, errno.ENOSPC)

    def login(self, user):
        return self.verify(self.tokens[user], USERS[user], user)

    def test_patd_starts_on_a_full_disk_after_a_clean_end(self):
        self.assertEqual(self.end(), 0)
        self.fill()
        self.serve(faults=False)
        self.assertEqual(self.login("daemon"), wire.ACCEPTED)
        self.root.revoke(self.tokens["daemon"])
        self.assertEqual(self.login("daemon"), wire.REVOKED)

    def test_patd_starts_on_a_full_disk_after_a_kill(self):
        self.patd.kill()
        self.fill()
        self.serve(faults=False)
        self.assertEqual(self.login("daemon"), wire.ACCEPTED)
        self.root.revoke(self.tokens["daemon"])
        self.assertEqual(self.login("daemon"), wire.REVOKED)

    def test_availability__each_user_can_revoke_on_a_full_disk(self):
        self.fill()
        for user, uid in USERS.items():
            self.client(uid).revoke(self.tokens[user])
            self.assertEqual(self.login(user), wire.REVOKED)
        self.restart_patd()
        for user in USERS:
            self.assertEqual(self.login(user), wire.REVOKED)

    def test_availability__each_user_can_revoke_on_a_full_disk_after_another_used_what_was_left(self):
        self.fill()
        greedy = self.client(GAMES)
        for n in range(500):
            self.login("games")
            with contextlib.suppress(Refused):
                greedy.rename(self.tokens["games"], f"name {n}")
            with contextlib.suppress(Refused):
                greedy.call(ROOT, MANAGER, "RevokeAll", "(a{sv})", {})
        for user, uid in USERS.items():
            with self.subTest(user):
                self.client(uid).revoke(self.tokens[user])
                self.assertEqual(self.login(user), wire.REVOKED)

    def test_limited_uses__a_limited_token_has_no_more_uses_than_its_limit_on_a_full_disk(self):
        limited = self.root.generate("limited", max_uses=LIMIT)
        self.fill()
        accepted = [self.verify(limited) for _ in range(2 * LIMIT)].count(wire.ACCEPTED)
        self.assertEqual(self.login("daemon"), wire.ACCEPTED)
        os.remove(self.filler)
        self.restart_patd()
        accepted += [self.verify(limited) for _ in range(2 * LIMIT)].count(wire.ACCEPTED)
        self.assertEqual(accepted, LIMIT)


if __name__ == "__main__":
    if os.environ.get("OWN_MOUNTS") != "1":
        os.environ["OWN_MOUNTS"] = "1"
        os.execvp("unshare", ["unshare", "--mount", sys.executable, "-B", *sys.argv])
    tap.main()
