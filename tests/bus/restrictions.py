#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Restrictions of tokens at login, and the reasons that Check returns."""
import fcntl
import os
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
import wire
from client import GLib
from fixture import DAEMON, GAMES, PatdTest

DAY = 24 * 3600


class Restrictions(PatdTest):
    def generate(self, name="laptop", **options):
        return self.root.generate(name, user="games", **options)

    def test_scope__a_token_restricted_to_services_is_refused_for_others(self):
        token = self.generate(services=["sudo", "postgresql*"])
        cases = {
            b"sudo": wire.ACCEPTED,
            b"postgresql-17": wire.ACCEPTED,
            b"sshd": wire.WRONG_SERVICE,
            b"sudo-i": wire.WRONG_SERVICE,
            b"SUDO": wire.WRONG_SERVICE,
        }
        for service, verdict in cases.items():
            with self.subTest(service.decode()):
                self.assertEqual(self.verify_games(token, service=service), verdict)

    def test_scope__a_token_restricted_to_sources_is_refused_from_others(self):
        token = self.generate(sources=["10.0.0.0/8", "2001:db8::/32", "local"])
        cases = {
            b"": wire.ACCEPTED,
            b"10.255.0.1": wire.ACCEPTED,
            b"::ffff:10.0.0.1": wire.ACCEPTED,
            b"2001:db8::1": wire.ACCEPTED,
            b"11.0.0.1": wire.WRONG_SOURCE,
            b"::ffff:11.0.0.1": wire.WRONG_SOURCE,
            b"2001:db9::1": wire.WRONG_SOURCE,
            b"ten.example.org": wire.WRONG_SOURCE,
            b"localhost": wire.WRONG_SOURCE,
            b"local": wire.WRONG_SOURCE,
            b"unknown": wire.WRONG_SOURCE,
            b"UNKNOWN": wire.WRONG_SOURCE,
        }
        for rhost, verdict in cases.items():
            with self.subTest(rhost.decode() or "no host"):
                self.assertEqual(self.verify_games(token, service=b"su", rhost=rhost), verdict)

    def test_scope__a_token_restricted_to_hosts_is_refused_on_others(self):
        """This machine has the name of its issuer."""
        os.makedirs(self.patd.conf, exist_ok=True)
        with open(os.path.join(self.patd.conf, "patd.conf"), "w", encoding="utf-8") as file:
            file.write("[fleet]\nissuer = Admin1\n")
        self.restart_patd()
        cases = {
            "all": ([], wire.ACCEPTED),
            "itself": (["admin1"], wire.ACCEPTED),
            "a pattern": (["db1", "ADMIN?"], wire.ACCEPTED),
            "another": (["admin2"], wire.WRONG_HOST),
            "a part of its name": (["admin"], wire.WRONG_HOST),
        }
        for case, (hosts, verdict) in cases.items():
            with self.subTest(case):
                token = self.generate(case, fleet=True, hosts=hosts)
                self.assertEqual(self.verify_games(token), verdict)

    def test_scope__a_service_of_the_network_without_a_source_is_not_local(self):
        """Each as it was measured to ask PAM, of a client on the network."""
        token = self.generate(sources=["local", "0.0.0.0/0", "::/0"])
        cases = (
            ("sudo", "", wire.ACCEPTED),
            ("su", "/dev/pts/1", wire.ACCEPTED),
            ("doas", "pts/0", wire.ACCEPTED),
            ("login", "/dev/tty1", wire.ACCEPTED),
            ("xdm", ":5", wire.ACCEPTED),
            ("login", "", wire.WRONG_SOURCE),
            ("login", "/dev/pts/1", wire.WRONG_SOURCE),
            ("gdm-password", "", wire.WRONG_SOURCE),
            ("lightdm", "192.0.2.7:0", wire.WRONG_SOURCE),
            *(
                (service, "", wire.WRONG_SOURCE)
                for service in ("pwauth", "monit", "lshd", "imap", "squid", "radiusd", "exim",
                                "vnc", "xrdp-sesman", "shellinabox", "mailutils", "poppassd")
            ),
            ("sshd", "ssh", wire.WRONG_SOURCE),
        )  # fmt: skip
        for service, tty, verdict in cases:
            with self.subTest(f"{service} {tty}"):
                place = {"service": service.encode(), "tty": tty.encode()}
                self.assertEqual(self.verify_games(token, **place), verdict)
                source = "" if verdict == wire.ACCEPTED else "unknown"
                self.assertEqual(self.root.history(all=True)[-1]["From"], source)

    def test_a_service_without_a_source_accepts_tokens_that_any_source_may_use(self):
        token = self.generate()
        self.assertEqual(self.verify_games(token, service=b"monit", tty=b""), wire.ACCEPTED)
        self.assertEqual(self.root.get(token, "LastUsedFrom"), "unknown")
        self.assertEqual(self.root.sources(token)[0]["From"], "unknown")

    def test_a_token_with_the_longest_lists_is_accepted_and_revoked(self):
        services = [f"service{i:03}" for i in range(46)]  # just below LIMITS_SERVICES_MAX
        sources = [f"10.{i}.0.0/16" for i in range(79)]  # just below LIMITS_SOURCES_MAX
        token = self.generate(services=services, sources=sources)
        self.assertEqual(self.root.get(token, "Services"), services)
        self.assertEqual(self.root.get(token, "Sources"), sources)
        place = {"service": b"service045", "rhost": b"10.78.0.1"}
        self.assertEqual(self.verify_games(token, **place), wire.ACCEPTED)
        self.client(GAMES).revoke(token)
        self.assertEqual(self.verify_games(token, **place), wire.REVOKED)

    def test_scope__a_token_is_refused_before_its_not_before_time(self):
        begins = int(time.time()) + DAY
        token = self.generate(not_before=begins)
        self.assertEqual(self.verify_games(token), wire.NOT_YET)
        self.assertEqual(self.root.get(token, "State"), "pending")
        self.restart_patd(DAY)
        self.assertEqual(self.verify_games(token), wire.ACCEPTED)
        self.assertEqual(self.root.get(token, "State"), "active")

    def test_scope__a_token_is_refused_outside_its_hours(self):
        today = time.strftime("%a")
        other = time.strftime("%a", time.localtime(time.time() + 3 * DAY))
        self.assertEqual(self.verify_games(self.generate("now", hours=today)), wire.ACCEPTED)
        self.assertEqual(self.verify_games(self.generate("then", hours=other)), wire.OUT_OF_HOURS)

    def test_properties_have_restrictions_in_canonical_form(self):
        token = self.generate(
            services=["sudo", "sshd", "sudo"],
            sources=["10.0.0.0/8", "2001:DB8::/32"],
            hours="monday..Fri 08:00-18:00",
            not_before=1000,
            max_uses=5,
            confirm=True,
            until="boot",
        )
        row = self.root.show(token)
        shown = {
            "Services": ["sshd", "sudo"],
            "Sources": ["10.0.0.0/8", "2001:db8::/32"],
            "Hours": "Mon..Fri 08:00-18:00",
            "NotBefore": 1000,
            "MaxUses": 5,
            "Confirm": True,
            "Until": "boot",
            "Uses": 0,
        }
        self.assertEqual({name: row[name] for name in shown}, shown)
        (listed,) = self.root.list(user="games")
        self.assertEqual(listed, row)

    def test_an_invalid_restriction_is_refused(self):
        cases = {
            "a service with a space": {"services": ["su do"]},
            "a service with a slash": {"services": ["a/b"]},
            "a source that is a host name": {"sources": ["example.org"]},
            "a network with host bits": {"sources": ["10.1.2.3/8"]},
            "a network with too long a prefix": {"sources": ["10.0.0.0/33"]},
            "hours with an unknown day": {"hours": "Sometimes 08:00-18:00"},
            "hours with a clock where they may be cut": {
                "hours": ("Mon" + " " * 247 + ";") * 8 + " " * 36 + "Tue 08:00-09:00"
            },
            "hours beyond 24": {"hours": "25:00-26:00"},
            "a not-before after the expiry": {"not_before": int(time.time()) + 60 * DAY},
            "an until that is a time": {"until": "2027-01-31"},
            "too many uses": {"max_uses": 2**63},
            "a host with a space": {"hosts": ["web 1"]},
            "hosts of a token that is good here alone": {"hosts": ["web*"]},
        }
        for case, options in cases.items():
            with self.subTest(case):
                self.assertRefused("InvalidRestriction", self.generate, **options)
        cases = {"a comma": ["a,b"], "no text": [""], "4000 bytes": ["x" * 4000]}
        for case, items in cases.items():
            with self.subTest(case):
                self.assertRefused("InvalidArgs", self.generate, services=items)
        self.assertRefused(
            "InvalidArgs", self.generate, services=GLib.Variant("au", [1])
        )
        self.assertEqual(self.root.list(all=True), [])

    def test_the_verdict_is_that_of_the_first_restriction_that_denies(self):
        token = self.generate(services=["sudo"], sources=["local"])
        self.assertEqual(self.verify_games(token, rhost=b"10.0.0.1"), wire.WRONG_SERVICE)
        self.root.revoke(token)
        self.assertEqual(self.verify_games(token, rhost=b"10.0.0.1"), wire.REVOKED)

    def test_the_good_for_filter_returns_tokens_valid_for_a_service(self):
        self.generate("any")
        self.generate("sudo", services=["sudo"])
        self.generate("ssh", services=["ssh*"])
        names = [row["Name"] for row in self.root.list(user="games", good_for="sshd")]
        self.assertEqual(names, ["any", "ssh"])

    def test_matching_a_very_long_service_name_takes_bounded_time(self):
        pattern = "*" + "[a-z]" * 12 + "b"
        tokens = [
            self.generate(f"n{i}", services=[f"{pattern}{n}" for n in range(8)]) for i in range(50)
        ]
        service = "a" * 60000
        # Tried one after the other, the ways to match would take years: these calls would time out.
        self.assertEqual(self.root.list(user="games", good_for=service), [])
        self.assertEqual(self.client(GAMES).check(tokens[0].text, service=service)[1], ["wrong-service"])

    def test_confirmed_uses__a_use_waits_or_is_refused_where_nobody_can_wait(self):
        token = self.generate(confirm=True)
        self.assertEqual(self.verify_games(token), wire.ASKED)
        self.assertEqual(
            self.verify_games(token, caller=GAMES, sock=self.patd.user_sock), wire.UNCONFIRMED
        )
        self.assertEqual(self.verify_games(self.generate("plain", confirm=False)), wire.ACCEPTED)

    # --- uses -----------------------------------------------------------------------------
    def test_a_token_is_exhausted_after_max_uses_logins(self):
        token = self.generate(max_uses=3)
        verdicts = [self.verify_games(token) for _ in range(5)]
        self.assertEqual(verdicts, [wire.ACCEPTED] * 3 + [wire.EXHAUSTED] * 2)
        row = self.root.show(token)
        self.assertEqual((row["Uses"], row["State"]), (3, "exhausted"))

    def test_limited_uses__equal_requests_of_one_process_are_each_a_use(self):
        """As of nginx, which verifies twice for one page: nothing tells them from another's."""
        token = self.generate(max_uses=2)
        place = {"service": b"nginx", "rhost": b"192.0.2.1"}
        verdicts = [self.verify_games(token, **place) for _ in range(3)]
        self.assertEqual(verdicts, [wire.ACCEPTED, wire.ACCEPTED, wire.EXHAUSTED])
        self.assertEqual(self.root.get(token, "Uses"), 2)
        entries = [entry["Event"] for entry in self.root.history(token=token.id, all=True)]
        self.assertEqual(sorted(entries), ["generated", "refused", "used", "used"])

    def test_limited_uses__concurrent_logins_do_not_exceed_max_uses(self):
        token = self.generate(max_uses=20)
        verdicts = []

        def log_in():
            for _ in range(10):
                packet = wire.request(token, GAMES, "games")
                verdicts.append(wire.ask(self.patd.root_sock, packet)[0])

        threads = [threading.Thread(target=log_in) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(verdicts.count(wire.ACCEPTED), 20)
        self.assertEqual(verdicts.count(wire.EXHAUSTED), 60)

    def test_limited_uses__uses_are_not_lost_by_a_kill(self):
        token = self.generate(max_uses=4)
        accepted = 0
        for _ in range(6):
            accepted += self.verify_games(token) == wire.ACCEPTED
            self.patd.kill()
            self.patd.start()
        self.assertEqual(accepted, 4)

    def test_limited_uses__accepted_logins_do_not_exceed_max_uses_after_a_kill_before_the_replies(self):
        """A kill between sync and reply may lose a use, but never adds one."""
        token = self.generate(max_uses=3)
        packet = wire.request(token, GAMES, "games")
        socks = [wire.send(self.patd.root_sock, packet) for _ in range(10)]
        self.patd.kill()
        accepted = 0
        for sock in socks:
            answer = wire.answer(sock)
            accepted += answer is not None and answer[0] == wire.ACCEPTED
        self.restart_patd()
        later = sum(self.verify_games(token) == wire.ACCEPTED for _ in range(5))
        self.assertLessEqual(accepted + later, 3)

    def test_reading_checking_and_refused_logins_do_not_count_as_uses(self):
        token = self.generate(max_uses=1, services=["sudo"])
        for _ in range(3):
            self.root.show(token)
            self.root.list(user="games")
            self.assertEqual(self.client(GAMES).check(token.text, service="sudo"), (token.path, []))
            self.assertEqual(self.verify_games(token, service=b"sshd"), wire.WRONG_SERVICE)
        self.assertEqual(self.verify_games(token, service=b"sudo"), wire.ACCEPTED)
        self.assertEqual(self.verify_games(token, service=b"sudo"), wire.EXHAUSTED)

    def test_uses_of_an_unlimited_token_are_counted(self):
        token = self.generate()
        for _ in range(3):
            self.verify_games(token)
        self.assertEqual(self.root.get(token, "Uses"), 3)

    # --- the account ------------------------------------------------------------------------
    def test_scope__a_token_of_an_expired_account_is_refused(self):
        token = self.generate()
        seen, expired, locked = wire.ACCOUNT_SEEN, wire.ACCOUNT_EXPIRED, wire.ACCOUNT_LOCKED
        self.assertEqual(self.verify_games(token, account=seen | expired), wire.ACCOUNT_CLOSED)
        self.assertEqual(self.verify_games(token, account=seen | locked), wire.ACCEPTED)
        self.assertEqual(self.verify_games(token, account=0), wire.ACCEPTED)

    def test_a_token_is_refused_for_another_uid_or_user_name(self):
        token = self.generate()
        self.assertEqual(self.verify(token, DAEMON, "games"), wire.OTHER_USER)
        self.assertEqual(self.verify(token, GAMES, "arcade"), wire.OTHER_USER)


class Check(PatdTest):
    def setUp(self):
        super().setUp()
        self.token = self.root.generate(
            "laptop", user="games", services=["sudo"], sources=["local"]
        )

    def test_check_returns_every_reason_for_a_refusal(self):
        cases = (
            ({}, []),
            ({"service": "sudo"}, []),
            ({"service": "sudo", "from": "local"}, []),
            ({"service": "sudo", "from": "unknown"}, ["wrong-source"]),
            ({"service": "sudo", "from": "localhost"}, ["wrong-source"]),
            ({"service": "sshd"}, ["wrong-service"]),
            ({"from": "10.0.0.1"}, ["wrong-source"]),
            ({"service": "sshd", "from": "10.0.0.1"}, ["wrong-service", "wrong-source"]),
            ({"service": "polkit-1"}, ["not-allowed", "wrong-service"]),
        )
        for where, refusals in cases:
            with self.subTest(str(where)):
                self.assertEqual(
                    self.client(GAMES).check(self.token.text, **where), (self.token.path, refusals)
                )
        self.root.revoke(self.token)
        self.assertEqual(self.client(GAMES).check(self.token.text)[1], ["revoked"])

    def test_check_of_a_service_that_is_not_local_answers_as_a_login(self):
        token = self.root.generate("here", user="games", sources=["local"])
        games = self.client(GAMES)
        for service, refusals in (("su", []), ("login", []), ("monit", ["wrong-source"])):
            with self.subTest(service):
                where = {"service": service, "from": "local"}
                self.assertEqual(games.check(token.text, **where)[1], refusals)

    def test_check_accepts_a_trailing_newline(self):
        self.assertEqual(self.client(GAMES).check(self.token.text + "\n"), (self.token.path, []))

    def test_check_is_for_the_owner_and_root_only(self):
        self.assertEqual(self.client(GAMES).check(self.token.text)[0], self.token.path)
        other = self.client(DAEMON)
        self.assertRefused("NotFound", other.check, self.token.text)
        wrong = self.token.text[:20] + "A" * 44
        self.assertRefused("InvalidArgs", other.check, wrong)

    def test_check_of_a_deleted_token_is_refused_with_not_found(self):
        self.root.revoke_and_delete(self.token)
        self.assertRefused("NotFound", self.root.check, self.token.text)

    def test_check_refuses_an_unsealed_memfd_or_text_that_is_no_token(self):
        for case, seals in {"unsealed": 0, "not against writing": fcntl.F_SEAL_SHRINK}.items():
            with self.subTest(case):
                self.assertRefused("InvalidArgs", self.root.check, self.token.text, seals=seals)
        for case, text in {"empty": "", "a password": "hunter2", "long": "x" * 70}.items():
            with self.subTest(case):
                self.assertRefused("InvalidArgs", self.root.check, text)

    def test_check_changes_neither_the_token_nor_the_history(self):
        before = self.root.show(self.token)
        entries = len(self.root.history(all=True))
        self.client(GAMES).check(self.token.text)
        self.assertEqual(self.root.show(self.token), before)
        self.assertEqual(len(self.root.history(all=True)), entries)


if __name__ == "__main__":
    tap.main()
