#!/usr/bin/python3 -B
"""What patd refuses to start on: it says why, and leaves everything as it was."""
import contextlib
import hashlib
import os
import random
import shutil
import sqlite3
import stat
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import door
import tap
from world import DAEMON, PATD, WorldTest


def picture(*folders):
    """All that is in the folders, and how."""
    found = {}
    for folder in folders:
        for at, folders_in, files in os.walk(folder):
            for path in [at] + [os.path.join(at, name) for name in folders_in + files]:
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


def link(path):
    os.rename(path, path + ".1")
    os.symlink(path + ".1", path)


def anothers(path, *statements):
    os.remove(path)
    sql(path, "CREATE TABLE recipes (name)", "INSERT INTO recipes VALUES ('soup')", *statements)
    os.chmod(path, 0o600)


NOISE = random.Random(1).randbytes(20480)

MODE = "must belong to patd's user, mode 0600"
BACKUP = "restore it from a backup"
NO_FILE = "not a regular file"

# What is done to the database, and what patd says of it.
DATABASES = {
    "is a folder": (lambda db: replace(db, os.mkdir), NO_FILE),
    "is a link": (link, NO_FILE),
    "is a link to nowhere": (lambda db: replace(db, lambda p: os.symlink("no", p)), NO_FILE),
    "is a pipe": (lambda db: replace(db, os.mkfifo), NO_FILE),
    "is not writable": (lambda db: os.chmod(db, 0o400), MODE),
    "is readable by others": (lambda db: os.chmod(db, 0o644), MODE),
    "is writable by the group": (lambda db: os.chmod(db, 0o660), MODE),
    "is another user's": (lambda db: os.chown(db, DAEMON, 0), "must belong to patd's user"),
    "is noise": (lambda db: fill(db, NOISE), "not a database"),
    "is a text": (lambda db: fill(db, b"# TODO\n" * 100), "not a database"),
    "is one byte": (lambda db: fill(db, b"S"), "is empty"),
    "is cut to nothing": (lambda db: cut(db, 0), "is empty"),
    "is cut to a header": (lambda db: cut(db, 100), BACKUP),
    "is cut to a page": (lambda db: cut(db, 4096), BACKUP),
    "is cut in the middle": (lambda db: cut(db, 10000), BACKUP),
    "lacks its last page": (lambda db: cut(db, os.stat(db).st_size - 4096), BACKUP),
    "has a hole": (lambda db: fill(db, bytes(4096), 4096), BACKUP),
    "has noise in it": (lambda db: fill(db, NOISE[:16384], 4096), BACKUP),
    "is of a newer version": (lambda db: sql(db, "PRAGMA user_version = 99"), "from a newer patd"),
    "is of no version": (lambda db: sql(db, "PRAGMA user_version = 0"), "no valid version"),
    "is of a negative version": (lambda db: sql(db, "PRAGMA user_version=-1"), "no valid version"),
    "lacks a table": (lambda db: sql(db, "DROP TABLE token"), BACKUP),
    "is another program's": (anothers, "is not patd's"),
    "is another program's, in WAL": (
        lambda db: anothers(db, "PRAGMA journal_mode = WAL"), "is not patd's",
    ),
    "is another program's, with its mark": (
        lambda db: anothers(db, "PRAGMA application_id = 1"), "is not patd's",
    ),
    "is another program's, with our version": (
        lambda db: anothers(db, "PRAGMA user_version = 1"), "is not patd's",
    ),
}  # fmt: skip

KEYS = {
    "is lost": (os.remove, "the key is lost"),
    "is another": (lambda key: fill(key, NOISE[:32]), "the key is not the one"),
    "is a byte short": (lambda key: cut(key, 31), "exactly 32 bytes"),
    "is a byte long": (lambda key: fill(key, bytes(33)), "exactly 32 bytes"),
    "is empty": (lambda key: cut(key, 0), "exactly 32 bytes"),
    "is readable by others": (lambda key: os.chmod(key, 0o604), "can be read by others"),
    "is readable by the group": (lambda key: os.chmod(key, 0o640), "can be read by others"),
    "is another user's": (lambda key: os.chown(key, DAEMON, 0), "can be read by others"),
    "is a folder": (lambda key: replace(key, os.mkdir), NO_FILE),
    "is a pipe": (lambda key: replace(key, os.mkfifo), NO_FILE),
    "is a link": (link, "key"),
}

STATE_DIRS = {
    "is writable by the group": (lambda state: os.chmod(state, 0o770), "no other may write"),
    "is writable by all": (lambda state: os.chmod(state, 0o777), "no other may write"),
    "is another user's": (lambda state: os.chown(state, DAEMON, 0), "must belong to patd's user"),
    "is a file": (
        lambda state: (os.rename(state, state + ".1"), fill(state, b"x")),
        "cannot open the state directory",
    ),
}  # fmt: skip

