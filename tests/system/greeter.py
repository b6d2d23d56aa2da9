#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A greeter of greetd(1): logs in as GREETER_USER with GREETER_SECRET_FILE, and starts a session.

It speaks greetd-ipc(7) over $GREETD_SOCK: packets of JSON behind their length.  The session is one
of Wayland that runs GREETER_SESSION.
"""
import json
import os
import socket
import struct


def ask(sock, **packet):
    text = json.dumps(packet).encode()
    sock.sendall(struct.pack("=I", len(text)) + text)
    (length,) = struct.unpack("=I", sock.recv(4, socket.MSG_WAITALL))
    return json.loads(sock.recv(length, socket.MSG_WAITALL))


def main():
    with open(os.environ["GREETER_SECRET_FILE"]) as file:
        secret = file.read().strip()
    sock = socket.socket(socket.AF_UNIX)
    sock.connect(os.environ["GREETD_SOCK"])
    reply = ask(sock, type="create_session", username=os.environ["GREETER_USER"])
    while reply["type"] == "auth_message":
        kind = reply["auth_message_type"]
        answer = secret if kind == "secret" else None
        reply = ask(sock, type="post_auth_message_response", response=answer)
    assert reply["type"] == "success", reply
    command = os.environ["GREETER_SESSION"].split()
    environment = ["XDG_SESSION_TYPE=wayland", "XDG_CURRENT_DESKTOP=test"]
    reply = ask(sock, type="start_session", cmd=command, env=environment)
    assert reply["type"] == "success", reply


main()
