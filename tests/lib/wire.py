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
PROCESS = struct.Struct("=4sIQ6I2048s512s512s")
SESSION = struct.Struct("=4sIIIQ16s256s64s256s64s64s")
REQUEST_MAGIC, REPLY_MAGIC, PROCESS_MAGIC = b"PAT1", b"pat1", b"PATP"
SESSION_MAGIC = b"PATS"
OPENS, CLOSES = 1, 2  # a session
(WRONG, ACCEPTED, REVOKED, EXPIRED, OTHER_USER, NOT_ALLOWED, BUSY, FAILED,
 NOT_YET, OUT_OF_HOURS, WRONG_SERVICE, WRONG_SOURCE, EXHAUSTED, ROTATED, DISABLED,
 AGAINST_POLICY, ACCOUNT_CLOSED, WRONG_CLOCK, DENIED, UNCONFIRMED, ASKED, ENDED,
 WRONG_HOST, STALE, UNKNOWN_ISSUER, UNCLAIMED) = range(26)  # fmt: skip
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


def start_time(pid):
    """In clock ticks after the boot"""
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
        return int(stat.read().rpartition(")")[2].split()[19])


def session(
    token, pid, event=OPENS, uid=0, user="root", service=b"sshd", rhost=b"", tty=b"", logind=b"",
):  # fmt: skip
    """The packet about a session of PAM that the token has opened in that process, which runs."""
    return SESSION.pack(
        SESSION_MAGIC, event, uid, pid, start_time(pid), token.id.encode(), user.encode(), service,
        rhost, tty, logind,
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


def process(command, pid=4711, uid=1000, directory="/home", parent=("agent",), parent_pid=4700):
    """The packet about the process that asks, after ASKED.  command, parent: lists of words."""
    words, starter = (b"".join(w.encode() + b"\0" for w in words) for words in (command, parent))
    return PROCESS.pack(
        PROCESS_MAGIC, pid, 1, uid, parent_pid, len(words), len(starter), 0, 0, words, starter,
        directory.encode(),
    )  # fmt: skip


def asked(sock, command, **about):
    """Reads ASKED, sends the process, and leaves sock open for reply()."""
    magic, verdict, *_ = REPLY.unpack(sock.recv(REPLY.size + 1))
    assert (magic, verdict) == (REPLY_MAGIC, ASKED), verdict
    sock.send(process(command, **about))
    sock.settimeout(None)  # a person takes long


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
