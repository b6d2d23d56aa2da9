#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The clock of the machine is set back while patd does not run."""
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import earlier
import tap
import wire
from client import NAME, PATIENCE_S, PROPERTIES, look_until, wait_until
from fixture import BUILD, GAMES, PatdTest

HOUR, DAY = 3600, 24 * 3600


class ClockTest(PatdTest):
    def start_with(self, **clocks):
        """See tests/pam/later.c."""
        library = os.path.join(BUILD, "tests/pam/later.so")
        self.patd.start(env=self.patd.preloaded(library, **clocks))

    def start_at(self, later):
        """The clock of patd is so many seconds ahead of that of the machine."""
        self.start_with(LATER=str(later))


class SetBack(ClockTest):
    def setUp(self):
        super().setUp()
        self.token = self.root.generate("laptop", user="games", lifetime=2)

    def start_at(self, later):
        super().start_at(later)
        self.root.wait_for_owner(NAME)

    def wait_for_expiry(self):
        signals = self.root.collect(PROPERTIES, "PropertiesChanged", self.token.path)
        self.root.subscribe(all=True)
        if self.root.get(self.token, "State") != "expired":
            wait_until(lambda: any(new.get("State") == "expired" for _, (_, new, _) in signals))

    def assertExpired(self):
        self.assertEqual(self.root.get(self.token, "State"), "expired")
        self.assertEqual(self.verify_games(), wire.EXPIRED)

    def test_time__a_token_that_expired_stays_so(self):
        for case, end in {"after a kill": self.patd.kill, "after an end": self.patd.end}.items():
            with self.subTest(case):
                self.wait_for_expiry()
                end()
                self.start_at(-HOUR)
                self.assertExpired()

    def test_time__a_token_that_a_start_finds_expired_stays_so_after_a_kill(self):
        self.patd.end()
        self.start_at(DAY)
        self.root.get(self.token, "State")
        self.patd.kill()
        self.start_at(-HOUR)
        self.assertExpired()

    def test_time__the_time_of_patd_is_never_earlier_than_before(self):
        self.patd.end()
        self.start_at(31 * DAY)
        other = self.root.generate("other", user="games")
        before = self.root.get_manager("Now")
        for end in (self.patd.kill, self.patd.end):
            end()
            self.start_at(-31 * DAY)
            self.assertGreaterEqual(self.root.get_manager("Now"), before)
            self.assertGreaterEqual(self.root.show(other)["CreatedAt"], before - HOUR)

    def test_time__hours_are_refused_while_the_clock_is_in_doubt(self):
        always = self.root.generate("always", user="games", hours="00:00-24:00")
        self.assertEqual(self.verify_games(always), wire.ACCEPTED)
        self.patd.end()
        self.start_at(DAY)
        self.assertEqual(self.verify_games(always), wire.ACCEPTED)
        self.patd.end()
        self.start_at(0)
        self.assertEqual(self.verify_games(always), wire.WRONG_CLOCK)
        self.assertIn("tokens with login hours are refused: the clock is", self.patd.log())
        self.assertEqual(self.verify_games(self.root.generate("any", user="games")), wire.ACCEPTED)

    def test_time__a_start_under_a_clock_years_ahead_prunes_nothing(self):
        token = self.root.generate("used", user="games", expires_at=0)
        for _ in range(3):
            self.assertEqual(self.verify_games(token), wire.ACCEPTED)
        self.patd.end()
        # What is too much goes at the same time as what is too old: so it is seen to be done.
        os.makedirs(self.patd.conf, exist_ok=True)
        with open(os.path.join(self.patd.conf, "patd.conf"), "w", encoding="ascii") as file:
            file.write("[history]\nmax_entries = 3\nkeep = 30d\n")
        self.start_at(3 * 365 * DAY)
        look_until(lambda: len(self.root.history(all=True)) <= 3)
        self.assertEqual([entry["Event"] for entry in self.root.history(all=True)], ["used"] * 3)
        self.assertIn("days ahead of what has passed", self.patd.log())

    def days_ahead(self, end):
        """Of patd's time, after a start with the clock of the machine."""
        end()
        self.start_at(0)
        return round((self.root.get_manager("Now") - time.time()) / DAY)

    def test_order_to_reset_the_time_is_a_file_and_counts_once(self):
        order = os.path.join(self.patd.run, "reset-time")
        self.patd.end()
        self.start_at(900 * DAY)
        for make, remove in (
            (os.mkdir, os.rmdir),
            (os.mkfifo, os.unlink),
            (lambda path: os.symlink(self.patd.database, path), os.unlink),
        ):
            make(order)
            self.assertEqual(self.days_ahead(self.patd.kill), 900)
            remove(order)
        with open(order, "xb"):
            pass
        os.utime(order, (0, 0))
        self.assertEqual(self.days_ahead(self.patd.end), 0)
        self.assertIn("the time of patd was reset to that of the clock", self.patd.log())
        self.assertEqual(self.days_ahead(self.patd.kill), 0)
        for end in (self.patd.kill, self.patd.end):
            end()
            self.start_at(900 * DAY)
            self.assertEqual(self.days_ahead(end), 900)
        os.utime(order)
        self.assertEqual(self.days_ahead(self.patd.kill), 0)

    def test_a_clock_that_goes_on_is_followed(self):
        before = self.root.get_manager("Now")
        self.patd.end()
        self.start_at(DAY)
        self.assertGreaterEqual(self.root.get_manager("Now"), before + DAY)
        self.assertEqual(self.verify_games(), wire.EXPIRED)
        self.client(GAMES).revoke(self.token)


class Unwatched(ClockTest):
    """Nobody subscribes to anything, as on a machine without patd-bus."""

    start_bus = start_front = False

    def generate(self, lifetime):
        text = subprocess.run(
            [os.path.join(BUILD, "patctl/patctl"), "generate", "--quiet", "--user=games",
             f"--expires={lifetime}", "short"],
            env={**os.environ, "PATD_RUNTIME_DIR": self.patd.run},
            stdout=subprocess.PIPE, timeout=PATIENCE_S, check=True, text=True,
        ).stdout.strip()  # fmt: skip
        return earlier.Secret(text)

    def usage(self):
        with open(os.path.join(self.patd.state, "usage"), "rb") as file:
            return file.read()

    def test_time__an_idle_patd_writes_down_that_a_token_expired(self):
        token = self.generate("10s")
        # From now on nothing is written but for the end.
        before = self.usage()
        look_until(lambda: self.usage() != before)
        self.patd.kill()
        self.start_at(-HOUR)
        self.assertEqual(self.verify_games(token), wire.EXPIRED)

    def test_time__an_idle_patd_writes_down_the_time_each_hour(self):
        self.patd.end()
        self.start_with(SPEED="3600")
        # That before, at most one of the start, and those of hours.
        written = {self.usage()}
        look_until(lambda: written.add(self.usage()) or len(written) > 3)


if __name__ == "__main__":
    tap.main()
