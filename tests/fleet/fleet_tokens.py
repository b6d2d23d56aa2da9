#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tokens of an issuer on the members of a fleet, over TLS with client certificates."""
import os
import signal
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
import wire
from fleet_hosts import FleetTest


class FleetTokens(FleetTest):
    tls = True

    def test_a_token_is_accepted_on_all_members_and_refused_once_it_is_revoked(self):
        token = self.alpha.generate("one")
        self.wait_all(token, wire.ACCEPTED)
        self.alpha.patctl("revoke", token.id)
        self.wait_all(token, wire.REVOKED)
        self.alpha.patctl("restore", token.id)
        self.wait_all(token, wire.ACCEPTED)
        self.alpha.patctl("revoke", token.id)
        self.alpha.patctl("delete", "--yes", token.id)
        self.wait_all(token, wire.WRONG)

    def test_a_member_revokes_at_once_and_everywhere(self):
        token = self.alpha.generate("one")
        self.wait_all(token, wire.ACCEPTED)
        web1, web2 = self.all_members
        web1.patctl("revoke", token.id, "--reason=lost")
        self.assertEqual(web1.verdict(token), wire.REVOKED)
        web2.wait(token, wire.REVOKED)
        self.alpha.wait(token, wire.REVOKED)
        self.assertIn("lost", self.alpha.patctl("show", token.id))
        # Once it was restored it can be revoked again.
        self.alpha.patctl("restore", token.id)
        web1.wait(token, wire.ACCEPTED)
        web1.patctl("revoke", token.id)
        web2.wait(token, wire.REVOKED)

    def test_a_member_that_becomes_an_issuer_is_woken_by_requests_to_revoke(self):
        web1, web2 = self.all_members
        web1.wait(self.alpha.generate("one"), wire.ACCEPTED)
        self.hub.add_host("web2", issuer=True)
        web2.issuer = True
        web2.configure()
        web2.patd.process.send_signal(signal.SIGHUP)
        web2.wait_until(lambda: web2.status()["key"], "no key")
        web1.configure(web2=web2.status()["key"])
        web1.patd.process.send_signal(signal.SIGHUP)
        # Not woken, it looks twice a minute: when it has just looked, the next time is far off.
        for seconds in (60, 20):
            token = web2.generate(f"own{seconds}")
            web1.wait(token, wire.ACCEPTED)
            web1.patctl("revoke", token.id)
            web2.wait(token, wire.REVOKED, seconds)

    def test_a_member_that_joins_late_gets_all(self):
        self.all_members[1].end()
        tokens = [self.alpha.generate(f"t{n}") for n in range(40)]
        self.alpha.patctl("revoke", tokens[7].id)
        self.all_members[1].start()
        self.wait_all(tokens[39], wire.ACCEPTED)
        for n, token in enumerate(tokens):
            expected = wire.REVOKED if n == 7 else wire.ACCEPTED
            self.assertEqual(self.all_members[1].verdict(token), expected)

    def test_a_queue_of_notifications_that_is_full_does_not_matter(self):
        for host in self.hosts:
            self.hub.wait(f"SELECT count(*) FROM patd_fleet.host WHERE host = '{host}'", "1")
        self.hub.sql(
            "ALTER FUNCTION pg_catalog.pg_notify(text, text) RENAME TO kept;"
            "CREATE FUNCTION pg_catalog.pg_notify(text, text) RETURNS void"
            " LANGUAGE plpgsql AS $$ BEGIN RAISE 'too many notifications'; END $$"
        )
        listener = self.hub.session("web1")
        self.addCleanup(listener.kill)
        listener.stdin.write("LISTEN patd_fleet;\nSELECT 'listens';\n")
        listener.stdin.flush()
        self.assertEqual(listener.stdout.readline(), "listens\n")
        token = self.alpha.generate("one")
        for member in self.all_members:
            member.wait(token, wire.ACCEPTED, 60)
        said, _ = listener.communicate("SELECT 'all';\n", wire.PATIENCE_S)
        self.assertEqual(said, "all\n", "a notification was not lost")
        self.assertEqual(self.alpha.fleet.log().count("the hub cannot wake others"), 1)

    def test_uses_reach_the_issuer(self):
        token = self.alpha.generate("one")
        web1 = self.all_members[0]
        web1.wait(token, wire.ACCEPTED)
        self.hub.wait("SELECT count(*) FROM patd_fleet.use WHERE taken = seq", "1")
        self.assertNotIn("Not used", self.alpha.patctl("show", token.id))

    def test_what_is_reported_of_a_token_that_was_deleted_is_taken_once(self):
        token = self.alpha.generate("one")
        self.wait_all(token, wire.ACCEPTED)
        self.alpha.patctl("revoke", token.id)
        self.alpha.patctl("delete", "--yes", token.id)
        self.wait_all(token, wire.WRONG)
        self.hub.sql(
            f"UPDATE patd_fleet.use SET uses = uses + 9, at = at + 1;"
            f"INSERT INTO patd_fleet.revocation (host, id, reason) VALUES ('web1', '{token.id}', 'x');"
            "NOTIFY patd_fleet_request",
            "web1",
        )
        self.hub.wait("SELECT count(*) FROM patd_fleet.revocation_taken", "1")
        self.hub.wait("SELECT count(*) FROM patd_fleet.use WHERE taken < seq", "0")

    def test_a_host_with_the_certificate_of_another_is_not_let_in(self):
        web1 = self.all_members[0]
        web1.end()
        web1.conninfo = self.certificates.conninfo(self.hub.port, "web2")
        web1.configure()
        web1.start()
        why = 'certificate authentication failed for user "web1"'
        web1.wait_until(lambda: why in (web1.status()["error"] or ""))

    def test_a_hub_with_the_certificate_of_another_is_refused(self):
        web1 = self.all_members[0]
        web1.end()
        web1.conninfo = web1.conninfo.replace("localhost", "127.0.0.1")
        web1.configure()
        web1.start()
        why = 'does not match host name "127.0.0.1"'
        web1.wait_until(lambda: why in (web1.status()["error"] or ""))

    def test_the_hosts_are_known_on_each(self):
        for host in self.hosts.values():
            self.hub.wait(
                f"SELECT count(*) FROM patd_fleet.host WHERE host = '{host.name}'", "1"
            )


if __name__ == "__main__":
    tap.main()
