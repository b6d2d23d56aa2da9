#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each control has a name for a screen reader, in each state; and the keyboard alone does it all."""
import contextlib
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
from client import look_until
from desktop_test import DesktopTest

CONTROLS = {
    "push button", "toggle button", "check box", "switch", "combo box", "text", "entry", "menu item",
    "list item", "link", "slider", "spin button", "radio button", "calendar",
}  # fmt: skip
# GTK 4.8 names what has no name by its class.
NO_NAME = re.compile(r"^$|^(Gtk|Adw|Patd)[A-Z]")


class Names(DesktopTest):
    def assertNamed(self, page):
        """Also what can have the focus; an item of a list may have a label inside instead."""
        for widget in page.root.all():
            role = widget.role
            if role not in CONTROLS or "focusable" not in widget.states:
                continue
            if not NO_NAME.search(widget.name):
                continue
            inner = role == "list item" and any(label.name for label in widget.all("label"))
            if not inner and not any(CONTROLS & {child.role} for child in widget.all()
                                     if child != widget):  # fmt: skip
                self.fail(f"a {role} without a name, in\n{page.root.tree()}")

    def test_in_the_empty_page(self):
        page = self.open()
        self.empty(page)
        self.assertNamed(page)

    def test_in_the_list_and_the_menu_of_a_token(self):
        self.generate("laptop")
        page = self.open()
        row = self.row(page, "laptop", "Active", "Not used", "Expires in 30 days")
        self.assertEqual(row.role, "list item")
        self.assertNamed(page)
        page.press(test=lambda found: "Menu of laptop" in found.name)
        page.find("menu item", "Rename…")
        self.assertNamed(page)
        states = {item.name: item.sensitive for item in page.root.all("menu item")}
        self.assertFalse(states["Delete…"])
        self.assertTrue(states["Revoke…"])

    def test_in_each_dialog(self):
        self.generate("laptop")
        page = self.open()
        self.begin_generate(page, "", submit=False)
        page.click(page.find("list item", "Restrictions"))
        page.find("text", lambda name: name.startswith("Hours"))
        self.assertNamed(page)
        self.desktop.picture("generate-restrictions")
        self.desktop.keys("Escape")
        for item, heading in (("Revoke…", "Reason"), ("Rotate…", "Previous Secret"),
                              ("Rename…", "Name")):  # fmt: skip
            with self.subTest(item):
                self.choose(page, "laptop", item)
                page.find(name=lambda name, heading=heading: name.startswith(heading))
                self.assertNamed(page)
                self.desktop.picture(item.rstrip("…").lower())
                self.desktop.keys("Escape")
                page.wait_gone(name=lambda name, heading=heading: name.startswith(heading))

    def test_in_the_details(self):
        token = self.generate("laptop", note="of alice")
        self.root.revoke(token, reason="lost")
        page = self.open()
        page.click(self.row(page, "laptop"))
        page.says("lost")
        self.assertNamed(page)

    def test_with_the_secret(self):
        page = self.open()
        self.begin_generate(page, "laptop")
        self.secret(page)
        self.assertNamed(page)
        page.press("Done")


class Keyboard(DesktopTest):
    def focused(self, page):
        return page.look(test=lambda widget: "focused" in widget.states)

    def find_entry(self, page, title):
        """That of a name, in the dialog of that title, once keys go there."""

        def has_keyboard():
            with contextlib.suppress(subprocess.CalledProcessError):
                name = self.desktop.output("xdotool", "getactivewindow", "getwindowname")
                return name.decode().strip() == title
            return False

        page.find("text", "Name")
        look_until(has_keyboard)

    def press_tab(self, page, before):
        """Returns once another widget than that before has the focus."""

        def moved():
            widget = self.focused(page)
            return widget and (not before or widget != before)

        self.desktop.keys("Tab")
        look_until(moved)

    def tab_to(self, page, test):
        """Presses Tab until that has the focus."""
        for _ in range(30):
            widget = self.focused(page)
            if widget and test(widget):
                return widget
            self.press_tab(page, widget)
        self.fail("Tab does not reach it in\n" + page.root.tree())

    def test_a_token_is_generated_copied_renamed_revoked_and_deleted(self):
        page = self.open()
        self.empty(page)
        self.desktop.keys("ctrl+n")
        self.find_entry(page, "Generate Token")
        self.desktop.type("laptop")
        self.desktop.keys("Return")
        page.find("push button", "Copy", lambda found: "focused" in found.states)
        self.desktop.keys("space")
        look_until(lambda: (self.desktop.clipboard() or "").startswith("pat_"))
        self.desktop.keys("Escape")
        page.wait_gone("push button", "Copy")
        self.row(page, "laptop")
        self.tab_to(page, lambda widget: widget.name.startswith("laptop,"))
        self.desktop.keys("F2")
        self.find_entry(page, "Rename Token")
        self.desktop.keys("ctrl+a")
        self.desktop.type("desktop")
        self.desktop.keys("Return")
        self.row(page, "desktop")
        self.tab_to(page, lambda widget: widget.name.startswith("desktop,"))
        self.desktop.keys("shift+F10")
        page.find("menu item", "Revoke…")
        self.desktop.keys("e")
        page.find("push button", "Revoke")
        self.desktop.keys("Return")
        self.row(page, "desktop", "Revoked")
        self.tab_to(page, lambda widget: widget.name.startswith("desktop,"))
        self.desktop.keys("Delete")
        page.find("push button", "Delete")
        self.desktop.keys("alt+d")
        self.empty(page)

    def test_escape_and_alt_left_go_back_from_the_details(self):
        self.generate("laptop")
        page = self.open()
        for back in ("Escape", "alt+Left"):
            with self.subTest(back):
                self.row(page, "laptop")
                self.tab_to(page, lambda widget: widget.name.startswith("laptop,"))
                self.desktop.keys("Return")
                page.says("Generated")
                self.desktop.keys(back)
                self.row(page, "laptop")

    def test_the_shortcuts_are_listed(self):
        page = self.open()
        self.empty(page)
        self.desktop.keys("ctrl+question")
        page.find(name=lambda name: "Shortcuts" in name)
        self.desktop.picture("shortcuts")
        self.desktop.keys("Escape")


if __name__ == "__main__":
    tap.main()
