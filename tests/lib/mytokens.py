"""What doc/examples/mytokens.* promise, and every client of tests/clients that speaks like them."""
import os
import re
import select
import subprocess

import door
from client import PATIENCE_S, NAME, ROOT, TOKEN, GLib
from memory import memory
from polkitd import Impostor
from world import GAMES, TOP, WorldTest

# Another user that may read the checkout, wherever it lies.
AS_GAMES = [
    "setpriv", f"--reuid={GAMES}", "--clear-groups",
    "--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search",
]  # fmt: skip


class Program:
    """A client that runs.  evidence: a file for its standard error"""

    def __init__(self, command, environment, evidence):
        self.rest, self.lines = b"", []
        with open(evidence, "ab") as log:
            self.process = subprocess.Popen(
                command, bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                env=environment, cwd=TOP,
            )  # fmt: skip

    def tell(self, *words):
        self.process.stdin.write(" ".join(words).encode() + b"\n")

    def read(self):
        """The next line that it says, which is at self.lines[-1] from then on."""
        while b"\n" not in self.rest:
            if not select.select([self.process.stdout], [], [], PATIENCE_S)[0]:
                raise TimeoutError(f"nothing more after {self.lines}")
            more = self.process.stdout.read(4096)
            if not more:
                raise EOFError(f"it ended after {self.lines}")
            self.rest += more
        line, _, self.rest = self.rest.partition(b"\n")
        self.lines.append(line.decode())
        return self.lines[-1]

    def hear(self, *words):
        """Reads until it says exactly that."""
        while self.read() != " ".join(words):
            pass

    def find(self, pattern):
        """Reads until a line matches; the groups."""
        while not (match := re.fullmatch(pattern, self.read())):
            pass
        return match.groups()

    def end(self):
        """At the end of its input it leaves by itself."""
        if self.process.poll() is None:
            self.process.stdin.close()
        with self.process.stdout:
            return self.process.wait(PATIENCE_S)


class Generated:
    """A token that the program has made and shown."""

    def __init__(self, text):
        self.text, self.id = text, text[4:14]
        self.path = f"{ROOT}/token/{self.id}"


