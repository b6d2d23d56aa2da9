#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The requests of protocol/*.h over root.sock and front.sock, without any bus."""
import os
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import requests
import tap
import wire
from fixture import BUILD, DAEMON, GAMES, PATD, PatdTest
from requests import Connection, Refused
from sealed_box import Box

DAY = 24 * 3600
AS_GAMES = (GAMES, 0, "games")
AS_DAEMON = (DAEMON, 0, "daemon")
ACTION = {name: 1 << number for number, name in enumerate(requests.ACTIONS)}
SERVICES = ",".join(f"s{n:03}" for n in range(50))  # a long row
EVERYTHING = 0xFFFFFFFF  # granted, and bits that are no action


class RequestsTest(PatdTest):
    start_bus = start_front = False

    def setUp(self):
        super().setUp()
        self.front_sock = os.path.join(self.patd.run, "front.sock")
        self.ask = self.connect(self.patd.root_sock)
        self.front = self.connect(self.front_sock, AS_GAMES)
        for connection in (self.ask, self.front):
            connection.manager()  # patd closes one that says nothing for three seconds

    def connect(self, path, caller=(0, 0, "")):
        connection = Connection(path, caller)
        self.addCleanup(connection.close)
        return connection

    def generate(self, name="laptop", **more):
        return self.ask.generate(name, user="games", uid=GAMES, **more)

    def use(self, token, uid=GAMES, user="games"):
        """A login that waits for an approval: its socket."""
        before = len(self.ask.rows("list_approvals", all=True))
        sock = wire.send(self.patd.root_sock, wire.request(token, uid, user, service=b"sudo"))
        self.addCleanup(sock.close)
        wire.asked(sock, ("sudo", "id"), uid=uid)
        while len(self.ask.rows("list_approvals", all=True)) == before:
            pass
        return sock

    def assertFewDescriptors(self, before):
        """About as many as before are open, as soon as patd has seen which clients have gone."""
        deadline = time.monotonic() + requests.PATIENCE_S
        while self.patd.descriptors() > before + 3:
            self.assertLess(time.monotonic(), deadline, self.patd.descriptors())
            self.ask.manager()

    def refuse(self, name, call, *args, **members):
        with self.assertRaises(Refused) as caught:
            call(*args, **members)
        self.assertEqual(caught.exception.name, name, caught.exception.message)
        self.assertNotEqual(caught.exception.message, "")
        return caught.exception


