#!/usr/bin/python3 -B
"""Lists stay bounded at any size of the table, page by page."""
import os
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import door
import tap
from client import MANAGER, ROOT, GLib, options
from world import GAMES, SANITIZED, WorldTest

TOKENS = 20_000 if SANITIZED else 1_000_000
OWN = 20_000
# The beginning of ids that a part of them has: to read all takes this client a minute and a half.
PART, PART_TOKENS = ("000001", 10_000) if SANITIZED else ("00001", 100_000)
MIB = 1 << 20

# Nobody's, and not by patd: their state is "altered", which costs as much to find out as any.
# The columns behind expires_at.
REST = """'', '', '', 0, 0, 0, 0, '', 0, 0, 0, zeroblob(32), 0, 0, 0, '', '', zeroblob(32)"""
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


def resident(process):
    with open(f"/proc/{process.pid}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")


class Million(WorldTest):
    def setUp(self):
        super().setUp()
        self.token = self.root.generate("mine", user="games")
        self.patd.end()
        self.patd.edit(FILL, TOKENS)
        self.patd.edit(FILL_OWN, OWN)
        self.patd.start()
        self.root.wait_for_owner()

    def pages(self, client, **wanted):
        """(pages, tokens), counted and forgotten."""
        pages = tokens = 0
        cursor = ""
        while not pages or cursor:
            args = GLib.Variant("(a{sv}us)", (options(**wanted), 0, cursor))
            reply, _ = client.send(ROOT, MANAGER, "ListTokens", args)
            pages += 1
            tokens += reply.get_child_value(0).n_children()
            cursor = reply.get_child_value(1).get_string()
        return pages, tokens

    def test_lists(self):
        games = self.client(GAMES)
        with self.subTest("root pages through many with steady memory"):
            # What patd has in memory of the table, and of a client, it has by then.
            self.pages(self.root, all=True, id_prefix="own")
            before = resident(self.patd.process)
            pages, tokens = self.pages(self.root, all=True, id_prefix=PART)
            self.assertEqual(tokens, PART_TOKENS)
            self.assertLessEqual(pages, tokens // 256 + 1)
            # A sanitiser keeps freed memory.
            if not SANITIZED:
                self.assertLess(resident(self.patd.process) - before, MIB)

        with self.subTest("a filter that matches next to nothing still pages"):
            pages, tokens = self.pages(self.root, all=True, state="active")
            self.assertEqual(tokens, 1)
            self.assertGreater(pages, TOKENS // 2000)

        with self.subTest("by the beginning of ids"):
            _, tokens = self.pages(self.root, all=True, id_prefix="0000001")
            self.assertEqual(tokens, 1000)
            _, tokens = self.pages(self.root, all=True, id_prefix="own")
            self.assertEqual(tokens, OWN)

        with self.subTest("a user has its own many tokens"):
            _, tokens = self.pages(games)
            self.assertEqual(tokens, OWN + 1)

        with self.subTest("more than one reply can hold is refused, and says what to do instead"):
            refused = self.assertRefused(
                "LimitsExceeded", games.call, ROOT, "org.freedesktop.DBus.ObjectManager",
                "GetManagedObjects",
            )  # fmt: skip
            self.assertIn("ListTokens", refused.message)

        with self.subTest("logins go on beside lists"):
            done = threading.Event()
            verdicts = []

            def log_in():
                while not done.is_set():
                    verdicts.append(self.verify(self.token, GAMES, "games"))

            thread = threading.Thread(target=log_in)
            thread.start()
            while len(verdicts) < 100:
                self.pages(self.root, all=True, name_pattern="*a*b*c*d*")
            done.set()
            thread.join()
            self.assertEqual(set(verdicts), {door.ACCEPTED})


if __name__ == "__main__":
    tap.main()
