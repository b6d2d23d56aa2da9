#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the page shows when something is wrong, and that it heals without a click."""
import datetime
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import polkitd
import tap
from client import look_until
from desktop_test import ASK, NO, DesktopTest

OFFLINE = "patd Is Not Running"


class Absent(DesktopTest):
    start_patd = False
    rules = None

    def test_without_patd_the_page_says_what_to_do_and_lists_once_patd_runs(self):
        page = self.open()
        page.find(name=OFFLINE)
        page.says("systemctl start")
        self.desktop.picture("offline")
        self.patd.start()
        self.empty(page)
        self.assertEqual(self.patd.end(), 0)

    def test_without_a_bus_the_page_says_so_and_lists_once_there_is_one(self):
        self.bus.kill()
        page = self.open()
        page.find("push button", "Try Again")
        self.desktop.picture("no-bus")
        self.bus.start()
        self.patd.start()
        self.empty(page)
        self.assertEqual(self.patd.end(), 0)


class Healing(DesktopTest):
    def setUp(self):
        super().setUp()
        self.token = self.generate("server")
        self.page = self.open()
        self.row(self.page, "server", "Active")

    def check(self):
        """It follows changes again."""
        self.row(self.page, "server", "Active")
        look_until(lambda: self.root.owner("org.patd.Tokens1"))
        self.root.revoke(self.token)
        self.row(self.page, "server", "Revoked")

    def test_a_restart_of_patd_heals_without_a_click(self):
        self.restart_patd()
        self.check()

    def test_a_crash_of_patd_bus_heals_without_a_click(self):
        self.front.kill()
        self.front.start()
        self.check()

    def test_what_was_changed_meanwhile_is_there_afterwards(self):
        self.front.end()
        self.assertEqual(self.patd.end(), 0)
        self.page.find("alert", test=lambda found: any("not running" in text for text in found.texts()))
        self.desktop.picture("out-of-date")
        self.patd.start()
        self.root.wait_for_owner("org.patd.Tokens1")
        self.generate("another")
        self.row(self.page, "another")
        self.check()

    def test_a_restart_of_the_bus_with_a_dialog_open_keeps_what_was_typed(self):
        self.begin_generate(self.page, "laptop", submit=False)
        self.restart_bus()
        self.page.find("list item", lambda name: name.startswith("server,"))
        self.assertEqual(self.typed(self.page, "Name"), "laptop")
        self.page.press("Generate")
        self.secret(self.page)
        self.page.press("Done")
        self.row(self.page, "laptop")

    def restart_bus(self):
        self.polkit.end()
        self.bus.kill()
        self.bus.start()
        self.root = self.client()
        self.root.wait_for_owner("org.patd.Tokens1")
        self.polkit.start(self.rules)
        self.root.wait_for_owner(polkitd.NAME)

    def test_a_restart_of_the_bus_heals_without_a_click(self):
        self.restart_bus()
        self.check()


class Refused(DesktopTest):
    rules = NO

    def test_polkits_no_is_said_in_the_dialog_which_keeps_what_was_typed(self):
        page = self.open()
        self.begin_generate(page, "laptop")
        page.find(role="alert")
        self.assertEqual(self.typed(page, "Name"), "laptop")
        self.desktop.picture("refused")
        self.desktop.keys("Escape")
        page.wait_gone("text", "Name")
        self.assertEqual(self.root.list(all=True), [])


class Dismissed(DesktopTest):
    rules = ASK

    def test_a_dialog_that_was_dismissed_generates_nothing(self):
        page = self.open()
        agent = self.ask_person(page)
        self.begin_generate(page, "laptop")
        agent.wait_for_dialog().refuse()
        page.find(role="alert")
        self.assertEqual(self.root.list(all=True), [])
        self.desktop.keys("Escape")
        page.wait_gone("text", "Name")

    def test_without_an_agent_the_page_says_why_nothing_asks(self):
        page = self.open()
        self.begin_generate(page, "laptop")
        page.find(role="alert")
        self.desktop.keys("Escape")
        page.wait_gone("text", "Name")