class Root(RequestsTest):
    def test_the_life_of_a_token(self):
        token = self.generate(services="sudo,ssh*", max_uses=3)
        self.assertEqual(self.verify_games(token, service=b"sudo"), wire.ACCEPTED)
        row = self.ask.get(token)
        self.assertEqual(
            (row["Name"], row["User"], row["State"], row["Services"], row["MaxUses"], row["Uses"]),
            ("laptop", "games", "active", "ssh*,sudo", 3, 1),
        )
        self.assertEqual(self.ask.rows("sources", id=token.id)[0]["Service"], "sudo")
        self.ask.change("rename", token, name="desk")
        rotated = self.ask.rotate(token)
        self.assertNotEqual(rotated.text, token.text)
        self.assertEqual(self.verify_games(rotated, service=b"sudo"), wire.ACCEPTED)
        self.ask.change("revoke", token, reason="lost")
        self.assertEqual(self.verify_games(rotated, service=b"sudo"), wire.REVOKED)
        self.ask.change("restore", token)
        self.assertEqual(self.ask.revoke_all(user="games", uid=GAMES), 1)
        self.assertEqual(self.ask.revoke_all(user="games", uid=GAMES), 0)
        self.ask.change("delete", token)
        self.refuse("NotFound", self.ask.get, token)
        events = [row["Event"] for row in self.ask.all_rows("history", all=True)]
        self.assertEqual(
            events,
            ["generated", "used", "renamed", "rotated", "used", "revoked", "refused", "restored",
             "revoked", "deleted"],
        )  # fmt: skip
        self.assertEqual(self.ask.verify_history(), (10, 1, 0, ""))

    def test_a_user_is_disabled_and_enabled(self):
        token = self.generate()
        self.ask.call("disable", user="games", reason="left")
        self.assertEqual(self.verify_games(token), wire.DISABLED)
        (row,) = self.ask.rows("list_disabled")
        self.assertEqual((row["User"], row["Reason"], row["ByUid"]), ("games", "left", 0))
        self.ask.call("enable", user="games")
        self.assertEqual(self.ask.rows("list_disabled"), [])
        self.assertEqual(self.verify_games(token), wire.ACCEPTED)

    def test_scope__disable_of_everybody_is_said_by_its_flag_alone(self):
        token = self.generate()
        for kind in ("disable", "enable"):
            for wrong in ({}, {"user": ""}, {"user": "games", "all": True}, {"user": "", "all": True},
                          {"reason": "left"}):  # fmt: skip
                with self.subTest(f"{kind} {wrong}"):
                    self.refuse("InvalidArgs", self.ask.call, kind, **wrong)
        self.assertEqual(self.ask.rows("list_disabled"), [])
        self.assertEqual(self.verify_games(token), wire.ACCEPTED)
        self.ask.call("disable", all=True)
        self.refuse("InvalidArgs", self.ask.call, "enable", user="")
        self.assertEqual(self.verify_games(token), wire.DISABLED)
        self.ask.call("enable", user="games")
        self.assertEqual(self.verify_games(token), wire.DISABLED)
        self.ask.call("enable", all=True)
        self.assertEqual(self.verify_games(token), wire.ACCEPTED)

    def test_scope__an_empty_user_is_nobody(self):
        token = self.generate()
        for kind in ("list", "history"):
            self.refuse("InvalidArgs", self.ask.rows, kind, user="")
        for uid in (0, GAMES):
            self.assertEqual(self.ask.revoke_all(user="", uid=uid), 0)
        self.refuse("UnknownUser", self.ask.generate, "new", user="", uid=0)
        self.assertEqual(self.verify_games(token), wire.ACCEPTED)

    def test_a_secret_can_be_sealed(self):
        box = Box()
        token = self.generate(recipient=box.recipient)
        self.assertIsNone(token.text)
        token.text = box.open(token.box).decode()
        self.assertEqual(self.verify_games(token), wire.ACCEPTED)
        self.refuse("InvalidArgs", self.generate, "other", recipient=bytes(32))

    def test_a_check_tells_every_reason(self):
        token = self.generate(services="sudo")
        self.ask.change("revoke", token)
        self.assertEqual(
            sorted(self.ask.check(token, service="sshd")),
            sorted([wire.REVOKED, wire.WRONG_SERVICE]),
        )

    def test_a_check_counts_the_account_if_it_is_given(self):
        token = self.generate()
        self.assertEqual(self.ask.check(token), [])
        self.assertEqual(self.ask.check(token, account=1 | 2), [wire.ACCOUNT_CLOSED])
        self.assertEqual(self.ask.check(token, account=0), [])

    def test_the_settings_and_the_time_are_told(self):
        now, lifetime, broken = self.ask.manager()
        self.assertLess(abs(now - time.time()), 60)
        self.assertEqual(broken, 0)
        self.assertEqual(lifetime, 30 * DAY)
        settings = {row["Key"]: row["Value"] for row in self.ask.rows("policy")}
        self.assertEqual(settings["tokens.default_lifetime"], "30d")

    def test_lists_come_in_pages_of_any_size(self):
        names = [f"n{number:03}" for number in range(300)]
        for name in names:
            self.generate(name)
        rows, cursor = self.ask.page("list", all=True)
        self.assertEqual(len(rows), 256)
        self.assertNotEqual(cursor, "")
        for limit in (0, 1, 7, 255):
            rows = self.ask.all_rows("list", all=True, limit=limit)
            self.assertEqual([row["Name"] for row in rows], names)
        rows = self.ask.all_rows("list", user="games", name_pattern="n29*")
        self.assertEqual([row["Name"] for row in rows], names[290:])
        rows = self.ask.all_rows("history", all=True, reverse=True, limit=100)
        self.assertEqual([row["Seq"] for row in rows], list(range(300, 0, -1)))
        self.refuse("InvalidArgs", self.ask.call, "list", all=True, cursor="no cursor")

    def test_requests_can_be_sent_together(self):
        token = self.generate()
        kinds = ["rename", "get", "rename", "get", "revoke", "get"]
        more = [{"name": "a"}, {}, {"name": "b"}, {}, {}, {}]
        serials = [self.ask.send(kind, id=token.id, **m) for kind, m in zip(kinds, more)]
        seen, done = [], set()
        while len(done) < len(serials):
            answer = self.ask.receive()
            if answer.kind == requests.ROWS:
                row, _ = requests.take_row(requests.TOKEN_ROW, answer.body)
                seen.append((answer.serial, row["Name"], row["State"]))
            else:
                self.assertEqual(answer.kind, requests.DONE)
                done.add(answer.serial)
        # Each reads what was changed before it.
        self.assertEqual(
            seen,
            [(serials[1], "a", "active"), (serials[3], "b", "active"),
             (serials[5], "b", "revoked")],
        )  # fmt: skip

    def test_availability__only_root_can_connect(self):
        for path in (self.patd.root_sock, self.front_sock):
            with self.assertRaises(PermissionError):
                Connection(path, uid=GAMES)

    def test_a_connection_too_many_is_closed(self):
        self.ask.manager()
        connections = [self.connect(self.patd.root_sock) for _ in range(70)]
        closed = 0
        for connection in connections:
            connection.send("manager")
            closed += connection.receive() is None
        self.assertEqual(closed, 7)
        self.ask.manager()


