# SPDX-License-Identifier: LGPL-2.1-or-later
"""patd under the library of tests/fault, on a state directory of its own.

In the environment: SEED=N begins another campaign (default 1); FULL=1 runs all of it, as
`make check-fault` does; TEST= and ONLY= name a test and one case of it, as a failure prints them.
"""
import collections
import mmap
import os
import random
import re
import shutil
import struct
import sys
import tempfile

from client import NAME, PATIENCE_S
from fixture import BUILD, TOP, PatdTest

LIBRARY = os.path.join(BUILD, "tests/fault/fault.so")
SEED = int(os.environ.get("SEED", "1"))
ONLY = os.environ.get("ONLY", "")
FULL = bool(os.environ.get("FULL"))

SLOTS = (
    "slots", "calls", "changes", "syncs", "writes", "allocations", "matches", "injected",
    "turns", "held",
    "kill_before", "kill_after", "fail_kinds", "fail_at", "fail_for", "fail_errno", "short_at",
    "allocation_at", "allocation_for", "sync_delay_us", "sync_at", "sync_for", "hold",
)  # fmt: skip
KINDS = (
    "open", "look", "read", "map", "lock", "create", "write", "truncate", "space", "name",
    "unlink", "mode", "sync",
)  # fmt: skip
ALL_KINDS = (1 << len(KINDS)) - 1
FOREVER = 1 << 62
SHOWN, SHOWN_FULL = 5, 30  # violations of a campaign


def kinds(*names):
    return sum(1 << KINDS.index(name) for name in names)


# What a full disk refuses.
NEED_SPACE = kinds("create", "write", "space", "name")


# The words that say so.
REASONS = {
    "EIO": ("Input/output error", "disk I/O error"),
    "ENOSPC": ("No space left on device", "is full"),
    "EDQUOT": ("quota", "is full"),
    # pthread_create() says EAGAIN where there is none for a stack.
    "ENOMEM": ("memory", "Resource temporarily unavailable"),
}


class Page:
    """The counters and settings of tests/fault/fault.h, as attributes."""

    def __init__(self, path):
        self.__dict__["path"] = path
        with open(path, "w+b") as file:
            file.truncate(8 * len(SLOTS))
            self.__dict__["map"] = mmap.mmap(file.fileno(), 8 * len(SLOTS))

    def __getattr__(self, name):
        return struct.unpack_from("=Q", self.map, 8 * SLOTS.index(name))[0]

    def __setattr__(self, name, value):
        struct.pack_into("=Q", self.map, 8 * SLOTS.index(name), value)

    def clear(self, **settings):
        """All 0, but for the settings.  Only while patd does not run, for the sake of counters."""
        self.map[:] = bytes(len(self.map))
        for name, value in settings.items():
            setattr(self, name, value)


