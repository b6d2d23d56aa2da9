#!/usr/bin/python3 -B
"""A backup in which something was altered is refused, with all its checksums right, and says what."""
import contextlib
import hashlib
import os
import sqlite3
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
from client import PATIENCE_S
from world import GAMES, PATD, WorldTest

# See patd/backup/backup_file.h.
SIZE_AT, KEY_AT, CHECKSUM_AT, HEADER = 16, 24, 56, 88

TOKEN = "was altered, outside of patd"
DATABASE = "the database in the backup is damaged"


def history(entry, problem):
    return f"the history in the backup was altered, outside of patd, at entry {entry} ({problem})"


ALTERED = {
    "the end of a token": ("UPDATE token SET expires_at = expires_at + 1", TOKEN),
    "a token's user": ("UPDATE token SET user = 'root', uid = 0", TOKEN),
    "a revoke taken back": ("UPDATE token SET revoked_at = 0 WHERE name = 'revoked'", TOKEN),
    "a token under another id": ("UPDATE token SET id = 'A000000000' WHERE name = 'laptop'", TOKEN),
    "the secret of another token":
        ("UPDATE token SET verifier = (SELECT verifier FROM token WHERE name = 'revoked')", TOKEN),
    "a row that cannot be read": ("UPDATE token SET verifier = x'00' WHERE name = 'laptop'", TOKEN),
    "an entry": ("UPDATE history SET service = 'su' WHERE seq = 2",
                 history(2, "the entry, or one before it, was altered")),
    "an entry that is gone": ("DELETE FROM history WHERE seq = 2", history(2, "an entry is missing")),
    "the last entry gone": ("DELETE FROM history WHERE seq = 4",
                            history(4, "entries were cut off at the end")),
    "the seal over the history": ("UPDATE meta SET value = zeroblob(112) WHERE key = 'history'",
                                  history(1, "the seal over the history was altered or removed")),
    "a later version": ("PRAGMA user_version = 1000", "version 1000, from a newer patd"),
    "another program's": ("PRAGMA application_id = 1", "is not patd's, and was left"),
    "a table that is gone": ("DROP TABLE token", DATABASE),
}  # fmt: skip


class Altered(WorldTest):
    def setUp(self):
        super().setUp()
        laptop = self.root.generate("laptop", user="games")
        self.verify(laptop, GAMES, "games")
        self.root.revoke(self.root.generate("revoked"))
        self.backup = self.make_backup()
        with open(self.backup, "rb") as file:
            self.head, self.image = file.read(HEADER), file.read()
        self.key = self.head[KEY_AT:CHECKSUM_AT]
        self.empty = os.path.join(self.folder, "empty")
        os.mkdir(self.empty, 0o700)
        self.verify_backup = [f"--verify-backup={self.backup}"]
        self.restore_backup = [f"--restore-backup={self.backup}", f"--state-dir={self.empty}"]

    @contextlib.contextmanager
    def database(self):
        """That of the backup, as a file of its own; self.image is what it becomes."""
        path = os.path.join(self.folder, "image")
        with open(path, "wb") as file:
            file.write(self.image)
        with contextlib.closing(sqlite3.connect(path)) as database, database:
            yield database
        with open(path, "rb") as file:
            self.image = file.read()

    def write(self):
        """The backup anew, with its size and its checksum as they must be."""
        head = self.head[:SIZE_AT] + len(self.image).to_bytes(8, "little") + self.key
        checksum = hashlib.blake2b(head + self.image, digest_size=HEADER - CHECKSUM_AT).digest()
        with open(self.backup, "wb") as file:
            file.write(head + checksum + self.image)

    def run_patd(self, *order):
        done = subprocess.run(
            [PATD, *order], capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )
        return done.returncode, done.stderr

    def assertFound(self, what):
        self.write()
        for order in self.verify_backup, self.restore_backup:
            status, text = self.run_patd(*order)
            self.assertEqual(status, 1)
            self.assertIn(what, text)
        self.assertEqual(os.listdir(self.empty), [])

    def test_what_was_altered_is_found(self):
        whole = self.image
        for case, (sql, what) in ALTERED.items():
            with self.subTest(case):
                self.image = whole
                with self.database() as database:
                    database.execute(sql)
                self.assertFound(what)

    def test_another_key_is_none_of_it(self):
        self.key = bytes(32)
        self.assertFound("the key in the backup is not that of the database")

    def test_pages_that_disagree_are_found(self):
        with self.database() as database:
            (size,) = database.execute("PRAGMA page_size").fetchone()
            pages = database.execute(
                "SELECT name, rootpage FROM sqlite_schema"
                " WHERE name IN ('token_by_owner', 'token_by_name')"
            ).fetchall()
        whole = self.image
        self.assertEqual(len(pages), 2)
        for index, page in pages:
            with self.subTest(index):
                at = whole.index(b"laptop", (page - 1) * size, page * size)
                self.image = whole[:at] + b"k" + whole[at + 1 :]
                self.assertFound(DATABASE)

    def test_what_was_not_is_whole(self):
        self.write()
        for order in self.verify_backup, self.restore_backup:
            status, text = self.run_patd(*order)
            self.assertEqual(status, 0, text)
        self.assertIn("patd.db", os.listdir(self.empty))


if __name__ == "__main__":
    tap.main()
