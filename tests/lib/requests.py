# SPDX-License-Identifier: LGPL-2.1-or-later
"""A client of patd's requests: packs them and reads answers as protocol/*.h say."""
import collections
import os
import socket
import struct

import wire
from wire import PATIENCE_S, as_uid

MAGIC, ANSWER_MAGIC = b"PAR1", b"par1"
NO_MAGIC = b"\0\0\0\0"

KINDS = (
    "verify manager policy list get may_generate generate revoke restore rename rotate delete "
    "revoke_all disable enable list_disabled check history sources verify_history follow backup "
    "cancel set list_approvals approve deny list_sessions "
    "fleet_status fleet_hosts fleet_new_key"
).split()
DONE, REFUSED, ROWS, PROGRESS, TOKEN, ENTRY, APPROVAL, SESSION = range(8)
GENERATED, CHANGED, BULK_CHANGED, USED, DELETED = range(5)

ERRORS = (
    "OK InvalidName NameTaken InvalidExpiry UnknownUser NotFound NotRevoked Expired NotActive "
    "NotRestorable InvalidRestriction AgainstPolicy Disabled NotIssuer AccessDenied "
    "InteractiveAuthorizationRequired InvalidArgs LimitsExceeded Storage NoMemory"
).split()
ACTIONS = (
    "none generate_own restore_own rotate_own manage_others set_policy confirm confirm_others"
).split()

GIVEN = {
    name: 1 << bit
    for bit, name in enumerate(
        "user name name_pattern id_prefix state service good_for unused_since expiring_before all "
        "lifetime expires_at recipient period reason from token reverse grace account note "
        "end_sessions fleet".split()
    )
}
GIVEN_RESTRICTION = 1 << len(GIVEN)  # of the first one
RESTRICTIONS = "services sources hours not_before max_uses confirm until hosts".split()
NUMBERS = ("not_before", "max_uses", "confirm")

HEAD = struct.Struct("=4sIQII256s")
ANSWER = struct.Struct("=4sIQIIII")

# The parts: (member, format), with "given" the mask of what was passed.
PARTS = {
    "list": [("given", "I"), ("limit", "I"), ("unused_since", "Q"), ("expiring_before", "Q"),
             ("user", "256s"), ("name", "1024s"), ("name_pattern", "264s"), ("id_prefix", "16s"),
             ("state", "64s"), ("service", "256s"), ("good_for", "256s"), ("cursor", "1368s")],
    "token": [("id", "16s")],
    "generate": [("given", "I"), ("uid", "I"), ("lifetime", "Q"), ("expires_at", "Q"),
                 ("recipient", "32s"), ("user", "256s"), ("name", "1024s"), ("note", "1032s"), ("numbers", "64s"),
                 ("texts", "16384s")],
    "revoke": [("id", "16s"), ("period", "Q"), ("given", "I"), ("unused", "I"),
               ("reason", "264s")],
    "rename": [("id", "16s"), ("name", "1024s")],
    "rotate": [("id", "16s"), ("grace", "Q"), ("given", "I"), ("unused", "I"),
               ("recipient", "32s"), ("lifetime", "Q"), ("expires_at", "Q")],
    "set": [("id", "16s"), ("lifetime", "Q"), ("expires_at", "Q"), ("given", "I"),
            ("unused", "I"), ("note", "1032s"), ("texts", "16384s")],
    "revoke_all": [("period", "Q"), ("given", "I"), ("uid", "I"), ("user", "256s"),
                   ("reason", "264s")],
    "disable": [("given", "I"), ("unused", "I"), ("user", "256s"), ("reason", "264s")],
    "check": [("given", "I"), ("account", "I"), ("id", "16s"), ("digest", "32s"),
              ("service", "256s"), ("from", "256s")],
    "history": [("given", "I"), ("limit", "I"), ("since", "Q"), ("until", "Q"), ("after", "Q"),
                ("user", "256s"), ("id", "16s"), ("cursor", "1368s")],
    "follow": [("given", "I"), ("unused", "I")],
    "approval": [("id", "16s")],
    "list_approvals": [("given", "I"), ("unused", "I"), ("id", "16s")],
    "list_sessions": [("given", "I"), ("limit", "I"), ("user", "256s"), ("id", "16s"),
                      ("cursor", "1368s")],
    "cancel": [("serial", "Q")],
}  # fmt: skip
PART_OF = {
    "get": "token", "restore": "token", "delete": "token", "sources": "token",
    "may_generate": "generate", "enable": "disable",
    "approve": "approval", "deny": "approval",
}  # fmt: skip

