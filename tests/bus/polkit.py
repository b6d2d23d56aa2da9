#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Authorization by polkit: the questions, the effect of its answers, and a polkit that fails."""
import os
import sys
import xml.etree.ElementTree

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import polkitd
import tap
import wire
from client import (
    NAME, TOKEN, Gio, GLib, MissingToken, Refused, ids, names, vardict, wait_until,
)  # fmt: skip
from fixture import DAEMON, GAMES, TOP, PatdTest, read_text

YES = "polkit.addRule(function() { return polkit.Result.YES; });"
NO = "polkit.addRule(function() { return polkit.Result.NO; });"
LAPTOP_ONLY = """polkit.addRule(function(action, subject) {
    if (action.lookup("token") == "laptop" && action.lookup("user") == "games" &&
        subject.user == "games")
        return polkit.Result.YES;
    return polkit.Result.NO;
});"""

NO_BIN = """polkit.addRule(function(action, subject) {
    if (subject.user == "bin")
        return polkit.Result.NO;
});"""
BIN = 2

ACTIONS = "org.patd.tokens1."


class PolkitTest(PatdTest):
    def setUp(self):
        super().setUp()
        self.polkit = polkitd.Polkitd(self.folder, self.bus.address)
        self.addCleanup(self.polkit.end)
        self.games = self.client(GAMES)

    def evidence(self):
        return super().evidence() + "--- log of polkitd\n" + read_text(self.polkit.log_path)

    def start_polkit(self, rules=""):
        self.polkit.start(rules)
        self.root.wait_for_owner(polkitd.NAME)

    def revoked(self, name, user):
        token = self.root.generate(name, user=user)
        self.root.revoke(token)
        return token

    def generate(self, client, name, **options):
        """Sends Generate; the pending reply."""
        return client.begin("Generate", "(sa{sv})", name, vardict(**options))

    def change(self, client, method, token):
        return client.begin(method, "(a{sv})", {}, path=token.path, interface=TOKEN)

    def names(self):
        return names(self.root.list(all=True))

    def assertServes(self):
        """Whatever needs no authorization works."""
        token = self.root.generate("other", user="games")
        self.assertEqual(self.verify_games(token), wire.ACCEPTED)
        self.assertEqual(self.client(DAEMON).list(), [])
        games = self.client(GAMES)
        self.assertIn(token.id, ids(games.list()))
        games.revoke_and_delete(token)


class Policy(PolkitTest):
    def actions(self):
        return xml.etree.ElementTree.parse(
            os.path.join(TOP, "dbus/org.patd.tokens1.policy")
        ).findall("action")

    def test_polkit_lists_every_action_with_a_password_as_the_default(self):
        self.start_polkit()
        listed = self.root.call(
            polkitd.PATH, polkitd.AUTHORITY, "EnumerateActions", "(s)", "C",
            destination=polkitd.NAME,
        )[0]  # fmt: skip
        defaults = {action[0]: action[6:9] for action in listed}
        own, admin = (3, 3, 3), (4, 4, 4)  # auth_self_keep, auth_admin_keep
        own_once, admin_once = (1, 1, 1), (2, 2, 2)  # auth_self, auth_admin
        self.assertEqual(
            defaults,
            {
                ACTIONS + "generate-own": own,
                ACTIONS + "restore-own": own,
                ACTIONS + "rotate-own": own,
                ACTIONS + "manage-others": admin,
                ACTIONS + "set-policy": admin,
                ACTIONS + "confirm": own_once,
                ACTIONS + "confirm-others": admin_once,
            },
        )

    def test_every_action_is_owned_by_user_patd_bus(self):
        for action in self.actions():
            with self.subTest(action.get("id")):
                owner = action.find("annotate[@key='org.freedesktop.policykit.owner']")
                self.assertEqual(owner.text, "unix-user:patd-bus")


