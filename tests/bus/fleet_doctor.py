#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""patctl doctor and patctl delete on machines of a fleet, between which the test carries bytes."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import fleet
import tap
from fixture import BUILD, GAMES
from fleet import Hub, Machine, now

PATCTL = os.path.join(BUILD, "patctl/patctl")
LATER = os.path.join(BUILD, "tests/pam/later.so")
CARRIER = 4711  # the uid of patd-fleet, on the machine of look()
DAY = 24 * 3600

# The machine of the test, but for a user, and for units of systemd: those of $UNITS.
MACHINE = """set -e
mount --bind "$PASSWD" /etc/passwd
mount --bind "$UNITS" /usr/local
mkdir -p /etc/systemd
mount -t tmpfs tmpfs /etc/systemd
mkdir /etc/systemd/system
test -z "$MASKED" || ln -s /dev/null /etc/systemd/system/$MASKED
exec "$@"
"""


class DoctorTest(unittest.TestCase):
    """An issuer, "hq", and a member, "web1", that has a hub."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="patd-test.")
        self.addCleanup(shutil.rmtree, self.folder)
        os.chmod(self.folder, 0o755)
        self.passwd = os.path.join(self.folder, "passwd")
        with open("/etc/passwd", encoding="utf-8") as before:
            text = before.read()
        with open(self.passwd, "w", encoding="utf-8") as file:
            file.write(f"{text.rstrip()}\npatd-fleet:x:{CARRIER}:{CARRIER}::/:/bin/false\n")
        os.chmod(self.passwd, 0o644)
        self.units = os.path.join(self.folder, "units")
        os.makedirs(self.units)
        self.hub = Hub()
        self.hq = self.machine("hq", self.conf("issuer = hq"))
        self.hq.start()
        self.trust = f"[issuer hq]\nkey = {self.hq.key()}\n"
        self.web = self.machine("web1", self.conf("host = web1") + self.trust)
        self.web.start()

    def machine(self, name, conf):
        machine = Machine(self.folder, name, conf)
        self.addCleanup(machine.stop)
        return machine

    def conf(self, *lines, hub="host=/nonexistent"):
        return "\n".join(("[fleet]", *lines, f"hub = {hub}" if hub else "", ""))

    def reconfigure(self, machine, *lines, trust="", hub="host=/nonexistent"):
        machine.configure(self.conf(*lines, hub=hub) + trust)
        machine.restart()

    def run_patctl(self, machine, *arguments, later=0, masked="", passwd=None):
        preloaded = machine.patd.preloaded(LATER, LATER=str(later))
        return subprocess.run(
            ["unshare", "--mount", "sh", "-c", MACHINE, "sh", PATCTL, *arguments],
            env={
                **preloaded, "PATD_RUNTIME_DIR": machine.patd.run, "MASKED": masked,
                "DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nonexistent", "UNITS": self.units,
                "PASSWD": passwd or self.passwd, "LC_ALL": "C.UTF-8",
                "PATD_CONFIG_DIR": os.path.join(machine.folder, "etc"),
            },
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    def look(self, machine, check="fleet", **how):
        """(level, message, advice) of each finding of that check"""
        done = self.run_patctl(machine, "doctor", "--json", **how)
        findings = json.loads(done.stdout)["findings"]
        return [
            (finding["level"], finding["message"], finding["advice"] or "")
            for finding in findings
            if finding["check"] == check
        ]

    def assertFound(self, findings, level, part, advice=""):
        self.assertTrue(
            any(found[0] == level and part in found[1] and advice in found[2] for found in findings),
            findings,
        )

    def assertNotFound(self, findings, part):
        self.assertFalse(any(part in found[1] for found in findings), findings)

    def carry(self):
        self.hq.publish(self.hub)
        self.assertEqual(self.web.fetch(self.hub, "hq")["complete"], 1, self.web.patd.log())

    def report(self, machine, *arguments, **more):
        machine.link.done(fleet.PUT_REPORT, fleet.report(*arguments, **more))


class Issuers(DoctorTest):
    def test_an_issuer_whose_tokens_are_good_here_is_ok(self):
        self.hq.root.generate("laptop", user="games", uid=GAMES, fleet=True)
        self.carry()
        self.report(self.web, True, now())
        findings = self.look(self.web)
        self.assertFound(findings, "ok", "all that the issuer hq has signed is here, as of 20")
        self.assertFound(findings, "ok", "patd-fleet is connected to the hub since 20")
        self.assertEqual([found for found in findings if found[0] != "ok"], [])

    def test_an_issuer_of_which_nothing_has_come_is_a_problem(self):
        findings = self.look(self.web)
        self.assertFound(
            findings, "problem", "nothing has come of the issuer hq, whose tokens are refused",
            'compare its name and key in patd.conf with those that "patctl fleet" shows there',
        )  # fmt: skip
        self.assertEqual(self.run_patctl(self.web, "doctor").returncode, 1)

    def test_an_issuer_whose_rows_are_not_complete_is_a_problem(self):
        self.hq.root.generate("laptop", user="games", uid=GAMES, fleet=True)
        self.hq.publish(self.hub)
        self.web.put_beat("hq", self.hub.beats["hq"])
        self.assertFound(
            self.look(self.web), "problem", "not all that the issuer hq has signed is here"
        )

    def test_a_heartbeat_that_is_late_is_a_warning_before_tokens_are_refused(self):
        self.carry()
        self.assertNotFound(self.look(self.web, later=60), "heartbeat")
        self.assertFound(
            self.look(self.web, later=180), "warning", "15min after it, its tokens are refused",
            "compare the clocks",
        )  # fmt: skip

    def test_a_heartbeat_that_is_too_old_is_a_problem(self):
        self.carry()
        self.web.stop()
        self.web.patd.start(env=self.web.patd.preloaded(LATER, LATER=str(20 * 60)))
        findings = self.look(self.web, later=20 * 60)
        self.assertFound(findings, "problem", "and its tokens are refused", "compare the clocks")
        self.assertFound(findings, "problem", "the latest heartbeat of the issuer hq is of 20")

    def test_an_issuer_whose_key_is_trusted_no_more_is_a_problem(self):
        self.carry()
        other = self.machine("other", self.conf("issuer = other"))
        other.start()
        self.reconfigure(self.web, "host = web1", trust=f"[issuer hq]\nkey = {other.key()}\n")
        self.assertFound(
            self.look(self.web), "problem",
            "the latest heartbeat of the issuer hq is signed with a key that patd.conf does not have",
            "compare its name and key in patd.conf",
        )  # fmt: skip

    def test_an_issuer_whose_clock_is_ahead_is_a_warning(self):
        self.carry()
        findings = self.look(self.web, later=-60)
        self.assertFound(findings, "warning", "the clock of the issuer hq is ")
        self.assertFound(findings, "warning", " seconds ahead of this machine's")

    def test_a_section_about_this_machine_needs_its_key(self):
        self.reconfigure(self.hq, "issuer = hq", trust=self.trust)
        self.assertNotFound(self.look(self.hq), "about this machine")
        other = self.machine("other", self.conf("issuer = other"))
        other.start()
        self.reconfigure(self.hq, "issuer = hq", trust=f"[issuer hq]\nkey = {other.key()}\n")
        self.assertFound(
            self.look(self.hq), "warning",
            "section [issuer hq] of patd.conf is about this machine, and has not its key",
        )  # fmt: skip


class Carrier(DoctorTest):
    def test_patd_fleet_that_does_not_run_is_a_problem(self):
        self.web.link.close()
        findings = self.look(self.web)
        self.assertFound(findings, "problem", "patd-fleet is not connected to patd")
        self.assertFound(
            self.look(self.web, check="unit"), "problem",
            "systemd has no unit patd-fleet.service", "install the package patd-fleet",
        )  # fmt: skip

    def test_a_hub_that_is_not_reached_is_a_warning_with_the_error(self):
        self.report(self.web, False, 1700000000, "no route to db.example.org")
        self.assertFound(
            self.look(self.web), "warning",
            "patd-fleet has not reached the hub since 2023-11-14T22:13:20Z: no route to db.example.org",
        )  # fmt: skip

    def test_an_error_while_connected_is_a_warning(self):
        self.report(self.web, True, 1700000000, "the hub has version 7 of its tables")
        self.assertFound(
            self.look(self.web), "warning",
            "patd-fleet is connected to the hub, and reports: the hub has version 7 of its tables",
        )  # fmt: skip

    def unit(self, path):
        path = os.path.join(self.units, "lib/systemd/system", path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="ascii"):
            pass

    def test_the_unit_must_start_at_boot(self):
        self.unit("patd-fleet.service")
        self.assertFound(
            self.look(self.web, check="unit"), "warning",
            "patd-fleet.service does not start at boot", "systemctl enable patd-fleet.service",
        )  # fmt: skip
        self.unit("multi-user.target.wants/patd-fleet.service")
        self.assertFound(
            self.look(self.web, check="unit"), "ok", "patd-fleet.service is enabled"
        )

    def test_a_masked_unit_is_a_problem(self):
        self.unit("multi-user.target.wants/patd-fleet.service")
        self.unit("patd-fleet.service")
        for unit in ("patd-fleet.service", "patd-fleet.socket"):
            self.assertFound(
                self.look(self.web, check="unit", masked=unit), "problem", f"{unit} is masked",
                "systemctl unmask patd-fleet.service patd-fleet.socket",
            )  # fmt: skip

    def test_a_machine_without_its_user_is_a_problem(self):
        findings = self.look(self.web, check="user", passwd="/etc/passwd")
        self.assertFound(findings, "problem", "there is no user patd-fleet", "systemd-sysusers")


class Files(DoctorTest):
    """Of the hub's connection string."""

    def setUp(self):
        super().setUp()
        self.place = os.path.join(self.folder, "tls files")
        os.mkdir(self.place)
        for name, mode, uid in (("ca.crt", 0o644, 0), ("web1.crt", 0o644, 0),
                                ("web1.key", 0o400, CARRIER)):  # fmt: skip
            self.file(name, mode, uid)
        self.certificate("ca.crt", 3650)
        self.certificate("web1.crt", 825)
        self.reconfigure(
            self.web, "host = web1", trust=self.trust,
            hub=f"host=db.example.org sslmode=verify-full sslrootcert='{self.place}/ca.crt' "
                f"sslcert = '{self.place}/web1.crt' sslkey={self.place}/web1.key"
                .replace("tls files/web1.key", r"tls\ files/web1.key"),
        )  # fmt: skip

    def file(self, name, mode, uid):
        path = os.path.join(self.place, name)
        with open(path, "a", encoding="ascii"):
            pass
        os.chown(path, uid, 0)
        os.chmod(path, mode)

    def certificate(self, name, *days):
        """A file of certificates that end after so many days"""
        made = [
            subprocess.run(
                ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                 "-nodes", "-keyout", "/dev/null", "-subj", "/CN=test", "-days", str(n)],
                check=True, capture_output=True, text=True, timeout=60,
            ).stdout
            for n in days
        ]  # fmt: skip
        with open(os.path.join(self.place, name), "w", encoding="ascii") as file:
            file.write("".join(made))

    def test_files_that_patd_fleet_can_read_are_ok(self):
        self.assertFound(self.look(self.web), "ok", "user patd-fleet can read the certificates")
        self.file("web1.key", 0o640, 0)
        self.assertFound(self.look(self.web), "ok", "user patd-fleet can read the certificates")

    def test_a_file_that_is_missing_is_a_problem(self):
        for name, keyword in (("ca.crt", "sslrootcert"), ("web1.crt", "sslcert"), ("web1.key", "sslkey")):
            os.rename(os.path.join(self.place, name), os.path.join(self.place, "away"))
            self.assertFound(
                self.look(self.web), "problem",
                f"{keyword} of the hub, {self.place}/{name}: No such file or directory",
                "correct hub in section [fleet] of patd.conf",
            )  # fmt: skip
            os.rename(os.path.join(self.place, "away"), os.path.join(self.place, name))

    def test_a_key_that_others_can_read_is_a_problem(self):
        for mode, uid in ((0o404, CARRIER), (0o440, CARRIER), (0o644, 0), (0o400, GAMES)):
            self.file("web1.key", mode, uid)
            self.assertFound(
                self.look(self.web), "problem",
                f"web1.key is not private to user patd-fleet, which refuses it: uid {uid}, mode {mode:04o}",
            )  # fmt: skip

    def test_a_file_that_patd_fleet_cannot_read_is_a_problem(self):
        self.file("ca.crt", 0o600, 0)
        self.file("web1.key", 0o400, 0)
        findings = self.look(self.web)
        for name, keyword in (("ca.crt", "sslrootcert"), ("web1.key", "sslkey")):
            self.assertFound(
                findings, "problem",
                f"user patd-fleet cannot read {self.place}/{name}, {keyword} of the hub: uid 0",
            )  # fmt: skip

    def test_a_folder_that_patd_fleet_cannot_enter_is_a_problem(self):
        os.chmod(self.place, 0o700)
        self.assertFound(
            self.look(self.web), "problem",
            f"user patd-fleet cannot enter the folder {self.place}, and sslkey of the hub is in it",
        )  # fmt: skip

    def ends(self, **how):
        """What is found of the ends of certificates"""
        return [found for found in self.look(self.web, **how) if "ertificate of th" in found[1]]

    def test_the_end_of_a_certificate_is_shown(self):
        own = f"the certificate of this machine for the hub, {self.place}/web1.crt, ends on 20"
        findings = self.ends()
        self.assertFound(findings, "ok", own)
        self.assertFound(findings, "ok", f"of the authority, {self.place}/ca.crt, ends on 20")
        self.assertFound(self.ends(later=(825 - 15) * DAY), "ok", own)

    def test_a_certificate_that_ends_within_two_weeks_is_a_warning(self):
        findings = self.ends(later=(825 - 14) * DAY + 60)
        self.assertFound(
            findings, "warning", "web1.crt, ends on 20", "have the authority of the fleet make another"
        )
        self.assertFound(findings, "ok", "ca.crt, ends on 20")
        self.assertFound(
            self.ends(later=(3650 - 1) * DAY), "warning", "ca.crt, ends on 20",
            "make another with the same key",
        )  # fmt: skip

    def test_a_certificate_that_has_ended_is_a_problem(self):
        findings = self.ends(later=825 * DAY + 60)
        self.assertFound(
            findings, "problem", "so that the hub refuses patd-fleet",
            "have the authority of the fleet make another",
        )  # fmt: skip
        self.assertFound(findings, "ok", "ca.crt, ends on 20")
        self.assertFound(
            self.ends(later=3650 * DAY + 60), "problem", "so that patd-fleet cannot verify the hub",
            "make another with the same key",
        )  # fmt: skip

    def test_one_of_several_authorities_may_end(self):
        self.certificate("ca.crt", 10, 90)
        self.assertFound(self.ends(later=20 * DAY), "ok", "ca.crt, ends on 20")
        self.assertFound(self.ends(later=80 * DAY), "warning", "ca.crt, ends on 20")

    def test_the_first_certificate_of_its_file_is_the_machines_own(self):
        self.certificate("web1.crt", 10, 3650)
        self.assertFound(self.ends(later=20 * DAY), "problem", "web1.crt, ended on 20")

    def test_a_file_without_a_certificate_is_not_taken_for_one(self):
        with open(os.path.join(self.place, "web1.crt"), "w", encoding="ascii") as file:
            file.write("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
        self.assertFound(
            self.look(self.web), "unseen",
            f"when the certificate {self.place}/web1.crt ends: it is none that could be read",
        )  # fmt: skip


class Settings(DoctorTest):
    def test_a_machine_without_a_fleet_has_no_finding_of_it(self):
        self.web.configure("")
        self.web.restart()
        self.assertEqual(self.look(self.web), [])

    def test_an_issuer_without_a_hub_is_a_warning(self):
        self.reconfigure(self.web, trust=self.trust, hub=None)
        self.assertFound(
            self.look(self.web), "warning", "patd.conf names an issuer of fleet tokens and no hub",
            "set hub in section [fleet]",
        )  # fmt: skip

    def test_a_hub_without_an_issuer_is_a_warning(self):
        self.reconfigure(self.web)
        self.assertFound(
            self.look(self.web), "warning", "patd.conf names a hub and no issuer", "[issuer NAME]"
        )

    def test_status_is_not_well_where_tokens_of_the_fleet_are_refused(self):
        done = self.run_patctl(self.web, "status", "--quiet")
        self.assertEqual(done.returncode, 1)
        self.assertIn("nothing has come of the issuer hq", done.stdout)


class UnknownIssuer(DoctorTest):
    def test_its_tokens_are_named_and_deleted_by_the_command_that_is_shown(self):
        token = self.hq.root.generate("laptop", user="games", uid=GAMES, fleet=True)
        self.hq.root.generate("desk", user="games", uid=GAMES, fleet=True)
        local = self.web.root.generate("local", user="games", uid=GAMES)
        self.carry()
        self.assertEqual(self.web.root.get(token)["State"], "active")
        self.assertEqual(self.look(self.web, check="token"), [("ok", "no token was altered", "")])
        self.reconfigure(self.web, "host = web1")
        self.assertEqual(self.web.root.get(token)["State"], "unknown-issuer")
        command = "patctl delete --all --state=unknown-issuer"
        self.assertFound(
            self.look(self.web, check="token"), "warning",
            "2 fleet tokens are of issuers that patd.conf does not name, and are refused: ",
            f"name the issuer again in patd.conf, or: {command}",
        )  # fmt: skip
        self.assertFound(self.look(self.web, check="token"), "warning", f"{token.id} (hq)")
        done = self.run_patctl(self.web, *command.split()[1:], "--yes")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(
            [row["Id"] for row in self.web.root.all_rows("list", all=True)], [local.id]
        )
        # Nobody asked for a revocation, which would hold everywhere.
        self.assertFalse(self.web.link.has_event(fleet.REVOKE))
        self.assertEqual(self.look(self.web, check="token"), [("ok", "no token was altered", "")])

    def test_its_tokens_come_back_when_it_is_trusted_again(self):
        token = self.hq.root.generate("laptop", user="games", uid=GAMES, fleet=True)
        self.carry()
        self.reconfigure(self.web, "host = web1")
        done = self.run_patctl(self.web, "delete", "--all", "--state=unknown-issuer", "--yes")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.reconfigure(self.web, "host = web1", trust=self.trust)
        self.carry()
        self.assertEqual(self.web.root.get(token)["State"], "active")

    def test_a_stale_token_is_not_shown_as_active(self):
        token = self.hq.root.generate("laptop", user="games", uid=GAMES, fleet=True)
        self.carry()
        self.web.stop()
        self.web.patd.start(env=self.web.patd.preloaded(LATER, LATER=str(20 * 60)))
        for state, n in (("active", 0), ("stale", 1)):
            done = self.run_patctl(self.web, "list", "--all", f"--state={state}", "--json")
            self.assertEqual([row["id"] for row in json.loads(done.stdout)], [token.id] * n)


if __name__ == "__main__":
    tap.main()
