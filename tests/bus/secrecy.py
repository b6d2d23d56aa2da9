#!/usr/bin/python3 -B
"""A secret is seen once, by the one who generated it, and is nowhere else."""
import os
import select
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import door
import tap
from box import Box
from client import PATIENCE_S, Opened, Refused
from memory import memory
from world import WorldTest


def traces(token):
    """What would give a token away: any eight characters of its secret, as a register or a word
    on the stack would hold them of "pat-v1" || token, and what opens the verification door."""
    words = [token.text[at : at + 8].encode() for at in range(18, 58, 8)]
    return [token.text[15:58].encode(), *words, door.digest(token.text)]


class Secrecy(WorldTest):
    def live(self):
        """A whole life of some tokens, in every way that touches their secrets."""
        tokens = [self.root.generate(f"token {n}", user="games") for n in range(5)]
        tokens.append(self.sealed())
        for token in tokens:
            self.verify(token, 5, "games")
            self.verify(token)
            self.root.show(token)
            self.root.revoke(token)
            self.verify(token, 5, "games")
        self.root.restore(tokens[0])
        self.root.delete(tokens[1])
        self.verify(tokens[1], 5, "games")
        self.assertRaises(Refused, self.root.generate, "token 0", user="games")
        self.assertRaises(Refused, self.root.generate, "")
        self.root.list(all=True)
        return tokens

    def sealed(self):
        """One that comes sealed, and then again with another secret."""
        box = Box()
        path, sealed = self.root.generate_sealed("sealed", box.recipient, user="games")
        token = Opened(path, box.open(sealed))
        return Opened(path, box.open(self.root.rotate_sealed(token, box.recipient)))

    def assertHeldNowhere(self, needles, content, where):
        for needle in needles:
            self.assertNotIn(needle, content, f"a secret is in {where}")

    def test_no_later_call_shows_the_secret(self):
        token = self.root.generate("laptop")
        answers = [
            self.root.show(token),
            self.root.page(all=True),
            self.root.introspect(token.path),
            self.assertRefused("NameTaken", self.root.generate, "laptop").message,
            self.assertRefused("NotRevoked", self.root.delete, token).message,
        ]
        self.assertHeldNowhere([token.text[15:58]], repr(answers), "an answer")

    def test_memory_holds_no_token_once_it_is_handed_out_and_verified(self):
        tokens = self.live()
        with open(os.path.join(self.patd.state, "key"), "rb") as file:
            needles = [file.read()]
        for token in tokens:
            needles += traces(token)
        control = 0
        for region in memory(self.patd.process.pid):
            control += tokens[0].id.encode() in region
            self.assertHeldNowhere(needles, region, "patd's memory")
        self.assertGreater(control, 0, "the search finds nothing at all")

    def test_no_file_of_patd_holds_a_token_or_what_opens_the_door(self):
        tokens = self.live()
        needles = sum((traces(token) for token in tokens), [])

        def search():
            found = False
            for name in os.listdir(self.patd.state):
                with open(os.path.join(self.patd.state, name), "rb") as file:
                    content = file.read()
                found = found or tokens[0].id.encode() in content
                self.assertHeldNowhere(needles, content, name)
            self.assertTrue(found, "the search finds nothing at all")

        search()
        self.patd.end()
        search()
        self.patd.start()

    def test_the_log_of_patd_holds_no_token(self):
        tokens = self.live()
        needles = sum((traces(token) for token in tokens), [])
        self.assertHeldNowhere(needles, self.patd.log().encode(), "the log")

    def test_a_monitor_of_the_whole_bus_sees_no_token(self):
        monitor = subprocess.Popen(
            ["dbus-monitor", "--address", self.bus.address, "--binary"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0,
        )  # fmt: skip
        self.addCleanup(monitor.stdout.close)
        self.addCleanup(monitor.wait)
        self.addCleanup(monitor.kill)
        seen = b""

        def see_until(mark):
            nonlocal seen
            while mark not in seen:
                self.assertTrue(select.select([monitor.stdout], [], [], PATIENCE_S)[0])
                more = monitor.stdout.read(65536)
                self.assertTrue(more, "the monitor ended")
                seen += more

        see_until(b"NameLost")  # with that the monitor has become one
        tokens = self.live()
        self.root.list(name="the end")
        see_until(b"the end")
        self.assertIn(tokens[0].path.encode(), seen)
        for token in tokens:
            self.assertHeldNowhere(traces(token), seen, "a message")

    def test_patd_leaves_no_core(self):
        with open(f"/proc/{self.patd.process.pid}/limits", encoding="ascii") as limits:
            self.assertRegex(limits.read(), r"Max core file size +0 +0 ")


if __name__ == "__main__":
    tap.main()