COMMAND_LINES = {
    "an unknown option": (["--colour"], "unrecognized option"),
    "a short option": (["-v"], "invalid option"),
    "an argument": (["serve"], "there is no argument 'serve'"),
    "an option without its value": (["--state-dir"], "requires an argument"),
    "a value that an option does not take": (["--help=x"], "doesn't allow an argument"),
    **{
        f"--ready-fd={value}": ([f"--ready-fd={value}"], "is no open descriptor")
        for value in ("999", "-1", "", "x", "1x", "2147483648", "99999999999999999999")
    },
}


class Refusals(WorldTest):
    def setUp(self):
        super().setUp()
        self.token = self.root.generate("laptop")
        self.assertEqual(self.patd.end(), 0)
        self.start_patd = False  # it need not live to the end
        self.saved = self.patd.state + ".saved"
        shutil.copytree(self.patd.state, self.saved)

    def restore(self):
        """As it was before the last case."""
        for name in os.listdir(self.folder):
            path = os.path.join(self.folder, name)
            if name.startswith("state") and path != self.saved:
                shutil.rmtree(path) if os.path.isdir(path) else os.remove(path)
        shutil.copytree(self.saved, self.patd.state)

    def assertAllRefused(self, cases, path):
        for case, (change, says) in cases.items():
            with self.subTest(case):
                self.restore()
                change(path)
                before = picture(self.folder)
                said = self.patd.refuse()
                self.assertIn(says, said)
                self.assertIn(self.patd.state, said)
                self.assertEqual(picture(self.folder), before, "something was changed")

    def test_a_database_is_refused_that(self):
        self.assertAllRefused(DATABASES, self.patd.database)

    def test_a_key_is_refused_that(self):
        self.assertAllRefused(KEYS, os.path.join(self.patd.state, "key"))

    def test_a_state_directory_is_refused_that(self):
        self.assertAllRefused(STATE_DIRS, self.patd.state)
        self.patd.state = os.path.join(self.patd.state, "no/such")
        with self.subTest("has no parent"):
            self.assertIn("cannot make the state directory", self.patd.refuse())

    def test_a_command_line_is_refused_with(self):
        for case, (arguments, says) in COMMAND_LINES.items():
            with self.subTest(case):
                said = self.patd.refuse(command=[PATD, *arguments])
                self.assertIn(says, said)
        self.assertEqual(os.listdir(self.patd.run), [])

    def test_a_runtime_directory_is_refused_that(self):
        elsewhere = os.path.join(self.folder, "elsewhere")

        def occupied():
            os.makedirs(os.path.join(elsewhere, "root.sock"))

        cases = {
            "has too long a path": ("/tmp/" + "x" * 100, None, "File name too long"),
            "has no parent": (elsewhere + "/no/such", None, "cannot make the runtime directory"),
            "is a file": (self.bus.config, None, "Not a directory"),
            "has a folder for a socket": (elsewhere, occupied, "root.sock: File exists"),
        }
        for case, (path, prepare, says) in cases.items():
            with self.subTest(case):
                self.restore()
                if prepare:
                    prepare()
                self.patd.run = path
                before = picture(self.folder)
                self.assertIn(says, self.patd.refuse())
                self.assertEqual(picture(self.folder), before, "something was changed")

    def test_a_second_patd_is_refused_and_the_first_goes_on(self):
        self.patd.start()
        own_run = [f"--runtime-dir={self.folder}/run2"]
        own_state = [f"--state-dir={self.folder}/state2"]
        cases = {
            "with the same folders": ([], "in use by another patd"),
            "with the same state directory": (own_run, "in use by another patd"),
            "with the same runtime directory": (own_state, "Address already in use"),
        }
        for case, (arguments, says) in cases.items():
            with self.subTest(case):
                self.assertIn(says, self.patd.refuse(*arguments))
                self.assertEqual(self.verify(self.token), door.ACCEPTED)

    def test_a_credential_is_refused_that(self):
        credential = os.path.join(self.folder, "patd.key")
        env = {**os.environ, "CREDENTIALS_DIRECTORY": self.folder}
        cases = {
            "is another key": (NOISE[:32], "the key is not the one"),
            "is a byte short": (NOISE[:31], "exactly 32 bytes"),
            "is empty": (b"", "exactly 32 bytes"),
        }
        for case, (content, says) in cases.items():
            with self.subTest(case):
                fill(credential, content)
                before = picture(self.folder)
                self.assertIn(says, self.patd.refuse(env=env))
                self.assertEqual(picture(self.folder), before, "something was changed")

    def test_after_a_refusal_everything_is_there_again_once_the_cause_is_gone(self):
        key = os.path.join(self.patd.state, "key")
        os.rename(key, key + ".away")
        self.patd.refuse()
        os.rename(key + ".away", key)
        self.patd.start()
        self.assertEqual(self.verify(self.token), door.ACCEPTED)