class Rules(PolkitTest):
    def test_a_rule_of_yes_lets_a_user_generate_and_restore(self):
        self.start_polkit(YES)
        token = self.games.generate("laptop")
        self.assertEqual(self.verify_games(token), wire.ACCEPTED)
        self.games.revoke(token)
        self.games.restore(token)
        self.assertEqual(self.verify_games(token), wire.ACCEPTED)

    def test_a_rule_of_yes_lets_a_user_manage_tokens_of_others(self):
        self.start_polkit(YES)
        token = self.games.generate("laptop", user="daemon")
        self.assertEqual(self.verify(token, DAEMON, "daemon"), wire.ACCEPTED)
        for filters in ({"all": True}, {"user": "daemon"}):
            self.assertEqual(ids(self.games.list(**filters)), [token.id])
        self.games.revoke(token)
        self.assertEqual(self.verify(token, DAEMON, "daemon"), wire.REVOKED)
        self.games.restore(token)
        self.games.revoke_and_delete(token)
        self.assertEqual(self.names(), [])

    def test_invalid_calls_are_refused_even_under_a_rule_of_yes(self):
        self.start_polkit(YES)
        self.games.generate("laptop")
        cases = {
            "NameTaken": lambda: self.games.generate("laptop"),
            "InvalidName": lambda: self.games.generate(""),
            "InvalidExpiry": lambda: self.games.generate("late", expires_at=1),
            "UnknownUser": lambda: self.games.generate("x", user="nobody-has-that-name"),
            "NotFound": lambda: self.games.restore(MissingToken),
        }
        for name, call in cases.items():
            with self.subTest(name):
                self.assertRefused(name, call)
        self.assertEqual(self.names(), ["laptop"])

    def test_a_rule_of_no_denies_with_and_without_interactive_authorization(self):
        self.start_polkit(NO)
        own, foreign = self.revoked("own", "games"), self.revoked("foreign", "daemon")
        for self.games.interactive in (False, True):
            self.assertRefused("AccessDenied", self.games.generate, "laptop")
            self.assertRefused("AccessDenied", self.games.restore, own)
            self.assertRefused("AccessDenied", self.games.generate, "laptop", user="daemon")
            self.assertRefused("AccessDenied", self.games.list, all=True)
            self.assertRefused("AccessDenied", self.games.list, user="daemon")
            for change in (self.games.revoke, self.games.restore, self.games.delete):
                self.assertRefused("AccessDenied", change, foreign)
        self.assertEqual(self.names(), ["foreign", "own"])
        self.assertEqual(self.root.get(own, "State"), "revoked")

    def test_calls_that_need_no_authorization_work_under_a_rule_of_no(self):
        self.start_polkit(NO)
        self.assertServes()

    def test_a_rule_can_depend_on_token_user_and_caller(self):
        self.start_polkit(LAPTOP_ONLY)
        self.games.generate("laptop")
        self.assertRefused("AccessDenied", self.games.generate, "desktop")
        daemon = self.client(DAEMON)
        self.assertRefused("AccessDenied", daemon.generate, "laptop")
        self.assertRefused("AccessDenied", daemon.generate, "laptop", user="games")

    def test_a_call_that_forbids_a_dialog_is_refused_as_needing_one(self):
        self.start_polkit()
        own, foreign = self.revoked("own", "games"), self.revoked("foreign", "daemon")
        calls = {
            "Generate": lambda: self.games.generate("laptop"),
            "Generate for another": lambda: self.games.generate("laptop", user="daemon"),
            "Restore": lambda: self.games.restore(own),
            "Restore of another's": lambda: self.games.restore(foreign),
            "Revoke of another's": lambda: self.games.revoke(foreign),
            "Delete of another's": lambda: self.games.delete(foreign),
            "ListTokens of all": lambda: self.games.list(all=True),
            "ListTokens of another": lambda: self.games.list(user="daemon"),
            "Subscribe to all": lambda: self.games.subscribe(all=True),
        }
        for name, call in calls.items():
            with self.subTest(name):
                self.assertRefused("InteractiveAuthorizationRequired", call)
        self.assertEqual(self.names(), ["foreign", "own"])

    def test_a_call_that_allows_a_dialog_is_denied_without_an_agent(self):
        self.start_polkit()
        self.games.interactive = True
        error = self.assertRefused("AccessDenied", self.games.generate, "laptop")
        self.assertIn("no polkit agent", error.message)
        self.assertRefused("AccessDenied", self.games.list, all=True)
        self.assertEqual(self.names(), [])

    def test_privacy__anothers_token_gets_the_same_error_as_a_missing_one(self):
        foreign = self.revoked("foreign", "daemon")
        self.start_polkit(NO_BIN)
        somebody = self.root.generate("somebody's")
        for caller, dialog in ((BIN, False), (GAMES, False), (GAMES, True)):
            client = self.client(caller)
            client.interactive = dialog
            for change in (client.revoke, client.restore, client.delete):
                refusals = []
                for token in (foreign, somebody, MissingToken):
                    with self.assertRaises(Refused) as caught:
                        change(token)
                    refusals.append(str(caught.exception))
                self.assertEqual(refusals, refusals[:1] * 3)


