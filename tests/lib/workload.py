# SPDX-License-Identifier: LGPL-2.1-or-later
"""A seeded workload against patd, what was acknowledged of it, and what must be so afterwards.

A step is some operations at once, each on another token.  Each keeps when it began and when it was
acknowledged, in bytes of the trace, so that facts_at() knows what was promised at any point of it.
"""
import copy
import random
import time

import wire
from client import PATIENCE_S, TOKEN, GLib, PendingReply, Refused, Token, vardict, wait_until
from faults import Broken

USERS = {"root": 0, "daemon": 1, "games": 5}
UNCHANGED = "nothing was changed"
# Refusals that are no failures: the token was in another state than the workload knew.
NO_FAILURE = {"NotFound", "NotRevoked", "NotActive", "NameTaken", "UnknownObject", "UnknownMethod"}
UNDECIDED = {None, wire.FAILED, wire.BUSY}
WORDS = {
    "generate": "generated", "revoke": "revoked", "restore": "restored", "rotate": "rotated",
    "rename": "renamed", "delete": "deleted",
}  # fmt: skip


class Facts:
    """What is known of one token: of each property the values that it may have."""

    def __init__(self, token, user, name, limit):
        self.token, self.user, self.limit = token, user, limit
        self.exists, self.revoked, self.names = {True}, {False}, {name}
        self.accepted = self.doubtful = 0  # logins
        self.used_at = 0  # of the last ordinary one that was acknowledged
        self.former = None  # the token before the last rotation
        self.events = []  # of the history, acknowledged


class World:
    """What is known of all: {id: Facts}, {user: may its tokens be disabled}."""

    def __init__(self):
        self.tokens, self.disabled = {}, {user: {False} for user in USERS}
        self.doubtful_tokens = 0  # generated, perhaps

    def may_log_in(self, facts):
        """The possible answers to: is it accepted?  Limits apart."""
        good = facts.exists == {True} and facts.revoked == {False}
        bad = True not in facts.exists or False not in facts.revoked
        disabled = self.disabled[facts.user]
        if bad or disabled == {True}:
            return {False}
        return {True} if good and disabled == {False} else {True, False}


class Operation:
    """verb on a token or a user; result: what was answered."""

    def __init__(self, verb, subject, name="", limit=0, user="root"):
        self.verb, self.subject, self.name, self.limit, self.user = verb, subject, name, limit, user
        self.began = self.ended = None  # bytes of the trace; ended: when it was acknowledged
        self.done = False  # answered or known to be never answered
        self.error = self.token = self.verdict = None
        self.pending = None
        self.at = 0  # seconds UTC when it began

    def __repr__(self):
        return f"{self.verb} {self.subject or self.name}"

    # --- what it means ------------------------------------------------------------------------
    def apply(self, world, acknowledged):
        """Notes that it happened, or that it may have."""
        facts = world.tokens.get(self.subject)

        # A revoke of what may have been revoked before makes no entry.
        noted = self.verb not in ("revoke", "restore") or (facts and len(facts.revoked) == 1)

        def become(values, value):
            if acknowledged:
                values.clear()
            values.add(value)

        if self.verb == "generate" and acknowledged:
            world.tokens[self.token.id] = facts = Facts(
                self.token, self.user, self.name, self.limit
            )
        elif self.verb == "generate":
            world.doubtful_tokens += 1
        elif self.verb in ("disable", "enable"):
            become(world.disabled[self.subject], self.verb == "disable")
        elif self.verb in ("revoke", "restore"):
            become(facts.revoked, self.verb == "revoke")
        elif self.verb == "delete":
            become(facts.exists, False)
        elif self.verb == "rename":
            become(facts.names, self.name)
        elif self.verb == "rotate" and acknowledged:
            facts.former, facts.token = facts.token, self.token
        elif self.verb == "login" and acknowledged and self.verdict == wire.ACCEPTED:
            facts.accepted += 1
            facts.used_at = self.at
            facts.former = None  # the new secret was used
        elif self.verb == "login" and not acknowledged:
            facts.doubtful += 1
        if acknowledged and noted and facts and self.verb in WORDS:
            facts.events.append(WORDS[self.verb])

    def outcome(self):
        """True: acknowledged; False: certainly without effect; None: perhaps"""
        if self.verb == "login":
            return None if self.verdict in UNDECIDED else True
        if self.error is None:
            return True if self.ended is not None else None
        if self.error.name in NO_FAILURE or UNCHANGED in self.error.message:
            return False
        return None


