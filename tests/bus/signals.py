#!/usr/bin/python3 -B
"""Who follows tokens hears of them, and nobody else does."""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import door
import tap
from client import (
    DBUS, NAME, OBJECT_MANAGER, PROPERTIES, ROOT, TOKEN, Gio, GLib, Refused, wait_until,
)  # fmt: skip
from world import DAEMON, GAMES, WorldTest



class Follower:
    """A client with all signals of patd that reach it, as (path, name, arguments)."""

    def __init__(self, test, uid=0, subscribe=True, **options):
        self.client = test.client(uid)
        self.heard = []
        self.client.connection.add_filter(self._filter)
        if subscribe:
            self.client.subscribe(**options)

    def _filter(self, connection, message, incoming):
        patd = message.get_interface() in (OBJECT_MANAGER, PROPERTIES, TOKEN)
        if incoming and patd and message.get_message_type() == Gio.DBusMessageType.SIGNAL:
            body = message.get_body()
            self.heard.append(
                (message.get_path(), message.get_member(), body.unpack() if body else ())
            )
            # This is a thread of GDBus's, and the test waits in its own.
            GLib.MainContext.default().wakeup()
        return message

    def names(self):
        return [name for _, name, _ in self.heard]

    def wait(self, name, n=1):
        """Until n of that name have been heard; the last one's arguments."""
        wait_until(lambda: self.names().count(name) >= n)
        return [args for _, heard, args in self.heard if heard == name][n - 1]

    def settle(self):
        """Whatever patd has sent so far has come: a reply cannot overtake it."""
        self.client.list()
        return self.names()


class Signals(WorldTest):
    def setUp(self):
        super().setUp()
        self.games = Follower(self, GAMES)

    def test_a_new_token_is_announced_with_its_properties(self):
        token = self.root.generate("laptop", user="games")
        path, interfaces = self.games.wait("InterfacesAdded")
        self.assertEqual(path, token.path)
        self.assertEqual(interfaces, {TOKEN: self.games.client.show(token)})

    def test_a_revoke_and_a_restore_are_told_with_the_new_state(self):
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

    def test_a_token_that_expires_is_told(self):
        later = self.root.generate("later", user="games")
        # Two, because time is in whole seconds: one may be over before the next call.
        self.root.revoke(self.root.generate("revoked", user="games", lifetime=2))
        token = self.root.generate("soon", user="games", lifetime=2)
        interface, changed, invalidated = self.games.wait("PropertiesChanged", 2)
        self.assertEqual((interface, invalidated), (TOKEN, []))
        self.assertEqual((changed["State"], changed["RevokedAt"]), ("expired", 0))
        self.assertEqual(self.games.heard[-1][0], token.path)
        self.assertEqual(self.root.get(later, "State"), "active")

    def test_what_changes_nothing_is_not_told(self):
        token = self.root.generate("laptop", user="games")
        self.root.revoke(token)
        self.root.revoke(token)
        self.assertRefused("NameTaken", self.root.generate, "laptop", user="games")
        self.assertEqual(self.games.settle(), ["InterfacesAdded", "PropertiesChanged"])

    def test_a_deleted_token_is_announced_as_removed(self):
        token = self.root.generate("laptop", user="games")
        self.root.revoke(token)
        self.root.delete(token)
        self.assertEqual(self.games.wait("InterfacesRemoved"), (token.path, [TOKEN]))

    def test_a_use_is_told_with_its_time_and_service(self):
        token = self.root.generate("laptop", user="games")
        self.assertEqual(self.verify(token, GAMES, "games"), door.ACCEPTED)
        at, service = self.games.wait("Used")
        row = self.root.show(token)
        self.assertEqual((at, service), (row["LastUsedAt"], "tests"))
        self.assertEqual(row["LastUsedService"], "tests")
        interface, changed, invalidated = self.games.wait("PropertiesChanged")
        self.assertEqual((interface, invalidated), (TOKEN, []))
        self.assertEqual(changed, {name: row[name] for name in changed})
        self.assertEqual((changed["LastUsedAt"], changed["Uses"]), (at, 1))

    def test_uses_are_told_once_a_second_and_token_at_most(self):
        tokens = [self.root.generate(name, user="games") for name in ("one", "two")]
        start, uses = time.monotonic(), 0
        while self.games.names().count("Used") < 6:
            for token in tokens:
                self.assertEqual(self.verify(token, GAMES, "games"), door.ACCEPTED)
            uses += 1
            self.games.settle()
        passed = time.monotonic() - start
        for token in tokens:
            told = [path for path, name, _ in self.games.heard if name == "Used"].count(token.path)
            self.assertLess(told, uses)
            self.assertLessEqual(told, passed + 1)

    def test_a_refused_secret_is_not_told(self):
        token = self.root.generate("laptop", user="games")
        self.root.revoke(token)
        self.assertEqual(self.verify(token, GAMES, "games"), door.REVOKED)
        self.root.restore(token)
        self.assertEqual(self.verify(token, DAEMON, "daemon"), door.OTHER_USER)
        self.assertNotIn("Used", self.games.settle())

    def test_signals_come_before_the_reply_to_what_caused_them(self):
        root = Follower(self)
        token = root.client.generate("laptop")
        self.assertEqual(root.settle(), ["InterfacesAdded"])
        root.client.revoke(token)
        self.assertEqual(root.settle(), ["InterfacesAdded", "PropertiesChanged"])

    def test_who_has_not_subscribed_hears_nothing(self):
        silent = Follower(self, GAMES, subscribe=False)
        self.root.generate("laptop", user="games")
        self.games.wait("InterfacesAdded")
        self.assertEqual(silent.settle(), [])

    def test_who_has_unsubscribed_hears_nothing_more(self):
        self.games.client.unsubscribe()
        self.games.client.unsubscribe()
        self.root.generate("laptop", user="games")
        self.assertEqual(self.games.settle(), [])

    def test_who_subscribes_twice_hears_once(self):
        self.games.client.subscribe()
        self.root.generate("laptop", user="games")
        self.assertEqual(self.games.settle(), ["InterfacesAdded"])

    def test_root_follows_its_own_tokens_or_those_of_all(self):
        own, everybody = Follower(self), Follower(self, all=True)
        self.root.generate("games's", user="games")
        self.root.generate("root's")
        self.assertEqual(everybody.settle(), ["InterfacesAdded"] * 2)
        self.assertEqual(own.settle(), ["InterfacesAdded"])

    def test_a_user_must_not_follow_all(self):
        self.assertRefused("AccessDenied", self.games.client.subscribe, all=True)

    def test_an_unknown_option_is_refused(self):
        self.assertRefused("InvalidArgs", self.games.client.subscribe, everything=True)
        self.assertRefused("InvalidArgs", self.games.client.subscribe, all="yes")

    def test_so_many_clients_of_one_user_and_no_more_are_served(self):
        more = [self.client(GAMES) for _ in range(32)]
        for client in more[:31]:
            client.subscribe()
        self.assertRefused("LimitsExceeded", more[31].subscribe)
        daemon = Follower(self, DAEMON)
        more[0].unsubscribe()
        more[31].subscribe()
        self.root.generate("laptop", user="daemon")
        daemon.wait("InterfacesAdded")

    def test_a_client_that_has_left_is_forgotten(self):
        for _ in range(4):
            clients = [self.client(GAMES) for _ in range(31)]
            for client in clients:
                client.subscribe()
            for client in clients:
                client.close()
            # patd hears of it in its own time.
            for client in clients:
                while self.root.owner(client.connection.get_unique_name()):
                    pass

    def test_after_patd_came_back_who_subscribes_again_hears_again(self):
        self.restart_patd()
        self.root.generate("laptop", user="games")
        self.assertEqual(self.games.settle(), [])
        self.games.client.subscribe()
        self.root.generate("desktop", user="games")
        self.games.wait("InterfacesAdded")


