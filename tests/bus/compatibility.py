#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A database, a backup and a configuration of an earlier version mean what they meant to it."""
import json
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import earlier
import tap
from wire import PATIENCE_S
from fixture import BUILD, PATD, PatdTest


class Earlier(PatdTest):
    """Of all sets one after the other: see tests/lib/earlier.py."""

    start_patd = False
    maxDiff = None
    restores = 0

    def each_set(self):
        """Begins anew with each one."""
        sets = earlier.sets()
        self.assertNotEqual(sets, [])
        for name in sets:
            self.set = os.path.join(earlier.FOLDER, name)
            for folder in self.patd.state, self.patd.conf:
                shutil.rmtree(folder, ignore_errors=True)
            os.mkdir(self.patd.state, 0o700)
            yield
            if self.patd.running():
                self.assertEqual(self.patd.end(), 0)

    def start(self):
        """At the latest time that patd had seen: else it would doubt the clock."""
        library = os.path.join(BUILD, "tests/pam/later.so")
        at = str(earlier.latest_time(self.patd.database))
        self.patd.start(env=self.patd.preloaded(library, STANDS_AT=at, **earlier.ENVIRONMENT))
        self.client().wait_for_owner()

    def put_state(self):
        key = os.path.join(self.patd.state, "key")
        shutil.copyfile(os.path.join(self.set, "key"), key)
        os.chmod(key, 0o600)
        earlier.unpack(os.path.join(self.set, "patd.db.gz"), self.patd.database)

    def put_configuration(self):
        """As it is installed: nobody but its owner may write to it."""
        etc = os.path.join(self.set, "etc")
        shutil.copytree(etc, self.patd.conf, copy_function=shutil.copyfile)
        for folder, _, names in os.walk(self.patd.conf):
            os.chmod(folder, 0o755)
            for name in names:
                os.chmod(os.path.join(folder, name), 0o644)

    def run_patd(self, *arguments):
        done = subprocess.run(
            [PATD, *arguments], capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def expected(self, name):
        return earlier.parse(earlier.read_text(os.path.join(self.set, "expected", name + ".json")))

    def without_restore(self, objects):
        """Without the entry about the restore, which earlier versions did not make."""
        found = [at for at, one in enumerate(objects)
                 if one.get("event") == "restored" and one["id"] is None]
        for at in found:
            for later in objects[at + 1 :]:
                later["seq"] -= 1
        for one in objects:
            if "entries" in one:
                one["entries"] -= self.restores
        return [one for at, one in enumerate(objects) if at not in found]

    def as_before(self, one, was):
        """
        A login without a host was local at each service, and is so at few now.  The services of
        the sets are not among them.
        """
        if one.get("last_used_from") == "unknown":
            one = {**one, "last_used_from": "local"}
        if one.get("from") == "unknown":
            one = {**one, "from": None, "new_network": was["new_network"]}
        return one

    def assertSame(self, text, name):
        """What later versions have added to an object does not count."""
        objects, expected = self.without_restore(earlier.parse(text)), self.expected(name)
        self.assertEqual(len(objects), len(expected), text)
        for one, was in zip(objects, expected):
            one = self.as_before(one, was)
            self.assertEqual({member: one.get(member, "missing") for member in was}, was)

    def assertViews(self, prefix=""):
        for name, arguments in earlier.VIEWS.items():
            with self.subTest(prefix + name):
                self.assertSame(earlier.view(self.bus, arguments), prefix + name)

    def policy(self):
        """Without the keys that later versions have added, which have their defaults."""
        text = earlier.view(self.bus, ["policy", "--json"])
        lines = earlier.parse(text.replace(self.patd.conf, earlier.CONF_DIR))
        known = {line["key"] for line in self.expected("policy")}
        for line in lines:
            self.assertTrue(line["key"] in known or line["source"] == "default", line)
        return json.dumps([line for line in lines if line["key"] in known])

    def assertLogins(self, name):
        for login in self.expected(name):
            with self.subTest(f"login, {login['case']}"):
                self.assertEqual(earlier.log_in(self.patd, login), login["answer"], login)

    def test_a_database_of_an_earlier_version_works_unchanged(self):
        for _ in self.each_set():
            self.put_state()
            self.start()
            self.assertViews()
            self.assertLogins("logins")
            self.assertViews("after-")

    def test_a_backup_of_an_earlier_version_is_restored(self):
        for _ in self.each_set():
            backup = os.path.join(self.folder, "backup")
            earlier.unpack(os.path.join(self.set, "backup.gz"), backup)
            self.restores = 1
            self.run_patd(f"--verify-backup={backup}")
            self.run_patd(f"--restore-backup={backup}", f"--state-dir={self.patd.state}")
            self.start()
            self.assertViews()
            self.assertLogins("logins")
            self.assertViews("after-")

    def test_a_configuration_of_an_earlier_version_means_the_same(self):
        for _ in self.each_set():
            self.put_state()
            self.put_configuration()
            self.run_patd("--check-config", f"--config-dir={self.patd.conf}")
            self.start()
            self.assertSame(self.policy(), "policy")
            self.assertLogins("configured-logins")
            self.assertViews("configured-")


if __name__ == "__main__":
    tap.main()
