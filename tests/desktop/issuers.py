#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The page on a machine that accepts tokens of another one, and on one that issues some."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
from client import look_until
from desktop_test import DesktopTest
from fixture import GAMES
from fleet import Hub, Machine

HUB = "hub = host=/nonexistent\n"


class Member(Machine):
    """The machine of the page, whose patd the fixture starts"""

    def __init__(self, patd):  # pylint: disable=super-init-not-called
        self.folder = os.path.dirname(patd.conf)
        self.patd = patd
        self.link = None


class Foreign(DesktopTest):
    """Tokens of "hq" on "web1", where the page is."""

    def setUp(self):
        super().setUp()
        self.hub = Hub()
        self.hq = Machine(self.folder, "hq", "[fleet]\nissuer = hq\n" + HUB)
        self.addCleanup(self.hq.stop)
        self.hq.start()
        self.web = Member(self.patd)
        self.addCleanup(lambda: self.web.link.close())
        os.mkdir(self.patd.conf)
        self.configure(f"[fleet]\nhost = web1\n{HUB}[issuer hq]\nkey = {self.hq.key()}\n")

    def configure(self, conf, **how):
        if self.web.link:
            self.web.link.close()
        self.web.configure(conf)
        self.restart_patd(**how)
        self.web.connect()

    def issue(self, name, **options):
        token = self.hq.root.generate(name, user="games", uid=GAMES, fleet=True, **options)
        self.carry()
        return token

    def carry(self):
        self.hq.publish(self.hub)
        self.assertEqual(self.web.fetch(self.hub, "hq")["complete"], 1, self.patd.log())

    def details(self, page, name, hint):
        """Opens them, and returns the labels of the buttons for the token."""
        self.choose(page, name, "Details")
        page.says(hint)
        labels = ("Revoke…", "Restore", "Rotate…", "Rename…", "Delete…")
        return [
            label for label in labels
            if page.look("push button", label, lambda button: button.can_be_pressed)
        ]  # fmt: skip

    def test_a_token_that_is_issued_elsewhere_comes_to_the_open_page(self):
        page = self.open()
        self.empty(page)
        self.carry()
        self.issue("laptop")
        self.row(page, "laptop", "Active")

    def test_what_its_issuer_alone_can_do_is_not_offered(self):
        page = self.open()
        self.carry()
        self.issue("laptop")
        offered = self.details(page, "laptop", "Issued by hq. Rotate or rename it there.")
        self.assertEqual(offered, ["Revoke…"])
        # Its own history, for which no password is needed.
        page.says("On another machine")
        self.desktop.picture("fleet-token")

    def test_a_token_that_is_revoked_here_is_restored_and_deleted_on_its_issuer(self):
        self.issue("laptop")
        page = self.open()
        self.choose(page, "laptop", "Revoke…")
        page.press("Revoke")
        self.row(page, "laptop", "Revoked")
        offered = self.details(page, "laptop", "Issued by hq. Restore or delete it there.")
        self.assertEqual(offered, [])
        self.desktop.picture("fleet-held")

    def test_a_token_without_recent_news_says_so(self):
        self.issue("laptop")
        self.web.link.close()
        self.restart_patd(later=3600)
        self.web.connect()
        page = self.open()
        self.row(page, "laptop", "Out of Date")
        offered = self.details(page, "laptop", "no recent news")
        self.assertEqual(offered, ["Revoke…"])
        self.desktop.picture("fleet-stale")

    def test_a_token_whose_issuer_is_not_trusted_any_more_can_be_deleted(self):
        self.issue("laptop")
        self.configure("[fleet]\nhost = web1\n" + HUB)
        page = self.open()
        self.row(page, "laptop", "Not Trusted")
        offered = self.details(page, "laptop", "does not trust that one")
        self.assertEqual(offered, ["Revoke…", "Delete…"])
        self.desktop.picture("fleet-unknown-issuer")
        page.press("Delete…")
        page.press("Delete")
        look_until(lambda: not self.root.list(all=True))

    def test_a_use_that_waits_for_its_owner_is_shown(self):
        token = self.issue("laptop", confirm=True)
        page = self.open()
        self.row(page, "laptop")
        self.begin_login(token.text)
        page.press(test=lambda button: button.name.startswith("Approve "))
        look_until(lambda: self.root.list(all=True)[0]["Uses"] == 1)


class Own(DesktopTest):
    def test_a_fleet_token_of_this_machine_is_as_any_other(self):
        os.mkdir(self.patd.conf)
        with open(os.path.join(self.patd.conf, "patd.conf"), "w", encoding="ascii") as conf:
            conf.write("[fleet]\nissuer = hq\n" + HUB)
        self.restart_patd()
        self.generate("laptop", fleet=True)
        page = self.open()
        self.choose(page, "laptop", "Details")
        for label in ("Revoke…", "Rotate…", "Rename…"):
            page.find("push button", label, lambda button: button.can_be_pressed)
        self.assertFalse(page.look(name=lambda text: "Issued by" in text))
        self.desktop.picture("fleet-issuer")


if __name__ == "__main__":
    tap.main()
