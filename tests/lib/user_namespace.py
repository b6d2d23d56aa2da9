# SPDX-License-Identifier: LGPL-2.1-or-later
"""A user namespace of an ordinary user, as podman makes them: uid 0 in it is the user, and the
others are sub-uids.  Its map is written by root, as newuidmap does it for a user of subuid(5)."""
import os
import socket
import subprocess
import sys
import unittest

from wire import PATIENCE_S

# Connects as a uid inside to a path, each time it is told a line "UID TYPE PATH"; passes the
# connection on.
CONNECTOR = """
import ctypes, os, socket, sys
door = socket.socket(fileno=int(sys.argv[1]))
libc = ctypes.CDLL(None, use_errno=True)
if libc.unshare(0x10000000) < 0:  # CLONE_NEWUSER
    sys.exit("unshare: " + os.strerror(ctypes.get_errno()))
door.send(b"made")
while line := door.recv(1000):
    uid, kind, path = line.decode().split()
    os.seteuid(int(uid))
    with socket.socket(socket.AF_UNIX, int(kind)) as sock:
        sock.connect(path)
        socket.send_fds(door, [b"connected"], [sock.fileno()])
    os.seteuid(0)
"""


class UserNamespace:
    def __init__(self, uid, first, count):
        self.door, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.door.settimeout(PATIENCE_S)
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-I", "-c", CONNECTOR, str(theirs.fileno())],
                pass_fds=[theirs.fileno()], user=uid, extra_groups=[], cwd="/",
                stderr=subprocess.PIPE, text=True,
            )  # fmt: skip
        if self.door.recv(100) != b"made":
            reason = self.process.communicate()[1].strip()
            self.close()
            raise unittest.SkipTest(f"no user namespace: {reason}")
        with open(f"/proc/{self.process.pid}/uid_map", "w", encoding="ascii") as uid_map:
            uid_map.write(f"0 {uid} 1\n1 {first} {count}\n")

    def connect(self, kind, path, inside):
        """A socket of that type, which the uid inside has connected."""
        self.door.send(f"{inside} {int(kind)} {path}".encode())
        _, (fd,), _, _ = socket.recv_fds(self.door, 100, 1)
        sock = socket.socket(fileno=fd)
        sock.settimeout(PATIENCE_S)
        return sock

    def close(self):
        self.door.close()
        self.process.wait(PATIENCE_S)
        self.process.stderr.close()
