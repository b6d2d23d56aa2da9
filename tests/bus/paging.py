#!/usr/bin/python3 -B
"""Lists of any length, page by page."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
from world import GAMES, WorldTest

USERS = ("daemon", "games", "root")  # in the order of lists
PAGE_MAX = 256


def ids(rows):
    return [row["Id"] for row in rows]


class Paging(WorldTest):
    def setUp(self):
        super().setUp()
        names = [f"name {n:03}" for n in range(200)] + list("Zaéz~_:%'\U0001f511")
        names += ["日本", "a:b", "a:0:b", "%s"]
        self.tokens = {}  # (user, name as bytes): token
        for name in names:
            for user in USERS:
                self.tokens[user, name.encode()] = self.root.generate(name, user=user)
        self.order = [token.id for _, token in sorted(self.tokens.items())]

    def pages(self, client=None, limit=0, between=lambda page: None, **wanted):
        """All pages, up to one without a next cursor; between(page) after each."""
        client, cursor, pages = client or self.root, "", []
        while not pages or cursor:
            rows, cursor = client.page(limit, cursor, **wanted)
            pages.append(ids(rows))
            self.assertLess(len(pages), len(self.tokens) + 2, "the cursor leads in a circle")
            between(pages[-1])
        return pages

    def test_lists(self):
        self.assertGreater(len(self.order), 600)
        with self.subTest("the pages of all together are all, by user, then name by bytes"):
            self.assertEqual(sum(self.pages(all=True), []), self.order)

        own = [token.id for (user, _), token in sorted(self.tokens.items()) if user == "games"]
        with self.subTest("a user's pages are its own"):
            self.assertEqual(sum(self.pages(self.client(GAMES), limit=7), []), own)

        for limit, wanted in (1, {"user": "games"}), (100, {"all": True}), (256, {"all": True}):
            with self.subTest(f"no page is longer than {limit}, and none but the last is shorter"):
                lengths = [len(page) for page in self.pages(limit=limit, **wanted)]
                self.assertEqual(set(lengths[:-1]), {limit})
                self.assertTrue(0 < lengths[-1] <= limit)

        for limit in (0, 257, 2**32 - 1):
            with self.subTest(f"a limit of {limit} counts as 256"):
                rows, cursor = self.root.page(limit, all=True)
                self.assertEqual((len(rows), cursor != ""), (PAGE_MAX, True))

        with self.subTest("a page that ends with the list has no next cursor"):
            rows, cursor = self.root.page(len(own), user="games")
            self.assertEqual((ids(rows), cursor), (own, ""))

        with self.subTest("a filter holds over all pages"):
            found = sum(self.pages(limit=1, all=True, name="a:0:b"), [])
            self.assertEqual(found, [self.tokens[user, b"a:0:b"].id for user in USERS])

        with self.subTest("a cursor stays right while the rows before and behind it are deleted"):
            gone, kept = self.order[::3], set(self.order) - set(self.order[::3])
            by_id = {token.id: token for token in self.tokens.values()}

            def delete_some(page):
                """The last row of the page, which is where the cursor stands, and the next."""
                at = self.order.index(page[-1])
                for one in self.order[at : at + 2]:
                    if one in gone:
                        gone.remove(one)
                        self.root.revoke(by_id[one])
                        self.root.delete(by_id[one])

            found = sum(self.pages(limit=10, between=delete_some, all=True), [])
            self.assertEqual(len(found), len(set(found)), "a row came twice")
            self.assertLessEqual(kept, set(found), "a row was left out")

        with self.subTest("a cursor stays right while rows are added before and behind it"):
            before = sum(self.pages(all=True), [])
            added = []

            def add_some(page):
                for name in (f" {len(added)}", f"\U0001f512 {len(added)}"):
                    added.append(self.root.generate(name, user="games").id)

            found = sum(self.pages(limit=50, between=add_some, all=True), [])
            self.assertEqual(len(found), len(set(found)), "a row came twice")
            self.assertEqual([one for one in found if one not in added], before)



if __name__ == "__main__":
    tap.main()
