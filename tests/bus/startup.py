#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Start of patd: bad files and options are refused, named and left unchanged; files it creates."""
import contextlib
import hashlib
import os
import random
import shutil
import socket
import sqlite3
import stat
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
import wire
from client import ids, look_until
from fixture import DAEMON, GAMES, PATD, PatdTest
from foreign_objects import FOREIGN_OBJECTS


def snapshot(folder):
    """{path: mode, owner, inode and content} of everything in the folder"""
    found = {}
    for at, folders, files in os.walk(folder):
        for path in [at] + [os.path.join(at, name) for name in folders + files]:
            info = os.lstat(path)
            content = None
            if stat.S_ISLNK(info.st_mode):
                content = os.readlink(path)
            elif stat.S_ISREG(info.st_mode):
                with open(path, "rb") as file:
                    content = hashlib.sha256(file.read()).hexdigest()
            found[path] = (info.st_mode, info.st_uid, info.st_ino, content)
    return found


def cut(path, size):
    os.truncate(path, size)


def fill(path, content, at=0):
    with open(path, "r+b" if at else "wb") as file:
        file.seek(at)
        file.write(content)


def replace(path, make):
    os.remove(path)
    make(path)


def sql(path, *statements):
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
        for statement in statements:
            database.execute(statement)


def encode_anew(path):
    """The same rows, tables and indexes."""
    os.rename(path, path + ".1")
    with contextlib.closing(sqlite3.connect(path + ".1")) as database:
        script = "\n".join(database.iterdump())
    run_script(path, "PRAGMA encoding = 'UTF-16';" + script +
               f"PRAGMA application_id = {0x50415444}; PRAGMA user_version = 1")
    os.chmod(path, 0o600)


def new_with_version(path):
    sql(path, "PRAGMA user_version = 1")
    os.chmod(path, 0o600)


def run_script(path, script):
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.executescript(script)


def link(path):
    os.rename(path, path + ".1")
    os.symlink(path + ".1", path)


def make_foreign(path, *statements):
    os.remove(path)
    sql(path, "CREATE TABLE recipes (name)", "INSERT INTO recipes VALUES ('soup')", *statements)
    os.chmod(path, 0o600)


NOISE = random.Random(1).randbytes(20480)

MODE = "must belong to patd's user, mode 0600"
BACKUP = "restore it from a backup"
NO_FILE = "not a regular file"

# {case: (change, text of the refusal)}
DATABASES = {
    "is a folder": (lambda db: replace(db, os.mkdir), NO_FILE),
    "is a link": (link, NO_FILE),
    "is a link to nowhere": (lambda db: replace(db, lambda p: os.symlink("no", p)), NO_FILE),
    "is a pipe": (lambda db: replace(db, os.mkfifo), NO_FILE),
    "is not writable": (lambda db: os.chmod(db, 0o400), MODE),
    "is readable by others": (lambda db: os.chmod(db, 0o644), MODE),
    "is writable by the group": (lambda db: os.chmod(db, 0o660), MODE),
    "belongs to another user": (lambda db: os.chown(db, DAEMON, 0), "must belong to patd's user"),
    "has random content": (lambda db: fill(db, NOISE), "not a database"),
    "is a text file": (lambda db: fill(db, b"# TODO\n" * 100), "not a database"),
    "is one byte": (lambda db: fill(db, b"S"), "is empty"),
    "is truncated to 0 bytes": (lambda db: cut(db, 0), "is empty"),
    "is truncated to its header": (lambda db: cut(db, 100), BACKUP),
    "is truncated to a page": (lambda db: cut(db, 4096), BACKUP),
    "is truncated in the middle": (lambda db: cut(db, 10000), BACKUP),
    "lacks its last page": (lambda db: cut(db, os.stat(db).st_size - 4096), BACKUP),
    "has a hole": (lambda db: fill(db, bytes(4096), 4096), BACKUP),
    "has random bytes in it": (lambda db: fill(db, NOISE[:16384], 4096), BACKUP),
    "has its texts in UTF-16": (encode_anew, "was not written by patd"),
    "has only a schema version": (
        lambda db: replace(db, new_with_version), "was not written by patd",
    ),
    "has schema version 99": (lambda db: sql(db, "PRAGMA user_version = 99"), "from a newer patd"),
    "has schema version 0": (lambda db: sql(db, "PRAGMA user_version = 0"), "no valid version"),
    "has schema version -1": (lambda db: sql(db, "PRAGMA user_version = -1"), "no valid version"),
    "lacks a table": (lambda db: sql(db, "DROP TABLE token"), BACKUP),
    "is of another program": (make_foreign, "was not written by patd"),
    "is of another program, in WAL mode": (
        lambda db: make_foreign(db, "PRAGMA journal_mode = WAL"), "was not written by patd",
    ),
    "is of another program, with its application id": (
        lambda db: make_foreign(db, "PRAGMA application_id = 1"), "was not written by patd",
    ),
    "is of another program, with patd's schema version": (
        lambda db: make_foreign(db, "PRAGMA user_version = 1"), "was not written by patd",
    ),
}  # fmt: skip

