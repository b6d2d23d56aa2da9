#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tests doc/examples/mytokens.c: C and GLib, with gdbus-codegen."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import client_program
import tap
from fixture import BUILD


class GLib(client_program.MyTokensTest):
    command = [os.path.join(BUILD, "clients/mytokens")]


if __name__ == "__main__":
    tap.main()
