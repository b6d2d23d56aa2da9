#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tokens that end with a boot, a login session or a unit, of a machine that the test makes up."""
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
import wire
from client import NAME
from fixture import DAEMON, GAMES, PatdTest

BOOT_ID = "/proc/sys/kernel/random/boot_id"
# In place of the machine's /run and boot id, for patd alone.
WITH_MACHINE = f"""mount --bind "$1/boot_id" {BOOT_ID} && mount --bind "$1/run" /run || exit
shift
exec "$@"
"""


class Until(PatdTest):
    start_patd = False

    def setUp(self):
        super().setUp()
        self.machine = os.path.join(self.folder, "machine")
        self.wrapper = [
            "unshare", "--mount", "--propagation", "private", "sh", "-c", WITH_MACHINE, "sh",
            self.machine,
        ]  # fmt: skip
        for folder in ("units", "sessions"):
            os.makedirs(os.path.join(self.machine, "run/systemd", folder))
        os.chmod(self.machine, 0o755)
        self.boot("1")
        can = subprocess.run([*self.wrapper, "true"], capture_output=True, text=True, check=False)
        if can.returncode:
            self.skipTest("needs mounts: " + can.stderr)
        self.patd.wrapper = self.wrapper
        self.patd.start()
        self.root = self.client()
        self.root.wait_for_owner(NAME)

    def boot(self, digit):
        """Another boot, whose id has that digit alone."""
        with open(os.path.join(self.machine, "boot_id"), "w", encoding="ascii") as file:
            file.write("-".join(digit * n for n in (8, 4, 4, 4, 12)) + "\n")

    def unit(self, name):
        return os.path.join(self.machine, "run/systemd/units", "invocation:" + name)

    def start(self, name, digit="a"):
        if os.path.lexists(self.unit(name)):
            os.remove(self.unit(name))
        os.symlink(digit * 32, self.unit(name))

    def stop(self, name):
        os.remove(self.unit(name))

    def session(self, name, uid=GAMES, state="active"):
        """As logind writes it."""
        self.start(f"session-{name}.scope", "b")
        path = os.path.join(self.machine, "run/systemd/sessions", name)
        with open(path, "w", encoding="ascii") as file:
            file.write(f"UID={uid}\nACTIVE=1\nSTATE={state}\nCLASS=user\n")

    def generate(self, until, name="laptop", client=None):
        return (client or self.root).generate(name, user="games", until=until)

    def assertLasts(self, token):
        self.assertEqual(self.verify_games(token), wire.ACCEPTED)
        self.assertEqual(self.root.get(token, "State"), "active")

    def assertEnded(self, token):
        self.assertEqual(self.verify_games(token), wire.ENDED)
        self.assertEqual(self.root.get(token, "State"), "ended")
        self.assertEqual(self.root.history(all=True)[-1]["Result"], "ended")
        self.assertEqual([row["Name"] for row in self.root.list(all=True, state="ended")],
                         [self.root.get(token, "Name")])  # fmt: skip

    def test_lifespan__a_token_ends_with_the_boot(self):
        token = self.generate("boot")
        self.assertEqual(self.root.get(token, "Until"), "boot")
        self.assertLasts(token)
        self.restart_patd()
        self.assertLasts(token)
        self.boot("2")
        self.assertEnded(token)
        self.restart_patd()
        self.assertEnded(token)

    def test_lifespan__a_token_ends_with_a_unit_and_does_not_come_back_with_it(self):
        self.start("ci-job.service")
        token = self.generate("unit:ci-job")
        self.assertEqual(self.root.get(token, "Until"), "unit:ci-job.service")
        self.boot("2")
        self.assertLasts(token)
        self.stop("ci-job.service")
        self.assertEnded(token)
        self.start("ci-job.service", "c")
        self.assertEnded(token)

    def test_lifespan__a_token_ends_with_a_session(self):
        self.session("c2")
        token = self.generate("session:c2")
        self.assertLasts(token)
        self.session("c2", state="closing")
        self.assertEnded(token)
        self.root.revoke_and_delete(token)
        self.session("c2")
        token = self.generate("session:c2", "again")
        self.start("session-c2.scope", "d")
        self.assertEnded(token)

    def test_lifespan__what_cannot_be_found_out_has_ended(self):
        self.start("ci-job.service")
        token = self.generate("unit:ci-job")
        os.rename(self.machine + "/run/systemd", self.machine + "/run/elsewhere")
        self.assertEnded(token)
        self.assertRefused("InvalidRestriction", self.generate, "unit:ci-job", "other")

    def test_a_token_is_bound_to_what_runs_and_is_the_caller_s(self):
        self.session("c2")
        self.session("3", uid=DAEMON)
        for until in (
            "unit:nosuch", "session:nosuch", "session:", "unit:", "unit:../x", "unit:a/b",
            "session:../units", "tomorrow", "unit:" + "x" * 300,
        ):  # fmt: skip
            with self.subTest(until):
                self.assertRefused("InvalidRestriction", self.generate, until)
        self.assertEqual(self.root.list(all=True), [])
        # Root may say so; games is told before a password is asked for, and daemon needs none.
        games = self.client(GAMES)
        self.generate("session:3")
        self.assertRefused("InvalidRestriction", games.generate, "own", until="session:3")
        self.assertRefused("AccessDenied", games.generate, "own", until="session:c2")

    def test_the_owner_binds_a_token_freely_and_unbinds_it_with_a_password(self):
        self.start("ci-job.service")
        token = self.root.generate("laptop", user="games")
        games = self.client(GAMES)
        games.set(token, until="unit:ci-job")
        self.assertEqual(self.root.history(all=True)[-1]["Detail"], "until unit:ci-job.service")
        for until in ("", "boot"):
            self.assertRefused("AccessDenied", games.set, token, until=until)
        self.root.set(token, until="boot")
        self.stop("ci-job.service")
        self.assertLasts(token)
        self.root.set(token, until="")
        self.assertEqual(self.root.get(token, "Until"), "")
        self.boot("2")
        self.assertLasts(token)

    def test_lifespan__nothing_brings_a_token_back_that_has_ended(self):
        token = self.generate("boot")
        self.boot("2")
        self.assertRefused("Expired", self.root.set, token, until="")
        self.assertRefused("Expired", self.root.set, token, until="boot")
        self.assertRefused("Expired", self.root.rotate, token)
        self.root.revoke(token)
        self.assertRefused("Expired", self.root.restore, token)
        self.root.delete(token)

    def test_lifespan__a_restored_backup_has_no_token_of_another_machine(self):
        token = self.generate("boot")
        backup = self.make_backup()
        self.assertEqual(self.patd.end(), 0)
        self.boot("2")
        with open(backup, "rb") as file:
            done = subprocess.run(
                [self.patd.program, "--state-dir=" + self.patd.state, "--restore-backup=-"],
                stdin=file, capture_output=True, text=True, check=False,
            )  # fmt: skip
        self.assertEqual(done.returncode, 0, done.stderr)
        self.patd.start()
        self.root.wait_for_owner(NAME)
        self.assertEnded(token)


if __name__ == "__main__":
    tap.main()
