#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Set: another expiration, other restrictions and another note for the same token."""
import os
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import polkitd
import requests
import tap
import wire
from client import PROPERTIES, TOKEN, vardict, wait_until
from fixture import DAEMON, GAMES, PatdTest

DAY = 24 * 3600
FAR = 4102444800  # 2100-01-01
MADE = {
    "services": ["su*", "tests"], "sources": ["10.0.0.0/8", "local"], "hours": "Mon..Sun",
    "lifetime": 10 * DAY, "note": "blue",
}  # fmt: skip
NARROWER = (
    {"services": ["tests"]}, {"sources": ["local"]}, {"hours": "Mon..Fri 08:00-18:00"},
    {"lifetime": DAY}, {"until": "boot"}, {"note": "red"}, {"note": ""},
    {"services": ["sudo"], "sources": ["10.1.0.0/16"], "hours": "Mon", "lifetime": 60, "note": ""},
)  # fmt: skip
WIDER = (
    {"services": ["su*", "tests", "sshd"]}, {"services": []}, {"sources": ["10.0.0.0/7"]},
    {"sources": []}, {"hours": ""}, {"lifetime": 11 * DAY}, {"expires_at": 0},
    {"services": ["sudo"], "hours": ""}, {"note": "red", "sources": []},
)  # fmt: skip