KEYS = {
    "is lost": (os.remove, "the key is missing"),
    "is another key": (lambda key: fill(key, NOISE[:32]), "the key does not match the database"),
    "is a byte short": (lambda key: cut(key, 31), "exactly 32 bytes"),
    "is a byte long": (lambda key: fill(key, bytes(33)), "exactly 32 bytes"),
    "is empty": (lambda key: cut(key, 0), "exactly 32 bytes"),
    "is readable by others": (lambda key: os.chmod(key, 0o604), "can be read by others"),
    "is readable by the group": (lambda key: os.chmod(key, 0o640), "can be read by others"),
    "belongs to another user": (lambda key: os.chown(key, DAEMON, 0), "can be read by others"),
    "is a folder": (lambda key: replace(key, os.mkdir), NO_FILE),
    "is a pipe": (lambda key: replace(key, os.mkfifo), NO_FILE),
    "is a link": (link, "key"),
}

STATE_DIRS = {
    "is writable by the group": (lambda state: os.chmod(state, 0o770), "no other may write"),
    "is writable by all": (lambda state: os.chmod(state, 0o777), "no other may write"),
    "belongs to another user": (
        lambda state: os.chown(state, DAEMON, 0), "must belong to patd's user",
    ),
    "is a file": (
        lambda state: (os.rename(state, state + ".1"), fill(state, b"x")),
        "cannot open the state directory",
    ),
}  # fmt: skip

COMMAND_LINES = {
    "an unknown option": (["--colour"], "unrecognized option"),
    "a short option": (["-v"], "invalid option"),
    "an argument": (["serve"], "unexpected argument 'serve'"),
    "an option without its value": (["--state-dir"], "requires an argument"),
    "a value that an option does not take": (["--help=x"], "doesn't allow an argument"),
    **{
        f"--ready-fd={value}": ([f"--ready-fd={value}"], "is not an open descriptor")
        for value in ("999", "-1", "", "x", "1x", "2147483648", "99999999999999999999")
    },
}


