#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Hosts that hold locks at the hub, or write there all the time: others go on."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
import wire
from fleet_hosts import FleetTest
from hub import SqlError

NEW = "SELECT count(*) FROM patd_fleet.use WHERE host = '{}' AND taken < seq"
PAGE = "SELECT number, id, bytes FROM patd_fleet.row WHERE issuer = %"


class HubLocks(FleetTest):
    def setUp(self):
        super().setUp()
        self.web1, self.web2 = self.all_members

    def hold(self, role, text):
        """Runs that, and keeps its transaction open until end() is called"""
        session = self.hub.session(role)
        self.addCleanup(session.communicate, timeout=60)
        session.stdin.write(f"BEGIN; {text};\nSELECT 'held';\n")
        session.stdin.flush()
        while session.stdout.readline() != "held\n":
            assert session.poll() is None, session.communicate()
        return session

    def use(self, host, token):
        """One that the hub has, and no issuer yet: alpha's patd-fleet is away"""
        host.wait(token, wire.ACCEPTED)
        self.hub.wait(NEW.format(host.name), "1")

    def test_nobody_waits_for_the_lock_of_a_table(self):
        self.hold("web1", "SELECT count(*) FROM patd_fleet.row; SELECT count(*) FROM pg_class")
        function = "FOR EACH ROW EXECUTE FUNCTION patd_fleet.keep_use()"
        for role in ("web2", "alpha"):
            for text in (
                "CREATE RULE mine AS ON INSERT TO patd_fleet.row DO INSTEAD NOTHING",
                "CREATE RULE mine AS ON INSERT TO pg_class DO INSTEAD NOTHING",
                f"CREATE TRIGGER mine BEFORE INSERT ON patd_fleet.row {function}",
                f"CREATE CONSTRAINT TRIGGER mine AFTER INSERT ON patd_fleet.row {function}",
            ):
                with self.subTest(f"{role}: {text}"):
                    with self.assertRaisesRegex(SqlError, "changes nothing of the schema"):
                        self.hub.sql("SET lock_timeout = '1s'; " + text, role)

    def test_an_issuer_waits_for_no_row_that_a_member_has_locked(self):
        token, other, third = (self.alpha.generate(name) for name in ("one", "other", "third"))
        self.wait_all(third, wire.ACCEPTED)
        self.hub.wait("SELECT count(*) FROM patd_fleet.use WHERE taken = seq", "2")
        self.alpha.fleet.end()
        self.use(self.web1, token)
        self.use(self.web2, token)
        self.web1.patctl("revoke", other.id)
        self.hub.wait("SELECT count(*) FROM patd_fleet.revocation", "1")
        session = self.hold(
            "web1",
            "SELECT FROM patd_fleet.use WHERE host = 'web1' FOR UPDATE;"
            " SELECT FROM patd_fleet.revocation WHERE host = 'web1' FOR UPDATE",
        )
        self.alpha.fleet.start()
        self.hub.wait("SELECT count(*) FROM patd_fleet.revocation_taken", "1")
        self.hub.wait(NEW.format("web2"), "0")
        self.alpha.patctl("revoke", third.id)
        self.web2.wait(third, wire.REVOKED)
        self.web2.wait(other, wire.REVOKED)
        self.assertEqual(self.hub.value(NEW.format("web1")), "1")
        session.communicate("COMMIT;\n", 60)
        self.hub.wait(NEW.format("web1"), "0")
        self.assertNotIn("trying again", self.alpha.fleet.log())

    def close_gate(self, row):
        """alpha reads no page with that row of its own until the session that is returned ends."""
        self.hub.sql(
            "CREATE FUNCTION gate() RETURNS boolean SECURITY DEFINER LANGUAGE plpgsql AS"
            " $$ BEGIN WHILE NOT pg_try_advisory_xact_lock_shared(1) LOOP PERFORM pg_sleep(0.01);"
            " END LOOP; RETURN true; END $$;"
            " CREATE POLICY gate ON patd_fleet.row AS RESTRICTIVE FOR SELECT USING (session_user <>"
            f" 'alpha' OR id <> '{row}' OR current_query() NOT LIKE '{PAGE}' OR gate())"
        )
        return self.hold("postgres", "SELECT pg_advisory_lock(1)")

    def test_a_revocation_waits_for_no_repair_that_a_member_asks_for(self):
        token, other = self.alpha.generate("one"), self.alpha.generate("other")
        self.wait_all(token, wire.ACCEPTED)
        gate = self.close_gate("zzzzzzz100")
        self.hub.sql(
            "INSERT INTO patd_fleet.row SELECT 'alpha', lpad(n::text, 10, 'z'), 1, r.key, 'x'"
            f" FROM generate_series(100, 5000) AS n, patd_fleet.row AS r WHERE r.id = '{other.id}';"
            f" UPDATE patd_fleet.row SET bytes = 'x' WHERE id = '{other.id}';"
            " CREATE TABLE written (n bigserial, id text);"
            " CREATE FUNCTION note() RETURNS trigger SECURITY DEFINER LANGUAGE plpgsql AS"
            " $$ BEGIN INSERT INTO public.written (id) VALUES (NEW.id); RETURN NULL; END $$;"
            " CREATE TRIGGER note AFTER UPDATE ON patd_fleet.row"
            " FOR EACH ROW EXECUTE FUNCTION note();"
            " INSERT INTO patd_fleet.host (host, issuer, number, complete)"
            " VALUES ('web9', 'alpha', 1, false);"
            " NOTIFY patd_fleet_request, 'incomplete'"
        )
        # The repair has begun with the first of five pages when the revocation is there.
        self.hub.wait(
            "SELECT count(*) FROM pg_stat_activity WHERE usename = 'alpha' AND state = 'active'"
            f" AND query LIKE '{PAGE}'",
            "1",
        )
        self.alpha.patctl("revoke", token.id)
        gate.communicate("COMMIT;\n", 60)
        self.web1.wait(token, wire.REVOKED)
        self.alpha.wait_until(lambda: "and are again" in self.alpha.fleet.log(), "not repaired", 90)
        written = [row for (row,) in self.hub.sql("SELECT id FROM public.written ORDER BY n")]
        self.assertLess(written.index(token.id), written.index(other.id))
        self.assertEqual(self.alpha.fleet.log().count("was not taken"), 1)

    def test_a_member_goes_on_without_a_use_that_its_issuer_has_locked(self):
        token, other = self.alpha.generate("one"), self.alpha.generate("other")
        self.web1.wait(token, wire.ACCEPTED)
        self.hub.wait("SELECT count(*) FROM patd_fleet.use WHERE taken = seq", "1")
        session = self.hold("alpha", "UPDATE patd_fleet.use SET taken = 0")
        self.web1.wait(token, wire.ACCEPTED)
        self.web1.wait(other, wire.ACCEPTED)
        self.hub.wait("SELECT count(*) FROM patd_fleet.use", "2")
        session.communicate("ROLLBACK;\n", 60)

    def test_a_use_that_a_lock_keeps_comes_when_it_is_free(self):
        token = self.alpha.generate("one")
        self.web1.wait(token, wire.ACCEPTED)
        self.hub.wait("SELECT count(*) FROM patd_fleet.use WHERE taken = seq", "1")
        session = self.hold("alpha", "UPDATE patd_fleet.use SET taken = 0")
        self.web1.wait(token, wire.ACCEPTED)
        self.web1.wait_until(lambda: "sending uses" in self.web1.fleet.log(), "no lock timeout")
        session.communicate("ROLLBACK;\n", 60)
        self.hub.wait("SELECT uses FROM patd_fleet.use", "2")

    def test_uses_that_are_written_all_the_time_are_taken_with_the_others(self):
        token = self.alpha.generate("one")
        self.wait_all(token, wire.ACCEPTED)
        self.hub.wait("SELECT count(*) FROM patd_fleet.use WHERE taken = seq", "2")
        self.hub.sql(
            "CREATE PROCEDURE write_on() LANGUAGE plpgsql AS $$ BEGIN LOOP"
            " UPDATE patd_fleet.use SET uses = uses + 1 WHERE host = 'web1'; COMMIT; END LOOP;"
            " END $$; GRANT USAGE ON SCHEMA public TO web1"
        )
        session = self.hub.session("web1")
        session.stdin.write("CALL public.write_on();\n")
        session.stdin.flush()
        self.addCleanup(session.communicate, timeout=60)
        self.addCleanup(
            self.hub.sql, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE query LIKE 'CALL%'",
        )  # fmt: skip
        written = "SELECT taken FROM patd_fleet.use WHERE host = 'web1'"
        for _ in range(3):
            before = self.hub.value(written)
            self.hub.wait(f"SELECT taken > {before} FROM patd_fleet.use WHERE host = 'web1'", "t")
        other = self.alpha.generate("other")
        self.web2.wait(other, wire.ACCEPTED)
        taken = f"SELECT count(*) FROM patd_fleet.use WHERE id = '{other.id}' AND taken = seq"
        self.hub.wait(taken, "1")
        self.assertNotIn("trying again", self.alpha.fleet.log())


if __name__ == "__main__":
    tap.main()
