#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Which calls of the bus root and other users may make without polkit; with it: polkit.py."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
import wire
from client import MANAGER, PROPERTIES, ROOT, MissingToken, ids
from fixture import DAEMON, GAMES, PatdTest


class Permissions(PatdTest):
    def setUp(self):
        super().setUp()
        self.games = self.client(GAMES)
        self.own = self.root.generate("own", user="games")
        self.foreign = self.root.generate("foreign", user="daemon")
        self.roots = self.root.generate("root's")

    def test_a_user_lists_its_own_tokens_and_no_others(self):
        for case, filters in {"by default": {}, "by name": {"user": "games"}}.items():
            with self.subTest(case):
                self.assertEqual(ids(self.games.list(**filters)), [self.own.id])

    def test_privacy__a_filter_never_shows_a_user_tokens_of_others(self):
        for filters in (
            {"id_prefix": self.foreign.id},
            {"id_prefix": self.roots.id},
            {"name": "foreign"},
            {"name": "foreign", "user": "games"},
        ):
            self.assertEqual(self.games.list(**filters), [])

    def test_a_cursor_of_anothers_list_is_refused_with_invalid_args(self):
        for cursor in ("daemon:1:a", "a:0:a", "daemon:1:foreign", "root:0:a", "zzz:9:a"):
            with self.subTest(cursor):
                self.assertRefused("InvalidArgs", self.games.page, cursor=cursor)

    def test_a_user_is_denied_the_lists_of_others(self):
        cases = {
            "all": {"all": True},
            "another user": {"user": "daemon"},
            "root": {"user": "root"},
            "a user who does not exist": {"user": "nobody-has-that-name"},
            "itself by uid": {"user": str(GAMES)},
            "itself in capitals": {"user": "Games"},
        }
        for case, filters in cases.items():
            with self.subTest(case):
                self.assertRefused("AccessDenied", self.games.list, **filters)

    def test_a_user_reads_the_properties_of_its_own_token(self):
        self.assertEqual(self.games.show(self.own), self.root.show(self.own))
        self.assertEqual(self.games.get(self.own, "Name"), "own")

    def test_a_user_revokes_and_deletes_its_own_token(self):
        self.games.revoke(self.own)
        self.assertEqual(self.verify_games(self.own), wire.REVOKED)
        self.games.delete(self.own)
        self.assertEqual(self.games.list(), [])

    def test_a_user_is_denied_generate(self):
        cases = {
            "for itself": {},
            "for itself by name": {"user": "games"},
            "for root": {"user": "root"},
            "for a user who does not exist": {"user": "nobody-has-that-name"},
        }
        for case, options in cases.items():
            with self.subTest(case):
                self.assertRefused("AccessDenied", self.games.generate, "mine", **options)
        self.assertEqual(len(self.root.list(all=True)), 3)

    def test_a_user_is_denied_restore_of_its_own_token(self):
        self.assertRefused("AccessDenied", self.games.restore, self.own)
        self.games.revoke(self.own)
        self.assertRefused("AccessDenied", self.games.restore, self.own)
        self.assertEqual(self.verify_games(self.own), wire.REVOKED)

    def test_privacy__anothers_token_gets_the_same_error_as_a_missing_one(self):
        calls = {
            "Revoke": self.games.revoke,
            "Restore": self.games.restore,
            "Delete": self.games.delete,
            "Rotate": self.games.rotate,
            "Set": lambda token: self.games.set(token, note="x"),
            "Set to a bad expiration": lambda token: self.games.set(token, expires_at=1),
            "Rename": lambda token: self.games.rename(token, "x"),
            "Rename to a bad name": lambda token: self.games.rename(token, ""),
            "GetSources": self.games.sources,
            "GetAll": self.games.show,
            "Get": lambda token: self.games.get(token, "State"),
            "Get of an unknown property": lambda token: self.games.get(token, "No"),
            "Revoke with an unknown option": lambda token: self.games.revoke(token, x="y"),
            "GetAll without an interface": lambda token: self.games.call(
                token.path, PROPERTIES, "GetAll", "(s)", ""
            ),
        }

        def error(call, token):
            try:
                call(token)
            except Exception as refused:
                return type(refused), str(refused)
            return None

        self.root.revoke(self.roots)
        for name, call in calls.items():
            with self.subTest(name):
                missing = error(call, MissingToken)
                self.assertIsNotNone(missing)
                self.assertEqual(error(call, self.foreign), missing)
                self.assertEqual(error(call, self.roots), missing)
        self.assertEqual(self.root.get(self.foreign, "State"), "active")
        self.assertEqual(self.root.get(self.roots, "State"), "revoked")

    def test_root_lists_and_changes_the_tokens_of_all_users(self):
        rows = self.root.list(all=True)
        self.assertEqual([row["User"] for row in rows], ["daemon", "games", "root"])
        for token in (self.own, self.foreign, self.roots):
            self.root.revoke(token)
            self.root.restore(token)
            self.root.revoke_and_delete(token)
        self.assertEqual(self.root.list(all=True), [])

    def test_root_lists_its_own_tokens_by_default_and_those_of_a_named_user(self):
        self.assertEqual(ids(self.root.list()), [self.roots.id])
        self.assertEqual(ids(self.root.list(user="games")), [self.own.id])

    def test_two_users_at_once_each_list_only_their_own_tokens(self):
        daemon = self.client(DAEMON)
        for _ in range(20):
            self.assertEqual(ids(self.games.list()), [self.own.id])
            self.assertEqual(ids(daemon.list()), [self.foreign.id])

    def test_an_ordinary_user_may_introspect(self):
        self.assertIn(MANAGER, self.games.introspect(ROOT))