class Refusals(PatdTest):
    def setUp(self):
        super().setUp()
        self.token = self.root.generate("laptop")
        self.assertEqual(self.patd.end(), 0)
        self.start_patd = False  # it need not run when the test ends
        self.saved = self.patd.state + ".saved"
        shutil.copytree(self.patd.state, self.saved)

    def restore(self):
        """Undoes the change of the last case."""
        for name in os.listdir(self.folder):
            path = os.path.join(self.folder, name)
            if name.startswith("state") and path != self.saved:
                shutil.rmtree(path) if os.path.isdir(path) else os.remove(path)
        shutil.copytree(self.saved, self.patd.state)

    def assertStartRefused(self, text, **how):
        """patd refuses to start with that text, and changes nothing; returns its standard error."""
        before = snapshot(self.folder)
        errors = self.patd.refuse(**how)
        self.assertIn(text, errors)
        self.assertEqual(snapshot(self.folder), before, "something was changed")
        return errors

    def assertAllRefused(self, cases, path):
        for case, (change, text) in cases.items():
            with self.subTest(case):
                self.restore()
                change(path)
                self.assertIn(self.patd.state, self.assertStartRefused(text))

    def test_patd_refuses_to_start_if_the_database(self):
        self.assertAllRefused(DATABASES, self.patd.database)

    def test_integrity__patd_refuses_to_start_with(self):
        """Also of a name that somebody else has chosen."""
        self.assertAllRefused(
            {
                case: (lambda db, script=script: run_script(db, script), named)
                for case, (script, named) in FOREIGN_OBJECTS.items()
            },
            self.patd.database,
        )

    def test_patd_refuses_to_start_if_the_key(self):
        self.assertAllRefused(KEYS, os.path.join(self.patd.state, "key"))

    def test_patd_refuses_to_start_if_the_state_directory(self):
        self.assertAllRefused(STATE_DIRS, self.patd.state)
        self.patd.state = os.path.join(self.patd.state, "no/such")
        with self.subTest("has no parent"):
            self.assertIn("cannot make the state directory", self.patd.refuse())

    def test_the_reason_of_a_refusal_is_sent_to_systemd(self):
        """Which shows it to everybody, as the status of the unit."""
        path = os.path.join(self.folder, "notify")
        key = os.path.join(self.patd.state, "key")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
            systemd.bind(path)
            systemd.settimeout(20)
            env = os.environ | {"NOTIFY_SOCKET": path}
            for case in ("is lost", "is empty", "is readable by others"):
                change, text = KEYS[case]
                with self.subTest(case):
                    self.restore()
                    change(key)
                    errors = self.patd.refuse(env=env)
                    self.assertIn(text, errors)
                    reason = errors.strip().removeprefix("patd: ")
                    said = iter(lambda: systemd.recv(4096).decode(), "STOPPING=1")
                    self.assertEqual(list(said), ["STATUS=" + reason])
            self.patd.refuse(command=[PATD, "--no-such-option"], env=env)
            self.assertIn("STATUS=its command line is wrong", systemd.recv(4096).decode())

    def test_patd_refuses_a_command_line_with(self):
        for case, (arguments, text) in COMMAND_LINES.items():
            with self.subTest(case):
                self.assertIn(text, self.patd.refuse(command=[PATD, *arguments]))
        self.assertEqual(os.listdir(self.patd.run), [])

    def test_patd_refuses_to_start_if_the_runtime_directory(self):
        elsewhere = os.path.join(self.folder, "elsewhere")

        def occupied():
            os.makedirs(os.path.join(elsewhere, "root.sock"))

        cases = {
            "has too long a path": ("/tmp/" + "x" * 100, None, "File name too long"),
            "has no parent": (elsewhere + "/no/such", None, "cannot make the runtime directory"),
            "is a file": (self.bus.config, None, "Not a directory"),
            "has a folder for a socket": (elsewhere, occupied, "root.sock: File exists"),
        }
        ended = int(time.time())
        for case, (path, prepare, text) in cases.items():
            with self.subTest(case):
                self.restore()
                if prepare:
                    prepare()
                self.patd.run = path
                # Later than any time in the state: there would be one to write down.
                look_until(lambda: time.time() >= ended + 2)
                self.assertStartRefused(text)

    def test_a_second_patd_exits_and_the_first_continues(self):
        self.patd.start()
        own_run = [f"--runtime-dir={self.folder}/run2"]
        own_state = [f"--state-dir={self.folder}/state2"]
        cases = {
            "with the same folders": ([], "in use by another patd"),
            "with the same state directory": (own_run, "in use by another patd"),
            "with the same runtime directory": (own_state, "Address already in use"),
        }
        for case, (arguments, text) in cases.items():
            with self.subTest(case):
                self.assertIn(text, self.patd.refuse(*arguments))
                self.assertEqual(self.verify(self.token), wire.ACCEPTED)

    def test_patd_refuses_to_start_if_the_key_credential(self):
        credential = os.path.join(self.folder, "patd.key")
        env = {**os.environ, "CREDENTIALS_DIRECTORY": self.folder}
        cases = {
            "is another key": (NOISE[:32], "the key does not match the database"),
            "is a byte short": (NOISE[:31], "exactly 32 bytes"),
            "is empty": (b"", "exactly 32 bytes"),
        }
        for case, (content, text) in cases.items():
            with self.subTest(case):
                fill(credential, content)
                self.assertStartRefused(text, env=env)

    def test_patd_starts_with_its_tokens_after_the_cause_of_a_refusal_is_removed(self):
        key = os.path.join(self.patd.state, "key")
        os.rename(key, key + ".away")
        self.patd.refuse()
        os.rename(key + ".away", key)
        self.patd.start()
        self.assertEqual(self.verify(self.token), wire.ACCEPTED)


