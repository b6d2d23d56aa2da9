#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The lifecycle of a token over the bus: Generate, properties, Revoke, Restore, Delete, lists."""
import fcntl
import os
import sys
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
import wire
from client import MANAGER, ROOT, GLib, ids, names, vardict
from fixture import GAMES, PatdTest

DAY = 24 * 3600
BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def checksum(text):
    number, digits = zlib.crc32(text.encode()), ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        digits = BASE62[digit] + digits
    return digits


class Secret(PatdTest):
    """The descriptor that Generate returns."""

    def setUp(self):
        super().setUp()
        args = GLib.Variant("(sa{sv})", ("laptop", {}))
        reply, fds = self.root.send(ROOT, MANAGER, "Generate", args)
        self.path = reply.unpack()[0]
        (self.fd,) = fds
        self.addCleanup(os.close, self.fd)

    def test_the_descriptor_of_the_secret_has_60_bytes_and_offset_0(self):
        self.assertEqual(os.lseek(self.fd, 0, os.SEEK_CUR), 0)
        self.assertEqual(os.fstat(self.fd).st_size, 60)
        self.assertEqual(len(os.read(self.fd, 100)), 60)

    def test_the_secret_has_the_format_of_a_token_and_a_valid_checksum(self):
        text = os.read(self.fd, 100).decode()
        self.assertRegex(text, r"\Apat_[0-9A-Za-z]{10}_[0-9A-Za-z]{45}\Z")
        self.assertEqual(text[54:], checksum(text[:54]))

    def test_the_object_path_ends_in_the_id_of_the_token(self):
        text = os.read(self.fd, 100).decode()
        self.assertEqual(self.path, f"{ROOT}/token/{text[4:14]}")

    def test_the_secret_has_all_four_seals(self):
        seals = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE
        self.assertEqual(fcntl.fcntl(self.fd, fcntl.F_GET_SEALS) & seals, seals)

    def test_writing_to_the_descriptor_of_the_secret_is_not_permitted(self):
        for change in (
            lambda: os.write(self.fd, b"x"),
            lambda: os.pwrite(self.fd, b"x", 60),
            lambda: os.ftruncate(self.fd, 0),
            lambda: os.ftruncate(self.fd, 61),
        ):
            self.assertRaises(PermissionError, change)


