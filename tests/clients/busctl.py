#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Calls and monitors patd with busctl."""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
from client import DBUS, MANAGER, NAME, PATIENCE_S, ROOT, TOKEN, names, wait_until
from fixture import PatdTest
from client_program import AS_GAMES


class Busctl(PatdTest):
    def busctl(self, *args, as_user=(), status=0):
        """Its standard output or, if it has to fail, its standard error."""
        done = subprocess.run(
            [*as_user, "busctl", "--json=short", *args], env=self.bus.environment(),
            capture_output=True, timeout=PATIENCE_S, check=False, text=True,
        )  # fmt: skip
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stderr if status else done.stdout

    def list(self, *filters, **how):
        output = self.busctl(
            "call", NAME, ROOT, MANAGER, "ListTokens", "a{sv}us", *filters, "0", "", **how
        )
        tokens, _ = json.loads(output)["data"]
        return [{name: value["data"] for name, value in token.items()} for token in tokens]

    def change(self, method, token, **how):
        return self.busctl("call", NAME, token.path, TOKEN, method, "a{sv}", "0", **how)

    def test_listtokens_with_a_filter_returns_all_properties(self):
        token = self.root.generate("laptop")
        self.root.revoke(self.root.generate("desktop"))
        self.assertEqual(self.list("1", "state", "s", "active"), [self.root.show(token)])

    def test_get_property_returns_properties_of_a_token(self):
        token = self.root.generate("laptop")
        output = self.busctl("get-property", NAME, token.path, TOKEN, "Name", "State")
        values = [json.loads(line)["data"] for line in output.splitlines()]
        self.assertEqual(values, ["laptop", "active"])

    def test_revoke_restore_and_delete_change_the_state(self):
        token = self.root.generate("laptop")
        for method, states in (("Revoke", ["revoked"]), ("Restore", ["active"]),
                               ("Revoke", ["revoked"]), ("Delete", [])):  # fmt: skip
            self.change(method, token)
            self.assertEqual([row["State"] for row in self.list("0")], states)

    def test_generate_makes_a_token_and_prints_no_secret(self):
        output = self.busctl("call", NAME, ROOT, MANAGER, "Generate", "sa{sv}", "laptop", "0")
        path, _ = json.loads(output)["data"]
        (row,) = self.list("0")
        self.assertEqual(path, f"{ROOT}/token/{row['Id']}")
        self.assertNotIn("pat_", output)

    def test_a_refused_call_prints_the_reason(self):
        token = self.root.generate("laptop")
        self.assertIn("revoke it first", self.change("Delete", token, status=1))

    def test_an_ordinary_user_lists_revokes_and_deletes_its_own_tokens(self):
        token = self.root.generate("laptop", user="games")
        self.root.generate("root's")
        self.assertEqual(names(self.list("0", as_user=AS_GAMES)), ["laptop"])
        self.change("Revoke", token, as_user=AS_GAMES)
        self.change("Delete", token, as_user=AS_GAMES)
        self.assertEqual(self.list("0", as_user=AS_GAMES), [])

    def test_monitor_shows_root_the_signals_to_a_subscriber(self):
        self.root.subscribe()
        changes = self.root.collect(DBUS[2], "NameOwnerChanged", DBUS[1])
        with subprocess.Popen(
            ["busctl", "--json=short", "monitor", NAME], env=self.bus.environment(),
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        ) as monitor:  # fmt: skip
            try:
                # A connection loses its name when it becomes a monitor, which then receives all.
                wait_until(lambda: any(owner == "" for _, (_, _, owner) in changes))
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
