#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Where the secret of a new token is, and where it is not any more."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import process_memory
import tap
from client import look_until
from desktop_test import BUILD, DesktopTest

MINUTE_S = 60


class Secrets(DesktopTest):
    def assertForgotten(self, page, text):
        """No widget has it for a screen reader, and no log."""
        for widget in page.root.all():
            self.assertNotIn(text, " ".join(widget.texts()))
        self.assertNotIn(text, page.log())
        self.assertNotIn(text, self.desktop.log())

    def test_a_secret_is_forgotten_when_its_dialog_is_closed(self):
        page = self.open()
        self.begin_generate(page, "laptop")
        text = self.secret(page)
        self.assertEqual(len(text), 60)
        # Not even while it is shown: whoever may read the screen's texts is not the one who copies.
        self.assertForgotten(page, text)
        self.desktop.picture("secret")
        page.press("Done")
        page.wait_gone("push button", "Copy")
        self.assertForgotten(page, text)

    def test_a_secret_leaves_the_clipboard_when_the_window_is_closed(self):
        page = self.open()
        self.begin_generate(page, "laptop")
        text = self.secret(page)
        self.assertEqual(page.quit(), 0)
        self.assertNotIn(text, self.desktop.clipboard() or "")
        self.assertNotIn(text, page.log() + self.desktop.log())

    def test_a_secret_leaves_the_clipboard_when_the_window_is_closed_and_the_page_stays(self):
        page = self.open("--background")
        self.begin_generate(page, "laptop")
        text = self.secret(page)
        page.press("Done")
        page.wait_gone("push button", "Copy")
        self.assertEqual(self.desktop.clipboard(), text)
        self.desktop.keys("ctrl+w")
        page.wait_gone("list")
        look_until(lambda: self.desktop.clipboard() != text)
        self.assertTrue(page.running())

    def test_a_secret_leaves_the_clipboard_after_a_minute(self):
        path = os.path.join(self.folder, "ahead")
        with open(path, "wb") as ahead:
            ahead.write(bytes(8))
        page = self.open(
            LD_PRELOAD=os.path.join(BUILD, "tests/desktop/ahead.so"), AHEAD=path,
            ASAN_OPTIONS="verify_asan_link_order=0:detect_leaks=0",
        )  # fmt: skip
        self.begin_generate(page, "laptop")
        text = self.secret(page)
        with open(path, "r+b") as ahead:
            ahead.write((MINUTE_S // 2).to_bytes(8, "little"))
        page.find("label", lambda name: re.search(r"removed from the clipboard in [12]\d seconds", name))
        self.assertEqual(self.desktop.clipboard(), text)
        with open(path, "r+b") as ahead:
            ahead.write(MINUTE_S.to_bytes(8, "little"))
        page.says("no longer in the clipboard")
        look_until(lambda: not self.desktop.clipboard())
        page.press("Done")
        page.wait_gone("push button", "Copy")

    def copies(self, page, pattern):
        """Of what fits the pattern, in the memory of the page."""
        return [found for region in process_memory.regions(page.pid)
                for found in re.findall(pattern, region)]  # fmt: skip

    def test_a_secret_that_was_not_copied_is_in_no_memory_after_its_dialog(self):
        page = self.open()
        self.begin_generate(page, "laptop")
        page.find("push button", "Copy")
        found = self.copies(page, rb"pat_[0-9A-Za-z_]{56}")
        self.assertNotEqual(found, [])
        page.press("Done")
        page.find(name="Close Without Copying?")
        self.desktop.keys("alt+l")
        page.wait_gone("push button", "Copy")
        self.row(page, "laptop")
        look_until(lambda: not self.copies(page, re.escape(found[0])))

    def test_what_another_program_copied_stays_in_the_clipboard(self):
        page = self.open()
        self.begin_generate(page, "laptop")
        self.secret(page)
        self.desktop.set_clipboard("of another program")
        page.press("Done")
        page.wait_gone("push button", "Copy")
        self.assertEqual(self.desktop.clipboard(), "of another program")

    def test_closing_before_the_secret_was_copied_asks_first(self):
        page = self.open()
        self.begin_generate(page, "laptop")
        page.press("Done")
        page.find(name="Close Without Copying?")
        self.desktop.picture("close-without-copying")
        page.press("Cancel")
        text = self.secret(page)
        page.press("Done")
        page.wait_gone("push button", "Copy")
        self.assertForgotten(page, text)

    def test_clipboard_managers_are_told_that_it_is_a_secret(self):
        page = self.open()
        self.begin_generate(page, "laptop")
        self.secret(page)
        targets = self.desktop.output("xclip", "-out", "-selection", "clipboard", "-target", "TARGETS")
        self.assertIn(b"x-kde-passwordManagerHint", targets)
        page.press("Done")


if __name__ == "__main__":
    tap.main()
