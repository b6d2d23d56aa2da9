#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""patd-bus beside patd: each lives through the end of the other, and no stranger holds others up."""
import contextlib
import os
import resource
import signal
import socket
import stat
import struct
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
import wire
from client import (
    MANAGER, NAME, OBJECT_MANAGER, PATIENCE_S, ROOT, TOKEN, Gio, GLib, ids, look_until, wait_until,
)  # fmt: skip
from fixture import BUILD, DAEMON, GAMES, SANITIZED, Daemon, PatdTest

MIB = 1 << 20
ACCEPTS_CONNECTIONS = "00010000"  # a flag of /proc/net/unix


class FrontTest(PatdTest):
    def setUp(self):
        super().setUp()
        self.token = self.root.generate("laptop", user="games")
        self.games = self.client(GAMES)

    def end_patd(self, signum=signal.SIGTERM):
        """Without patd-bus."""
        return Daemon.end(self.patd, signum)

    def start_patd_again(self):
        Daemon.start(self.patd)

    def assertServes(self):
        self.assertEqual(ids(self.root.list(all=True)), [self.token.id])
        self.assertEqual(self.client(DAEMON).list(), [])
        self.assertEqual(self.verify_games(), wire.ACCEPTED)
        verdict = self.verify_games(caller=GAMES, sock=self.patd.user_sock)
        self.assertEqual(verdict, wire.ACCEPTED)


class Restarts(FrontTest):
    def test_the_name_goes_with_patd_and_comes_back_with_it(self):
        for signum in (signal.SIGTERM, signal.SIGKILL):
            pid, unique = self.front.process.pid, self.root.owner()
            self.end_patd(signum)
            look_until(lambda: self.root.owner() is None)
            self.start_patd_again()
            self.root.wait_for_owner()
            self.assertEqual((self.front.process.pid, self.root.owner()), (pid, unique))
            self.assertServes()

    def test_subscribers_see_the_owner_change_and_have_to_subscribe_again(self):
        added = self.games.collect(OBJECT_MANAGER, "InterfacesAdded")
        self.games.subscribe()
        self.end_patd()
        look_until(lambda: self.games.owner() is None)
        self.start_patd_again()
        self.games.wait_for_owner()
        self.root.wait_for_owner()
        self.root.generate("one", user="games")
        self.games.list()
        self.assertEqual(added, [])
        self.games.subscribe()
        self.root.generate("two", user="games")
        wait_until(lambda: added)

    def test_calls_under_way_when_patd_ends_are_told_to_try_again(self):
        self.patd.process.send_signal(signal.SIGSTOP)
        answer = self.games.begin("ListTokens", "(a{sv}us)", {}, 0, "")
        self.games.bus("GetId")
        self.end_patd(signal.SIGKILL)
        error = self.assertRefused("LimitsExceeded", answer.wait)
        self.assertIn("try again", error.message)
        self.start_patd_again()

    def test_a_login_on_user_sock_waits_for_a_patd_that_restarts(self):
        self.end_patd()
        packet = wire.request(self.token, GAMES, "games")
        sock = wire.send(self.patd.user_sock, packet, GAMES)
        self.start_patd_again()
        self.assertEqual(wire.answer(sock)[0], wire.ACCEPTED)

    def test_availability__logins_of_root_do_not_notice_that_patd_bus_is_killed(self):
        for _ in range(5):
            with self.logins(self.token, uid=GAMES, user="games") as verdicts:
                look_until(lambda: verdicts)
                self.front.kill()
                self.front.start()
                n = len(verdicts)
                while len(verdicts) < n + 10:
                    pass
            self.assertEqual(set(verdicts), {wire.ACCEPTED})
        self.root.wait_for_owner()
        self.assertServes()

    def test_a_change_that_was_reported_is_there_after_patd_bus_was_killed(self):
        self.root.revoke(self.token)
        self.front.kill()
        self.front.start()
        self.root.wait_for_owner()
        self.assertEqual(self.root.get(self.token, "State"), "revoked")

    def test_patd_bus_starts_without_patd_and_serves_when_it_comes(self):
        self.patd.end()
        self.front.start()
        self.assertIsNone(self.root.owner())
        self.start_patd_again()
        self.root.wait_for_owner()
        self.assertServes()


