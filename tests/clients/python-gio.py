#!/usr/bin/python3 -B
"""doc/examples/mytokens.py: Python and GLib's Gio."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import mytokens
import tap


class Gio(mytokens.Promises):
    command = ["/usr/bin/python3", "doc/examples/mytokens.py"]


if __name__ == "__main__":
    tap.main()
