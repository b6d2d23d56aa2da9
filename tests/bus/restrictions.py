#!/usr/bin/python3 -B
"""Tokens that can do only what they are for, and what Check says of it."""
import fcntl
import os
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import door
import tap
from client import GLib
from world import DAEMON, GAMES, WorldTest

DAY = 24 * 3600


class Limits(WorldTest):
    def generate(self, name="laptop", **wish):
        return self.root.generate(name, user="games", **wish)

    def games(self, token, **place):
        return self.verify(token, GAMES, "games", **place)

    def test_a_token_for_services_is_refused_at_others(self):
        token = self.generate(services=["sudo", "postgresql*"])
        cases = {
            b"sudo": door.ACCEPTED,
            b"postgresql-17": door.ACCEPTED,
            b"sshd": door.WRONG_SERVICE,
            b"sudo-i": door.WRONG_SERVICE,
            b"SUDO": door.WRONG_SERVICE,
        }
        for service, verdict in cases.items():
            with self.subTest(service.decode()):
                self.assertEqual(self.games(token, service=service), verdict)

    def test_a_token_for_sources_is_refused_from_others(self):
        token = self.generate(sources=["10.0.0.0/8", "2001:db8::/32", "local"])
        cases = {
            b"": door.ACCEPTED,
            b"10.255.0.1": door.ACCEPTED,
            b"::ffff:10.0.0.1": door.ACCEPTED,
            b"2001:db8::1": door.ACCEPTED,
            b"11.0.0.1": door.WRONG_SOURCE,
            b"::ffff:11.0.0.1": door.WRONG_SOURCE,
            b"2001:db9::1": door.WRONG_SOURCE,
            b"ten.example.org": door.WRONG_SOURCE,
            b"localhost": door.WRONG_SOURCE,
            b"local": door.WRONG_SOURCE,
        }
        for rhost, verdict in cases.items():
            with self.subTest(rhost.decode() or "nowhere"):
                self.assertEqual(self.games(token, rhost=rhost), verdict)

    def test_the_longest_lists_work(self):
        services = [f"service{i:03}" for i in range(46)]  # of some less than LIMITS_SERVICES_MAX
        sources = [f"10.{i}.0.0/16" for i in range(79)]  # of some less than LIMITS_SOURCES_MAX
        token = self.generate(services=services, sources=sources)
        self.assertEqual(self.root.get(token, "Services"), services)
        self.assertEqual(self.root.get(token, "Sources"), sources)
        place = {"service": b"service045", "rhost": b"10.78.0.1"}
        self.assertEqual(self.games(token, **place), door.ACCEPTED)
        self.client(GAMES).revoke(token)
        self.assertEqual(self.games(token, **place), door.REVOKED)

    def test_a_token_is_refused_before_its_time(self):
        begins = int(time.time()) + DAY
        token = self.generate(not_before=begins)
        self.assertEqual(self.games(token), door.NOT_YET)
        self.assertEqual(self.root.get(token, "State"), "pending")
        self.restart_patd(DAY)
        self.assertEqual(self.games(token), door.ACCEPTED)
        self.assertEqual(self.root.get(token, "State"), "active")

    def test_a_token_is_refused_outside_its_hours(self):
        today = time.strftime("%a")
        other = time.strftime("%a", time.localtime(time.time() + 3 * DAY))
        self.assertEqual(self.games(self.generate("now", hours=today)), door.ACCEPTED)
        self.assertEqual(self.games(self.generate("then", hours=other)), door.OUT_OF_HOURS)

    def test_restrictions_show_in_their_canonical_spelling(self):
        token = self.generate(
            services=["sudo", "sshd", "sudo"],
            sources=["10.0.0.0/8", "2001:DB8::/32"],
            hours="monday..Fri 08:00-18:00",
            not_before=1000,
            max_uses=5,
        )
        row = self.root.show(token)
        shown = {
            "Services": ["sshd", "sudo"],
            "Sources": ["10.0.0.0/8", "2001:db8::/32"],
            "Hours": "Mon..Fri 08:00-18:00",
            "NotBefore": 1000,
            "MaxUses": 5,
            "Uses": 0,
        }
        self.assertEqual({name: row[name] for name in shown}, shown)
        (listed,) = self.root.list(user="games")
        self.assertEqual(listed, row)

    def test_a_restriction_that_cannot_be_is_refused_with_a_reason(self):
        cases = {
            "a blank in a service": {"services": ["su do"]},
            "a slash in a service": {"services": ["a/b"]},
            "a host name": {"sources": ["example.org"]},
            "bits behind the prefix": {"sources": ["10.1.2.3/8"]},
            "a long prefix": {"sources": ["10.0.0.0/33"]},
            "no day": {"hours": "Sometimes 08:00-18:00"},
            "no hour": {"hours": "25:00-26:00"},
            "after its end": {"not_before": int(time.time()) + 60 * DAY},
            "too many uses": {"max_uses": 2**63},
        }
        for case, wish in cases.items():
            with self.subTest(case):
                self.assertRefused("InvalidRestriction", self.generate, **wish)
        for case, items in {"a comma": ["a,b"], "empty": [""], "very long": ["x" * 4000]}.items():
            with self.subTest(case):
                self.assertRefused("InvalidArgs", self.generate, services=items)
        self.assertRefused(
            "InvalidArgs", self.generate, services=GLib.Variant("au", [1])
        )
        self.assertEqual(self.root.list(all=True), [])

    def test_the_first_thing_that_keeps_the_door_shut_is_told(self):
        token = self.generate(services=["sudo"], sources=["local"])
        self.assertEqual(self.games(token, rhost=b"10.0.0.1"), door.WRONG_SERVICE)
        self.root.revoke(token)
        self.assertEqual(self.games(token, rhost=b"10.0.0.1"), door.REVOKED)

    def test_lists_find_what_is_good_for_a_service(self):
        self.generate("any")
        self.generate("sudo", services=["sudo"])
        self.generate("ssh", services=["ssh*"])
        names = [row["Name"] for row in self.root.list(user="games", good_for="sshd")]
        self.assertEqual(names, ["any", "ssh"])

    def test_the_longest_service_that_is_asked_about_holds_nobody_up(self):
        pattern = "*" + "[a-z]" * 12 + "b"
        tokens = [
            self.generate(f"n{i}", services=[f"{pattern}{n}" for n in range(8)]) for i in range(50)
        ]
        service = "a" * 1000000
        began = time.monotonic()
        self.assertEqual(self.root.list(user="games", good_for=service), [])
        self.assertEqual(self.root.check(tokens[0].text, service=service)[1], ["wrong-service"])
        self.assertLess(time.monotonic() - began, 5)

    # --- uses -----------------------------------------------------------------------------
    def test_exactly_as_many_uses_succeed_as_were_given(self):
        token = self.generate(max_uses=3)
        verdicts = [self.games(token) for _ in range(5)]
        self.assertEqual(verdicts, [door.ACCEPTED] * 3 + [door.EXHAUSTED] * 2)
        row = self.root.show(token)
        self.assertEqual((row["Uses"], row["State"]), (3, "exhausted"))

    def test_no_race_makes_more_uses_of_it(self):
        token = self.generate(max_uses=20)
        verdicts = []

        def log_in():
            for _ in range(10):
                packet = door.request(token, GAMES, "games")
                verdicts.append(door.ask(self.patd.root_sock, packet)[0])

        threads = [threading.Thread(target=log_in) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(verdicts.count(door.ACCEPTED), 20)
        self.assertEqual(verdicts.count(door.EXHAUSTED), 60)

    def test_a_kill_gives_no_use_back(self):
        token = self.generate(max_uses=4)
        accepted = 0
        for _ in range(6):
            accepted += self.games(token) == door.ACCEPTED
            self.patd.kill()
            self.patd.start()
        self.assertEqual(accepted, 4)

    def test_a_use_that_nobody_heard_of_counts(self):
        """patd may die between the disk and the reply: then one is lost, never one too many."""
        token = self.generate(max_uses=3)
        sockets = [door.connect(self.patd.root_sock) for _ in range(10)]
        for one in sockets:
            one.send(door.request(token, GAMES, "games"))
        self.patd.kill()
        heard = 0
        for one in sockets:
            answer = door.answer(one)
            heard += answer is not None and answer[0] == door.ACCEPTED
        self.patd.start()
        self.root.wait_for_owner()
        later = sum(self.games(token) == door.ACCEPTED for _ in range(5))
        self.assertLessEqual(heard + later, 3)

    def test_looking_at_a_token_uses_nothing(self):
        token = self.generate(max_uses=1, services=["sudo"])
        for _ in range(3):
            self.root.show(token)
            self.root.list(user="games")
            self.assertEqual(self.root.check(token.text, service="sudo"), (token.path, []))
            self.assertEqual(self.games(token, service=b"sshd"), door.WRONG_SERVICE)
        self.assertEqual(self.games(token, service=b"sudo"), door.ACCEPTED)
        self.assertEqual(self.games(token, service=b"sudo"), door.EXHAUSTED)

    def test_uses_of_a_token_without_a_limit_are_counted_too(self):
        token = self.generate()
        for _ in range(3):
            self.games(token)
        self.assertEqual(self.root.get(token, "Uses"), 3)

    # --- the account ------------------------------------------------------------------------
    def test_an_account_that_has_expired_is_refused(self):
        token = self.generate()
        seen, expired = door.ACCOUNT_SEEN, door.ACCOUNT_EXPIRED
        self.assertEqual(self.games(token, account=seen | expired), door.ACCOUNT_CLOSED)
        self.assertEqual(self.games(token, account=seen | door.ACCOUNT_LOCKED), door.ACCEPTED)
        self.assertEqual(self.games(token, account=0), door.ACCEPTED)

    def test_a_user_of_another_uid_or_name_is_refused(self):
        token = self.generate()
        self.assertEqual(self.verify(token, DAEMON, "games"), door.OTHER_USER)
        self.assertEqual(self.verify(token, GAMES, "arcade"), door.OTHER_USER)


class Check(WorldTest):
    def setUp(self):
        super().setUp()
        self.token = self.root.generate(
            "laptop", user="games", services=["sudo"], sources=["local"]
        )

    def test_check_says_exactly_why_not(self):
        cases = (
            ({}, []),
            ({"service": "sudo"}, []),
            ({"service": "sudo", "from": "local"}, []),
            ({"service": "sshd"}, ["wrong-service"]),
            ({"from": "10.0.0.1"}, ["wrong-source"]),
            ({"service": "sshd", "from": "10.0.0.1"}, ["wrong-service", "wrong-source"]),
            ({"service": "polkit-1"}, ["not-allowed", "wrong-service"]),
        )
        for where, refusals in cases:
            with self.subTest(str(where)):
                self.assertEqual(
                    self.root.check(self.token.text, **where), (self.token.path, refusals)
                )
        self.root.revoke(self.token)
        self.assertEqual(self.root.check(self.token.text)[1], ["revoked"])

    def test_a_newline_behind_the_token_is_no_matter(self):
        self.assertEqual(self.root.check(self.token.text + "\n"), (self.token.path, []))

    def test_the_owner_and_root_may_and_nobody_else(self):
        self.assertEqual(self.client(GAMES).check(self.token.text)[0], self.token.path)
        other = self.client(DAEMON)
        self.assertRefused("NotFound", other.check, self.token.text)
        wrong = self.token.text[:20] + "A" * 44
        self.assertRefused("InvalidArgs", other.check, wrong)

    def test_a_wrong_secret_is_not_found(self):
        self.root.revoke(self.token)
        self.root.delete(self.token)
        self.assertRefused("NotFound", self.root.check, self.token.text)

    def test_what_is_no_sealed_memfd_or_no_token_is_refused(self):
        for case, seals in {"unsealed": 0, "not against writing": fcntl.F_SEAL_SHRINK}.items():
            with self.subTest(case):
                self.assertRefused("InvalidArgs", self.root.check, self.token.text, seals=seals)
        for case, text in {"empty": "", "a password": "hunter2", "long": "x" * 70}.items():
            with self.subTest(case):
                self.assertRefused("InvalidArgs", self.root.check, text)

    def test_check_leaves_no_trace(self):
        before = self.root.show(self.token)
        entries = len(self.root.history(all=True))
        self.root.check(self.token.text)
        self.assertEqual(self.root.show(self.token), before)
        self.assertEqual(len(self.root.history(all=True)), entries)


if __name__ == "__main__":
    tap.main()