class Following(RequestsTest):
    def setUp(self):
        super().setUp()
        self.follower = self.connect(self.front_sock)
        self.follower.call("follow", all=True)

    def test_an_event_comes_before_the_answer_to_who_caused_it(self):
        self.follower.serial = 100
        serial = self.follower.send("generate", name="laptop", user="games", uid=GAMES)
        answers = []
        while not answers or answers[-1].serial != serial:
            answers.append(self.follower.receive())
        kinds = [answer.kind for answer in answers]
        self.assertIn(requests.TOKEN, kinds[:-1])
        self.assertEqual(answers[-1].kind, requests.DONE)

    def test_each_change_is_told_with_its_row(self):
        token = self.generate()
        self.ask.change("revoke", token, reason="lost")
        self.ask.change("restore", token)
        self.ask.change("rename", token, name="desk")
        self.ask.change("revoke", token)
        self.ask.change("delete", token)
        changed = requests.CHANGED
        told = [self.follower.next_token_event() for _ in range(6)]
        self.assertEqual(
            [(event, row["Name"], row["State"]) for event, row in told],
            [(requests.GENERATED, "laptop", "active"), (changed, "laptop", "revoked"),
             (changed, "laptop", "active"), (changed, "desk", "active"),
             (changed, "desk", "revoked"), (requests.DELETED, "desk", "revoked")],
        )  # fmt: skip

    def test_a_login_is_told_with_its_place(self):
        token = self.generate()
        self.follower.next_token_event()
        self.assertEqual(self.verify_games(token, service=b"sudo"), wire.ACCEPTED)
        event, row = self.follower.next_token_event()
        self.assertEqual((event, row["Uses"], row["LastUsedService"]), (requests.USED, 1, "sudo"))

    def test_the_end_of_a_token_is_told(self):
        self.generate(lifetime=2)
        self.assertEqual(self.follower.next_token_event()[0], requests.GENERATED)
        event, row = self.follower.next_token_event()
        self.assertEqual((event, row["State"]), (requests.CHANGED, "expired"))

    def test_the_history_is_told_with_its_owner(self):
        self.generate()
        while True:
            kind, by_name, owner = self.follower.next_event()
            if kind == requests.ENTRY:
                break
        self.assertEqual((by_name, owner), (0, (GAMES, "games")))

    def test_a_user_follows_its_own_only(self):
        own = self.connect(self.front_sock, AS_DAEMON)
        own.call("follow")
        self.generate()
        self.ask.generate("other", user="daemon", uid=DAEMON)
        self.assertEqual(own.next_token_event()[1]["Name"], "other")
        self.refuse("AccessDenied", own.call, "follow", all=True)

    def test_a_follower_that_does_not_read_loses_its_connection(self):
        token = self.generate(services=SERVICES)
        log = "does not read its answers"
        for _ in range(20000):
            self.ask.change("rename", token, name="a" * 200)
            self.ask.change("rename", token, name="b" * 200)
            if log in self.patd.log():
                break
        self.assertIn(log, self.patd.log())
        while self.follower.receive() is not None:
            pass
        self.ask.manager()


