#!/usr/bin/python3 -B
"""patd.conf in force: what it binds, how it is changed, and who sees it."""
import os
import signal
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import door
import tap
from client import wait_until
from world import DAEMON, GAMES, WorldTest

DAY = 24 * 3600


class Policy(WorldTest):
    def configure(self, text, name="patd.conf", reload=True):
        """Writes a file, and returns once it is in force."""
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

    def games(self, token, **place):
        return self.verify(token, GAMES, "games", **place)

    def test_without_a_file_the_defaults_are_in_force(self):
        policy = self.root.policy()
        self.assertEqual(policy["tokens.default_lifetime"], ("30d", "default"))
        self.assertEqual(policy["tokens.max_lifetime"], ("unlimited", "default"))
        self.assertEqual({source for _, source in policy.values()}, {"default"})

    def test_what_is_in_force_is_told_with_its_line_to_everybody(self):
        self.configure("[tokens]\nmax_lifetime = 90d\n")
        self.configure("# more\n[tokens]\nmax_tokens = 3\n", "patd.conf.d/more.conf")
        policy = self.client(GAMES).policy()
        main = os.path.join(self.patd.conf, "patd.conf")
        more = os.path.join(self.patd.conf, "patd.conf.d/more.conf")
        self.assertEqual(policy["tokens.max_lifetime"], ("90d", f"{main}:2"))
        self.assertEqual(policy["tokens.max_tokens"], ("3", f"{more}:3"))

    def test_the_default_lifetime_is_what_the_file_says(self):
        self.configure("[tokens]\ndefault_lifetime = 2d\n")
        row = self.root.show(self.root.generate("laptop"))
        self.assertEqual(row["ExpiresAt"] - row["CreatedAt"], 2 * DAY)

    def test_what_the_policy_does_not_allow_is_not_generated(self):
        self.configure("[tokens]\nmax_lifetime = 30d\nmax_tokens = 2\n")
        generate = self.root.generate
        self.assertRefused("AgainstPolicy", generate, "a", lifetime=30 * DAY + 1)
        self.assertRefused("AgainstPolicy", generate, "a", expires_at=0)
        self.assertRefused("AgainstPolicy", generate, "a", expires_at=4102444800)
        generate("a", user="games", lifetime=30 * DAY)
        generate("b", user="games")
        self.assertRefused("AgainstPolicy", generate, "c", user="games")
        generate("c", user="daemon")

    def test_a_tighter_policy_binds_the_tokens_there_are(self):
        ever = self.root.generate("ever", user="games", expires_at=0)
        year = self.root.generate("year", user="games", lifetime=365 * DAY)
        self.configure("[tokens]\nmax_lifetime = 10d\n")
        for token in (ever, year):
            self.assertEqual(self.games(token), door.ACCEPTED)
            row = self.root.show(token)
            self.assertEqual(row["ExpiresAt"], row["CreatedAt"] + 10 * DAY)
        self.restart_patd(10 * DAY)
        for token in (ever, year):
            self.assertEqual(self.games(token), door.EXPIRED)
            self.assertEqual(self.root.get(token, "State"), "expired")
        self.configure("")
        for token in (ever, year):
            self.assertEqual(self.games(token), door.ACCEPTED)

    def test_tokens_that_never_expire_can_be_forbidden(self):
        ever = self.root.generate("ever", user="games", expires_at=0)
        self.configure("[tokens]\nallow_never = no\n")
        self.assertEqual(self.games(ever), door.AGAINST_POLICY)
        self.assertEqual(self.root.check(ever.text)[1], ["against-policy"])
        self.root.revoke(ever)
        self.assertEqual(self.games(ever), door.REVOKED)

    def test_no_policy_stops_a_revoke_or_a_delete(self):
        token = self.root.generate("ever", user="games", expires_at=0)
        self.configure(
            "[tokens]\nmax_lifetime = 1s\nallow_never = no\nmax_tokens = 1\nself_services = no\n"
        )
        games = self.client(GAMES)
        games.revoke(token)
        games.delete(token)

    def test_what_is_unused_for_long_is_revoked(self):
        used = self.root.generate("used", user="games", expires_at=0)
        unused = self.root.generate("unused", user="games", expires_at=0)
        self.configure("[tokens]\nrevoke_unused = 30d\n")
        self.restart_patd(20 * DAY)
        self.assertEqual(self.games(used), door.ACCEPTED)
        self.restart_patd(20 * DAY)
        self.assertEqual(self.games(unused), door.REVOKED)
        self.assertEqual(self.games(used), door.ACCEPTED)
        row = self.root.show(unused)
        self.assertEqual((row["State"], row["RevokedReason"]), ("revoked", "unused for too long"))
        self.root.restore(unused)
        self.assertEqual(self.games(unused), door.ACCEPTED)

    def test_the_daily_work_revokes_what_is_unused(self):
        token = self.root.generate("unused", user="games", expires_at=0)
        self.configure("[tokens]\nrevoke_unused = 30d\n")
        self.restart_patd(31 * DAY)

        def revoked():
            return self.root.get(token, "State") == "revoked"

        wait_until(revoked)
        entry = self.root.history(all=True)[-1]
        self.assertEqual((entry["Event"], entry["How"]), ("revoked", "patd"))

    def test_the_daily_work_names_the_tokens_that_expire_within_a_week(self):
        self.root.generate("soon", user="games", lifetime=5 * DAY)
        self.root.generate("later", user="games", lifetime=20 * DAY)
        self.restart_patd(DAY)
        wait_until(lambda: self.root.owner() and '"soon" of games: expires' in self.patd.log())
        self.assertNotIn('"later" of games: expires', self.patd.log())

    def test_history_is_pruned_and_stays_whole(self):
        token = self.root.generate("laptop", user="games", expires_at=0)
        for _ in range(20):
            self.games(token)
        self.configure("[history]\nkeep = 5d\n")
        self.restart_patd(6 * DAY)
        self.games(token)
        wait_until(lambda: len(self.root.history(all=True)) == 1)
        self.assertEqual(self.root.verify_history(), (1, 22, 0, ""))
        self.restart_patd()
        self.assertEqual(self.root.verify_history(), (1, 22, 0, ""))

    def test_tokens_that_users_made_open_what_the_policy_says(self):
        roots = self.root.generate("roots", user="games")
        self.configure("[tokens]\nself_services = sudo\n")
        self.assertEqual(self.games(roots, service=b"sshd"), door.ACCEPTED)

    def test_locked_users_are_refused_where_the_policy_says_so(self):
        token = self.root.generate("laptop", user="games")
        seen, locked = door.ACCOUNT_SEEN, door.ACCOUNT_LOCKED
        self.assertEqual(self.games(token, account=seen | locked), door.ACCEPTED)
        self.configure("[tokens]\ndeny_locked = yes\n")
        self.assertEqual(self.games(token, account=seen | locked), door.ACCOUNT_CLOSED)
        self.assertEqual(self.games(token, account=0), door.ACCOUNT_CLOSED)
        self.assertEqual(self.games(token, account=seen), door.ACCEPTED)

    def test_usage_can_be_on_disk_before_the_login_proceeds(self):
        token = self.root.generate("laptop", user="games")
        self.configure("[storage]\nusage_sync = full\n")
        self.assertEqual(self.games(token), door.ACCEPTED)
        self.configure("[storage]\nusage_sync = normal\n")
        self.assertEqual(self.games(token), door.ACCEPTED)

    # --- verifiers ------------------------------------------------------------------------
    def test_a_verifier_may_ask_about_everybody_at_its_services(self):
        token = self.root.generate("laptop", user="games")

        def ask(service, caller=DAEMON):
            return self.games(token, caller=caller, sock=self.patd.user_sock, service=service)

        self.assertEqual(ask(b"postgresql"), door.NOT_ALLOWED)
        self.configure("[verifier daemon]\nservices = postgresql*\n")
        self.assertEqual(ask(b"postgresql"), door.ACCEPTED)
        self.assertEqual(ask(b"postgresql-17"), door.ACCEPTED)
        self.assertEqual(ask(b"sudo"), door.NOT_ALLOWED)
        self.assertEqual(ask(b"postgresql", caller=2), door.NOT_ALLOWED)
        self.configure("")
        self.assertEqual(ask(b"postgresql"), door.NOT_ALLOWED)

    def test_a_verifier_is_not_rationed(self):
        token = self.root.generate("laptop", user="games")
        self.configure("[verifier daemon]\nservices = postgresql\n")
        for _ in range(100):
            self.assertEqual(
                self.games(token, caller=DAEMON, sock=self.patd.user_sock, service=b"postgresql"),
                door.ACCEPTED,
            )

    # --- reload -----------------------------------------------------------------------------
    def test_a_bad_file_keeps_the_policy_before_and_is_explained(self):
        self.configure("[tokens]\nmax_tokens = 7\n")
        self.configure("[tokens]\nmax_tokens = lots\ncolour = red\n", reload=False)
        self.reload("stays in force")
        path = os.path.join(self.patd.conf, "patd.conf")
        self.assertIn(f"{path}:2: ", self.patd.log())
        self.assertIn(f"{path}:3: ", self.patd.log())
        self.assertEqual(self.root.policy()["tokens.max_tokens"][0], "7")

    def test_patd_does_not_start_with_a_bad_file(self):
        self.assertEqual(self.patd.end(), 0)
        self.configure("[tokens]\nmax_tokens = lots\n", reload=False)
        said = self.patd.refuse()
        self.assertIn("patd.conf:2: ", said)
        self.configure("", reload=False)
        self.patd.start()

    def test_a_reload_loses_no_request(self):
        token = self.root.generate("laptop", user="games")
        self.configure("[tokens]\nmax_tokens = 7\n")
        for _ in range(30):
            waiting = [door.connect(self.patd.root_sock) for _ in range(4)]
            waiting[0].send(door.request(token, GAMES, "games"))
            self.patd.process.send_signal(signal.SIGHUP)
            answer = self.root.begin("GetPolicy", "()")
            for one in waiting[1:]:
                one.send(door.request(token, GAMES, "games"))
            for one in waiting:
                self.assertEqual(door.answer(one)[0], door.ACCEPTED)
            answer.wait()


if __name__ == "__main__":
    tap.main()
