#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Ordinary uses are not synced before the answer.  They must be soon, without another change."""
import contextlib
import os
import random
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
import wire
from client import NAME, PATIENCE_S, Client, GLib, wait_until
from disk import Disk, Player
from faults import FaultTest
from fixture import BUILD, Bus, Patd, run_patd

LOOK_MS = 200
PATCTL = os.path.join(BUILD, "patctl/patctl")


def wait_for_page(is_so):
    """Until that is so of the counters, of which no event tells."""
    looking = GLib.timeout_add(LOOK_MS, lambda: True)
    try:
        wait_until(is_so)
    finally:
        GLib.source_remove(looking)


class Image:
    """Another bus and another patd, which starts on what a power cut leaves."""

    def __init__(self, folder):
        self.folder = os.path.join(folder, "image")
        os.mkdir(self.folder, 0o755)
        self.bus = Bus(self.folder)
        self.bus.start()
        self.patd = Patd(self.folder, self.bus.address)

    def last_used(self, disk, token):
        """Of that token, on a disk that holds nothing but what it must."""
        disk.image(random.Random(1), self.patd.state, "nothing")
        client = Client(self.bus.address)
        self.patd.start()
        try:
            client.wait_for_owner(NAME)
            return client.get(token, "LastUsedAt")
        finally:
            self.patd.kill()
            client.close()


class UsesTest(FaultTest):
    hold = ""  # a file to which writes can be made to wait

    def setUp(self):
        super().setUp()
        self.fresh(self.prepare())
        self.disk = Disk(self.patd.state)
        self.serve(trace=True, hold=self.hold)
        self.token = self.root.generate("laptop")

    def log_in(self):
        self.assertEqual(self.verify(self.token), wire.ACCEPTED)

    @contextlib.contextmanager
    def backup(self):
        """Begins one; at the end it must be made."""
        path = os.path.join(self.folder, "backup")
        with subprocess.Popen(
            [PATCTL, "backup", "--quiet", path], env=self.bus.environment()
        ) as patctl:
            try:
                yield
                self.assertIsNone(patctl.poll(), "the backup has ended too early")
                self.page.hold = 0
                self.assertEqual(patctl.wait(PATIENCE_S), 0)
            finally:
                self.page.hold = 0
                patctl.kill()


class SyncedUses(UsesTest):
    """How soon is not judged, only that it comes at all."""

    hold = "backup.new"

    def setUp(self):
        super().setUp()
        self.player = Player(self.disk, self.trace)
        self.image = Image(self.folder)
        self.addCleanup(self.image.bus.kill)

    def is_safe(self):
        self.player.read()
        self.player.forward(self.player.points[-1])
        return self.image.last_used(self.player.disk, self.token) != 0

    def assertSynced(self):
        """Looks at each sync."""
        seen = [None]

        def safe():
            changed = self.page.changes != seen[0]
            seen[0] = self.page.changes
            return changed and self.is_safe()

        try:
            wait_for_page(safe)
        except TimeoutError:
            self.fail(f"a use was not synced within {PATIENCE_S} s")

    def test_a_use_is_synced(self):
        self.log_in()
        self.assertSynced()

    def test_a_use_is_synced_after_a_kill_and_a_start(self):
        self.log_in()
        self.patd.kill()
        self.serve(trace=True)
        self.assertSynced()

    def test_a_use_is_synced_after_a_sync_that_failed(self):
        self.page.sync_at, self.page.sync_for = self.page.syncs + 1, 1
        self.log_in()
        self.assertSynced()

    def test_a_use_is_synced_during_a_backup(self):
        self.page.hold = 1
        with self.backup():
            wait_for_page(lambda: self.page.held > 0)
            self.log_in()
            self.assertSynced()


class BackupDuringAFold(UsesTest):
    hold = "patd.db"

    def test_a_backup_that_waits_for_a_fold_has_the_use_before_it(self):
        self.page.hold = 1
        wait_for_page(lambda: self.page.held > 0)
        self.log_in()
        with self.backup():
            turns = self.page.turns
            wait_for_page(lambda: self.page.turns > turns + 20)
        self.assertEqual(self.end(), 0)
        shutil.rmtree(self.patd.state)
        backup = os.path.join(self.folder, "backup")
        done = run_patd(f"--restore-backup={backup}", f"--state-dir={self.patd.state}")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.serve(faults=False)
        self.assertEqual(self.root.get(self.token, "Uses"), 1)


if __name__ == "__main__":
    tap.main()
