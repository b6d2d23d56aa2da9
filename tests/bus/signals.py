#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Signals and GetManagedObjects: their content and their recipients."""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
import wire
from client import (
    DBUS, NAME, OBJECT_MANAGER, PROPERTIES, ROOT, TOKEN, Gio, GLib, Refused, wait_until,
)  # fmt: skip
from fixture import DAEMON, GAMES, PatdTest


class Subscriber:
    """A client that records the signals of patd that reach it, as (path, name, arguments)."""

    def __init__(self, test, uid=0, subscribe=True, **options):
        self.client = test.client(uid)
        self.signals = []
        self.client.connection.add_filter(self._filter)
        if subscribe:
            self.client.subscribe(**options)

    def _filter(self, connection, message, incoming):
        patd = message.get_interface() in (OBJECT_MANAGER, PROPERTIES, TOKEN)
        if incoming and patd and message.get_message_type() == Gio.DBusMessageType.SIGNAL:
            body = message.get_body()
            self.signals.append(
                (message.get_path(), message.get_member(), body.unpack() if body else ())
            )
            # The filter runs in a thread of GDBus; the test waits in another.
            GLib.MainContext.default().wakeup()
        return message

    def names(self):
        return [name for _, name, _ in self.signals]

    def wait(self, name, n=1):
        """Waits for the n-th signal of that name; returns its arguments."""
        wait_until(lambda: self.names().count(name) >= n)
        return [args for _, other, args in self.signals if other == name][n - 1]

    def all_names(self):
        """Also of signals under way: the reply of a call comes after all that were sent before."""
        self.client.list()
        return self.names()


