#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the hub lets each role do, in SQL: hosts are hostile here."""
import os
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
from hub import Hub, SqlError, sql_of_fleet

ROW = (
    "INSERT INTO patd_fleet.row (issuer, id, number, version, bytes)"
    " VALUES ('{issuer}', '{id}', {number}, {version}, 'x')"
)
BEAT = (
    "INSERT INTO patd_fleet.beat (issuer, at, number, bytes) VALUES ('{issuer}', {at}, {number}, 'x')"
)
TABLES = "row beat use claim revocation revocation_taken host hub_version".split()
TOKEN = "aaaaaaaaaa"


class HubRights(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="patd-hub.")
        os.chmod(cls.folder, 0o755)
        cls.hub = Hub(cls.folder)
        cls.hub.start()
        cls.hub.init()
        for name in ("alpha", "beta"):
            cls.hub.add_host(name, issuer=True)
        for name in ("web1", "web2"):
            cls.hub.add_host(name)
        cls.hub.sql("CREATE ROLE stranger LOGIN")

    @classmethod
    def tearDownClass(cls):
        cls.hub.stop()
        shutil.rmtree(cls.folder)

    def setUp(self):
        self.hub.sql("TRUNCATE " + ", ".join(f"patd_fleet.{t}" for t in TABLES[:-1]) + " CASCADE")
        self.hub.sql(ROW.format(issuer="alpha", id=TOKEN, number=5, version=2), "alpha")
        self.hub.sql(BEAT.format(issuer="alpha", at=1000, number=5), "alpha")

    def evidence(self):
        return self.hub.log()[-3000:]

    def refused(self, role, text, why="permission denied|row-level security"):
        with self.subTest(f"{role}: {text[:60]}"):
            with self.assertRaisesRegex(SqlError, why):
                self.hub.sql(text, role)

    # --- what is allowed ----------------------------------------------------------------------
    def test_init_hub_run_again_changes_nothing(self):
        def lines():
            # pg_dump's own \\restrict has another word each time.
            return [line for line in self.hub.dump().splitlines() if "restrict" not in line]

        before = lines()
        self.hub.sql(sql_of_fleet("--init-hub"))
        self.assertEqual(lines(), before)

    def test_add_host_run_again_makes_an_issuer_a_member_and_back(self):
        self.hub.add_host("beta")
        self.refused("beta", ROW.format(issuer="beta", id="bbbbbbbbbb", number=1, version=1))
        self.hub.add_host("beta", issuer=True)
        self.hub.sql(ROW.format(issuer="beta", id="bbbbbbbbbb", number=1, version=1), "beta")

    def test_add_host_takes_no_role_that_is_not_that_of_a_host(self):
        for name in ("postgres", "stranger", "patd_member", "patd_issuer"):
            with self.subTest(name), self.assertRaisesRegex(SqlError, "is not that of a host"):
                self.hub.add_host(name)

    def test_add_host_refuses_a_name_that_would_be_sql(self):
        for name in ("", 'a"', "a'", "-a", "a b", "a;b", "x" * 64, "é"):
            with self.subTest(name), self.assertRaises(Exception):
                sql_of_fleet(f"--add-host={name}")

    def test_an_issuer_replaces_its_row_by_a_later_one_or_the_same(self):
        for number in (5, 6):
            self.hub.sql(
                f"UPDATE patd_fleet.row SET number = {number}, bytes = 'y' WHERE id = '{TOKEN}'",
                "alpha",
            )  # fmt: skip
        self.assertEqual(self.hub.value("SELECT number FROM patd_fleet.row"), "6")

    def test_an_issuer_whose_clock_was_ahead_goes_on_with_an_earlier_heartbeat(self):
        self.hub.sql("UPDATE patd_fleet.beat SET at = 999, number = 6", "alpha")
        self.assertEqual(self.hub.sql("SELECT at, number FROM patd_fleet.beat"), [["999", "6"]])

    def test_a_member_reads_rows_and_heartbeats_and_adds_what_is_its_own(self):
        self.assertEqual(self.hub.value("SELECT count(*) FROM patd_fleet.row", "web1"), "1")
        self.assertEqual(self.hub.value("SELECT number FROM patd_fleet.beat", "web1"), "5")
        self.hub.sql(
            f"INSERT INTO patd_fleet.use (host, id, at, service, source, uses)"
            f" VALUES ('web1', '{TOKEN}', 1, 'sshd', '', 1);"
            f" UPDATE patd_fleet.use SET uses = 2 WHERE host = 'web1';"
            f" INSERT INTO patd_fleet.claim (id, n, host) VALUES ('{TOKEN}', 1, 'web1');"
            f" INSERT INTO patd_fleet.revocation (host, id, reason) VALUES ('web1', '{TOKEN}', 'x');"
            f" INSERT INTO patd_fleet.host (host, issuer, number, complete)"
            f" VALUES ('web1', 'alpha', 5, true);"
            f" UPDATE patd_fleet.host SET number = 6 WHERE host = 'web1'",
            "web1",
        )  # fmt: skip

    # --- what is not --------------------------------------------------------------------------
    def test_a_stranger_does_not_even_connect(self):
        self.refused("stranger", "SELECT 1", "permission denied for database")

    def test_a_member_writes_no_row_and_no_heartbeat(self):
        for issuer in ("alpha", "web1"):
            self.refused("web1", ROW.format(issuer=issuer, id="bbbbbbbbbb", number=9, version=1))
            self.refused("web1", BEAT.format(issuer=issuer, at=2000, number=9))
        self.refused("web1", "UPDATE patd_fleet.row SET number = 9")
        self.refused("web1", "UPDATE patd_fleet.beat SET at = 9")

    def test_an_issuer_writes_in_no_other_name(self):
        self.refused("beta", ROW.format(issuer="alpha", id="bbbbbbbbbb", number=9, version=1))
        self.refused("beta", BEAT.format(issuer="gamma", at=2000, number=9))
        self.refused("alpha", "UPDATE patd_fleet.row SET issuer = 'beta'")
        for table in ("row", "beat"):
            self.hub.sql(f"UPDATE patd_fleet.{table} SET bytes = 'beta'", "beta")  # of no row
        self.assertEqual(
            self.hub.sql("SELECT bytes FROM patd_fleet.row UNION SELECT bytes FROM patd_fleet.beat"),
            [["\\x78"]],
        )  # fmt: skip

    def test_an_issuer_puts_no_earlier_version_in_the_place_of_a_later_one(self):
        self.refused("alpha", "UPDATE patd_fleet.row SET number = 4", "a later number")
        self.refused("alpha", "UPDATE patd_fleet.beat SET number = 4", "a later heartbeat")
        self.refused(
            "alpha", ROW.format(issuer="alpha", id="bbbbbbbbbb", number=5, version=1), "duplicate"
        )
        self.refused(
            "alpha", ROW.format(issuer="alpha", id="bbbbbbbbbb", number=6, version=7), "check"
        )

    def test_nobody_deletes_truncates_or_locks(self):
        for role in ("alpha", "web1"):
            for table in TABLES:
                name = f"patd_fleet.{table}"
                self.refused(role, f"DELETE FROM {name}")
                self.refused(role, f"TRUNCATE {name}")
                self.refused(role, f"LOCK TABLE {name} IN ACCESS EXCLUSIVE MODE")
                self.refused(role, f"LOCK TABLE {name} IN SHARE MODE")

    def test_nobody_changes_the_schema(self):
        for role in ("alpha", "web1"):
            why = "permission denied|must be owner|must have|must be superuser"
            for text in (
                "CREATE TABLE patd_fleet.mine ()", "CREATE TABLE public.mine ()",
                "CREATE TEMPORARY TABLE mine ()", "CREATE SCHEMA mine",
                "ALTER TABLE patd_fleet.row DISABLE ROW LEVEL SECURITY",
                "ALTER TABLE patd_fleet.row DISABLE TRIGGER ALL",
                "DROP POLICY own_insert ON patd_fleet.row",
                "CREATE OR REPLACE FUNCTION patd_fleet.keep_row() RETURNS trigger"
                " LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
                "GRANT patd_issuer TO web1", "CREATE ROLE mine",
                "SET SESSION AUTHORIZATION beta", "SET ROLE postgres",
                "SET session_replication_role = replica",
                "COPY patd_fleet.row TO PROGRAM 'true'", "SELECT pg_read_file('/etc/passwd')",
            ):  # fmt: skip
                self.refused(role, text, why)

    def test_a_host_says_neither_when_it_was_seen_nor_of_issuers_without_end(self):
        insert = "INSERT INTO patd_fleet.host (host, issuer, number, complete) "
        self.refused("web1", "INSERT INTO patd_fleet.host VALUES ('web1', 'alpha', 1, true, now())")
        self.refused("web1", insert + "VALUES ('web1', 'alpha', -1, true)", "check constraint")
        self.refused("web1", insert + "VALUES ('web1', 'a b', 1, true)", "check constraint")
        self.hub.sql(insert + "VALUES ('web1', 'alpha', 1, true)", "web1")
        self.refused("web1", "UPDATE patd_fleet.host SET seen_at = now()")
        many = insert + "SELECT 'web1', 'i' || n, 1, true FROM generate_series(1, 1000) AS n"
        self.refused("web1", many, "too many issuers")

    def test_set_role_changes_no_name(self):
        self.refused(
            "alpha",
            "SET ROLE patd_issuer; " + ROW.format(issuer="patd_issuer", id="b", number=9, version=1),
        )
        self.hub.sql(
            "SET ROLE patd_issuer; " + ROW.format(issuer="alpha", id="b", number=9, version=1), "alpha"
        )

    def test_a_host_reports_in_no_other_name(self):
        for role in ("web2", "beta"):
            for text in (
                f"INSERT INTO patd_fleet.use (host, id, at, service, source, uses)"
                f" VALUES ('web1', '{TOKEN}', 1, 'sshd', '', 1)",
                f"INSERT INTO patd_fleet.claim (id, n, host) VALUES ('{TOKEN}', 1, 'web1')",
                f"INSERT INTO patd_fleet.revocation (host, id, reason)"
                f" VALUES ('web1', '{TOKEN}', '')",
                "INSERT INTO patd_fleet.host (host, issuer, number, complete)"
                " VALUES ('web1', 'alpha', 5, true)",
            ):
                self.refused(role, text)

    def test_a_host_changes_nothing_that_another_wrote(self):
        self.hub.sql(
            f"INSERT INTO patd_fleet.use (host, id, at, service, source, uses)"
            f" VALUES ('web1', '{TOKEN}', 1, 'sshd', '', 1);"
            "INSERT INTO patd_fleet.host (host, issuer, number, complete)"
            " VALUES ('web1', 'alpha', 5, true);",
            "web1",
        )
        for role in ("web2", "beta"):
            self.hub.sql("UPDATE patd_fleet.use SET uses = 9; UPDATE patd_fleet.host SET number = 9", role)
        self.refused("alpha", "UPDATE patd_fleet.use SET uses = 9", "this is of the host web1")
        self.assertEqual(
            self.hub.sql("SELECT uses, number FROM patd_fleet.use, patd_fleet.host"), [["1", "5"]]
        )
        self.refused("web1", "UPDATE patd_fleet.use SET uses = 0", "not taken back")
        self.refused("web1", "UPDATE patd_fleet.use SET taken = 1")
        self.refused("web1", "UPDATE patd_fleet.use SET id = 'bbbbbbbbbb'")

    def test_the_issuer_of_a_token_alone_takes_its_uses(self):
        self.hub.sql(
            f"INSERT INTO patd_fleet.use (host, id, at, service, source, uses)"
            f" VALUES ('web1', '{TOKEN}', 1, 'sshd', '', 3)",
            "web1",
        )
        for role in ("beta", "alpha"):
            self.hub.sql("UPDATE patd_fleet.use SET taken = 3", role)
            taken = self.hub.value("SELECT taken FROM patd_fleet.use")
            self.assertEqual(taken, "3" if role == "alpha" else "0")
        for role, seen in (("web1", "1"), ("web2", "0"), ("alpha", "1"), ("beta", "0")):
            self.assertEqual(self.hub.value("SELECT count(*) FROM patd_fleet.use", role), seen)

    def test_what_is_about_no_token_of_the_fleet_is_refused(self):
        for text in (
            "INSERT INTO patd_fleet.use (host, id, at, service, source, uses)"
            " VALUES ('web1', 'zzzzzzzzzz', 1, 'sshd', '', 1)",
            "INSERT INTO patd_fleet.claim (id, n, host) VALUES ('zzzzzzzzzz', 1, 'web1')",
            "INSERT INTO patd_fleet.revocation (host, id, reason) VALUES ('web1', 'zzzzzzzzzz', '')",
        ):
            self.refused("web1", text)

    def test_one_use_is_claimed_once(self):
        claim = f"INSERT INTO patd_fleet.claim (id, n, host) VALUES ('{TOKEN}', 1, '{{0}}')"
        self.hub.sql(claim.format("web1"), "web1")
        self.refused("web2", claim.format("web2"), "duplicate key")
        self.refused("web1", "UPDATE patd_fleet.claim SET n = 2")

    def test_only_issuers_say_that_a_request_was_taken(self):
        self.hub.sql(
            f"INSERT INTO patd_fleet.revocation (host, id, reason) VALUES ('web1', '{TOKEN}', '')",
            "web1",
        )
        taken = (
            "INSERT INTO patd_fleet.revocation_taken (issuer, host, id, number)"
            " SELECT '{0}', host, id, number FROM patd_fleet.revocation"
        )
        self.refused("web1", taken.format("web1"))
        self.refused("beta", taken.format("alpha"))
        self.hub.sql(taken.format("beta"), "beta")
        self.refused("web1", "UPDATE patd_fleet.revocation SET id = 'x'")

    def test_a_host_has_one_request_for_a_token_and_renews_it_alone(self):
        ask = f"INSERT INTO patd_fleet.revocation (host, id, reason) VALUES ('web1', '{TOKEN}', '')"
        number = "SELECT number FROM patd_fleet.revocation"
        again = "UPDATE patd_fleet.revocation SET number = DEFAULT"
        self.hub.sql(ask, "web1")
        self.refused("web1", ask, "duplicate key")
        first = self.hub.value(number)
        self.hub.sql(again, "web2")
        self.assertEqual(self.hub.value(number), first)
        self.hub.sql(again, "web1")
        self.assertGreater(int(self.hub.value(number)), int(first))
        self.refused("web1", "UPDATE patd_fleet.revocation SET number = 7", "DEFAULT")

    def test_a_member_learns_no_password_and_no_more_than_it_may_connect_to(self):
        self.refused("web1", "SELECT * FROM pg_authid")
        self.hub.sql("ALTER ROLE web2 CONNECTION LIMIT 0")
        self.refused("web2", "SELECT 1", "too many connections")
        self.hub.add_host("web2")
        self.hub.sql("SELECT 1", "web2")


if __name__ == "__main__":
    tap.main()
