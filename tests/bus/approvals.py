#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Uses that wait for an approval, on the bus: who is told of them, and who may answer them."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import polkitd
import tap
import wire
from client import MANAGER, ROOT, Gio, GLib, look_until, wait_until
from fixture import DAEMON, GAMES, PatdTest

ACTIONS = "org.patd.tokens1."
OTHERS_TO_DAEMON = """polkit.addRule(function(action, subject) {
    if (subject.user == "daemon" && action.id == "org.patd.tokens1.confirm-others")
        return polkit.Result.YES;
});"""
MANAGE_TO_DAEMON = """polkit.addRule(function(action, subject) {
    if (subject.user == "daemon" && action.id == "org.patd.tokens1.manage-others")
        return polkit.Result.YES;
});"""
ID_TO_DAEMON = """polkit.addRule(function(action, subject) {
    if (subject.user == "daemon" && action.id == "org.patd.tokens1.confirm-others")
        return action.lookup("command") == "sudo id" && action.lookup("service") == "sudo" &&
            action.lookup("user") == "games" && !action.lookup("token") ? polkit.Result.YES :
            polkit.Result.NO;
});"""
OWN_TO_ALL = """polkit.addRule(function(action) {
    if (action.id == "org.patd.tokens1.confirm")
        return polkit.Result.YES;
});"""


class Follower:
    """A client that records the signals about requests that reach it, as (name, argument)."""

    def __init__(self, test, uid=0, subscribe=True, **options):
        self.client = test.client(uid)
        self.signals = []
        self.client.connection.add_filter(self._filter)
        # Whatever the bus would let it hear.
        self.client.bus("AddMatch", "(s)", f"type='signal',interface='{MANAGER}'")
        if subscribe:
            self.client.subscribe(**options)

    def _filter(self, connection, message, incoming):
        signal = message.get_message_type() == Gio.DBusMessageType.SIGNAL
        if incoming and signal and message.get_member().startswith("Request"):
            destination = message.get_destination() == connection.get_unique_name()
            (argument,) = message.get_body().unpack()
            self.signals.append((message.get_member(), argument, message.get_path(), destination))
            # The filter runs in a thread of GDBus; the test waits in another.
            GLib.MainContext.default().wakeup()
        return message

    def wait(self, name):
        """Waits for a signal of that name; returns its argument."""
        wait_until(lambda: name in [signal[0] for signal in self.signals])
        return [argument for other, argument, _, _ in self.signals if other == name][-1]

    def all(self):
        """Also those under way: the reply of a call comes after all that were sent before."""
        self.client.list()
        return self.signals


class ApprovalsTest(PatdTest):
    def setUp(self):
        super().setUp()
        self.polkit = polkitd.Polkitd(self.folder, self.bus.address)
        self.addCleanup(self.polkit.end)
        self.token = self.root.generate("agent", user="games", confirm=True)
        self.games, self.daemon = self.client(GAMES), self.client(DAEMON)

    def start_polkit(self, rules=""):
        self.polkit.start(rules)
        self.root.wait_for_owner(polkitd.NAME)

    def use(self, token=None, command=("sudo", "id")):
        """A login of games that waits: its socket."""
        packet = wire.request(token or self.token, GAMES, "games", service=b"sudo")
        before = len(self.requests(self.root, all=True))
        sock = wire.send(self.patd.root_sock, packet)
        self.addCleanup(sock.close)
        wire.asked(sock, command, uid=GAMES)
        sock.settimeout(wire.PATIENCE_S)
        while len(self.requests(self.root, all=True)) == before:
            pass
        return sock

    def requests(self, client, **options):
        kinds = {key: GLib.Variant("b", value) for key, value in options.items()}
        return client.call(ROOT, MANAGER, "ListRequests", "(a{sv})", kinds)[0]

    def request(self):
        """The id of the last that waits."""
        return self.requests(self.root, all=True)[-1]["Id"]

    def answer(self, client, method, request=None):
        client.call(ROOT, MANAGER, method, "(sa{sv})", request or self.request(), {})

    def assertWaits(self, sock):
        self.assertEqual(len(self.requests(self.root, all=True)), 1)
        sock.setblocking(False)
        self.assertRaises(BlockingIOError, sock.recv, 1)
        sock.settimeout(wire.PATIENCE_S)

    def assertVerdict(self, sock, verdict):
        self.assertEqual(wire.reply(sock)[0], verdict)


