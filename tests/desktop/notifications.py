#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the session is notified of, by the real notification daemon, and what its buttons do."""
import configparser
import glob
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
from client import look_until
from desktop_test import ASK, DesktopTest, Notifications
from fixture import BUILD, GAMES

DAY_S = 86400


class NotificationsTest(DesktopTest):
    rules = ASK

    def setUp(self):
        self.notifications = Notifications(self.desktop)
        # After the page, which withdraws what waits when it ends.
        self.addCleanup(self.notifications.close)
        super().setUp()

    def requests(self):
        return self.root.call(
            "/org/patd/Tokens1", "org.patd.Tokens1.Manager", "ListRequests", "(a{sv})",
            {"all": self.variant(True)},
        )[0]  # fmt: skip

    def end_requests(self):
        for request in self.requests():
            self.root.call("/org/patd/Tokens1", "org.patd.Tokens1.Manager", "Deny", "(sa{sv})",
                           request["Id"], {})  # fmt: skip


class Requests(NotificationsTest):
    def setUp(self):
        super().setUp()
        self.token = self.generate("agent", confirm=True)
        self.page = self.open("--gapplication-service", "--background")
        self.polkit_agent = self.ask_person(self.page)
        self.desktop.wait_for_name("org.patd.Desktop")

    def test_a_use_is_approved_by_the_button_of_its_notification_after_polkits_dialog(self):
        login = self.begin_login(self.token.text)
        title, body, actions = self.notifications.wait("agent")
        self.assertIn("sudo", title)
        self.assertIn("drive", body)
        self.assertEqual(actions[1::2][-2:], ["Approve", "Deny"])
        self.desktop.picture("notification")
        self.notifications.press("agent", "Approve")
        dialog = self.polkit_agent.wait_for_dialog()
        self.assertIn("drive", dialog.message)
        dialog.accept()
        self.assertEqual(self.result(login), "PAM_SUCCESS")

    def test_a_use_is_denied_by_the_button_of_its_notification_without_a_password(self):
        login = self.begin_login(self.token.text)
        self.notifications.wait("agent")
        self.notifications.press("agent", "Deny")
        self.assertEqual(self.result(login), "PAM_AUTH_ERR")
        self.assertEqual(self.polkit_agent.dialogs, [])

    def test_a_use_is_a_row_of_the_page_which_approves_it(self):
        login = self.begin_login(self.token.text)
        self.notifications.wait("agent")
        self.page.activate("show-requests", self.variant(self.requests()[0]["Id"]))
        self.page.says("drive")
        self.page.says("Service sudo")
        self.desktop.picture("request")
        self.page.press(test=lambda button: button.name.startswith("Approve "))
        self.polkit_agent.wait_for_dialog().accept()
        self.assertEqual(self.result(login), "PAM_SUCCESS")
        self.page.wait_gone("label", lambda name: "drive" in name)

    def test_of_two_uses_the_one_that_was_chosen_is_approved(self):
        other = self.generate("robot", confirm=True)
        logins = [self.begin_login(token.text) for token in (self.token, other)]
        for name in ("agent", "robot"):
            self.notifications.wait(name)
        self.notifications.press("robot", "Approve")
        self.polkit_agent.wait_for_dialog().accept()
        self.assertEqual(self.result(logins[1]), "PAM_SUCCESS")
        (left,) = self.requests()
        self.assertEqual(left["Token"], self.token.id)
        self.end_requests()
        self.assertEqual(self.result(logins[0]), "PAM_AUTH_ERR")

    def test_a_use_whose_approval_polkit_refuses_waits_on(self):
        login = self.begin_login(self.token.text)
        self.notifications.wait("agent")
        self.page.activate("show-requests", self.variant(self.requests()[0]["Id"]))
        self.page.press(test=lambda button: button.name.startswith("Approve "))
        self.polkit_agent.wait_for_dialog().refuse()
        self.page.press(test=lambda button: button.name.startswith("Deny "))
        self.assertEqual(self.result(login), "PAM_AUTH_ERR")

    def test_a_command_is_shown_as_it_is(self):
        """Not as markup, which could show another one."""
        service = "<b>x<i>"
        login = self.begin_login(self.token.text, service)
        title, body, _ = self.notifications.wait("agent")
        self.assertIn(service, title)
        self.assertIn("&lt;b&gt;x&lt;i&gt;", body)
        self.notifications.press("agent", "Deny")
        self.assertEqual(self.result(login), "PAM_AUTH_ERR")

    def test_a_request_of_the_time_before_a_restart_of_patd_bus_is_not_lost(self):
        self.front.kill()
        self.front.start()
        self.root.wait_for_owner("org.patd.Tokens1")
        login = self.begin_login(self.token.text)
        self.notifications.wait("agent")
        self.notifications.press("agent", "Deny")
        self.assertEqual(self.result(login), "PAM_AUTH_ERR")