class Set(PatdTest):
    def setUp(self):
        super().setUp()
        self.token = self.root.generate("laptop", user="games", **MADE)
        self.games = self.client(GAMES)

    def last_entry(self):
        return self.root.history(token=self.token.id, all=True)[-1]

    def test_set_changes_what_is_given_and_nothing_else(self):
        for options, changed in (
            ({"services": ["sshd", "a*"]}, {"Services": ["a*", "sshd"]}),
            ({"sources": ["192.0.2.7"]}, {"Sources": ["192.0.2.7"]}),
            ({"hours": "22:00-06:00"}, {"Hours": "22:00-06:00"}),
            ({"until": "boot"}, {"Until": "boot"}),
            ({"until": ""}, {"Until": ""}),
            ({"expires_at": FAR}, {"ExpiresAt": FAR}),
            ({"expires_at": 0}, {"ExpiresAt": 0}),
            ({"note": "grün"}, {"Note": "grün"}),
            ({"services": [], "sources": [], "hours": "", "note": ""},
             {"Services": [], "Sources": [], "Hours": "", "Note": ""}),
        ):  # fmt: skip
            with self.subTest(options):
                before = self.root.show(self.token)
                self.root.set(self.token, **options)
                self.assertEqual(self.root.show(self.token), {**before, **changed})

    def test_the_history_says_what_changed_and_not_the_text_of_a_note(self):
        self.root.set(self.token, services=["tests"], expires_at=FAR, note="the blue one")
        entry = self.last_entry()
        self.assertEqual(
            (entry["Event"], entry["Detail"], entry["How"]),
            ("changed", "expires 2100-01-01T00:00:00Z, services tests, note", "bus"),
        )
        self.root.set(self.token, services=[])
        self.assertEqual(self.last_entry()["Detail"], "services any")
        self.assertNotIn("the blue one", self.patd.log())

    def test_set_without_a_change_writes_no_entry(self):
        before = self.last_entry()
        self.root.set(self.token, services=["tests", "su*"], note="blue")
        self.assertEqual(self.last_entry(), before)

    def test_set_refuses_what_generate_refuses_and_what_it_does_not_know(self):
        before = self.root.show(self.token)
        for name, options in (
            ("InvalidArgs", {}),
            ("InvalidArgs", {"user": "games"}),
            ("InvalidArgs", {"max_uses": 3}),
            ("InvalidArgs", {"confirm": False}),
            ("InvalidArgs", {"not_before": FAR}),
            ("InvalidArgs", {"services": "sudo"}),
            ("InvalidArgs", {"lifetime": 1, "expires_at": FAR}),
            ("InvalidArgs", {"note": "two\nlines"}),
            ("InvalidArgs", {"note": "x" * 256}),
            ("InvalidArgs", {"note": "\N{KEY}" * 256}),
            ("InvalidExpiry", {"expires_at": 1}),
            ("InvalidRestriction", {"services": ["a b"]}),
            ("InvalidRestriction", {"sources": ["example.org"]}),
            ("InvalidRestriction", {"hours": "noon"}),
            ("InvalidRestriction", {"until": "noon"}),
            ("InvalidRestriction", {"hosts": ["web*"]}),
            ("InvalidRestriction", {"until": "unit:nosuch"}),
            ("InvalidRestriction", {"note": "good", "hours": "noon"}),
        ):
            with self.subTest(options):
                self.assertRefused(name, self.root.set, self.token, **options)
        self.assertEqual(self.root.show(self.token), before)

    def test_a_note_has_255_characters_at_generate_and_set(self):
        note = "\N{KEY}" * 255
        token = self.root.generate("long", note=note)
        self.assertEqual(self.root.get(token, "Note"), note)
        self.root.set(self.token, note=note)
        self.restart_patd()
        self.assertEqual(self.root.get(self.token, "Note"), note)
        self.assertRefused("InvalidArgs", self.root.generate, "longer", note=note + "x")

    def test_scope__change_holds_for_the_next_login_and_after_a_kill(self):
        self.assertEqual(self.verify_games(service=b"sudo"), wire.ACCEPTED)
        self.root.set(self.token, services=["su"])
        self.assertEqual(self.verify_games(service=b"sudo"), wire.WRONG_SERVICE)
        self.assertEqual(self.verify_games(service=b"su"), wire.ACCEPTED)
        self.patd.kill()
        self.patd.start()
        self.assertEqual(self.verify_games(service=b"sudo"), wire.WRONG_SERVICE)
        self.assertEqual(self.verify_games(service=b"su"), wire.ACCEPTED)

    def test_scope__each_login_beside_changes_sees_one_state_whole(self):
        """Local logins at "test" are accepted in one state and refused in the other, for one of two
        reasons; never for the other one's."""
        self.root.set(self.token, services=[], sources=[])
        changes = threading.Thread(target=self.change_often)
        with self.logins(self.token, uid=GAMES, user="games") as verdicts:
            changes.start()
            changes.join()
        self.assertEqual(set(verdicts) - {wire.ACCEPTED, wire.WRONG_SERVICE}, set())
        self.assertIn(wire.ACCEPTED, verdicts)
        self.assertEqual(self.root.get(self.token, "Uses"), verdicts.count(wire.ACCEPTED))
        self.assertEqual(self.root.verify_history()[2:], (0, ""))

    def change_often(self):
        with requests.Connection(self.patd.root_sock) as ask:
            for i in range(100):
                # The one state has neither, the other both, and the service is looked at first.
                both = {"services": "sudo", "sources": "10.0.0.0/8"}
                neither = {"services": "", "sources": ""}
                ask.change("set", self.token, **(both if i % 2 == 0 else neither))

    def test_subscribers_get_the_new_values(self):
        self.games.subscribe()
        signals = self.games.collect(PROPERTIES, "PropertiesChanged", self.token.path)
        self.root.set(self.token, services=["tests"], expires_at=FAR, note="red")
        wait_until(lambda: signals)
        interface, changed, _ = signals[0][1]
        self.assertEqual(interface, TOKEN)
        self.assertEqual(
            [changed[name] for name in ("Services", "Sources", "ExpiresAt", "Note")],
            [["tests"], ["10.0.0.0/8", "local"], FAR, "red"],
        )

    # --- who may ------------------------------------------------------------------------------
    def test_the_owner_narrows_without_polkit(self):
        for options in NARROWER:
            with self.subTest(options):
                token = self.root.generate("one", user="games", **MADE)
                self.games.set(token, **options)
                self.games.revoke_and_delete(token)

    def test_the_owner_is_denied_widening_without_polkit(self):
        before = self.root.show(self.token)
        for options in WIDER:
            with self.subTest(options):
                self.assertRefused("AccessDenied", self.games.set, self.token, **options)
        self.assertEqual(self.root.show(self.token), before)

    def test_another_user_is_denied_both(self):
        other = self.client(DAEMON)
        for options in NARROWER + WIDER:
            self.assertRefused("AccessDenied", other.set, self.token, **options)


