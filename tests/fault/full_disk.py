#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""patd on a disk that is really full: a small file system of its own."""
import contextlib
import errno
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
import wire
from client import MANAGER, ROOT, GLib, Refused, wait_until
from faults import FaultTest
from fixture import DAEMON, GAMES

SIZE_KIB = 8192
IMAGE_MIB, BTRFS_MIB = 16, 64
LOOK_MS = 50
LIMIT = 200
USERS = {"daemon": DAEMON, "games": GAMES, "bin": 2, "sys": 3}


class DiskTest(FaultTest):
    full = errno.ENOSPC

    def setUp(self):
        super().setUp()
        self.disk = os.path.join(self.folder, "disk")
        os.mkdir(self.disk)
        self.mount()
        self.addCleanup(subprocess.run, ["umount", "--lazy", self.disk], check=True)
        self.filler = os.path.join(self.disk, "filler")
        self.patd.state = os.path.join(self.disk, "state")
        self.patd.database = os.path.join(self.patd.state, "patd.db")
        self.serve(faults=False)
        self.tokens = {
            user: self.root.generate("laptop", user=user, expires_at=0) for user in USERS
        }

    def mount(self):
        options = f"size={SIZE_KIB}k,mode=755"
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "disk", self.disk], check=True)

    def mount_image(self, make, mib=IMAGE_MIB):
        """make: the command that makes a file system in a file, to which the file is added"""
        if not shutil.which(make[0]):
            self.skipTest(f"there is no {make[0]}")
        image = os.path.join(self.folder, "image")
        with open(image, "wb") as file:
            file.truncate(mib << 20)
        subprocess.run([*make, image], check=True, stdout=subprocess.DEVNULL)
        done = subprocess.run(
            ["mount", "-o", "loop", image, self.disk], capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            self.skipTest(done.stderr.splitlines()[0])

    def evidence(self):
        return self.patd.log()

    def fill(self):
        """Until nothing more can be written."""
        with open(self.filler, "ab", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(1024))
            except OSError as error:
                self.assertEqual(error.errno, self.full)

    def login(self, user):
        return self.verify(self.tokens[user], USERS[user], user)

    def assertStartsFull(self):
        """And serves, where nothing more can be written."""
        self.fill()
        self.serve(faults=False)
        self.assertEqual(self.login("daemon"), wire.ACCEPTED)
        self.root.revoke(self.tokens["daemon"])
        self.assertEqual(self.login("daemon"), wire.REVOKED)

    def assertEachCanRevoke(self):
        for user, uid in USERS.items():
            self.client(uid).revoke(self.tokens[user])
            self.assertEqual(self.login(user), wire.REVOKED)
        self.restart_patd()
        for user in USERS:
            self.assertEqual(self.login(user), wire.REVOKED)

    def assertLimitHolds(self):
        limited = self.root.generate("limited", max_uses=LIMIT)
        self.fill()
        accepted = [self.verify(limited) for _ in range(2 * LIMIT)].count(wire.ACCEPTED)
        self.assertEqual(self.login("daemon"), wire.ACCEPTED)
        os.remove(self.filler)
        self.restart_patd()
        accepted += [self.verify(limited) for _ in range(2 * LIMIT)].count(wire.ACCEPTED)
        self.assertEqual(accepted, LIMIT)


class FullDisk(DiskTest):
    def test_patd_starts_on_a_full_disk_after_a_clean_end(self):
        self.assertEqual(self.end(), 0)
        self.assertStartsFull()

    def test_patd_starts_on_a_full_disk_after_a_kill(self):
        self.patd.kill()
        self.assertStartsFull()

    def test_availability__each_user_can_revoke_on_a_full_disk(self):
        self.fill()
        self.assertEachCanRevoke()

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
        self.assertLimitHolds()


class DailyWork(DiskTest):
    """On a full disk it fails, and is tried again much later."""

    TURNS = 200  # of the loop: some ten are for the logins and timers
    FAILED = "the daily maintenance failed"

    def setUp(self):
        super().setUp()
        self.assertEqual(self.end(), 0)
        # All entries of the history are to be deleted.
        self.patd.pass_time(10 * 365 * 86400)

    def wait(self, is_so):
        """Until what no event tells of is so."""
        looking = GLib.timeout_add(LOOK_MS, lambda: True)
        try:
            wait_until(is_so)
        finally:
            GLib.source_remove(looking)

    def events(self):
        return [entry["Event"] for entry in self.root.history(all=True)]

    def assertFailsOnceAndRests(self):
        self.serve()
        self.wait(lambda: self.FAILED in self.patd.log())
        turns = self.page.turns
        self.assertGreater(turns, 0)
        for _ in range(3):
            syncs = self.page.syncs
            self.login("daemon")
            self.wait(lambda: self.page.syncs > syncs)
        self.assertLess(self.page.turns - turns, self.TURNS)
        self.assertEqual(self.patd.log().count(self.FAILED), 1)

    def test_the_daily_work_rests_on_a_full_disk(self):
        self.fill()
        self.assertFailsOnceAndRests()

    def test_the_daily_work_rests_on_a_full_disk_where_the_reserve_is_in_use(self):
        os.remove(os.path.join(self.patd.state, "reserve"))
        self.fill()
        self.assertFailsOnceAndRests()

    def test_the_daily_work_is_done_when_a_disk_is_not_full_any_more(self):
        self.fill()
        self.assertFailsOnceAndRests()
        self.assertIn("generated", self.events())
        os.remove(self.filler)
        self.restart_patd()
        self.wait(lambda: "generated" not in self.events())


class SmallBlocks(DiskTest):
    """Of 1 KiB, less than a page of memory: what is mapped may have no room behind it."""

    def mount(self):
        self.mount_image(["mkfs.ext4", "-q", "-b", "1024", "-m", "0"])

    def test_patd_starts_on_a_full_disk_of_small_blocks_after_a_clean_end(self):
        self.assertEqual(self.end(), 0)
        self.assertStartsFull()
        self.assertEqual(self.end(), 0)

    def test_patd_starts_on_a_full_disk_of_small_blocks_after_a_kill(self):
        self.patd.kill()
        self.assertStartsFull()
        self.assertEqual(self.end(), 0)

    def test_availability__each_user_can_revoke_on_a_full_disk_of_small_blocks(self):
        self.fill()
        self.assertEachCanRevoke()


class Quota(DiskTest):
    """The disk has room, and patd's user may have no more of it.  Quotas of ext4 do not bind root,
    who runs the tests; those of btrfs do."""

    full = errno.EDQUOT

    def mount(self):
        self.mount_image(["mkfs.btrfs", "-q", "--mixed"], BTRFS_MIB)
        for command in (["quota", "enable"], ["qgroup", "limit", f"{SIZE_KIB}k"]):
            subprocess.run(["btrfs", *command, self.disk], check=True)

    def test_patd_starts_where_a_quota_is_used_up(self):
        self.assertEqual(self.end(), 0)
        self.assertStartsFull()
        self.assertEqual(self.end(), 0)

    def test_availability__each_user_can_revoke_where_a_quota_is_used_up(self):
        self.fill()
        self.assertEachCanRevoke()

    def test_limited_uses__a_limited_token_has_no_more_uses_than_its_limit_where_a_quota_is_used_up(self):
        self.assertLimitHolds()


if __name__ == "__main__":
    if os.environ.get("OWN_MOUNTS") != "1":
        os.environ["OWN_MOUNTS"] = "1"
        os.execvp("unshare", ["unshare", "--mount", sys.executable, "-B", *sys.argv])
    tap.main()
