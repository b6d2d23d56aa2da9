#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Lists of a table with a million tokens: pages, filters, memory, and logins meanwhile."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
import wire
from client import MANAGER, OBJECT_MANAGER, ROOT, GLib, vardict
from fixture import GAMES, SANITIZED, PatdTest

TOKENS = 20_000 if SANITIZED else 1_000_000
OWN = 20_000
# A prefix that some of the ids have: to list all would take this client a minute and a half.
PART, PART_TOKENS = ("000001", 10_000) if SANITIZED else ("00001", 100_000)
MIB = 1 << 20

# The rows are not written by patd: their state is "altered", which costs as much to compute as any.
# REST: the columns after expires_at.
REST = """'', '', '', 0, 0, 0, 0, '', 0, 0, 0, zeroblob(32), 0, 0, 0, '', '', zeroblob(32), '', 0, '', '', '', 0, zeroblob(32), 0, ''"""
FILL = """
    INSERT INTO token WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < ?)
    SELECT printf('%010d', i), printf('user%03d', i % 1000), 10000 + i % 1000,
           printf('name %d', i), zeroblob(32), 1700000000, 0, 4102444800 + i, """ + REST + """
    FROM n"""
FILL_OWN = """
    INSERT INTO token WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < ?)
    SELECT printf('own%07d', i), 'games', 5, printf('name %d', i), zeroblob(32), 1700000000, 0, 0,
           """ + REST + """
    FROM n"""


class Million(PatdTest):
    def setUp(self):
        super().setUp()
        self.token = self.root.generate("mine", user="games")
        self.patd.end()
        self.patd.edit(FILL, TOKENS)
        self.patd.edit(FILL_OWN, OWN)
        self.restart_patd()

    def pages(self, client, **filters):
        """(number of pages, number of tokens)"""
        pages = tokens = 0
        cursor = ""
        while not pages or cursor:
            args = GLib.Variant("(a{sv}us)", (vardict(**filters), 0, cursor))
            reply, _ = client.send(ROOT, MANAGER, "ListTokens", args)
            pages += 1
            tokens += reply.get_child_value(0).n_children()
            cursor = reply.get_child_value(1).get_string()
        return pages, tokens

    def test_a_list_of_a_million_tokens_is_paged_in_bounded_steps(self):
        games = self.client(GAMES)
        with self.subTest(f"root lists {PART_TOKENS} tokens and patd's memory does not grow"):
            # Afterwards the caches for the table and for this client are filled.
            self.pages(self.root, all=True, id_prefix="own")
            before = self.patd.resident()
            pages, tokens = self.pages(self.root, all=True, id_prefix=PART)
            self.assertEqual(tokens, PART_TOKENS)
            self.assertLessEqual(pages, tokens // 256 + 1)
            # A sanitiser keeps freed memory.
            if not SANITIZED:
                self.assertLess(self.patd.resident() - before, MIB)

        with self.subTest("a filter with one match returns bounded pages"):
            pages, tokens = self.pages(self.root, all=True, state="active")
            self.assertEqual(tokens, 1)
            self.assertGreaterEqual(pages, TOKENS // (4096 + 1024))

        with self.subTest("an id prefix returns the tokens that have it"):
            _, tokens = self.pages(self.root, all=True, id_prefix="0000001")
            self.assertEqual(tokens, 1000)
            _, tokens = self.pages(self.root, all=True, id_prefix="own")
            self.assertEqual(tokens, OWN)

        with self.subTest(f"a user with {OWN + 1} tokens lists all of them"):
            _, tokens = self.pages(games)
            self.assertEqual(tokens, OWN + 1)

        with self.subTest("getmanagedobjects refuses too many tokens and names listtokens"):
            refused = self.assertRefused(
                "LimitsExceeded", games.call, ROOT, OBJECT_MANAGER, "GetManagedObjects"
            )
            self.assertIn("ListTokens", refused.message)

        with self.subTest("logins are accepted while lists are read"):
            with self.logins(self.token, uid=GAMES, user="games") as verdicts:
                while len(verdicts) < 100:
                    self.pages(self.root, all=True, name_pattern="*a*b*c*d*")
            self.assertEqual(set(verdicts), {wire.ACCEPTED})


if __name__ == "__main__":
    tap.main()
