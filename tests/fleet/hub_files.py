#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Files of the hub's connection string that patd-fleet cannot use: it says which, why, and what to do."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
from fixture import GAMES
from fleet_hosts import FleetTest


class HubFiles(FleetTest):
    """patd-fleet of the issuer runs as another user than root, who may read anything."""

    tls = True
    members = ()

    def setUp(self):
        super().setUp()
        self.alpha.fleet.end()
        self.alpha.fleet.wrapper = ["setpriv", f"--reuid={GAMES}", f"--regid={GAMES}", "--clear-groups"]
        os.chown(os.path.join(self.alpha.patd.run, "fleet.sock"), GAMES, GAMES)
        self.key, self.certificate, self.authority = (
            self.certificates.path(name) for name in ("alpha.key", "alpha.crt", "ca.crt")
        )
        self.own(self.key, GAMES, 0o400)
        self.own(self.certificate, 0, 0o644)

    def own(self, path, uid, mode):
        os.chown(path, uid, 0)
        os.chmod(path, mode)

    def error(self):
        return self.alpha.status()["error"] or ""

    def says(self, text):
        """What is shown once patd-fleet has tried, and patd-fleet goes on when it is mended"""
        self.alpha.fleet.start()
        self.alpha.wait_until(self.error, "no error")
        self.assertEqual(self.error(), text)
        self.assertIn(f"no connection to the hub ({text})", self.alpha.fleet.log())

    def goes_on(self):
        self.alpha.wait_until(lambda: self.alpha.status()["connected"], "not connected")

    def test_a_key_that_it_cannot_read_is_named_and_read_once_it_can_be(self):
        self.own(self.key, 0, 0o600)
        self.says(
            f"user patd-fleet cannot read {self.key}, sslkey of the hub; chown patd-fleet: {self.key}"
            f" && chmod 0400 {self.key}"
        )
        self.own(self.key, GAMES, 0o400)
        self.goes_on()

    def test_a_certificate_that_it_cannot_read_is_named(self):
        self.own(self.certificate, 0, 0o600)
        self.says(
            f"user patd-fleet cannot read {self.certificate}, sslcert of the hub;"
            f" chmod a+r {self.certificate}"
        )

    def test_an_authority_that_it_cannot_read_is_named(self):
        self.own(self.authority, 0, 0o600)
        self.says(
            f"user patd-fleet cannot read {self.authority}, sslrootcert of the hub;"
            f" chmod a+r {self.authority}"
        )

    def test_a_folder_that_it_cannot_enter_is_named(self):
        os.chmod(self.certificates.folder, 0o700)
        self.says(
            f"user patd-fleet cannot enter the folder {self.certificates.folder},"
            " and sslrootcert of the hub is in it"
        )

    def test_the_key_of_root_is_taken_where_a_group_alone_can_read_it_as_well(self):
        self.own(self.key, 0, 0o640)
        os.chown(self.key, 0, GAMES)
        self.alpha.fleet.start()
        self.goes_on()


if __name__ == "__main__":
    tap.main()
