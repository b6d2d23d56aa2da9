#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tests mytokens-qt.cpp: C++ and Qt, with qdbusxml2cpp."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import client_program
import tap
from fixture import TOP


class Qt(client_program.MyTokensTest):
    command = [os.path.join(TOP, "build/clients/qt/mytokens")]


if __name__ == "__main__":
    tap.main()