class Front(RequestsTest):
    def test_a_user_has_its_own_tokens_and_no_others(self):
        own = self.generate()
        other = self.ask.generate("other", user="daemon", uid=DAEMON)
        self.assertEqual([row["Id"] for row in self.front.rows("list")], [own.id])
        self.refuse("NotFound", self.front.get, other)
        refused = self.refuse("AccessDenied", self.front.change, "revoke", other)
        self.assertEqual(refused.lacks, "manage_others")
        self.refuse("AccessDenied", self.front.rows, "list", all=True)
        self.front.change("revoke", own)
        refused = self.refuse("AccessDenied", self.front.change, "restore", own)
        self.assertEqual(refused.lacks, "restore_own")
        self.front.change("restore", own, (GAMES, ACTION["restore_own"], "games"))

    def test_separation__what_polkit_granted_counts_for_its_request_alone(self):
        token = self.ask.generate("other", user="daemon", uid=DAEMON)
        granted = (GAMES, ACTION["manage_others"], "games")
        self.front.change("revoke", token, granted)
        self.refuse("AccessDenied", self.front.change, "delete", token)
        self.front.change("delete", token, granted)

    def test_separation__what_only_root_may_is_refused_whatever_is_claimed(self):
        own = self.generate()
        other = self.ask.generate("other", user="daemon", uid=DAEMON)
        for claim in ((0, EVERYTHING, "root"), (0, 0, ""), (GAMES, EVERYTHING, "games")):
            self.refuse("AccessDenied", self.front.call, "backup", claim)
            self.refuse("NotFound", self.front.check, other, claim)
        self.assertEqual(self.front.check(own), [])
        self.refuse("AccessDenied", self.front.verify, own, GAMES, "games", (0, 0, "root"))

    def test_separation__nobody_can_be_what_there_is_not(self):
        for claim in ((GAMES, 0, "root"), (GAMES, 0, ""), (GAMES, 0, "\x1b[2J"),
                      (0xFFFFFFFF, 0, "games")):  # fmt: skip
            with self.subTest(claim):
                self.refuse("UnknownUser", self.front.rows, "list", claim)

    def test_separation__a_login_is_decided_for_the_user_who_asks(self):
        token = self.generate()
        self.assertEqual(self.front.verify(token, GAMES, "games"), wire.ACCEPTED)
        self.assertEqual(
            self.front.verify(token, GAMES, "games", AS_DAEMON), wire.NOT_ALLOWED
        )
        self.assertEqual(self.front.get(token)["Uses"], 1)

    def test_separation__all_else_it_can_ask_for_as_root(self):
        """What whoever takes patd-bus over can do: SECURITY.md says so."""
        as_root = (0, 0, "root")
        other = self.generate()
        token = self.front.generate("roots", as_root)
        self.assertEqual(self.verify(token), wire.ACCEPTED)
        one = {"id": token.id}
        waits = self.generate("waits", confirm=1)
        approved, denied = self.use(waits), self.use(waits)
        waiting = [row["Id"] for row in self.ask.rows("list_approvals", all=True)]
        calls = [
            ("manager", {}), ("policy", {}), ("list", {"all": True}), ("get", one),
            ("may_generate", {"name": "x"}), ("generate", {"name": "y"}), ("rotate", one),
            ("revoke", one), ("restore", one), ("rename", {"name": "z", **one}),
            ("set", {"note": "n", "services": "tests", **one}),
            ("sources", one), ("list_sessions", {"all": True}), ("history", {"all": True}), ("verify_history", {}),
            ("follow", {"all": True}), ("disable", {"user": "games"}), ("list_disabled", {}),
            ("enable", {"user": "games"}), ("revoke_all", {"user": "root", "uid": 0}),
            ("delete", one), ("check", {"digest": wire.digest(other.text), "id": other.id}),
            ("backup", {}), ("verify", {"part": wire.request(token)}),
            ("fleet_status", {}), ("fleet_hosts", {}), ("fleet_new_key", {}),
        ]  # fmt: skip
        calls[:0] = [
            ("list_approvals", {"all": True}), ("approve", {"id": waiting[0]}),
            ("deny", {"id": waiting[1]}),
        ]  # fmt: skip
        self.assertEqual({kind for kind, _ in calls} | {"cancel"}, set(requests.KINDS))
        refused = {}
        for kind, members in calls:
            try:
                self.front.call(kind, as_root, **members)
            except Refused as error:
                refused[kind] = error.name
        denied_to_all = ("backup", "verify", "fleet_status", "fleet_hosts", "fleet_new_key")
        self.assertEqual(
            refused, {"check": "NotFound", **dict.fromkeys(denied_to_all, "AccessDenied")}
        )
        self.assertEqual(wire.reply(approved)[0], wire.ACCEPTED)
        self.assertEqual(wire.reply(denied)[0], wire.DENIED)

    def test_confirmed_uses__what_polkit_granted_to_the_owner_approves_its_own_alone(self):
        own = self.generate(confirm=1)
        other = self.ask.generate("other", user="daemon", uid=DAEMON, confirm=1)
        socks = [self.use(own), self.use(other, DAEMON, "daemon")]
        ids = [row["Id"] for row in self.ask.rows("list_approvals", all=True)]
        self.assertEqual([row["Id"] for row in self.front.rows("list_approvals")], ids[:1])
        refused = self.refuse("AccessDenied", self.front.call, "approve", id=ids[0])
        self.assertEqual(refused.lacks, "confirm")
        granted = (GAMES, ACTION["confirm"], "games")
        refused = self.refuse("AccessDenied", self.front.call, "approve", granted, id=ids[1])
        self.assertEqual(refused.lacks, "confirm_others")
        self.front.call("approve", granted, id=ids[0])
        self.assertEqual(wire.reply(socks[0])[0], wire.ACCEPTED)
        self.front.call("approve", (GAMES, ACTION["confirm_others"], "games"), id=ids[1])
        self.assertEqual(wire.reply(socks[1])[0], wire.ACCEPTED)

    def test_separation__the_history_tells_what_it_asks_for_as_root_from_what_root_does(self):
        token = self.ask.generate("root's")
        self.front.change("revoke", token, (0, EVERYTHING, "root"))
        entries = [(row["Event"], row["How"]) for row in self.ask.all_rows("history", all=True)]
        self.assertEqual(entries, [("generated", "root"), ("revoked", "bus")])

    def test_a_fifth_connection_is_closed(self):
        self.front.rows("list")
        more = [self.connect(self.front_sock, AS_GAMES) for _ in range(6)]
        closed = 0
        for connection in more:
            try:
                connection.rows("list")
            except ConnectionError:
                closed += 1
        self.assertEqual(closed, 3)