# Rows: (property, kind), s: text, t: 8 bytes, u: 4, b: 1.
TOKEN_ROW = [
    *zip("Id Name Uid User State CreatedAt CreatedBy ExpiresAt".split(), "ssusstut"),
    *zip("Services Sources Hours NotBefore MaxUses Confirm Until Hosts".split(), "sssttbss"),
    *zip("Uses Sessions RevokedAt RevokedUntil RevokedReason Rotations RotatedAt".split(),
         "tuttsut"),
    *zip("FormerUntil LastUsedAt LastUsedService LastUsedFrom Note Issuer".split(), "ttssss"),
]  # fmt: skip
ENTRY_ROW = [
    *zip("Seq At Event Token Name User Uid ByUid How Service From Tty Result".split(),
         "ttssssuusssss"),  # fmt: skip
    *zip("NewService NewNetwork Unrecorded Detail".split(), "bbts"),
    *zip("Command Process Answered AnsweredBy".split(), "ssbu"),
]  # fmt: skip
DISABLED_ROW = list(zip("User At ByUid Reason".split(), "stus"))
SOURCE_ROW = list(zip("From Service At".split(), "sst"))
APPROVAL_ROW = [
    *zip("Id Token Name User Uid Service From Tty Command Directory".split(), "ssssusssss"),
    *zip("Pid StartTime StartedByUid Parent ParentPid At Until".split(), "utusutt"),
]  # fmt: skip
SESSION_ROW = [
    *zip("Number Token Name User Uid Service From Tty Pid Session".split(), "tsssusssus"),
    *zip("OpenedAt Ending".split(), "tb"),
]  # fmt: skip
ISSUER_ROW = list(zip("name number last beat_at complete tokens standing".split(), "stttbts"))
HOST_ROW = list(zip("host seen_at issuer number last".split(), "ststt"))
SETTING_ROW = list(zip("Key Value Source".split(), "sss"))
ROW_OF = {
    "policy": SETTING_ROW, "list": TOKEN_ROW, "get": TOKEN_ROW, "list_disabled": DISABLED_ROW,
    "history": ENTRY_ROW, "sources": SOURCE_ROW, "list_approvals": APPROVAL_ROW,
    "list_sessions": SESSION_ROW, "fleet_status": ISSUER_ROW, "fleet_hosts": HOST_ROW,
}  # fmt: skip
SIZES = {"t": "Q", "u": "I", "b": "?"}

Answer = collections.namedtuple("Answer", "kind serial error lacks operation rows body fd")


class Refused(Exception):
    """name: as on the bus, without its prefix; lacks: the action that would change that"""

    def __init__(self, answer):
        self.name = ERRORS[answer.error]
        self.message = answer.body.rstrip(b"\0").decode()
        self.lacks = ACTIONS[answer.lacks]
        super().__init__(f"{self.name}: {self.message}")


def take_row(columns, data):
    """(row, what follows it)"""
    row = {}
    for name, kind in columns:
        if kind == "s":
            (length,) = struct.unpack_from("=H", data)
            row[name] = data[2 : 2 + length].decode()
            data = data[2 + length :]
        else:
            layout = struct.Struct("=" + SIZES[kind])
            (row[name],) = layout.unpack_from(data)
            data = data[layout.size :]
    return row, data


def take_rows(columns, data):
    rows = []
    while data:
        row, data = take_row(columns, data)
        rows.append(row)
    return rows


def text(value):
    return value.encode() if isinstance(value, str) else value


def pack(kind, serial, caller=(0, 0, ""), magic=MAGIC, **members):
    """A request.  What is passed is given; all else is zeros.  part: its bytes instead"""
    uid, granted, user = caller
    head = HEAD.pack(magic, KINDS.index(kind), serial, uid, granted, user.encode())
    if "part" in members:
        return head + members["part"]
    return head + pack_part(PART_OF.get(kind, kind), members)


def pack_part(part, members):
    given = sum(GIVEN[name] for name in members if name in GIVEN and members[name] is not False)
    if part == "revoke" and "id" in members:
        given &= ~GIVEN["token"]
    values = {"given": given, **members}
    if part == "set":
        values["given"] = given | sum(
            GIVEN_RESTRICTION << bit for bit, name in enumerate(RESTRICTIONS) if name in members
        )
    if part in ("generate", "set"):
        values["numbers"] = struct.pack(
            "=8Q", *(members.get(r, 0) if r in NUMBERS else 0 for r in RESTRICTIONS)
        )
        values["texts"] = b"".join(
            text("" if r in NUMBERS else members.get(r, "")).ljust(2048, b"\0")
            for r in RESTRICTIONS
        )
    packed = b""
    for name, layout in PARTS.get(part, []):
        empty = b"" if layout.endswith("s") else 0
        packed += struct.pack("=" + layout, text(values.get(name, empty)))
    return packed


