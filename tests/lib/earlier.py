# SPDX-License-Identifier: LGPL-2.1-or-later
"""Sets of files that earlier versions of patd wrote, in tests/earlier, and what is compared.

A set is a folder:

    patd.db.gz  key        a state directory: one of every kind of token, history entry and refusal
    backup.gz              the same state, by `patctl backup`
    etc                    a configuration that uses every key, and every spelling that is allowed
    expected/VIEW.json     what patctl of that version printed of the state: see VIEWS
    expected/logins.json   logins, each with the answer that patd of that version gave
    expected/after-VIEW.json
                           what patctl printed after those logins
    expected/policy.json   what `patctl policy --json` printed with the configuration
    expected/configured-logins.json, expected/configured-VIEW.json
                           other logins and the views after them, with the configuration

The latest time that patd has seen is in the database, and patd's clock never goes behind it.  In a
set that time is in the year 2100, and the clock stands still there while a set is tried.  So a set
gives the same answers on every day.
"""
import contextlib
import gzip
import json
import os
import sqlite3
import subprocess

import wire
from wire import PATIENCE_S
from fixture import BUILD, TOP

FOLDER = os.path.join(TOP, "tests/earlier")
PATCTL = os.path.join(BUILD, "patctl/patctl")

# Hours are local time; restrictions to hours are part of a set.
ENVIRONMENT = {"TZ": "UTC", "LC_ALL": "C.UTF-8"}

VIEWS = {
    "tokens": ["list", "--all", "--json"],
    "history": ["log", "--all", "--json"],
    "chain": ["log", "--verify", "--json"],
    "disabled": ["disable", "--json"],
}

# In the place of the configuration directory, in expected/policy.json.
CONF_DIR = "/etc/patd"


def sets():
    return sorted(entry.name for entry in os.scandir(FOLDER) if entry.is_dir())


def write_text(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def read_text(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def pack(source, target):
    """The same source makes the same target."""
    with open(source, "rb") as file, open(target, "wb") as packed:
        with gzip.GzipFile("", "wb", 9, packed, mtime=0) as zipped:
            zipped.write(file.read())


def unpack(source, target, mode=0o600):
    with gzip.open(source) as zipped, open(target, "wb") as file:
        os.chmod(target, mode)
        file.write(zipped.read())


def parse(text):
    """Objects of a document of JSON, or of one a line."""
    with contextlib.suppress(json.JSONDecodeError):
        document = json.loads(text)
        return document if isinstance(document, list) else [document]
    return [json.loads(line) for line in text.splitlines()]


def latest_time(database):
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return connection.execute("SELECT value FROM meta WHERE key = 'time'").fetchone()[0]


def view(bus, arguments):
    """What patctl prints."""
    return subprocess.run(
        [PATCTL, *arguments], env=bus.environment(**ENVIRONMENT), stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL, timeout=PATIENCE_S, check=True, text=True, encoding="utf-8",
    ).stdout  # fmt: skip


def log_in(patd, login):
    """[verdict, expires_at, replaced_until]"""
    packet = wire.request(
        Secret(login["token"]), login["uid"], login["user"], service=login["service"].encode(),
        rhost=login["rhost"].encode(), account=login["account"],
    )  # fmt: skip
    by_root = login["by_uid"] == 0
    connection = wire.connect(patd.root_sock if by_root else patd.user_sock, login["by_uid"])
    connection.send(packet)
    answer = wire.reply(connection)
    return answer and list(answer)


class Secret:
    """What wire.request() takes for a token."""

    def __init__(self, text):
        self.text, self.id = text, text.split("_")[1]