class Strangers(FrontTest):
    @contextlib.contextmanager
    def lingering(self):
        """A socket whose last close takes a minute, or until the end of the block."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            near = socket.create_connection(server.getsockname())
            far, _ = server.accept()
            with near, far:
                linger = struct.pack("ii", 1, 60)
                near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                near.setblocking(False)
                with contextlib.suppress(BlockingIOError):
                    while True:
                        near.send(bytes(65536))
                yield near
                # The rest has nowhere to go, and is thrown away.
                reset = struct.pack("ii", 1, 0)
                far.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
                far.close()

    def pass_on(self, message, sock):
        """Sends patd-bus the message with the socket, and closes it here: not yet the last close."""
        self.front.process.send_signal(signal.SIGSTOP)
        fds = Gio.UnixFDList.new()
        fds.append(sock.fileno())
        message.set_unix_fd_list(fds)
        message.set_destination(NAME)
        self.games.connection.send_message(message, Gio.DBusSendMessageFlags.NONE)
        self.games.connection.flush_sync(None)
        self.games.bus("GetId")  # the bus has passed it on
        message.set_unix_fd_list(None)
        for fd in fds.steal_fds():
            os.close(fd)
        sock.close()
        self.front.process.send_signal(signal.SIGCONT)

    def messages(self):
        call = Gio.DBusMessage.new_method_call(NAME, ROOT, MANAGER, "Unsubscribe")
        yield "a call", call
        call = Gio.DBusMessage.new_method_call(NAME, ROOT, MANAGER, "Check")
        call.set_body(GLib.Variant("(ha{sv})", (0, {})))
        yield "a secret to check", call
        yield "an unknown method", Gio.DBusMessage.new_method_call(NAME, ROOT, MANAGER, "NoSuch")
        yield "an unknown object", Gio.DBusMessage.new_method_call(NAME, "/x", MANAGER, "NoSuch")
        yield "a signal", Gio.DBusMessage.new_signal(ROOT, TOKEN, "Used")
        error = Gio.DBusMessage()
        error.set_message_type(Gio.DBusMessageType.ERROR)
        error.set_error_name("org.example.Error")
        error.set_reply_serial(1)
        yield "an error", error

    def test_availability__nobody_else_waits_for_a_descriptor_whose_close_blocks(self):
        for case, message in self.messages():
            with self.subTest(case), self.lingering() as sock:
                self.pass_on(message, sock)
                self.assertServes()
                # Nor does who passed it, with other calls.
                self.assertEqual(ids(self.games.list()), [self.token.id])

    def test_availability__who_blocks_a_close_cannot_fill_the_socket_with_connections(self):
        daemons = self.root.generate("daemon's", user="daemon")
        _, call = next(self.messages())
        with self.lingering() as sock:
            self.pass_on(call, sock)
            self.games.bus("GetId")
            before = self.front.descriptors()
            packet = wire.request(self.token, GAMES, "games")
            for n in range(1000):
                stranger = wire.connect(self.patd.user_sock, GAMES)
                for _ in range(n % 4):
                    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                        stranger.send(packet if n % 8 < 4 else b"")
                stranger.close()
            verdict = self.verify(daemons, DAEMON, "daemon", DAEMON, self.patd.user_sock)
            self.assertEqual(verdict, wire.ACCEPTED)
            self.assertLess(self.front.descriptors(), before + 100)

    def test_availability__patd_bus_is_started_anew_when_strangers_fill_its_table(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))

        self.front.end()
        self.front.start(preexec_fn=limit)
        self.root.wait_for_owner()
        with self.lingering() as sock:
            self.pass_on(next(self.messages())[1], sock)
            while self.front.descriptors() < 200:
                _, call = next(self.messages())
                with open(os.devnull, "rb") as file:
                    call.set_unix_fd_list(Gio.UnixFDList.new_from_array([os.dup(file.fileno())]))
                self.games.connection.send_message(call, Gio.DBusSendMessageFlags.NONE)
                self.games.bus("GetId")
            wire.connect(self.patd.user_sock, GAMES).close()
            self.front.process.wait(PATIENCE_S)
        self.assertIn("starts anew", self.front.log())
        self.front.start()
        self.root.wait_for_owner()
        self.assertServes()

    def fill_the_bus(self):
        """Until patd-bus leaves it: subscribers of changes that root makes, on a bus that stands."""
        tokens = [self.root.generate(f"token {n}", user="games") for n in range(10)]
        subscribers = [self.client(GAMES) for _ in range(30)]
        for subscriber in subscribers:
            subscriber.subscribe()
        self.bus.process.send_signal(signal.SIGSTOP)
        turn = 0
        while "takes no more messages" not in self.front.log():
            turn += 1
            for token in tokens:
                subprocess.run(
                    [os.path.join(BUILD, "patctl/patctl"), "rename", token.id, f"{turn} {token.id}"],
                    env=self.bus.environment(), stdout=subprocess.DEVNULL, timeout=PATIENCE_S,
                    check=True,
                )  # fmt: skip
        for subscriber in subscribers:
            self.clients.remove(subscriber)
        self.bus.process.send_signal(signal.SIGCONT)

    def test_availability__a_blocked_close_does_not_keep_the_name_on_a_connection_given_up(self):
        before = self.root.owner()
        with self.lingering() as sock:
            # Whose it is nobody can say: who sent it has left before patd-bus sees it.
            self.front.process.send_signal(signal.SIGSTOP)
            stranger = self.client(GAMES)
            message = next(self.messages())[1]
            fds = Gio.UnixFDList.new()
            fds.append(sock.fileno())
            message.set_unix_fd_list(fds)
            message.set_destination(NAME)
            stranger.connection.send_message(message, Gio.DBusSendMessageFlags.NONE)
            stranger.connection.flush_sync(None)
            stranger.bus("GetId")
            for fd in fds.steal_fds():
                os.close(fd)
            stranger.close()
            while stranger.connection.get_unique_name() in self.root.bus("ListNames")[0]:
                pass
            self.front.process.send_signal(signal.SIGCONT)
            sock.close()
            self.fill_the_bus()
            until = time.monotonic() + PATIENCE_S
            while self.root.owner() in (None, before):
                self.assertLess(time.monotonic(), until, "the name does not come back")
            self.client(DAEMON).list()

    def test_availability__patd_listens_to_root_patd_bus_and_patd_fleet_alone(self):
        sockets = set()
        for fd in os.listdir(f"/proc/{self.patd.process.pid}/fd"):
            with contextlib.suppress(OSError):
                sockets.add(os.readlink(f"/proc/{self.patd.process.pid}/fd/{fd}"))
        listening = []
        with open("/proc/net/unix", encoding="ascii", errors="replace") as lines:
            for line in list(lines)[1:]:
                _, _, _, flags, _, _, inode, *path = line.split()
                if f"socket:[{inode}]" in sockets and flags == ACCEPTS_CONNECTIONS:
                    listening += path
        fleet_sock = os.path.join(os.path.dirname(self.patd.root_sock), "fleet.sock")
        self.assertEqual(
            sorted(listening), [fleet_sock, self.patd.front_sock, self.patd.root_sock])
        for path in listening:
            self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
        pids = {self.root.bus("GetConnectionUnixProcessID", "(s)", name)[0]
                for name in self.root.bus("ListNames")[0]}  # fmt: skip
        self.assertIn(self.front.process.pid, pids)
        self.assertNotIn(self.patd.process.pid, pids)

    def test_availability__a_user_with_many_calls_under_way_can_revoke(self):
        desktop = self.root.generate("desktop", user="games")
        self.patd.process.send_signal(signal.SIGSTOP)
        lists = [self.games.begin("ListTokens", "(a{sv}us)", {}, 0, "") for _ in range(300)]
        wait_until(lambda: sum(answer.done for answer in lists) >= 300 - 128)
        change = {"path": desktop.path, "interface": TOKEN}
        revoke = self.games.begin("Revoke", "(a{sv})", {}, **change)
        delete = self.games.begin("Delete", "(a{sv})", {}, **change)
        everybody = self.client(DAEMON).begin("ListTokens", "(a{sv}us)", {}, 0, "")
        self.games.bus("GetId")
        self.patd.process.send_signal(signal.SIGCONT)
        revoke.wait()
        delete.wait()
        everybody.wait()
        self.assertEqual(ids(self.root.list(all=True)), [self.token.id])

    def test_silent_connections_of_one_user_do_not_end_those_of_others(self):
        self.front.end()
        self.front.start(env=self.front.patient())
        waiting = wire.connect(self.patd.user_sock, DAEMON)
        silent = [wire.connect(self.patd.user_sock, GAMES) for _ in range(300)]
        self.assertIsNone(wire.reply(silent[0]))  # the user's own make room
        waiting.send(wire.request(self.token, DAEMON, "daemon"))
        self.assertEqual(wire.answer(waiting)[0], wire.OTHER_USER)
        for sock in silent:
            sock.close()

    def test_messages_above_64_kib_are_refused_and_not_kept(self):
        before = self.front.resident()
        for _ in range(3):
            args = ({"name": GLib.Variant("s", "x" * 20 * MIB)}, 0, "")
            self.assertRefused(
                "InvalidArgs", self.games.call, ROOT, MANAGER, "ListTokens", "(a{sv}us)", *args
            )
        self.assertServes()
        if not SANITIZED:
            self.assertLess(self.front.resident() - before, 64 * MIB)

    @unittest.skipIf(SANITIZED, "a sanitiser keeps freed memory")
    def test_memory_is_bounded_with_calls_of_many_clients(self):
        before = self.front.resident()
        self.patd.process.send_signal(signal.SIGSTOP)
        clients = [self.client(GAMES) for _ in range(20)]
        answers = [
            client.begin("Generate", "(sa{sv})", "x" * 255, {})
            for client in clients
            for _ in range(100)
        ]
        wait_until(lambda: sum(answer.done for answer in answers) >= 2000 - 128)
        self.assertLess(self.front.resident() - before, 16 * MIB)
        self.patd.process.send_signal(signal.SIGCONT)
        wait_until(lambda: all(answer.done for answer in answers))


if __name__ == "__main__":
    tap.main()
