#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Many clients use one limited token at the same time, while somebody changes it."""
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
import wire
from client import TOKEN, Refused
from faults import FULL, SEED, Broken, FaultTest

ROUNDS = 300 if FULL else 15
USES = 100  # at the same time
OPTIONS = {"revoke": "(a{sv})", "rename": "(sa{sv})", "delete": "(a{sv})"}


class Races(FaultTest):
    """A case is "SEED CHANGE ROUND"."""

    def setUp(self):
        super().setUp()
        self.serve(faults=False)

    def begin(self, change, token):
        """Sends the change; returns its PendingReply."""
        signature = OPTIONS[change]
        args = (f"other {token.id}", {}) if change == "rename" else ({},)
        where = {"path": token.path, "interface": TOKEN}
        if change == "delete":
            self.root.post("Revoke", OPTIONS["revoke"], {}, **where)
        return self.root.begin(change.capitalize(), signature, *args, **where)

    def run_round(self, case):
        seed, change, number = case.split()
        rng = random.Random(case)
        limit = rng.randint(1, USES + 10)
        token = self.root.generate(f"race {case}", max_uses=limit)
        at = rng.randrange(USES)
        socks, pending = [], None
        packet = wire.request(token)
        for n in range(USES):
            if n == at and change != "nothing":
                pending = self.begin(change, token)
                self.root.connection.flush_sync(None)
            socks.append(wire.send(self.patd.root_sock, packet))
        verdicts = [answer[0] if (answer := wire.answer(sock)) else None for sock in socks]
        accepted = verdicts.count(wire.ACCEPTED)
        if pending:
            pending.wait()
        after = self.verify(token)
        self.judge(change, limit, accepted, after, set(verdicts))
        if change != "delete":
            self.root.revoke_and_delete(token)

    def judge(self, change, limit, accepted, after, verdicts):
        if None in verdicts or wire.FAILED in verdicts:
            raise Broken(f"not every login was answered: {verdicts}")
        if accepted > limit:
            raise Broken(f"{accepted} logins were accepted, the limit is {limit}")
        if change in ("nothing", "rename") and accepted != min(limit, USES):
            raise Broken(f"{accepted} logins were accepted, not {min(limit, USES)}")
        if change in ("nothing", "rename") and (after == wire.ACCEPTED) != (limit > USES):
            raise Broken(f"after {accepted} of {limit} uses: verdict {after}")
        if change in ("revoke", "delete") and after == wire.ACCEPTED:
            raise Broken(f"accepted after the {change} was acknowledged")

    def race(self, change):
        cases = [f"{SEED} {change} {number}" for number in range(ROUNDS)]
        uses = "races of " + str(USES) + " uses, with " + change
        broken = []
        for case in self.chosen(cases):
            try:
                self.run_round(case)
            except (Broken, Refused) as error:
                broken.append((case, str(error), []))
        self.report(len(cases), broken, uses)

    def test_limited_uses__a_limited_token_has_exactly_as_many_uses_as_its_limit(self):
        self.race("nothing")

    def test_limited_uses__a_limited_token_has_exactly_as_many_uses_while_it_is_renamed(self):
        self.race("rename")

    def test_a_limited_token_has_no_use_after_it_was_revoked_under_way(self):
        self.race("revoke")

    def test_a_limited_token_has_no_use_after_it_was_deleted_under_way(self):
        self.race("delete")


if __name__ == "__main__":
    tap.main()
