#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A hub that ends, comes back, or comes back as it was once; hosts that do so."""
import os
import shutil
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
import wire
from fixture import run_patd
from fleet_hosts import FleetTest, Host, Token

# For what takes milliseconds, as patd-fleet looks when its patd is there again: less than the half
# minute after its start, and after each time, in which it looks in any case.
SOON_S = 20


class HubOutage(FleetTest):
    members = ("web1",)

    def setUp(self):
        super().setUp()
        (self.web1,) = self.all_members

    def join(self, name):
        """Another member"""
        self.hub.add_host(name)
        host = self.hosts[name] = Host(self.folder, name, self.hub)
        host.configure(**self.keys)
        host.start()
        return host

    def test_logins_go_on_without_the_hub_and_it_catches_up(self):
        token, other = self.alpha.generate("one"), self.alpha.generate("other")
        self.web1.wait(other, wire.ACCEPTED)
        self.hub.stop("immediate")
        self.assertEqual(self.web1.verdict(token), wire.ACCEPTED)
        self.alpha.patctl("revoke", token.id)
        self.web1.patctl("revoke", other.id)
        late = self.alpha.generate("late")
        self.assertEqual(self.web1.verdict(token), wire.ACCEPTED)
        self.assertEqual(self.web1.verdict(other), wire.REVOKED)
        self.hub.start()
        self.web1.wait(token, wire.REVOKED)
        self.web1.wait(late, wire.ACCEPTED)
        self.alpha.wait(other, wire.REVOKED)
        for host in self.hosts.values():
            self.assertEqual(host.fleet.log().count("no connection to the hub"), 1)

    def test_a_use_off_the_network_is_known_after_a_reboot(self):
        token = self.alpha.generate("one")
        self.web1.wait(token, wire.ACCEPTED)
        self.hub.wait("SELECT count(*) FROM patd_fleet.use WHERE taken = seq", "1")
        used = int(time.time())
        self.hub.stop("immediate")
        self.web1.wait_until(lambda: time.time() >= used + 1)
        self.assertEqual(self.web1.verdict(token, service=b"offline"), wire.ACCEPTED)
        self.web1.end()
        self.hub.start()
        self.web1.start()
        self.alpha.wait_until(lambda: "offline" in self.alpha.patctl("show", token.id))

    def test_a_hub_that_is_killed_again_and_again_loses_nothing(self):
        tokens = []
        for n in range(4):
            tokens.append(self.alpha.generate(f"t{n}"))
            self.hub.stop("immediate")
            self.hub.start()
        for token in tokens:
            self.web1.wait(token, wire.ACCEPTED)

    def test_an_issuer_fills_a_hub_that_was_restored_from_an_old_dump(self):
        first = self.alpha.generate("first")
        self.web1.wait(first, wire.ACCEPTED)
        dump = self.hub.dump()
        second = self.alpha.generate("second")
        self.alpha.patctl("revoke", first.id)
        self.web1.wait(first, wire.REVOKED)
        self.hub.restore(dump)
        self.hub.wait("SELECT count(*) FROM patd_fleet.row", "2")
        web2 = self.join("web2")
        web2.wait(second, wire.ACCEPTED)
        self.assertEqual(web2.verdict(first), wire.REVOKED)
        self.assertEqual(self.web1.verdict(second), wire.ACCEPTED)

    def test_an_issuer_fills_an_empty_hub(self):
        token = self.alpha.generate("one")
        self.web1.wait(token, wire.ACCEPTED)
        self.hub.sql("TRUNCATE patd_fleet.row, patd_fleet.beat")
        self.alpha.fleet.kill()
        self.alpha.fleet.start()
        self.join("web2").wait(token, wire.ACCEPTED)

    def keep_state(self):
        """A copy of the issuer's state, as a snapshot of the machine would have it"""
        self.alpha.end()
        kept = self.alpha.patd.state + ".kept"
        shutil.copytree(self.alpha.patd.state, kept)
        self.alpha.start()
        return kept

    def put_back(self, kept):
        """The issuer goes on from that, without patd-fleet"""
        self.alpha.end()
        shutil.rmtree(self.alpha.patd.state)
        os.rename(kept, self.alpha.patd.state)
        self.alpha.patd.start()

    def test_an_issuer_that_was_put_back_and_gave_a_number_twice_gets_both_tokens(self):
        first = self.alpha.generate("first")
        self.web1.wait(first, wire.ACCEPTED)
        kept = self.keep_state()
        second = self.alpha.generate("second")
        self.web1.wait(second, wire.ACCEPTED)
        self.put_back(kept)
        third = self.alpha.generate("third")
        self.alpha.fleet.start()
        for host in (self.alpha, self.web1):
            for token in (first, second, third):
                host.wait(token, wire.ACCEPTED, 60)

    def test_a_new_key_signs_all_rows_and_a_member_that_knows_it_goes_on(self):
        token = self.alpha.generate("one")
        self.web1.wait(token, wire.ACCEPTED)
        first, second = self.keys["alpha"], self.alpha.status()["next_key"]
        self.web1.end()
        self.web1.configure(alpha=f"{first}, {second}")
        self.web1.start()
        (before,) = self.hub.sql("SELECT key FROM patd_fleet.row")[0]
        self.alpha.patctl("fleet", "new-key", "--yes")
        self.hub.wait(f"SELECT count(*) FROM patd_fleet.row WHERE key <> '{before}'", "1")
        self.web1.end()
        self.web1.configure(alpha=second)
        self.web1.start()
        self.web1.wait(token, wire.ACCEPTED)
        self.alpha.patctl("revoke", token.id)
        self.web1.wait(token, wire.REVOKED)
        self.assertNotIn("was not taken", self.alpha.fleet.log())

    def test_an_issuer_restored_from_a_backup_takes_over_what_the_hub_has(self):
        first = self.alpha.generate("first")
        self.web1.wait(first, wire.ACCEPTED)
        kept = self.keep_state()
        second = self.alpha.generate("second")
        self.alpha.patctl("revoke", first.id)
        self.web1.wait(second, wire.ACCEPTED)
        self.web1.wait(first, wire.REVOKED)
        self.put_back(kept)
        self.alpha.fleet.start()
        self.alpha.wait(second, wire.ACCEPTED)
        self.alpha.wait(first, wire.REVOKED)
        third = self.alpha.generate("third")
        self.web1.wait(third, wire.ACCEPTED)
        self.assertEqual(self.web1.verdict(first), wire.REVOKED)

    def back_up(self, host):
        """To a file, when patd-fleet has just started"""
        backup = os.path.join(self.folder, "backup")
        host.fleet.kill()
        host.fleet.start()
        host.patctl("backup", "--quiet", backup)
        return backup

    def restore_backup(self, host, backup):
        """As patctl restore-backup does it: patd-fleet goes on"""
        if host.patd.running():
            self.assertEqual(host.patd.end(), 0)
        done = run_patd(f"--restore-backup={backup}", f"--state-dir={host.patd.state}")
        self.assertEqual(done.returncode, 0, done.stderr)
        host.patd.start()

    def generate_after_restore(self, name):
        """The issuer refuses to until it has caught up with the hub"""
        texts = []

        def generate():
            text = self.alpha.patctl(
                "generate", name, "--user=games", "--fleet", "--quiet", "--expires=1d", check=False
            )
            texts.append(text.strip())
            return texts[-1]

        self.alpha.wait_until(generate, f"{name} is not generated", SOON_S)
        return Token(texts[-1])

    def test_an_issuer_restored_from_a_backup_beside_its_patd_fleet_is_whole_at_once(self):
        first = self.alpha.generate("first")
        self.web1.wait(first, wire.ACCEPTED)
        backup = self.back_up(self.alpha)
        second, third = self.alpha.generate("second"), self.alpha.generate("third")
        self.alpha.patctl("revoke", first.id)
        self.web1.wait(third, wire.ACCEPTED)
        self.web1.wait(first, wire.REVOKED)
        self.restore_backup(self.alpha, backup)
        self.alpha.wait(second, wire.ACCEPTED, SOON_S)
        self.alpha.wait(first, wire.REVOKED, SOON_S)
        fourth = self.generate_after_restore("fourth")
        self.web1.wait(fourth, wire.ACCEPTED)
        self.assertEqual(self.web1.verdict(first), wire.REVOKED)
        self.assertEqual(self.web1.verdict(second), wire.ACCEPTED)

    def test_an_issuer_that_is_restored_takes_over_before_it_revokes_what_it_was_asked_to(self):
        """Else the number of what it revokes is that of a row that it does not know any more."""
        first = self.alpha.generate("first")
        self.web1.wait(first, wire.ACCEPTED)
        backup = self.back_up(self.alpha)
        second, third = self.alpha.generate("second"), self.alpha.generate("third")
        self.web1.wait(third, wire.ACCEPTED)
        self.assertEqual(self.alpha.patd.end(), 0)
        for token in (first, second):
            self.web1.patctl("revoke", token.id)
        self.hub.wait("SELECT count(*) FROM patd_fleet.revocation", "2")
        self.restore_backup(self.alpha, backup)
        for token, verdict in (
            (first, wire.REVOKED), (second, wire.REVOKED), (third, wire.ACCEPTED)
        ):  # fmt: skip
            self.alpha.wait(token, verdict, SOON_S)
        fourth = self.generate_after_restore("fourth")
        self.web1.wait(fourth, wire.ACCEPTED)
        self.assertNotIn("are not all that it has signed", self.web1.fleet.log())

    def test_a_member_restored_from_a_backup_beside_its_patd_fleet_refuses_at_once_what_was_revoked(
        self,
    ):
        token = self.alpha.generate("one")
        self.web1.wait(token, wire.ACCEPTED)
        backup = self.back_up(self.web1)
        self.alpha.patctl("revoke", token.id)
        self.web1.wait(token, wire.REVOKED)
        self.restore_backup(self.web1, backup)
        self.web1.wait(token, wire.REVOKED, SOON_S)

    def test_what_was_held_while_patd_fleet_was_away_is_sent(self):
        token = self.alpha.generate("one")
        self.web1.wait(token, wire.ACCEPTED)
        self.web1.fleet.kill()
        self.web1.patctl("revoke", token.id)
        self.web1.fleet.start()
        self.alpha.wait(token, wire.REVOKED)

    def test_patd_and_patd_fleet_are_killed_and_go_on(self):
        first = self.alpha.generate("first")
        self.web1.wait(first, wire.ACCEPTED)
        for host in self.hosts.values():
            host.patd.kill()
            host.patd.start()
        second = self.alpha.generate("second")
        self.web1.wait(second, wire.ACCEPTED)
        for host in self.hosts.values():
            host.fleet.kill()
            host.fleet.start()
        self.alpha.patctl("revoke", second.id)
        self.web1.wait(second, wire.REVOKED)


if __name__ == "__main__":
    tap.main()
