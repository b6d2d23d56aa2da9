# SPDX-License-Identifier: LGPL-2.1-or-later
"""A hub: a PostgreSQL server of its own in a temporary folder, run by the user postgres."""
import atexit
import functools
import glob
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from fixture import BUILD, read_text
from wire import PATIENCE_S

SERVER_S = 120  # for what takes a server seconds, on a machine that does nothing else
FLEET = os.path.join(BUILD, "fleet/patd-fleet")

CONFIG = """
fsync = off
max_connections = 300
listen_addresses = '{addresses}'
port = {port}
unix_socket_directories = '{folder}'
ssl = {ssl}
ssl_cert_file = '{tls}/hub.crt'
ssl_key_file = '{tls}/hub.key'
ssl_ca_file = '{tls}/ca.crt'
log_min_messages = log
log_line_prefix = '%m %u '
"""


class SqlError(Exception):
    pass


def sql_of_fleet(*arguments):
    return subprocess.run(
        [FLEET, *arguments], capture_output=True, text=True, timeout=PATIENCE_S, check=True
    ).stdout  # fmt: skip


def reserve_port():
    """A port for connections over TCP, and the socket by which it is ours among all tests while that
    is open.  Linux gives none of these to a connection that asks for any."""
    for port in random.sample(range(15000, 32000), 1000):
        reserved = socket.socket(socket.AF_UNIX)
        try:
            reserved.bind(f"\0patd-test-hub-{port}")
            with socket.socket() as sock:
                sock.bind(("127.0.0.1", port))
            return port, reserved
        except OSError:
            reserved.close()
    raise AssertionError("no port is free")


def _program(name):
    return max(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"))


def _as_postgres(*command):
    return ["runuser", "-u", "postgres", "--", *command]


def _run(program, *arguments):
    """Nothing of it may keep a pipe of ours open."""
    done = subprocess.run(
        _as_postgres(_program(program), *arguments), cwd="/", stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE if program != "pg_ctl" else None,
        text=True, timeout=SERVER_S, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{program} failed: {done.stderr}"


@functools.cache
def _new_data():
    """What initdb makes, once for all tests of a file: it takes longer than most of them"""
    folder = tempfile.mkdtemp(prefix="patd-initdb.")
    atexit.register(shutil.rmtree, folder)
    shutil.chown(folder, "postgres", "postgres")
    data = os.path.join(folder, "data")
    _run("initdb", "-A", "trust", "-N", "-E", "UTF8", "--locale=C", "-D", data)
    return data


class Hub:
    """tls: a folder with ca.crt, hub.crt and hub.key; without it there is a Unix socket alone, on
    which everybody may be any role."""

    def __init__(self, folder, tls=None):
        self.folder = os.path.join(folder, "hub")
        self.tls = tls
        # Without TLS it is the name of a file.
        self.port, self.reserved = reserve_port() if tls else (5432, None)
        os.mkdir(self.folder, 0o755)
        shutil.chown(self.folder, "postgres", "postgres")
        self.data = os.path.join(self.folder, "data")
        subprocess.run(["cp", "-a", _new_data(), self.data], check=True, timeout=SERVER_S)
        settings = CONFIG.format(
            folder=self.folder, port=self.port, tls=tls, ssl="on" if tls else "off",
            addresses="127.0.0.1" if tls else "",
        )  # fmt: skip
        with open(os.path.join(self.data, "postgresql.conf"), "a", encoding="ascii") as file:
            file.write(settings)
        with open(os.path.join(self.data, "pg_hba.conf"), "w", encoding="ascii") as file:
            file.write("local all all trust\nhostssl patd +patd_member 127.0.0.1/32 cert\n")

    def start(self):
        log = os.path.join(self.folder, "log")
        _run("pg_ctl", "-w", "-t", str(SERVER_S), "-D", self.data, "-l", log, "start")

    def stop(self, mode="immediate"):
        _run("pg_ctl", "-w", "-t", str(SERVER_S), "-D", self.data, "-m", mode, "stop")

    def close(self):
        self.stop()
        if self.reserved:
            self.reserved.close()

    def crash(self):
        """Ends all connections at once, where stop() takes time before that"""
        path = os.path.join(self.data, "postmaster.pid")
        with open(path, encoding="ascii") as file:
            os.kill(int(file.readline()), signal.SIGQUIT)
        deadline = time.monotonic() + PATIENCE_S
        while os.path.exists(path):
            assert time.monotonic() < deadline, "the server does not end"
            time.sleep(0.01)

    def log(self):
        return read_text(os.path.join(self.folder, "log"))

    # --- SQL ----------------------------------------------------------------------------------
    def _psql(self, text, role, database, *options):
        done = subprocess.run(
            ["psql", "--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--field-separator=|",
             "--set=ON_ERROR_STOP=1", f"--host={self.folder}", f"--port={self.port}",
             f"--username={role}", f"--dbname={database}", *options, "--file=-"],
            input=text, capture_output=True, text=True, timeout=PATIENCE_S, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            raise SqlError(done.stderr.strip())
        return done

    def says(self, text):
        """What an administrator sees who runs it: warnings, too"""
        done = self._psql(text, "postgres", "patd")
        return done.stdout + done.stderr

    def sql(self, text, role="postgres", database="patd"):
        """The rows as lists of texts.  Several statements are one transaction."""
        done = self._psql(text, role, database, "--single-transaction")
        return [line.split("|") for line in done.stdout.splitlines()]

    def value(self, text, role="postgres"):
        ((value,),) = self.sql(text, role)
        return value

    def wait(self, text, value):
        """Until that query has that value."""
        deadline = time.monotonic() + PATIENCE_S
        while self.value(text) != value:
            assert time.monotonic() < deadline, f"{text}: {self.value(text)}, not {value}"
            time.sleep(0.05)

    def init(self, owner="postgres"):
        """The database, as an administrator makes it."""
        subprocess.run(
            _as_postgres(
                "createdb", f"--host={self.folder}", f"--port={self.port}", f"--owner={owner}", "patd"
            ),
            cwd="/", check=True, timeout=SERVER_S,
        )  # fmt: skip
        self.sql(sql_of_fleet("--init-hub"), owner)

    def add_host(self, name, issuer=False, by="postgres"):
        self.sql(sql_of_fleet(f"--add-host={name}", *(["--issuer"] if issuer else [])), by)

    def remove_host(self, name, by="postgres"):
        self.sql(sql_of_fleet(f"--remove-host={name}"), by)

    def session(self, role):
        """A connection: psql, which runs what it is sent, and ends with its input"""
        return subprocess.Popen(
            ["psql", "--no-psqlrc", "--quiet", "--no-align", "--tuples-only",
             f"--host={self.folder}", f"--port={self.port}", f"--username={role}", "--dbname=patd"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def dump(self):
        """All of the database, as SQL."""
        return subprocess.run(
            ["pg_dump", f"--host={self.folder}", f"--port={self.port}", "--username=postgres",
             "patd"],
            capture_output=True, text=True, timeout=PATIENCE_S, check=True,
        ).stdout  # fmt: skip

    def restore(self, dump):
        """In the place of what is there, with everybody disconnected."""
        for command in (["dropdb", "--force"], ["createdb"]):
            subprocess.run(
                [*command, f"--host={self.folder}", f"--port={self.port}", "--username=postgres",
                 "patd"],
                check=True, timeout=SERVER_S,
            )  # fmt: skip
        self.sql(dump)

    # --- connections --------------------------------------------------------------------------
    def conninfo(self):
        """As patd.conf has it, of the Unix socket"""
        return f"host={self.folder} port={self.port} dbname=patd"
