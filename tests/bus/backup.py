#!/usr/bin/python3 -B
"""Backup: of one moment, while patd serves; for root alone; and nothing is left behind."""
import os
import signal
import subprocess
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import door
import tap
from client import MANAGER, PATIENCE_S, ROOT, Gio, GLib, wait_until
from world import BUILD, GAMES, PATD, WorldTest

HEADER = 88
MAGIC = b"patd backup 1\n\0\0"
MIB = 1 << 20
PATCTL = os.path.join(BUILD, "patctl/patctl")


class BackupTest(WorldTest):
    def file(self, name="backup", flags=os.O_RDWR | os.O_CREAT | os.O_EXCL):
        fd = os.open(os.path.join(self.folder, name), flags, 0o600)
        self.addCleanup(os.close, fd)
        return fd

    def message(self, fd):
        message = Gio.DBusMessage.new_method_call(
            "org.patd.Tokens1", ROOT, MANAGER, "Backup"
        )
        fds = Gio.UnixFDList.new()
        message.set_body(GLib.Variant("(ha{sv})", (fds.append(fd), {})))
        message.set_unix_fd_list(fds)
        return message

    def backup(self, fd, client=None):
        """Makes one; the error's name, or None."""
        answers = []
        (client or self.root).connection.send_message_with_reply(
            self.message(fd), Gio.DBusSendMessageFlags.NONE, PATIENCE_S * 1000, None,
            lambda connection, result: answers.append(
                connection.send_message_with_reply_finish(result)
            ),
        )  # fmt: skip
        wait_until(lambda: answers)
        return answers[0].get_error_name()

    def assertError(self, fd, name, client=None):
        error = self.backup(fd, client)
        self.assertIsNotNone(error)
        self.assertEqual(error.rsplit(".", 1)[1], name)

    def whole(self, name="backup"):
        done = subprocess.run(
            [PATD, f"--verify-backup={os.path.join(self.folder, name)}"],
            capture_output=True, text=True, timeout=PATIENCE_S, check=False,
        )  # fmt: skip
        self.assertEqual(done.returncode, 0, done.stderr)

    def left_behind(self):
        return [name for name in os.listdir(self.patd.state) if name.startswith("backup")]


class Made(BackupTest):
    def test_it_is_whole_and_has_the_key(self):
        self.root.generate("laptop")
        fd = self.file()
        self.assertIsNone(self.backup(fd))
        head = os.pread(fd, HEADER, 0)
        self.assertEqual(head[:16], MAGIC)
        self.assertEqual(int.from_bytes(head[16:24], "little"), os.fstat(fd).st_size - HEADER)
        with open(os.path.join(self.patd.state, "key"), "rb") as key:
            self.assertEqual(head[24:56], key.read())
        self.whole()
        self.assertEqual(self.left_behind(), [])

    def test_it_is_of_one_moment_while_tokens_are_used_all_the_time(self):
        tokens = [self.root.generate(f"token {n}") for n in range(200)]
        stop, failures = threading.Event(), []

        def use():
            n = 0
            while not stop.is_set():
                if self.verify(tokens[n % len(tokens)]) != door.ACCEPTED:
                    failures.append(n)
                n += 1

        thread = threading.Thread(target=use)
        thread.start()
        try:
            for n in range(10):
                self.assertIsNone(self.backup(self.file(f"backup {n}")))
        finally:
            stop.set()
            thread.join()
        self.assertEqual(failures, [])
        for n in range(10):
            self.whole(f"backup {n}")


class Refused(BackupTest):
    def test_who_is_not_root(self):
        self.assertError(self.file(), "AccessDenied", self.client(GAMES))

    def test_what_is_no_file_to_write_to(self):
        read, write = os.pipe()
        self.addCleanup(os.close, read)
        self.addCleanup(os.close, write)
        self.assertError(write, "InvalidArgs")
        self.file("there")
        for flags in (os.O_RDONLY, os.O_WRONLY | os.O_APPEND, os.O_PATH):
            self.assertError(self.file("there", flags), "InvalidArgs")
        full = self.file("full")
        os.write(full, b"x")
        self.assertError(full, "InvalidArgs")
        self.assertEqual(os.pread(full, 2, 0), b"x")

    def test_a_second_one_at_the_same_time(self):
        # So much that the first is not done before the second is there.
        self.patd.end()
        self.patd.edit("INSERT INTO former VALUES ('', 1, zeroblob(?))", 256 * MIB)
        self.patd.start()
        self.root.wait_for_owner()
        answers = []
        for n in range(2):
            self.root.connection.send_message_with_reply(
                self.message(self.file(f"backup {n}")), Gio.DBusSendMessageFlags.NONE,
                PATIENCE_S * 1000, None,
                lambda connection, result: answers.append(
                    connection.send_message_with_reply_finish(result).get_error_name()
                ),
            )  # fmt: skip
        wait_until(lambda: len(answers) == 2)
        self.assertEqual(
            sorted(map(str, answers)), ["None", "org.freedesktop.DBus.Error.LimitsExceeded"]
        )


class Interrupted(BackupTest):
    def test_a_kill_leaves_nothing_behind_the_next_start(self):
        self.root.generate("laptop")
        self.patd.end()
        # Killed where the image is there, and is read.
        inject = "--inject=pwrite64:signal=SIGKILL:when=1"
        self.patd.wrapper = [
            "strace", "-D", "-f", "-o", os.devnull, "-P", os.path.join(self.folder, "backup"),
            "--trace=pwrite64", inject,
        ]  # fmt: skip
        fd = self.file()
        self.patd.start()
        self.root.wait_for_owner("org.patd.Tokens1")
        self.assertError(fd, "NoReply")
        self.patd.process.wait(PATIENCE_S)
        self.assertEqual(self.left_behind(), ["backup.new"])
        self.assertNotEqual(os.pread(fd, 16, 0), MAGIC)
        self.patd.wrapper = []
        self.patd.start()
        self.root.wait_for_owner("org.patd.Tokens1")
        self.assertEqual(self.left_behind(), [])
        again = self.file("again")
        self.assertIsNone(self.backup(again))

    def test_ctrl_c_leaves_no_file_and_patd_goes_on(self):
        token = self.root.generate("laptop")
        self.patd.end()
        # Stopped where the image is there, and goes into the file.
        image = os.path.join(self.patd.state, "backup.new")
        self.patd.wrapper = [
            "strace", "-D", "-f", "-o", os.devnull, "-P", image,
            "--trace=read", "--inject=read:signal=SIGSTOP:when=1",
        ]  # fmt: skip
        # No leak detection: it and strace cannot both trace.
        self.patd.start(env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"})
        self.root.wait_for_owner("org.patd.Tokens1")
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
        self.assertEqual(self.verify(token), door.ACCEPTED)
        wait_until(self.made_again)
        self.whole("again")
        self.assertEqual(self.left_behind(), [])

    def made_again(self):
        fd = self.file("again", os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        return self.backup(fd) is None

    def test_one_who_leaves_ends_it_and_patd_goes_on(self):
        leaving = self.client()
        leaving.connection.send_message(self.message(self.file()), Gio.DBusSendMessageFlags.NONE)
        leaving.connection.flush_sync(None)
        leaving.close()
        token = self.root.generate("laptop")
        self.assertEqual(self.verify(token), door.ACCEPTED)
        wait_until(self.made_again)
        self.whole("again")


if __name__ == "__main__":
    tap.main()
