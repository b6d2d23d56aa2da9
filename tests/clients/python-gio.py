#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tests doc/examples/mytokens.py: Python and Gio of GLib."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import client_program
import tap


class Gio(client_program.MyTokensTest):
    command = ["/usr/bin/python3", "doc/examples/mytokens.py"]


if __name__ == "__main__":
    tap.main()