class Objects(WorldTest):
    def managed(self, client):
        return client.call(ROOT, OBJECT_MANAGER, "GetManagedObjects")[0]

    def test_the_objects_are_the_callers_own_tokens(self):
        games = self.client(GAMES)
        tokens = [self.root.generate(f"name {n}", user="games") for n in range(300)]
        self.root.generate("root's")
        self.assertEqual(
            self.managed(games), {token.path: {TOKEN: games.show(token)} for token in tokens}
        )

    def test_who_has_none_gets_none(self):
        self.root.generate("root's")
        self.assertEqual(self.managed(self.client(GAMES)), {})

    def test_whoever_got_them_hears_of_their_changes(self):
        games = Follower(self, GAMES, subscribe=False)
        self.assertEqual(self.managed(games.client), {})
        token = self.root.generate("laptop", user="games")
        self.assertEqual(games.wait("InterfacesAdded")[0], token.path)

    def test_who_follows_all_goes_on_to(self):
        root = Follower(self, all=True)
        self.assertEqual(self.managed(root.client), {})
        self.root.generate("laptop", user="games")
        self.assertEqual(root.settle(), ["InterfacesAdded"])

    def test_a_client_that_leaves_meanwhile_does_no_harm(self):
        for n in range(200):
            self.root.generate(f"name {n}", user="games")
        for _ in range(20):
            client = self.client(GAMES)
            client.post("GetManagedObjects", "()", interface=OBJECT_MANAGER)
            client.connection.flush_sync(None)
            client.close()
        self.assertEqual(len(self.managed(self.client(GAMES))), 200)

    def test_the_objects_are_as_the_signals_before_the_reply_said(self):
        tokens = [self.root.generate(f"name {n}", user="games") for n in range(300)]
        games = Follower(self, GAMES)
        stale = []

        def compare(_connection, message, incoming):
            body = message.get_body()
            if incoming and body and body.get_type_string() == "(a{oa{sa{sv}}})":
                told = {path for path, name, _ in games.heard if name == "PropertiesChanged"}
                (objects,) = body.unpack()
                stale.append([p for p in told if objects[p][TOKEN]["State"] != "revoked"])
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

    def test_a_gio_object_manager_follows_by_itself(self):
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


class Privacy(WorldTest):
    """Another user, with every means that the bus gives it."""

    def test_another_user_hears_nothing_whatever_it_does(self):
        spy = Follower(self, DAEMON)
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
        games = Follower(self, GAMES)
        token = self.root.generate("laptop", user="games")
        self.verify(token, GAMES, "games")
        games.wait("Used")
        self.root.revoke(token)
        self.root.restore(token)
        self.root.revoke(token)
        self.root.delete(token)
        self.assertEqual(
            games.settle(),
            ["InterfacesAdded", "PropertiesChanged", "Used"] + ["PropertiesChanged"] * 3
            + ["InterfacesRemoved"],
        )  # fmt: skip
        self.assertEqual(spy.settle(), [])
        self.assertNotIn(token.id, spy.client.introspect(ROOT + "/token"))

    def test_the_spy_would_have_heard_a_broadcast(self):
        spy = Follower(self, DAEMON, subscribe=False)
        spy.client.bus("AddMatch", "(s)", "type='signal'")
        self.root.connection.emit_signal(None, ROOT, TOKEN, "Used", None)
        wait_until(lambda: "Used" in spy.names())


if __name__ == "__main__":
    tap.main()
