#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the hub lets each role do, in SQL: hosts are hostile here."""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
from hub import Hub, SqlError, sql_of_fleet

ROW = (
    "INSERT INTO patd_fleet.row (issuer, id, number, key, bytes)"
    " VALUES ('{issuer}', '{id}', {number}, 'k', 'x')"
)
USE = (
    "INSERT INTO patd_fleet.use (host, issuer, id, at, service, source, uses)"
    " VALUES ('{host}', '{issuer}', '{id}', 1, 'sshd', '', {uses})"
)
CLAIM = "INSERT INTO patd_fleet.claim (issuer, id, uses) VALUES ('{issuer}', '{id}', {uses})"
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
        self.hub.sql(ROW.format(issuer="alpha", id=TOKEN, number=5), "alpha")
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
        self.refused("beta", ROW.format(issuer="beta", id="bbbbbbbbbb", number=1))
        self.hub.add_host("beta", issuer=True)
        self.hub.sql(ROW.format(issuer="beta", id="bbbbbbbbbb", number=1), "beta")

    def test_add_and_remove_host_say_nothing_where_all_is_well(self):
        for _ in range(2):
            self.assertEqual(self.hub.says(sql_of_fleet("--add-host=web4", "--issuer")), "")
        self.assertEqual(self.hub.says(sql_of_fleet("--remove-host=web4")), "")

    def test_add_host_takes_no_role_that_is_not_that_of_a_host(self):
        for name in ("postgres", "stranger", "patd_member", "patd_issuer"):
            with self.subTest(name), self.assertRaisesRegex(SqlError, "is not that of a host"):
                self.hub.add_host(name)

    def test_a_name_that_would_be_sql_is_refused(self):
        for option in ("add", "remove"):
            for name in ("", 'a"', "a'", "-a", "a b", "a;b", "a$1", "x" * 64, "é"):
                with self.subTest(f"{option} {name}"):
                    with self.assertRaises(subprocess.CalledProcessError):
                        sql_of_fleet(f"--{option}-host={name}")

    def test_only_one_thing_is_printed(self):
        for options in (
            ["--init-hub", "--add-host=a"], ["--init-hub", "--remove-host=a"],
            ["--add-host=a", "--remove-host=a"], ["--remove-host=a", "--issuer"], ["--issuer"],
        ):  # fmt: skip
            with self.subTest(options), self.assertRaises(subprocess.CalledProcessError):
                sql_of_fleet(*options)

    def test_an_issuer_replaces_its_rows_whatever_their_numbers(self):
        self.hub.sql(ROW.format(issuer="alpha", id="bbbbbbbbbb", number=6), "alpha")
        for number in (5, 6, 4):
            self.hub.sql(f"UPDATE patd_fleet.row SET number = {number}, bytes = 'y'", "alpha")
        self.assertEqual(self.hub.sql("SELECT number FROM patd_fleet.row"), [["4"], ["4"]])

    def test_an_issuer_that_was_restored_goes_on_with_an_earlier_heartbeat(self):
        self.hub.sql("UPDATE patd_fleet.beat SET at = 999, number = 4", "alpha")
        self.assertEqual(self.hub.sql("SELECT at, number FROM patd_fleet.beat"), [["999", "4"]])

    def test_remove_host_ends_its_connections_and_leaves_nothing_of_it(self):
        self.hub.add_host("web3")
        self.hub.sql(
            USE.format(host="web3", issuer="alpha", id=TOKEN, uses=1)
            + f"; INSERT INTO patd_fleet.revocation (host, id, reason) VALUES ('web3', '{TOKEN}', '');"
            "INSERT INTO patd_fleet.host (host, issuer, number, complete)"
            " VALUES ('web3', 'alpha', 5, true)",
            "web3",
        )
        self.hub.sql(
            "INSERT INTO patd_fleet.revocation_taken (issuer, host, id, number)"
            " SELECT 'alpha', host, id, number FROM patd_fleet.revocation",
            "alpha",
        )
        open_one = self.hub.session("web3")
        self.hub.wait("SELECT count(*) FROM pg_stat_activity WHERE usename = 'web3'", "1")
        self.hub.remove_host("web3")
        self.assertIn("terminating connection", open_one.communicate("SELECT 1;\n", 60)[1])
        left = " UNION ALL ".join(
            f"SELECT host FROM patd_fleet.{table}"
            for table in ("use", "revocation", "revocation_taken", "host")
        )
        self.assertEqual(self.hub.sql(left), [])
        self.refused("web3", "SELECT 1", "does not exist")
        self.hub.remove_host("web3")  # again: it is gone already
        self.assertEqual(self.hub.value("SELECT count(*) FROM patd_fleet.row"), "1")

    def test_remove_host_keeps_requests_to_revoke_until_the_issuer_has_taken_them(self):
        other = "b" * 10
        self.hub.sql(ROW.format(issuer="alpha", id=other, number=6), "alpha")
        self.hub.add_host("web3")
        self.hub.sql(
            f"INSERT INTO patd_fleet.revocation (host, id, reason) VALUES ('web3', '{TOKEN}', '');"
            f"INSERT INTO patd_fleet.revocation (host, id, reason) VALUES ('web3', '{other}', '')",
            "web3",
        )
        taken = (
            "INSERT INTO patd_fleet.revocation_taken (issuer, host, id, number)"
            " SELECT '{}', host, id, number FROM patd_fleet.revocation WHERE id = '{}'"
        )
        self.hub.sql(taken.format("beta", other), "beta")
        self.hub.sql(taken.format("alpha", TOKEN), "alpha")
        self.hub.remove_host("web3")
        for table in ("revocation", "revocation_taken"):
            self.assertEqual(self.hub.sql(f"SELECT host, id FROM patd_fleet.{table}"), [["web3", other]])
        self.hub.sql(taken.format("alpha", other), "alpha")
        self.hub.remove_host("web3")
        for table in ("revocation", "revocation_taken"):
            self.assertEqual(self.hub.sql(f"SELECT host, id FROM patd_fleet.{table}"), [])

    def test_remove_host_removes_one_that_has_set_default_privileges(self):
        self.hub.add_host("web3")
        # Where no superuser has made the hub, nothing keeps it from that.
        event = "ALTER EVENT TRIGGER patd_fleet_keep_schema {}"
        self.hub.sql(event.format("DISABLE"))
        self.hub.sql("ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC", "web3")
        self.hub.sql(event.format("ENABLE"))
        self.hub.remove_host("web3")
        self.refused("web3", "SELECT 1", "does not exist")

    def test_remove_host_takes_no_role_that_is_not_that_of_a_host(self):
        for name in ("postgres", "stranger", "patd_member", "patd_issuer"):
            with self.subTest(name), self.assertRaisesRegex(SqlError, "is not that of a host"):
                self.hub.remove_host(name)
        self.hub.sql("SELECT 1")

    def test_a_member_reads_rows_and_heartbeats_and_adds_what_is_its_own(self):
        self.assertEqual(self.hub.value("SELECT count(*) FROM patd_fleet.row", "web1"), "1")
        self.assertEqual(self.hub.value("SELECT number FROM patd_fleet.beat", "web1"), "5")
        self.hub.sql(
            USE.format(host="web1", issuer="alpha", id=TOKEN, uses=1) + ";"
            " UPDATE patd_fleet.use SET uses = 2 WHERE host = 'web1'; "
            + CLAIM.format(issuer="alpha", id=TOKEN, uses=1) + ";"
            " UPDATE patd_fleet.claim SET uses = 2;"
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
            self.refused("web1", ROW.format(issuer=issuer, id="bbbbbbbbbb", number=9))
            self.refused("web1", BEAT.format(issuer=issuer, at=2000, number=9))
        self.refused("web1", "UPDATE patd_fleet.row SET number = 9")
        self.refused("web1", "UPDATE patd_fleet.beat SET at = 9")

    def test_an_issuer_writes_in_no_other_name(self):
        self.refused("beta", ROW.format(issuer="alpha", id="bbbbbbbbbb", number=9))
        self.refused("beta", BEAT.format(issuer="gamma", at=2000, number=9))
        for table in ("row", "beat"):
            self.hub.sql(f"UPDATE patd_fleet.{table} SET bytes = 'beta'", "beta")  # of no row
        self.assertEqual(
            self.hub.sql("SELECT bytes FROM patd_fleet.row UNION SELECT bytes FROM patd_fleet.beat"),
            [["\\x78"]],
        )  # fmt: skip

    def test_a_row_keeps_its_issuer_and_its_id(self):
        for table, column in (("row", "issuer"), ("row", "id"), ("beat", "issuer")):
            self.refused("alpha", f"UPDATE patd_fleet.{table} SET {column} = 'beta'")
        self.refused("alpha", ROW.format(issuer="alpha", id=TOKEN, number=9), "duplicate key")
        self.refused("alpha", ROW.format(issuer="alpha", id="b", number=0), "check constraint")

    def test_a_row_has_an_id_that_is_one(self):
        # What is longer in bytes than in characters would be cut where pages are read.
        for id_ in ("", "a" * 16, "é" * 10, "a b", "a-b", "a~"):
            self.refused("alpha", ROW.format(issuer="alpha", id=id_, number=9), "check constraint")
        self.hub.sql(ROW.format(issuer="alpha", id="aZ9" * 5, number=9), "alpha")

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
            why = "permission denied|must be|must have|a host changes nothing of the schema"
            for text in (
                "CREATE TABLE patd_fleet.mine ()", "CREATE TABLE public.mine ()",
                "CREATE TEMPORARY TABLE mine ()", "CREATE SCHEMA mine",
                "ALTER TABLE patd_fleet.row DISABLE ROW LEVEL SECURITY",
                "ALTER TABLE patd_fleet.row DISABLE TRIGGER ALL",
                "DROP POLICY own_insert ON patd_fleet.row",
                "CREATE OR REPLACE FUNCTION patd_fleet.keep_claim() RETURNS trigger"
                " LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
                "GRANT patd_issuer TO web1", "CREATE ROLE mine",
                "SET SESSION AUTHORIZATION beta", "SET ROLE postgres",
                "SET session_replication_role = replica",
                "COPY patd_fleet.row TO PROGRAM 'true'", "SELECT pg_read_file('/etc/passwd')",
                "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC", "DROP OWNED BY SESSION_USER",
                "COMMENT ON TABLE patd_fleet.row IS 'mine'",
                "CREATE STATISTICS mine ON issuer, id FROM patd_fleet.row",
                "ALTER EVENT TRIGGER patd_fleet_keep_schema DISABLE",
                "DROP EVENT TRIGGER patd_fleet_keep_schema",
            ):  # fmt: skip
                self.refused(role, text, why)

    def test_nobody_disturbs_another(self):
        other = self.hub.session("web2")
        self.addCleanup(other.communicate, timeout=60)
        self.hub.wait("SELECT count(*) FROM pg_stat_activity WHERE usename = 'web2'", "1")
        self.hub.sql(CLAIM.format(issuer="alpha", id=TOKEN, uses=1), "web2")
        self.hub.sql(
            "INSERT INTO patd_fleet.host (host, issuer, number, complete)"
            " VALUES ('web2', 'alpha', 5, true)",
            "web2",
        )
        for role in ("web1", "beta"):
            for function in ("pg_terminate_backend", "pg_cancel_backend"):
                self.refused(
                    role,
                    f"SELECT {function}(pid) FROM pg_stat_activity WHERE usename = 'web2'",
                    "must be a member|permission denied",
                )
            for text in (
                "ALTER ROLE web2 SET search_path = mine", "ALTER ROLE web2 PASSWORD 'mine'",
                "ALTER ROLE SESSION_USER CONNECTION LIMIT -1", "ALTER ROLE SESSION_USER SUPERUSER",
                "ALTER DATABASE patd SET search_path = mine", "SELECT pg_reload_conf()",
                "SELECT pg_switch_wal()", "CHECKPOINT",
            ):  # fmt: skip
                self.refused(role, text, "permission denied|must be|can only")
        # A lock is had on what may be written alone.
        self.refused("web1", "SELECT FROM patd_fleet.row FOR UPDATE")
        self.refused("web1", "SELECT FROM patd_fleet.row FOR SHARE")
        self.refused("web1", "SELECT FROM patd_fleet.beat FOR KEY SHARE")
        self.assertEqual(self.hub.sql("SELECT host FROM patd_fleet.host FOR UPDATE", "web1"), [])
        self.assertEqual(self.hub.sql("SELECT bytes FROM patd_fleet.row FOR UPDATE", "beta"), [])

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
            "SET ROLE patd_issuer; " + ROW.format(issuer="patd_issuer", id="b", number=9),
        )
        self.hub.sql(
            "SET ROLE patd_issuer; " + ROW.format(issuer="alpha", id="b", number=9), "alpha"
        )

    def test_a_host_reports_in_no_other_name(self):
        for role in ("web2", "beta"):
            for text in (
                USE.format(host="web1", issuer="alpha", id=TOKEN, uses=1),
                f"INSERT INTO patd_fleet.revocation (host, id, reason)"
                f" VALUES ('web1', '{TOKEN}', '')",
                "INSERT INTO patd_fleet.host (host, issuer, number, complete)"
                " VALUES ('web1', 'alpha', 5, true)",
            ):
                self.refused(role, text)

    def test_a_host_changes_nothing_that_another_wrote(self):
        self.hub.sql(
            USE.format(host="web1", issuer="alpha", id=TOKEN, uses=1) + ";"
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
        for column in ("taken", "seq"):
            self.refused("web1", f"UPDATE patd_fleet.use SET {column} = 1")
        for column in ("host", "issuer", "id"):
            self.refused("web1", f"UPDATE patd_fleet.use SET {column} = 'beta'")

    def test_the_issuer_of_a_token_alone_takes_its_uses(self):
        # Another issuer may have a row of that id, and is a host as well.
        self.hub.sql(ROW.format(issuer="beta", id=TOKEN, number=1), "beta")
        self.hub.sql(USE.format(host="web1", issuer="alpha", id=TOKEN, uses=3), "web1")
        self.hub.sql(USE.format(host="beta", issuer="alpha", id=TOKEN, uses=3), "beta")
        self.refused("beta", "UPDATE patd_fleet.use SET taken = 1", "this is of the host")
        self.hub.sql("UPDATE patd_fleet.use SET taken = 1 WHERE host = 'web1'", "beta")  # of no row
        self.assertEqual(self.hub.sql("SELECT DISTINCT taken FROM patd_fleet.use"), [["0"]])
        self.hub.sql("UPDATE patd_fleet.use SET taken = 1", "alpha")
        self.assertEqual(self.hub.sql("SELECT DISTINCT taken FROM patd_fleet.use"), [["1"]])
        self.refused("alpha", "UPDATE patd_fleet.use SET taken = 2", "check constraint")
        for role, seen in (("web1", "1"), ("web2", "0"), ("alpha", "2"), ("beta", "1")):
            self.assertEqual(self.hub.value("SELECT count(*) FROM patd_fleet.use", role), seen)

    def test_a_use_is_new_each_time_its_host_writes_it_even_if_it_counts_anew(self):
        new = "SELECT count(*) FROM patd_fleet.use WHERE taken < seq"
        self.hub.sql(USE.format(host="web1", issuer="alpha", id=TOKEN, uses=3), "web1")
        for uses in (4, 1, 1, 0):
            self.assertEqual(self.hub.value(new), "1")
            self.hub.sql("UPDATE patd_fleet.use SET taken = seq", "alpha")
            self.assertEqual(self.hub.value(new), "0")
            self.hub.sql(f"UPDATE patd_fleet.use SET uses = {uses}, at = at + 1", "web1")
        self.hub.sql("UPDATE patd_fleet.use SET taken = seq", "alpha")
        self.hub.sql("UPDATE patd_fleet.use SET uses = uses", "web1")
        self.assertEqual(self.hub.value(new), "0")

    def test_what_is_about_no_token_of_the_fleet_is_refused(self):
        for text in (
            USE.format(host="web1", issuer="alpha", id="zzzzzzzzzz", uses=1),
            USE.format(host="web1", issuer="beta", id=TOKEN, uses=1),
            CLAIM.format(issuer="alpha", id="zzzzzzzzzz", uses=1),
            CLAIM.format(issuer="beta", id=TOKEN, uses=1),
            "INSERT INTO patd_fleet.revocation (host, id, reason) VALUES ('web1', 'zzzzzzzzzz', '')",
        ):
            self.refused("web1", text)

    def test_uses_are_claimed_one_after_the_other_and_never_given_back(self):
        for uses in (0, 2, 10):
            self.refused(
                "web1", CLAIM.format(issuer="alpha", id=TOKEN, uses=uses), "the next use of"
            )
        self.hub.sql(CLAIM.format(issuer="alpha", id=TOKEN, uses=1), "web1")
        self.refused("web2", CLAIM.format(issuer="alpha", id=TOKEN, uses=1), "duplicate key")
        self.hub.sql("UPDATE patd_fleet.claim SET uses = 2", "web2")
        for role in ("web1", "alpha"):
            for uses in (0, 1, 2, 4):
                self.refused(role, f"UPDATE patd_fleet.claim SET uses = {uses}", "the next use of")
            for column in ("issuer", "id"):
                self.refused(role, f"UPDATE patd_fleet.claim SET {column} = 'beta'")
        self.assertEqual(self.hub.value("SELECT uses FROM patd_fleet.claim"), "2")

    def test_nobody_fills_the_disk_or_the_locks_of_the_server(self):
        for role in ("alpha", "web1"):
            for text in (
                "SELECT lo_create(0)", "SELECT lo_from_bytea(0, 'x')", "SELECT lo_put(1, 0, 'x')",
                "SELECT lowrite(0, 'x')", "SELECT pg_advisory_lock(1)",
                "SELECT pg_advisory_xact_lock(1, 2)", "SELECT pg_try_advisory_lock_shared(1)",
                "SELECT pg_logical_emit_message(false, 'a', 'b')",
                "SET temp_file_limit = -1", "ALTER ROLE SESSION_USER RESET temp_file_limit",
            ):  # fmt: skip
                self.refused(role, text, "permission denied")
            self.assertEqual(self.hub.value("SHOW temp_file_limit", role), "64MB")

    def test_nobody_runs_code_of_his_own(self):
        # It would write to the log of the server without end.
        for role in ("alpha", "web1"):
            self.refused(role, "DO $$ BEGIN RAISE LOG 'mine'; END $$", "permission denied for language")

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


class HubOfAnOwner(unittest.TestCase):
    """Its database is of a role that is no superuser."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="patd-hub.")
        self.addCleanup(shutil.rmtree, self.folder)
        os.chmod(self.folder, 0o755)
        self.hub = Hub(self.folder)
        self.hub.start()
        self.addCleanup(self.hub.stop)
        self.hub.sql("CREATE ROLE owner LOGIN CREATEROLE", database="postgres")

    def evidence(self):
        return self.hub.log()[-3000:]

    def test_an_owner_who_may_create_roles_makes_it_and_adds_and_removes_hosts(self):
        self.hub.init("owner")
        for _ in range(2):
            self.hub.add_host("alpha", issuer=True, by="owner")
            self.hub.add_host("web1", by="owner")
            # A superuser may have run it meanwhile; an upgrade is again the owner's.
            self.hub.sql(sql_of_fleet("--init-hub"))
            self.hub.sql(sql_of_fleet("--init-hub"), "owner")
        self.hub.sql(ROW.format(issuer="alpha", id=TOKEN, number=5), "alpha")
        self.assertEqual(self.hub.value("SELECT number FROM patd_fleet.row", "web1"), "5")
        self.hub.remove_host("web1", by="owner")
        with self.assertRaisesRegex(SqlError, "does not exist"):
            self.hub.sql("SELECT 1", "web1")


if __name__ == "__main__":
    tap.main()
