#!/usr/bin/python3 -B
"""A restore that is killed, at any step, leaves the old state or the new one; and nothing aside."""
import os
import shutil
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
from client import PATIENCE_S
from world import PATD, WorldTest

OLD, NEW = ["new", "old"], ["old"]


class KilledTest(WorldTest):
    """A patd with a backup, killed."""

    def setUp(self):
        super().setUp()
        self.root.generate("old")
        self.backup = self.make_backup()
        self.root.generate("new")
        # As a kill leaves it, with its log: the worst that there is to be put aside.
        self.patd.kill()

    def run_patd(self, *arguments, wrapper=(), **environment):
        # No leak detection: it and strace cannot both trace.
        return subprocess.run(
            [*wrapper, PATD, *arguments],
            env=os.environ | environment | {"ASAN_OPTIONS": "detect_leaks=0"},
            capture_output=True, timeout=PATIENCE_S, check=False,
        ).returncode  # fmt: skip

    @staticmethod
    def killed_at(call, step):
        inject = f"--inject={call}:signal=SIGKILL:when={step}"
        return ["strace", "-o", os.devnull, f"--trace={call}", inject]


class Killed(KilledTest):
    def setUp(self):
        super().setUp()
        self.state = os.path.join(self.folder, "state before")
        shutil.copytree(self.patd.state, self.state)

    def restore(self, wrapper):
        return self.run_patd(
            f"--restore-backup={self.backup}", f"--state-dir={self.patd.state}", wrapper=wrapper
        )

    def names(self):
        """Of the tokens that a patd then has."""
        self.patd.start()
        root = self.client()
        names = sorted(row["Name"] for row in root.list())
        self.assertEqual(self.patd.end(), 0)
        left = [name for name in os.listdir(self.patd.state) if name.startswith("restore")]
        self.assertEqual(left, [])
        return names

    def test_at_any_step(self):
        seen = []
        for call in ("mkdirat", "pwrite64", "fsync", "renameat", "renameat2", "linkat", "unlinkat"):
            step, status = 0, -signal.SIGKILL
            while status == -signal.SIGKILL:
                step += 1
                with self.subTest(f"{call} {step}"):
                    shutil.rmtree(self.patd.state)
                    shutil.copytree(self.state, self.patd.state)
                    status = self.restore(self.killed_at(call, step))
                    names = self.names()
                    self.assertIn(names, (OLD, NEW))
                    seen.append(names)
                    if status == 0:
                        self.assertEqual(names, NEW)
            self.assertEqual(status, 0)
        self.assertIn(OLD, seen)
        # Anew, so that the world ends with a patd.
        self.patd.start()


class VerifyKilled(KilledTest):
    def test_at_any_step_nothing_of_the_backup_is_left(self):
        place = os.path.join(self.folder, "tmp")
        for call in ("unlink", "pwrite64"):
            step, status = 0, -signal.SIGKILL
            while status == -signal.SIGKILL:
                step += 1
                with self.subTest(f"{call} {step}"):
                    os.mkdir(place)
                    status = self.run_patd(
                        f"--verify-backup={self.backup}",
                        wrapper=self.killed_at(call, step), TMPDIR=place,
                    )  # fmt: skip
                    left = [os.path.getsize(file.path) for file in os.scandir(place)]
                    # Its name goes before anything comes into it.
                    named = call == "unlink" and status != 0
                    self.assertEqual(left, [0] if named else [])
                    shutil.rmtree(place)
            self.assertEqual(status, 0)
        # Anew, so that the world ends with a patd.
        self.patd.start()


if __name__ == "__main__":
    tap.main()
