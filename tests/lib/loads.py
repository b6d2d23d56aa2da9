# SPDX-License-Identifier: LGPL-2.1-or-later
"""What one ordinary user can do to patd: each load runs in a process of its own, as that user.

A load is a function of (world, deadline): a Target, and when to end, by time.monotonic().  It must
end soon after, and leave nothing: what it holds is closed with its process.
"""
import ctypes
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from types import SimpleNamespace

import wire
from client import MANAGER, NAME, OBJECT_MANAGER, ROOT, Gio, GLib, vardict

NO_FD, WITH_FD = Gio.DBusCapabilityFlags.NONE, Gio.DBusCapabilityFlags.UNIX_FD_PASSING
LINGER_S = 2  # how long a close of ours may take
HELD = 6  # such descriptors, of one user
LARGE = 30 << 20  # bytes of a message, below the bus's own limit
LARGE_MESSAGES = 3
QUESTIONS = 128
READERS = 32
SUB_UIDS = range(100000, 100064)
SERIAL_AT = 8  # in a message


class Target:
    """Where patd is, and who the user is."""

    def __init__(self, bus, user_sock, uid, user, token):
        self.bus, self.user_sock = bus, user_sock
        self.uid, self.user, self.token = uid, user, token


class RawBus:
    """A connection that sends what it is given, and reads only if it is asked to."""

    def __init__(self, path):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(path)
        self.sock.sendall(b"\0AUTH EXTERNAL " + str(os.geteuid()).encode().hex().encode() + b"\r\n")
        assert b"OK" in self.sock.recv(200)
        self.sock.sendall(b"NEGOTIATE_UNIX_FD\r\n")
        assert b"AGREE" in self.sock.recv(200)
        self.sock.sendall(b"BEGIN\r\n")
        self.serial = 0
        hello = Gio.DBusMessage.new_method_call(
            "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "Hello"
        )
        self.send(blob(hello))

    def send(self, message):
        self.serial += 1
        struct.pack_into("<I", message, SERIAL_AT, self.serial)
        self.sock.sendall(message)

    def discard(self):
        """Reads and forgets everything from now on, in a thread."""
        def read():
            while self.sock.recv(1 << 20):
                pass

        threading.Thread(target=read, daemon=True).start()


def blob(message):
    message.set_serial(1)
    message.set_byte_order(Gio.DBusMessageByteOrder.LITTLE_ENDIAN)
    return bytearray(message.to_blob(NO_FD))


def call(method, signature, *args, path=ROOT, interface=MANAGER):
    message = Gio.DBusMessage.new_method_call(NAME, path, interface, method)
    message.set_body(GLib.Variant(signature, args))
    return message


def list_call():
    return call("ListTokens", "(a{sv}us)", {}, 0, "")


def until(deadline, step):
    while time.monotonic() < deadline:
        try:
            step()
        except (OSError, AssertionError, GLib.Error):
            time.sleep(0.01)  # refused: a load is no test, and tries again


