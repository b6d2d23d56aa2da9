#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A fake systemd-logind on a private bus.

logind.py [PID...]: each of these processes leads a session of its own, "c1" and so on, which ends
with its process.  Prints a line once it serves; its bus is DBUS_SYSTEM_BUS_ADDRESS.
"""
import os
import signal
import sys

from client import Client, Gio, GLib

NAME = "org.freedesktop.login1"
PATH = "/org/freedesktop/login1"
ERRORS = NAME + "."
DENIED = "org.freedesktop.DBus.Error.AccessDenied"

MANAGER_XML = f"""<node><interface name="{NAME}.Manager">
  <method name="GetSession"><arg type="s"/><arg type="o" direction="out"/></method>
  <method name="GetSessionByPID"><arg type="u"/><arg type="o" direction="out"/></method>
</interface></node>"""

SESSION_XML = f"""<node><interface name="{NAME}.Session">
  <method name="Terminate"/><property name="Leader" type="u" access="read"/>
</interface></node>"""


class FakeLogind:
    """A peer that owns logind's name.  denies: as without the rule of polkit"""

    def __init__(self, client):
        self.client = client
        self.denies = False
        self.asked, self.ended = [], []  # processes; ids of sessions
        self.sessions = {}  # path: [id, leader, other processes...]
        client.connection.register_object(
            PATH, self._interface(MANAGER_XML), self._find, None, None
        )
        client.bus("RequestName", "(su)", NAME, 4)

    @staticmethod
    def _interface(xml):
        return Gio.DBusNodeInfo.new_for_xml(xml).interfaces[0]

    def add(self, name, leader, *others):
        """A session of that id, which the process leads; others are in it."""
        path = f"{PATH}/session/{name}"
        self.sessions[path] = [name, leader, *others]
        self.client.connection.register_object(
            path, self._interface(SESSION_XML), self._terminate, self._leader, None
        )

    def _find(self, connection, sender, path, interface, method, args, invocation):
        (wanted,) = args.unpack()
        self.asked.append(wanted)
        for found, names in self.sessions.items():
            if wanted in names:
                invocation.return_value(GLib.Variant("(o)", (found,)))
                return
        invocation.return_dbus_error(ERRORS + "NoSessionForPID", "no session")

    def _leader(self, connection, sender, path, interface, name):
        return GLib.Variant("u", self.sessions[path][1])

    def _terminate(self, connection, sender, path, interface, method, args, invocation):
        name, *processes = self.sessions[path]
        if self.denies:
            invocation.return_dbus_error(DENIED, "no")
            return
        invocation.return_value(None)
        self.ended.append(name)
        for pid in processes:
            os.kill(pid, signal.SIGKILL)


def main():
    logind = FakeLogind(Client(os.environ["DBUS_SYSTEM_BUS_ADDRESS"]))
    for number, pid in enumerate(sys.argv[1:], 1):
        logind.add(f"c{number}", int(pid))
    print("ready", flush=True)
    GLib.MainLoop().run()


if __name__ == "__main__":
    main()
