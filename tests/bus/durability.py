#!/usr/bin/python3 -B
"""What was answered has happened, whatever happens next."""
import os
import re
import shutil
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import door
import tap
from client import PATIENCE_S
from world import WorldTest


class Killed(WorldTest):
    """patd is killed right after its answer, and started again."""

    def kill(self):
        self.patd.kill()
        self.restart_patd()

    def test_a_use_survives(self):
        for n in range(5):
            token = self.root.generate(f"token {n}")
            self.assertEqual(self.verify(token), door.ACCEPTED)
            self.kill()
            self.assertNotEqual(self.root.get(token, "LastUsedAt"), 0)

    def test_the_uses_of_many_at_once_survive(self):
        tokens = [self.root.generate(f"token {n}") for n in range(40)]
        socks = [door.connect(self.patd.root_sock) for _ in tokens]
        for sock, token in zip(socks, tokens):
            sock.send(door.request(token))
        for sock in socks:
            self.assertEqual(door.answer(sock)[0], door.ACCEPTED)
        self.kill()
        self.assertNotIn(0, [row["LastUsedAt"] for row in self.root.list()])

    def test_each_change_of_a_tokens_life_survives(self):
        token = self.root.generate("laptop")
        self.kill()
        self.assertEqual(self.verify(token), door.ACCEPTED)
        self.root.revoke(token)
        self.kill()
        self.assertEqual(self.verify(token), door.REVOKED)
        self.root.restore(token)
        self.kill()
        self.assertEqual(self.verify(token), door.ACCEPTED)
        self.root.revoke(token)
        self.root.delete(token)
        self.kill()
        self.assertEqual(self.verify(token), door.WRONG)
        self.assertEqual(self.root.list(all=True), [])


class FirstStart(WorldTest):
    start_patd = False

    def test_a_first_start_killed_at_any_step_is_finished_by_the_next(self):
        for call in ("mkdir", "pwrite64", "write", "fsync", "fdatasync", "linkat", "unlinkat"):
            step, started = 0, False
            while not started:
                step += 1
                with self.subTest(f"{call} {step}"):
                    shutil.rmtree(self.patd.state, ignore_errors=True)
                    shutil.rmtree(self.patd.run, ignore_errors=True)
                    # -D: the process we start is patd, and strace is its grandchild.
                    inject = f"--inject={call}:signal=SIGKILL:when={step}"
                    strace = ["strace", "-D", "-o", os.devnull, f"--trace={call}", inject]
                    self.patd.wrapper = strace
                    try:
                        self.patd.start()
                        started = True
                        self.patd.kill()
                    except AssertionError:
                        self.assertEqual(self.patd.process.wait(PATIENCE_S), -signal.SIGKILL)
                    self.patd.wrapper = []
                    self.patd.start()
                    root = self.client()
                    self.assertEqual(self.verify(root.generate("laptop")), door.ACCEPTED)
                    root.close()
                    self.patd.kill()


class Synced(WorldTest):
    """The order of system calls, as strace sees it."""

    def traced(self, call):
        """What patd's main thread synced and sent while call() ran, in order."""
        trace = os.path.join(self.folder, "trace")
        pid = self.patd.process.pid
        strace = subprocess.Popen(
            ["strace", "-f", "-y", "-e", "trace=fsync,fdatasync,sendmsg,sendto", "-o", trace,
             "-p", str(pid)],
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        with strace.stderr:
            # One line for each thread, or one for all: attached to the process in any case.
            self.assertRegex(strace.stderr.readline(), "attached")
            try:
                call()
            finally:
                strace.send_signal(signal.SIGINT)
                strace.communicate()
        with open(trace, encoding="utf-8") as lines:
            return re.findall(rf"^{pid} +(\w+)\(\d+<([^>]*)>", lines.read(), re.MULTILINE)

    def assertSyncedBeforeReply(self, call):
        events = self.traced(call)
        names = [name for name, _ in events]
        self.assertIn(names[-1], ("sendmsg", "sendto"), events)
        before = max((n for n, name in enumerate(names[:-1]) if name.startswith("send")), default=0)
        synced = [path for name, path in events[before:-1] if name in ("fsync", "fdatasync")]
        self.assertIn(self.patd.database + "-wal", synced, events)

    def test_a_change_is_on_disk_before_the_reply(self):
        token = self.root.generate("first")
        calls = {
            "Generate": lambda: self.root.generate("second"),
            "Revoke": lambda: self.root.revoke(token),
            "Restore": lambda: self.root.restore(token),
            "Revoke again": lambda: self.root.revoke(token),
            "Delete": lambda: self.root.delete(token),
        }
        for name, call in calls.items():
            with self.subTest(name):
                self.assertSyncedBeforeReply(call)

    def test_a_use_is_answered_without_waiting_for_the_disk(self):
        token = self.root.generate("laptop")
        events = self.traced(lambda: self.verify(token))
        self.assertEqual([name for name, _ in events], ["sendto"])


if __name__ == "__main__":
    tap.main()