class Starts(WorldTest):
    start_patd = False

    def start(self, **how):
        self.patd.start(**how)
        self.root = self.client()

    def mode(self, *path):
        return stat.S_IMODE(os.stat(os.path.join(*path)).st_mode)

    def test_everything_that_patd_makes_is_its_own_alone(self):
        os.umask(0)
        self.addCleanup(os.umask, 0o022)
        self.start()
        self.root.generate("laptop")
        self.assertEqual(self.mode(self.patd.state), 0o700)
        self.assertEqual(self.mode(self.patd.run), 0o755)
        names = os.listdir(self.patd.state)
        self.assertLessEqual({"key", "patd.db"}, set(names))
        self.assertEqual({self.mode(self.patd.state, name) for name in names}, {0o600})

    def test_a_key_that_is_lost_without_tokens_is_made_anew(self):
        key = os.path.join(self.patd.state, "key")
        self.start()
        with open(key, "rb") as file:
            first = file.read()
        token = self.root.generate("laptop")
        self.root.revoke(token)
        self.root.delete(token)
        self.patd.end()
        os.remove(key)
        self.start()
        with open(key, "rb") as file:
            self.assertNotEqual(file.read(), first)
        self.assertEqual(self.verify(self.root.generate("laptop")), door.ACCEPTED)

    def test_with_the_database_moved_away_all_tokens_are_given_up(self):
        self.start()
        old = self.root.generate("laptop")
        self.patd.end()
        os.rename(self.patd.database, self.patd.database + ".away")
        self.start()
        self.assertEqual(self.root.list(all=True), [])
        self.assertEqual(self.verify(old), door.WRONG)
        self.assertEqual(self.verify(self.root.generate("laptop")), door.ACCEPTED)

    def test_a_credential_is_the_key_and_none_is_made(self):
        fill(os.path.join(self.folder, "patd.key"), NOISE[:32])
        env = {**os.environ, "CREDENTIALS_DIRECTORY": self.folder}
        self.start(env=env)
        token = self.root.generate("laptop")
        self.assertNotIn("key", os.listdir(self.patd.state))
        self.patd.end()
        self.assertIn("the key is lost", self.patd.refuse())
        self.start(env=env)
        self.assertEqual(self.verify(token), door.ACCEPTED)

    def test_sockets_that_a_killed_patd_left_are_taken_over(self):
        self.start()
        token = self.root.generate("laptop")
        self.patd.kill()
        self.assertEqual(sorted(os.listdir(self.patd.run)), ["root.sock", "user.sock"])
        self.start()
        self.assertEqual(self.verify(token), door.ACCEPTED)

    def test_patd_that_ends_leaves_no_sockets(self):
        self.start()
        self.assertEqual(self.patd.end(), 0)
        self.assertEqual(os.listdir(self.patd.run), [])

    def start_as_daemon(self):
        for folder in (self.patd.state, self.patd.run):
            os.mkdir(folder, 0o755)
            os.chown(folder, DAEMON, DAEMON)
        os.chmod(self.patd.state, 0o700)
        # The build may stand where others cannot go.
        self.patd.program = shutil.copy(PATD, self.folder)
        self.start(user=DAEMON, group=DAEMON, extra_groups=[], cwd="/")

    def test_an_ordinary_user_can_run_patd(self):
        self.start_as_daemon()
        token = self.root.generate("laptop", user="games")
        self.assertEqual(self.verify(token, 5, "games"), door.ACCEPTED)
        self.root.revoke(token)
        self.assertEqual(self.verify(token, 5, "games", 5, self.patd.user_sock), door.REVOKED)

    def test_other_processes_of_its_user_cannot_look_into_patd(self):
        self.start_as_daemon()
        self.assertEqual(os.stat(f"/proc/{self.patd.process.pid}/mem").st_uid, 0)

    def test_a_broken_row_hides_no_other(self):
        self.start()
        broken, whole = self.root.generate("broken"), self.root.generate("whole")
        self.patd.end()
        self.patd.edit("UPDATE token SET verifier = x'00' WHERE id = ?", broken.id)
        self.start()
        self.assertEqual([row["Id"] for row in self.root.list()], [whole.id])
        self.assertEqual(self.verify(whole), door.ACCEPTED)
        self.assertNotEqual(self.verify(broken), door.ACCEPTED)

    def test_help_and_version_are_told_on_standard_output(self):
        for option, says in {"--help": "--state-dir=DIR", "--version": "patd "}.items():
            with self.subTest(option):
                done = subprocess.run([PATD, option], capture_output=True, check=True)
                self.assertIn(says, done.stdout.decode())
                self.assertEqual(done.stderr, b"")


if __name__ == "__main__":
    tap.main()