class Dialogs(PolkitTest):
    def setUp(self):
        super().setUp()
        self.start_polkit()
        self.agent = polkitd.Agent(self.client())
        self.games.interactive = True

    def test_the_dialog_names_the_token_and_the_user(self):
        own, foreign = self.revoked("own", "games"), self.revoked("foreign", "daemon")
        generate, restore, manage = "generate-own", "restore-own", "manage-others"
        begin = "Authentication is required to "
        cases = {
            "generate the token laptop for user games": (
                generate, lambda: self.generate(self.games, "laptop"),
            ),
            "restore the token own of user games": (
                restore, lambda: self.change(self.games, "Restore", own),
            ),
            "generate the token laptop for user daemon": (
                manage, lambda: self.generate(self.games, "laptop", user="daemon"),
            ),
            f"revoke the token {foreign.id} of another user": (
                manage, lambda: self.change(self.games, "Revoke", foreign),
            ),
            f"restore the token {foreign.id} of another user": (
                manage, lambda: self.change(self.games, "Restore", foreign),
            ),
            f"delete the token {MissingToken.id} of another user": (
                manage, lambda: self.change(self.games, "Delete", MissingToken),
            ),
            "manage the tokens of other users": (
                manage, lambda: self.games.begin(
                    "ListTokens", "(a{sv}us)", vardict(all=True), 0, ""
                ),
            ),
        }  # fmt: skip
        for message, (action, call) in cases.items():
            with self.subTest(message):
                answer = call()
                dialog = self.agent.wait_for_dialog()
                self.assertEqual(dialog.message, begin + message)
                self.assertEqual(dialog.action, ACTIONS + action)
                dialog.refuse()
                self.assertRefused("AccessDenied", answer.wait)

    def test_the_dialog_for_own_tokens_asks_for_the_users_password(self):
        self.generate(self.games, "laptop")
        self.assertEqual(self.agent.wait_for_dialog().users(), [GAMES])

    def test_the_dialog_for_tokens_of_others_asks_for_an_administrators_password(self):
        self.generate(self.games, "laptop", user="daemon")
        self.assertEqual(self.agent.wait_for_dialog().users(), [0])

    def test_generate_succeeds_after_authentication(self):
        answer = self.generate(self.games, "laptop")
        self.assertEqual(self.names(), [])
        self.agent.wait_for_dialog().accept()
        (path, _) = answer.wait()
        self.assertEqual(ids(self.games.list()), [path.rpartition("/")[2]])

    def test_generate_is_denied_after_failed_authentication(self):
        answer = self.generate(self.games, "laptop")
        self.agent.wait_for_dialog().refuse()
        self.assertRefused("AccessDenied", answer.wait)
        self.assertEqual(self.names(), [])

    def test_an_authentication_is_kept_for_the_same_action_only(self):
        answer = self.generate(self.games, "laptop")
        self.agent.wait_for_dialog().accept()
        answer.wait()
        self.games.generate("desktop")
        self.generate(self.games, "another's", user="daemon")
        self.assertEqual(self.agent.wait_for_dialog().action, ACTIONS + "manage-others")

    def test_other_calls_are_served_while_a_dialog_is_open(self):
        answer = self.generate(self.games, "laptop")
        dialog = self.agent.wait_for_dialog()
        self.assertServes()
        dialog.accept()
        answer.wait()

    def test_a_dialog_is_cancelled_when_its_caller_disconnects(self):
        self.generate(self.games, "laptop")
        dialog = self.agent.wait_for_dialog()
        self.games.close()
        wait_until(lambda: dialog.cancelled)
        self.assertServes()
        self.assertEqual(self.names(), [])

    def test_a_dialog_is_cancelled_when_patd_ends(self):
        answer = self.generate(self.games, "laptop")
        dialog = self.agent.wait_for_dialog()
        self.restart_patd()
        wait_until(lambda: dialog.cancelled)
        self.assertRefused("NoReply", answer.wait)
        self.assertEqual(self.names(), [])

    def test_a_pending_call_is_denied_when_polkit_ends(self):
        answer = self.generate(self.games, "laptop")
        self.agent.wait_for_dialog()
        self.polkit.end()
        self.assertRefused("AccessDenied", answer.wait)
        self.assertServes()
        self.assertEqual(self.names(), [])

    def test_restore_is_refused_if_the_token_was_restored_during_the_dialog(self):
        token = self.revoked("own", "games")
        answer = self.change(self.games, "Restore", token)
        dialog = self.agent.wait_for_dialog()
        self.root.restore(token)
        dialog.accept()
        self.assertRefused("NotRevoked", answer.wait)

    def test_restore_is_denied_if_the_token_was_deleted_during_the_dialog(self):
        token = self.revoked("own", "games")
        answer = self.change(self.games, "Restore", token)
        dialog = self.agent.wait_for_dialog()
        self.root.delete(token)
        dialog.accept()
        # Now it counts as another's token, and patd asks one question a call.
        self.assertRefused("AccessDenied", answer.wait)

    def test_generate_is_refused_if_the_name_was_taken_during_the_dialog(self):
        answer = self.generate(self.games, "laptop")
        dialog = self.agent.wait_for_dialog()
        token = self.root.generate("laptop", user="games")
        dialog.accept()
        self.assertRefused("NameTaken", answer.wait)
        self.assertEqual(ids(self.root.list(all=True)), [token.id])