class ChangedUsers(PatdTest):
    """The system's users change while patd runs."""

    def setUp(self):
        super().setUp()
        self.own = self.root.generate("own", user="games")
        self.patd.end()
        self.passwd = os.path.join(self.folder, "passwd")
        self.name_games("games")
        self.patd.start()
        self.front.end()
        self.front.start(env=self.patd.preloaded(
            "libnss_wrapper.so", NSS_WRAPPER_PASSWD=self.passwd, NSS_WRAPPER_GROUP="/etc/group"
        ))  # fmt: skip
        self.root.wait_for_owner()
        self.games = self.client(GAMES)

    def name_games(self, name, uid=GAMES):
        """None: the uid has no name.  nss_wrapper reads a file again only if it is another one."""
        with open(self.passwd + ".new", "w", encoding="ascii") as file:
            file.write("root:x:0:0:root:/root:/bin/sh\n")
            if name:
                file.write(f"{name}:x:{uid}:60:{name}:/:/bin/sh\n")
        os.replace(self.passwd + ".new", self.passwd)

    def test_scope__a_recycled_uid_has_no_access_to_the_former_users_tokens(self):
        self.assertEqual(ids(self.games.list()), [self.own.id])
        self.name_games("somebody")
        self.assertEqual(self.games.list(), [])
        self.assertEqual(self.games.list(user="somebody"), [])
        self.assertRefused("AccessDenied", self.games.list, user="games")
        self.assertRefused("NotFound", self.games.show, self.own)
        self.assertRefused("AccessDenied", self.games.revoke, self.own)
        self.assertEqual(self.verify(self.own, GAMES, "somebody"), wire.OTHER_USER)

    def test_scope__a_recycled_user_name_has_no_access_to_the_former_users_tokens(self):
        self.name_games("games", DAEMON)
        games = self.client(DAEMON)
        self.assertEqual(games.list(), [])
        self.assertEqual(games.list(user="games"), [])
        self.assertRefused("NotFound", games.show, self.own)
        self.assertRefused("AccessDenied", games.revoke, self.own)
        self.assertEqual(self.verify(self.own, DAEMON, "games"), wire.OTHER_USER)

    def test_root_lists_and_deletes_the_tokens_of_a_removed_user(self):
        self.name_games(None)
        self.assertEqual(ids(self.root.list(user="games")), [self.own.id])
        self.assertRefused("UnknownUser", self.root.generate, "another", user="games")
        self.root.revoke_and_delete(self.own)

    def test_a_uid_without_a_user_name_is_denied_every_call(self):
        self.name_games(None)
        calls = {
            "ListTokens": self.games.list,
            "Generate": lambda: self.games.generate("mine"),
            "Revoke": lambda: self.games.revoke(self.own),
            "GetAll": lambda: self.games.show(self.own),
            "GetAll of the manager": lambda: self.games.call(
                ROOT, PROPERTIES, "GetAll", "(s)", MANAGER
            ),
        }
        for name, call in calls.items():
            with self.subTest(name):
                self.assertRefused("AccessDenied", call)


if __name__ == "__main__":
    tap.main()