class Asked(PatdTest):
    """With polkit, for a token that its owner made."""

    def setUp(self):
        super().setUp()
        self.polkit = polkitd.Polkitd(self.folder, self.bus.address)
        self.addCleanup(self.polkit.end)
        self.polkit.start()
        self.root.wait_for_owner(polkitd.NAME)
        self.agent = polkitd.Agent(self.client())
        self.games = self.client(GAMES)
        self.games.interactive = True

    def make(self, **options):
        answer = self.games.begin("Generate", "(sa{sv})", "laptop", vardict(**{**MADE, **options}))
        self.agent.wait_for_dialog().accept()
        path = answer.wait()[0]
        return type("Made", (), {"path": path, "id": path.rpartition("/")[2]})

    def set(self, client, token, **options):
        return client.begin("Set", "(a{sv})", vardict(**options), path=token.path, interface=TOKEN)

    def test_widening_asks_for_the_owners_password_and_names_the_token(self):
        token = self.make()
        answer = self.set(self.games, token, services=[])
        dialog = self.agent.wait_for_dialog()
        self.assertEqual(dialog.action, "org.patd.tokens1.restore-own")
        self.assertEqual(dialog.users(), [GAMES])
        self.assertEqual(
            dialog.message,
            "Authentication is required to extend what the token laptop is accepted for",
        )
        self.assertEqual(self.root.get(token, "Services"), ["su*", "tests"])
        dialog.accept()
        answer.wait()
        self.assertEqual(self.root.get(token, "Services"), [])
        entry = self.root.history(token=token.id, all=True)[-1]
        self.assertEqual((entry["Event"], entry["How"]), ("changed", "password"))

    def test_widening_is_denied_after_failed_authentication(self):
        token = self.make()
        answer = self.set(self.games, token, services=[])
        self.agent.wait_for_dialog().refuse()
        self.assertRefused("AccessDenied", answer.wait)
        self.assertEqual(self.root.get(token, "Services"), ["su*", "tests"])

    def test_narrowing_asks_nothing(self):
        token = self.make()
        for options in NARROWER[:-1]:
            self.set(self.games, token, **options).wait()
        entry = self.root.history(token=token.id, all=True)[-1]
        self.assertEqual(entry["How"], "owner")

    def test_what_cannot_be_is_refused_before_anybody_is_asked(self):
        token = self.make()
        for name, options in (
            ("InvalidRestriction", {"services": ["a b"]}),
            ("InvalidExpiry", {"expires_at": 1}),
            ("InvalidArgs", {"services": [], "note": "a\nb"}),
        ):
            self.assertRefused(name, self.set(self.games, token, **options).wait)

    def test_an_answer_is_for_the_change_that_was_asked_about_alone(self):
        token = self.make()
        answer = self.set(self.games, token, services=["sshd"])
        dialog = self.agent.wait_for_dialog()
        # Another call asks for itself, and one that is free does not wait.
        other = self.set(self.client(GAMES), token, hours="")
        self.set(self.games, token, sources=["local"]).wait()
        dialog.accept()
        answer.wait()
        self.assertRefused("InteractiveAuthorizationRequired", other.wait)
        row = self.root.show(token)
        self.assertEqual(
            (row["Services"], row["Sources"], row["Hours"]), (["sshd"], ["local"], "00:00-24:00")
        )

    def test_a_token_revoked_as_compromised_during_the_dialog_is_not_changed(self):
        token = self.make()
        answer = self.set(self.games, token, services=[])
        dialog = self.agent.wait_for_dialog()
        self.root.revoke(token, reason="compromised")
        dialog.accept()
        self.assertRefused("NotRestorable", answer.wait)

    def test_what_an_administrator_generated_takes_an_administrators_password_to_widen(self):
        token = self.root.generate("backup", user="games", services=["backup"])
        answer = self.set(self.games, token, services=["sudo"])
        dialog = self.agent.wait_for_dialog()
        self.assertEqual(dialog.action, "org.patd.tokens1.manage-others")
        self.assertEqual(dialog.users(), [0])
        dialog.refuse()
        self.assertRefused("AccessDenied", answer.wait)

    def test_scope__rotation_is_no_way_around_what_an_administrator_let_end(self):
        token = self.root.generate("backup", user="games", services=["backup"], lifetime=DAY)
        for options, action, users, text in (
            ({"lifetime": 9 * DAY}, "manage-others", [0],
             f"give the token {token.id} a new secret and another expiration"),
            ({}, "rotate-own", [GAMES], None),
        ):  # fmt: skip
            args = ("Rotate", "(a{sv})", vardict(**options))
            answer = self.games.begin(*args, path=token.path, interface=TOKEN)
            dialog = self.agent.wait_for_dialog()
            self.assertEqual(dialog.action, "org.patd.tokens1." + action)
            self.assertEqual(dialog.users(), users)
            if text:
                self.assertEqual(dialog.message, "Authentication is required to " + text)
            dialog.refuse()
            self.assertRefused("AccessDenied", answer.wait)
        self.assertEqual(self.root.get(token, "Rotations"), 0)

    def test_a_token_of_another_takes_an_administrators_password_either_way(self):
        token = self.root.generate("theirs", user="daemon", **MADE)
        for options, text in (
            ({"services": ["sudo"]}, f"change the token {token.id} of another user"),
            ({"services": []}, f"change the token {token.id} of another user"),
        ):
            answer = self.set(self.games, token, **options)
            dialog = self.agent.wait_for_dialog()
            self.assertEqual(dialog.message, "Authentication is required to " + text)
            self.assertEqual(dialog.action, "org.patd.tokens1.manage-others")
            dialog.refuse()
            self.assertRefused("AccessDenied", answer.wait)


if __name__ == "__main__":
    tap.main()