class Starts(PatdTest):
    start_patd = False

    def start(self, **how):
        self.patd.start(**how)
        self.root = self.client()

    def mode(self, *path):
        return stat.S_IMODE(os.stat(os.path.join(*path)).st_mode)

    def test_patd_creates_files_and_directories_with_restrictive_modes(self):
        os.umask(0)
        self.addCleanup(os.umask, 0o022)
        self.start()
        self.root.generate("laptop")
        self.assertEqual(self.mode(self.patd.state), 0o700)
        self.assertEqual(self.mode(self.patd.run), 0o755)
        names = os.listdir(self.patd.state)
        self.assertLessEqual({"key", "patd.db"}, set(names))
        self.assertEqual({self.mode(self.patd.state, name) for name in names}, {0o600})

    def test_a_lost_key_is_replaced_if_there_are_no_tokens(self):
        key = os.path.join(self.patd.state, "key")
        self.start()
        with open(key, "rb") as file:
            first = file.read()
        self.root.revoke_and_delete(self.root.generate("laptop"))
        self.patd.end()
        os.remove(key)
        self.start()
        with open(key, "rb") as file:
            self.assertNotEqual(file.read(), first)
        self.assertEqual(self.verify(self.root.generate("laptop")), wire.ACCEPTED)

    def test_patd_starts_empty_if_the_database_was_moved_away(self):
        self.start()
        old = self.root.generate("laptop")
        self.patd.end()
        os.rename(self.patd.database, self.patd.database + ".away")
        self.start()
        self.assertEqual(self.root.list(all=True), [])
        self.assertEqual(self.verify(old), wire.WRONG)
        self.assertEqual(self.verify(self.root.generate("laptop")), wire.ACCEPTED)

    def test_stolen_database__a_key_from_a_credential_is_used_and_not_stored(self):
        fill(os.path.join(self.folder, "patd.key"), NOISE[:32])
        env = {**os.environ, "CREDENTIALS_DIRECTORY": self.folder}
        self.start(env=env)
        token = self.root.generate("laptop")
        self.assertNotIn("key", os.listdir(self.patd.state))
        self.patd.end()
        self.assertIn("the key is missing", self.patd.refuse())
        self.start(env=env)
        self.assertEqual(self.verify(token), wire.ACCEPTED)

    def test_sockets_of_a_killed_patd_are_replaced(self):
        self.start()
        token = self.root.generate("laptop")
        self.patd.kill()
        self.assertEqual(sorted(os.listdir(self.patd.run)), ["fleet.sock", "front.sock", "root.sock"])
        self.start()
        self.assertEqual(self.verify(token), wire.ACCEPTED)

    def test_patd_removes_its_sockets_at_exit(self):
        self.start()
        self.assertEqual(self.patd.end(), 0)
        self.assertEqual(os.listdir(self.patd.run), [])

    def start_as_daemon(self):
        for folder in (self.patd.state, self.patd.run):
            os.mkdir(folder, 0o755)
            os.chown(folder, DAEMON, DAEMON)
        os.chmod(self.patd.state, 0o700)
        # The build directory may be inaccessible to others.
        self.patd.program = shutil.copy(PATD, self.folder)
        self.start(user=DAEMON, group=DAEMON, extra_groups=[], cwd="/")

    def test_patd_works_as_an_ordinary_user(self):
        self.start_as_daemon()
        token = self.root.generate("laptop", user="games")
        self.assertEqual(self.verify_games(token), wire.ACCEPTED)
        self.root.revoke(token)
        verdict = self.verify_games(token, caller=GAMES, sock=self.patd.user_sock)
        self.assertEqual(verdict, wire.REVOKED)

    def test_proc_mem_of_patd_is_owned_by_root(self):
        self.start_as_daemon()
        self.assertEqual(os.stat(f"/proc/{self.patd.process.pid}/mem").st_uid, 0)

    def test_an_unreadable_row_does_not_affect_other_tokens(self):
        self.start()
        broken, whole = self.root.generate("broken"), self.root.generate("whole")
        self.patd.end()
        self.patd.edit("UPDATE token SET verifier = x'00' WHERE id = ?", broken.id)
        self.start()
        self.assertEqual(ids(self.root.list()), [whole.id])
        self.assertEqual(self.verify(whole), wire.ACCEPTED)
        self.assertNotEqual(self.verify(broken), wire.ACCEPTED)

    def test_help_and_version_are_printed_on_standard_output(self):
        for option, text in {"--help": "--state-dir=DIR", "--version": "patd "}.items():
            with self.subTest(option):
                done = subprocess.run([PATD, option], capture_output=True, check=True)
                self.assertIn(text, done.stdout.decode())
                self.assertEqual(done.stderr, b"")


if __name__ == "__main__":
    tap.main()
