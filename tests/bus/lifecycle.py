#!/usr/bin/python3 -B
"""A token's life over the bus."""
import fcntl
import os
import sys
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import door
import tap
from client import MANAGER, ROOT, GLib, options
from world import GAMES, WorldTest

DAY = 24 * 3600
BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def checksum(text):
    number, digits = zlib.crc32(text.encode()), ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        digits = BASE62[digit] + digits
    return digits


class Secret(WorldTest):
    """The descriptor that Generate hands out."""

    def setUp(self):
        super().setUp()
        args = GLib.Variant("(sa{sv})", ("laptop", {}))
        reply, fds = self.root.send(ROOT, MANAGER, "Generate", args)
        self.path = reply.unpack()[0]
        (self.fd,) = fds
        self.addCleanup(os.close, self.fd)

    def test_the_secret_is_64_characters_and_nothing_else_with_the_offset_at_0(self):
        self.assertEqual(os.lseek(self.fd, 0, os.SEEK_CUR), 0)
        self.assertEqual(os.fstat(self.fd).st_size, 64)
        self.assertEqual(len(os.read(self.fd, 100)), 64)

    def test_the_secret_is_a_token_of_the_right_shape_and_checksum(self):
        text = os.read(self.fd, 100).decode()
        self.assertRegex(text, r"\Apat_[0-9A-Za-z]{10}_[0-9A-Za-z]{49}\Z")
        self.assertEqual(text[58:], checksum(text[:58]))

    def test_the_object_is_named_after_the_public_id_in_the_token(self):
        text = os.read(self.fd, 100).decode()
        self.assertEqual(self.path, f"{ROOT}/token/{text[4:14]}")

    def test_the_secret_has_all_four_seals(self):
        seals = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE
        self.assertEqual(fcntl.fcntl(self.fd, fcntl.F_GET_SEALS) & seals, seals)

    def test_nobody_can_write_to_the_secret(self):
        for change in (
            lambda: os.write(self.fd, b"x"),
            lambda: os.pwrite(self.fd, b"x", 64),
            lambda: os.ftruncate(self.fd, 0),
            lambda: os.ftruncate(self.fd, 65),
        ):
            self.assertRaises(PermissionError, change)