class Connection:
    """A connection to root.sock or front.sock.  caller: (uid, granted, user) of its requests"""

    def __init__(self, path, caller=(0, 0, ""), uid=0):
        self.caller = caller
        self.serial = 0
        self.events = []  # answers that came unasked
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.settimeout(PATIENCE_S)
        with as_uid(uid):
            self.socket.connect(path)

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *ignored):
        self.close()

    # --- packets ------------------------------------------------------------------------------
    def send(self, kind, caller=None, **members):
        """Returns the serial."""
        self.serial += 1
        self.socket.send(pack(kind, self.serial, caller or self.caller, **members))
        return self.serial

    def receive(self):
        """The next answer, None at the end of the connection."""
        try:
            data, fds, _, _ = socket.recv_fds(self.socket, 64 * 1024, 1)
        except ConnectionResetError:
            return None
        if not data:
            return None
        magic, *head = ANSWER.unpack_from(data)
        assert magic == ANSWER_MAGIC
        return Answer(*head, data[ANSWER.size :], fds[0] if fds else None)

    def answers(self, serial):
        """Yields those of that request, up to the last one.  Events are put aside."""
        while True:
            answer = self.receive()
            if answer is None:
                raise ConnectionError("patd closed the connection")
            if answer.serial == 0:
                self.events.append(answer)
                continue
            assert answer.serial == serial, f"{answer.serial} instead of {serial}"
            yield answer
            if answer.kind in (DONE, REFUSED):
                return

    def call(self, kind, caller=None, **members):
        """(the answer, rows), or raises Refused."""
        serial = self.send(kind, caller, **members)
        rows = []
        for answer in self.answers(serial):
            if answer.kind == ROWS:
                found = take_rows(ROW_OF[kind], answer.body)
                assert len(found) == answer.rows
                rows += found
            elif answer.kind == REFUSED:
                raise Refused(answer)
        return answer, rows

    # --- what the requests answer -------------------------------------------------------------
    def rows(self, kind, caller=None, **members):
        return self.call(kind, caller, **members)[1]

    def page(self, kind, caller=None, **members):
        """(rows, next cursor)"""
        answer, rows = self.call(kind, caller, **members)
        return rows, answer.body.split(b"\0")[0].decode()

    def all_rows(self, kind, caller=None, **members):
        rows, cursor = self.page(kind, caller, **members)
        while cursor:
            more, cursor = self.page(kind, caller, cursor=cursor, **members)
            rows += more
        return rows

    def manager(self):
        """(now, default lifetime, the entry that stopped the pruning of the history)"""
        return struct.unpack("=QQQ", self.call("manager")[0].body)

    def generate(self, name, caller=None, **members):
        return Token(self.call("generate", caller, name=name, **members)[0])

    def rotate(self, token, caller=None, **members):
        return Token(self.call("rotate", caller, id=token.id, **members)[0])

    def change(self, kind, token, caller=None, **members):
        self.call(kind, caller, id=token.id, **members)

    def get(self, token, caller=None):
        (row,) = self.rows("get", caller, id=token.id)
        return row

    def revoke_all(self, caller=None, **members):
        return struct.unpack("=Q", self.call("revoke_all", caller, **members)[0].body)[0]

    def check(self, token, caller=None, **members):
        """The verdicts that a login would be refused with"""
        digest = wire.digest(token.text)
        body = self.call("check", caller, id=token.id, digest=digest, **members)[0].body
        n, *verdicts = struct.unpack(f"={len(body) // 4}I", body)
        return verdicts[:n]

    def verify_history(self, caller=None):
        """(entries, first, bad, problem)"""
        body = self.call("verify_history", caller)[0].body
        return (*struct.unpack_from("=QQQ", body), body[24:].rstrip(b"\0").decode())

    def verify(self, token, uid, user, caller=None, **place):
        """The verdict on a login that came over user.sock"""
        part = wire.request(token, uid, user, **place)
        answer, _ = self.call("verify", caller or (uid, 0, user), part=part)
        magic, verdict, _, _ = wire.REPLY.unpack(answer.body)
        assert magic == wire.REPLY_MAGIC
        return verdict

    def next_event(self):
        """(kind, event of a token, its row or the body)"""
        answer = self.events.pop(0) if self.events else self.receive()
        assert answer.serial == 0, "an answer, and no event"
        if answer.kind == TOKEN:
            (row,) = take_rows(TOKEN_ROW, answer.body)
            return TOKEN, answer.rows, row
        by_name, uid, user = struct.unpack("=II256s", answer.body)
        return ENTRY, by_name, (uid, user.rstrip(b"\0").decode())

    def next_token_event(self):
        """The same, of tokens only: (event, row)"""
        while True:
            kind, event, row = self.next_event()
            if kind == TOKEN:
                return event, row


class Token:
    """A token as GENERATE or ROTATE answered with it"""

    def __init__(self, answer):
        self.id = answer.body[:16].rstrip(b"\0").decode()
        self.box = answer.body[16:]
        self.text = None
        if answer.fd is not None:
            with os.fdopen(answer.fd, "rb") as file:
                self.text = os.pread(file.fileno(), 4096, 0).decode()


def request_size(kind):
    part = PARTS.get(PART_OF.get(kind, kind), [])
    size = sum(struct.calcsize("=" + layout) for _, layout in part)
    return HEAD.size + (wire.REQUEST.size if kind == "verify" else size)