class Misuse(RequestsTest):
    def test_what_is_malformed_closes_its_connection_and_is_logged_once(self):
        good = requests.pack("list", 1)
        bad = [
            b"x", good[:-1], good + b"x", requests.pack("list", 0), requests.pack("manager", 1, magic=b"PAR2"),
            requests.pack("list", 1, part=bytes(7)), good[:300] + b"\xff" * (len(good) - 300),
            requests.pack("manager", 1, (0, 0, "x" * 256)),
        ]  # fmt: skip
        for path in (self.patd.root_sock, self.front_sock):
            for packet in bad:
                with Connection(path) as connection:
                    connection.socket.send(good if path == self.patd.root_sock else packet)
                    if path == self.patd.root_sock:
                        connection.socket.send(packet)
                    while connection.receive() is not None:
                        pass
        self.assertEqual(self.patd.log().count("malformed"), 1)
        self.ask.manager()

    def test_descriptors_are_not_taken(self):
        self.ask.manager()
        before = self.patd.descriptors()
        for _ in range(20):
            packet = requests.pack("manager", 1)
            try:
                socket.send_fds(self.ask.socket, [packet], [0, 1, 2])
            except PermissionError:  # the kernel knows SO_PASSRIGHTS
                self.ask.socket.send(packet)
            list(self.ask.answers(1))
        self.assertFewDescriptors(before)

    def test_who_does_not_read_is_not_served_until_it_does(self):
        for number in range(40):
            self.generate(f"n{number}", services=SERVICES)
        serials = [self.front.send("list") for _ in range(100)]
        self.assertEqual(len(self.ask.all_rows("list", all=True)), 40)  # others are
        for serial in serials:
            rows = []
            for answer in self.front.answers(serial):
                if answer.kind == requests.ROWS:
                    rows += requests.take_rows(requests.TOKEN_ROW, answer.body)
            self.assertEqual(len(rows), 40)

    def test_a_client_that_goes_leaves_nothing_behind(self):
        token = self.generate()
        self.ask.manager()
        before = self.patd.descriptors()
        for _ in range(50):
            with Connection(self.patd.root_sock) as gone:
                gone.send("verify_history")
                gone.send("list", all=True)
                gone.send("rotate", id=token.id)
        self.ask.verify_history()
        self.assertFewDescriptors(before)


