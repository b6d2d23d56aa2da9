# SPDX-License-Identifier: LGPL-2.1-or-later
"""The tests of doc/examples/mytokens.* and of each client in tests/clients with the same output."""
import os
import re
import select
import subprocess

import wire
from client import NAME, OBJECT_MANAGER, PATIENCE_S, PROPERTIES, ROOT, TOKEN, GLib
from fixture import GAMES, TOP, PatdTest
from polkitd import FakePolkitd
from process_memory import regions

# Runs a command as user games, who may read the checkout wherever it is.
AS_GAMES = [
    "setpriv", f"--reuid={GAMES}", "--clear-groups",
    "--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search",
]  # fmt: skip


class Program:
    """A running client.  evidence: a file for its standard error"""

    def __init__(self, command, environment, evidence):
        self.rest, self.lines = b"", []
        with open(evidence, "ab") as log:
            self.process = subprocess.Popen(
                command, bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                env=environment, cwd=TOP,
            )  # fmt: skip

    def send(self, *words):
        self.process.stdin.write(" ".join(words).encode() + b"\n")

    def read(self):
        """The next line of its output, also in self.lines[-1]."""
        while b"\n" not in self.rest:
            if not select.select([self.process.stdout], [], [], PATIENCE_S)[0]:
                raise TimeoutError(f"no more output after {self.lines}")
            more = self.process.stdout.read(4096)
            if not more:
                raise EOFError(f"it ended after {self.lines}")
            self.rest += more
        line, _, self.rest = self.rest.partition(b"\n")
        self.lines.append(line.decode())
        return self.lines[-1]

    def expect(self, *words):
        """Reads until a line is exactly that."""
        while self.read() != " ".join(words):
            pass

    def find(self, pattern):
        """Reads until a line matches; the groups."""
        while not (match := re.fullmatch(pattern, self.read())):
            pass
        return match.groups()

    def end(self):
        """Ends its input, at which it must exit; returns its status."""
        if self.process.poll() is None:
            self.process.stdin.close()
        with self.process.stdout:
            return self.process.wait(PATIENCE_S)


class Generated:
    """A token that the program generated and printed."""

    def __init__(self, text):
        self.text, self.id = text, text[4:14]
        self.path = f"{ROOT}/token/{self.id}"


