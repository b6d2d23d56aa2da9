#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A hub that answers with more rows than it was asked for: patd-fleet lives, and takes none of them."""
import contextlib
import os
import re
import socket
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
import wire
from fleet_hosts import FleetTest

# A superuser need not obey the triggers.
FREELY = "SET session_replication_role = replica; "


def without_limits(data):
    return re.sub(rb"(?<= LIMIT )\d+(?=\0)", lambda limit: b"9" * len(limit[0]), data)


def as_it_is(data):
    return data


class LavishHub(FleetTest):
    members = ("web1",)

    def setUp(self):
        super().setUp()
        self.web1 = self.hosts["web1"]
        self.token = self.alpha.generate("one")
        self.web1.wait(self.token, wire.ACCEPTED)

    def pass_on(self, source, target, change):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(change(data))
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def connect(self, client):
        hub = socket.socket(socket.AF_UNIX)
        hub.connect(os.path.join(self.hub.folder, f".s.PGSQL.{self.hub.port}"))
        for source, target, change in ((client, hub, without_limits), (hub, client, as_it_is)):
            threading.Thread(target=self.pass_on, args=(source, target, change), daemon=True).start()

    def serve(self):
        """A folder with a socket like that of the hub, where no statement has a limit"""
        folder = os.path.join(self.folder, "lavish")
        os.mkdir(folder, 0o755)
        server = socket.socket(socket.AF_UNIX)
        server.bind(os.path.join(folder, ".s.PGSQL.5432"))
        os.chmod(server.getsockname(), 0o777)
        server.listen()
        self.addCleanup(server.close)
        self.addCleanup(server.shutdown, socket.SHUT_RDWR)

        def run():
            with contextlib.suppress(OSError):
                while True:
                    self.connect(server.accept()[0])

        threading.Thread(target=run, daemon=True).start()
        return folder

    def expect_refused(self, host, sql):
        host.end()
        host.conninfo = f"host={self.serve()} port=5432 dbname=patd"
        host.configure()
        self.hub.sql(FREELY + sql)
        host.start()
        said = "it does not answer as a hub does"

        def refuses():
            assert host.fleet.running(), "patd-fleet has died"
            return said in (host.status()["error"] or "")

        host.wait_until(refuses, said)

    def test_too_many_rows_end_the_connection(self):
        self.expect_refused(
            self.web1,
            "INSERT INTO patd_fleet.row SELECT 'alpha', 'zz' || n, n, 'k', 'x'"
            " FROM generate_series(10000, 19999) AS n",
        )

    def test_too_many_requests_to_revoke_end_the_connection(self):
        self.expect_refused(
            self.alpha,
            "INSERT INTO patd_fleet.revocation (host, id, reason)"
            " SELECT 'web1', 'zzzzzzz' || n, '' FROM generate_series(100, 160) AS n",
        )

    def test_too_many_uses_end_the_connection(self):
        self.expect_refused(
            self.alpha,
            "INSERT INTO patd_fleet.use (host, issuer, id, at, service, source, uses)"
            " SELECT 'web1', 'alpha', 'zzzzzzz' || n, 1, 's', '', 1"
            " FROM generate_series(100, 160) AS n",
        )


if __name__ == "__main__":
    tap.main()
