#!/usr/bin/python3 -B
"""GenerateSealed, RotateSealed: a secret for where no descriptor reaches."""
import os
import socket
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import door
import tap
from box import Box
from client import DBUS, MANAGER, NAME, PATIENCE_S, ROOT, Gio, GLib, Opened, options
from world import DAEMON, GAMES, WorldTest

TOKEN_LEN, BOX_LEN = 64, 112

# Points of low order, with which every secret key has the same box.
WEAK = {
    "zero": bytes(32),
    "one": bytes([1]) + bytes(31),
    "of order 8": bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
}


class Sealed(WorldTest):
    def setUp(self):
        super().setUp()
        self.box = Box()

    def generate(self, name="laptop", client=None, **wish):
        path, sealed = (client or self.root).generate_sealed(name, self.box.recipient, **wish)
        self.assertEqual(len(sealed), BOX_LEN)
        return Opened(path, self.box.open(sealed))

    def rotate(self, token, **wish):
        sealed = self.root.rotate_sealed(token, self.box.recipient, **wish)
        self.assertEqual(len(sealed), BOX_LEN)
        return Opened(token.path, self.box.open(sealed))

    def test_the_secret_opens_with_the_key_and_logs_in(self):
        token = self.generate(user="games", services=["tests"])
        self.assertEqual(len(token.text), TOKEN_LEN)
        self.assertEqual(token.text[4:14], token.id)
        self.assertEqual(self.verify(token, GAMES, "games"), door.ACCEPTED)
        self.assertEqual(self.verify(token, GAMES, "games", service=b"x"), door.WRONG_SERVICE)

    def test_a_new_secret_opens_with_the_key_and_logs_in(self):
        before = self.root.generate("laptop", user="games")
        new = self.rotate(before, grace=0)
        self.assertNotEqual(new.text, before.text)
        self.assertEqual(self.verify(before, GAMES, "games"), door.ROTATED)
        self.assertEqual(self.verify(new, GAMES, "games"), door.ACCEPTED)

    def test_another_key_opens_nothing(self):
        _, sealed = self.root.generate_sealed("laptop", self.box.recipient)
        self.assertIsNone(Box().open(sealed))
        self.assertIsNone(self.box.open(sealed[:-1] + bytes([sealed[-1] ^ 1])))

    def test_no_two_boxes_are_the_same(self):
        token = self.generate()
        boxes = {self.root.rotate_sealed(token, self.box.recipient) for _ in range(5)}
        self.assertEqual(len({sealed[:32] for sealed in boxes}), 5)

    def test_what_is_no_public_key_is_refused_and_nothing_is_done(self):
        token = self.root.generate("token")
        bad = {str(length): b"k" * length for length in (0, 1, 31, 33, 64, 100_000)} | WEAK
        for case, key in bad.items():
            with self.subTest(case):
                self.assertRefused("InvalidArgs", self.root.generate_sealed, "laptop", key)
                self.assertRefused("InvalidArgs", self.root.rotate_sealed, token, key)
        self.assertEqual([row["Name"] for row in self.root.list()], ["token"])
        self.assertEqual(self.root.get(token, "Rotations"), 0)
        self.assertEqual(self.verify(token), door.ACCEPTED)

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

    def test_options_are_those_of_generate_and_rotate(self):
        token = self.generate(user="games", max_uses=7, hours="Mon..Sun")
        self.assertEqual(self.root.get(token, "MaxUses"), 7)
        self.assertEqual(self.root.get(token, "User"), "games")
        self.assertRefused("InvalidArgs", self.generate, "other", no_such=1)
        self.assertRefused("InvalidArgs", self.rotate, token, lifetime=60)
        self.assertRefused("NameTaken", self.generate, user="games")
        self.assertRefused("InvalidName", self.generate, "a\nb")
        self.assertRefused("UnknownUser", self.generate, "other", user="nobody-has-that-name")

    def test_it_takes_the_same_rights(self):
        token = self.root.generate("own", user="games")
        games, daemon = self.client(GAMES), self.client(DAEMON)
        self.assertRefused("AccessDenied", self.generate, client=games)
        self.assertRefused("AccessDenied", self.generate, client=games, user="daemon")
        for client in games, daemon:
            self.assertRefused("AccessDenied", client.rotate_sealed, token, self.box.recipient)
        self.assertEqual(len(self.root.list(all=True)), 1)

    def test_the_history_tells_it_as_it_tells_the_other(self):
        token = self.rotate(self.generate())
        events = [entry["Event"] for entry in self.root.history(token=token.id, all=True)]
        self.assertEqual(events, ["generated", "rotated"])

    def test_a_connection_without_descriptors_gets_it(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as plain:
            plain.settimeout(PATIENCE_S)
            plain.connect(self.bus.path)
            plain.sendall(b"\0AUTH EXTERNAL 30\r\n")  # uid 0; no NEGOTIATE_UNIX_FD follows
            self.assertIn(b"OK", plain.recv(100))
            plain.sendall(b"BEGIN\r\n")
            hello = Gio.DBusMessage.new_method_call(*DBUS, "Hello")
            call = Gio.DBusMessage.new_method_call(NAME, ROOT, MANAGER, "GenerateSealed")
            call.set_body(GLib.Variant("(saya{sv})", ("plain", self.box.recipient, options())))
            for serial, message in enumerate((hello, call), 1):
                message.set_serial(serial)
                plain.sendall(message.to_blob(Gio.DBusCapabilityFlags.NONE))
            stream = plain.makefile("rb")
            path, sealed = self.answer(stream, serial).unpack()
        token = Opened(path, self.box.open(bytes(sealed)))
        self.assertEqual(self.verify(token), door.ACCEPTED)

    @staticmethod
    def answer(stream, serial):
        """The body of the reply to that serial; what comes before it is passed over."""
        while True:
            head = stream.read(16)
            rest = Gio.DBusMessage.bytes_needed(head) - len(head)
            message = Gio.DBusMessage.new_from_blob(
                head + stream.read(rest), Gio.DBusCapabilityFlags.NONE
            )
            if message.get_reply_serial() == serial:
                return message.get_body()


if __name__ == "__main__":
    tap.main()
