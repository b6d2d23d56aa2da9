#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""ListTokens returns long lists in pages: their order, length and cursors."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
from client import ids
from fixture import GAMES, PatdTest

USERS = ("daemon", "games", "root")  # in the order of lists
PAGE_MAX = 256


class Paging(PatdTest):
    def setUp(self):
        super().setUp()
        names = [f"name {n:03}" for n in range(200)] + list("Zaéz~_:%'\U0001f511")
        names += ["日本", "a:b", "a:0:b", "%s"]
        self.tokens = {}  # (user, name as bytes): token
        for name in names:
            for user in USERS:
                self.tokens[user, name.encode()] = self.root.generate(name, user=user)
        self.order = [token.id for _, token in sorted(self.tokens.items())]

    def pages(self, client=None, limit=0, between=lambda page: None, **filters):
        """All pages, until one has no next cursor; calls between(page) after each."""
        client, cursor, pages = client or self.root, "", []
        while not pages or cursor:
            rows, cursor = client.page(limit, cursor, **filters)
            pages.append(ids(rows))
            self.assertLess(len(pages), len(self.tokens) + 2, "the cursors do not end")
            between(pages[-1])
        return pages

    def test_pages_have_each_token_once_and_in_order(self):
        self.assertGreater(len(self.order), 600)
        with self.subTest("all pages have all tokens, sorted by user and then by bytes of name"):
            self.assertEqual(sum(self.pages(all=True), []), self.order)

        own = [token.id for (user, _), token in sorted(self.tokens.items()) if user == "games"]
        with self.subTest("the pages of a user have its own tokens only"):
            self.assertEqual(sum(self.pages(self.client(GAMES), limit=7), []), own)

        for limit, filters in (1, {"user": "games"}), (100, {"all": True}), (256, {"all": True}):
            with self.subTest(f"each page but the last has {limit} tokens"):
                lengths = [len(page) for page in self.pages(limit=limit, **filters)]
                self.assertEqual(set(lengths[:-1]), {limit})
                self.assertTrue(0 < lengths[-1] <= limit)

        for limit in (0, 257, 2**32 - 1):
            with self.subTest(f"a limit of {limit} means 256"):
                rows, cursor = self.root.page(limit, all=True)
                self.assertEqual((len(rows), cursor != ""), (PAGE_MAX, True))

        with self.subTest("a full last page has no next cursor"):
            rows, cursor = self.root.page(len(own), user="games")
            self.assertEqual((ids(rows), cursor), (own, ""))

        with self.subTest("a filter applies to all pages"):
            found = sum(self.pages(limit=1, all=True, name="a:0:b"), [])
            self.assertEqual(found, [self.tokens[user, b"a:0:b"].id for user in USERS])

        with self.subTest("no row is repeated or skipped while rows at the cursor are deleted"):
            gone, kept = self.order[::3], set(self.order) - set(self.order[::3])
            by_id = {token.id: token for token in self.tokens.values()}

            def delete_some(page):
                """Deletes the last row of the page, which the cursor points to, and the next."""
                at = self.order.index(page[-1])
                for one in self.order[at : at + 2]:
                    if one in gone:
                        gone.remove(one)
                        self.root.revoke_and_delete(by_id[one])

            found = sum(self.pages(limit=10, between=delete_some, all=True), [])
            self.assertEqual(len(found), len(set(found)), "a row was repeated")
            self.assertLessEqual(kept, set(found), "a row was skipped")

        with self.subTest("no row is repeated or skipped while rows are added"):
            before = sum(self.pages(all=True), [])
            added = []

            def add_some(page):
                for name in (f" {len(added)}", f"\U0001f512 {len(added)}"):
                    added.append(self.root.generate(name, user="games").id)

            found = sum(self.pages(limit=50, between=add_some, all=True), [])
            self.assertEqual(len(found), len(set(found)), "a row was repeated")
            self.assertEqual([one for one in found if one not in added], before)


if __name__ == "__main__":
    tap.main()
