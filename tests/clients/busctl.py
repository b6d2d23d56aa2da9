#!/usr/bin/python3 -B
"""busctl: what an administrator has at hand."""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
from client import DBUS, MANAGER, NAME, PATIENCE_S, ROOT, TOKEN, Gio, wait_until
from mytokens import AS_GAMES
from world import WorldTest


class Busctl(WorldTest):
    def busctl(self, *args, as_user=(), status=0):
        """What it says, on standard output or, if it is to fail, on standard error."""
        done = subprocess.run(
            [*as_user, "busctl", "--json=short", *args], env=self.bus.environment(),
            capture_output=True, timeout=PATIENCE_S, check=False, text=True,
        )  # fmt: skip
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stderr if status else done.stdout

    def list(self, *filters, **how):
        said = self.busctl(
            "call", NAME, ROOT, MANAGER, "ListTokens", "a{sv}us", *filters, "0", "", **how
        )
        tokens, _ = json.loads(said)["data"]
        return [{name: value["data"] for name, value in token.items()} for token in tokens]

    def change(self, method, token, **how):
        return self.busctl("call", NAME, token.path, TOKEN, method, "a{sv}", "0", **how)

    def test_it_lists_all_about_the_tokens_that_a_filter_wants(self):
        token = self.root.generate("laptop")
        self.root.revoke(self.root.generate("desktop"))
        self.assertEqual(self.list("1", "state", "s", "active"), [self.root.show(token)])

    def test_it_gets_properties(self):
        token = self.root.generate("laptop")
        said = self.busctl("get-property", NAME, token.path, TOKEN, "Name", "State")
        values = [json.loads(line)["data"] for line in said.splitlines()]
        self.assertEqual(values, ["laptop", "active"])

    def test_it_revokes_restores_and_deletes(self):
        token = self.root.generate("laptop")
        for method, states in (("Revoke", ["revoked"]), ("Restore", ["active"]),
                               ("Revoke", ["revoked"]), ("Delete", [])):  # fmt: skip
            self.change(method, token)
            self.assertEqual([row["State"] for row in self.list("0")], states)

    def test_it_generates_a_token_but_cannot_hand_out_the_secret(self):
        said = self.busctl("call", NAME, ROOT, MANAGER, "Generate", "sa{sv}", "laptop", "0")
        path, _ = json.loads(said)["data"]
        (row,) = self.list("0")
        self.assertEqual(path, f"{ROOT}/token/{row['Id']}")
        self.assertNotIn("pat_", said)

    def test_it_says_why_a_call_is_refused(self):
        token = self.root.generate("laptop")
        self.assertIn("revoke it first", self.change("Delete", token, status=1))

    def test_an_ordinary_user_lists_revokes_and_deletes_its_own(self):
        token = self.root.generate("laptop", user="games")
        self.root.generate("root's")
        self.assertEqual([row["Name"] for row in self.list("0", as_user=AS_GAMES)], ["laptop"])
        self.change("Revoke", token, as_user=AS_GAMES)
        self.change("Delete", token, as_user=AS_GAMES)
        self.assertEqual(self.list("0", as_user=AS_GAMES), [])

    def test_it_shows_root_the_signals_of_a_subscriber(self):
        self.root.subscribe()
        lost = []
        watch = self.root.connection.signal_subscribe(
            DBUS[0], DBUS[2], "NameOwnerChanged", DBUS[1], None, Gio.DBusSignalFlags.NONE,
            lambda *args: lost.append(args[5].unpack()[2] == ""),
        )  # fmt: skip
        self.addCleanup(self.root.connection.signal_unsubscribe, watch)
        with subprocess.Popen(
            ["busctl", "--json=short", "monitor", NAME], env=self.bus.environment(),
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        ) as monitor:  # fmt: skip
            try:
                # A monitor has no name on the bus: when it loses its own it sees all.
                wait_until(lambda: any(lost))
                token = self.root.generate("laptop")
                self.root.revoke(token)
                for line in monitor.stdout:
                    message = json.loads(line)
                    if message.get("member") == "PropertiesChanged":
                        break
            finally:
                monitor.terminate()
        self.assertEqual(message["path"], token.path)
        self.assertEqual(message["payload"]["data"][1]["State"]["data"], "revoked")


if __name__ == "__main__":
    tap.main()
