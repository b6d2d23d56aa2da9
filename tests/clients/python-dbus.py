#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tests mytokens-dbus-python: Python and dbus-python."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import client_program
import tap


class DBusPython(client_program.MyTokensTest):
    command = ["/usr/bin/python3", "tests/clients/mytokens-dbus-python"]


if __name__ == "__main__":
    tap.main()
