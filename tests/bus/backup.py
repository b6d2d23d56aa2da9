#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Backups: consistent while patd serves, without leftover files, and never over the bus."""
import os
import re
import shutil
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
import wire
from client import MANAGER, NAME, PATIENCE_S, ROOT, Gio, GLib
from fixture import BUILD, GAMES, PatdTest, run_patd, signal_at
from rollback import journal_of

HEADER = 88
MAGIC = b"patd backup 1\n\0\0"
PATCTL = os.path.join(BUILD, "patctl/patctl")


class BackupTest(PatdTest):
    def patctl(self, name="backup"):
        """Runs patctl backup; its exit code."""
        command = [PATCTL, "backup", "--quiet", os.path.join(self.folder, name)]
        return subprocess.run(
            command, env=self.bus.environment(), timeout=PATIENCE_S, check=False
        ).returncode

    def assertComplete(self, name="backup"):
        done = run_patd(f"--verify-backup={os.path.join(self.folder, name)}")
        self.assertEqual(done.returncode, 0, done.stderr)

    def leftovers(self):
        return [name for name in os.listdir(self.patd.state) if name.startswith("backup")]


class Complete(BackupTest):
    def test_a_backup_is_complete_and_contains_the_key(self):
        self.root.generate("laptop")
        self.assertEqual(self.patctl(), 0)
        with open(os.path.join(self.folder, "backup"), "rb") as backup:
            content = backup.read()
        self.assertEqual(content[:16], MAGIC)
        self.assertEqual(int.from_bytes(content[16:24], "little"), len(content) - HEADER)
        with open(os.path.join(self.patd.state, "key"), "rb") as key:
            self.assertEqual(content[24:56], key.read())
        self.assertComplete()
        self.assertEqual(self.leftovers(), [])

    def test_a_backup_made_during_logins_is_consistent(self):
        tokens = [self.root.generate(f"token {n}") for n in range(200)]
        with self.logins(*tokens) as verdicts:
            for n in range(10):
                self.assertEqual(self.patctl(f"backup {n}"), 0)
        self.assertEqual(set(verdicts), {wire.ACCEPTED})
        for n in range(10):
            self.assertComplete(f"backup {n}")


