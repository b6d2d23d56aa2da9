#!/usr/bin/python3 -B
"""The bus goes away, hangs, or is not there yet; tokens open doors all the same."""
import os
import signal
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import door
import tap
from client import NAME
from world import WorldTest


class Outage(WorldTest):
    def setUp(self):
        super().setUp()
        self.token = self.root.generate("laptop")

    def opens(self):
        self.assertEqual(self.verify(self.token), door.ACCEPTED)

    def assertServes(self, client):
        client.wait_for_owner(NAME)
        self.assertEqual([row["Id"] for row in client.list()], [self.token.id])

    def test_patd_takes_its_name_again_when_the_bus_comes_back(self):
        self.opens()
        for _ in range(2):
            self.bus.kill()
            self.opens()
            self.bus.start()
            self.opens()
            self.assertServes(self.client())
        self.opens()

    def test_a_second_outage_is_reported_as_the_first_was(self):
        for _ in range(2):
            self.bus.kill()
            self.bus.start()
            self.assertServes(self.client())
        self.assertEqual(self.patd.log().count("not on the bus"), 2)
        self.assertEqual(self.patd.log().count("serving org.patd.Tokens1"), 3)

    def test_calls_under_way_when_the_bus_goes_do_no_harm(self):
        for _ in range(5):
            client = self.client()
            for n in range(50):
                client.post("ListTokens", "(a{sv}us)", {}, 0, "")
            client.connection.flush_sync(None)
            self.bus.kill()
            self.opens()
            self.bus.start()
            self.assertServes(self.client())

    def test_a_bus_that_hangs_keeps_nobody_from_logging_in(self):
        self.bus.process.send_signal(signal.SIGSTOP)
        for _ in range(20):
            self.opens()
        self.bus.process.send_signal(signal.SIGCONT)
        self.assertServes(self.root)

    def test_patd_starts_while_the_bus_hangs_and_takes_its_name_later(self):
        self.patd.end()
        self.bus.process.send_signal(signal.SIGSTOP)
        self.patd.start()
        self.opens()
        self.bus.process.send_signal(signal.SIGCONT)
        self.assertServes(self.root)

    def test_patd_ends_when_told_while_the_bus_hangs(self):
        self.bus.process.send_signal(signal.SIGSTOP)
        self.assertEqual(self.patd.end(), 0)
        self.patd.start()
        self.assertEqual(self.patd.end(), 0)
        self.bus.process.send_signal(signal.SIGCONT)
        self.patd.start()

    def test_patd_starts_without_a_bus_and_takes_its_name_later(self):
        self.patd.end()
        self.bus.kill()
        self.patd.start()
        self.opens()
        self.bus.start()
        self.assertServes(self.client())

    def test_patd_starts_while_its_name_is_anothers_and_takes_it_later(self):
        self.patd.end()
        self.assertEqual(self.root.bus("RequestName", "(su)", NAME, 4), (1,))
        self.patd.start()
        self.opens()
        self.assertIn("another process has the name", self.patd.log())
        self.root.bus("ReleaseName", "(s)", NAME)
        self.assertServes(self.client())

    def test_no_other_process_takes_the_name_away(self):
        thief = self.client()
        self.assertEqual(thief.bus("RequestName", "(su)", NAME, 4 | 2), (3,))
        self.assertServes(self.root)

    def test_a_bus_that_is_none_keeps_nobody_from_logging_in(self):
        self.patd.end()
        for address in ("unix:path=/nonexistent/bus", "nonsense", "", "unix:path=" + "x" * 200):
            with self.subTest(address[:40]):
                self.patd.bus_address = address
                self.patd.start()
                self.opens()
                self.assertEqual(self.patd.end(), 0)
        self.patd.bus_address = self.bus.address
        self.patd.start()
        self.assertServes(self.root)


if __name__ == "__main__":
    tap.main()
