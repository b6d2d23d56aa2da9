#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What patd acknowledged survives a kill at any time, and is synced where it must be."""
import os
import re
import shutil
import signal
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import requests
import tap
import wire
from client import PATIENCE_S
from fixture import PatdTest, signal_at


class Killed(PatdTest):
    """patd is killed right after its reply, and started again."""

    def kill(self):
        self.patd.kill()
        self.restart_patd()

    def test_the_last_use_survives_a_kill_after_the_reply(self):
        for n in range(5):
            token = self.root.generate(f"token {n}")
            self.assertEqual(self.verify(token), wire.ACCEPTED)
            self.kill()
            self.assertNotEqual(self.root.get(token, "LastUsedAt"), 0)

    def test_concurrent_uses_survive_a_kill_after_the_replies(self):
        tokens = [self.root.generate(f"token {n}") for n in range(40)]
        socks = [wire.send(self.patd.root_sock, wire.request(token)) for token in tokens]
        for sock in socks:
            self.assertEqual(wire.answer(sock)[0], wire.ACCEPTED)
        self.kill()
        self.assertNotIn(0, [row["LastUsedAt"] for row in self.root.list()])

    def test_revocation__each_lifecycle_change_survives_a_kill_after_the_reply(self):
        token = self.root.generate("laptop")
        self.kill()
        self.assertEqual(self.verify(token), wire.ACCEPTED)
        self.root.revoke(token)
        self.kill()
        self.assertEqual(self.verify(token), wire.REVOKED)
        self.root.restore(token)
        self.kill()
        self.assertEqual(self.verify(token), wire.ACCEPTED)
        former, token = token, self.root.rotate(token, grace=0)
        self.kill()
        self.assertEqual(self.verify(former), wire.ROTATED)
        self.assertEqual(self.verify(token), wire.ACCEPTED)
        self.root.disable("root")
        self.kill()
        self.assertEqual(self.verify(token), wire.DISABLED)
        self.root.enable("root")
        self.root.revoke_and_delete(token)
        self.kill()
        self.assertEqual(self.verify(token), wire.WRONG)
        self.assertEqual(self.root.list(all=True), [])


class FirstStart(PatdTest):
    start_patd = False

    def test_a_start_completes_a_first_start_killed_at_any_step(self):
        for call in ("mkdir", "pwrite64", "write", "fsync", "fdatasync", "linkat", "unlinkat"):
            step, started = 0, False
            while not started:
                step += 1
                with self.subTest(f"{call} {step}"):
                    shutil.rmtree(self.patd.state, ignore_errors=True)
                    shutil.rmtree(self.patd.run, ignore_errors=True)
                    self.patd.wrapper = signal_at(call, step)
                    try:
                        self.patd.start()
                        started = True
                        self.patd.kill()
                    except AssertionError:
                        self.assertEqual(self.patd.process.wait(PATIENCE_S), -signal.SIGKILL)
                    self.patd.wrapper = []
                    self.patd.start()
                    root = self.client()
                    self.assertEqual(self.verify(root.generate("laptop")), wire.ACCEPTED)
                    root.close()
                    self.patd.kill()


def calls_of(lines):
    """(thread, system call, file, line where it begins) of strace's lines: a sync where it ends,
    the others where they begin.  strace may be ended before it sees the end of a send whose message
    has arrived."""
    begun = {}
    for number, line in enumerate(lines):
        begin = re.match(r"(\d+) +(\w+)\(\d+<([^>]*)>", line)
        if begin and line.endswith("<unfinished ...>\n") and "sync" in begin[2]:
            begun[begin[1]] = (*begin.groups(), number)
        elif begin:
            yield (*begin.groups(), number)
        elif end := re.match(r"(\d+) +<\.\.\. \w*sync resumed>", line):
            yield begun.pop(end[1])


class Synced(PatdTest):
    """The order of system calls, seen by strace."""

    def traced(self, call):
        """[(system call, file, line where it begins)] of patd during call(): what its threads
        synced, and what its main thread wrote and sent."""
        lines = self.system_calls("fsync,fdatasync,sendmsg,sendto,pwrite64", call)
        return [
            (name, path, begin)
            for thread, name, path, begin in calls_of(lines)
            if "sync" in name or thread == str(self.patd.process.pid)
        ]

    def assertSyncedBeforeReply(self, call):
        events = self.traced(call)
        # What comes after the last message is the next fold.
        while "send" not in events[-1][0]:
            events.pop()
        names = [name for name, _, _ in events]
        before = max((n for n, name in enumerate(names[:-1]) if name.startswith("send")), default=0)
        synced = [path for name, path, _ in events[before:-1] if "sync" in name]
        self.assertIn(self.patd.database + "-wal", synced, events)

    def test_revocation__a_lifecycle_change_is_synced_before_the_reply(self):
        token, other = self.root.generate("first"), self.root.generate("other")
        daemons = self.root.generate("third", user="daemon")
        ask = requests.Connection(self.patd.root_sock)
        self.addCleanup(ask.close)
        ask.manager()  # patd closes a connection that says nothing for three seconds
        calls = {
            "Generate": lambda: self.root.generate("second"),
            "Revoke": lambda: self.root.revoke(token),
            "Restore": lambda: self.root.restore(token),
            "Revoke again": lambda: self.root.revoke(token),
            "Delete": lambda: self.root.delete(token),
            "Rotate": lambda: self.root.rotate(other, grace=0),
            "Set": lambda: self.root.set(other, services=["sudo"], note="mine"),
            "Disable": lambda: self.root.disable("games"),
            "RevokeAll": lambda: self.root.revoke_all(user="root"),
            "Revoke over root.sock": lambda: ask.change("revoke", daemons),
        }
        for name, call in calls.items():
            with self.subTest(name):
                self.assertSyncedBeforeReply(call)

    def test_limited_uses__a_use_is_synced_before_the_reply(self):
        token = self.root.generate("laptop", max_uses=10)
        for _ in range(3):
            events = self.traced(lambda: self.verify(token))
            reply = [name for name, _, _ in events].index("sendto")
            written = {}
            for name, path, begin in events[:reply]:
                if name == "pwrite64":
                    written.setdefault(path, begin)
            # The usage log; the database's, where a fold took the use just then.
            self.assertTrue(
                any(
                    "sync" in name and begin > written.get(path, begin)
                    for name, path, begin in events[:reply]
                ),
                events,
            )

    def test_an_unlimited_use_is_answered_without_a_sync(self):
        token = self.root.generate("laptop")
        events = []
        for _ in range(5):
            events = self.traced(lambda: self.verify(token))
            calls = [name for name, _, _ in events]
            # Else a thread has just put on disk what was written before.
            if not any("sync" in name for name in calls[: calls.index("sendto")]):
                return
        self.fail(events)


if __name__ == "__main__":
    tap.main()
