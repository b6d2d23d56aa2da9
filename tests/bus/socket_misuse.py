#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The verification sockets with clients that break the protocol or overload them."""
import array
import contextlib
import os
import random
import re
import resource
import select
import signal
import socket
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
import wire
from client import PATIENCE_S
from fixture import DAEMON, GAMES, TOP, PatdTest, read_text

SIZE = wire.REQUEST.size
ACCOUNT_AT = SIZE - 4

# Sends requests as fast as it can until its standard input ends; prints "busy" after the first
# reply with that verdict.
FLOOD = """
import select, socket, sys
path, packet, busy = sys.argv[1], bytes.fromhex(sys.argv[2]), bytes.fromhex(sys.argv[3])
printed = False
while not select.select([sys.stdin], [], [], 0)[0]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as sock:
        try:
            sock.connect(path)
            sock.send(packet)
            reply = sock.recv(100)
        except OSError:
            continue
    if reply == busy and not printed:
        printed = True
        print("busy", flush=True)
"""


class SocketMisuse(PatdTest):
    def setUp(self):
        super().setUp()
        self.token = self.root.generate("laptop")
        self.good = wire.request(self.token)
        self.fds = self.patd.descriptors()

    def be_patient(self):
        """Until the test ends, no connection is closed because nothing comes."""
        self.assertEqual(self.patd.end(), 0)
        self.patd.start(env=self.patd.patient())
        self.root.wait_for_owner()
        self.fds = self.patd.descriptors()

    def assertNoLeak(self):
        """patd has about as many descriptors open as before the test."""
        self.assertLess(self.patd.descriptors(), self.fds + 5)

    def assertAccepted(self):
        self.assertEqual(self.verify(self.token), wire.ACCEPTED)

    def assertNoReply(self, *packets):
        """patd closes without a reply, and not as late as an earlier connection that sends nothing."""
        with wire.connect(self.patd.root_sock) as idle:
            sock = wire.connect(self.patd.root_sock)
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                for packet in packets:
                    sock.send(packet)
            self.assertIsNone(wire.answer(sock))
            self.assertEqual(select.select([idle], [], [], 0)[0], [])

    def test_a_malformed_request_is_closed_without_a_reply(self):
        self.be_patient()
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
            "a reply": wire.REPLY.pack(wire.REPLY_MAGIC, 1, 0, 0),
            "no user": put(fields["user"], bytes(256)),
            "no service": put(fields["service"], bytes(64)),
            "no id": put(fields["id"], bytes(16)),
            "a short id": put(fields["id"] + 9, b"\0"),
            "a long id": put(fields["id"] + 10, b"0"),
            "an id with a wildcard": put(fields["id"], b"%"),
            "an id with a slash": put(fields["id"], b"/"),
            "an unknown account bit": put(ACCOUNT_AT, b"\x08"),
            "all account bits": put(ACCOUNT_AT, b"\xff" * 4),
        }
        for name, end in ends.items():
            cases[f"{name} with a byte after its NUL"] = put(end - 1, b"x")
            cases[f"{name} without a NUL"] = put(fields[name], b"x" * (end - fields[name]))
        for case, packet in cases.items():
            with self.subTest(case):
                self.assertNoReply(packet)
                self.assertAccepted()
        self.assertNoLeak()

    def test_a_request_in_two_packets_is_closed_without_a_reply(self):
        self.be_patient()
        cuts = {"two halves": SIZE // 2, "an empty one first": 0, "the last byte alone": SIZE - 1}
        for case, cut in cuts.items():
            with self.subTest(case):
                self.assertNoReply(self.good[:cut], self.good[cut:])
                self.assertAccepted()

    def test_descriptors_sent_with_a_request_are_closed(self):
        with open(os.devnull, "rb") as file:
            rights = array.array("i", [file.fileno()] * 200)
            ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)]
            for packet, expected in ((self.good, (wire.ACCEPTED, None)), (b"x", None)):
                sock = wire.connect(self.patd.root_sock)
                try:
                    sock.sendmsg([packet], ancillary)
                except PermissionError:  # the kernel has SO_PASSRIGHTS
                    sock.close()
                    continue
                reply = wire.answer(sock)
                self.assertEqual(reply and (reply[0], None), expected)
        self.assertNoLeak()

    def test_a_second_request_on_a_connection_gets_no_reply(self):
        sock = wire.send(self.patd.root_sock, self.good)
        self.assertNotEqual(sock.recv(100), b"")
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            sock.send(self.good)
        self.assertIsNone(wire.answer(sock))

    def test_a_request_sent_after_another_login_is_answered(self):
        self.be_patient()
        sock = wire.connect(self.patd.root_sock)
        self.assertAccepted()
        sock.send(self.good)
        self.assertEqual(wire.answer(sock)[0], wire.ACCEPTED)

    def test_clients_that_disconnect_at_once_do_not_block_logins(self):
        for n in range(300):
            sock = wire.connect(self.patd.root_sock)
            if n % 2:
                sock.send(self.good)
            sock.close()
        self.assertAccepted()

    def test_clients_that_never_read_do_not_block_logins(self):
        socks = [wire.connect(self.patd.root_sock) for _ in range(300)]
        for sock in socks:
            sock.setblocking(False)
            for _ in range(3):
                try:
                    sock.send(self.good)
                except OSError:
                    break
        self.assertAccepted()
        for sock in socks:
            sock.close()

    def test_idle_connections_do_not_block_logins_and_are_closed(self):
        socks = [wire.connect(self.patd.root_sock) for _ in range(300)]
        self.assertAccepted()
        for sock in socks:
            self.assertIsNone(wire.answer(sock))
        self.assertNoLeak()

    def test_the_longest_idle_connection_is_closed_when_descriptors_run_out(self):
        self.patd.end()

        def limit():
            resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))

        self.patd.start(preexec_fn=limit)
        socks = [wire.connect(self.patd.root_sock) for _ in range(200)]
        for _ in range(20):
            self.assertAccepted()
        for sock in socks:
            sock.close()

    def test_availability__idle_connections_of_one_user_do_not_block_others(self):
        daemons = self.root.generate("daemon's", user="daemon")
        socks = [wire.connect(self.patd.user_sock, GAMES) for _ in range(300)]
        for _ in range(10):
            verdict = self.verify(daemons, DAEMON, "daemon", DAEMON, self.patd.user_sock)
            self.assertEqual(verdict, wire.ACCEPTED)
            self.assertAccepted()
        for sock in socks:
            sock.close()

    def test_availability__a_user_over_the_rate_limit_gets_busy_and_others_are_served(self):
        daemons = self.root.generate("daemon's", user="daemon")
        packet = wire.request(self.token, GAMES, "games")
        busy = wire.REPLY.pack(wire.REPLY_MAGIC, wire.BUSY, 0, 0)
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
            self.assertEqual(verdict, wire.ACCEPTED)
        for _ in range(200):
            self.assertAccepted()
        self.assertEqual(len(self.root.list(all=True)), 2)
        for flood in floods:
            self.assertIsNone(flood.poll())
            flood.communicate()

    def test_as_many_wait_to_be_accepted_as_at_the_sockets_of_systemd(self):
        sockets = (
            ("user", self.front, self.patd.user_sock), ("root", self.patd, self.patd.root_sock),
            ("front", self.patd, os.path.join(self.patd.run, "front.sock")),
        )  # fmt: skip
        for name, daemon, path in sockets:
            unit = read_text(os.path.join(TOP, f"systemd/patd-{name}.socket"))
            backlog = int(re.search("^Backlog=([0-9]+)$", unit, re.MULTILINE)[1])
            daemon.process.send_signal(signal.SIGSTOP)
            os.waitid(os.P_PID, daemon.process.pid, os.WSTOPPED | os.WNOWAIT)
            with contextlib.ExitStack() as waiting, self.subTest(name):
                self.addCleanup(daemon.process.send_signal, signal.SIGCONT)
                count = 0
                while self.connects_at_once(path, waiting):
                    count += 1
                # The kernel lets one more than that wait.
                self.assertEqual(count, backlog + 1)
            daemon.process.send_signal(signal.SIGCONT)

    @staticmethod
    def connects_at_once(path, waiting):
        sock = waiting.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET))
        sock.setblocking(False)
        return sock.connect_ex(path) == 0

    def test_repeated_malformed_requests_are_logged_once(self):
        for _ in range(200):
            self.assertIsNone(wire.ask(self.patd.root_sock, b"x"))
        self.assertEqual(self.patd.log().count("malformed"), 1)


if __name__ == "__main__":
    tap.main()
