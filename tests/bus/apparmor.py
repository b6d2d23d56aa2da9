#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The AppArmor profile of patd: all that patd opens is allowed, and nothing else of note.

No kernel is asked, since few test machines have one that enforces: the files that patd names in
system calls, seen by strace, are compared with the rules, as if patd were installed.  The system
tier asks one with UML=1.
"""
import os
import re
import shutil
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
import wire
from client import NAME, PATIENCE_S
from fixture import BUILD, GAMES, SANITIZED, TOP, PatdTest

PROFILE = os.path.join(TOP, "apparmor/patd")
WRITES = "O_WRONLY|O_RDWR|O_CREAT|O_TRUNC"
# What a call needs of the path that it names.
NEEDS = dict.fromkeys(
    ("unlink", "unlinkat", "rename", "renameat", "renameat2", "mkdir", "mkdirat", "symlink",
     "symlinkat", "truncate", "chmod", "fchmodat", "connect", "sendto", "sendmsg"), "w",
) | {"openat": "", "link": "l", "linkat": "l", "flock": "k", "execve": "m"}  # fmt: skip


def parse():
    """The text of the profile with what it includes, its comments removed, and its variables."""
    done = subprocess.run(
        ["apparmor_parser", "--preprocess", PROFILE], capture_output=True, text=True,
        timeout=PATIENCE_S, check=True,
    )  # fmt: skip
    text = re.sub(r"(?m)^\s*#.*$", "", done.stdout)
    variables = dict(re.findall(r"(?m)^(@\{\w+\})\s*=\s*(.*)$", text))
    return text, variables


def to_pattern(glob):
    """A regular expression for a path of apparmor.d(5)."""
    # A whole name is not empty: /folder/** is not the folder.
    glob = re.sub(r"(?<=/)\*(?=\*?(/|$))", "[^/]*", glob)
    tokens = re.split(r"(\*\*|\*|\?|\{|\}|,|\[[^]]*\])", glob)
    meaning = {"**": ".*", "*": "[^/]*", "?": "[^/]", "{": "(?:", "}": ")"}
    depth, out = 0, ""
    for token in tokens:
        depth += (token == "{") - (token == "}")
        if token == "," and depth:
            out += "|"
        elif token in meaning:
            out += meaning[token]
        else:
            out += token if token.startswith("[") else re.escape(token)
    return out


class Rules:
    def __init__(self):
        text, self.variables = parse()
        self.allowed = []
        for glob, permissions in re.findall(
            r"(?m)^\s*(?:owner\s+)?((?:/|@\{)\S*)\s+([rwmlkix]+),", text
        ):
            for path in self.expand(glob):
                self.allowed.append((re.compile(to_pattern(path)), permissions))

    def expand(self, glob):
        found = re.search(r"@\{\w+\}", glob)
        if not found:
            return [re.sub("//+", "/", glob)]
        values = self.variables.get(found[0], "[0-9]*").split()
        return [
            path
            for value in values
            for path in self.expand(glob.replace(found[0], value.strip('"'), 1))
        ]

    def allow(self, path, need):
        return any(need in given and rule.fullmatch(path) for rule, given in self.allowed)


class Traced:
    """What strace has written, as (path, what is needed)."""

    CALL = re.compile(r"^\d+ +(\w+)\((.*)")
    # "name", or 3</folder>, "name"
    PATH = re.compile(r'(?:(?:AT_FDCWD|\d+)<([^>]*)>(?:\(deleted\))?, )?"([^"]*)"')
    # 3</folder>, which an exclusive lock must permit to write, whatever it is open for
    LOCK = re.compile(r"\d+<([^>]*)>(?:\(deleted\))?, LOCK_EX")
    SOCKET = re.compile(r'sun_path="(/[^"]*)"')

    def __init__(self, trace, folder):
        self.trace = trace
        self.folder = folder

    def installed(self, path):
        """Where it is when patd is installed."""
        for test, real in (
            ("/state", "/var/lib/patd"), ("/etc", "/etc/patd"), ("/run", "/run/patd"),
            ("/credentials", "/run/credentials/patd.service"),
        ):  # fmt: skip
            if path == self.folder + test or path.startswith(self.folder + test + "/"):
                return real + path[len(self.folder + test) :]
        return "/usr/libexec/patd" if path == os.path.join(BUILD, "patd/patd") else path

    def needs(self):
        with open(self.trace, encoding="utf-8", errors="replace") as trace:
            for line in trace:
                found = self.CALL.match(line)
                if found and found[1] in NEEDS:
                    yield from self.needs_of(*found.groups())

    def needs_of(self, call, rest):
        need = NEEDS[call]
        if call in ("connect", "bind", "sendto", "sendmsg"):
            paths = [(None, path) for path in self.SOCKET.findall(rest)]
        elif call == "flock":
            paths = [(None, path) for path in self.LOCK.findall(rest)]
            need = "kw"
        elif call in ("link", "linkat"):
            paths = self.PATH.findall(rest)[1:]
        else:
            paths = self.PATH.findall(rest)[: 2 if call.startswith("rename") else 1]
        if call == "openat":
            if "O_PATH" in rest:
                return  # not mediated
            need = ("w" if re.search(WRITES, rest) else "") + ("" if "O_WRONLY" in rest else "r")
        for folder, path in paths:
            for one in need:
                yield self.full(folder, path, rest), one

    def full(self, folder, path, rest):
        if not path.startswith("/"):
            path = os.path.join(folder or "/", path)
        path = os.path.normpath(path)
        if os.path.isdir(path) or "O_DIRECTORY" in rest:
            return self.installed(path).rstrip("/") + "/"
        # As the kernel sees it: /lib may be a link.
        if path.startswith(("/lib", "/usr/lib", "/var/run")):
            path = os.path.realpath(path)
        return self.installed(path)


class Profile(PatdTest):
    start_patd = False

    def setUp(self):
        if not shutil.which("apparmor_parser") or not shutil.which("strace"):
            self.skipTest("needs apparmor_parser and strace")
        if SANITIZED:
            self.skipTest("the libraries of the sanitisers are not in the profile")
        super().setUp()
        self.trace = os.path.join(self.folder, "trace")
        self.patd.wrapper = [
            "strace", "-D", "-f", "-y", "-qq", "-A", "-o", self.trace,
            "--trace=%file,flock,connect,sendto,sendmsg",
        ]  # fmt: skip

    def begin(self, **how):
        self.patd.start(**how)
        if not hasattr(self, "root"):
            self.root = self.client()
        self.root.wait_for_owner(NAME)

    def use(self):
        """All that patd is for."""
        token = self.root.generate("laptop", user="games")
        self.assertEqual(self.verify(token, GAMES, "games"), wire.ACCEPTED)
        session = wire.session(token, os.getpid(), uid=GAMES, user="games")
        self.assertEqual(wire.ask(self.patd.root_sock, session)[0], wire.ACCEPTED)
        self.assertEqual(self.root.get(token, "Sessions"), 1)
        self.root.revoke_and_delete(self.root.generate("bound", user="games", until="boot"))
        self.assertRefused(
            "InvalidRestriction", self.root.generate, "of a session", until="session:nosuch"
        )
        self.root.rotate(token)
        self.root.revoke_and_delete(token)
        self.root.disable("games")
        self.root.enable("games")
        self.root.verify_history()
        os.remove(self.make_backup())

    def test_separation__the_profile_allows_all_that_patd_opens(self):
        folder = os.path.join(self.patd.conf, "patd.conf.d")
        os.makedirs(folder)
        for path in (os.path.join(self.patd.conf, "patd.conf"), os.path.join(folder, "more.conf")):
            with open(path, "w", encoding="ascii") as conf:
                conf.write("[verifier games]\nservices = web\n")
        self.begin()
        self.use()
        self.patd.process.send_signal(signal.SIGHUP)
        self.root.list(all=True)
        self.assertEqual(self.patd.end(), 0)
        # With the key as a credential.
        credentials = os.path.join(self.folder, "credentials")
        os.mkdir(credentials)
        os.rename(
            os.path.join(self.patd.state, "key"), os.path.join(credentials, "patd.key")
        )
        self.begin(env=os.environ | {"CREDENTIALS_DIRECTORY": credentials})
        self.make_backup()
        self.assertEqual(self.patd.end(), 0)

        needs = set(Traced(self.trace, self.folder).needs())
        self.assertIn(("/proc/sys/kernel/random/boot_id", "r"), needs)
        # Links, which strace shows by another call.
        needs.add(("/run/systemd/units/invocation:ci.service", "r"))
        rules = Rules()
        self.assertGreater(len(needs), 20, needs)
        for wanted in (
            ("/var/lib/patd/patd.db", "w"), ("/etc/patd/patd.conf", "r"),
            ("/var/lib/patd/key", "l"), ("/var/lib/patd/", "k"),
            (f"/proc/{os.getpid()}/stat", "r"),
            ("/run/credentials/patd.service/patd.key", "r"),
            ("/run/systemd/sessions/nosuch", "r"),
        ):  # fmt: skip
            self.assertIn(wanted, needs, "not seen in use")
        # systemd makes the folder.
        made = {("/run/patd/", "w")}
        refused = sorted(need for need in needs - made if not rules.allow(*need))
        self.assertEqual(refused, [])

    def test_separation__the_profile_allows_nothing_else_of_note(self):
        rules = Rules()
        for path, need in (
            ("/etc/shadow", "r"), ("/etc/patd/patd.conf", "w"), ("/root/.ssh/id_rsa", "r"),
            ("/home/alice/x", "r"), ("/etc/credstore.encrypted/patd.key", "r"),
            ("/usr/libexec/patd", "w"), ("/etc/cron.d/x", "w"), ("/etc/pam.d/sshd", "w"),
        ):  # fmt: skip
            self.assertFalse(rules.allow(path, need), f"{need} of {path}")
        text, _ = parse()
        # Programs, capabilities, networks.
        body = text[text.index("profile patd") :]
        body = re.sub(r"(?m)^.*/\.(Private|ecryptfs)/.*$", "", body)
        for never in (
            r"\S+\s+[rwmlk]*[uUpPcCi]*x,", "capability", "change_profile", "mount", "network",
        ):  # fmt: skip
            self.assertIsNone(re.search(rf"(?m)^\s*(?:owner\s+)?{never}\b.*$", body))
        self.assertNotIn("complain", body)


if __name__ == "__main__":
    tap.main()
