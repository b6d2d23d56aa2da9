#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tests doc/examples/mytokens.js: Node and dbus-next."""
import os
import shutil
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import client_program
import tap
from fixture import TOP

# One for all builds, see clients.mk
MODULES = os.path.join(TOP, "build/clients/node/node_modules")


def missing():
    if not (shutil.which("node") and shutil.which("npm")):
        return "Node and npm are not installed"
    if not os.path.isdir(MODULES):
        return "npm could not install dbus-next: see build/clients/node/npm.log"
    return ""


@unittest.skipIf(missing(), missing())
class Node(client_program.MyTokensTest):
    command = ["node", "doc/examples/mytokens.js"]
    environment = {"NODE_PATH": MODULES}


if __name__ == "__main__":
    tap.main()
