#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A token on the desktop, from its generation to its deletion, as a person and PAM see it."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
from client import look_until
from desktop_test import ASK, DesktopTest

DONE = "User token successfully "


class Lifecycle(DesktopTest):
    rules = ASK

    def test_a_token_is_generated_used_revoked_restored_renamed_rotated_and_deleted(self):
        page = self.open_with_toasts()
        agent = self.ask_person(page)
        self.empty(page)
        self.begin_generate(page, "laptop")
        dialog = agent.wait_for_dialog()
        self.assertIn("laptop", dialog.message)
        dialog.accept()
        text = self.secret(page)
        page.press("Done")
        self.row(page, "laptop", "Active", "Not used")

        self.assertEqual(self.log_in(text), "PAM_SUCCESS")
        self.row(page, "laptop", "Last used", "by sudo")

        self.choose(page, "laptop", "Revoke…")
        page.press("Revoke")
        page.says(DONE + "revoked")
        self.row(page, "laptop", "Revoked")
        self.assertEqual(self.log_in(text), "PAM_AUTH_ERR")

        self.choose(page, "laptop", "Restore")
        agent.wait_for_dialog().accept()
        page.says(DONE + "restored")
        self.row(page, "laptop", "Active")
        self.assertEqual(self.log_in(text), "PAM_SUCCESS")

        self.choose(page, "laptop", "Rename…")
        page.find("text", "Name").set_text("desktop")
        page.press("Rename")
        self.row(page, "desktop")
        page.wait_gone("list item", lambda name: name.startswith("laptop,"))

        self.choose(page, "desktop", "Rotate…")
        self.choose_row(page, "Previous Secret", "Ends at once")
        page.press("Rotate")
        agent.wait_for_dialog().accept()
        rotated = self.secret(page)
        page.press("Done")
        self.assertNotEqual(rotated, text)
        self.assertEqual(self.log_in(text), "PAM_AUTH_ERR")
        self.assertEqual(self.log_in(rotated), "PAM_SUCCESS")

        self.choose(page, "desktop", "Revoke…")
        page.press("Revoke")
        self.row(page, "desktop", "Revoked")
        self.choose(page, "desktop", "Delete…")
        page.find(name="Delete “desktop”?")
        page.press("Delete")
        page.says(DONE + "deleted")
        self.empty(page)
        self.assertEqual(self.root.list(all=True), [])

    def test_a_token_that_was_revoked_and_restored_elsewhere_changes_in_the_list(self):
        token = self.generate("server")
        page = self.open()
        self.row(page, "server", "Active")
        self.root.revoke(token)
        self.row(page, "server", "Revoked")
        self.root.restore(token)
        self.row(page, "server", "Active")
        self.root.rename(token, "another")
        self.row(page, "another")
        self.root.revoke_and_delete(token)
        self.empty(page)

    def test_the_history_of_a_token_grows_in_its_details(self):
        token = self.generate("server")
        page = self.open()
        page.click(self.row(page, "server"))
        page.says("Generated")
        self.assertEqual(self.log_in(token.text, "sshd"), "PAM_SUCCESS")
        page.says("Used by sshd")
        self.root.revoke(token, reason="left on the train")
        page.says("left on the train")
        page.find(name="Revoked")

    def test_restrictions_of_a_new_token_are_those_that_were_typed(self):
        page = self.open()
        agent = self.ask_person(page)
        self.begin_generate(
            page, "deploy", Services="sudo, sshd", From="192.0.2.0/24, local", Maximum="3"
        )
        agent.wait_for_dialog().accept()
        self.secret(page)
        page.press("Done")
        look_until(lambda: self.root.list(all=True))
        (row,) = self.root.list(all=True)
        self.assertEqual(row["Services"], ["sshd", "sudo"])
        self.assertEqual(row["Sources"], ["192.0.2.0/24", "local"])
        self.assertEqual(row["MaxUses"], 3)
        self.assertEqual(row["CreatedBy"], self.desktop.uid)


if __name__ == "__main__":
    tap.main()
