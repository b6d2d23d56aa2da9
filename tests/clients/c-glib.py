#!/usr/bin/python3 -B
"""doc/examples/mytokens.c: C and GLib, by gdbus-codegen."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import mytokens
import tap
from world import BUILD


class GLib(mytokens.Promises):
    command = [os.path.join(BUILD, "clients/mytokens")]


if __name__ == "__main__":
    tap.main()