class Once(NotificationsTest):
    def setUp(self):
        super().setUp()
        self.games = self.client(GAMES)

    def count(self, text):
        return sum(text in title for title, _, _ in self.notifications.sent)

    def open_later(self, seconds):
        """The page in so many seconds."""
        return self.open(
            "--gapplication-service", "--background", LATER=str(seconds),
            LD_PRELOAD=os.path.join(BUILD, "tests/pam/later.so"),
            ASAN_OPTIONS="verify_asan_link_order=0:detect_leaks=0",
        )  # fmt: skip

    def looked_at(self):
        """The latest entry of the history that the page has looked at, as it keeps in a file; 0: none"""
        folder = os.path.join(self.desktop.environment["XDG_STATE_HOME"], "patd-desktop")
        seen = configparser.ConfigParser()
        seen.read(glob.glob(os.path.join(folder, "notifications-*")))
        return seen.getint("History", "LastEntry", fallback=0)

    def settle(self, page):
        """Until the page has looked at all that is in the history, which it is told of once a second,
        and what it sent for that was seen: a request is notified of after it."""
        latest = self.games.history()[-1]["Seq"]
        look_until(lambda: self.looked_at() >= latest)
        page.settled = getattr(page, "settled", 0) + 1
        name = f"last {page.pid} {page.settled}"
        token = self.generate(name, confirm=True)
        login = self.begin_login(token.text)
        self.notifications.wait(name)
        self.end_requests()
        self.assertEqual(self.result(login), "PAM_AUTH_ERR")
        self.root.revoke_and_delete(token)

    def test_a_token_that_expires_soon_is_notified_of_once_also_after_a_restart(self):
        """A token of a few days is not announced as soon as it is there."""
        self.generate("soon", lifetime=30 * DAY_S)
        self.generate("late", lifetime=60 * DAY_S)
        page = self.open_later(28 * DAY_S)
        self.notifications.wait("soon")
        self.settle(page)
        self.assertEqual(page.quit(), 0)
        self.generate("other", lifetime=30 * DAY_S)
        page = self.open_later(28 * DAY_S)
        self.notifications.wait("“other”")
        self.settle(page)
        self.assertEqual((self.count("“soon”"), self.count("“late”")), (1, 0))

    def test_a_token_of_a_few_days_is_not_announced_as_soon_as_it_is_there(self):
        self.generate("short", lifetime=3 * DAY_S)
        self.generate("hour", lifetime=4000)
        page = self.open_later(3500)
        self.notifications.wait("“hour”")
        self.settle(page)
        self.assertEqual(self.count("“short”"), 0)

    def test_a_local_use_comes_from_no_new_network(self):
        token = self.generate("desk")
        self.settle(self.open("--gapplication-service", "--background"))
        self.assertEqual(self.log_in(token.text, "sudo"), "PAM_SUCCESS")
        self.assertIn("new service", self.notifications.wait("“desk”")[0])

    def test_a_first_use_while_the_page_did_not_run_is_notified_of_when_it_starts(self):
        token = self.generate("server")
        page = self.open("--gapplication-service", "--background")
        self.settle(page)
        self.assertEqual(page.quit(), 0)
        self.assertEqual(self.log_in(token.text, "su"), "PAM_SUCCESS")
        self.open("--gapplication-service", "--background")
        self.notifications.wait("“server”")

    def test_a_first_use_through_another_service_is_notified_of_once_also_after_a_restart(self):
        token = self.generate("server")
        page = self.open("--gapplication-service", "--background")
        self.settle(page)
        for count, service in enumerate(("sshd", "su"), start=1):
            self.assertEqual(self.log_in(token.text, service), "PAM_SUCCESS")
            self.notifications.wait("“server”", count)
        self.settle(page)
        self.assertEqual(page.quit(), 0)
        self.assertEqual(self.log_in(token.text, "su"), "PAM_SUCCESS")
        page = self.open("--gapplication-service", "--background")
        self.settle(page)
        self.assertEqual(self.count("“server”"), 2)


class Started(NotificationsTest):
    def test_the_session_bus_starts_the_page_which_opens_its_window(self):
        """As the menu of a desktop does, by the files that are installed."""
        self.desktop.set_bus_environment(
            DBUS_SYSTEM_BUS_ADDRESS=self.bus.address,
            LSAN_OPTIONS=f"suppressions={self.desktop.folder}/leaks:print_suppressions=0",
        )  # fmt: skip
        self.desktop.bus.bus("StartServiceByName", "(su)", "org.patd.Desktop", 0)
        pid = self.desktop.bus.bus("GetConnectionUnixProcessID", "(s)", "org.patd.Desktop")[0]
        page = self.adopt(pid)
        page.activate_window()
        page.find(name="No Tokens")

    def test_a_button_works_after_the_page_has_ended(self):
        """The session bus starts it for the button, before it has found patd."""
        self.desktop.set_bus_environment(
            DBUS_SYSTEM_BUS_ADDRESS=self.bus.address,
            LSAN_OPTIONS=f"suppressions={self.desktop.folder}/leaks:print_suppressions=0",
        )  # fmt: skip
        login = self.begin_login(self.generate("agent", confirm=True).text)
        look_until(self.requests)
        request = self.requests()[0]["Id"]
        self.desktop.output("gapplication", "action", "org.patd.Desktop", "deny", f"'{request}'")
        self.assertEqual(self.result(login), "PAM_AUTH_ERR")
        self.assertEqual(self.requests(), [])


if __name__ == "__main__":
    tap.main()
