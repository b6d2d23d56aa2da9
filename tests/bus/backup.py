#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Backup over the bus: consistent while patd serves, for root only, without leftover files."""
import os
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
import wire
from client import MANAGER, NAME, PATIENCE_S, ROOT, STANDARD, Gio, GLib, wait_until
from fixture import BUILD, GAMES, PatdTest, run_patd, signal_at

HEADER = 88
MAGIC = b"patd backup 1\n\0\0"
MIB = 1 << 20
PATCTL = os.path.join(BUILD, "patctl/patctl")


class BackupTest(PatdTest):
    def file(self, name="backup", flags=os.O_RDWR | os.O_CREAT | os.O_EXCL):
        fd = os.open(os.path.join(self.folder, name), flags, 0o600)
        self.addCleanup(os.close, fd)
        return fd

    def message(self, fd):
        message = Gio.DBusMessage.new_method_call(NAME, ROOT, MANAGER, "Backup")
        fds = Gio.UnixFDList.new()
        message.set_body(GLib.Variant("(ha{sv})", (fds.append(fd), {})))
        message.set_unix_fd_list(fds)
        return message

    def begin(self, fd, client, errors):
        """Calls Backup; wait_until() adds the error's name, or None, to errors."""
        client.connection.send_message_with_reply(
            self.message(fd), Gio.DBusSendMessageFlags.NONE, PATIENCE_S * 1000, None,
            lambda connection, result: errors.append(
                connection.send_message_with_reply_finish(result).get_error_name()
            ),
        )  # fmt: skip

    def backup(self, fd, client=None):
        """Makes a backup; the error's name, or None."""
        errors = []
        self.begin(fd, client or self.root, errors)
        wait_until(lambda: errors)
        return errors[0]

    def assertError(self, fd, name, client=None):
        error = self.backup(fd, client)
        self.assertIsNotNone(error)
        self.assertEqual(error.rsplit(".", 1)[1], name)

    def assertComplete(self, name="backup"):
        done = run_patd(f"--verify-backup={os.path.join(self.folder, name)}")
        self.assertEqual(done.returncode, 0, done.stderr)

    def leftovers(self):
        return [name for name in os.listdir(self.patd.state) if name.startswith("backup")]


class Complete(BackupTest):
    def test_a_backup_is_complete_and_contains_the_key(self):
        self.root.generate("laptop")
        fd = self.file()
        self.assertIsNone(self.backup(fd))
        head = os.pread(fd, HEADER, 0)
        self.assertEqual(head[:16], MAGIC)
        self.assertEqual(int.from_bytes(head[16:24], "little"), os.fstat(fd).st_size - HEADER)
        with open(os.path.join(self.patd.state, "key"), "rb") as key:
            self.assertEqual(head[24:56], key.read())
        self.assertComplete()
        self.assertEqual(self.leftovers(), [])

    def test_a_backup_made_during_logins_is_consistent(self):
        tokens = [self.root.generate(f"token {n}") for n in range(200)]
        with self.logins(*tokens) as verdicts:
            for n in range(10):
                self.assertIsNone(self.backup(self.file(f"backup {n}")))
        self.assertEqual(set(verdicts), {wire.ACCEPTED})
        for n in range(10):
            self.assertComplete(f"backup {n}")


class Refused(BackupTest):
    def test_an_ordinary_user_is_denied_a_backup(self):
        self.assertError(self.file(), "AccessDenied", self.client(GAMES))

    def test_a_descriptor_that_is_not_an_empty_writable_file_is_refused(self):
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

    def test_a_second_backup_at_the_same_time_is_refused(self):
        # So large that the second call arrives before the first backup is done.
        self.patd.end()
        self.patd.edit("INSERT INTO former VALUES ('', 1, zeroblob(?))", 256 * MIB)
        self.restart_patd()
        errors = []
        for n in range(2):
            self.begin(self.file(f"backup {n}"), self.root, errors)
        wait_until(lambda: len(errors) == 2)
        self.assertEqual(sorted(map(str, errors)), ["None", STANDARD + "LimitsExceeded"])


class Interrupted(BackupTest):
    def test_temporary_files_of_a_killed_backup_are_removed_at_the_next_start(self):
        self.root.generate("laptop")
        self.patd.end()
        # Killed while it copies the image into the file.
        backup = os.path.join(self.folder, "backup")
        self.patd.wrapper = signal_at("pwrite64", options=("-D", "-f", "-P", backup))
        fd = self.file()
        self.restart_patd()
        self.assertError(fd, "NoReply")
        self.patd.process.wait(PATIENCE_S)
        self.assertEqual(self.leftovers(), ["backup.new"])
        self.assertNotEqual(os.pread(fd, 16, 0), MAGIC)
        self.patd.wrapper = []
        self.restart_patd()
        self.assertEqual(self.leftovers(), [])
        self.assertIsNone(self.backup(self.file("again")))

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
        wait_until(self.make_again)
        self.assertComplete("again")
        self.assertEqual(self.leftovers(), [])

    def make_again(self):
        """Whether another backup can be made."""
        fd = self.file("again", os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        return self.backup(fd) is None

    def test_a_client_that_disconnects_aborts_its_backup_and_patd_continues(self):
        leaving = self.client()
        leaving.connection.send_message(self.message(self.file()), Gio.DBusSendMessageFlags.NONE)
        leaving.leave()
        token = self.root.generate("laptop")
        self.assertEqual(self.verify(token), wire.ACCEPTED)
        wait_until(self.make_again)
        self.assertComplete("again")


if __name__ == "__main__":
    tap.main()
