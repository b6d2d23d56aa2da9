# SPDX-License-Identifier: LGPL-2.1-or-later
"""
login.py SOCKET TOKEN USER UID [SERVICE [RHOST [TTY]]]: verifies a token as pam_pat does.

COMMAND in the environment: the words of the process that asks, if each use needs an approval.
"""
import os
import sys
import types

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import wire

path, text, user, uid, *where = sys.argv[1:]
service, rhost, tty = (word.encode() for word in (where + ["test", "", ""][len(where) :])[:3])
token = types.SimpleNamespace(id=text[4:14], text=text)
request = wire.request(token, int(uid), user, service=service, rhost=rhost, tty=tty)
sock = wire.send(path, request)
if "COMMAND" in os.environ:
    wire.asked(sock, os.environ["COMMAND"].split(), uid=int(uid))
verdict, _ = wire.answer(sock)
sys.exit(0 if verdict == wire.ACCEPTED else f"verdict {verdict}")
