#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Limited fleet tokens on several patds: each use waits for a hub that the test plays."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import fleet
import tap
import wire
from fixture import BUILD, GAMES
from fleet import CLAIM, PUT_CLAIM, USED_UP, Link
from fleet_machines import MachinesTest
from requests import Refused


class Counter:
    """The table of claims of the hub."""

    def __init__(self):
        self.uses = {}

    def claim(self, asked):
        """Which use it is, or None"""
        used = self.uses.get(asked["id"], 0)
        if used >= asked["uses"]:
            return None
        self.uses[asked["id"]] = used + 1
        return used + 1


class ClaimsTest(MachinesTest):
    """A patd waits for an answer for two seconds of its clock, 16 s here: a slow machine has time."""

    hq_conf = MachinesTest.hq_conf + "hub = host=/run/postgresql dbname=fleet\n"

    def setUp(self):
        super().setUp()
        self.counter = Counter()

    def machine(self, name, conf):
        machine = super().machine(name, conf)
        later = os.path.join(BUILD, "tests/pam/later.so")
        machine.environment = machine.patd.preloaded(later, SLOWNESS="8")
        return machine

    def limited(self, max_uses, **more):
        """A token that both machines have"""
        token = self.generate("limited", max_uses=max_uses, **more)
        self.carry()
        return token

    def begin(self, machine, token):
        """A login that was sent."""
        sock = wire.send(machine.patd.root_sock, wire.request(token, GAMES, "games"))
        self.addCleanup(sock.close)
        return sock

    def answer(self, machine, asked=None):
        """As patd-fleet does, to a claim, or to the next."""
        asked = asked or machine.link.event(CLAIM)
        use = self.counter.claim(asked)
        claimed = fleet.GIVEN if use else USED_UP
        machine.link.done(PUT_CLAIM, fleet.claim(asked, claimed, use or 0))

    def assertVerdict(self, sock, verdict):
        reply = wire.reply(sock)
        self.assertIsNotNone(reply)
        self.assertEqual(reply[0], verdict)

    def assertWaits(self, sock):
        sock.setblocking(False)
        self.assertRaises(BlockingIOError, sock.recv, 1)
        sock.settimeout(wire.PATIENCE_S)

    def log_in(self, machine, token):
        sock = self.begin(machine, token)
        self.answer(machine)
        return wire.reply(sock)[0]

    def history(self, machine):
        """(event, result, detail) of the last entry; None: there is none yet"""
        for row in machine.root.rows("history", all=True, reverse=True, limit=1):
            return row["Event"], row["Result"], row["Detail"]
        return None