# --- descriptors ------------------------------------------------------------------------------
def slow_descriptor():
    """A TCP connection to ourselves, full, whose last close waits LINGER_S seconds for a reader."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock = socket.create_connection(listener.getsockname())
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, LINGER_S))
    sock.setblocking(False)
    try:
        while True:
            sock.send(bytes(65536))
    except BlockingIOError:
        pass
    sock.setblocking(True)  # or the close would not wait
    return sock, listener


def descriptors_to_the_socket(target, deadline):
    packet, kept = wire.request(target.token, target.uid, target.user), []
    for _ in range(HELD):
        sock, listener = slow_descriptor()
        door = wire.connect(target.user_sock, os.geteuid())
        socket.send_fds(door, [packet], [sock.fileno()])
        sock.close()
        kept += [door, listener]
    until(deadline, lambda: time.sleep(0.1))


def descriptors_to_the_bus(target, deadline):
    bus, kept = RawBus(target.bus), []
    for _ in range(HELD):
        sock, listener = slow_descriptor()
        # Refused for its arguments, and asks nobody.
        message = Gio.DBusMessage.new_method_call(NAME, ROOT, MANAGER, "ListTokens")
        message.set_unix_fd_list(Gio.UnixFDList.new_from_array([os.dup(sock.fileno())]))
        message.set_serial(1)
        bytes_of = bytearray(message.to_blob(WITH_FD))
        bus.serial += 1
        struct.pack_into("<I", bytes_of, SERIAL_AT, bus.serial)
        socket.send_fds(bus.sock, [bytes_of[:16]], [sock.fileno()])
        for fd in [*message.get_unix_fd_list().steal_fds(), sock.detach()]:
            os.close(fd)  # before anybody else can: the last one to close it waits
        bus.sock.sendall(bytes_of[16:])
        kept.append(listener)
    bus.discard()
    until(deadline, lambda: time.sleep(0.1))


# --- messages ---------------------------------------------------------------------------------
def small_calls(target, deadline):
    bus, message = RawBus(target.bus), blob(list_call())
    bus.discard()
    until(deadline, lambda: bus.send(message))


def calls_without_reading(target, deadline):
    """The bus stops taking more from it by itself; then it waits."""
    bus, message = RawBus(target.bus), blob(list_call())
    bus.sock.settimeout(0.5)
    until(deadline, lambda: bus.send(message))


def large_messages(target, deadline):
    """Some, and the sender gone at once."""
    for _ in range(LARGE_MESSAGES):
        bus = RawBus(target.bus)
        text = GLib.Variant("s", "x" * LARGE)
        message = call("ListTokens", "(a{sv}us)", {"name": text}, 0, "")
        bus.send(blob(message))
        bus.sock.close()
    until(deadline, lambda: time.sleep(0.1))


# --- lists ------------------------------------------------------------------------------------
def many(message, readers=READERS):
    """The same call from many connections, each of which waits for the reply."""

    def load(target, deadline):
        def one():
            connection = Gio.DBusConnection.new_for_address_sync(
                "unix:path=" + target.bus,
                Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
                | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION,
                None, None,
            )  # fmt: skip
            flags = Gio.DBusSendMessageFlags.NONE
            until(deadline, lambda: connection.send_message_with_reply_sync(
                message(), flags, 30000, None))  # fmt: skip

        threads = [threading.Thread(target=one, daemon=True) for _ in range(readers)]
        for thread in threads:
            thread.start()
        until(deadline, lambda: time.sleep(0.1))

    return load


def slow_names(target, deadline):
    """Revokes the tokens of users whom NSS finds slowly, which it may not."""
    bus, number = RawBus(target.bus), [0]
    bus.discard()

    def ask():
        number[0] += 1
        bus.send(blob(call("RevokeAll", "(a{sv})", vardict(user=f"slow{number[0]}"))))
        time.sleep(0.001)

    until(deadline, ask)


def polkit_questions(target, deadline):
    """Calls for which polkit asks the user, who does not answer."""
    bus = RawBus(target.bus)
    for n in range(QUESTIONS):
        message = call("Generate", "(sa{sv})", f"question {n}", {})
        message.set_flags(Gio.DBusMessageFlags.ALLOW_INTERACTIVE_AUTHORIZATION)
        bus.send(blob(message))
    bus.discard()
    until(deadline, lambda: time.sleep(0.1))


# --- logins -----------------------------------------------------------------------------------
def logins(target, deadline):
    packet = wire.request(target.token, target.uid, target.user)

    def ask():
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as sock:
            sock.settimeout(5)
            sock.connect(target.user_sock)
            sock.send(packet)
            sock.recv(100)

    until(deadline, ask)


def malformed_requests(target, deadline):
    """Each of which patd may log."""

    def ask():
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as sock:
            sock.settimeout(1)
            sock.connect(target.user_sock)
            sock.send(b"malformed")
            sock.recv(100)

    until(deadline, ask)


def idle_connections(target, deadline):
    """As many as one user gets, which send nothing."""
    kept = []

    def hold():
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        sock.settimeout(0.2)
        sock.connect(target.user_sock)
        kept.append(sock)
        if len(kept) > 500:
            kept.pop(0).close()

    until(deadline, hold)


LOADS = {
    "descriptors that close slowly, user.sock": descriptors_to_the_socket,
    "descriptors that close slowly, D-Bus": descriptors_to_the_bus,
    "small calls as fast as they go": small_calls,
    "three messages of 30 MB": large_messages,
    "calls, and no reply read": calls_without_reading,
    "32 read all their objects": many(
        lambda: call("GetManagedObjects", "()", interface=OBJECT_MANAGER)
    ),
    "32 call ListTokens": many(list_call),
    "32 call ListHistory": many(lambda: call("ListHistory", "(a{sv}us)", {}, 0, "")),
    "32 call RevokeAll, nothing to revoke": many(lambda: call("RevokeAll", "(a{sv})", {})),
    "128 questions to polkit": polkit_questions,
    "names that are looked up slowly": slow_names,
    "logins on user.sock": logins,
    "malformed requests": malformed_requests,
    "connections that send nothing": idle_connections,
}
SUB_UID_LOADS = {"logins of 64 sub-uids": logins}
NAMES = [*LOADS, *SUB_UID_LOADS]


class _AnyUid:
    """For as_uid() in a process that has one uid and keeps it."""

    def __init__(self, _uid):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


def _become(uid):
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    wire.as_uid = _AnyUid


def main():
    """The process of one load: told what to do on standard input, since a token is in it."""
    told = json.load(sys.stdin)
    token = SimpleNamespace(**told["token"])
    target = Target(told["bus"], told["user_sock"], told["uid"], told["user"], token)
    name, deadline = told["load"], time.monotonic() + told["seconds"]
    if told["group"]:
        with open(os.path.join(told["group"], "cgroup.procs"), "w", encoding="ascii") as file:
            file.write(str(os.getpid()))
    print(flush=True)
    if name in LOADS:
        _become(target.uid)
        LOADS[name](target, deadline)
        return
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    for uid in SUB_UIDS:
        if os.fork() == 0:
            _become(uid)
            SUB_UID_LOADS[name](target, deadline)
            os._exit(0)
    until(deadline, lambda: time.sleep(0.1))


def start(name, target, seconds, group=None):
    """Starts the load of one user, in a control group; returns its process once it has begun."""
    process = subprocess.Popen(
        [sys.executable, "-B", os.path.abspath(__file__)], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    json.dump({
        "load": name, "bus": target.bus, "user_sock": target.user_sock, "uid": target.uid,
        "user": target.user, "seconds": seconds, "group": group,
        "token": {"id": target.token.id, "text": target.token.text},
    }, process.stdin)  # fmt: skip
    process.stdin.close()
    process.stdout.readline()
    return process


def stop(processes):
    for process in processes:
        process.kill()
        process.wait()
        process.stdout.close()


if __name__ == "__main__":
    main()