class Signals(PatdTest):
    def setUp(self):
        super().setUp()
        self.games = Subscriber(self, GAMES)

    def test_generate_sends_interfacesadded_with_the_properties(self):
        token = self.root.generate("laptop", user="games")
        path, interfaces = self.games.wait("InterfacesAdded")
        self.assertEqual(path, token.path)
        self.assertEqual(interfaces, {TOKEN: self.games.client.show(token)})

    def test_revoke_and_restore_send_propertieschanged_with_the_new_state(self):
        token = self.root.generate("laptop", user="games")
        for n, (call, state) in enumerate(
            ((self.root.revoke, "revoked"), (self.root.restore, "active")), 1
        ):
            call(token)
            interface, changed, invalidated = self.games.wait("PropertiesChanged", n)
            self.assertEqual((interface, invalidated), (TOKEN, []))
            row = self.root.show(token)
            self.assertEqual((changed["State"], changed["RevokedAt"]), (state, row["RevokedAt"]))
            self.assertEqual(changed, {name: row[name] for name in changed})

    def test_an_expiry_sends_propertieschanged(self):
        later = self.root.generate("later", user="games")
        # Longer than it takes until the next call.
        self.root.revoke(self.root.generate("revoked", user="games", lifetime=10))
        token = self.root.generate("soon", user="games", lifetime=10)
        interface, changed, invalidated = self.games.wait("PropertiesChanged", 2)
        self.assertEqual((interface, invalidated), (TOKEN, []))
        self.assertEqual((changed["State"], changed["RevokedAt"]), ("expired", 0))
        self.assertEqual(self.games.signals[-1][0], token.path)
        self.assertEqual(self.root.get(later, "State"), "active")

    def test_calls_that_change_nothing_send_no_signal(self):
        token = self.root.generate("laptop", user="games")
        self.root.revoke(token)
        self.root.revoke(token)
        self.assertRefused("NameTaken", self.root.generate, "laptop", user="games")
        self.assertEqual(self.games.all_names(), ["InterfacesAdded", "PropertiesChanged"])

    def test_delete_sends_interfacesremoved(self):
        token = self.root.generate("laptop", user="games")
        self.root.revoke_and_delete(token)
        self.assertEqual(self.games.wait("InterfacesRemoved"), (token.path, [TOKEN]))

    def test_a_login_sends_used_and_propertieschanged(self):
        token = self.root.generate("laptop", user="games")
        self.assertEqual(self.verify_games(token), wire.ACCEPTED)
        at, service = self.games.wait("Used")
        row = self.root.show(token)
        self.assertEqual((at, service), (row["LastUsedAt"], "tests"))
        self.assertEqual(row["LastUsedService"], "tests")
        interface, changed, invalidated = self.games.wait("PropertiesChanged")
        self.assertEqual((interface, invalidated), (TOKEN, []))
        self.assertEqual(changed, {name: row[name] for name in changed})
        self.assertEqual((changed["LastUsedAt"], changed["Uses"]), (at, 1))

    def test_used_is_sent_at_most_once_per_second_and_token(self):
        tokens = [self.root.generate(name, user="games") for name in ("one", "two")]
        start, uses = time.monotonic(), 0
        while self.games.names().count("Used") < 6:
            for token in tokens:
                self.assertEqual(self.verify_games(token), wire.ACCEPTED)
            uses += 1
            self.games.all_names()
        passed = time.monotonic() - start
        for token in tokens:
            used = [path for path, name, _ in self.games.signals if name == "Used"]
            sent = used.count(token.path)
            self.assertLess(sent, uses)
            self.assertLessEqual(sent, passed + 1)

    def test_a_refused_login_sends_no_used_signal(self):
        token = self.root.generate("laptop", user="games")
        self.root.revoke(token)
        self.assertEqual(self.verify_games(token), wire.REVOKED)
        self.root.restore(token)
        self.assertEqual(self.verify(token, DAEMON, "daemon"), wire.OTHER_USER)
        self.assertNotIn("Used", self.games.all_names())

    def test_signals_arrive_before_the_reply_of_the_call_that_caused_them(self):
        root = Subscriber(self)
        token = root.client.generate("laptop")
        self.assertEqual(root.all_names(), ["InterfacesAdded"])
        root.client.revoke(token)
        self.assertEqual(root.all_names(), ["InterfacesAdded", "PropertiesChanged"])

    def test_no_signals_without_subscribe(self):
        silent = Subscriber(self, GAMES, subscribe=False)
        self.root.generate("laptop", user="games")
        self.games.wait("InterfacesAdded")
        self.assertEqual(silent.all_names(), [])

    def test_no_signals_after_unsubscribe(self):
        self.games.client.unsubscribe()
        self.games.client.unsubscribe()
        self.root.generate("laptop", user="games")
        self.assertEqual(self.games.all_names(), [])

    def test_a_second_subscribe_does_not_duplicate_signals(self):
        self.games.client.subscribe()
        self.root.generate("laptop", user="games")
        self.assertEqual(self.games.all_names(), ["InterfacesAdded"])

    def test_root_subscribes_to_its_own_tokens_or_to_all(self):
        own, everyone = Subscriber(self), Subscriber(self, all=True)
        self.root.generate("games's", user="games")
        self.root.generate("root's")
        self.assertEqual(everyone.all_names(), ["InterfacesAdded"] * 2)
        self.assertEqual(own.all_names(), ["InterfacesAdded"])

    def test_a_user_is_denied_a_subscription_to_all_tokens(self):
        self.assertRefused("AccessDenied", self.games.client.subscribe, all=True)

    def test_subscribe_refuses_unknown_options(self):
        self.assertRefused("InvalidArgs", self.games.client.subscribe, everything=True)
        self.assertRefused("InvalidArgs", self.games.client.subscribe, all="yes")

    def test_availability__subscriptions_are_limited_per_user(self):
        more = [self.client(GAMES) for _ in range(32)]
        for client in more[:31]:
            client.subscribe()
        self.assertRefused("LimitsExceeded", more[31].subscribe)
        daemon = Subscriber(self, DAEMON)
        more[0].unsubscribe()
        more[31].subscribe()
        self.root.generate("laptop", user="daemon")
        daemon.wait("InterfacesAdded")

    def test_a_subscription_ends_when_its_client_disconnects(self):
        for _ in range(4):
            clients = [self.client(GAMES) for _ in range(31)]
            for client in clients:
                client.subscribe()
            for client in clients:
                client.close()
            # The bus notifies patd some time later.
            for client in clients:
                while self.root.owner(client.connection.get_unique_name()):
                    pass

    def test_a_new_subscription_after_a_restart_gets_signals(self):
        self.restart_patd()
        self.root.generate("laptop", user="games")
        self.assertEqual(self.games.all_names(), [])
        self.games.client.subscribe()
        self.root.generate("desktop", user="games")
        self.games.wait("InterfacesAdded")


