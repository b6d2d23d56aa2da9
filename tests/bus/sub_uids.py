#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Users with sub-uids, in a user namespace: all uids of one user have the places of one."""
import os
import select
import signal
import socket
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
import wire
from client import TOKEN, Client, Gio, MissingToken, wait_until
from fixture import DAEMON, GAMES, PatdTest, read_text
from user_namespace import UserNamespace

FIRST, COUNT = 100000, 200
URGENT = 64  # calls of one account that take access away
LOGINS = 32  # of one user that wait for their verdict


class SubUidClient(Client):
    """A client over a connection that is authenticated as a sub-uid."""

    def __init__(self, sock, uid):
        self.uid, self.interactive = uid, False
        stream = Gio.Socket.new_from_fd(sock.detach()).connection_factory_create_connection()
        with wire.as_uid(uid):
            self.connection = Gio.DBusConnection.new_sync(
                stream, None,
                Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
                | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION,
                None, None,
            )  # fmt: skip


class SubUids(PatdTest):
    def setUp(self):
        super().setUp()
        self.token = self.root.generate("laptop", user="games")
        self.namespace = UserNamespace(GAMES, FIRST, COUNT)
        self.addCleanup(self.namespace.close)
        self.addCleanup(self.go_on)

    def stop(self):
        """patd answers nobody; patd-bus still serves."""
        self.patd.process.send_signal(signal.SIGSTOP)

    def go_on(self):
        self.patd.process.send_signal(signal.SIGCONT)

    def sub_uid(self, inside):
        sock = self.namespace.connect(socket.SOCK_STREAM, self.bus.path, inside)
        client = SubUidClient(sock, FIRST + inside - 1 if inside else GAMES)
        self.clients.append(client)
        return client

    def revoke(self, client):
        return client.begin("Revoke", "(a{sv})", {}, path=MissingToken.path, interface=TOKEN)

    def test_logins_of_all_sub_uids_wait_in_the_places_of_one_user(self):
        self.stop()
        packet = wire.request(self.token, GAMES, "games")
        waiting = []
        for inside in range(1, LOGINS + 2):
            sock = self.namespace.connect(socket.SOCK_SEQPACKET, self.patd.user_sock, inside)
            sock.send(packet)
            waiting.append(sock)
        answered, _, _ = select.select(waiting, [], [], wire.PATIENCE_S)
        self.assertEqual(len(answered), 1)
        self.assertEqual(wire.answer(answered[0])[0], wire.BUSY)
        other = wire.send(
            self.patd.user_sock, wire.request(self.token, DAEMON, "daemon"), DAEMON
        )
        self.go_on()
        self.assertEqual(wire.answer(other)[0], wire.OTHER_USER)
        for sock in waiting:
            if sock is not answered[0]:
                self.assertEqual(wire.answer(sock)[0], wire.NOT_ALLOWED)

    def test_calls_of_all_sub_uids_have_the_places_of_one_user(self):
        clients = [self.sub_uid(inside) for inside in range(1, URGENT + 2)]
        for client in clients:
            client.list()
        self.stop()
        answers = [self.revoke(client) for client in clients]
        wait_until(lambda: any(answer.done for answer in answers))
        for client in clients:
            client.call("/", "org.freedesktop.DBus.Peer", "Ping")
        refused = [answer for answer in answers if answer.done]
        self.assertEqual(len(refused), 1)
        self.assertRefused("LimitsExceeded", refused[0].wait)
        # Nor has the user any more; others have theirs.
        self.assertRefused("LimitsExceeded", self.revoke(self.client(GAMES)).wait)
        other = self.revoke(self.client(DAEMON))
        self.go_on()
        self.assertRefused("AccessDenied", other.wait)

    def test_a_sub_uid_is_no_other_user_than_it_is(self):
        self.assertEqual(self.sub_uid(1).list(), [])
        self.assertEqual(len(self.sub_uid(0).list()), 1)  # the user itself
        self.assertRefused("AccessDenied", self.revoke(self.sub_uid(1)).wait)

    def test_subscriptions_of_all_sub_uids_are_those_of_one_user(self):
        clients = [self.sub_uid(inside) for inside in range(1, 34)]
        for client in clients[:32]:
            client.subscribe()
        self.assertRefused("LimitsExceeded", clients[32].subscribe)
        clients[0].unsubscribe()
        clients[32].subscribe()


def own_file(path, more):
    """In this mount namespace the file has more lines."""
    copy = os.path.join("/run", os.path.basename(path))
    with open(copy, "w", encoding="utf-8") as file:
        file.write(read_text(path) + more)
    subprocess.run(["mount", "--bind", copy, path], check=True)


if __name__ == "__main__":
    if os.environ.get("OWN_MOUNTS") != "1":
        os.environ["OWN_MOUNTS"] = "1"
        os.execvp("unshare", ["unshare", "--mount", sys.executable, "-B", *sys.argv])
    if not os.path.exists("/etc/subuid"):
        print("1..0 # SKIP there is no /etc/subuid to mount another one over")
        sys.exit()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "run", "/run"], check=True)
    own_file("/etc/subuid", f"games:{FIRST}:{COUNT}\n")
    # dbus-daemon lets in whom NSS knows.
    users = (f"sub{uid}:x:{uid}:65534::/:/bin/false\n" for uid in range(FIRST, FIRST + COUNT))
    own_file("/etc/passwd", "".join(users))
    tap.main()