class Invalid(DesktopTest):
    def alert(self, page, field):
        """What is said at a field that is marked invalid."""
        self.assertIn("invalid entry", page.find("text", lambda name: field in name).states)
        return page.find("alert").texts()

    def test_a_name_that_is_taken_is_said_at_the_name(self):
        self.generate("laptop")
        page = self.open()
        self.row(page, "laptop")
        self.begin_generate(page, "laptop")
        page.find("alert", test=lambda found: any("name" in text for text in found.texts()))
        self.desktop.picture("name-taken")
        page.find("text", "Name").set_text("laptop 2")
        page.wait_gone("alert")
        page.press("Generate")
        self.secret(page)
        page.press("Done")

    def test_a_restriction_that_patd_does_not_take_is_said_at_its_field(self):
        page = self.open()
        self.begin_generate(page, "laptop", From="10.0.0.1/8")
        page.find("alert")
        self.assertEqual(self.typed(page, "From"), "10.0.0.1/8")
        self.desktop.picture("invalid")
        self.desktop.keys("Escape")
        page.wait_gone("text", "Name")

    def test_separators_alone_are_no_restriction_that_would_permit_all(self):
        page = self.open()
        self.begin_generate(page, "laptop", From=" , ,")
        page.find("alert", test=lambda found: any("address" in text for text in found.texts()))
        self.assertEqual(self.root.list(all=True), [])
        self.desktop.keys("Escape")
        page.wait_gone("text", "Name")

    def configure(self, text):
        """Of the section of tokens.  patd starts again."""
        os.makedirs(self.patd.conf, exist_ok=True)
        with open(os.path.join(self.patd.conf, "patd.conf"), "w", encoding="ascii") as conf:
            conf.write("[tokens]\n" + text)
        self.restart_patd()

    def test_what_the_policy_forbids_meanwhile_is_said_in_the_dialog(self):
        page = self.open()
        self.empty(page)
        self.begin_generate(page, "laptop", submit=False)
        self.choose_row(page, "Expiration", "90 days")
        self.configure("max_lifetime = 40d\n")
        page.press("Generate")
        page.find("alert")
        self.desktop.picture("against-policy")
        self.assertEqual(self.root.list(all=True), [])
        self.desktop.keys("Escape")
        page.wait_gone("text", "Name")

    def today(self):
        """That of the page"""
        return datetime.datetime.now(datetime.timezone.utc).date()

    def test_a_custom_date_is_the_end_of_the_token(self):
        days = [self.today()]
        page = self.open()
        self.empty(page)
        self.begin_generate(page, "laptop", submit=False)
        self.choose_row(page, "Expiration", "Custom date")
        page.press("Generate")
        self.secret(page)
        page.press("Done")
        page.wait_gone("push button", "Copy")
        (row,) = self.root.list(all=True)
        days.append(self.today())  # it may be midnight
        ends = datetime.datetime.fromtimestamp(row["ExpiresAt"], datetime.timezone.utc)
        self.assertIn(ends.date(), [day + datetime.timedelta(days=30) for day in days])
        self.assertEqual((ends.hour, ends.minute), (23, 59))

    def test_only_expirations_that_the_policy_permits_are_offered(self):
        self.configure("max_lifetime = 40d\ndefault_lifetime = 7d\n")
        page = self.open()
        self.empty(page)
        self.begin_generate(page, "laptop", submit=False)
        page.click(page.find("combo box", "Expiration"))
        popover = page.find(name="GtkPopover", test=lambda found: found.look("label", "7 days"))
        offered = {label.name for label in popover.all("label")}
        self.assertLessEqual({"7 days", "30 days"}, offered)
        self.assertFalse({"60 days", "90 days", "Never"} & offered)
        self.desktop.keys("Escape", "Escape")


if __name__ == "__main__":
    tap.main()
