#!/usr/bin/python3 -B
"""What polkit is asked, what its answers do, and what it cannot do to patd."""
import os
import sys
import xml.etree.ElementTree

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import door
import polkitd
import tap
from client import MANAGER, NAME, ROOT, TOKEN, Gio, GLib, Refused, options, wait_until
from world import DAEMON, GAMES, TOP, WorldTest

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


class Nobody:
    """A token that never was."""

    id = "0000000000"
    path = ROOT + "/token/" + id


class PolkitTest(WorldTest):
    def setUp(self):
        super().setUp()
        self.polkit = polkitd.Polkitd(self.folder, self.bus.address)
        self.addCleanup(self.polkit.end)
        self.games = self.client(GAMES)

    def evidence(self):
        return super().evidence() + "--- log of polkitd\n" + self.polkit.log()

    def start_polkit(self, rules=""):
        self.polkit.start(rules)
        self.root.wait_for_owner(polkitd.NAME)

    def revoked(self, name, user):
        token = self.root.generate(name, user=user)
        self.root.revoke(token)
        return token

    def generate(self, client, name, **wish):
        """Generate under way."""
        return client.begin("Generate", "(sa{sv})", name, options(**wish))

    def change(self, client, method, token):
        return client.begin(method, "(a{sv})", {}, path=token.path, interface=TOKEN)

    def names(self):
        return [row["Name"] for row in self.root.list(all=True)]

    def assertServes(self):
        """Everything that needs no polkit works."""
        token = self.root.generate("other", user="games")
        self.assertEqual(self.verify(token, GAMES, "games"), door.ACCEPTED)
        self.assertEqual(self.client(DAEMON).list(), [])
        games = self.client(GAMES)
        self.assertIn(token.id, [row["Id"] for row in games.list()])
        games.revoke(token)
        games.delete(token)


class Policy(PolkitTest):
    def actions(self):
        return xml.etree.ElementTree.parse(
            os.path.join(TOP, "dbus/org.patd.tokens1.policy")
        ).findall("action")

    def test_polkit_knows_every_action_and_a_password_is_the_default(self):
        self.start_polkit()
        listed = self.root.call(
            polkitd.PATH, polkitd.AUTHORITY, "EnumerateActions", "(s)", "C",
            destination=polkitd.NAME,
        )[0]  # fmt: skip
        defaults = {action[0]: action[6:9] for action in listed}
        own, admin = (3, 3, 3), (4, 4, 4)  # auth_self_keep, auth_admin_keep
        self.assertEqual(
            defaults,
            {
                ACTIONS + "generate-own": own,
                ACTIONS + "restore-own": own,
                ACTIONS + "rotate-own": own,
                ACTIONS + "manage-others": admin,
                ACTIONS + "set-policy": admin,
            },
        )

    def test_patds_user_owns_every_action(self):
        for action in self.actions():
            with self.subTest(action.get("id")):
                owner = action.find("annotate[@key='org.freedesktop.policykit.owner']")
                self.assertEqual(owner.text, "unix-user:patd")


