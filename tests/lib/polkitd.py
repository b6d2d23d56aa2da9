# SPDX-License-Identifier: LGPL-2.1-or-later
"""polkit on a private bus: the real polkitd, an authentication agent, and a fake polkitd."""
import os
import subprocess

from client import PATIENCE_S, Gio, GLib, wait_until
from wire import start_time

NAME = "org.freedesktop.PolicyKit1"
PATH = "/org/freedesktop/PolicyKit1/Authority"
AUTHORITY = NAME + ".Authority"
AGENT = NAME + ".AuthenticationAgent"

LAUNCHER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "polkitd")

AGENT_XML = f"""<node><interface name="{AGENT}">
  <method name="BeginAuthentication">
    <arg type="s" name="action"/><arg type="s" name="message"/><arg type="s" name="icon"/>
    <arg type="a{{ss}}" name="details"/><arg type="s" name="cookie"/>
    <arg type="a(sa{{sv}})" name="identities"/>
  </method>
  <method name="CancelAuthentication"><arg type="s" name="cookie"/></method>
</interface></node>"""

FAKE_XML = f"""<node><interface name="{AUTHORITY}">
  <method name="CheckAuthorization">
    <arg type="(sa{{sv}})" name="subject"/><arg type="s" name="action"/>
    <arg type="a{{ss}}" name="details"/><arg type="u" name="flags"/>
    <arg type="s" name="cancellation"/><arg type="(bba{{ss}})" name="result" direction="out"/>
  </method>
  <method name="CancelCheckAuthorization"><arg type="s" name="cancellation"/></method>
</interface></node>"""


class Polkitd:
    """The real polkitd, with patd's actions and the rules of the test."""

    def __init__(self, folder, bus_address):
        self.log_path = os.path.join(folder, "polkitd.log")
        self.environment = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": bus_address}
        self.process = None

    def start(self, rules=""):
        """Does not wait: polkitd serves once it owns its name."""
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [LAUNCHER], stdin=subprocess.PIPE, stdout=log, stderr=log, env=self.environment
            )
        self.process.stdin.write(rules.encode())
        self.process.stdin.close()

    def end(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(PATIENCE_S)


def serve(client, path, xml, handle):
    """handle(method, args, invocation), from wait_until()."""
    client.connection.register_object(
        path,
        Gio.DBusNodeInfo.new_for_xml(xml).interfaces[0],
        lambda c, s, p, i, method, args, invocation: handle(method, args.unpack(), invocation),
        None,
        None,
    )


class Dialog:
    """A request for a user's password."""

    def __init__(self, agent, args, invocation):
        self.agent, self.invocation = agent, invocation
        self.action, self.message, _, _, self.cookie, self.identities = args
        self.cancelled = False

    def users(self):
        return [what["uid"] for _, what in self.identities]

    def accept(self):
        """Responds as polkit's helper does after PAM accepted the first identity."""
        kind, what = self.identities[0]
        identity = (kind, {"uid": GLib.Variant("u", what["uid"])})
        self.agent.call("AuthenticationAgentResponse2", "(us(sa{sv}))", 0, self.cookie, identity)
        self.invocation.return_value(None)

    def refuse(self):
        self.invocation.return_value(None)


class Agent:
    """An authentication agent for all clients of a process, this one unless pid and uid are said.
    client: root's"""

    def __init__(self, client, pid=None, uid=0):
        self.client = client
        self.dialogs = []
        self.seen = 0
        pid = pid or os.getpid()
        path = f"/agent{pid}"
        serve(client, path, AGENT_XML, self._handle)
        process = {
            "pid": GLib.Variant("u", pid),
            "start-time": GLib.Variant("t", start_time(pid)),
            "uid": GLib.Variant("i", uid),
        }
        subject = ("unix-process", process)
        self.call("RegisterAuthenticationAgent", "((sa{sv})ss)", subject, "C", path)

    def call(self, method, signature, *args):
        self.client.call(PATH, AUTHORITY, method, signature, *args, destination=NAME)

    def _handle(self, method, args, invocation):
        if method == "BeginAuthentication":
            self.dialogs.append(Dialog(self, args, invocation))
            return
        for dialog in self.dialogs:
            dialog.cancelled |= dialog.cookie == args[0]
        invocation.return_value(None)

    def wait_for_dialog(self):
        """The next dialog, in the order in which they began."""
        wait_until(lambda: len(self.dialogs) > self.seen)
        self.seen += 1
        return self.dialogs[self.seen - 1]


class FakePolkitd:
    """A peer that owns polkit's name.  answer(invocation) replies to each question; None: never."""

    def __init__(self, client, answer=None):
        self.client = client
        self.questions, self.cancelled = [], []
        self.answer = answer
        serve(client, PATH, FAKE_XML, self._handle)
        client.bus("RequestName", "(su)", NAME, 4)

    def _handle(self, method, args, invocation):
        if method == "CancelCheckAuthorization":
            self.cancelled.append(args[0])
        else:
            self.questions.append(args)
            if self.answer:
                self.answer(invocation)

    def reply(self, invocation, body):
        """body: a Variant of any type, or None"""
        message = Gio.DBusMessage.new_method_reply(invocation.get_message())
        if body:
            message.set_body(body)
        self.client.connection.send_message(message, Gio.DBusSendMessageFlags.NONE)

    def wait_for_questions(self, count=1):
        wait_until(lambda: len(self.questions) >= count)
