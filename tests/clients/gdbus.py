#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Calls and monitors patd with gdbus of GLib."""
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
from client import MANAGER, NAME, OBJECT_MANAGER, OURS, PATIENCE_S, ROOT, TOKEN, GLib, names
from fixture import PatdTest
from client_program import AS_GAMES, Program


class Gdbus(PatdTest):
    def call(self, path, method, *args, as_user=(), status=0):
        """The reply or, if gdbus has to fail, its standard error."""
        done = subprocess.run(
            [*as_user, "gdbus", "call", "--system", "--dest", NAME, "--object-path", path,
             "--method", method, *args], env=self.bus.environment(),
            capture_output=True, timeout=PATIENCE_S, check=False, text=True,
        )  # fmt: skip
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stderr if status else GLib.Variant.parse(None, done.stdout).unpack()

    def list(self, **how):
        return self.call(ROOT, MANAGER + ".ListTokens", "{}", "0", "", **how)[0]

    def test_listtokens_and_getmanagedobjects_return_all_properties(self):
        tokens = [self.root.generate(name) for name in ("desktop", "laptop")]
        rows = [self.root.show(token) for token in tokens]
        self.assertEqual(self.list(), rows)
        (objects,) = self.call(ROOT, OBJECT_MANAGER + ".GetManagedObjects")
        self.assertEqual(
            objects, {token.path: {TOKEN: row} for token, row in zip(tokens, rows)}
        )

    def test_revoke_restore_and_delete_change_the_state(self):
        token = self.root.generate("laptop")
        for method, states in (("Revoke", ["revoked"]), ("Restore", ["active"]),
                               ("Revoke", ["revoked"]), ("Delete", [])):  # fmt: skip
            self.call(token.path, f"{TOKEN}.{method}", "{}")
            self.assertEqual([row["State"] for row in self.list()], states)

    def test_generate_makes_a_token_and_prints_no_secret(self):
        path, handle = self.call(ROOT, MANAGER + ".Generate", "laptop", "{'lifetime': <uint64 60>}")
        (row,) = self.list()
        self.assertEqual(path, f"{ROOT}/token/{row['Id']}")
        self.assertEqual(row["ExpiresAt"], row["CreatedAt"] + 60)
        self.assertEqual(handle, 0)  # an index into descriptors, which gdbus has closed

    def test_a_refused_call_prints_the_name_of_the_error(self):
        token = self.root.generate("laptop")
        error = self.call(token.path, TOKEN + ".Delete", "{}", status=1)
        self.assertIn(OURS + "NotRevoked: ", error)

    def test_an_ordinary_user_lists_revokes_and_deletes_its_own_tokens(self):
        token = self.root.generate("laptop", user="games")
        self.root.generate("root's")
        self.assertEqual(names(self.list(as_user=AS_GAMES)), ["laptop"])
        self.call(token.path, TOKEN + ".Revoke", "{}", as_user=AS_GAMES)
        self.call(token.path, TOKEN + ".Delete", "{}", as_user=AS_GAMES)
        self.assertEqual(self.list(as_user=AS_GAMES), [])

    def test_monitor_receives_no_signals_without_subscribe(self):
        monitor = Program(
            ["gdbus", "monitor", "--system", "--dest", NAME], self.bus.environment(), os.devnull
        )
        try:
            monitor.find(f"The name {NAME} is owned by .*")
            self.root.subscribe()
            self.root.revoke(self.root.generate("laptop"))
            self.assertEqual(self.patd.end(), 0)
            monitor.expect(f"The name {NAME} does not have an owner")
        finally:
            monitor.process.terminate()
            monitor.end()
        self.patd.start()
        self.assertEqual(len(monitor.lines), 3, monitor.lines)


if __name__ == "__main__":
    tap.main()
