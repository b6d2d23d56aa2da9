# SPDX-License-Identifier: LGPL-2.1-or-later
"""The fixture of an issuer and a member, each a patd whose patd-fleet the test plays."""
import os
import shutil
import tempfile
import unittest

import wire
from fixture import GAMES
from fleet import Hub, Machine


class MachinesTest(unittest.TestCase):
    """Each test has an issuer, "hq", a member, "web1", and a hub of its own."""

    hq_conf = "[fleet]\nissuer = hq\n"
    web_conf = "[fleet]\nhost = web1\n"

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="patd-test.")
        self.addCleanup(shutil.rmtree, self.folder)
        os.chmod(self.folder, 0o755)
        self.hub = Hub()
        self.hq = self.machine("hq", self.hq_conf)
        self.hq.start()
        self.trust = f"[issuer hq]\nkey = {self.hq.key()}\n"
        self.web = self.machine("web1", self.web_conf + self.trust)
        self.web.start()

    def machine(self, name, conf):
        """Another one, which the test starts"""
        machine = Machine(self.folder, name, conf)
        self.addCleanup(machine.stop)
        return machine

    def generate(self, name="laptop", machine=None, **more):
        """A fleet token, which the hub does not have yet"""
        machine = machine or self.hq
        return machine.root.generate(name, user="games", uid=GAMES, fleet=True, **more)

    def carry(self, *members):
        """From the issuer by way of the hub to the members, all of which are complete then."""
        self.hq.publish(self.hub)
        for member in members or (self.web,):
            self.assertEqual(member.fetch(self.hub, "hq")["complete"], 1, member.patd.log())

    def verify(self, machine, token, uid=GAMES, user="games", **place):
        """The verdict on a login"""
        packet = wire.request(token, uid, user, **place)
        reply = wire.ask(machine.patd.root_sock, packet)
        self.assertIsNotNone(reply, machine.patd.log())
        return reply[0]