class Signals(ApprovalsTest):
    def test_secrecy__a_request_is_told_to_those_who_follow_its_token_and_to_nobody_else(self):
        self.start_polkit(MANAGE_TO_DAEMON)
        owner, all_of_root = Follower(self, GAMES), Follower(self, all=True)
        admin = Follower(self, DAEMON, all=True)
        others = {
            "another user": Follower(self, DAEMON),
            "root, of its own": Follower(self),
            "the owner, without Subscribe": Follower(self, GAMES, subscribe=False),
        }
        sock = self.use()
        (shown,) = self.requests(self.root, all=True)
        for follower in (owner, all_of_root, admin):
            self.assertEqual(follower.wait("RequestAdded"), shown)
        self.answer(self.root, "Deny")
        self.assertVerdict(sock, wire.DENIED)
        for follower in (owner, all_of_root, admin):
            self.assertEqual(follower.wait("RequestRemoved"), shown["Id"])
            for name, argument, path, unicast in follower.all():
                with self.subTest(name, argument=argument):
                    self.assertEqual(path, ROOT)
                    self.assertTrue(unicast)
        for name, follower in others.items():
            with self.subTest(name):
                self.assertEqual(follower.all(), [])

    def test_a_request_is_removed_once_whatever_ends_it(self):
        follower = Follower(self, all=True)
        ends = {
            "approved": lambda sock: self.answer(self.root, "Approve"),
            "denied": lambda sock: self.answer(self.root, "Deny"),
            "hung up": lambda sock: sock.close(),
            "disabled": lambda sock: self.root.disable("games"),
        }
        for name, end in ends.items():
            with self.subTest(name):
                follower.signals.clear()
                sock = self.use()
                request = self.request()
                end(sock)
                self.assertEqual(follower.wait("RequestRemoved"), request)
                self.assertEqual(
                    [signal[0] for signal in follower.all()], ["RequestAdded", "RequestRemoved"]
                )

    def test_no_request_is_told_after_unsubscribe(self):
        owner, other = Follower(self, GAMES), Follower(self, GAMES)
        owner.client.unsubscribe()
        self.use()
        other.wait("RequestAdded")
        self.assertEqual(owner.all(), [])


class List(ApprovalsTest):
    def test_a_request_says_what_asks_for_what(self):
        self.use(command=("sudo", "apt", "in stall", "\x1b[2J"))
        (row,) = self.requests(self.games)
        self.assertRegex(row["Id"], "^[0-9A-Za-z]{6}$")
        self.assertEqual(row["Until"] - row["At"], 60)
        self.assertEqual(
            {key: value for key, value in row.items() if key not in ("Id", "At", "Until")},
            {
                "Token": self.token.id, "Name": "agent", "User": "games", "Uid": GAMES,
                "Service": "sudo", "From": "", "Tty": "pts/0",
                "Command": "sudo apt 'in stall' $'\\x1b[2J'", "Directory": "/home",
                "Pid": 4711, "StartTime": 1, "StartedByUid": GAMES,
                "Parent": "agent", "ParentPid": 4700,
            },
        )  # fmt: skip

    def test_secrecy__requests_of_others_are_listed_only_after_polkit(self):
        self.use()
        self.assertEqual(self.requests(self.root), [])
        self.assertEqual(len(self.requests(self.root, all=True)), 1)
        self.assertEqual(len(self.requests(self.games)), 1)
        self.assertEqual(self.requests(self.daemon), [])
        for client in (self.games, self.daemon):
            self.assertRefused("AccessDenied", self.requests, client, all=True)
        self.start_polkit(MANAGE_TO_DAEMON)
        self.assertEqual(len(self.requests(self.daemon, all=True)), 1)

    def test_nobody_is_shown_a_login_that_has_not_said_which_process_asks(self):
        packet = wire.request(self.token, GAMES, "games", service=b"sudo")
        with wire.send(self.patd.root_sock, packet) as sock:
            self.assertEqual(wire.REPLY.unpack(sock.recv(wire.REPLY.size))[1], wire.ASKED)
            self.assertEqual(self.requests(self.root, all=True), [])

    def test_privacy__a_request_that_nobody_knows_is_not_found(self):
        self.use()
        for method in ("Approve", "Deny"):
            for request in ("000000", "", "x" * 1000, "../etc"):
                for client in (self.root, self.games, self.daemon):
                    with self.subTest(method, request=request, uid=client.uid):
                        self.assertRefused(
                            "NotFound", client.call, ROOT, MANAGER, method, "(sa{sv})", request, {}
                        )