class Workload:
    """test: a FaultTest whose patd serves.  patience_s: for an answer, which need not come where
    patd has no memory to give it."""

    def __init__(self, test, seed, together=1, patience_s=PATIENCE_S):
        self.patience_s = patience_s
        self.test, self.random, self.together = test, random.Random(seed), together
        self.world, self.operations = World(), []
        self.count = 0

    # --- choosing -----------------------------------------------------------------------------
    def _choose(self, busy):
        """An operation on a token that is not busy."""
        roll = self.random.random()
        tokens = {id: facts for id, facts in self.world.tokens.items()
                  if id not in busy and facts.exists == {True}}  # fmt: skip
        self.count += 1
        if roll < 0.14 or len(tokens) < 3:
            limit = self.random.choice((0, 0, 1, 3, 8))
            user = self.random.choice(list(USERS))
            if True in self.world.disabled[user]:
                user = "root" if True not in self.world.disabled["root"] else None
            if user:
                return Operation("generate", "", f"token {self.count}", limit, user)
        if not tokens:
            return None
        subject = self.random.choice(list(tokens))  # in the order in which they were generated
        facts = tokens[subject]
        if roll < 0.20 and not busy:
            user = self.random.choice(("daemon", "games"))
            now = self.world.disabled[user]
            return Operation("enable" if now == {True} else "disable", user)
        if roll < 0.60:
            return Operation("login", subject)
        if facts.revoked == {True}:
            return Operation("delete" if roll < 0.75 else "restore", subject)
        if roll < 0.80 or facts.limit or True in self.world.disabled[facts.user]:
            return Operation("revoke", subject)
        if roll < 0.90:
            return Operation("rotate", subject)
        return Operation("rename", subject, f"name {self.count}")

    def choose(self):
        """Operations for one step."""
        chosen, busy = [], set()
        for _ in range(self.random.randint(1, self.together)):
            operation = self._choose(busy)
            if not operation or (chosen and operation.verb in ("disable", "enable")):
                continue
            chosen.append(operation)
            busy.add(operation.subject)
            if operation.verb in ("disable", "enable"):
                break
        return chosen

    # --- doing --------------------------------------------------------------------------------
    def _finish(self, operation):
        operation.done = True
        if operation.outcome() is not None:
            operation.ended = self.test.trace_size()

    def _log_in(self, operation):
        facts = self.world.tokens[operation.subject]
        user = facts.user
        try:
            sock = wire.send(
                self.test.patd.root_sock, wire.request(facts.token, USERS[user], user)
            )
        except OSError:
            self._finish(operation)
            return

        def answered(*_):
            reply = wire.answer(sock)
            operation.verdict = reply[0] if reply else None
            self._finish(operation)
            return False

        conditions = GLib.IOCondition.IN | GLib.IOCondition.HUP | GLib.IOCondition.ERR
        GLib.unix_fd_add_full(GLib.PRIORITY_DEFAULT, sock.fileno(), conditions, answered)

    def _arguments(self, operation):
        """(method, signature, arguments, where)"""
        facts = self.world.tokens.get(operation.subject)
        token = {"path": facts.token.path, "interface": TOKEN} if facts else {}
        if operation.verb == "generate":
            options = {"user": operation.user}
            if operation.limit:
                options["max_uses"] = operation.limit
            return "Generate", "(sa{sv})", (operation.name, vardict(**options)), {}
        if operation.verb in ("disable", "enable"):
            return operation.verb.capitalize(), "(sa{sv})", (operation.subject, {}), {}
        if operation.verb == "rename":
            return "Rename", "(sa{sv})", (operation.name, {}), token
        return operation.verb.capitalize(), "(a{sv})", ({},), token

    def _call(self, operation):
        method, signature, args, where = self._arguments(operation)
        operation.pending = PendingReply()

        def answered(message):
            operation.pending.take(message)
            try:
                operation.ended = 0  # acknowledged, unless it raises
                body = operation.pending.wait()
                fds = message.get_unix_fd_list()
                if fds:
                    path = body[0] if method == "Generate" else where["path"]
                    operation.token = Token(path, fds.steal_fds()[0])
            except (Refused, ConnectionError) as error:
                operation.ended = None
                operation.error = error if isinstance(error, Refused) else None
            self._finish(operation)

        where |= {"done": answered, "patience_s": self.patience_s}
        self.test.root.post(method, signature, *args, **where)

    def step(self):
        """Returns whether patd has answered everything."""
        operations = self.choose()
        for operation in operations:
            operation.began = self.test.trace_size()
            operation.at = int(time.time())
            (self._log_in if operation.verb == "login" else self._call)(operation)
        wait_until(lambda: all(operation.done for operation in operations))
        for operation in operations:
            self._check_login(operation)
        for operation in operations:
            self.operations.append(operation)
            outcome = operation.outcome()
            if outcome is not False:
                operation.apply(self.world, outcome is True)
        return self.test.patd.running()

    def _check_login(self, operation):
        """What an answer must not be, while nothing else happens to the token."""
        if operation.verb != "login" or operation.verdict in UNDECIDED:
            return
        facts = self.world.tokens[operation.subject]
        expected = self.world.may_log_in(facts)
        if operation.verdict == wire.ACCEPTED and True not in expected:
            raise Broken(f"{facts.token.id}, which may not log in, was accepted")
        if operation.verdict != wire.ACCEPTED and expected == {True}:
            used_up = facts.limit and facts.accepted + facts.doubtful >= facts.limit
            if not used_up:
                raise Broken(f"{facts.token.id} was refused: verdict {operation.verdict}")
        if facts.limit and facts.accepted + (operation.verdict == wire.ACCEPTED) > facts.limit:
            raise Broken(f"{facts.token.id} was used more often than its limit {facts.limit}")

    def run(self, steps):
        """Ends early if patd ends."""
        for _ in range(steps):
            if not self.step():
                return

    # --- checking -----------------------------------------------------------------------------
    def facts_at(self, trace_size):
        """What was promised when the trace had that size."""
        world = World()
        for operation in self.operations:
            outcome = operation.outcome()
            if outcome is False or operation.began > trace_size:
                continue
            done = outcome is True and operation.ended <= trace_size
            operation.apply(world, done)
        return world


