#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A secret is random, and in the descriptor of Generate only: not in memory, files, logs or bus
messages."""
import os
import select
import string
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
import wire
from client import OBJECT_MANAGER, PATIENCE_S, ROOT, Refused, UnsealedToken
from fixture import BUILD, GAMES, PatdTest
from process_memory import regions
from sealed_box import Box

# AddressSanitizer notes for each allocation which words on the stack look like callers: now and then
# one of them is part of a secret, which is in use at that time.
os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":malloc_context_size=0"

BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase


def traces(token):
    """What reveals a token: its secret, any eight characters of it as a register or a word on the
    stack has them of "pat-v1" || token, and the digest, which logs in on a verification socket."""
    words = [token.text[at : at + 8].encode() for at in range(18, 54, 8)]
    return [token.text[15:54].encode(), *words, wire.digest(token.text)]


class SecretLeaks(PatdTest):
    def use_tokens(self):
        """Makes some tokens and every call that handles their secrets; returns the tokens."""
        tokens = [self.root.generate(f"token {n}", user="games") for n in range(5)]
        tokens.append(self.sealed())
        for token in tokens:
            self.verify_games(token)
            self.verify(token)
            self.verify_games(token, caller=GAMES, sock=self.patd.user_sock)
            self.assertEqual(self.client(GAMES).check(token.text), (token.path, []))
            self.root.show(token)
            self.root.revoke(token)
            self.verify_games(token)
        self.root.restore(tokens[0])
        self.root.delete(tokens[1])
        self.verify_games(tokens[1])
        self.assertRaises(Refused, self.root.generate, "token 0", user="games")
        self.assertRaises(Refused, self.root.generate, "")
        self.root.list(all=True)
        return tokens

    def sealed(self):
        """A token of GenerateSealed, after RotateSealed."""
        box = Box()
        path, sealed = self.root.generate_sealed("sealed", box.recipient, user="games")
        token = UnsealedToken(path, box.open(sealed))
        return UnsealedToken(path, box.open(self.root.rotate_sealed(token, box.recipient)))

    def assertNoTrace(self, needles, content, where):
        for needle in needles:
            self.assertNotIn(needle, content, f"a secret is in {where}")

    def test_secrecy__replies_and_errors_after_generate_contain_no_secret(self):
        token = self.root.generate("laptop")
        answers = [
            self.root.show(token),
            self.root.page(all=True),
            self.root.introspect(token.path),
            self.root.history(all=True),
            self.root.sources(token),
            self.root.call(ROOT, OBJECT_MANAGER, "GetManagedObjects"),
            self.assertRefused("NameTaken", self.root.generate, "laptop").message,
            self.assertRefused("NotRevoked", self.root.delete, token).message,
        ]
        self.assertNoTrace([token.text[15:54]], repr(answers), "a reply")

    def test_secrecy__memory_contains_no_token_after_generate_and_verification(self):
        tokens = self.use_tokens()
        with open(os.path.join(self.patd.state, "key"), "rb") as file:
            needles = [file.read()]
        for token in tokens:
            needles += traces(token)
        for daemon in (self.patd, self.front):
            with self.subTest(daemon.name):
                control = 0
                for region in regions(daemon.process.pid):
                    control += tokens[0].id.encode() in region
                    self.assertNoTrace(needles, region, f"the memory of {daemon.name}")
                self.assertGreater(control, 0, "the search does not even find an id")

    def test_secrecy__files_of_patd_contain_no_token_and_no_digest_that_logs_in(self):
        tokens = self.use_tokens()
        needles = sum((traces(token) for token in tokens), [])

        def search():
            found = False
            for name in os.listdir(self.patd.state):
                with open(os.path.join(self.patd.state, name), "rb") as file:
                    content = file.read()
                found = found or tokens[0].id.encode() in content
                self.assertNoTrace(needles, content, name)
            self.assertTrue(found, "the search does not even find an id")

        search()
        self.patd.end()
        search()
        self.patd.start()

    def test_secrecy__the_log_of_patd_contains_no_token(self):
        tokens = self.use_tokens()
        needles = sum((traces(token) for token in tokens), [])
        self.assertNoTrace(needles, self.patd.log().encode(), "the log")

    def test_secrecy__a_monitor_of_the_bus_receives_no_token(self):
        monitor = subprocess.Popen(
            ["dbus-monitor", "--address", self.bus.address, "--binary"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0,
        )  # fmt: skip
        self.addCleanup(monitor.stdout.close)
        self.addCleanup(monitor.wait)
        self.addCleanup(monitor.kill)
        seen = b""

        def read_until(mark):
            nonlocal seen
            while mark not in seen:
                self.assertTrue(select.select([monitor.stdout], [], [], PATIENCE_S)[0])
                more = monitor.stdout.read(65536)
                self.assertTrue(more, "the monitor ended")
                seen += more

        read_until(b"NameLost")  # from then on it is a monitor
        tokens = self.use_tokens()
        self.root.list(name="the end")
        read_until(b"the end")
        self.assertIn(tokens[0].path.encode(), seen)
        for token in tokens:
            self.assertNoTrace(traces(token), seen, "a message")

    def test_secrecy__each_character_of_a_secret_is_from_a_random_number_of_the_kernel(self):
        """39 of 62 characters each are 232 bits."""
        self.patd.end()
        library = os.path.join(BUILD, "tests/bus/counted_random.so")
        self.patd.start(env=self.patd.preloaded(library))
        self.root.wait_for_owner()
        secret = self.root.generate("laptop").text[15:54]
        numbers = [BASE62.index(character) for character in secret]
        self.assertEqual(numbers, [(numbers[0] + n) % 62 for n in range(39)])

    def test_patd_has_a_core_file_limit_of_0(self):
        with open(f"/proc/{self.patd.process.pid}/limits", encoding="ascii") as limits:
            self.assertRegex(limits.read(), r"Max core file size +0 +0 ")


if __name__ == "__main__":
    tap.main()