def memory_folder():
    """Where a sync costs nothing: what is safe on the disk is said by the library."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


class FaultTest(PatdTest):
    """A bus, and a patd under the library, which a test starts, kills and starts again."""

    start_patd = False

    def setUp(self):
        tempfile.tempdir, before = memory_folder(), tempfile.tempdir
        try:
            super().setUp()
        finally:
            tempfile.tempdir = before
        self.page = Page(os.path.join(self.folder, "page"))
        self.trace = os.path.join(self.folder, "trace")
        self.root = self.client()
        self.addCleanup(self._stop)
        os.mkdir(self.patd.state, 0o700)

    def evidence(self):
        """report() has shown the end of each log."""
        return ""

    def _stop(self):
        if self.patd.running():
            self.patd.kill()

    def environment(self, trace=False, hold=""):
        more = {"FAULT_TRACE": self.trace} if trace else {}
        if hold:
            more["FAULT_HOLD_FILE"] = hold
        return self.patd.preloaded(
            LIBRARY, FAULT_DIR=self.patd.state, FAULT_PAGE=self.page.path, **more
        )

    def start(self, faults=True, **how):
        """Starts patd; returns whether it serves.  If not, it has ended.
        how: for environment()"""
        try:
            self.patd.start(env=self.environment(**how) if faults else None)
        except AssertionError:
            self.patd.process.wait(PATIENCE_S)
            return False
        return True

    def serve(self, **how):
        """As start(), and patd must serve, on the bus too."""
        if not self.start(**how):
            raise Broken(f"patd does not start (status {self.patd.process.returncode})")
        self.root.wait_for_owner(NAME)

    def end(self):
        """Ends patd in the usual way, or finds it ended; returns its status."""
        if self.patd.running():
            return self.patd.end()
        return self.patd.process.wait(PATIENCE_S)

    def fresh(self, state=None, **settings):
        """An empty state directory, or a copy of state; an empty log and trace; no counts."""
        shutil.rmtree(self.patd.state, ignore_errors=True)
        if state:
            shutil.copytree(state, self.patd.state)
        else:
            os.mkdir(self.patd.state, 0o700)
        for path in (self.patd.log_path, self.trace):
            if os.path.exists(path):
                os.remove(path)
        self.page.clear(**settings)

    def trace_size(self):
        try:
            return os.stat(self.trace).st_size
        except FileNotFoundError:
            return 0

    def keep_state(self, name):
        """A copy of the state directory of a patd that does not run."""
        path = os.path.join(self.folder, name)
        shutil.copytree(self.patd.state, path)
        return path

    def prepare(self):
        """A state directory as a first start leaves it, to begin with."""
        self.fresh()
        self.serve(faults=False)
        assert self.end() == 0
        return self.keep_state("prepared")

    @staticmethod
    def check_reason(text, error):
        """A message must say what was, in one of the words for that error."""
        if not any(word in text for word in REASONS[error]):
            raise Broken(f"the message does not say that it was {error}: {tail(text, 1)}")

    # --- campaigns ----------------------------------------------------------------------------
    def campaign(self, cases, run, what):
        """Calls run(case) for each, and reports the number of cases and each violation, with the
        command that runs just this one.  A case is what str() and the seed make again."""
        cases = self.chosen(cases)
        broken = []
        for case in cases:
            try:
                run(case)
            except (Broken, TimeoutError) as error:
                broken.append((case, str(error), tail(self.patd.log())))
            finally:
                self._stop()
        self.report(len(cases), broken, what)

    @staticmethod
    def chosen(cases):
        return [ONLY] if ONLY else list(cases)

    def report(self, count, broken, what):
        script = os.path.relpath(sys.argv[0], TOP)
        name = self.id().rpartition(".")[2]
        print(f"# {what}: {count} cases, {len(broken)} violations (seed {SEED})", flush=True)
        for text, times in collections.Counter(kind(text) for _, text, _ in broken).most_common():
            print(f"#   {times} times: {text}", flush=True)
        for case, text, log in broken[: SHOWN_FULL if FULL else SHOWN]:
            print(f"#   {case}: {text}", flush=True)
            for line in log:
                print(f"#     {line}", flush=True)
            one = f"FILE={script} TEST={name} CASE='{case}' SEED={SEED}"
            print(f"#     again: make fault-case {one}")
        if broken:
            self.fail(f"{what}: {len(broken)} of {count} cases: {broken[0][0]}: {broken[0][1]}")


def kind(text):
    """The same for violations that differ in a token, a time or a path only."""
    text = re.sub(r"/\S+/", "", text)
    return re.sub(r"\b(?=\w*[A-Z0-9])\w{10}\b|\d+", "_", text)[:130]


class Broken(Exception):
    """A promise that was not kept."""


def tail(text, lines=4):
    return [line for line in text.splitlines() if "generated a new key" not in line][-lines:]


def sample(numbers, most, *seed, full=None):
    """At most so many, chosen by the seed; in order.  full: how many where FULL, by default all."""
    numbers, most = list(numbers), full if FULL else most
    if most is None or len(numbers) <= most:
        return numbers
    return sorted(random.Random(f"{SEED} {seed}").sample(numbers, most))


def how_many(times):
    """Calls that fail, from the word in a case."""
    return {"once": 1, "on": FOREVER}[times]


def _has_key(path, key):
    with open(path, "rb") as file:
        return len(key) == 32 and key in file.read()


def left_behind(state):
    """Raises Broken if there is a copy of the key, or a file that only a change in progress has."""
    try:
        with open(os.path.join(state, "key"), "rb") as file:
            key = file.read()
    except FileNotFoundError:
        key = b""
    left = set()
    for at, folders, files in os.walk(state):
        for name in folders + files:
            path = os.path.join(at, name)
            copy = name in files and path != os.path.join(state, "key") and _has_key(path, key)
            if copy or re.search(r"\.(new|tmp)$|^restore-|-journal$|~$", name):
                left.add(os.path.relpath(path, state))
    if left:
        raise Broken(f"left behind: {sorted(left)}")
