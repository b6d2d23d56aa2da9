# SPDX-License-Identifier: LGPL-2.1-or-later
"""patd-fleet and the hub as a test plays them: packets as protocol/fleet.h says, and a hub that is a
dictionary in memory."""
import collections
import os
import select
import socket
import struct
import time

from fixture import Patd
from requests import Connection
from wire import PATIENCE_S

MAGIC = b"PFT1"
(HELLO, GET_ROWS, GET_BEAT, PUT_ALL, PUT_ROWS, PUT_BEAT, PUT_REVOCATION, PUT_USE, PUT_REPORT,
 PUT_HOST, PUT_CLAIM, WELCOME, ISSUER, ROWS, BEAT, DONE, REFUSED, CHANGED, REVOKE, USE, REFETCH,
 CLAIM) = range(22)  # fmt: skip
# What has become of a claim.
ASKED, GIVEN, USED_UP, UNKNOWN = range(4)
ROWS_MAX = 32
BODY_MAX = 64 * 1024

HEAD = struct.Struct("=4sIQ")
AFTER = struct.Struct("=Q")
OF_ISSUER = struct.Struct("=64sII")
ITEM = struct.Struct("=QQ16sII")
TEXTS_OF = {
    WELCOME: ("host issuer hub key last issuers unused", struct.Struct("=64s64s1024s24sQII")),
    ISSUER: ("name number beat_at complete unused", struct.Struct("=64sQQII")),
    REFETCH: ("name number beat_at complete unused", struct.Struct("=64sQQII")),
    REVOKE: ("id host reason", struct.Struct("=16s64s256s")),
    USE: ("id issuer host at uses service source", struct.Struct("=16s64s64sQQ64s256s")),
    CLAIM: ("serial issuer id uses claimed unused", struct.Struct("=Q64s16sQII")),
    CHANGED: ("number", AFTER),
    REFUSED: ("why again unused", struct.Struct("=512sII")),
}

Message = collections.namedtuple("Message", "kind serial body")
Item = collections.namedtuple("Item", "number at id bytes")


def members(message):
    """The body of a message as a dictionary, with texts as str"""
    names, layout = TEXTS_OF[message.kind]
    values = layout.unpack(message.body)
    return {
        name: value.rstrip(b"\0").decode() if isinstance(value, bytes) else value
        for name, value in zip(names.split(), values)
    }


def pack_rows(issuer, items):
    packed = OF_ISSUER.pack(issuer.encode(), len(items), 0)
    for item in items:
        packed += ITEM.pack(item.number, item.at, item.id.encode(), len(item.bytes), 0)
        packed += item.bytes + b"\0" * (-len(item.bytes) % 8)
    return packed


def unpack_rows(body):
    """(issuer, items)"""
    issuer, n, _ = OF_ISSUER.unpack_from(body)
    items, place = [], OF_ISSUER.size
    for _ in range(n):
        number, at, name, length, _ = ITEM.unpack_from(body, place)
        place += ITEM.size
        items.append(Item(number, at, name.rstrip(b"\0").decode(), body[place:place + length]))
        place += length + -length % 8
    assert place == len(body)
    return issuer.rstrip(b"\0").decode(), items


class Closed(Exception):
    """patd has closed the connection."""


class Link:
    """A connection to fleet.sock."""

    def __init__(self, path):
        self.serial = 0
        self.events = []  # what came unasked
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.settimeout(PATIENCE_S)
        self.socket.connect(path)

    def close(self):
        self.socket.close()

    def send(self, kind, body=b"", magic=MAGIC, serial=None):
        self.serial += 1
        serial = self.serial if serial is None else serial
        self.socket.send(HEAD.pack(magic, kind, serial) + body)

    def receive(self):
        try:
            packet = self.socket.recv(HEAD.size + BODY_MAX + 1)
        except ConnectionResetError:
            packet = b""
        if not packet:
            raise Closed
        magic, kind, serial = HEAD.unpack_from(packet)
        assert magic == MAGIC
        return Message(kind, serial, packet[HEAD.size:])

    def answer(self):
        """The next message that is an answer.  Events are put aside."""
        while True:
            message = self.receive()
            if message.serial != 0:
                assert message.serial == self.serial, message
                return message
            self.events.append(message)

    def ask(self, kind, body=b""):
        self.send(kind, body)
        return self.answer()

    def done(self, kind, body=b""):
        answer = self.ask(kind, body)
        assert answer.kind == DONE, members(answer) if answer.kind == REFUSED else answer

    def hello(self):
        """(the welcome, {issuer: how it stands})"""
        answer = self.ask(HELLO)
        assert answer.kind == WELCOME, answer
        welcome, issuers = members(answer), {}
        for _ in range(welcome["issuers"]):
            answer = self.answer()
            assert answer.kind == ISSUER, answer
            issuers[members(answer)["name"]] = members(answer)
        return welcome, issuers

    def event(self, kind):
        """The members of the next event of that kind; others before it are forgotten."""
        while True:
            message = self.events.pop(0) if self.events else self.receive()
            assert message.serial == 0, message
            if message.kind == kind:
                return members(message)

    def has_event(self, kind):
        """Whether one came before the answer to the question that this asks"""
        self.done(PUT_REPORT, report())
        return any(message.kind == kind for message in self.events)


def report(connected=True, since=1, error="", hosts=0):
    return struct.pack("=QII512s", since, connected, hosts, error.encode())


def host(name, seen_at=1, issuer="", number=0):
    return struct.pack("=64sQ64sQ", name.encode(), seen_at, issuer.encode(), number)


def revocation(name, id, reason=""):
    return struct.pack("=16s64s256s", id.encode(), name.encode(), reason.encode())