class Restored(BackupTest):
    def test_revocation__no_journal_that_was_left_undoes_it_after_a_restore(self):
        """SQLite would believe the journal, of the database before, whoever wrote it."""
        token = self.root.generate("laptop", user="games")
        self.assertEqual(self.patd.end(), 0)
        with open(self.patd.database, "rb") as database:
            journal = journal_of(database.read())
        self.restart_patd()
        self.root.revoke(token)
        self.assertEqual(self.patctl(), 0)
        self.assertEqual(self.patd.end(), 0)
        with open(self.patd.database + "-journal", "wb") as left:
            left.write(journal)
        backup = os.path.join(self.folder, "backup")
        done = run_patd(f"--restore-backup={backup}", f"--state-dir={self.patd.state}")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.restart_patd()
        self.assertEqual(self.verify_games(token), wire.REVOKED)


    def test_the_entry_of_a_restore_is_on_disk_before_the_mark_of_it_goes(self):
        self.root.generate("laptop")
        self.assertEqual(self.patctl(), 0)
        self.assertEqual(self.patd.end(), 0)
        backup = os.path.join(self.folder, "backup")
        done = run_patd(f"--restore-backup={backup}", f"--state-dir={self.patd.state}")
        self.assertEqual(done.returncode, 0, done.stderr)
        trace = os.path.join(self.folder, "trace")
        self.patd.wrapper = [
            "strace", "-D", "-f", "-y", "-o", trace, "-e", "trace=pwrite64,fdatasync,unlinkat"
        ]  # fmt: skip
        self.patd.start(env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"})
        self.root.wait_for_owner()
        with open(trace, encoding="utf-8", errors="replace") as lines:
            calls = [line for line in lines if "patd.db-wal>" in line or "was-restored" in line]
        calls = [re.search(r"pwrite64|fdatasync|unlinkat", call)[0] for call in calls]
        gone = calls.index("unlinkat")
        self.assertIn("pwrite64", calls[:gone])
        self.assertEqual(calls[gone - 1], "fdatasync")


class LatestUses(BackupTest):
    """patd serves the backup of a moment ago."""

    def restore(self):
        self.assertEqual(self.patd.end(), 0)
        shutil.rmtree(self.patd.state)
        backup = os.path.join(self.folder, "backup")
        done = run_patd(f"--restore-backup={backup}", f"--state-dir={self.patd.state}")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.patd.start()
        self.root.wait_for_owner(NAME)

    def back_up_after_uses(self, *tokens):
        """Of each one, acknowledged, and then the backup at once."""
        for token in tokens:
            self.assertEqual(self.verify(token), wire.ACCEPTED)
        self.assertEqual(self.patctl(), 0)
        # Those after it are not in it.
        for token in tokens:
            self.assertEqual(self.verify(token), wire.ACCEPTED)
        self.restore()

    def assertUsedOnce(self, token):
        self.assertEqual(self.root.get(token, "Uses"), 1)
        self.assertNotEqual(self.root.get(token, "LastUsedAt"), 0)
        self.assertIn("used", [entry["Event"] for entry in self.root.history(token=token.id)])

    def test_the_use_before_a_backup_is_in_it(self):
        token = self.root.generate("laptop")
        self.back_up_after_uses(token)
        self.assertUsedOnce(token)
        self.assertEqual(self.root.verify_history()[2:], (0, ""))

    def test_the_use_of_a_limited_token_before_a_backup_is_in_it(self):
        token = self.root.generate("limited", max_uses=3)
        self.back_up_after_uses(token)
        self.assertUsedOnce(token)
        verdicts = [self.verify(token) for _ in range(3)]
        self.assertEqual(verdicts.count(wire.ACCEPTED), 2)

    def test_many_uses_before_a_backup_are_in_it(self):
        tokens = [self.root.generate(f"token {n}") for n in range(300)]
        self.back_up_after_uses(*tokens)
        for token in tokens:
            self.assertEqual(self.root.get(token, "Uses"), 1)


class OverTheBus(BackupTest):
    def test_everybody_is_refused_a_backup_and_told_what_to_do(self):
        for uid in (0, GAMES):
            with open(os.path.join(self.folder, f"backup {uid}"), "xb") as file:
                fds = Gio.UnixFDList.new()
                args = GLib.Variant("(ha{sv})", (fds.append(file.fileno()), {}))
                with self.assertRaises(GLib.Error) as caught:
                    self.client(uid).connection.call_with_unix_fd_list_sync(
                        NAME, ROOT, MANAGER, "Backup", args, None, Gio.DBusCallFlags.NONE,
                        PATIENCE_S * 1000, fds, None,
                    )  # fmt: skip
                self.assertIn("AccessDenied", caught.exception.message)
                self.assertIn("patctl backup as root", caught.exception.message)
                self.assertEqual(os.fstat(file.fileno()).st_size, 0)


class Interrupted(BackupTest):
    def test_temporary_files_of_a_killed_backup_are_removed_at_the_next_start(self):
        self.root.generate("laptop")
        self.patd.end()
        # Killed while it copies the image.
        image = os.path.join(self.patd.state, "backup.new")
        self.patd.wrapper = signal_at("read", options=("-D", "-f", "-P", image))
        self.restart_patd()
        self.assertNotEqual(self.patctl(), 0)
        self.patd.process.wait(PATIENCE_S)
        self.assertEqual(self.leftovers(), ["backup.new"])
        self.patd.wrapper = []
        self.restart_patd()
        self.assertEqual(self.leftovers(), [])
        self.assertEqual(self.patctl("again"), 0)

    def test_an_interrupted_patctl_leaves_no_file_and_patd_continues(self):
        token = self.root.generate("laptop")
        self.patd.end()
        # Stopped while it copies the image into the file.
        image = os.path.join(self.patd.state, "backup.new")
        self.patd.wrapper = signal_at("read", name="SIGSTOP", options=("-D", "-f", "-P", image))
        # Both LeakSanitizer and strace would trace patd, which only one can.
        self.patd.start(env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"})
        self.root.wait_for_owner()
        place = os.path.join(self.folder, "place")
        os.mkdir(place)
        with subprocess.Popen(
            [PATCTL, "backup", os.path.join(place, "backup")], env=self.bus.environment()
        ) as patctl:
            os.waitid(os.P_PID, self.patd.process.pid, os.WSTOPPED)
            self.assertEqual(len(os.listdir(place)), 1)
            self.assertTrue(os.path.exists(image))
            patctl.send_signal(signal.SIGINT)
            self.assertEqual(patctl.wait(PATIENCE_S), -signal.SIGINT)
        self.assertEqual(os.listdir(place), [])
        self.patd.process.send_signal(signal.SIGCONT)
        self.assertEqual(self.verify(token), wire.ACCEPTED)
        # Until patd has seen that nobody reads the first one, it refuses another.
        while self.patctl("again") != 0:
            pass
        self.assertComplete("again")
        self.assertEqual(self.leftovers(), [])


if __name__ == "__main__":
    tap.main()
