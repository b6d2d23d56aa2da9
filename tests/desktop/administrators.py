#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who sees the tokens of others."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
from client import look_until
from desktop_test import ASK, DesktopTest

ALL = "Show Tokens of All Users"


class Administrators(DesktopTest):
    rules = ASK

    def setUp(self):
        super().setUp()
        self.generate("mine")
        self.other = self.root.generate("other", user="daemon")
        # In the background it stays when its window is closed.
        self.page = self.open_with_toasts("--background")
        self.row(self.page, "mine")
        self.administrator = self.ask_person(self.page)

    def ask_for_all(self):
        self.page.press(test=lambda button: "Main Menu" in button.name)
        self.page.find(name=ALL, test=lambda found: found.can_be_pressed).do()
        dialog = self.administrator.wait_for_dialog()
        self.assertEqual(dialog.users(), [0])
        return dialog

    def test_the_tokens_of_all_users_are_listed_after_an_administrators_password(self):
        self.assertIsNone(self.page.look("list item", lambda name: name.startswith("other,")))
        self.ask_for_all().accept()
        self.row(self.page, "other", "daemon")
        self.row(self.page, "mine")
        self.desktop.picture("everyone")
        self.root.revoke(self.other)
        self.row(self.page, "other", "Revoked")

    def test_the_history_of_a_token_of_another_user_is_in_its_details(self):
        self.ask_for_all().accept()
        self.page.click(self.row(self.page, "other"))
        self.page.find("list item", lambda name: name.startswith("Generated"))

    def test_a_window_that_is_opened_again_has_the_own_tokens_alone(self):
        self.ask_for_all().accept()
        self.row(self.page, "other")
        self.desktop.keys("ctrl+w")
        self.page.wait_gone("list")
        self.page.activate_window()
        self.row(self.page, "mine")
        self.root.generate("late", user="daemon")
        self.generate("own")
        self.row(self.page, "own")
        for name in "other", "late":
            self.assertIsNone(self.page.look("list item", lambda found: found.startswith(name)))

    def test_without_it_the_own_tokens_stay(self):
        self.ask_for_all().refuse()
        look_until(lambda: self.page.look(test=lambda found: "uthenticat" in found.name or
                                          "ermission" in found.name or "uthoriz" in found.name))  # fmt: skip
        self.row(self.page, "mine")
        self.assertIsNone(self.page.look("list item", lambda name: name.startswith("other,")))


if __name__ == "__main__":
    tap.main()
