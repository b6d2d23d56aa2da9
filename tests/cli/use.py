"""use.py SOCKET TOKEN USER UID [SERVICE [RHOST [TTY]]]: verifies a token as pam_pat does (common/wire.h)."""
import hashlib
import socket
import struct
import sys

path, token, user, uid, *where = sys.argv[1:]
service, rhost, tty = (where + ["test", "", ""][len(where) :])[:3]
digest = hashlib.blake2b(b"pat-v1" + token.encode(), digest_size=32).digest()
request = struct.pack("=II16s32s256s64s256s64sI", 0x31544150, int(uid), token[4:14].encode(),
                      digest, user.encode(), service.encode(), rhost.encode(), tty.encode(), 1)
with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as s:
    s.settimeout(10)
    s.connect(path)
    s.send(request)
    magic, verdict, _, _ = struct.unpack("=IIQQ", s.recv(64))
sys.exit(0 if magic == 0x31746170 and verdict == 1 else f"verdict {verdict}")