class Backup(RequestsTest):
    def begin(self, connection):
        """(serial, the pipe, the size of the image)"""
        serial = connection.send("backup")
        first = connection.receive()
        self.assertEqual((first.kind, first.serial), (requests.PROGRESS, serial))
        return serial, first.fd, int.from_bytes(first.body[8:16], sys.byteorder) // 2

    def test_a_backup_comes_through_a_pipe_and_can_be_restored(self):
        token = self.generate()
        serial, fd, size = self.begin(self.ask)
        with os.fdopen(fd, "rb") as pipe:
            data = pipe.read()
        self.assertEqual([a.kind for a in self.ask.answers(serial)][-1], requests.DONE)
        image, header = data[:size], data[size:]
        self.assertEqual(len(header), 88)
        path = os.path.join(self.folder, "backup")
        with open(path, "wb") as file:
            file.write(header + image)
        self.generate("later")
        self.assertEqual(self.patd.end(), 0)
        restored = subprocess.run(
            [PATD, f"--state-dir={self.patd.state}", f"--restore={path}"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        self.assertEqual(restored.returncode, 0, restored.stderr)
        self.patd.start()
        self.assertEqual(self.verify_games(token), wire.ACCEPTED)
        with Connection(self.patd.root_sock) as ask:
            self.assertEqual([row["Name"] for row in ask.rows("list", all=True)], ["laptop"])

    def test_a_backup_that_is_not_read_holds_up_nobody_and_can_be_cancelled(self):
        for number in range(100):
            self.generate(f"n{number}", services=SERVICES)
        other = self.connect(self.patd.root_sock)
        serial, fd, _ = self.begin(self.ask)
        self.refuse("LimitsExceeded", other.call, "backup")
        self.assertEqual(len(other.all_rows("list", all=True)), 100)
        self.ask.send("cancel", part=serial.to_bytes(8, sys.byteorder))
        while True:  # its answer; what came of the backup before it
            answer = self.ask.receive()
            self.assertIn(answer.serial, (serial, self.ask.serial))
            if answer.serial == self.ask.serial:
                break
        with os.fdopen(fd, "rb") as pipe:
            pipe.read()  # it ends
        self.whole_backup(other)

    def test_a_backup_ends_when_its_client_goes(self):
        for number in range(100):
            self.generate(f"n{number}", services=SERVICES)
        other = self.connect(self.patd.root_sock)
        _, fd, _ = self.begin(other)
        other.close()
        with os.fdopen(fd, "rb") as pipe:
            pipe.read()
        self.whole_backup(self.ask)

    def whole_backup(self, connection):
        """The one before may be ending still."""
        while True:
            try:
                serial, fd, _ = self.begin(connection)
                break
            except AssertionError:
                continue
        with os.fdopen(fd, "rb") as pipe:
            self.assertGreater(len(pipe.read()), 88)
        self.assertEqual([a.kind for a in connection.answers(serial)][-1], requests.DONE)


tap.main()
