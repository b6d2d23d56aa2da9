#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What answers in the place of a hub and is no PostgreSQL: patd-fleet lives, and tries again."""
import contextlib
import os
import shutil
import socket
import struct
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
import wire
from fleet_hosts import FleetTest, Host


def message(kind, body=b""):
    return kind + struct.pack("!I", 4 + len(body)) + body


def refusal(text):
    """Of the connection, as PostgreSQL words it"""
    return message(b"E", b"SFATAL\0VFATAL\0C28000\0M" + text + b"\0\0")


READY = message(b"Z", b"I")
GREETING = message(b"R", struct.pack("!I", 0)) + READY
BOUND = message(b"1") + message(b"2")
COPY = BOUND + message(b"H", struct.pack("!bh", 0, 0))
NO_COLUMNS = BOUND + message(b"n") + message(b"C", b"SELECT 1\0") + READY
COLUMN = b"c\0" + struct.pack("!IhIhih", 0, 0, 20, 8, -1, 1)
# Of a member, which first asks for the version, and then to be notified.
NO_ROW = (
    BOUND + message(b"T", struct.pack("!h", 2) + 2 * COLUMN) + message(b"C", b"SELECT 0\0")
    + BOUND + message(b"n") + message(b"C", b"LISTEN\0") + READY
)  # fmt: skip


class FalseHub(FleetTest):
    members = ()

    def serve(self, answer, greeting=GREETING):
        """A folder with a socket like PostgreSQL's, where each batch gets that answer"""
        folder = os.path.join(self.folder, "false")
        os.mkdir(folder, 0o755)
        server = socket.socket(socket.AF_UNIX)
        server.bind(os.path.join(folder, ".s.PGSQL.5432"))
        os.chmod(server.getsockname(), 0o777)
        server.listen()
        self.addCleanup(server.close)
        self.addCleanup(server.shutdown, socket.SHUT_RDWR)

        def run():
            while True:
                connection, _ = server.accept()
                with connection, contextlib.suppress(ConnectionError):
                    connection.recv(65536)
                    connection.sendall(greeting)
                    while connection.recv(65536):
                        connection.sendall(answer)

        def run_to_the_end():
            # That of the socket, by the test.
            with contextlib.suppress(OSError):
                run()

        threading.Thread(target=run_to_the_end, daemon=True).start()
        return folder

    def join(self, answer, greeting=GREETING):
        """A member of it"""
        web1 = self.hosts["web1"] = Host(self.folder, "web1", self.hub)
        web1.conninfo = f"host={self.serve(answer, greeting)} port=5432 dbname=patd"
        web1.configure(**self.keys)
        web1.start()
        return web1

    def expect_refused(self, answer, said="it does not answer as a hub does", greeting=GREETING):
        web1 = self.join(answer, greeting)
        web1.wait_until(lambda: said in (web1.status()["error"] or ""), said)
        return web1

    def expect_unclaimed(self, answer):
        """A login at the issuer, whose hub answers that"""
        self.alpha.end()
        self.alpha.conninfo = f"host={self.serve(answer)} port=5432 dbname=patd"
        self.alpha.configure()
        self.alpha.start()
        token = self.alpha.generate("limited", "games", "--max-uses=3")
        self.alpha.wait_until(lambda: self.alpha.status()["patd_fleet"], "patd-fleet is not there")
        self.assertEqual(self.alpha.verdict(token), wire.UNCLAIMED)
        self.alpha.wait_until(lambda: "could not be claimed" in self.alpha.fleet.log(), "no warning")

    def test_limited_uses__what_is_no_hub_gives_none(self):
        self.expect_unclaimed(COPY)

    def test_limited_uses__a_hub_that_is_silent_gives_none(self):
        self.expect_unclaimed(b"")

    def test_a_copy_ends_the_connection(self):
        self.expect_refused(COPY)

    def test_a_result_without_its_columns_ends_the_connection(self):
        self.expect_refused(NO_COLUMNS)

    def test_a_result_without_its_row_ends_the_connection(self):
        self.expect_refused(NO_ROW)

    def test_a_batch_without_results_ends_the_connection(self):
        self.expect_refused(READY)

    def test_what_it_says_is_shown_without_bytes_that_cannot_be_printed(self):
        bad = b"no\x1b[2J \xfe\xff\x80\x7f access\nhere"
        shown = "no?[2J ???? access here"
        for greeting, answer in ((refusal(bad), b""), (GREETING, refusal(bad) + READY)):
            web1 = self.expect_refused(answer, shown, greeting)
            self.assertIn(shown, web1.fleet.log())
            web1.kill()
            shutil.rmtree(web1.folder)
            shutil.rmtree(os.path.join(self.folder, "false"))


if __name__ == "__main__":
    tap.main()
