# SPDX-License-Identifier: LGPL-2.1-or-later
"""A patd to be measured, of any build; and tables of one build beside another.

BUILD in the environment: this build; OLD: another one, measured in the same run.
"""
import os
import shutil
import subprocess
import tempfile
import time

import loads
from client import NAME, Client
from fixture import BUILD, Bus, Patd

OLD = os.environ.get("OLD", "")
BUILDS = {"old": os.path.abspath(OLD), "new": BUILD} if OLD else {"new": BUILD}
FAULT = os.path.join(BUILD, "tests/fault/fault.so")
SLOW_NAMES = os.path.join(BUILD, "tests/bench/slow_names.so")
USERS = {"daemon": 1, "bin": 2}  # who do their worst
OTHER, OTHER_UID = "games", 5


class World:
    """A bus and a patd.  state: a state directory to copy, memory: keeps it in memory"""

    def __init__(self, build, state=None, memory=False):
        folder = "/dev/shm" if memory else None
        self.folder = tempfile.mkdtemp(prefix="patd-bench.", dir=folder)
        os.chmod(self.folder, 0o755)
        self.build = build
        self.bus = Bus(self.folder)
        self.patd = Patd(self.folder, self.bus.address)
        self.patd.program = os.path.join(build, "patd/patd")
        self.patd.front.program = os.path.join(build, "front/patd-bus")
        # Once patd did both.
        self.patd.with_front = os.path.exists(self.patd.front.program)
        if not self.patd.with_front:
            self.patd.wrapper = ["env", "DBUS_SYSTEM_BUS_ADDRESS=" + self.bus.address]
        if state:
            shutil.copytree(state, self.patd.state)
            os.chmod(self.patd.state, 0o700)
        self.bus.start()
        self.root = Client(self.bus.address)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.patd.running():
            self.patd.kill()
        self.root.close()
        self.bus.kill()
        shutil.rmtree(self.folder)

    def start(self, *preload, **environment):
        how = {"env": self.patd.preloaded(" ".join(preload), **environment)} if preload else {}
        self.patd.start(**how)
        self.root.wait_for_owner(NAME)

    # --- measuring ----------------------------------------------------------------------------
    def logins(self, token, *options, sock=None, user="root", text=None):
        """Starts the program; finish() reads its figures."""
        process = subprocess.Popen(
            [os.path.join(BUILD, "tests/bench/logins"), *options,
             sock or self.patd.root_sock, user],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        process.stdin.write((text or token.text) + "\n")
        process.stdin.close()
        return process

    def timed(self, *arguments):
        """Seconds that patctl takes, and whether it succeeded."""
        begin = time.monotonic()
        try:
            done = subprocess.run(
                [os.path.join(self.build, "patctl/patctl"), *arguments],
                env=self.bus.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE, timeout=60, check=False,
            )  # fmt: skip
            good = done.returncode == 0
        except subprocess.TimeoutExpired:
            good = False
        return time.monotonic() - begin, good

    def output(self, *arguments):
        """What patctl prints."""
        return subprocess.run(
            [os.path.join(self.build, "patctl/patctl"), *arguments], env=self.bus.environment(),
            stdout=subprocess.PIPE, text=True, check=True,
        ).stdout  # fmt: skip

    def target(self, user, uid, token):
        return loads.Target(self.bus.path, self.patd.user_sock, uid, user, token)

    def pss_kib(self):
        with open(f"/proc/{self.patd.process.pid}/smaps_rollup", encoding="ascii") as file:
            return int(next(line.split()[1] for line in file if line.startswith("Pss:")))


def finish(process):
    """[logins a second, median, p99.9, worst in µs, refused], or None if it was never answered"""
    with process.stdout:
        text = process.stdout.read()
    return [float(word) for word in text.split()] if process.wait() == 0 else None


def ms(figures, which):
    """A column of finish(), in milliseconds."""
    return "-" if figures is None else f"{figures[which] / 1000:.2f}"


def table(title, columns, width=42):
    print(f"\n{title}")
    print(f"{'':{width}}" + "".join(f"{column:>13}" for column in columns), flush=True)


def row(name, cells, width=42):
    print(f"{name:{width}}" + "".join(f"{cell!s:>13}" for cell in cells), flush=True)