def _check_row(row, facts, ordinary):
    """A token as ListTokens has it."""
    if row["State"] == "altered":
        raise Broken(f"{facts.token.id} is half there: {row['State']}")
    if row["Name"] not in facts.names:
        raise Broken(f"{facts.token.id} is named {row['Name']}, not {facts.names}")
    if (row["RevokedAt"] != 0) not in facts.revoked:
        raise Broken(f"{facts.token.id}: revoked is {row['RevokedAt']}, not {facts.revoked}")
    if ordinary and row["LastUsedAt"] < facts.used_at:
        raise Broken(f"{facts.token.id}: a use was lost: {row['LastUsedAt']} < {facts.used_at}")


def _log_in(test, facts, token=None):
    packet = wire.request(token or facts.token, USERS[facts.user], facts.user)
    reply = wire.ask(test.patd.root_sock, packet)
    return reply[0] if reply else None


def _check_limit(test, facts, first):
    """Uses up a limited token, of which one login was tried: exactly as many as are left."""
    accepted, verdict = 0, first
    while verdict == wire.ACCEPTED and accepted <= facts.limit:
        accepted += 1
        verdict = _log_in(test, facts)
    if facts.accepted + accepted > facts.limit:
        raise Broken(
            f"{facts.token.id}, with a limit of {facts.limit}, was accepted "
            f"{facts.accepted + accepted} times"
        )
    if facts.accepted + accepted + facts.doubtful < facts.limit:
        raise Broken(f"{facts.token.id}: {facts.limit - facts.accepted - accepted} uses were lost")


def _check_logins(test, world, users):
    for id, facts in world.tokens.items():
        if facts.user not in users:
            continue
        expected = world.may_log_in(facts)
        verdict = _log_in(test, facts)
        if verdict in UNDECIDED:
            raise Broken(f"{id}: no verdict ({verdict})")
        if verdict == wire.ACCEPTED and True not in expected:
            raise Broken(f"{id} logs in, and is revoked, deleted or disabled")
        if not facts.limit and verdict != wire.ACCEPTED and expected == {True}:
            raise Broken(f"{id} does not log in: verdict {verdict}")
        if facts.limit and (verdict == wire.ACCEPTED or expected == {True}):
            _check_limit(test, facts, verdict)


def _check_history(test, world):
    entries, _, bad, problem = test.root.verify_history()
    if problem or bad:
        raise Broken(f"the history is broken at {bad} of {entries}: {problem}")
    seen = {}
    for entry in test.root.history(all=True):
        seen.setdefault(entry["Token"], []).append(entry["Event"])
    for id, facts in world.tokens.items():
        for word in set(facts.events):
            found, wanted = seen.get(id, []).count(word), facts.events.count(word)
            if found < wanted:
                raise Broken(f"{id}: {found} of {wanted} entries \"{word}\" are in the history")


def _rows(test):
    rows, cursor = test.root.page(all=True)
    while cursor:
        more, cursor = test.root.page(cursor=cursor, all=True)
        rows += more
    return {row["Id"]: row for row in rows}


def check(test, world, ordinary=True):
    """The promises, of a patd that serves.  ordinary: whether no ordinary use may be lost.
    Uses tokens up, and enables users.  Raises Broken."""
    world = copy.deepcopy(world)
    rows = _rows(test)
    unknown = set(rows) - set(world.tokens)
    if len(unknown) > world.doubtful_tokens:
        raise Broken(f"tokens that nobody generated: {unknown}")
    for id, facts in world.tokens.items():
        if (id in rows) not in facts.exists:
            raise Broken(f"{id}: exists is {id in rows}, not {facts.exists}")
        if id in rows:
            _check_row(rows[id], facts, ordinary)
    for row in rows.values():
        if row["State"] == "altered":
            raise Broken(f"{row['Id']} is half there")
    _check_history(test, world)
    disabled = {row["User"] for row in test.root.disabled()}
    for user, may in world.disabled.items():
        if (user in disabled) not in may:
            raise Broken(f"{user}: disabled is {user in disabled}, not {may}")
        may.clear()
        may.add(user in disabled)
    _check_logins(test, world, USERS)
    for user in disabled:
        test.root.enable(user)
        world.disabled[user] = {False}
    _check_logins(test, world, disabled)