class Answers(ApprovalsTest):
    def test_confirmed_uses__root_approves_without_a_password(self):
        sock = self.use()
        self.answer(self.root, "Approve")
        self.assertVerdict(sock, wire.ACCEPTED)
        self.assertEqual(self.root.get(self.token, "Uses"), 1)

    def test_confirmed_uses__nobody_else_approves_without_polkit(self):
        sock = self.use()
        for client in (self.games, self.daemon):
            for client.interactive in (False, True):
                self.assertRefused("AccessDenied", self.answer, client, "Approve")
        self.assertWaits(sock)

    def test_confirmed_uses__the_owner_needs_confirm_and_others_confirm_others(self):
        for rules, may, may_not in (
            (OWN_TO_ALL, self.games, self.daemon),
            (OTHERS_TO_DAEMON, self.daemon, self.games),
        ):
            with self.subTest(rules):
                self.start_polkit(rules)
                sock = self.use()
                self.assertRefused(
                    "InteractiveAuthorizationRequired", self.answer, may_not, "Approve"
                )
                self.assertWaits(sock)
                self.answer(may, "Approve")
                self.assertVerdict(sock, wire.ACCEPTED)
                self.polkit.end()
                look_until(lambda: self.root.owner(polkitd.NAME) is None)

    def test_confirmed_uses__who_may_manage_tokens_of_others_does_not_approve_them(self):
        self.start_polkit(MANAGE_TO_DAEMON)
        sock = self.use()
        self.assertRefused("InteractiveAuthorizationRequired", self.answer, self.daemon, "Approve")
        self.assertWaits(sock)
        self.answer(self.daemon, "Deny")
        self.assertVerdict(sock, wire.DENIED)

    def test_the_owner_denies_without_a_password_and_others_do_not(self):
        sock = self.use()
        self.assertRefused("AccessDenied", self.answer, self.daemon, "Deny")
        self.assertWaits(sock)
        self.answer(self.games, "Deny")
        self.assertVerdict(sock, wire.DENIED)
        self.assertEqual(self.root.get(self.token, "Uses"), 0)

    def test_the_history_has_the_command_and_who_answered(self):
        for client, method, event in (
            (self.root, "Approve", "used"), (self.games, "Deny", "refused"),
        ):  # fmt: skip
            with self.subTest(method):
                sock = self.use(command=("sudo", method))
                self.answer(client, method)
                wire.reply(sock)
                entry = self.root.history(all=True)[-1]
                self.assertEqual((entry["Event"], entry["Command"]), (event, "sudo " + method))
                self.assertTrue(entry["Answered"])
                self.assertEqual(entry.get("AnsweredBy", 0), client.uid)
                self.assertEqual(
                    entry["Process"], "pid 4711 of uid 5 in /home, started by agent (4700)"
                )

    def test_confirmed_uses__an_approval_is_asked_for_each_time(self):
        self.start_polkit()
        agent = polkitd.Agent(self.client())
        self.games.interactive = True
        for command in ("id", "reboot"):
            sock = self.use(command=("sudo", command))
            reply = self.games.begin("Approve", "(sa{sv})", self.request(), {})
            dialog = agent.wait_for_dialog()
            self.assertEqual(dialog.action, ACTIONS + "confirm")
            self.assertEqual(dialog.users(), [GAMES])
            self.assertIn("sudo " + command, dialog.message)
            self.assertWaits(sock)
            dialog.accept()
            reply.wait()
            self.assertVerdict(sock, wire.ACCEPTED)

    def test_confirmed_uses__an_approval_for_others_is_an_administrators_each_time(self):
        self.start_polkit()
        agent = polkitd.Agent(self.client())
        self.daemon.interactive = True
        for _ in range(2):
            sock = self.use()
            reply = self.daemon.begin("Approve", "(sa{sv})", self.request(), {})
            dialog = agent.wait_for_dialog()
            self.assertEqual(dialog.action, ACTIONS + "confirm-others")
            self.assertEqual(dialog.users(), [0])
            dialog.accept()
            reply.wait()
            self.assertVerdict(sock, wire.ACCEPTED)

    def test_confirmed_uses__the_dialog_about_anothers_request_has_the_command_and_no_token(self):
        self.start_polkit()
        agent = polkitd.Agent(self.client())
        self.daemon.interactive = True
        for method, verb, action, verdict in (
            ("Approve", "approve", "confirm-others", wire.ACCEPTED),
            ("Deny", "deny", "manage-others", wire.DENIED),
        ):
            with self.subTest(method):
                other = self.use(command=("sudo", "reboot"))
                other_request = self.request()
                sock = self.use(command=("sudo", "apt", "$(user)\x1b[2J", method))
                reply = self.daemon.begin(method, "(sa{sv})", self.request(), {})
                dialog = agent.wait_for_dialog()
                self.assertEqual(dialog.action, ACTIONS + action)
                self.assertEqual(
                    dialog.message,
                    f"Authentication is required to {verb} the use of a token of user games for "
                    f"sudo: sudo apt $'$(user)\\x1b[2J' {method}",
                )
                dialog.accept()
                reply.wait()
                self.assertVerdict(sock, verdict)
                self.answer(self.root, "Deny", other_request)
                self.assertVerdict(other, wire.DENIED)

    def test_a_rule_of_polkit_decides_about_anothers_request_by_its_command(self):
        self.start_polkit(ID_TO_DAEMON)
        for command, refused in (("id", False), ("reboot", True)):
            with self.subTest(command):
                sock = self.use(command=("sudo", command))
                if refused:
                    self.assertRefused("AccessDenied", self.answer, self.daemon, "Approve")
                    self.assertWaits(sock)
                else:
                    self.answer(self.daemon, "Approve")
                    self.assertVerdict(sock, wire.ACCEPTED)

    def test_confirmed_uses__a_password_for_a_request_that_has_ended_approves_no_other(self):
        self.start_polkit()
        agent = polkitd.Agent(self.client())
        self.games.interactive = True
        first = self.use()
        reply = self.games.begin("Approve", "(sa{sv})", self.request(), {})
        dialog = agent.wait_for_dialog()
        self.answer(self.root, "Deny")
        self.assertVerdict(first, wire.DENIED)
        second = self.use()
        dialog.accept()
        self.assertRefused("NotFound", reply.wait)
        self.assertWaits(second)

    def test_confirmed_uses__a_token_revoked_during_the_dialog_is_refused(self):
        self.start_polkit()
        agent = polkitd.Agent(self.client())
        self.games.interactive = True
        sock = self.use()
        reply = self.games.begin("Approve", "(sa{sv})", self.request(), {})
        dialog = agent.wait_for_dialog()
        self.root.revoke(self.token)
        self.assertVerdict(sock, wire.REVOKED)
        dialog.accept()
        self.assertRefused("NotFound", reply.wait)


