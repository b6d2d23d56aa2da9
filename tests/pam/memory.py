#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""usage: memory.py TOKEN COMMAND...

Runs a program that authenticates with the token and then stops by itself.  Prints what its memory
has: "id", "digest".
"""
import os
import signal
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import wire
from process_memory import regions

token, *command = sys.argv[1:]
needles = {"id": token[4:14].encode(), "digest": wire.digest(token)}
pid = os.spawnvp(os.P_NOWAIT, command[0], command)
_, status = os.waitpid(pid, os.WUNTRACED)
if not os.WIFSTOPPED(status):
    sys.exit("it did not stop")
content = list(regions(pid))
os.kill(pid, signal.SIGKILL)
os.waitpid(pid, 0)
for name, needle in needles.items():
    if any(needle in region for region in content):
        print(name)
