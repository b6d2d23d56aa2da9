#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""patd refuses a backup that was altered, even if its checksum is right, and names the problem."""
import contextlib
import hashlib
import os
import sqlite3
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
from fixture import PatdTest, run_patd
from foreign_objects import FOREIGN_OBJECTS

# The header of a backup: magic, size of the database, key, checksum.
SIZE_AT, KEY_AT, CHECKSUM_AT, HEADER = 16, 24, 56, 88

ROW = "was altered, outside of patd"
DATABASE = "the database in the backup is damaged"


def history(entry, problem):
    return f"the history in the backup was altered, outside of patd, at entry {entry} ({problem})"


ALTERED = {
    "the expiry of a token": ("UPDATE token SET expires_at = expires_at + 1", ROW),
    "the user of a token": ("UPDATE token SET user = 'root', uid = 0", ROW),
    "a revocation undone": ("UPDATE token SET revoked_at = 0 WHERE name = 'revoked'", ROW),
    "a token under another id": ("UPDATE token SET id = 'A000000000' WHERE name = 'laptop'", ROW),
    "the secret of another token":
        ("UPDATE token SET verifier = (SELECT verifier FROM token WHERE name = 'revoked')", ROW),
    "a row that cannot be read": ("UPDATE token SET verifier = x'00' WHERE name = 'laptop'", ROW),
    "a history entry": ("UPDATE history SET service = 'su' WHERE seq = 2",
                        history(2, "this or an earlier entry was altered")),
    "a history entry removed": ("DELETE FROM history WHERE seq = 2",
                                history(2, "an entry is missing")),
    "the last history entry removed": ("DELETE FROM history WHERE seq = 4",
                                       history(4, "entries at the end were removed")),
    "the seal over the history": ("UPDATE meta SET value = zeroblob(112) WHERE key = 'history'",
                                  history(1, "the seal of the history was altered or removed")),
    "a later schema version": ("PRAGMA user_version = 1000", "version 1000, from a newer patd"),
    "another application id": ("PRAGMA application_id = 1", "was not written by patd"),
    "a table removed": ("DROP TABLE token", 'lacks the table "token"'),
}  # fmt: skip


class AlteredBackup(PatdTest):
    def setUp(self):
        super().setUp()
        laptop = self.root.generate("laptop", user="games")
        self.verify_games(laptop)
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
        """The database of the backup, opened; its changes go to self.image."""
        path = os.path.join(self.folder, "image")
        with open(path, "wb") as file:
            file.write(self.image)
        with contextlib.closing(sqlite3.connect(path)) as database, database:
            yield database
        with open(path, "rb") as file:
            self.image = file.read()

    def write(self):
        """Writes the backup again, with the right size and checksum."""
        head = self.head[:SIZE_AT] + len(self.image).to_bytes(8, "little") + self.key
        checksum = hashlib.blake2b(head + self.image, digest_size=HEADER - CHECKSUM_AT).digest()
        with open(self.backup, "wb") as file:
            file.write(head + checksum + self.image)

    def assertBackupRefused(self, problem):
        self.write()
        for arguments in self.verify_backup, self.restore_backup:
            done = run_patd(*arguments)
            self.assertEqual(done.returncode, 1)
            self.assertIn(problem, done.stderr)
        self.assertEqual(os.listdir(self.empty), [])

    def test_an_altered_backup_is_refused_with_its_problem(self):
        whole = self.image
        for case, (sql, problem) in ALTERED.items():
            with self.subTest(case):
                self.image = whole
                with self.database() as database:
                    database.execute(sql)
                self.assertBackupRefused(problem)

    def test_integrity__a_backup_is_refused_with(self):
        whole = self.image
        for case, (script, named) in FOREIGN_OBJECTS.items():
            with self.subTest(case):
                self.image = whole
                with self.database() as database:
                    database.executescript(script)
                self.assertBackupRefused(named)

    def test_a_backup_with_another_key_is_refused(self):
        self.key = bytes(32)
        self.assertBackupRefused("the key in the backup does not match the database")

    def test_an_index_that_contradicts_its_table_is_refused(self):
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
                self.assertBackupRefused(DATABASE)

    def test_an_unaltered_backup_is_verified_and_restored(self):
        self.write()
        for arguments in self.verify_backup, self.restore_backup:
            done = run_patd(*arguments)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("patd.db", os.listdir(self.empty))


if __name__ == "__main__":
    tap.main()