class Claims(ClaimsTest):
    def test_limited_uses__hub_counts_the_uses_of_all_machines(self):
        token = self.limited(3)
        for machine in (self.hq, self.web, self.hq):
            self.assertEqual(self.log_in(machine, token), wire.ACCEPTED)
        self.assertEqual(self.history(self.hq), ("used", "accepted", "3/3"))
        for machine in (self.web, self.hq):
            self.assertEqual(self.log_in(machine, token), wire.EXHAUSTED)
            self.assertEqual(self.history(machine), ("refused", "exhausted", ""))

    def test_limited_uses__logins_at_once_share_what_is_left(self):
        token = self.limited(5)
        logins = [self.begin(m, token) for _ in range(8) for m in (self.hq, self.web)]
        asked = [(m, m.link.event(CLAIM)) for _ in range(8) for m in (self.hq, self.web)]
        for machine, claim in reversed(asked):
            self.answer(machine, claim)
        verdicts = [wire.reply(sock)[0] for sock in logins]
        self.assertEqual(verdicts.count(wire.ACCEPTED), 5, verdicts)
        self.assertEqual(verdicts.count(wire.EXHAUSTED), 11, verdicts)

    def test_limited_uses__login_waits_for_the_answer_alone(self):
        token = self.limited(2)
        other = self.hq.root.generate("other", user="games", uid=GAMES)
        sock = self.begin(self.hq, token)
        asked = self.hq.link.event(CLAIM)
        self.assertEqual((asked["issuer"], asked["id"], asked["uses"]), ("hq", token.id, 2))
        packet = wire.request(other, GAMES, "games")
        self.assertEqual(wire.ask(self.hq.patd.root_sock, packet)[0], wire.ACCEPTED)
        self.assertWaits(sock)
        self.answer(self.hq, asked)
        self.assertVerdict(sock, wire.ACCEPTED)

    def test_limited_uses__no_answer_is_a_refusal(self):
        token = self.limited(2)
        sock = self.begin(self.web, token)
        asked = self.web.link.event(CLAIM)
        self.assertVerdict(sock, wire.UNCLAIMED)
        self.assertEqual(self.history(self.web), ("refused", "unclaimed", ""))
        # The use is spent, and nobody gets it.
        self.answer(self.web, asked)
        self.assertEqual(self.web.root.get(token)["Uses"], 0)
        self.assertEqual(self.log_in(self.web, token), wire.ACCEPTED)
        self.assertEqual(self.log_in(self.web, token), wire.EXHAUSTED)

    def test_limited_uses__hub_or_patd_fleet_away_is_a_refusal_at_once(self):
        token = self.limited(2)
        sock = self.begin(self.web, token)
        asked = self.web.link.event(CLAIM)
        self.web.link.done(PUT_CLAIM, fleet.claim(asked, fleet.UNKNOWN, 0))
        self.assertVerdict(sock, wire.UNCLAIMED)
        sock = self.begin(self.web, token)
        self.web.link.event(CLAIM)
        self.web.link.close()
        self.assertVerdict(sock, wire.UNCLAIMED)
        self.assertVerdict(self.begin(self.web, token), wire.UNCLAIMED)
        self.web.connect()
        self.assertEqual(self.log_in(self.web, token), wire.ACCEPTED)

    def test_limited_uses__another_patd_fleet_answers_no_claim_of_the_one_before(self):
        token = self.limited(2)
        sock = self.begin(self.web, token)
        asked = self.web.link.event(CLAIM)
        before, self.web.link = self.web.link, Link(os.path.join(self.web.patd.run, "fleet.sock"))
        self.addCleanup(before.close)
        self.web.link.hello()
        self.assertVerdict(sock, wire.UNCLAIMED)
        self.answer(self.web, asked)
        self.assertEqual(self.web.root.get(token)["Uses"], 0)

    def test_limited_uses__answer_about_another_token_is_refused(self):
        token = self.limited(2)
        sock = self.begin(self.web, token)
        asked = self.web.link.event(CLAIM)
        for wrong in ({"id": "0123456789"}, {"issuer": "other"}):
            answer = self.web.link.ask(PUT_CLAIM, fleet.claim({**asked, **wrong}))
            self.assertEqual(answer.kind, fleet.REFUSED)
        self.web.link.done(PUT_CLAIM, fleet.claim({**asked, "serial": asked["serial"] + 1}))
        self.assertWaits(sock)
        self.answer(self.web, asked)
        self.assertVerdict(sock, wire.ACCEPTED)

    def test_limited_uses__token_that_is_revoked_meanwhile_is_refused_at_once(self):
        token = self.limited(2)
        sock = self.begin(self.web, token)
        asked = self.web.link.event(CLAIM)
        self.web.root.change("revoke", token)
        self.assertVerdict(sock, wire.REVOKED)
        self.answer(self.web, asked)
        self.assertEqual(self.web.root.get(token)["Uses"], 0)

    def test_limited_uses__what_the_hub_gives_is_no_more_than_the_limit_on_one_machine(self):
        token = self.limited(2)
        for _ in range(2):
            self.counter.uses.clear()
            self.assertEqual(self.log_in(self.web, token), wire.ACCEPTED)
        self.assertVerdict(self.begin(self.web, token), wire.EXHAUSTED)

    def test_a_restart_forgets_no_use(self):
        token = self.limited(2)
        self.assertEqual(self.log_in(self.web, token), wire.ACCEPTED)
        self.web.restart()
        self.assertEqual(self.web.root.get(token)["Uses"], 1)
        self.assertEqual(self.log_in(self.web, token), wire.ACCEPTED)
        self.assertVerdict(self.begin(self.web, token), wire.EXHAUSTED)

    def test_a_login_that_hangs_up_ends_its_wait(self):
        token = self.limited(2)
        sock = self.begin(self.web, token)
        asked = self.web.link.event(CLAIM)
        sock.close()
        while self.history(self.web) != ("refused", "unclaimed", ""):
            pass
        self.answer(self.web, asked)
        self.assertEqual(self.web.root.get(token)["Uses"], 0)

    def test_confirmed_uses__the_claim_comes_after_the_word(self):
        token = self.limited(2, confirm=True)
        sock = self.begin(self.web, token)
        wire.asked(sock, ("sudo", "id"), uid=GAMES)
        while not (waiting := self.web.root.rows("list_approvals", all=True)):
            pass
        self.assertFalse(self.web.link.has_event(CLAIM))
        self.web.root.call("approve", id=waiting[0]["Id"])
        asked = self.web.link.event(CLAIM)
        self.assertEqual(self.web.root.rows("list_approvals", all=True), [])
        self.answer(self.web, asked)
        self.assertVerdict(sock, wire.ACCEPTED)
        self.assertEqual(self.history(self.web), ("used", "accepted", "1/2"))

    def test_check_says_whether_the_hub_can_be_asked(self):
        token = self.limited(2)
        self.assertEqual(self.web.root.check(token), [wire.UNCLAIMED])
        self.web.link.done(fleet.PUT_REPORT, fleet.report(connected=True))
        self.assertEqual(self.web.root.check(token), [])
        self.web.link.done(fleet.PUT_REPORT, fleet.report(connected=False, error="no route"))
        self.assertEqual(self.web.root.check(token), [wire.UNCLAIMED])
        self.assertFalse(self.web.link.has_event(CLAIM))

    def test_no_limited_fleet_token_is_generated_without_a_hub(self):
        lone = self.machine("lone", "[fleet]\nissuer = lone\n")
        lone.start()
        with self.assertRaises(Refused) as caught:
            lone.root.generate("limited", user="games", uid=GAMES, fleet=True, max_uses=1)
        self.assertEqual(caught.exception.name, "InvalidRestriction")
        self.assertIn("hub", caught.exception.message)


if __name__ == "__main__":
    tap.main()