class FailingPolkit(PolkitTest):
    """polkit is missing, fails, or is another program."""

    def test_without_polkit_a_user_is_denied_what_needs_authorization(self):
        own = self.revoked("own", "games")
        for self.games.interactive in (False, True):
            self.assertRefused("AccessDenied", self.games.generate, "laptop")
            self.assertRefused("AccessDenied", self.games.restore, own)
            self.assertRefused("AccessDenied", self.games.list, all=True)
        self.assertServes()

    def test_calls_of_root_and_unprivileged_calls_do_not_ask_polkit(self):
        fake = polkitd.FakePolkitd(self.client())
        self.root.interactive = True
        token = self.root.generate("laptop", user="games")
        self.root.list(all=True)
        self.root.revoke(token)
        self.root.restore(token)
        self.root.subscribe(all=True)
        self.assertRefused("NotFound", self.root.revoke, MissingToken)
        self.assertServes()
        self.games.show(token)
        self.games.subscribe()
        self.assertRefused("InvalidName", self.games.generate, "")
        self.assertRefused("InvalidArgs", self.games.generate, "x", colour="red")
        self.assertEqual(fake.questions, [])

    def test_checkauthorization_has_the_callers_bus_name_and_its_interactive_flag(self):
        fake = polkitd.FakePolkitd(self.client())
        for self.games.interactive in (False, True):
            self.generate(self.games, "laptop")
        fake.wait_for_questions(2)
        for number, (subject, action, details, flags, _) in enumerate(fake.questions):
            name = self.games.connection.get_unique_name()
            self.assertEqual(subject, ("system-bus-name", {"name": name}))
            self.assertEqual(action, ACTIONS + "generate-own")
            self.assertEqual((details["token"], details["user"]), ("laptop", "games"))
            self.assertEqual(flags, number)
        self.assertNotEqual(*(question[4] for question in fake.questions))

    def test_any_reply_other_than_a_plain_yes_is_a_denial(self):
        yes, no = True, False
        bodies = {
            "a plain no": GLib.Variant("((bba{ss}))", ((no, no, {}),)),
            "an empty reply": None,
            "a yes outside of a structure": GLib.Variant("(bba{ss})", (yes, no, {})),
            "a yes without the other fields": GLib.Variant("((b))", ((yes,),)),
            "a number for yes": GLib.Variant("((uba{ss}))", ((1, no, {}),)),
            "a string for yes": GLib.Variant("((sba{ss}))", (("yes", no, {}),)),
            "a yes in a variant": GLib.Variant("(v)", (GLib.Variant("b", yes),)),
            "a yes with another argument": GLib.Variant("((bba{ss})s)", ((yes, no, {}), "")),
            "a megabyte of text": GLib.Variant("(s)", ("y" * 1000000,)),
        }
        fake = polkitd.FakePolkitd(self.client())
        for case, body in bodies.items():
            with self.subTest(case):
                fake.answer = lambda invocation, body=body: fake.reply(invocation, body)
                self.assertRefused("AccessDenied", self.generate(self.games, "laptop").wait)
        self.assertEqual(self.names(), [])

    def test_an_error_of_polkit_is_a_denial(self):
        fake = polkitd.FakePolkitd(self.client())
        for name in (
            "org.freedesktop.PolicyKit1.Error.Failed",
            "org.freedesktop.DBus.Error.AccessDenied",
            "org.freedesktop.DBus.Error.NoReply",
            "org.patd.Tokens1.Error.NotFound",
        ):
            with self.subTest(name):
                fake.answer = lambda call, name=name: call.return_dbus_error(name, "yes")
                self.assertRefused("AccessDenied", self.generate(self.games, "laptop").wait)
        self.assertEqual(self.names(), [])

    def test_calls_wait_for_an_unresponsive_polkit_and_are_denied_when_it_ends(self):
        fake = polkitd.FakePolkitd(self.client())
        answers = [self.generate(self.games, f"token {n}") for n in range(4)]
        fake.wait_for_questions(4)
        self.assertServes()
        self.assertFalse(any(answer.done for answer in answers))
        fake.client.close()
        for answer in answers:
            self.assertRefused("AccessDenied", answer.wait)
        self.assertEqual(self.names(), [])

    def test_availability__pending_authorizations_are_limited_per_user(self):
        fake = polkitd.FakePolkitd(self.client())
        answers = [self.generate(self.games, f"token {n}") for n in range(200)]
        # Those above the limit are refused at once, the others wait.
        wait_until(lambda: len(fake.questions) + sum(a.done for a in answers) == 200)
        refused = [answer for answer in answers if answer.done]
        self.assertGreater(len(refused), 0)
        self.assertEqual(len(fake.questions), 4)
        for answer in refused:
            self.assertRefused("LimitsExceeded", answer.wait)
        daemon = self.client(DAEMON)
        questions = len(fake.questions)
        self.generate(daemon, "mine")
        fake.wait_for_questions(questions + 1)
        token = self.root.generate("root's")
        self.assertEqual(self.verify(token), wire.ACCEPTED)

    def test_an_authorization_times_out_as_a_denial_and_is_cancelled(self):
        fake = polkitd.FakePolkitd(self.client())
        answer = self.generate(self.games, "laptop")
        self.assertRefused("AccessDenied", answer.wait)
        wait_until(lambda: fake.cancelled)
        self.assertEqual(fake.cancelled, [fake.questions[0][4]])

    def test_a_yes_after_the_caller_disconnected_has_no_effect(self):
        late = []
        fake = polkitd.FakePolkitd(self.client(), late.append)
        self.games.interactive = True  # patd then waits for longer than this test takes
        answer = self.generate(self.games, "laptop")
        fake.wait_for_questions()
        self.games.close()
        wait_until(lambda: fake.cancelled)
        fake.reply(late[0], GLib.Variant("((bba{ss}))", ((True, False, {}),)))
        self.assertServes()
        self.assertEqual(self.names(), [])
        self.assertFalse(answer.done and answer.message)

    def test_a_reply_of_another_client_in_polkits_place_is_ignored(self):
        fake = polkitd.FakePolkitd(self.client())
        answer = self.generate(self.games, "laptop")
        fake.wait_for_questions()
        forger = self.client(GAMES)
        for serial in range(1, 500):
            message = Gio.DBusMessage()
            message.set_message_type(Gio.DBusMessageType.METHOD_RETURN)
            message.set_destination(self.root.owner(NAME))
            message.set_reply_serial(serial)
            message.set_body(GLib.Variant("((bba{ss}))", ((True, False, {}),)))
            forger.connection.send_message(message, Gio.DBusSendMessageFlags.NONE)
        forger.bus("GetId")
        self.assertServes()
        self.assertEqual(self.names(), [])
        self.assertFalse(answer.done)


if __name__ == "__main__":
    tap.main()
