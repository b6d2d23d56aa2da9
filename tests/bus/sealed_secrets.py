#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""GenerateSealed and RotateSealed: secrets in a sealed box, for connections without descriptors."""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
import wire
from client import MANAGER, ROOT, GLib, UnsealedToken, call_without_fds, names
from fixture import DAEMON, GAMES, PatdTest
from sealed_box import Box

TOKEN_LEN, BOX_LEN = 60, 108

# Points of low order: the shared key is the same for every secret key.
WEAK = {
    "zero": bytes(32),
    "one": bytes([1]) + bytes(31),
    "of order 8": bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
}


class Sealed(PatdTest):
    def setUp(self):
        super().setUp()
        self.box = Box()

    def generate(self, name="laptop", client=None, **options):
        path, sealed = (client or self.root).generate_sealed(name, self.box.recipient, **options)
        self.assertEqual(len(sealed), BOX_LEN)
        return UnsealedToken(path, self.box.open(sealed))

    def rotate(self, token, **options):
        sealed = self.root.rotate_sealed(token, self.box.recipient, **options)
        self.assertEqual(len(sealed), BOX_LEN)
        return UnsealedToken(token.path, self.box.open(sealed))

    def test_the_unsealed_secret_of_generatesealed_logs_in(self):
        token = self.generate(user="games", services=["tests"])
        self.assertEqual(len(token.text), TOKEN_LEN)
        self.assertEqual(token.text[4:14], token.id)
        self.assertEqual(self.verify_games(token), wire.ACCEPTED)
        self.assertEqual(self.verify_games(token, service=b"x"), wire.WRONG_SERVICE)

    def test_the_unsealed_secret_of_rotatesealed_logs_in(self):
        before = self.root.generate("laptop", user="games")
        new = self.rotate(before, grace=0)
        self.assertNotEqual(new.text, before.text)
        self.assertEqual(self.verify_games(before), wire.ROTATED)
        self.assertEqual(self.verify_games(new), wire.ACCEPTED)

    def test_secrecy__another_key_or_an_altered_box_does_not_unseal(self):
        _, sealed = self.root.generate_sealed("laptop", self.box.recipient)
        self.assertIsNone(Box().open(sealed))
        self.assertIsNone(self.box.open(sealed[:-1] + bytes([sealed[-1] ^ 1])))

    def test_secrecy__each_sealed_box_has_its_own_ephemeral_key(self):
        token = self.generate()
        boxes = {self.root.rotate_sealed(token, self.box.recipient) for _ in range(5)}
        self.assertEqual(len({sealed[:32] for sealed in boxes}), 5)

    def test_an_invalid_public_key_is_refused_and_changes_nothing(self):
        token = self.root.generate("token")
        bad = {str(length): b"k" * length for length in (0, 1, 31, 33, 64, 100_000)} | WEAK
        for case, key in bad.items():
            with self.subTest(case):
                self.assertRefused("InvalidArgs", self.root.generate_sealed, "laptop", key)
                self.assertRefused("InvalidArgs", self.root.rotate_sealed, token, key)
        self.assertEqual(names(self.root.list()), ["token"])
        self.assertEqual(self.root.get(token, "Rotations"), 0)
        self.assertEqual(self.verify(token), wire.ACCEPTED)

    def test_arguments_of_another_type_are_refused(self):
        for kind, args in {
            "(sa{sv})": ("laptop", {}),
            "(ssa{sv})": ("laptop", "k" * 32, {}),
            "(saia{sv})": ("laptop", [0] * 32, {}),
            "(say)": ("laptop", self.box.recipient),
        }.items():
            with self.subTest(kind):
                self.assertRefused(
                    "InvalidArgs", self.root.call, ROOT, MANAGER, "GenerateSealed", kind, *args
                )
        self.assertEqual(self.root.list(), [])

    def test_options_and_errors_are_those_of_generate_and_rotate(self):
        token = self.generate(user="games", max_uses=7, hours="Mon..Sun")
        self.assertEqual(self.root.get(token, "MaxUses"), 7)
        self.assertEqual(self.root.get(token, "User"), "games")
        self.assertRefused("InvalidArgs", self.generate, "other", no_such=1)
        self.assertRefused("InvalidArgs", self.rotate, token, no_such=1)
        self.assertRefused("InvalidExpiry", self.rotate, token, lifetime=0)
        self.rotate(token, lifetime=7200)
        self.assertLess(abs(self.root.get(token, "ExpiresAt") - time.time() - 7200), 60)
        self.assertRefused("NameTaken", self.generate, user="games")
        self.assertRefused("InvalidName", self.generate, "a\nb")
        self.assertRefused("UnknownUser", self.generate, "other", user="nobody-has-that-name")

    def test_a_user_without_polkit_is_denied_generatesealed_and_rotatesealed(self):
        token = self.root.generate("own", user="games")
        games, daemon = self.client(GAMES), self.client(DAEMON)
        self.assertRefused("AccessDenied", self.generate, client=games)
        self.assertRefused("AccessDenied", self.generate, client=games, user="daemon")
        for client in games, daemon:
            self.assertRefused("AccessDenied", client.rotate_sealed, token, self.box.recipient)
        self.assertEqual(len(self.root.list(all=True)), 1)

    def test_the_history_records_generated_and_rotated(self):
        token = self.rotate(self.generate())
        events = [entry["Event"] for entry in self.root.history(token=token.id, all=True)]
        self.assertEqual(events, ["generated", "rotated"])

    def test_generatesealed_works_without_descriptor_passing(self):
        args = GLib.Variant("(saya{sv})", ("plain", self.box.recipient, {}))
        with call_without_fds(self.bus.path, "GenerateSealed", args) as read_reply:
            path, sealed = read_reply().unpack()
        token = UnsealedToken(path, self.box.open(bytes(sealed)))
        self.assertEqual(self.verify(token), wire.ACCEPTED)


if __name__ == "__main__":
    tap.main()
