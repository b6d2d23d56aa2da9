#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The page in other languages, directions, colours and sizes: a picture of each main state, to be
looked at, and what a program can see of it.
"""
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
from client import look_until
from desktop_test import DesktopTest

NARROW = 376, 560
LINES_PX = 100  # less than the three lines of a row at twice the size, more than at the usual one


class Looks(DesktopTest):
    def pictures(self, style, **environment):
        """Of the list, the details and two dialogs.  Returns the page and the picture of its list."""
        self.variety()
        page = self.open(**environment)
        look_until(lambda: len(list(page.root.all("list item", lambda name: "," in name or
                                                  "،" in name))) >= 4)  # fmt: skip
        picture = self.desktop.picture("list-" + style)
        page.click(page.find("list item", lambda name: name.startswith("laptop")))
        page.find("label", lambda name: "192.0.2.0/24" in name)
        self.desktop.picture("details-" + style)
        self.desktop.keys("alt+Right" if style == "rtl" else "alt+Left")
        page.find("list item", lambda name: name.startswith("phone"))
        self.desktop.keys("ctrl+n")
        page.find("combo box")
        self.desktop.picture("generate-" + style)
        self.desktop.keys("Escape")
        page.wait_gone("combo box")
        return page, picture

    def brightness(self, picture):
        """0: black, 1: white"""
        return float(subprocess.run(
            ["convert", picture, "-colorspace", "Gray", "-format", "%[fx:mean]", "info:"],
            stdout=subprocess.PIPE, check=True,
        ).stdout)  # fmt: skip

    def size(self):
        lines = self.desktop.output("xdotool", "getactivewindow", "getwindowgeometry", "--shell")
        values = dict(line.split("=") for line in lines.decode().split())
        return int(values["WIDTH"]), int(values["HEIGHT"])

    def test_light(self):
        _, picture = self.pictures("light")
        self.assertGreater(self.brightness(picture), 0.3)

    def test_dark_is_dark(self):
        _, picture = self.pictures("dark", ADW_DEBUG_COLOR_SCHEME="prefer-dark")
        self.assertLess(self.brightness(picture), 0.25)

    def test_high_contrast(self):
        self.pictures("contrast", ADW_DEBUG_HIGH_CONTRAST="1")

    def test_german_is_german(self):
        page, _ = self.pictures("german", LANGUAGE="de")
        self.assertIsNone(page.look("label", "Active"))
        page.find("label", "Aktiv")

    def test_right_to_left_begins_at_the_right(self):
        page, _ = self.pictures("rtl", LANGUAGE="ar")
        window = page.find(test=lambda widget: "active" in widget.states).extents
        row = page.find("list item", lambda name: name.startswith("laptop"))
        menu = row.look("push button", test=lambda widget: widget.can_be_pressed)
        self.assertLess(menu.extents[0], window[2] // 2)

    def test_text_of_twice_the_size_fits_the_display(self):
        self.desktop.output(
            "xprop", "-root", "-f", "RESOURCE_MANAGER", "8s", "-set", "RESOURCE_MANAGER",
            "Xft.dpi:\t192",
        )  # fmt: skip
        self.addCleanup(self.desktop.output, "xprop", "-root", "-remove", "RESOURCE_MANAGER")
        page, _ = self.pictures("200-percent")
        row = page.find("list item", lambda name: name.startswith("laptop"))
        self.assertGreater(row.extents[3], LINES_PX)
        width, height = self.size()
        self.assertLessEqual((width, height), (1200, 1000))

    def test_a_narrow_window_has_all_of_it(self):
        page, _ = self.pictures("wide")
        self.desktop.output("xdotool", "getactivewindow", "windowsize", *map(str, NARROW))
        look_until(lambda: self.size()[0] <= NARROW[0])
        self.desktop.picture("list-narrow")
        page.press("Generate…")
        page.find("text", "Name")
        self.desktop.picture("generate-narrow")
        self.desktop.keys("Escape")


if __name__ == "__main__":
    tap.main()