def use(name, id, at, uses, service="sshd", source="192.0.2.7", issuer="hq"):
    return struct.pack(
        "=16s64s64sQQ64s256s", id.encode(), issuer.encode(), name.encode(), at, uses,
        service.encode(), source.encode(),
    )  # fmt: skip


def claim(asked, claimed=GIVEN, uses=1):
    """The answer to a CLAIM, whose members those are: which use it is, or that there is none"""
    return struct.pack(
        "=Q64s16sQII", asked["serial"], asked["issuer"].encode(), asked["id"].encode(),
        uses if claimed == GIVEN else 0, claimed, 0,
    )  # fmt: skip


class Hub:
    """The latest row of each token, by its issuer; and the latest heartbeats."""

    def __init__(self):
        self.rows = collections.defaultdict(dict)
        self.beats = {}

    def number(self, issuer):
        return max((item.number for item in self.rows[issuer].values()), default=0)

    def take(self, issuer, items):
        for item in items:
            known = self.rows[issuer].get(item.id)
            if known is None or known.number < item.number:
                self.rows[issuer][item.id] = item

    def after(self, issuer, number):
        rows = self.rows[issuer].values()
        return sorted((item for item in rows if item.number > number), key=lambda i: i.number)

    def copy(self):
        other = Hub()
        for issuer, rows in self.rows.items():
            other.rows[issuer] = dict(rows)
        other.beats = dict(self.beats)
        return other


class Machine:
    """A patd of its own, and a patd-fleet that the test moves."""

    def __init__(self, folder, name, conf):
        self.name = name
        self.folder = os.path.join(folder, name)
        os.makedirs(os.path.join(self.folder, "etc"))
        os.chmod(self.folder, 0o755)
        self.patd = Patd(self.folder, None)
        self.patd.with_front = False
        self.configure(conf)
        self.link = self.root = None
        self.environment = None  # of patd; None: ours

    def configure(self, conf):
        with open(os.path.join(self.folder, "etc/patd.conf"), "w", encoding="ascii") as file:
            file.write(conf)

    def start(self):
        self.patd.start(env=self.environment)
        self.root = Connection(self.patd.root_sock)
        self.root.manager()  # patd closes a connection that says nothing for three seconds
        self.connect()

    def connect(self):
        """Another patd-fleet, in the place of the one before."""
        self.link = Link(os.path.join(self.patd.run, "fleet.sock"))
        self.welcome, self.issuers = self.link.hello()

    def stop(self):
        for connection in (self.link, self.root):
            if connection:
                connection.close()
        self.link = self.root = None
        if self.patd.running():
            status = self.patd.end()
            assert status == 0, self.patd.log()

    def restart(self):
        self.stop()
        self.start()

    def key(self):
        """Its public key as an issuer"""
        return self.status()["key"]

    def status(self):
        """What FLEET_STATUS says of the machine; and of the issuers, by name"""
        answer, rows = self.root.call("fleet_status")
        layout = struct.Struct("=QQIIII64s64s48s48s512s")
        names = "last since hub attached connected unused host issuer key next_key error"
        values = dict(zip(names.split(), layout.unpack(answer.body)))
        for name in ("host", "issuer", "key", "next_key", "error"):
            values[name] = values[name].rstrip(b"\0").decode()
        return {**values, "issuers": {row["name"]: row for row in rows}}

    # --- as patd-fleet of an issuer ---------------------------------------------------------------
    def rows(self, after=0):
        """All that it has signed after that number"""
        items = []
        while True:
            answer = self.link.ask(GET_ROWS, AFTER.pack(after))
            assert answer.kind == ROWS, members(answer)
            issuer, more = unpack_rows(answer.body)
            assert issuer == self.name
            if not more:
                return items
            items += more
            after = more[-1].number

    def beat(self):
        answer = self.link.ask(GET_BEAT)
        assert answer.kind == BEAT, members(answer)
        return unpack_rows(answer.body)[1][0]

    def publish(self, hub):
        """What the hub lacks; before that, what the hub has and this machine lacks."""
        welcome, _ = self.link.hello()
        for start in range(0, len(more := hub.after(self.name, welcome["last"])), ROWS_MAX):
            self.link.done(PUT_ROWS, pack_rows(self.name, more[start:start + ROWS_MAX]))
        hub.take(self.name, self.rows(hub.number(self.name)))
        hub.beats[self.name] = self.beat()

    # --- as patd-fleet of a member ----------------------------------------------------------------
    def put(self, issuer, items):
        """The answer to each message, up to one that is refused"""
        for start in range(0, len(items), ROWS_MAX):
            answer = self.link.ask(PUT_ROWS, pack_rows(issuer, items[start:start + ROWS_MAX]))
            if answer.kind == REFUSED:
                return members(answer)["why"]
        return None

    def put_beat(self, issuer, item):
        """How the issuer stands, or why it was refused"""
        return members(self.link.ask(PUT_BEAT, pack_rows(issuer, [item])))

    def fetch(self, hub, issuer):
        """What is new, and all anew where it does not add up: how the issuer stands."""
        _, issuers = self.link.hello()
        assert self.put(issuer, hub.after(issuer, issuers[issuer]["number"])) is None
        standing = self.put_beat(issuer, hub.beats[issuer])
        if not standing["complete"]:
            self.link.done(PUT_ALL, pack_rows(issuer, []))
            assert self.put(issuer, hub.after(issuer, 0)) is None
            standing = self.put_beat(issuer, hub.beats[issuer])
        return standing


def wait_readable(link):
    """Until patd has sent something"""
    if not select.select([link.socket], [], [], PATIENCE_S)[0]:
        raise TimeoutError


def now():
    return int(time.time())