class Lifecycle(PatdTest):
    def test_listtokens_getall_and_get_return_the_same_for_a_new_token(self):
        token = self.root.generate("laptop")
        (row,) = self.root.list()
        self.assertEqual(row, self.root.show(token))
        for name, value in row.items():
            self.assertEqual(self.root.get(token, name), value)

    def test_a_new_token_is_active_for_30_days_and_unused(self):
        token = self.root.generate("laptop")
        row = self.root.show(token)
        created = row.pop("CreatedAt")
        self.assertAlmostEqual(created, os.stat(self.patd.state).st_mtime, delta=60)
        self.assertEqual(
            row,
            {
                "Id": token.id,
                "Name": "laptop",
                "Uid": 0,
                "User": "root",
                "State": "active",
                "ExpiresAt": created + 30 * DAY,
                "Confirm": False,
                "Until": "",
                "Hosts": [],
                "Issuer": "",
                "CreatedBy": 0,
                "Services": [],
                "Sources": [],
                "Hours": "",
                "NotBefore": 0,
                "MaxUses": 0,
                "Uses": 0,
                "Sessions": 0,
                "RevokedAt": 0,
                "RevokedUntil": 0,
                "RevokedReason": "",
                "Rotations": 0,
                "RotatedAt": 0,
                "FormerUntil": 0,
                "LastUsedAt": 0,
                "LastUsedService": "",
                "LastUsedFrom": "",
                "Note": "",
            },
        )

    def test_generate_sets_the_requested_expiry(self):
        cases = {
            "lifetime": ({"lifetime": 7 * DAY}, lambda created: created + 7 * DAY),
            "expires_at": ({"expires_at": 4102444800}, lambda created: 4102444800),
            "never": ({"expires_at": 0}, lambda created: 0),
            "a second": ({"lifetime": 1}, lambda created: created + 1),
            "the last second of 9999": (
                {"expires_at": 253402300799},
                lambda created: 253402300799,
            ),
        }
        for name, (options, expected) in cases.items():
            with self.subTest(name):
                row = self.root.show(self.root.generate(name, **options))
                self.assertEqual(row["ExpiresAt"], expected(row["CreatedAt"]))

    def test_root_generates_a_token_for_another_user(self):
        row = self.root.show(self.root.generate("laptop", user="games"))
        self.assertEqual((row["Uid"], row["User"]), (GAMES, "games"))

    def test_generate_accepts_a_name(self):
        cases = {
            "255 characters of four bytes": "\U0001f511" * 255,
            "one character": "x",
            "spaces": "  ",
            "right to left": "מפתח",
            "joined emoji": "\U0001f469\u200d\U0001f4bb",
            "quotes, slashes and percents": "'\"/\\%s%n`$(id)",
            "the format of an id": "0123456789",
        }
        for case, name in cases.items():
            with self.subTest(case):
                self.assertEqual(self.root.show(self.root.generate(name))["Name"], name)
                self.assertEqual(names(self.root.list(name=name)), [name])

    def test_users_may_have_tokens_of_the_same_name(self):
        for user in ("root", "games", "daemon"):
            self.root.generate("laptop", user=user)
        rows = self.root.list(all=True, name="laptop")
        self.assertEqual([row["User"] for row in rows], ["daemon", "games", "root"])

    def test_a_revoked_token_has_state_revoked_and_a_time(self):
        token = self.root.generate("laptop")
        self.root.revoke(token)
        row = self.root.show(token)
        self.assertEqual(row["State"], "revoked")
        self.assertGreaterEqual(row["RevokedAt"], row["CreatedAt"])

    def test_a_second_revoke_changes_nothing(self):
        token = self.root.generate("laptop", expires_at=0)
        self.root.revoke(token)
        row = self.root.show(token)
        self.restart_patd(DAY)
        self.root.revoke(token)
        self.assertEqual(self.root.show(token), row)

    def test_a_restored_token_has_all_its_former_properties(self):
        token = self.root.generate("laptop")
        row = self.root.show(token)
        self.root.revoke(token)
        self.root.restore(token)
        self.assertEqual(self.root.show(token), row)
        self.assertEqual(self.verify(token), wire.ACCEPTED)

    def test_a_deleted_token_is_not_listed_found_or_accepted(self):
        token = self.root.generate("laptop")
        self.root.revoke_and_delete(token)
        self.assertEqual(self.root.list(all=True), [])
        self.assertRefused("NotFound", self.root.show, token)
        self.assertEqual(self.verify(token), wire.WRONG)

    def test_the_name_of_a_deleted_token_can_be_used_again(self):
        token = self.root.generate("laptop")
        self.root.revoke(token)
        self.assertRefused("NameTaken", self.root.generate, "laptop")
        self.root.delete(token)
        self.assertNotEqual(self.root.generate("laptop").id, token.id)

    def test_lastusedat_is_zero_until_the_first_use(self):
        token = self.root.generate("laptop")
        self.assertEqual(self.root.get(token, "LastUsedAt"), 0)
        self.verify(token)
        self.assertGreaterEqual(
            self.root.get(token, "LastUsedAt"), self.root.get(token, "CreatedAt")
        )

    def test_a_revoked_expired_token_has_state_revoked(self):
        token = self.root.generate("laptop")
        self.restart_patd(31 * DAY)
        self.assertEqual(self.root.get(token, "State"), "expired")
        self.root.revoke(token)
        self.assertEqual(self.root.get(token, "State"), "revoked")
        self.root.delete(token)

    def test_time__a_token_stays_expired_after_the_clock_is_set_back(self):
        token = self.root.generate("laptop")
        self.restart_patd(31 * DAY)  # after that, the machine's clock is 31 days behind
        self.root.generate("later")
        self.restart_patd()
        self.assertEqual(self.root.get(token, "State"), "expired")
        self.assertEqual(self.verify(token), wire.EXPIRED)

    def test_tokens_are_unchanged_after_a_restart(self):
        used, revoked = self.root.generate("used"), self.root.generate("revoked")
        self.verify(used)
        self.root.revoke(revoked)
        rows = self.root.list()
        self.restart_patd()
        self.assertEqual(self.root.list(), rows)
        self.assertEqual(self.verify(used), wire.ACCEPTED)
        self.assertEqual(self.verify(revoked), wire.REVOKED)

    def test_ids_and_secrets_of_tokens_are_distinct(self):
        tokens = [self.root.generate(f"token {n}") for n in range(50)]
        for part in (lambda text: text[4:14], lambda text: text[15:54]):
            self.assertEqual(len({part(token.text) for token in tokens}), len(tokens))


