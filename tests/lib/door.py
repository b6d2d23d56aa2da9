"""The verification door, spoken by hand: common/wire.h."""
import hashlib
import socket
import struct

from client import PATIENCE_S, as_uid

REQUEST = struct.Struct("=4sI16s32s256s64s256s64s")
REPLY = struct.Struct("=4sIQ")
REQUEST_MAGIC, REPLY_MAGIC = b"PAT1", b"pat1"
(WRONG, ACCEPTED, REVOKED, EXPIRED, OTHER_USER, NOT_ALLOWED, BUSY, FAILED) = range(8)


def digest(text):
    return hashlib.blake2b(b"pat-v1" + text.encode(), digest_size=32).digest()


def request(token, uid=0, user="root", magic=REQUEST_MAGIC, rhost=b""):
    """What pam_pat would send.  token: has .id and .text"""
    return REQUEST.pack(
        magic, uid, token.id.encode(), digest(token.text), user.encode(), b"tests", rhost, b"pts/0"
    )


def connect(path, uid=0):
    """uid: of the process that asks"""
    door = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    door.settimeout(PATIENCE_S)
    with as_uid(uid):
        door.connect(path)
    return door


def answer(door):
    """(verdict, expires_at), or None if patd closed without a word.  Closes door."""
    with door:
        try:
            reply = door.recv(REPLY.size + 1)
        except ConnectionResetError:  # closed with something of ours unread
            return None
    if not reply:
        return None
    magic, verdict, expires_at = REPLY.unpack(reply)
    assert magic == REPLY_MAGIC
    return verdict, expires_at


def ask(path, packet, uid=0):
    door = connect(path, uid)
    door.send(packet)
    return answer(door)
