#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Logins work while the bus is missing, hangs or restarts, and patd returns to it."""
import os
import signal
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
import wire
from client import NAME, ids, look_until
from fixture import PatdTest


class BusOutage(PatdTest):
    def setUp(self):
        super().setUp()
        self.token = self.root.generate("laptop")

    def assertAccepted(self):
        self.assertEqual(self.verify(self.token), wire.ACCEPTED)

    def assertServes(self, client):
        client.wait_for_owner(NAME)
        self.assertEqual(ids(client.list()), [self.token.id])

    def test_patd_owns_its_name_again_after_the_bus_restarts(self):
        self.assertAccepted()
        for _ in range(2):
            self.bus.kill()
            self.assertAccepted()
            self.bus.start()
            self.assertAccepted()
            self.assertServes(self.client())
        self.assertAccepted()

    def test_each_outage_of_the_bus_is_logged(self):
        for _ in range(2):
            self.bus.kill()
            self.bus.start()
            self.assertServes(self.client())
        self.assertEqual(self.patd.log().count("not on the bus"), 2)
        self.assertEqual(self.patd.log().count("serving org.patd.Tokens1"), 3)

    def test_pending_calls_when_the_bus_ends_do_not_affect_logins(self):
        for _ in range(5):
            client = self.client()
            for n in range(50):
                client.post("ListTokens", "(a{sv}us)", {}, 0, "")
            client.connection.flush_sync(None)
            self.bus.kill()
            self.assertAccepted()
            self.bus.start()
            self.assertServes(self.client())

    def test_availability__logins_are_accepted_while_the_bus_hangs(self):
        self.bus.process.send_signal(signal.SIGSTOP)
        for _ in range(20):
            self.assertAccepted()
        self.bus.process.send_signal(signal.SIGCONT)
        self.assertServes(self.root)

    def test_patd_starts_while_the_bus_hangs_and_owns_its_name_later(self):
        self.patd.end()
        self.bus.process.send_signal(signal.SIGSTOP)
        self.patd.start()
        self.assertAccepted()
        self.bus.process.send_signal(signal.SIGCONT)
        self.assertServes(self.root)

    def test_patd_exits_on_sigterm_while_the_bus_hangs(self):
        self.bus.process.send_signal(signal.SIGSTOP)
        self.assertEqual(self.patd.end(), 0)
        self.patd.start()
        self.assertEqual(self.patd.end(), 0)
        self.bus.process.send_signal(signal.SIGCONT)
        self.patd.start()

    def test_patd_starts_without_a_bus_and_owns_its_name_later(self):
        self.patd.end()
        self.bus.kill()
        self.patd.start()
        self.assertAccepted()
        self.bus.start()
        self.assertServes(self.client())

    def test_patd_starts_while_another_process_owns_its_name_and_owns_it_later(self):
        self.patd.end()
        self.assertEqual(self.root.bus("RequestName", "(su)", NAME, 4), (1,))
        self.patd.start()
        self.assertAccepted()
        look_until(lambda: "another process has the name" in self.patd.log())
        self.root.bus("ReleaseName", "(s)", NAME)
        self.assertServes(self.client())

    def test_another_process_cannot_replace_patd_as_owner_of_the_name(self):
        thief = self.client()
        self.assertEqual(thief.bus("RequestName", "(su)", NAME, 4 | 2), (3,))
        self.assertServes(self.root)

    def test_logins_are_accepted_with_an_invalid_bus_address(self):
        self.patd.end()
        for address in ("unix:path=/nonexistent/bus", "nonsense", "", "unix:path=" + "x" * 200):
            with self.subTest(address[:40]):
                self.patd.bus_address = address
                self.patd.start()
                self.assertAccepted()
                self.assertEqual(self.patd.end(), 0)
        self.patd.bus_address = self.bus.address
        self.patd.start()
        self.assertServes(self.root)


if __name__ == "__main__":
    tap.main()