class Refusals(PatdTest):
    def test_generate_refuses_a_name(self):
        cases = {
            "that is empty": "",
            "of 256 characters": "x" * 256,
            "of 60,000 bytes": "x" * 60000,
            "with a newline": "a\nb",
            "with an escape": "a\x1b[2Jb",
            "with a tab": "a\tb",
            "with DEL": "a\x7fb",
            "with C1": "a\x9bb",
            "with a bidirectional override": "a\u202eb",
            "with a bidirectional isolate": "a\u2066b",
            "with a line separator": "a\u2028b",
            "with a noncharacter": "a\ufdd0b",
        }
        for case, name in cases.items():
            with self.subTest(case):
                self.assertRefused("InvalidName", self.root.generate, name)
        self.assertEqual(self.root.list(all=True), [])

    def test_generate_refuses_an_expiry(self):
        most = 2**64 - 1
        cases = {
            "in the past": {"expires_at": 1},
            "a day ago": {"expires_at": int(os.stat(self.patd.state).st_mtime) - DAY},
            "of zero seconds": {"lifetime": 0},
            "whose sum overflows": {"lifetime": most},
            "that overflows": {"expires_at": most},
            "that is negative as a signed number": {"expires_at": 2**63},
            "beyond the year 9999": {"expires_at": 253402300800},
            "a lifetime beyond the year 9999": {"lifetime": 253402300799},
        }
        for case, options in cases.items():
            with self.subTest(case):
                self.assertRefused("InvalidExpiry", self.root.generate, "laptop", **options)
        self.assertEqual(self.root.list(all=True), [])

    def test_generate_refuses_a_user(self):
        cases = {
            "that does not exist": "nobody-has-that-name",
            "without a name": "",
            "with a name too long": "x" * 300,
            "with a name of 256 characters": "x" * 256,
            "with a control character": "root\n",
            "that is a uid": "0",
        }
        for case, user in cases.items():
            with self.subTest(case):
                self.assertRefused("UnknownUser", self.root.generate, "laptop", user=user)

    def test_generate_with_a_name_in_use_is_refused(self):
        self.root.generate("laptop")
        self.assertRefused("NameTaken", self.root.generate, "laptop")

    def test_calls_on_a_deleted_token_are_refused_with_not_found(self):
        token = self.root.generate("laptop")
        self.root.revoke_and_delete(token)
        calls = {
            "Revoke": self.root.revoke,
            "Restore": self.root.restore,
            "Delete": self.root.delete,
            "GetAll": self.root.show,
            "Get": lambda token: self.root.get(token, "State"),
        }
        for name, call in calls.items():
            with self.subTest(name):
                self.assertRefused("NotFound", call, token)

    def test_restore_and_delete_of_an_active_token_are_refused(self):
        token = self.root.generate("laptop")
        self.assertRefused("NotRevoked", self.root.restore, token)
        error = self.assertRefused("NotRevoked", self.root.delete, token)
        self.assertIn("revoke it first", error.message)
        self.assertEqual(self.verify(token), wire.ACCEPTED)

    def test_restore_of_an_expired_token_is_refused(self):
        token = self.root.generate("laptop")
        self.root.revoke(token)
        self.restart_patd(31 * DAY)
        self.assertRefused("Expired", self.root.restore, token)

    def test_generate_refuses_options(self):
        builder = GLib.VariantBuilder(GLib.VariantType("a{sv}"))
        for user in ("root", "games"):
            entry = GLib.Variant("{sv}", ("user", GLib.Variant("s", user)))
            builder.add_value(entry)
        cases = {
            "unknown": vardict(colour="red"),
            "unknown among known ones": vardict(lifetime=DAY, scope="all"),
            "lifetime and expires_at": vardict(lifetime=DAY, expires_at=4102444800),
            "lifetime and an expires_at of never": vardict(lifetime=DAY, expires_at=0),
            "user of type u": vardict(user=GLib.Variant("u", 0)),
            "lifetime of type u": vardict(lifetime=GLib.Variant("u", 60)),
            "lifetime of type x": vardict(lifetime=GLib.Variant("x", -60)),
            "expires_at of type s": vardict(expires_at="never"),
            "a variant in a variant": vardict(user=GLib.Variant("v", GLib.Variant("s", "root"))),
            "an array": vardict(user=GLib.Variant("as", ["root"])),
            "one given twice": builder.end(),
        }
        for case, options in cases.items():
            with self.subTest(case):
                kind = GLib.VariantType("a{sv}")
                if not isinstance(options, GLib.Variant):
                    options = GLib.Variant("a{sv}", options)
                self.assertTrue(options.is_of_type(kind))
                args = GLib.Variant.new_tuple(GLib.Variant("s", "laptop"), options)
                self.assertRefused(
                    "InvalidArgs", self.root.send, ROOT, MANAGER, "Generate", args
                )
        self.assertEqual(self.root.list(all=True), [])

    def test_an_unknown_option_of_revoke_restore_or_delete_is_refused(self):
        token = self.root.generate("laptop")
        for name in ("revoke", "restore", "delete"):
            with self.subTest(name):
                call = getattr(self.root, name)
                self.assertRefused("InvalidArgs", call, token, colour="red")
        self.assertEqual(self.root.get(token, "State"), "active")

    def test_listtokens_refuses(self):
        cases = {
            "an unknown filter": {"colour": "red"},
            "all and user together": {"all": True, "user": "root"},
            "all of type s": {"all": "yes"},
            "user of type u": {"user": GLib.Variant("u", 0)},
            "an empty id prefix": {"id_prefix": ""},
            "an id prefix of 11 characters": {"id_prefix": "x" * 11},
            "an id prefix with a wildcard": {"id_prefix": "a%"},
            "an id prefix with a space": {"id_prefix": "a b"},
            "a malformed cursor": {"cursor": "x"},
            "a cursor without a name": {"cursor": "root:0"},
            "a cursor without a user": {"cursor": ":0:x"},
            "a cursor of a negative uid": {"cursor": "root:-1:x"},
            "a cursor of an overflowing uid": {"cursor": "root:4294967296:x"},
            "a cursor of a long user": {"cursor": "x" * 300 + ":0:x"},
        }
        for case, filters in cases.items():
            with self.subTest(case):
                self.assertRefused("InvalidArgs", self.root.page, **filters)

    def test_a_filter_without_a_match_returns_an_empty_list(self):
        self.root.generate("laptop")
        cases = {
            "a name": {"name": "desktop"},
            "a name in part": {"name": "lap"},
            "a name with SQL": {"name": "' OR 1 --"},
            "a user without tokens": {"user": "games"},
            "a user who does not exist": {"user": "nobody-has-that-name"},
        }
        for case, filters in cases.items():
            with self.subTest(case):
                self.assertEqual(self.root.page(**filters), ([], ""))

    def test_an_id_prefix_returns_exactly_the_ids_that_begin_with_it(self):
        all_ids = sorted(self.root.generate(f"token {n}").id for n in range(40))
        for length in (1, 2, 9, 10):
            with self.subTest(length):
                prefix = all_ids[0][:length]
                found = sorted(ids(self.root.list(id_prefix=prefix)))
                self.assertEqual(found, [one for one in all_ids if one.startswith(prefix)])


if __name__ == "__main__":
    tap.main()
