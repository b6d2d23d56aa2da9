#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Limited tokens on many machines: the hub counts their uses, and without it there are none."""
import concurrent.futures
import errno
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
import wire
from fixture import GAMES
from fleet_hosts import FleetTest


class Gate:
    """Claims of a token stop here, each in the middle of its statement, until they are let on: the
    server reads from a pipe then, and the test knows that it does."""

    def __init__(self, folder, hub, token):
        self.path = os.path.join(folder, "gate")
        self._close()
        hub.sql(
            "CREATE TABLE nothing (line text);"
            " CREATE FUNCTION gate() RETURNS trigger SECURITY DEFINER LANGUAGE plpgsql AS"
            f" $$ BEGIN COPY public.nothing FROM '{self.path}'; RETURN NEW; END $$;"
            " CREATE TRIGGER gate BEFORE INSERT ON patd_fleet.claim FOR EACH ROW"
            f" WHEN (NEW.id = '{token.id}') EXECUTE FUNCTION gate()"
        )

    def _close(self):
        os.mkfifo(self.path)
        os.chmod(self.path, 0o644)

    def wait(self, host):
        """Until a claim is there.  It goes on when what this returns is closed, and the next waits."""
        held = []

        def opened():
            try:
                held.append(os.open(self.path, os.O_WRONLY | os.O_NONBLOCK))
            except OSError as error:
                assert error.errno == errno.ENXIO, error  # nobody reads
            return held

        host.wait_until(opened, "no claim has come")
        os.unlink(self.path)
        self._close()
        return os.fdopen(held[0], "wb")

    def open(self):
        """For all claims from now on, and for one that is there"""
        let_on = os.open(self.path, os.O_RDWR)
        with open(self.path + ".open", "wb"):
            os.chmod(self.path + ".open", 0o644)
        os.rename(self.path + ".open", self.path)
        os.close(let_on)


