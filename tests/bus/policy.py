#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""patd.conf: the effect of its settings, reloading, and GetPolicy."""
import os
import signal
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
import wire
from client import look_until
from fixture import DAEMON, GAMES, PatdTest

DAY = 24 * 3600


class Policy(PatdTest):
    def configure(self, text, name="patd.conf", reload=True):
        """Writes a file, and with reload returns once it is in force."""
        path = os.path.join(self.patd.conf, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        if reload:
            self.reload()

    def reload(self, says="is in force"):
        before = self.patd.log().count(says)
        self.patd.process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + 30
        while self.patd.log().count(says) == before:
            self.assertLess(time.monotonic(), deadline, self.evidence())
            self.root.owner()

    def test_without_a_file_the_defaults_are_in_force(self):
        policy = self.root.policy()
        self.assertEqual(policy["tokens.default_lifetime"], ("30d", "default"))
        self.assertEqual(policy["tokens.max_lifetime"], ("unlimited", "default"))
        self.assertEqual({source for _, source in policy.values()}, {"default"})

    def test_getpolicy_names_file_and_line_of_each_setting_to_every_user(self):
        self.configure("[tokens]\nmax_lifetime = 90d\n")
        self.configure("# more\n[tokens]\nmax_tokens = 3\n", "patd.conf.d/more.conf")
        policy = self.client(GAMES).policy()
        main = os.path.join(self.patd.conf, "patd.conf")
        more = os.path.join(self.patd.conf, "patd.conf.d/more.conf")
        self.assertEqual(policy["tokens.max_lifetime"], ("90d", f"{main}:2"))
        self.assertEqual(policy["tokens.max_tokens"], ("3", f"{more}:3"))

    def test_a_token_without_a_lifetime_gets_the_default_of_the_file(self):
        self.configure("[tokens]\ndefault_lifetime = 2d\n")
        row = self.root.show(self.root.generate("laptop"))
        self.assertEqual(row["ExpiresAt"] - row["CreatedAt"], 2 * DAY)

    def test_generate_beyond_the_limits_of_the_policy_is_refused(self):
        self.configure("[tokens]\nmax_lifetime = 30d\nmax_tokens = 2\n")
        generate = self.root.generate
        self.assertRefused("AgainstPolicy", generate, "a", lifetime=30 * DAY + 1)
        self.assertRefused("AgainstPolicy", generate, "a", expires_at=0)
        self.assertRefused("AgainstPolicy", generate, "a", expires_at=4102444800)
        generate("a", user="games", lifetime=30 * DAY)
        generate("b", user="games")
        self.assertRefused("AgainstPolicy", generate, "c", user="games")
        generate("c", user="daemon")

    def test_scope__a_tighter_policy_applies_to_existing_tokens(self):
        ever = self.root.generate("ever", user="games", expires_at=0)
        year = self.root.generate("year", user="games", lifetime=365 * DAY)
        self.configure("[tokens]\nmax_lifetime = 10d\n")
        for token in (ever, year):
            self.assertEqual(self.verify_games(token), wire.ACCEPTED)
            row = self.root.show(token)
            self.assertEqual(row["ExpiresAt"], row["CreatedAt"] + 10 * DAY)
        self.restart_patd(10 * DAY)
        for token in (ever, year):
            self.assertEqual(self.verify_games(token), wire.EXPIRED)
            self.assertEqual(self.root.get(token, "State"), "expired")
        self.configure("")
        for token in (ever, year):
            self.assertEqual(self.verify_games(token), wire.ACCEPTED)

    def test_allow_never_no_refuses_tokens_that_never_expire(self):
        ever = self.root.generate("ever", user="games", expires_at=0)
        self.configure("[tokens]\nallow_never = no\n")
        self.assertEqual(self.verify_games(ever), wire.AGAINST_POLICY)
        self.assertEqual(self.client(GAMES).check(ever.text)[1], ["against-policy"])
        self.root.revoke(ever)
        self.assertEqual(self.verify_games(ever), wire.REVOKED)

    def test_revoke_and_delete_work_under_any_policy(self):
        token = self.root.generate("ever", user="games", expires_at=0)
        self.configure(
            "[tokens]\nmax_lifetime = 1s\nallow_never = no\nmax_tokens = 1\nself_services = no\n"
        )
        games = self.client(GAMES)
        games.revoke_and_delete(token)

    def test_a_token_unused_for_longer_than_revoke_unused_is_revoked_at_login(self):
        used = self.root.generate("used", user="games", expires_at=0)
        unused = self.root.generate("unused", user="games", expires_at=0)
        self.configure("[tokens]\nrevoke_unused = 30d\n")
        self.restart_patd(20 * DAY)
        self.assertEqual(self.verify_games(used), wire.ACCEPTED)
        self.restart_patd(20 * DAY)
        self.assertEqual(self.verify_games(unused), wire.REVOKED)
        self.assertEqual(self.verify_games(used), wire.ACCEPTED)
        row = self.root.show(unused)
        self.assertEqual((row["State"], row["RevokedReason"]), ("revoked", "unused for too long"))
        self.root.restore(unused)
        self.assertEqual(self.verify_games(unused), wire.ACCEPTED)

    def test_the_daily_task_revokes_unused_tokens(self):
        token = self.root.generate("unused", user="games", expires_at=0)
        self.configure("[tokens]\nrevoke_unused = 30d\n")
        self.restart_patd(31 * DAY)
        look_until(lambda: self.root.get(token, "State") == "revoked")
        entry = self.root.history(all=True)[-1]
        self.assertEqual((entry["Event"], entry["How"]), ("revoked", "patd"))

    def test_the_daily_task_deletes_tokens_that_ended_long_ago(self):
        revoked = self.root.generate("revoked", user="games", expires_at=0)
        self.root.generate("expired", user="games", lifetime=1)
        kept = self.root.generate("kept", user="games", expires_at=0)
        self.root.revoke(revoked)
        self.configure("[tokens]\ndelete_ended = 30d\n")
        self.restart_patd(31 * DAY)
        look_until(lambda: [row["Name"] for row in self.root.list(user="games")] == ["kept"])
        self.assertEqual(self.verify_games(kept), wire.ACCEPTED)
        deleted = [entry for entry in self.root.history(all=True) if entry["Event"] == "deleted"]
        self.assertEqual({(entry["Name"], entry["How"], entry["Detail"]) for entry in deleted},
            {("revoked", "patd", "ended long ago"), ("expired", "patd", "ended long ago")})

    def test_the_daily_task_logs_tokens_that_expire_within_a_week(self):
        self.root.generate("soon", user="games", lifetime=5 * DAY)
        self.root.generate("later", user="games", lifetime=20 * DAY)
        self.restart_patd(DAY)
        look_until(lambda: self.root.owner() and '"soon" of games: expires' in self.patd.log())
        self.assertNotIn('"later" of games: expires', self.patd.log())

    def test_a_pruned_history_still_verifies(self):
        token = self.root.generate("laptop", user="games", expires_at=0)
        for _ in range(20):
            self.verify_games(token)
        self.configure("[history]\nkeep = 5d\n")
        self.restart_patd(6 * DAY)
        self.verify_games(token)
        look_until(lambda: len(self.root.history(all=True)) == 1)
        self.assertEqual(self.root.verify_history(), (1, 22, 0, ""))
        self.restart_patd()
        self.assertEqual(self.root.verify_history(), (1, 22, 0, ""))

    def test_self_services_does_not_restrict_tokens_made_by_root(self):
        roots = self.root.generate("roots", user="games")
        self.configure("[tokens]\nself_services = sudo\n")
        self.assertEqual(self.verify_games(roots, service=b"sshd"), wire.ACCEPTED)

    def test_scope__a_service_that_reports_names_opens_no_token_by_an_address(self):
        """Whoever runs a reverse zone can name a host 10.1.2.3."""
        net = self.root.generate("net", user="games", sources=["10.0.0.0/8"])
        local = self.root.generate("local", user="games", sources=["local"])
        free = self.root.generate("free", user="games")

        def verdict(token, service, rhost):
            return self.verify_games(token, service=service, rhost=rhost)

        self.assertEqual(verdict(net, b"sshd", b"10.1.2.3"), wire.ACCEPTED)
        self.assertEqual(
            self.verify_games(local, service=b"login", tty=b"/dev/tty1"), wire.ACCEPTED
        )
        for service in (b"vsftpd", b"login", b"rsh"):
            self.assertEqual(verdict(net, service, b"10.1.2.3"), wire.WRONG_SOURCE)
            self.assertEqual(verdict(local, service, b"10.1.2.3"), wire.WRONG_SOURCE)
            self.assertEqual(verdict(free, service, b"10.1.2.3"), wire.ACCEPTED)
        self.configure("[tokens]\nname_services = sshd\n")
        self.assertEqual(verdict(net, b"sshd", b"10.1.2.3"), wire.WRONG_SOURCE)
        self.assertEqual(verdict(net, b"vsftpd", b"10.1.2.3"), wire.ACCEPTED)
        self.configure("[tokens]\nname_services = none\n")
        self.assertEqual(verdict(net, b"sshd", b"10.1.2.3"), wire.ACCEPTED)

    def test_name_services_are_named_in_the_history_of_a_refusal(self):
        net = self.root.generate("net", user="games", sources=["10.0.0.0/8"])
        for service, rhost, detail in (
            (b"vsftpd", b"10.1.2.3", "the service is in name_services of patd.conf"),
            (b"vsftpd", b"localhost", "the service is in name_services of patd.conf"),
            (b"vsftpd", b"", ""),
            (b"sshd", b"192.0.2.7", ""),
        ):
            with self.subTest(service=service, rhost=rhost):
                self.assertEqual(
                    self.verify_games(net, service=service, rhost=rhost), wire.WRONG_SOURCE
                )
                self.assertEqual(self.root.history(all=True)[-1].get("Detail", ""), detail)

    def test_scope__local_services_says_which_services_are_local(self):
        token = self.root.generate("local", user="games", sources=["local"])

        def verdicts():
            return [self.verify_games(token, service=service) for service in (b"su", b"kiosk")]

        self.assertEqual(verdicts(), [wire.ACCEPTED, wire.WRONG_SOURCE])
        self.configure("[tokens]\nlocal_services = ki*\n")
        self.assertEqual(verdicts(), [wire.WRONG_SOURCE, wire.ACCEPTED])
        self.configure("[tokens]\nlocal_services = none\n")
        self.assertEqual(verdicts(), [wire.WRONG_SOURCE, wire.WRONG_SOURCE])
        self.configure("[tokens]\nlocal_services = *\n")
        self.assertEqual(verdicts(), [wire.ACCEPTED, wire.ACCEPTED])

    def test_deny_locked_refuses_locked_accounts(self):
        token = self.root.generate("laptop", user="games")
        seen, locked = wire.ACCOUNT_SEEN, wire.ACCOUNT_LOCKED
        self.assertEqual(self.verify_games(token, account=seen | locked), wire.ACCEPTED)
        self.configure("[tokens]\ndeny_locked = yes\n")
        self.assertEqual(self.verify_games(token, account=seen | locked), wire.ACCOUNT_CLOSED)
        self.assertEqual(self.verify_games(token, account=0), wire.ACCOUNT_CLOSED)
        self.assertEqual(self.verify_games(token, account=seen), wire.ACCEPTED)

    def test_logins_are_accepted_with_usage_sync_full_and_normal(self):
        token = self.root.generate("laptop", user="games")
        self.configure("[storage]\nusage_sync = full\n")
        self.assertEqual(self.verify_games(token), wire.ACCEPTED)
        self.configure("[storage]\nusage_sync = normal\n")
        self.assertEqual(self.verify_games(token), wire.ACCEPTED)

    # --- verifier accounts --------------------------------------------------------------------
    def test_a_verifier_account_may_verify_any_user_for_its_services_only(self):
        token = self.root.generate("laptop", user="games")

        def ask(service, caller=DAEMON):
            place = {"service": service, "caller": caller, "sock": self.patd.user_sock}
            return self.verify_games(token, **place)

        self.assertEqual(ask(b"postgresql"), wire.NOT_ALLOWED)
        self.configure("[verifier daemon]\nservices = postgresql*\n")
        self.assertEqual(ask(b"postgresql"), wire.ACCEPTED)
        self.assertEqual(ask(b"postgresql-17"), wire.ACCEPTED)
        self.assertEqual(ask(b"sudo"), wire.NOT_ALLOWED)
        self.assertEqual(ask(b"postgresql", caller=2), wire.NOT_ALLOWED)
        self.configure("")
        self.assertEqual(ask(b"postgresql"), wire.NOT_ALLOWED)

    def test_a_refusal_of_an_account_without_a_section_is_in_the_history(self):
        token = self.root.generate("laptop", user="games")
        place = {"service": b"postgresql", "caller": DAEMON, "sock": self.patd.user_sock}
        self.assertEqual(self.verify_games(token, **place), wire.NOT_ALLOWED)
        entry = self.root.history(user="games")[-1]
        seen = (entry["Event"], entry["Result"], entry["Service"], entry["ByUid"], entry["Token"])
        self.assertEqual(seen, ("refused", "not-allowed", "postgresql", DAEMON, token.id))

    def test_a_verifier_account_is_not_rate_limited(self):
        token = self.root.generate("laptop", user="games")
        self.configure("[verifier daemon]\nservices = postgresql\n")
        place = {"service": b"postgresql", "caller": DAEMON, "sock": self.patd.user_sock}
        for _ in range(100):
            self.assertEqual(self.verify_games(token, **place), wire.ACCEPTED)

    # --- reload -----------------------------------------------------------------------------
    def test_a_reload_of_a_bad_file_keeps_the_policy_and_logs_each_error(self):
        self.configure("[tokens]\nmax_tokens = 7\n")
        self.configure("[tokens]\nmax_tokens = lots\ncolour = red\n", reload=False)
        self.reload("stays in force")
        path = os.path.join(self.patd.conf, "patd.conf")
        self.assertIn(f"{path}:2: ", self.patd.log())
        self.assertIn(f"{path}:3: ", self.patd.log())
        self.assertEqual(self.root.policy()["tokens.max_tokens"][0], "7")

    def test_patd_refuses_to_start_with_a_bad_file(self):
        self.assertEqual(self.patd.end(), 0)
        self.configure("[tokens]\nmax_tokens = lots\n", reload=False)
        self.assertIn("patd.conf:2: ", self.patd.refuse())
        self.configure("", reload=False)
        self.patd.start()

    def test_requests_during_a_reload_are_all_answered(self):
        token = self.root.generate("laptop", user="games")
        self.configure("[tokens]\nmax_tokens = 7\n")
        for _ in range(30):
            waiting = [wire.connect(self.patd.root_sock) for _ in range(4)]
            waiting[0].send(wire.request(token, GAMES, "games"))
            self.patd.process.send_signal(signal.SIGHUP)
            reply = self.root.begin("GetPolicy", "()")
            for one in waiting[1:]:
                one.send(wire.request(token, GAMES, "games"))
            for one in waiting:
                self.assertEqual(wire.answer(one)[0], wire.ACCEPTED)
            reply.wait()


if __name__ == "__main__":
    tap.main()
