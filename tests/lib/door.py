"""The verification door, spoken by hand: common/wire.h."""
import hashlib
import socket
import struct

from client import PATIENCE_S, as_uid

REQUEST = struct.Struct("=4sI16s32s256s64s256s64sI")
REPLY = struct.Struct("=4sIQQ")
REQUEST_MAGIC, REPLY_MAGIC = b"PAT1", b"pat1"
(WRONG, ACCEPTED, REVOKED, EXPIRED, OTHER_USER, NOT_ALLOWED, BUSY, FAILED,
 NOT_YET, OUT_OF_HOURS, WRONG_SERVICE, WRONG_SOURCE, EXHAUSTED, ROTATED, DISABLED,
 AGAINST_POLICY, ACCOUNT_CLOSED) = range(17)  # fmt: skip
ACCOUNT_SEEN, ACCOUNT_EXPIRED, ACCOUNT_LOCKED = 1, 2, 4


def digest(text):
    return hashlib.blake2b(b"pat-v1" + text.encode(), digest_size=32).digest()


def request(
    token, uid=0, user="root", magic=REQUEST_MAGIC, rhost=b"", service=b"tests",
    account=ACCOUNT_SEEN,
):  # fmt: skip
    """What pam_pat would send.  token: has .id and .text"""
    return REQUEST.pack(
        magic, uid, token.id.encode(), digest(token.text), user.encode(), service, rhost, b"pts/0",
        account,
    )  # fmt: skip


def connect(path, uid=0):
    """uid: of the process that asks"""
    door = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    door.settimeout(PATIENCE_S)
    with as_uid(uid):
        door.connect(path)
    return door


def reply(door):
    """(verdict, expires_at, replaced_until), or None if patd closed without a word.  Closes door."""
    with door:
        try:
            packet = door.recv(REPLY.size + 1)
        except ConnectionResetError:  # closed with something of ours unread
            return None
    if not packet:
        return None
    magic, *rest = REPLY.unpack(packet)
    assert magic == REPLY_MAGIC
    return tuple(rest)


def answer(door):
    """(verdict, expires_at) of reply()"""
    whole = reply(door)
    return whole and whole[:2]


def ask(path, packet, uid=0):
    door = connect(path, uid)
    door.send(packet)
    return answer(door)
