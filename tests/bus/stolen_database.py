#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What somebody can do who has the database, and not the key."""
import contextlib
import hashlib
import os
import sqlite3
import sys
import types

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
import wire
from fixture import GAMES, Patd, PatdTest

VERIFIER_KEY = 1  # the number of the subkey


def verifier(key, token):
    """As patd/crypto/key.h says: crypto_kdf of libsodium, and then keyed BLAKE2b."""
    subkey = hashlib.blake2b(
        key=key, salt=VERIFIER_KEY.to_bytes(16, "little"), person=b"patd-key".ljust(16, b"\0"),
        digest_size=32,
    ).digest()  # fmt: skip
    return hashlib.blake2b(wire.digest(token.text), key=subkey, digest_size=32).digest()


class StolenDatabase(PatdTest):
    def setUp(self):
        super().setUp()
        self.token = self.root.generate("laptop", user="games")
        self.root.rotate(self.root.generate("rotated", user="games"))
        self.assertEqual(self.verify_games(), wire.ACCEPTED)
        self.patd.end()

    def rows(self, table):
        with contextlib.closing(sqlite3.connect(self.patd.database)) as database:
            database.row_factory = sqlite3.Row
            return [dict(row) for row in database.execute(f"SELECT * FROM {table}")]

    def tables(self):
        with contextlib.closing(sqlite3.connect(self.patd.database)) as database:
            return [name for name, in database.execute(
                "SELECT name FROM sqlite_schema WHERE type = 'table'"
            )]  # fmt: skip

    def test_stolen_database__it_has_a_keyed_hash_of_a_hash_of_the_token(self):
        with open(os.path.join(self.patd.state, "key"), "rb") as file:
            key = file.read()
        (row,) = (row for row in self.rows("token") if row["id"] == self.token.id)
        self.assertEqual(row["verifier"], verifier(key, self.token))
        self.patd.start()

    def test_stolen_database__no_value_in_it_logs_in(self):
        values = {
            value
            for table in self.tables()
            for row in self.rows(table)
            for value in row.values()
            if isinstance(value, bytes) and len(value) == 32
        }
        self.assertGreater(len(values), 4)
        self.patd.start()
        good = wire.request(self.token, GAMES, "games")
        at = good.index(wire.digest(self.token.text))
        for value in values:
            packet = good[:at] + value + good[at + len(value) :]
            self.assertEqual(wire.ask(self.patd.root_sock, packet), (wire.WRONG, 0))
        self.assertEqual(wire.ask(self.patd.root_sock, good)[0], wire.ACCEPTED)

    def test_stolen_database__it_does_not_contain_the_key(self):
        with open(os.path.join(self.patd.state, "key"), "rb") as file:
            key = file.read()
        names = os.listdir(self.patd.state)
        self.assertIn("key", names)
        for name in names:
            if name != "key":
                with open(os.path.join(self.patd.state, name), "rb") as file:
                    self.assertNotIn(key, file.read(), name)
        self.patd.start()

    def test_stolen_database__rows_that_were_made_with_another_key_let_nobody_in(self):
        """Somebody makes a token with a key of its own, and writes its row into the database."""
        folder = os.path.join(self.folder, "other")
        os.mkdir(folder)
        other = Patd(folder, self.bus.address)
        self.addCleanup(lambda: other.running() and other.kill())
        other.start()
        self.root.wait_for_owner()
        forged = self.root.generate("forged", user="games")
        self.assertEqual(self.verify_games(forged, sock=other.root_sock), wire.ACCEPTED)
        other.end()
        with contextlib.closing(sqlite3.connect(self.patd.database)) as database, database:
            database.execute("ATTACH ? AS other", (other.database,))
            database.execute("INSERT INTO token SELECT * FROM other.token")
        self.patd.start()
        self.assertEqual(self.verify_games(forged), wire.WRONG)
        same = types.SimpleNamespace(id=self.token.id, text=forged.text)
        self.assertEqual(self.verify_games(same), wire.WRONG)
        self.assertEqual(self.verify_games(), wire.ACCEPTED)


if __name__ == "__main__":
    tap.main()
