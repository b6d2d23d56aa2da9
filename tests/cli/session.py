# SPDX-License-Identifier: LGPL-2.1-or-later
"""
session.py SOCKET TOKEN USER UID PID SERVICE [RHOST [LOGIND]]: says as pam_pat that the token has
opened a session in that process.
"""
import os
import sys
import types

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import wire

path, text, user, uid, pid, *where = sys.argv[1:]
service, rhost, logind = (word.encode() for word in (where + ["", ""])[:3])
token = types.SimpleNamespace(id=text[4:14])
packet = wire.session(
    token, int(pid), uid=int(uid), user=user, service=service, rhost=rhost, logind=logind
)
verdict, _ = wire.ask(path, packet)
sys.exit(0 if verdict == wire.ACCEPTED else f"verdict {verdict}")