class Rules(PolkitTest):
    def test_yes_lets_a_user_generate_and_restore(self):
        self.start_polkit(YES)
        token = self.games.generate("laptop")
        self.assertEqual(self.verify(token, GAMES, "games"), door.ACCEPTED)
        self.games.revoke(token)
        self.games.restore(token)
        self.assertEqual(self.verify(token, GAMES, "games"), door.ACCEPTED)

    def test_yes_lets_a_user_manage_others(self):
        self.start_polkit(YES)
        token = self.games.generate("laptop", user="daemon")
        self.assertEqual(self.verify(token, DAEMON, "daemon"), door.ACCEPTED)
        for wanted in ({"all": True}, {"user": "daemon"}):
            self.assertEqual([row["Id"] for row in self.games.list(**wanted)], [token.id])
        self.games.revoke(token)
        self.assertEqual(self.verify(token, DAEMON, "daemon"), door.REVOKED)
        self.games.restore(token)
        self.games.revoke(token)
        self.games.delete(token)
        self.assertEqual(self.names(), [])

    def test_yes_makes_no_token_that_cannot_be(self):
        self.start_polkit(YES)
        self.games.generate("laptop")
        cases = {
            "NameTaken": lambda: self.games.generate("laptop"),
            "InvalidName": lambda: self.games.generate(""),
            "InvalidExpiry": lambda: self.games.generate("late", expires_at=1),
            "UnknownUser": lambda: self.games.generate("x", user="nobody-has-that-name"),
            "NotFound": lambda: self.games.restore(Nobody),
        }
        for name, call in cases.items():
            with self.subTest(name):
                self.assertRefused(name, call)
        self.assertEqual(self.names(), ["laptop"])

    def test_no_means_no_with_and_without_leave_for_a_dialog(self):
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

    def test_what_is_free_stays_free_whatever_polkit_says(self):
        self.start_polkit(NO)
        self.assertServes()

    def test_a_rule_sees_the_token_the_user_and_who_asks(self):
        self.start_polkit(LAPTOP_ONLY)
        self.games.generate("laptop")
        self.assertRefused("AccessDenied", self.games.generate, "desktop")
        daemon = self.client(DAEMON)
        self.assertRefused("AccessDenied", daemon.generate, "laptop")
        self.assertRefused("AccessDenied", daemon.generate, "laptop", user="games")

    def test_without_leave_for_a_dialog_the_refusal_says_that_one_is_needed(self):
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
            "Subscribe to all": lambda: self.games.call(
                ROOT, MANAGER, "Subscribe", "(a{sv})", options(all=True)
            ),
        }
        for name, call in calls.items():
            with self.subTest(name):
                self.assertRefused("InteractiveAuthorizationRequired", call)
        self.assertEqual(self.names(), ["foreign", "own"])

    def test_with_leave_for_a_dialog_and_no_agent_it_is_denied(self):
        self.start_polkit()
        self.games.interactive = True
        error = self.assertRefused("AccessDenied", self.games.generate, "laptop")
        self.assertIn("no agent", error.message)
        self.assertRefused("AccessDenied", self.games.list, all=True)
        self.assertEqual(self.names(), [])

    def test_a_token_of_another_answers_as_one_that_does_not_exist(self):
        foreign = self.revoked("foreign", "daemon")
        self.start_polkit(NO_BIN)
        somebody = self.root.generate("somebody's")
        for caller, dialog in ((BIN, False), (GAMES, False), (GAMES, True)):
            client = self.client(caller)
            client.interactive = dialog
            for change in (client.revoke, client.restore, client.delete):
                refusals = []
                for token in (foreign, somebody, Nobody):
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
            f"delete the token {Nobody.id} of another user": (
                manage, lambda: self.change(self.games, "Delete", Nobody),
            ),
            "manage the tokens of other users": (
                manage, lambda: self.games.begin(
                    "ListTokens", "(a{sv}us)", options(all=True), 0, ""
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

    def test_for_ones_own_one_gives_ones_own_password(self):
        self.generate(self.games, "laptop")
        self.assertEqual(self.agent.wait_for_dialog().users(), [GAMES])

    def test_for_others_an_administrator_gives_one(self):
        self.generate(self.games, "laptop", user="daemon")
        self.assertEqual(self.agent.wait_for_dialog().users(), [0])

    def test_who_authenticates_gets_a_token(self):
        answer = self.generate(self.games, "laptop")
        self.assertEqual(self.names(), [])
        self.agent.wait_for_dialog().accept()
        (path, _) = answer.wait()
        self.assertEqual([row["Id"] for row in self.games.list()], [path.rpartition("/")[2]])

    def test_who_fails_to_authenticate_gets_none(self):
        answer = self.generate(self.games, "laptop")
        self.agent.wait_for_dialog().refuse()
        self.assertRefused("AccessDenied", answer.wait)
        self.assertEqual(self.names(), [])

    def test_one_authentication_is_enough_for_a_while_and_for_that_action_alone(self):
        answer = self.generate(self.games, "laptop")
        self.agent.wait_for_dialog().accept()
        answer.wait()
        self.games.generate("desktop")
        self.generate(self.games, "another's", user="daemon")
        self.assertEqual(self.agent.wait_for_dialog().action, ACTIONS + "manage-others")

    def test_an_open_dialog_holds_up_nobody(self):
        answer = self.generate(self.games, "laptop")
        dialog = self.agent.wait_for_dialog()
        self.assertServes()
        dialog.accept()
        answer.wait()

    def test_who_leaves_the_bus_takes_the_dialog_along(self):
        self.generate(self.games, "laptop")
        dialog = self.agent.wait_for_dialog()
        self.games.close()
        wait_until(lambda: dialog.cancelled)
        self.assertServes()
        self.assertEqual(self.names(), [])

    def test_the_end_of_patd_takes_the_dialog_along(self):
        answer = self.generate(self.games, "laptop")
        dialog = self.agent.wait_for_dialog()
        self.restart_patd()
        wait_until(lambda: dialog.cancelled)
        self.assertRefused("NoReply", answer.wait)
        self.assertEqual(self.names(), [])

    def test_the_end_of_polkit_is_a_denial(self):
        answer = self.generate(self.games, "laptop")
        self.agent.wait_for_dialog()
        self.polkit.end()
        self.assertRefused("AccessDenied", answer.wait)
        self.assertServes()
        self.assertEqual(self.names(), [])

    def test_a_token_that_was_restored_while_the_dialog_was_open_is_not_restored_again(self):
        token = self.revoked("own", "games")
        answer = self.change(self.games, "Restore", token)
        dialog = self.agent.wait_for_dialog()
        self.root.restore(token)
        dialog.accept()
        self.assertRefused("NotRevoked", answer.wait)

    def test_a_yes_about_ones_own_is_none_about_a_token_that_was_deleted_meanwhile(self):
        token = self.revoked("own", "games")
        answer = self.change(self.games, "Restore", token)
        dialog = self.agent.wait_for_dialog()
        self.root.delete(token)
        dialog.accept()
        # Now it is as any that is not the caller's, and there is one question a call.
        self.assertRefused("AccessDenied", answer.wait)

    def test_a_name_that_was_taken_while_the_dialog_was_open_is_refused(self):
        answer = self.generate(self.games, "laptop")
        dialog = self.agent.wait_for_dialog()
        token = self.root.generate("laptop", user="games")
        dialog.accept()
        self.assertRefused("NameTaken", answer.wait)
        self.assertEqual([row["Id"] for row in self.root.list(all=True)], [token.id])


class Trouble(PolkitTest):
    """polkit is not there, or not itself."""

    def test_without_polkit_root_does_everything_and_a_user_what_is_free(self):
        own = self.revoked("own", "games")
        for self.games.interactive in (False, True):
            self.assertRefused("AccessDenied", self.games.generate, "laptop")
            self.assertRefused("AccessDenied", self.games.restore, own)
            self.assertRefused("AccessDenied", self.games.list, all=True)
        self.assertServes()

    def test_root_and_what_is_free_never_ask_polkit(self):
        impostor = polkitd.Impostor(self.client())
        self.root.interactive = True
        token = self.root.generate("laptop", user="games")
        self.root.list(all=True)
        self.root.revoke(token)
        self.root.restore(token)
        self.root.call(ROOT, MANAGER, "Subscribe", "(a{sv})", options(all=True))
        self.assertRefused("NotFound", self.root.revoke, Nobody)
        self.assertServes()
        self.games.show(token)
        self.games.call(ROOT, MANAGER, "Subscribe", "(a{sv})", {})
        self.assertRefused("InvalidName", self.games.generate, "")
        self.assertRefused("InvalidArgs", self.games.generate, "x", colour="red")
        self.assertEqual(impostor.questions, [])

    def test_patd_asks_about_its_caller_by_name_and_for_a_dialog_only_with_leave(self):
        impostor = polkitd.Impostor(self.client())
        for self.games.interactive in (False, True):
            self.generate(self.games, "laptop")
        impostor.wait_for_questions(2)
        for number, (subject, action, details, flags, _) in enumerate(impostor.questions):
            name = self.games.connection.get_unique_name()
            self.assertEqual(subject, ("system-bus-name", {"name": name}))
            self.assertEqual(action, ACTIONS + "generate-own")
            self.assertEqual((details["token"], details["user"]), ("laptop", "games"))
            self.assertEqual(flags, number)
        self.assertNotEqual(*(question[4] for question in impostor.questions))

    def test_an_answer_that_is_no_plain_yes_is_a_denial(self):
        yes, no = True, False
        bodies = {
            "a plain no": GLib.Variant("((bba{ss}))", ((no, no, {}),)),
            "nothing": None,
            "a yes that is not in a structure": GLib.Variant("(bba{ss})", (yes, no, {})),
            "a yes and no more": GLib.Variant("((b))", ((yes,),)),
            "a number": GLib.Variant("((uba{ss}))", ((1, no, {}),)),
            "a word": GLib.Variant("((sba{ss}))", (("yes", no, {}),)),
            "a yes in a variant": GLib.Variant("(v)", (GLib.Variant("b", yes),)),
            "a yes and something else": GLib.Variant("((bba{ss})s)", ((yes, no, {}), "")),
            "a megabyte": GLib.Variant("(s)", ("y" * 1000000,)),
        }
        impostor = polkitd.Impostor(self.client())
        for case, body in bodies.items():
            with self.subTest(case):
                impostor.answer = lambda invocation, body=body: impostor.reply(invocation, body)
                self.assertRefused("AccessDenied", self.generate(self.games, "laptop").wait)
        self.assertEqual(self.names(), [])

    def test_an_error_is_a_denial(self):
        impostor = polkitd.Impostor(self.client())
        for name in (
            "org.freedesktop.PolicyKit1.Error.Failed",
            "org.freedesktop.DBus.Error.AccessDenied",
            "org.freedesktop.DBus.Error.NoReply",
            "org.patd.Tokens1.Error.NotFound",
        ):
            with self.subTest(name):
                impostor.answer = lambda call, name=name: call.return_dbus_error(name, "yes")
                self.assertRefused("AccessDenied", self.generate(self.games, "laptop").wait)
        self.assertEqual(self.names(), [])

    def test_a_polkit_that_never_answers_holds_up_nobody_and_its_end_is_a_denial(self):
        impostor = polkitd.Impostor(self.client())
        answers = [self.generate(self.games, f"token {n}") for n in range(50)]
        impostor.wait_for_questions(50)
        self.assertServes()
        self.assertFalse(any(answer.come for answer in answers))
        impostor.client.close()
        for answer in answers:
            self.assertRefused("AccessDenied", answer.wait)
        self.assertEqual(self.names(), [])

    def test_no_user_takes_all_questions(self):
        impostor = polkitd.Impostor(self.client())
        answers = [self.generate(self.games, f"token {n}") for n in range(200)]
        # Those beyond the limit are refused at once, the others never.
        wait_until(lambda: len(impostor.questions) + sum(a.come for a in answers) == 200)
        refused = [answer for answer in answers if answer.come]
        self.assertGreater(len(refused), 0)
        self.assertGreater(len(impostor.questions), 10)
        for answer in refused:
            self.assertRefused("LimitsExceeded", answer.wait)
        daemon = self.client(DAEMON)
        questions = len(impostor.questions)
        self.generate(daemon, "mine")
        impostor.wait_for_questions(questions + 1)
        token = self.root.generate("root's")
        self.assertEqual(self.verify(token), door.ACCEPTED)

    def test_a_polkit_that_never_answers_is_given_up(self):
        impostor = polkitd.Impostor(self.client())
        answer = self.generate(self.games, "laptop")
        self.assertRefused("AccessDenied", answer.wait)
        wait_until(lambda: impostor.cancelled)
        self.assertEqual(impostor.cancelled, [impostor.questions[0][4]])

    def test_a_yes_that_comes_after_its_caller_has_left_does_nothing(self):
        late = []
        impostor = polkitd.Impostor(self.client(), late.append)
        self.games.interactive = True  # so that patd has patience for longer than this test
        answer = self.generate(self.games, "laptop")
        impostor.wait_for_questions()
        self.games.close()
        wait_until(lambda: impostor.cancelled)
        impostor.reply(late[0], GLib.Variant("((bba{ss}))", ((True, False, {}),)))
        self.assertServes()
        self.assertEqual(self.names(), [])
        self.assertFalse(answer.come and answer.message)

    def test_nobody_else_answers_in_polkits_place(self):
        impostor = polkitd.Impostor(self.client())
        answer = self.generate(self.games, "laptop")
        impostor.wait_for_questions()
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
        self.assertFalse(answer.come)


if __name__ == "__main__":
    tap.main()
