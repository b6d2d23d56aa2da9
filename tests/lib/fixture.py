# SPDX-License-Identifier: LGPL-2.1-or-later
"""The fixture of a test: a private system bus, and patd and patd-bus of this build, in a temporary
folder.

BUILD in the environment: the build directory, default "build".
"""
import contextlib
import os
import select
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import threading
import unittest

import wire
from client import NAME, PATIENCE_S, Client, Refused

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
BUILD = os.environ.get("BUILD", os.path.join(TOP, "build"))
PATD = os.path.join(BUILD, "patd/patd")
FRONT = os.path.join(BUILD, "front/patd-bus")
with open(PATD, "rb") as program:
    SANITIZED = b"__asan_init" in program.read()

BUS_CONFIG = os.path.join(TOP, "tests/lib/bus.conf")

DAEMON, GAMES = 1, 5  # users of every Debian system


def read_text(path):
    """Empty if there is no such file."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def run_patd(*arguments, wrapper=(), **environment):
    """Runs patd until it exits by itself.  wrapper: a command to run it under"""
    return subprocess.run(
        [*wrapper, PATD, *arguments], env=os.environ | environment, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=PATIENCE_S, check=False,
    )  # fmt: skip


def signal_at(call, step=1, name="SIGKILL", options=("-D",)):
    """An strace command, for a wrapper, that sends the signal at the step-th such system call.
    -D makes strace a grandchild, so that the process that was started is patd itself."""
    inject = f"--inject={call}:signal={name}:when={step}"
    return ["strace", *options, "-o", os.devnull, f"--trace={call}", inject]


def read_ready(fd):
    """Whether a byte came before the end of the file."""
    with os.fdopen(fd, "rb", buffering=0) as ready:
        if not select.select([ready], [], [], PATIENCE_S)[0]:
            raise TimeoutError("not ready")
        return ready.read(1) != b""


class Bus:
    def __init__(self, folder):
        self.run = os.path.join(folder, "run")  # of patd
        self.path = os.path.join(folder, "bus")
        self.address = "unix:path=" + self.path
        self.config = os.path.join(folder, "bus.conf")
        self.process = None
        with open(self.config, "w", encoding="ascii") as config:
            config.write(read_text(BUS_CONFIG).replace("@ADDRESS@", self.address))

    def start(self):
        read_fd, write_fd = os.pipe()
        with open(self.path + ".log", "ab") as log:
            self.process = subprocess.Popen(
                ["dbus-daemon", "--nofork", f"--config-file={self.config}",
                 f"--print-address={write_fd}"],
                pass_fds=[write_fd], stderr=log,
            )  # fmt: skip
        os.close(write_fd)
        assert read_ready(read_fd), "the bus did not start"

    def kill(self):
        self.process.kill()
        self.process.wait(PATIENCE_S)

    def environment(self, **more):
        """The environment of a program that takes this for the system bus, and patd there."""
        return {
            **os.environ, "DBUS_SYSTEM_BUS_ADDRESS": self.address, "PATD_RUNTIME_DIR": self.run,
            **more,
        }  # fmt: skip


class Daemon:
    """patd, or patd-bus."""

    name = None

    def __init__(self, folder):
        self.wrapper = []
        self.program = None
        self.run = os.path.join(folder, "run")
        self.log_path = os.path.join(folder, "patd.log")
        self.process = None

    def arguments(self):
        raise NotImplementedError

    def command(self, *more):
        return [*self.wrapper, self.program, *self.arguments(), *more]

    def preloaded(self, library, **more):
        """An environment for start()"""
        sanitizers = "verify_asan_link_order=0:detect_leaks=0"
        return {**os.environ, "LD_PRELOAD": library, "ASAN_OPTIONS": sanitizers, **more}

    def patient(self):
        """The same in which it waits for what others do, such as the 3 seconds for a request on a
        connection, 20 times as long: for tests of what comes before."""
        return self.preloaded(f"{BUILD}/tests/pam/later.so", PATIENCE="20")

    def start(self, **how):
        """Returns once it serves.  how: for Popen"""
        read_fd, write_fd = os.pipe()
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                self.command(f"--ready-fd={write_fd}"),
                pass_fds=[write_fd], stdin=subprocess.DEVNULL, stdout=log, stderr=log, **how,
            )  # fmt: skip
        os.close(write_fd)
        assert read_ready(read_fd), f"{self.name} did not start: " + self.log()

    def refuse(self, *more, command=None, **how):
        """Starts it, which must fail; returns its standard error."""
        done = subprocess.run(
            command or self.command(*more), stdin=subprocess.DEVNULL, capture_output=True,
            timeout=PATIENCE_S, check=False, text=True, **how,
        )  # fmt: skip
        assert done.returncode == 1, f"status {done.returncode}: {done.stderr}"
        return done.stderr

    def end(self, signum=signal.SIGTERM):
        self.process.send_signal(signum)
        return self.process.wait(PATIENCE_S)

    def kill(self):
        self.end(signal.SIGKILL)

    def running(self):
        return self.process is not None and self.process.poll() is None

    def log(self):
        """Of both."""
        return read_text(self.log_path)

    def resident(self):
        """Bytes of memory"""
        with open(f"/proc/{self.process.pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")

    def descriptors(self):
        """How many are open.  SQLite and threads may open a few more at any time."""
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))


class Front(Daemon):
    """patd-bus, which serves the bus and user.sock of a patd."""

    name = "patd-bus"

    def __init__(self, folder, bus_address):
        super().__init__(folder)
        self.program = FRONT
        self.bus_address = bus_address
        self.user_sock = os.path.join(self.run, "user.sock")

    def arguments(self):
        return [f"--bus={self.bus_address}", f"--runtime-dir={self.run}"]


class Patd(Daemon):
    """patd, with the patd-bus that is started and ended with it unless with_front is False."""

    name = "patd"

    def __init__(self, folder, bus_address):
        super().__init__(folder)
        self.with_front = True
        self.passed = 0
        self.program = PATD
        self.conf = os.path.join(folder, "etc")  # only a test makes it
        self.state = os.path.join(folder, "state")
        self.database = os.path.join(self.state, "patd.db")
        self.root_sock = os.path.join(self.run, "root.sock")
        self.front_sock = os.path.join(self.run, "front.sock")
        self.front = Front(folder, bus_address)
        self.user_sock = self.front.user_sock

    def arguments(self):
        return [
            f"--config-dir={self.conf}", f"--state-dir={self.state}", f"--runtime-dir={self.run}",
        ]  # fmt: skip

    def start(self, **how):
        """Returns once both serve.  how: for Popen, of patd"""
        if self.front.running():
            self.front.end()
        super().start(**how)
        if self.with_front:
            self.front.start()

    def end(self, signum=signal.SIGTERM):
        """patd-bus always ends as it should."""
        if self.front.running():
            status = self.front.end()
            assert status == 0, f"patd-bus exited with {status}: " + self.log()
        return super().end(signum)

    def edit(self, sql, *values):
        """Changes the database directly.  Only while patd does not run."""
        with contextlib.closing(sqlite3.connect(self.database)) as database, database:
            database.execute(sql, values)

    def pass_time(self, seconds):
        """Moves the latest time that patd has seen, which is in the database and which patd's clock
        never goes behind.  libfaketime is no alternative: it breaks the timers of sd-event.  For
        patd to know that the time has passed, start() must have what preloaded() says."""
        self.edit("UPDATE meta SET value = value + ? WHERE key = 'time'", seconds)
        self.passed += seconds

    def preloaded(self, library="", **more):
        if self.passed:
            library = f"{library}:{BUILD}/tests/pam/later.so"
            more["PASSED"] = str(self.passed)
        return super().preloaded(library, **more)


class PatdTest(unittest.TestCase):
    """Each test has its own bus, patd and patd-bus, which must run until the test ends, and exit
    with 0."""

    start_bus = start_patd = start_front = True

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="patd-test.")
        self.addCleanup(shutil.rmtree, self.folder)
        os.chmod(self.folder, 0o755)
        self.bus = Bus(self.folder)
        self.patd = Patd(self.folder, self.bus.address)
        self.patd.with_front = self.start_front
        self.front = self.patd.front
        self.clients = []
        self.addCleanup(self._end)
        if self.start_bus:
            self.bus.start()
        if self.start_patd:
            self.patd.start()
        if self.start_bus and self.start_patd:
            self.root = self.client()
            self.root.wait_for_owner(NAME)

    def _end(self):
        for client in self.clients:
            client.close()
        front = self.patd.front
        front_alive = front.running()
        front_status = front.end() if front_alive else None
        alive = self.patd.running()
        status = self.patd.end() if alive else None
        if self.bus.process and self.bus.process.poll() is None:
            self.bus.process.send_signal(signal.SIGCONT)
            self.bus.kill()
        if self.start_patd:
            self.assertTrue(alive, "patd ended during the test\n" + self.evidence())
        if alive:
            self.assertEqual(status, 0, "patd exited with an error\n" + self.evidence())
            self.assertEqual(
                front_alive, self.start_front, "patd-bus ended during the test\n" + self.evidence()
            )
        if front_alive:
            self.assertEqual(front_status, 0, "patd-bus exited with an error\n" + self.evidence())

    def evidence(self):
        return "--- log of patd and patd-bus\n" + self.patd.log()

    # --- for tests ----------------------------------------------------------------------------
    def client(self, uid=0):
        client = Client(self.bus.address, uid)
        self.clients.append(client)
        return client

    def restart_patd(self, later=0):
        """Starts patd again, however the last one ended, as if so many seconds had passed."""
        if self.patd.running():
            self.assertEqual(self.patd.end(), 0)
        if later:
            self.patd.pass_time(later)
        self.patd.start(env=self.patd.preloaded() if self.patd.passed else None)
        self.root.wait_for_owner(NAME)

    def system_calls(self, names, call):
        """The lines of strace about those system calls of patd's threads during call()."""
        trace = os.path.join(self.folder, "trace")
        strace = subprocess.Popen(
            ["strace", "-f", "-y", "-e", "trace=" + names, "-o", trace,
             "-p", str(self.patd.process.pid)],
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        with strace.stderr:
            # strace prints a line for each thread, or one for all, once it is attached.
            self.assertRegex(strace.stderr.readline(), "attached")
            try:
                call()
            finally:
                strace.send_signal(signal.SIGINT)
                strace.communicate()
        with open(trace, encoding="utf-8") as lines:
            return lines.readlines()

    def make_backup(self):
        """Runs patctl backup; returns the path of the file."""
        path = os.path.join(self.folder, "backup")
        subprocess.run(
            [os.path.join(BUILD, "patctl/patctl"), "backup", "--quiet", path],
            env=self.bus.environment(), timeout=PATIENCE_S, check=True,
        )  # fmt: skip
        return path

    def assertRefused(self, name, call, *args, **more):
        """call(*args) must raise Refused with that name and a text; returns the exception."""
        with self.assertRaises(Refused) as caught:
            call(*args, **more)
        self.assertEqual(caught.exception.name, name, caught.exception.message)
        self.assertNotEqual(caught.exception.message, "")
        return caught.exception

    def verify(self, token, uid=0, user="root", caller=0, sock=None, **place):
        """The verdict of the verification socket.  place: see wire.request()"""
        packet = wire.request(token, uid, user, **place)
        reply = wire.ask(sock or self.patd.root_sock, packet, caller)
        self.assertIsNotNone(reply, "patd closed without a reply")
        return reply[0]

    def verify_games(self, token=None, **place):
        """Of user games.  Without token: self.token"""
        return self.verify(token or self.token, GAMES, "games", **place)

    @contextlib.contextmanager
    def logins(self, *tokens, uid=0, user="root"):
        """Yields a list, to which a thread adds the verdict, or exception, of login after login."""
        done, verdicts = threading.Event(), []

        def log_in():
            while not done.is_set():
                try:
                    verdicts.append(self.verify(tokens[len(verdicts) % len(tokens)], uid, user))
                except Exception as error:
                    verdicts.append(error)

        thread = threading.Thread(target=log_in)
        thread.start()
        try:
            yield verdicts
        finally:
            done.set()
            thread.join()
