#!/usr/bin/python3 -B
"""The verification door against clients that break its rules."""
import array
import os
import random
import resource
import select
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import door
import tap
from client import PATIENCE_S
from world import DAEMON, GAMES, WorldTest

PATD_PATIENCE_S = 3  # so long patd waits for a request
SIZE = door.REQUEST.size
ACCOUNT_AT = SIZE - 4

# Asks as fast as it can until its standard input ends; says so once it was told to be too fast.
FLOOD = """
import select, socket, sys
path, packet, busy = sys.argv[1], bytes.fromhex(sys.argv[2]), bytes.fromhex(sys.argv[3])
told = False
while not select.select([sys.stdin], [], [], 0)[0]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as door:
        try:
            door.connect(path)
            door.send(packet)
            reply = door.recv(100)
        except OSError:
            continue
    if reply == busy and not told:
        told = True
        print("busy", flush=True)
"""


class Hostile(WorldTest):
    def setUp(self):
        super().setUp()
        self.token = self.root.generate("laptop")
        self.good = door.request(self.token)
        self.fds = self.open_fds()

    def open_fds(self):
        return len(os.listdir(f"/proc/{self.patd.process.pid}/fd"))

    def assertNoneLeft(self):
        """Of patd's descriptors; SQLite may have come to keep a few for itself."""
        self.assertLess(self.open_fds(), self.fds + 5)

    def opens(self):
        self.assertEqual(self.verify(self.token), door.ACCEPTED)

    def assertAnswerless(self, sock):
        """Closed without a word, and sooner than for want of a request."""
        before = time.monotonic()
        self.assertIsNone(door.answer(sock))
        self.assertLess(time.monotonic() - before, PATD_PATIENCE_S - 1)

    def test_a_malformed_request_gets_no_answer(self):
        good = self.good
        fields = {"id": 8, "user": 56, "service": 312, "rhost": 376, "tty": 632}
        ends = {"id": 24, "user": 312, "service": 376, "rhost": 632, "tty": 696}

        def put(at, content):
            return good[:at] + content + good[at + len(content) :]

        cases = {
            "empty": b"",
            "one byte": good[:1],
            "the half": good[: SIZE // 2],
            "a byte short": good[:-1],
            "a byte long": good + b"\0",
            "64 KiB long": good + bytes(65536),
            "twice in one packet": good + good,
            "zeros": bytes(SIZE),
            "ones": b"\xff" * SIZE,
            "noise": random.Random(1).randbytes(SIZE),
            "another version": put(0, b"PAT2"),
            "the magic backwards": put(0, b"1TAP"),
            "a reply": door.REPLY.pack(door.REPLY_MAGIC, 1, 0, 0),
            "no user": put(fields["user"], bytes(256)),
            "no service": put(fields["service"], bytes(64)),
            "no id": put(fields["id"], bytes(16)),
            "a short id": put(fields["id"] + 9, b"\0"),
            "a long id": put(fields["id"] + 10, b"0"),
            "an id with a wildcard": put(fields["id"], b"%"),
            "an id with a slash": put(fields["id"], b"/"),
            "an account bit that nobody knows": put(ACCOUNT_AT, b"\x08"),
            "all account bits": put(ACCOUNT_AT, b"\xff" * 4),
        }
        for name, end in ends.items():
            cases[f"a dirty end of {name}"] = put(end - 1, b"x")
            cases[f"no end of {name}"] = put(fields[name], b"x" * (end - fields[name]))
        for case, packet in cases.items():
            with self.subTest(case):
                sock = door.connect(self.patd.root_sock)
                sock.send(packet)
                self.assertAnswerless(sock)
                self.opens()
        self.assertNoneLeft()

    def test_a_request_in_two_packets_gets_no_answer(self):
        for case, cut in {"halves": SIZE // 2, "first nothing": 0, "all but a byte": SIZE - 1}.items():
            with self.subTest(case):
                sock = door.connect(self.patd.root_sock)
                sock.send(self.good[:cut])
                try:
                    sock.send(self.good[cut:])
                except (BrokenPipeError, ConnectionResetError):
                    pass
                self.assertAnswerless(sock)
                self.opens()

    def test_descriptors_that_come_along_are_not_kept(self):
        with open(os.devnull, "rb") as file:
            rights = array.array("i", [file.fileno()] * 200)
            ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)]
            for packet, expected in ((self.good, (door.ACCEPTED, None)), (b"x", None)):
                sock = door.connect(self.patd.root_sock)
                sock.sendmsg([packet], ancillary)
                reply = door.answer(sock)
                self.assertEqual(reply and (reply[0], None), expected)
        self.assertNoneLeft()

    def test_one_connection_brings_one_request(self):
        sock = door.connect(self.patd.root_sock)
        sock.send(self.good)
        self.assertNotEqual(sock.recv(100), b"")
        try:
            sock.send(self.good)
        except (BrokenPipeError, ConnectionResetError):
            pass
        self.assertAnswerless(sock)

    def test_a_request_may_come_late(self):
        sock = door.connect(self.patd.root_sock)
        self.opens()
        sock.send(self.good)
        self.assertEqual(door.answer(sock)[0], door.ACCEPTED)

    def test_clients_that_leave_at_once_do_no_harm(self):
        for n in range(300):
            sock = door.connect(self.patd.root_sock)
            if n % 2:
                sock.send(self.good)
            sock.close()
        self.opens()

    def test_clients_that_never_read_do_no_harm(self):
        socks = [door.connect(self.patd.root_sock) for _ in range(300)]
        for sock in socks:
            sock.setblocking(False)
            for _ in range(3):
                try:
                    sock.send(self.good)
                except OSError:
                    break
        self.opens()
        for sock in socks:
            sock.close()

    def test_silent_clients_keep_nobody_out_and_are_shown_the_door(self):
        socks = [door.connect(self.patd.root_sock) for _ in range(300)]
        self.opens()
        for sock in socks:
            self.assertIsNone(door.answer(sock))
        self.assertNoneLeft()

    def test_without_descriptors_the_longest_silent_makes_room(self):
        self.patd.end()

        def limit():
            resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))

        self.patd.start(preexec_fn=limit)
        socks = [door.connect(self.patd.root_sock) for _ in range(200)]
        for _ in range(20):
            self.opens()
        for sock in socks:
            sock.close()

    def test_silent_clients_of_one_user_keep_no_other_out(self):
        daemons = self.root.generate("daemon's", user="daemon")
        socks = [door.connect(self.patd.user_sock, GAMES) for _ in range(300)]
        for _ in range(10):
            verdict = self.verify(daemons, DAEMON, "daemon", DAEMON, self.patd.user_sock)
            self.assertEqual(verdict, door.ACCEPTED)
            self.opens()
        for sock in socks:
            sock.close()

    def test_a_user_who_asks_too_often_is_told_so_and_others_are_served(self):
        daemons = self.root.generate("daemon's", user="daemon")
        packet = door.request(self.token, GAMES, "games")
        busy = door.REPLY.pack(door.REPLY_MAGIC, door.BUSY, 0, 0)
        floods = [
            subprocess.Popen(
                [sys.executable, "-I", "-c", FLOOD, self.patd.user_sock, packet.hex(), busy.hex()],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, user=GAMES, extra_groups=[], cwd="/",
            )
            for _ in range(2)
        ]  # fmt: skip
        for flood in floods:
            self.assertTrue(select.select([flood.stdout], [], [], PATIENCE_S)[0])
            self.assertEqual(flood.stdout.readline(), b"busy\n")
        for _ in range(20):
            verdict = self.verify(daemons, DAEMON, "daemon", DAEMON, self.patd.user_sock)
            self.assertEqual(verdict, door.ACCEPTED)
        for _ in range(200):
            self.opens()
        self.assertEqual(len(self.root.list(all=True)), 2)
        for flood in floods:
            self.assertIsNone(flood.poll())
            flood.communicate()

    def test_malformed_requests_fill_no_log(self):
        for _ in range(200):
            self.assertIsNone(door.ask(self.patd.root_sock, b"x"))
        self.assertEqual(self.patd.log().count("malformed"), 1)


if __name__ == "__main__":
    tap.main()
