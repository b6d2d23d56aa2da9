#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What patd logs to the journal, over its native protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL)."""
import os
import socket
import struct
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
import wire
from client import PATIENCE_S
from fixture import DAEMON, GAMES, PatdTest

SOCKET = "/run/systemd/journal/socket"


def fields(datagram):
    """The fields of one message; none may occur twice."""
    found = {}
    while datagram:
        line, datagram = datagram.split(b"\n", 1)
        key, equals, value = line.partition(b"=")
        if not equals:
            size = struct.unpack("<Q", datagram[:8])[0]
            value, datagram = datagram[8 : 8 + size], datagram[9 + size :]
        assert key not in found, key
        found[key.decode()] = value.decode()
    return found


class Journal(PatdTest):
    """The test is the journal, in a mount namespace of its own."""

    start_patd = False

    def setUp(self):
        super().setUp()
        self.journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.journal.close)
        self.addCleanup(os.unlink, SOCKET)
        self.journal.settimeout(PATIENCE_S)
        self.journal.bind(SOCKET)
        with open(self.patd.log_path, "ab") as log:
            stderr = os.fstat(log.fileno())
        self.patd.start(
            env={**os.environ, "JOURNAL_STREAM": f"{stderr.st_dev}:{stderr.st_ino}"}
        )
        self.start_patd = True
        self.root = self.client()
        self.token = self.root.generate("laptop", user="games")

    def receive(self):
        return fields(self.journal.recv(65536))

    def test_a_generate_and_uses_are_logged_with_fields_and_priority(self):
        generated = self.receive()
        self.assertEqual(
            {key: generated[key] for key in ("PAT_EVENT", "PAT_TOKEN_ID", "PAT_TOKEN_NAME",
                                             "PAT_USER", "PAT_UID", "PAT_BY_UID", "PAT_HOW",
                                             "PAT_SEQ", "PRIORITY", "SYSLOG_IDENTIFIER")},
            {"PAT_EVENT": "generated", "PAT_TOKEN_ID": self.token.id, "PAT_TOKEN_NAME": "laptop",
             "PAT_USER": "games", "PAT_UID": str(GAMES), "PAT_BY_UID": "0", "PAT_HOW": "bus",
             "PAT_SEQ": "1", "PRIORITY": "5", "SYSLOG_IDENTIFIER": "patd"},
        )  # fmt: skip
        self.assertEqual(self.verify_games(service=b"sshd", rhost=b"192.0.2.7"), wire.ACCEPTED)
        used = self.receive()
        self.assertEqual(
            {key: used[key] for key in ("PAT_EVENT", "PAT_RESULT", "PAT_SERVICE", "PAT_RHOST",
                                        "PAT_TTY", "PAT_HOW", "PAT_SEQ", "PRIORITY")},
            {"PAT_EVENT": "used", "PAT_RESULT": "accepted", "PAT_SERVICE": "sshd",
             "PAT_RHOST": "192.0.2.7", "PAT_TTY": "pts/0", "PAT_HOW": "pam", "PAT_SEQ": "2",
             "PRIORITY": "5"},
        )  # fmt: skip
        self.assertIn("used for sshd", used["MESSAGE"])
        self.assertEqual(self.verify_games(service=b"sshd", rhost=b"192.0.2.7"), wire.ACCEPTED)
        self.assertEqual(self.receive()["PRIORITY"], "6")

    def test_a_use_of_a_rotated_secret_is_logged_as_an_alert(self):
        old = self.token.text
        self.root.rotate(self.token, grace=0)
        self.assertEqual(self.receive()["PAT_EVENT"], "generated")
        self.assertEqual(self.receive()["PAT_EVENT"], "rotated")
        self.token.text = old
        self.assertEqual(self.verify_games(), wire.ROTATED)
        alert = self.receive()
        self.assertEqual((alert["PRIORITY"], alert["PAT_RESULT"]), ("1", "rotated"))

    def test_control_characters_in_a_request_forge_no_field(self):
        self.receive()
        hostile = b"x\nPAT_RESULT=accepted\nPAT_UID=0\x1b[2J"
        self.root.revoke(self.token)
        self.receive()
        self.assertEqual(self.verify_games(service=hostile, rhost=hostile), wire.REVOKED)
        refused = self.receive()
        self.assertEqual((refused["PAT_RESULT"], refused["PAT_UID"]), ("revoked", str(GAMES)))
        for key, value in refused.items():
            self.assertTrue(value.isprintable(), key)

    def test_secrecy__no_message_contains_a_secret(self):
        self.verify_games()
        messages = str([self.receive() for _ in range(2)])
        self.assertNotIn(self.token.text, messages)
        self.assertNotIn(wire.digest(self.token.text).hex(), messages)

    def test_a_journal_that_does_not_read_blocks_no_login_and_gets_all_messages(self):
        logins = 100  # the kernel queues ten datagrams
        for _ in range(logins):
            self.assertEqual(self.verify_games(), wire.ACCEPTED)
        sequence = [int(self.receive()["PAT_SEQ"]) for _ in range(1 + logins)]
        self.assertEqual(sequence, list(range(1, 2 + logins)))


class NoJournal(PatdTest):
    def test_without_a_journal_each_event_is_one_line_on_standard_error(self):
        token = self.root.generate("laptop", user="daemon")
        self.verify(token, DAEMON, "daemon", service=b"sshd", rhost=b"192.0.2.7\nfake")
        self.assertEqual(self.patd.end(), 0)
        lines = [line for line in self.patd.log().splitlines() if token.id in line]
        self.assertEqual(len(lines), 2, self.patd.log())
        self.assertRegex(lines[0], "^patd: token .* of daemon: generated by uid 0 .bus.$")
        self.assertRegex(lines[1], "^patd: token .* of daemon: used for sshd")
        self.patd.start()


if __name__ == "__main__":
    if "PATD_TEST_NAMESPACE" not in os.environ:
        os.environ["PATD_TEST_NAMESPACE"] = "1"
        os.execvp("unshare", ["unshare", "--mount", sys.executable, "-B", *sys.argv])
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "run", "/run"], check=True)
    os.makedirs(os.path.dirname(SOCKET))
    tap.main()