class Life(WorldTest):
    def test_a_new_token_is_shown_by_list_getall_and_get_alike(self):
        token = self.root.generate("laptop")
        (row,) = self.root.list()
        self.assertEqual(row, self.root.show(token))
        for name, value in row.items():
            self.assertEqual(self.root.get(token, name), value)

    def test_a_new_token_is_its_users_active_for_30_days_and_not_used(self):
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
                "CreatedBy": 0,
                "Services": [],
                "Sources": [],
                "Hours": "",
                "NotBefore": 0,
                "MaxUses": 0,
                "Uses": 0,
                "RevokedAt": 0,
                "RevokedUntil": 0,
                "RevokedReason": "",
                "Rotations": 0,
                "RotatedAt": 0,
                "FormerUntil": 0,
                "LastUsedAt": 0,
                "LastUsedService": "",
                "LastUsedFrom": "",
            },
        )

    def test_generate_keeps_the_expiration_it_is_given(self):
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
        for name, (wish, expected) in cases.items():
            with self.subTest(name):
                row = self.root.show(self.root.generate(name, **wish))
                self.assertEqual(row["ExpiresAt"], expected(row["CreatedAt"]))

    def test_root_generates_a_token_for_another_user(self):
        row = self.root.show(self.root.generate("laptop", user="games"))
        self.assertEqual((row["Uid"], row["User"]), (GAMES, "games"))

    def test_a_name_may_be(self):
        cases = {
            "255 characters of four bytes": "\U0001f511" * 255,
            "one character": "x",
            "spaces": "  ",
            "right to left": "מפתח",
            "joined emoji": "\U0001f469\u200d\U0001f4bb",
            "quotes, slashes and percents": "'\"/\\%s%n`$(id)",
            "an id": "0123456789",
        }
        for case, name in cases.items():
            with self.subTest(case):
                self.assertEqual(self.root.show(self.root.generate(name))["Name"], name)
                self.assertEqual([row["Name"] for row in self.root.list(name=name)], [name])

    def test_two_users_may_have_tokens_of_one_name(self):
        for user in ("root", "games", "daemon"):
            self.root.generate("laptop", user=user)
        rows = self.root.list(all=True, name="laptop")
        self.assertEqual([row["User"] for row in rows], ["daemon", "games", "root"])

    def test_a_revoked_token_says_so_and_since_when(self):
        token = self.root.generate("laptop")
        self.root.revoke(token)
        row = self.root.show(token)
        self.assertEqual(row["State"], "revoked")
        self.assertGreaterEqual(row["RevokedAt"], row["CreatedAt"])

    def test_revoking_a_revoked_token_changes_nothing(self):
        token = self.root.generate("laptop", expires_at=0)
        self.root.revoke(token)
        row = self.root.show(token)
        self.restart_patd(DAY)
        self.root.revoke(token)
        self.assertEqual(self.root.show(token), row)

    def test_restore_gives_the_same_token_back_with_the_same_expiry(self):
        token = self.root.generate("laptop")
        row = self.root.show(token)
        self.root.revoke(token)
        self.root.restore(token)
        self.assertEqual(self.root.show(token), row)
        self.assertEqual(self.verify(token), door.ACCEPTED)

    def test_a_deleted_token_is_nowhere_any_more(self):
        token = self.root.generate("laptop")
        self.root.revoke(token)
        self.root.delete(token)
        self.assertEqual(self.root.list(all=True), [])
        self.assertRefused("NotFound", self.root.show, token)
        self.assertEqual(self.verify(token), door.WRONG)

    def test_the_name_of_a_deleted_token_is_free_again(self):
        token = self.root.generate("laptop")
        self.root.revoke(token)
        self.assertRefused("NameTaken", self.root.generate, "laptop")
        self.root.delete(token)
        self.assertNotEqual(self.root.generate("laptop").id, token.id)

    def test_usage_is_shown_once_there_is_some(self):
        token = self.root.generate("laptop")
        self.assertEqual(self.root.get(token, "LastUsedAt"), 0)
        self.verify(token)
        self.assertGreaterEqual(
            self.root.get(token, "LastUsedAt"), self.root.get(token, "CreatedAt")
        )

    def test_an_expired_token_says_so_and_revoked_wins_over_expired(self):
        token = self.root.generate("laptop")
        self.restart_patd(31 * DAY)
        self.assertEqual(self.root.get(token, "State"), "expired")
        self.root.revoke(token)
        self.assertEqual(self.root.get(token, "State"), "revoked")
        self.root.delete(token)

    def test_a_clock_set_back_revives_nothing(self):
        token = self.root.generate("laptop")
        self.restart_patd(31 * DAY)  # after that, the machine's clock is 31 days behind
        self.root.generate("later")
        self.restart_patd()
        self.assertEqual(self.root.get(token, "State"), "expired")
        self.assertEqual(self.verify(token), door.EXPIRED)

    def test_everything_survives_a_restart(self):
        used, revoked = self.root.generate("used"), self.root.generate("revoked")
        self.verify(used)
        self.root.revoke(revoked)
        rows = self.root.list()
        self.restart_patd()
        self.assertEqual(self.root.list(), rows)
        self.assertEqual(self.verify(used), door.ACCEPTED)
        self.assertEqual(self.verify(revoked), door.REVOKED)

    def test_no_two_tokens_are_alike(self):
        tokens = [self.root.generate(f"token {n}") for n in range(50)]
        for part in (lambda text: text[4:14], lambda text: text[15:58]):
            self.assertEqual(len({part(token.text) for token in tokens}), len(tokens))


