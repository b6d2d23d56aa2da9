#!/usr/bin/python3 -B
"""C++ and Qt, by qdbusxml2cpp."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import mytokens
import tap
from world import TOP


class Qt(mytokens.Promises):
    command = [os.path.join(TOP, "build/clients/qt/mytokens")]


if __name__ == "__main__":
    tap.main()