class MyTokensTest(PatdTest):
    command, environment = [], {}

    def program(self, as_user=()):
        log = os.path.join(self.folder, "program.log")
        environment = self.bus.environment(**self.environment)
        program = Program([*as_user, *self.command], environment, log)
        self.addCleanup(lambda: self.assertEqual(program.end(), 0, "it exited with an error"))
        return program

    def evidence(self):
        with open(os.path.join(self.folder, "program.log"), encoding="utf-8") as log:
            return "--- standard error\n" + log.read() + super().evidence()

    def generate(self, program, name):
        """Has the program print the secret and the new token, in any order."""
        program.send("generate", name)
        printed = {}
        while len(printed) < 2:
            kind, value = program.find("(active|secret) (.*)")
            printed[kind] = value
        token = Generated(printed["secret"])
        self.assertEqual(printed["active"], f"{token.id} {name}")
        return token

    def test_existing_tokens_are_listed_at_start(self):
        tokens = [self.root.generate(f"number {n}") for n in range(3)]
        self.root.revoke(tokens[1])
        program = self.program()
        program.expect("tokens: 3")
        rows = [program.read() for _ in tokens]
        self.assertEqual(
            sorted(rows),
            sorted(
                f"{state} {token.id} number {n}"
                for n, (token, state) in enumerate(zip(tokens, ("active", "revoked", "active")))
            ),
        )

    def test_tokens_of_more_than_one_page_are_all_listed(self):
        names = {f"number {n}" for n in range(300)}
        for name in names:
            self.root.generate(name)
        program = self.program()
        program.expect("tokens: 300")
        rows = [program.read().split(" ", 2) for _ in names]
        self.assertEqual({name for _, _, name in rows}, names)

    def test_its_own_changes_are_each_reported_once(self):
        program = self.program()
        program.expect("tokens: 0")
        token = self.generate(program, "my laptop")
        program.send("revoke", token.id)
        program.expect("revoked", token.id, "my laptop")
        program.send("restore", token.id)
        program.expect("active", token.id, "my laptop")
        program.send("revoke", token.id)
        program.expect("revoked", token.id, "my laptop")
        program.send("delete", token.id)
        program.expect("deleted", token.id, "my laptop")
        self.assertEqual(self.root.list(), [])
        self.assertCountEqual(
            program.lines,
            [
                "tokens: 0",
                f"active {token.id} my laptop",
                f"secret {token.text}",
                f"revoked {token.id} my laptop",
                f"active {token.id} my laptop",
                f"revoked {token.id} my laptop",
                f"deleted {token.id} my laptop",
            ],
        )

    def test_changes_by_others_are_reported(self):
        program = self.program()
        program.expect("tokens: 0")
        token = self.root.generate("laptop")
        program.expect("active", token.id, "laptop")
        self.root.revoke(token)
        program.expect("revoked", token.id, "laptop")
        self.root.restore(token)
        program.expect("active", token.id, "laptop")
        self.root.revoke(token)
        self.root.delete(token)
        program.expect("deleted", token.id, "laptop")

    def test_an_expiry_is_reported(self):
        program = self.program()
        program.expect("tokens: 0")
        token = self.root.generate("laptop", lifetime=1)
        program.expect("expired", token.id, "laptop")

    def test_the_printed_secret_logs_in_and_the_use_is_reported(self):
        program = self.program()
        program.expect("tokens: 0")
        token = self.generate(program, "laptop")
        self.assertEqual(self.verify(token), wire.ACCEPTED)
        (at,) = program.find(f"used {token.id} laptop at ([0-9]+) through tests")
        self.assertEqual(int(at), self.root.get(token, "LastUsedAt"))

    def test_memory_contains_no_secret_after_generate(self):
        program = self.program()
        token = self.generate(program, "laptop")
        self.root.revoke(token)
        program.expect("revoked", token.id, "laptop")
        control = 0
        for region in regions(program.process.pid):
            control += token.id.encode() in region
            self.assertNotIn(token.text[15:].encode(), region)
        self.assertGreater(control, 0, "the search does not even find an id")

    def test_errors_of_patd_are_recognized_by_name(self):
        token = self.root.generate("laptop")
        program = self.program()
        program.expect("tokens: 1")
        program.send("generate", "laptop")
        program.expect("error: you have a token of that name")
        program.send("delete", token.id)
        program.expect("error: revoke it first")
        program.send("revoke", "0123456789")
        program.expect("error: you have no such token")

    def test_tokens_are_listed_and_changes_reported_after_patd_restarts(self):
        token = self.root.generate("laptop")
        program = self.program()
        program.expect("active", token.id, "laptop")
        self.assertEqual(self.patd.end(), 0)
        program.expect("patd is not there")
        self.patd.start()
        program.expect("tokens: 1")
        program.expect("active", token.id, "laptop")
        self.root.revoke(token)
        program.expect("revoked", token.id, "laptop")
        self.assertEqual(len(program.lines), 6, program.lines)

    def test_a_program_started_before_patd_lists_tokens_once_patd_runs(self):
        self.assertEqual(self.patd.end(), 0)
        program = self.program()
        program.expect("patd is not there")
        self.patd.start()
        program.expect("tokens: 0")

    def test_an_ordinary_user_sees_and_changes_only_its_own_tokens(self):
        token = self.root.generate("laptop", user="games")
        program = self.program(AS_GAMES)
        program.expect("tokens: 1")
        self.root.generate("root's")
        program.send("revoke", token.id)
        program.expect("revoked", token.id, "laptop")
        program.send("delete", token.id)
        program.expect("deleted", token.id, "laptop")
        program.send("generate", "another")
        program.expect("error: that is not allowed")
        self.assertEqual(len(program.lines), 5, program.lines)

    def test_generate_allows_interactive_authorization(self):
        polkit = FakePolkitd(self.root)
        program = self.program(AS_GAMES)
        program.expect("tokens: 0")
        program.send("generate", "laptop")
        polkit.wait_for_questions()
        _, action, _, flags, _ = polkit.questions[0]
        self.assertEqual((action, flags), ("org.patd.tokens1.generate-own", 1))

    def test_signals_forged_by_another_client_are_ignored(self):
        token = self.root.generate("laptop")
        program = self.program()
        program.expect("active", token.id, "laptop")
        forger = self.client(GAMES)
        (names,) = forger.bus("ListNames")
        state = GLib.Variant("s", "revoked")
        for name in names:
            if name.startswith(":") and name != forger.owner(NAME):
                forger.connection.emit_signal(
                    name, token.path, PROPERTIES, "PropertiesChanged",
                    GLib.Variant("(sa{sv}as)", (TOKEN, {"State": state}, [])),
                )  # fmt: skip
                forger.connection.emit_signal(
                    name, ROOT, OBJECT_MANAGER, "InterfacesRemoved",
                    GLib.Variant("(oas)", (token.path, [TOKEN])),
                )  # fmt: skip
        forger.bus("GetId")  # its reply comes after the bus delivered them
        other = self.root.generate("other")
        program.expect("active", other.id, "other")
        self.assertEqual(len(program.lines), 3, program.lines)
