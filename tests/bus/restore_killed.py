#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""patd --restore-backup and --verify-backup, killed at each step."""
import os
import shutil
import signal
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
from client import names
from fixture import PatdTest, run_patd, signal_at

OLD, NEW = ["new", "old"], ["old"]  # names of the tokens before and after the restore


class KilledTest(PatdTest):
    """A killed patd, and a backup of an earlier state."""

    def setUp(self):
        super().setUp()
        self.root.generate("old")
        self.backup = self.make_backup()
        self.root.generate("new")
        # Killed, so that the state that is replaced has a WAL too.
        self.patd.kill()

    def status_of_kill(self, call, step, *arguments, **environment):
        """The exit status of patd with these arguments: -SIGKILL, or another if there is no such
        step any more."""
        # Both LeakSanitizer and strace would trace patd, which only one can.
        environment["ASAN_OPTIONS"] = "detect_leaks=0"
        wrapper = signal_at(call, step, options=())
        return run_patd(*arguments, wrapper=wrapper, **environment).returncode


class RestoreKilled(KilledTest):
    def setUp(self):
        super().setUp()
        self.state = os.path.join(self.folder, "state before")
        shutil.copytree(self.patd.state, self.state)

    def restored_names(self):
        """The names of the tokens of a patd that starts on the state."""
        self.patd.start()
        root = self.client()
        found = sorted(names(root.list()))
        restores = [entry for entry in root.history(all=True)
                    if entry["Event"] == "restored" and not entry["Token"]]
        self.assertEqual(len(restores), 1 if found == NEW else 0)
        self.assertEqual(self.patd.end(), 0)
        left = [name for name in os.listdir(self.patd.state) if name.startswith("restore")]
        self.assertEqual(left, [])
        return found

    def test_the_state_is_the_old_or_the_new_one_after_a_kill_at_any_step(self):
        seen = []
        for call in ("mkdirat", "pwrite64", "fsync", "renameat", "renameat2", "linkat", "unlinkat"):
            step, status = 0, -signal.SIGKILL
            while status == -signal.SIGKILL:
                step += 1
                with self.subTest(f"{call} {step}"):
                    shutil.rmtree(self.patd.state)
                    shutil.copytree(self.state, self.patd.state)
                    status = self.status_of_kill(
                        call, step,
                        f"--restore-backup={self.backup}", f"--state-dir={self.patd.state}",
                    )  # fmt: skip
                    found = self.restored_names()
                    self.assertIn(found, (OLD, NEW))
                    seen.append(found)
                    if status == 0:
                        self.assertEqual(found, NEW)
            self.assertEqual(status, 0)
        self.assertIn(OLD, seen)
        self.patd.start()  # a test has to end with a patd that runs


class VerifyKilled(KilledTest):
    def test_no_data_of_the_backup_is_left_after_a_kill_at_any_step(self):
        place = os.path.join(self.folder, "tmp")
        for call in ("unlink", "pwrite64"):
            step, status = 0, -signal.SIGKILL
            while status == -signal.SIGKILL:
                step += 1
                with self.subTest(f"{call} {step}"):
                    os.mkdir(place)
                    status = self.status_of_kill(
                        call, step, f"--verify-backup={self.backup}", TMPDIR=place
                    )
                    left = [os.path.getsize(file.path) for file in os.scandir(place)]
                    # patd unlinks the file before it writes to it.
                    named = call == "unlink" and status != 0
                    self.assertEqual(left, [0] if named else [])
                    shutil.rmtree(place)
            self.assertEqual(status, 0)
        self.patd.start()  # a test has to end with a patd that runs


if __name__ == "__main__":
    tap.main()