class FleetClaims(FleetTest):
    def setUp(self):
        super().setUp()
        self.everywhere = list(self.hosts.values())
        self.logins = concurrent.futures.ThreadPoolExecutor(24)
        self.addCleanup(self.logins.shutdown)

    def log_in(self, host, token):
        """A login that waits for its claim"""
        return self.logins.submit(host.verdict, token)

    def verdict(self, host, token):
        """That of a hub that answers.  It has a second for it, which a slow machine may need more
        than once."""
        verdicts = []

        def answered():
            verdicts.append(host.verdict(token))
            return verdicts[-1] != wire.UNCLAIMED

        host.wait_until(answered, "the hub does not answer")
        return verdicts[-1]

    def limited(self, uses, name="limited"):
        """A token that all hosts have, none of whose uses is taken"""
        token = self.alpha.generate(name, "games", f"--max-uses={uses}")
        self.catch_up(f"after {name}")
        return token

    def catch_up(self, name):
        """Until all hosts have what the issuer has signed.  A login by the token would use it."""
        self.wait_all(self.alpha.generate(name), wire.ACCEPTED)

    def claimed(self, token):
        return self.hub.sql(f"SELECT uses FROM patd_fleet.claim WHERE id = '{token.id}'")

    def test_limited_uses__a_token_is_good_so_often_on_all_machines_together(self):
        token = self.limited(3)
        for host in self.everywhere:
            self.assertEqual(self.verdict(host, token), wire.ACCEPTED)
        for host in self.everywhere:
            self.assertEqual(self.verdict(host, token), wire.EXHAUSTED)
        self.assertEqual(self.claimed(token), [["3"]])

    def test_limited_uses__logins_at_the_same_moment_get_no_more(self):
        token = self.limited(7)
        logins = [self.logins.submit(self.verdict, host, token) for host in self.everywhere * 8]
        verdicts = [login.result() for login in logins]
        self.assertEqual(verdicts.count(wire.ACCEPTED), 7)
        self.assertEqual(verdicts.count(wire.EXHAUSTED), 17)

    def test_limited_uses__without_the_hub_there_are_none_at_once_and_then_again(self):
        token = self.limited(3)
        web1 = self.all_members[0]
        self.assertEqual(self.verdict(web1, token), wire.ACCEPTED)
        self.hub.stop()
        self.assertEqual(web1.verdict(token), wire.UNCLAIMED)
        self.hub.start()
        self.assertEqual(self.verdict(web1, token), wire.ACCEPTED)
        self.assertEqual(self.claimed(token), [["2"]])

    def test_limited_uses__a_hub_that_is_killed_in_the_middle_of_a_claim_spends_no_use(self):
        token, web1 = self.limited(3), self.all_members[0]
        gate = Gate(self.folder, self.hub, token)
        login = self.log_in(web1, token)
        with gate.wait(web1):
            behind = [self.log_in(web1, token) for _ in range(4)]
            self.hub.crash()
            for refused in (login, *behind):
                self.assertEqual(refused.result(), wire.UNCLAIMED)
        self.hub.start()
        self.hub.sql("DROP TRIGGER gate ON patd_fleet.claim")
        self.assertEqual(self.claimed(token), [])
        for verdict in [wire.ACCEPTED] * 3 + [wire.EXHAUSTED]:
            self.assertEqual(self.verdict(web1, token), verdict)
        self.assertEqual(self.claimed(token), [["3"]])

    def test_limited_uses__a_claim_that_the_hub_does_not_answer_is_refused_and_others_go_on(self):
        held, free, web1 = self.limited(3, "held"), self.limited(3, "free"), self.all_members[0]
        gate = Gate(self.folder, self.hub, held)
        login = self.log_in(web1, held)
        with gate.wait(web1):
            self.assertEqual(login.result(), wire.UNCLAIMED)
            # patd gives up soon after patd-fleet, or before it.
            said = "the hub does not answer in time"
            web1.wait_until(lambda: said in web1.fleet.log(), said)
            self.assertEqual(self.verdict(web1, free), wire.ACCEPTED)
        self.hub.sql("DROP TRIGGER gate ON patd_fleet.claim")
        for verdict in [wire.ACCEPTED] * 3 + [wire.EXHAUSTED]:
            self.assertEqual(self.verdict(web1, held), verdict)
        self.assertEqual(self.claimed(held), [["3"]])

    def test_limited_uses__a_claim_of_a_patd_that_is_gone_is_no_use_of_the_next(self):
        token, web1 = self.limited(3), self.all_members[0]
        gate = Gate(self.folder, self.hub, token)
        login = wire.send(web1.patd.root_sock, wire.request(token, GAMES, "games"))
        with gate.wait(web1):
            web1.patd.kill()
            self.assertIsNone(wire.reply(login))
            web1.patd.start()
            web1.wait_until(lambda: web1.status()["patd_fleet"], "not connected")
            again = self.logins.submit(self.verdict, web1, token)
        with gate.wait(web1):
            gate.open()
        self.assertEqual(again.result(), wire.ACCEPTED)
        # The first one is spent, unless the server gave up on it, after a second.
        ((uses,),) = self.claimed(token)
        self.assertIn(uses, ("1", "2"))
        self.assertIn(f'"{uses}/3"', web1.patctl("log", token.id, "--json"))

    def test_limited_uses__without_patd_fleet_there_are_none(self):
        token = self.limited(1)
        web1 = self.all_members[0]
        web1.fleet.kill()
        self.assertEqual(web1.verdict(token), wire.UNCLAIMED)
        self.assertEqual(self.claimed(token), [])

    def test_limited_uses__a_token_that_the_hub_does_not_have_has_none(self):
        token = self.limited(1)
        self.hub.sql(f"DELETE FROM patd_fleet.row WHERE id = '{token.id}'")
        self.assertEqual(self.all_members[0].verdict(token), wire.UNCLAIMED)

    def test_limited_uses__more_than_there_are_is_not_believed(self):
        token = self.limited(2)
        self.hub.sql(f"INSERT INTO patd_fleet.claim VALUES ('alpha', '{token.id}', 1)")
        self.hub.sql(
            "CREATE FUNCTION always() RETURNS trigger LANGUAGE plpgsql AS"
            " 'BEGIN NEW.uses := 3; RETURN NEW; END';"
            " CREATE TRIGGER zz BEFORE UPDATE ON patd_fleet.claim"
            " FOR EACH ROW EXECUTE FUNCTION always()"
        )
        self.assertEqual(self.verdict(self.all_members[0], token), wire.EXHAUSTED)

    def test_a_host_that_holds_a_counter_stops_logins_by_that_token_alone(self):
        held, free = self.limited(5, "held"), self.limited(5, "free")
        web1 = self.all_members[0]
        self.assertEqual(self.verdict(web1, held), wire.ACCEPTED)
        hostile = self.hub.session("web2")
        hostile.stdin.write("BEGIN; UPDATE patd_fleet.claim SET uses = uses + 1; SELECT 'held';\n")
        hostile.stdin.flush()
        self.assertEqual(hostile.stdout.readline(), "held\n")
        self.assertEqual(web1.verdict(held), wire.UNCLAIMED)
        self.assertEqual(self.verdict(web1, free), wire.ACCEPTED)
        hostile.communicate("ROLLBACK;\n", timeout=wire.PATIENCE_S)
        self.assertEqual(self.verdict(web1, held), wire.ACCEPTED)
        self.assertEqual(self.claimed(held), [["2"]])

    def test_a_refused_login_takes_no_use(self):
        token = self.limited(1)
        self.alpha.patctl("revoke", token.id)
        self.catch_up("after it was revoked")
        self.assertEqual(self.all_members[0].verdict(token), wire.REVOKED)
        self.assertEqual(self.claimed(token), [])


if __name__ == "__main__":
    tap.main()