class Objects(PatdTest):
    def managed(self, client):
        return client.call(ROOT, OBJECT_MANAGER, "GetManagedObjects")[0]

    def test_getmanagedobjects_returns_the_callers_own_tokens(self):
        games = self.client(GAMES)
        tokens = [self.root.generate(f"name {n}", user="games") for n in range(300)]
        self.root.generate("root's")
        self.assertEqual(
            self.managed(games), {token.path: {TOKEN: games.show(token)} for token in tokens}
        )

    def test_getmanagedobjects_is_empty_for_a_user_without_tokens(self):
        self.root.generate("root's")
        self.assertEqual(self.managed(self.client(GAMES)), {})

    def test_getmanagedobjects_subscribes_its_caller(self):
        games = Subscriber(self, GAMES, subscribe=False)
        self.assertEqual(self.managed(games.client), {})
        token = self.root.generate("laptop", user="games")
        self.assertEqual(games.wait("InterfacesAdded")[0], token.path)

    def test_getmanagedobjects_keeps_a_subscription_to_all_tokens(self):
        root = Subscriber(self, all=True)
        self.assertEqual(self.managed(root.client), {})
        self.root.generate("laptop", user="games")
        self.assertEqual(root.all_names(), ["InterfacesAdded"])

    def test_getmanagedobjects_is_complete_after_other_callers_disconnected(self):
        for n in range(200):
            self.root.generate(f"name {n}", user="games")
        for _ in range(20):
            client = self.client(GAMES)
            client.post("GetManagedObjects", "()", interface=OBJECT_MANAGER)
            client.leave()
        self.assertEqual(len(self.managed(self.client(GAMES))), 200)

    def test_getmanagedobjects_is_not_older_than_the_signals_before_its_reply(self):
        tokens = [self.root.generate(f"name {n}", user="games") for n in range(300)]
        games = Subscriber(self, GAMES)
        stale = []

        def compare(_connection, message, incoming):
            body = message.get_body()
            if incoming and body and body.get_type_string() == "(a{oa{sa{sv}}})":
                changed = {path for path, name, _ in games.signals if name == "PropertiesChanged"}
                (objects,) = body.unpack()
                stale.append([p for p in changed if objects[p][TOKEN]["State"] != "revoked"])
                GLib.MainContext.default().wakeup()
            return message

        games.client.connection.add_filter(compare)
        for n in range(20):
            games.client.post("GetManagedObjects", "()", interface=OBJECT_MANAGER)
            for token in tokens[n::20][:10]:
                self.root.post("Revoke", "(a{sv})", {}, path=token.path, interface=TOKEN)
            games.client.connection.flush_sync(None)
            self.root.connection.flush_sync(None)
        wait_until(lambda: len(stale) == 20)
        self.assertEqual(sum(stale, []), [])

    def test_a_gio_object_manager_client_tracks_all_changes(self):
        client = self.client(GAMES)
        manager = Gio.DBusObjectManagerClient.new_sync(
            client.connection, Gio.DBusObjectManagerClientFlags.DO_NOT_AUTO_START, NAME, ROOT,
            None, None, None,
        )  # fmt: skip
        self.assertEqual(manager.get_objects(), [])
        token = self.root.generate("laptop", user="games")
        wait_until(manager.get_objects)
        (proxy,) = manager.get_objects()[0].get_interfaces()
        self.assertEqual(proxy.get_cached_property("Name").unpack(), "laptop")
        self.root.revoke(token)
        wait_until(lambda: proxy.get_cached_property("State").unpack() == "revoked")
        self.root.delete(token)
        wait_until(lambda: not manager.get_objects())


class Privacy(PatdTest):
    """Another user, with every match rule that the bus accepts."""

    def test_privacy__another_user_receives_no_signals_with_any_match_rule(self):
        spy = Subscriber(self, DAEMON)
        spy.client.call(ROOT, OBJECT_MANAGER, "GetManagedObjects")
        for rule in (
            "type='signal'",
            "type='signal',sender='org.patd.Tokens1'",
            f"type='signal',path_namespace='{ROOT}'",
        ):
            spy.client.bus("AddMatch", "(s)", rule)
        for rule in "type='signal',eavesdrop='true'", "eavesdrop='true'":
            self.assertRefused("AccessDenied", spy.client.bus, "AddMatch", "(s)", rule)
        with self.assertRaises(Refused):
            spy.client.call(
                DBUS[1], "org.freedesktop.DBus.Monitoring", "BecomeMonitor", "(asu)", [], 0,
                destination=DBUS[0],
            )  # fmt: skip
        games = Subscriber(self, GAMES)
        token = self.root.generate("laptop", user="games")
        self.verify_games(token)
        games.wait("Used")
        self.root.revoke(token)
        self.root.restore(token)
        self.root.revoke_and_delete(token)
        self.assertEqual(
            games.all_names(),
            ["InterfacesAdded", "PropertiesChanged", "Used"] + ["PropertiesChanged"] * 3
            + ["InterfacesRemoved"],
        )  # fmt: skip
        self.assertEqual(spy.all_names(), [])
        self.assertNotIn(token.id, spy.client.introspect(ROOT + "/token"))

    def test_a_broadcast_signal_reaches_another_user(self):
        spy = Subscriber(self, DAEMON, subscribe=False)
        spy.client.bus("AddMatch", "(s)", "type='signal'")
        self.root.connection.emit_signal(None, ROOT, TOKEN, "Used", None)
        wait_until(lambda: "Used" in spy.names())


if __name__ == "__main__":
    tap.main()
