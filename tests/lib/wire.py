# SPDX-License-Identifier: LGPL-2.1-or-later
"""A client of the verification sockets: packs requests and reads replies as common/wire.h says."""
import contextlib
import hashlib
import os
import socket
import struct

PATIENCE_S = 30  # for what takes milliseconds: a hang is a failure, a slow machine is not

REQUEST = struct.Struct("=4sI16s32s256s64s256s64sI")
REPLY = struct.Struct("=4sIQQ")
REQUEST_MAGIC, REPLY_MAGIC = b"PAT1", b"pat1"
(WRONG, ACCEPTED, REVOKED, EXPIRED, OTHER_USER, NOT_ALLOWED, BUSY, FAILED,
 NOT_YET, OUT_OF_HOURS, WRONG_SERVICE, WRONG_SOURCE, EXHAUSTED, ROTATED, DISABLED,
 AGAINST_POLICY, ACCOUNT_CLOSED, WRONG_CLOCK) = range(18)  # fmt: skip
ACCOUNT_SEEN, ACCOUNT_EXPIRED, ACCOUNT_LOCKED = 1, 2, 4


@contextlib.contextmanager
def as_uid(uid):
    """Sockets that are opened inside have that uid as their peer credential."""
    os.seteuid(uid)
    try:
        yield
    finally:
        os.seteuid(0)


def digest(text):
    return hashlib.blake2b(b"pat-v1" + text.encode(), digest_size=32).digest()


def request(
    token, uid=0, user="root", magic=REQUEST_MAGIC, rhost=b"", service=b"tests", tty=b"pts/0",
    account=ACCOUNT_SEEN,
):  # fmt: skip
    """The request of pam_pat.  token: has .id and .text"""
    return REQUEST.pack(
        magic, uid, token.id.encode(), digest(token.text), user.encode(), service, rhost, tty,
        account,
    )  # fmt: skip


def connect(path, uid=0):
    """uid: of the process that asks"""
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    # Blocking, as pam_pat does: else it is refused at once if too many wait to be accepted.
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", PATIENCE_S, 0))
    with as_uid(uid):
        sock.connect(path)
    sock.settimeout(PATIENCE_S)
    return sock


def reply(sock):
    """(verdict, expires_at, replaced_until), or None if patd closed without one.  Closes sock."""
    with sock:
        try:
            packet = sock.recv(REPLY.size + 1)
        except ConnectionResetError:  # patd closed before it read all that we sent
            return None
    if not packet:
        return None
    magic, *rest = REPLY.unpack(packet)
    assert magic == REPLY_MAGIC
    return tuple(rest)


def answer(sock):
    """(verdict, expires_at) of reply()"""
    whole = reply(sock)
    return whole and whole[:2]


def send(path, packet, uid=0):
    """A connection on which the packet was sent."""
    sock = connect(path, uid)
    sock.send(packet)
    return sock


def ask(path, packet, uid=0):
    return answer(send(path, packet, uid))