class Promises(WorldTest):
    command, environment = [], {}

    def program(self, as_user=()):
        log = os.path.join(self.folder, "program.log")
        environment = self.bus.environment(**self.environment)
        program = Program([*as_user, *self.command], environment, log)
        self.addCleanup(lambda: self.assertEqual(program.end(), 0, "it ended badly"))
        return program

    def evidence(self):
        with open(os.path.join(self.folder, "program.log"), encoding="utf-8") as log:
            return "--- standard error\n" + log.read() + super().evidence()

    def generate(self, program, name):
        """It tells the secret and that there is a new token, in whatever order."""
        program.tell("generate", name)
        told = {}
        while len(told) < 2:
            what, value = program.find("(active|secret) (.*)")
            told[what] = value
        token = Generated(told["secret"])
        self.assertEqual(told["active"], f"{token.id} {name}")
        return token

    def test_it_lists_the_tokens_that_are_there(self):
        tokens = [self.root.generate(f"number {n}") for n in range(3)]
        self.root.revoke(tokens[1])
        program = self.program()
        program.hear("tokens: 3")
        rows = [program.read() for _ in tokens]
        self.assertEqual(
            sorted(rows),
            sorted(
                f"{state} {token.id} number {n}"
                for n, (token, state) in enumerate(zip(tokens, ("active", "revoked", "active")))
            ),
        )

    def test_it_lists_more_tokens_than_a_page_holds(self):
        names = {f"number {n}" for n in range(300)}
        for name in names:
            self.root.generate(name)
        program = self.program()
        program.hear("tokens: 300")
        rows = [program.read().split(" ", 2) for _ in names]
        self.assertEqual({name for _, _, name in rows}, names)

    def test_it_sees_what_it_does(self):
        program = self.program()
        program.hear("tokens: 0")
        token = self.generate(program, "my laptop")
        program.tell("revoke", token.id)
        program.hear("revoked", token.id, "my laptop")
        program.tell("restore", token.id)
        program.hear("active", token.id, "my laptop")
        program.tell("revoke", token.id)
        program.hear("revoked", token.id, "my laptop")
        program.tell("delete", token.id)
        program.hear("deleted", token.id, "my laptop")
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

    def test_it_sees_what_others_do(self):
        program = self.program()
        program.hear("tokens: 0")
        token = self.root.generate("laptop")
        program.hear("active", token.id, "laptop")
        self.root.revoke(token)
        program.hear("revoked", token.id, "laptop")
        self.root.restore(token)
        program.hear("active", token.id, "laptop")
        self.root.revoke(token)
        self.root.delete(token)
        program.hear("deleted", token.id, "laptop")

    def test_it_sees_a_token_expire(self):
        program = self.program()
        program.hear("tokens: 0")
        token = self.root.generate("laptop", lifetime=1)
        program.hear("expired", token.id, "laptop")

    def test_the_secret_that_it_shows_opens_the_door_and_it_sees_the_use(self):
        program = self.program()
        program.hear("tokens: 0")
        token = self.generate(program, "laptop")
        self.assertEqual(self.verify(token), door.ACCEPTED)
        (at,) = program.find(f"used {token.id} laptop at ([0-9]+) through tests")
        self.assertEqual(int(at), self.root.get(token, "LastUsedAt"))

    def test_it_keeps_nothing_of_the_secret(self):
        program = self.program()
        token = self.generate(program, "laptop")
        self.root.revoke(token)
        program.hear("revoked", token.id, "laptop")
        control = 0
        for region in memory(program.process.pid):
            control += token.id.encode() in region
            self.assertNotIn(token.text[15:].encode(), region)
        self.assertGreater(control, 0, "the search finds nothing at all")

    def test_it_knows_errors_by_their_names(self):
        token = self.root.generate("laptop")
        program = self.program()
        program.hear("tokens: 1")
        program.tell("generate", "laptop")
        program.hear("error: you have a token of that name")
        program.tell("delete", token.id)
        program.hear("error: revoke it first")
        program.tell("revoke", "0123456789")
        program.hear("error: you have no such token")

    def test_when_patd_comes_back_it_lists_and_follows_again(self):
        token = self.root.generate("laptop")
        program = self.program()
        program.hear("active", token.id, "laptop")
        self.assertEqual(self.patd.end(), 0)
        program.hear("patd is not there")
        self.patd.start()
        program.hear("tokens: 1")
        program.hear("active", token.id, "laptop")
        self.root.revoke(token)
        program.hear("revoked", token.id, "laptop")
        self.assertEqual(len(program.lines), 6, program.lines)

    def test_it_waits_for_patd(self):
        self.assertEqual(self.patd.end(), 0)
        program = self.program()
        program.hear("patd is not there")
        self.patd.start()
        program.hear("tokens: 0")

    def test_an_ordinary_user_has_its_own_tokens_and_no_others(self):
        token = self.root.generate("laptop", user="games")
        program = self.program(AS_GAMES)
        program.hear("tokens: 1")
        self.root.generate("root's")
        program.tell("revoke", token.id)
        program.hear("revoked", token.id, "laptop")
        program.tell("delete", token.id)
        program.hear("deleted", token.id, "laptop")
        program.tell("generate", "another")
        program.hear("error: that is not allowed")
        self.assertEqual(len(program.lines), 5, program.lines)

    def test_it_lets_polkit_ask(self):
        polkit = Impostor(self.root)
        program = self.program(AS_GAMES)
        program.hear("tokens: 0")
        program.tell("generate", "laptop")
        polkit.wait_for_questions()
        _, action, _, flags, _ = polkit.questions[0]
        self.assertEqual((action, flags), ("org.patd.tokens1.generate-own", 1))

    def test_it_believes_nobody_but_patd(self):
        token = self.root.generate("laptop")
        program = self.program()
        program.hear("active", token.id, "laptop")
        forger = self.client(GAMES)
        (names,) = forger.bus("ListNames")
        state = GLib.Variant("s", "revoked")
        for name in names:
            if name.startswith(":") and name != forger.owner(NAME):
                forger.connection.emit_signal(
                    name, token.path, "org.freedesktop.DBus.Properties", "PropertiesChanged",
                    GLib.Variant("(sa{sv}as)", (TOKEN, {"State": state}, [])),
                )  # fmt: skip
                forger.connection.emit_signal(
                    name, ROOT, "org.freedesktop.DBus.ObjectManager", "InterfacesRemoved",
                    GLib.Variant("(oas)", (token.path, [TOKEN])),
                )  # fmt: skip
        forger.bus("GetId")  # the bus has delivered them
        other = self.root.generate("other")
        program.hear("active", other.id, "other")
        self.assertEqual(len(program.lines), 3, program.lines)