class Refusals(WorldTest):
    def test_generate_refuses_a_name(self):
        cases = {
            "that is empty": "",
            "of 256 characters": "x" * 256,
            "of a megabyte": "x" * 1000000,
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

    def test_generate_refuses_an_expiration(self):
        most = 2**64 - 1
        cases = {
            "in the past": {"expires_at": 1},
            "a day ago": {"expires_at": int(os.stat(self.patd.state).st_mtime) - DAY},
            "in no time": {"lifetime": 0},
            "whose sum overflows": {"lifetime": most},
            "that overflows": {"expires_at": most},
            "that is negative as a signed number": {"expires_at": 2**63},
            "beyond the year 9999": {"expires_at": 253402300800},
            "a lifetime beyond the year 9999": {"lifetime": 253402300799},
        }
        for case, wish in cases.items():
            with self.subTest(case):
                self.assertRefused("InvalidExpiry", self.root.generate, "laptop", **wish)
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

    def test_a_taken_name_is_refused(self):
        self.root.generate("laptop")
        self.assertRefused("NameTaken", self.root.generate, "laptop")

    def test_no_call_finds_a_token_that_is_not_there(self):
        token = self.root.generate("laptop")
        self.root.revoke(token)
        self.root.delete(token)
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

    def test_an_active_token_is_neither_restored_nor_deleted(self):
        token = self.root.generate("laptop")
        self.assertRefused("NotRevoked", self.root.restore, token)
        error = self.assertRefused("NotRevoked", self.root.delete, token)
        self.assertIn("revoke it first", error.message)
        self.assertEqual(self.verify(token), door.ACCEPTED)

    def test_an_expired_token_is_not_restored(self):
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
            "unknown": options(colour="red"),
            "unknown beside known ones": options(lifetime=DAY, scope="all"),
            "both of the expirations": options(lifetime=DAY, expires_at=4102444800),
            "both of the expirations, if one is never": options(lifetime=DAY, expires_at=0),
            "user of type u": options(user=GLib.Variant("u", 0)),
            "lifetime of type u": options(lifetime=GLib.Variant("u", 60)),
            "lifetime of type x": options(lifetime=GLib.Variant("x", -60)),
            "expires_at of type s": options(expires_at="never"),
            "a variant in a variant": options(user=GLib.Variant("v", GLib.Variant("s", "root"))),
            "an array": options(user=GLib.Variant("as", ["root"])),
            "one given twice": builder.end(),
        }
        for case, wish in cases.items():
            with self.subTest(case):
                kind = GLib.VariantType("a{sv}")
                wish = wish if isinstance(wish, GLib.Variant) else GLib.Variant("a{sv}", wish)
                self.assertTrue(wish.is_of_type(kind))
                args = GLib.Variant.new_tuple(GLib.Variant("s", "laptop"), wish)
                self.assertRefused(
                    "InvalidArgs", self.root.send, ROOT, MANAGER, "Generate", args
                )
        self.assertEqual(self.root.list(all=True), [])

    def test_an_option_that_a_change_does_not_know_is_refused(self):
        token = self.root.generate("laptop")
        for name in ("revoke", "restore", "delete"):
            with self.subTest(name):
                call = getattr(self.root, name)
                self.assertRefused("InvalidArgs", call, token, colour="red")
        self.assertEqual(self.root.get(token, "State"), "active")

    def test_list_refuses(self):
        cases = {
            "an unknown filter": {"colour": "red"},
            "all and user together": {"all": True, "user": "root"},
            "all of type s": {"all": "yes"},
            "user of type u": {"user": GLib.Variant("u", 0)},
            "an empty id prefix": {"id_prefix": ""},
            "an id prefix of 11 characters": {"id_prefix": "x" * 11},
            "an id prefix with a wildcard": {"id_prefix": "a%"},
            "an id prefix with a space": {"id_prefix": "a b"},
            "a cursor of its own making": {"cursor": "x"},
            "a cursor without a name": {"cursor": "root:0"},
            "a cursor without a user": {"cursor": ":0:x"},
            "a cursor of a negative uid": {"cursor": "root:-1:x"},
            "a cursor of an overflowing uid": {"cursor": "root:4294967296:x"},
            "a cursor of a long user": {"cursor": "x" * 300 + ":0:x"},
        }
        for case, wanted in cases.items():
            with self.subTest(case):
                self.assertRefused("InvalidArgs", self.root.page, **wanted)

    def test_a_filter_that_matches_nothing_gives_an_empty_list(self):
        self.root.generate("laptop")
        cases = {
            "a name": {"name": "desktop"},
            "a name in part": {"name": "lap"},
            "a name with SQL": {"name": "' OR 1 --"},
            "a user without tokens": {"user": "games"},
            "a user who does not exist": {"user": "nobody-has-that-name"},
        }
        for case, wanted in cases.items():
            with self.subTest(case):
                self.assertEqual(self.root.page(**wanted), ([], ""))

    def test_an_id_prefix_finds_exactly_the_ids_that_begin_so(self):
        ids = sorted(self.root.generate(f"token {n}").id for n in range(40))
        for length in (1, 2, 9, 10):
            with self.subTest(length):
                prefix = ids[0][:length]
                found = sorted(row["Id"] for row in self.root.list(id_prefix=prefix))
                self.assertEqual(found, [one for one in ids if one.startswith(prefix)])


if __name__ == "__main__":
    tap.main()
