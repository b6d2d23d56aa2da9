#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Ten thousand tokens: all are listed, found, and kept up to date."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
from desktop_test import USER, DesktopTest

COUNT = 10000


class Many(DesktopTest):
    start_patd = False
    rules = None

    def setUp(self):
        super().setUp()
        self.fill(COUNT)
        self.patd.start()
        self.root = self.client()
        self.root.wait_for_owner()


    def test_the_last_of_ten_thousand_is_found_by_search_and_by_scrolling(self):
        page = self.open()
        first, last = "token 1", "token 9999"  # in the order of their bytes
        self.row(page, first)
        self.desktop.keys("ctrl+f")
        self.desktop.type(last)
        self.row(page, last)
        self.desktop.picture("search")
        page.wait_gone("list item", lambda name: name.startswith(first + ","))
        self.desktop.type("nothing has this name")
        page.find(name="No Results Found")
        self.desktop.picture("no-results")
        self.desktop.keys("Escape")
        self.row(page, first)
        self.desktop.keys("Tab", "End")
        self.row(page, last)
        self.root.call("/org/patd/Tokens1", "org.patd.Tokens1.Manager", "RevokeAll", "(a{sv})",
                       {"user": self.variant(USER)})  # fmt: skip
        self.row(page, last, "Revoked")


if __name__ == "__main__":
    tap.main()