class Restarts(ApprovalsTest):
    def test_a_login_waits_on_while_patd_bus_restarts(self):
        sock = self.use()
        before = self.requests(self.root, all=True)
        self.assertEqual(self.front.end(), 0)
        self.front.start()
        self.root.wait_for_owner()
        self.assertEqual(self.requests(self.root, all=True), before)
        self.assertWaits(sock)
        self.answer(self.root, "Approve")
        self.assertVerdict(sock, wire.ACCEPTED)

    def test_confirmed_uses__a_login_is_refused_when_patd_restarts(self):
        sock = self.use()
        request = self.request()
        self.restart_patd()
        reply = wire.reply(sock)
        self.assertTrue(reply is None or reply[0] in (wire.FAILED, wire.UNCONFIRMED), reply)
        self.assertEqual(self.requests(self.root, all=True), [])
        self.assertRefused("NotFound", self.answer, self.root, "Approve", request)
        self.assertEqual(self.root.get(self.token, "Uses"), 0)

    def test_confirmed_uses__callers_that_are_not_root_are_refused(self):
        follower = Follower(self, all=True)
        sock = self.patd.user_sock
        self.assertEqual(
            self.verify(self.token, GAMES, "games", caller=GAMES, sock=sock), wire.UNCONFIRMED
        )
        self.assertEqual(self.requests(self.root, all=True), [])
        self.assertEqual(follower.all(), [])


if __name__ == "__main__":
    tap.main()
