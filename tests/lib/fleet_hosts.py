# SPDX-License-Identifier: LGPL-2.1-or-later
"""The fixture of a fleet: a hub, and hosts, each a patd and a patd-fleet in folders of its own."""
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
import unittest

import wire
from fixture import BUILD, TOP, Daemon, Patd
from hub import FLEET, Hub
from wire import PATIENCE_S

RECIPE = os.path.join(TOP, "doc/recipes/fleet.md")
PATCTL = os.path.join(BUILD, "patctl/patctl")


class Tls:
    """The certificates of the recipe, made by its commands: of the hub, at localhost, and of hosts"""

    def __init__(self, folder, hosts):
        self.folder = os.path.join(folder, "tls")
        os.mkdir(self.folder, 0o755)
        with open(RECIPE, encoding="utf-8") as recipe:
            blocks = re.findall(r"^```sh ca\n(.*?)^```$", recipe.read(), re.DOTALL | re.MULTILINE)
        script = "".join(blocks).replace("hub.example.org", "localhost")
        script = script.replace("in alpha web1 web2;", f"in {' '.join(hosts)};")
        subprocess.run(
            ["sh", "-eu"], input=script, cwd=self.folder, check=True, capture_output=True, text=True,
            timeout=PATIENCE_S,
        )  # fmt: skip
        os.chmod(self.path("ca.crt"), 0o644)
        for name in ("hub.crt", "hub.key"):
            shutil.chown(self.path(name), "postgres")

    def path(self, name):
        return os.path.join(self.folder, name)

    def conninfo(self, port, name):
        """Of a host with the certificate of that name"""
        return (
            f"host=localhost port={port} dbname=patd sslmode=verify-full"
            f" sslrootcert={self.path('ca.crt')} sslcert={self.path(name + '.crt')}"
            f" sslkey={self.path(name + '.key')}"
        )


class FleetDaemon(Daemon):
    name = "patd-fleet"

    def __init__(self, folder):
        super().__init__(folder)
        self.program = FLEET
        self.log_path = os.path.join(folder, "fleet.log")

    def arguments(self):
        return [f"--runtime-dir={self.run}"]


class Token:
    def __init__(self, text):
        self.text = text
        self.id = text.split("_")[1]


class Host:
    """patd and patd-fleet.  issuers: {name: public key}"""

    def __init__(self, folder, name, hub, issuer=False, tls=None):
        self.name, self.hub, self.issuer = name, hub, issuer
        self.folder = os.path.join(folder, name)
        os.mkdir(self.folder, 0o755)
        self.patd = Patd(self.folder, "unix:path=/nonexistent")
        self.patd.with_front = False
        self.fleet = FleetDaemon(self.folder)
        self.conninfo = tls.conninfo(hub.port, name) if tls else hub.conninfo()
        self.staleness = "15min"
        self.issuers = {}

    def configure(self, **issuers):
        """Writes patd.conf, which is in force once patd starts.  issuers: name = public key"""
        self.issuers.update(issuers)
        os.makedirs(self.patd.conf, exist_ok=True)
        lines = ["[fleet]", f"hub = {self.conninfo}", f"max_staleness = {self.staleness}"]
        lines.append(f"issuer = {self.name}" if self.issuer else f"host = {self.name}")
        for name, key in self.issuers.items():
            lines += [f"[issuer {name}]", f"key = {key}"]
        with open(os.path.join(self.patd.conf, "patd.conf"), "w", encoding="ascii") as file:
            file.write("\n".join(lines) + "\n")

    def start(self):
        self.patd.start()
        self.fleet.start()

    def end(self):
        for daemon in (self.fleet, self.patd):
            if daemon.running():
                status = daemon.end()
                assert status == 0, f"{daemon.name} of {self.name} exited with {status}"

    def kill(self):
        for daemon in (self.fleet, self.patd):
            if daemon.running():
                daemon.kill()

    # --- patctl, by root over root.sock -------------------------------------------------------
    def patctl(self, *arguments, check=True):
        done = subprocess.run(
            [PATCTL, *arguments], env=os.environ | {"PATD_RUNTIME_DIR": self.patd.run},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE_S,
            check=False,
        )  # fmt: skip
        assert not check or done.returncode == 0, f"patctl {arguments}: {done.stderr}"
        return done.stdout

    def status(self):
        return json.loads(self.patctl("fleet", "status", "--json"))

    def generate(self, name, user="games", *options):
        """A fleet token"""
        text = self.patctl(
            "generate", name, f"--user={user}", "--fleet", "--quiet", "--expires=1d", *options
        )
        return Token(text.strip())

    def verdict(self, token, uid=5, user="games", **place):
        reply = wire.ask(self.patd.root_sock, wire.request(token, uid, user, **place))
        return reply[0]

    def wait_until(self, condition, what="", seconds=PATIENCE_S):
        """For what no event tells of"""
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"{self.name}: {what}"
            time.sleep(0.02)

    def wait(self, token, verdict, seconds=PATIENCE_S):
        """Until logins by it have that verdict"""
        self.wait_until(lambda: self.verdict(token) == verdict, f"not {verdict}", seconds)

    def evidence(self):
        log = f"--- {self.name}: patd\n{self.patd.log()}"
        return log + f"--- {self.name}: patd-fleet\n{self.fleet.log()}"


class FleetTest(unittest.TestCase):
    """Each test has a hub and hosts of its own: one issuer, alpha, and members."""

    tls = False
    issuers = ("alpha",)
    members = ("web1", "web2")

    def setUp(self):
        self.hub, self.hosts = None, {}
        self.folder = tempfile.mkdtemp(prefix="patd-fleet.")
        self.addCleanup(shutil.rmtree, self.folder)
        os.chmod(self.folder, 0o755)
        names = self.issuers + self.members
        tls = self.certificates = Tls(self.folder, names) if self.tls else None
        self.hub = Hub(self.folder, tls.folder if tls else None)
        self.hub.start()
        self.addCleanup(self.hub.close)
        self.hub.init()
        self.addCleanup(self._end)
        for name in names:
            self.hub.add_host(name, name in self.issuers)
            self.hosts[name] = Host(self.folder, name, self.hub, name in self.issuers, tls)
            self.hosts[name].configure()
        keys = {}
        for name in self.issuers:
            host = self.hosts[name]
            host.patd.start()
            keys[name] = host.status()["key"]
            host.patd.end()
        for host in self.hosts.values():
            host.configure(**keys)
            host.start()
        self.keys = keys
        self.alpha = self.hosts["alpha"]
        self.all_members = [self.hosts[name] for name in self.members]

    def _end(self):
        """Also of those after one that does not end as it should"""
        try:
            for host in self.hosts.values():
                host.end()
        finally:
            for host in self.hosts.values():
                host.kill()

    def evidence(self):
        log = "".join(host.evidence() for host in self.hosts.values())
        return log + "--- hub\n" + (self.hub.log()[-4000:] if self.hub else "none")

    def wait_all(self, token, verdict):
        for member in self.all_members:
            member.wait(token, verdict)
