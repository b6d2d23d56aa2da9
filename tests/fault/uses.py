#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Ordinary uses are not synced before the answer.  They must be soon, without another change."""
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
import wire
from client import NAME, PATIENCE_S, Client, GLib, wait_until
from disk import Disk, Player
from faults import FaultTest
from fixture import Bus, Patd

LOOK_MS = 200


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


class SyncedUses(FaultTest):
    """How soon is not judged, only that it comes at all."""

    def setUp(self):
        super().setUp()
        self.fresh(self.prepare())
        disk = Disk(self.patd.state)
        self.serve(trace=True)
        self.token = self.root.generate("laptop")
        self.player = Player(disk, self.trace)
        self.image = Image(self.folder)
        self.addCleanup(self.image.bus.kill)

    def log_in(self):
        self.assertEqual(self.verify(self.token), wire.ACCEPTED)

    def is_safe(self):
        self.player.read()
        self.player.forward(self.player.points[-1])
        return self.image.last_used(self.player.disk, self.token) != 0

    def assertSynced(self):
        """Looks at each sync."""
        looking = GLib.timeout_add(LOOK_MS, lambda: True)
        seen = [None]

        def safe():
            changed = self.page.changes != seen[0]
            seen[0] = self.page.changes
            return changed and self.is_safe()

        try:
            wait_until(safe)
        except TimeoutError:
            self.fail(f"a use was not synced within {PATIENCE_S} s")
        finally:
            GLib.source_remove(looking)

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


if __name__ == "__main__":
    tap.main()
