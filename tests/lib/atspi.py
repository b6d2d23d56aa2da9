# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a screen reader sees of the programs of a session: a client of AT-SPI, without a cache.

libatspi caches names and states until a program says that they differ, so that a test would not
see what is there now.
"""
import ast
import collections
import contextlib

from client import Gio, GLib, connect, look_until

NAME = "org.a11y.atspi."
REGISTRY = NAME + "Registry"
ROOT = "/org/a11y/atspi/accessible/root"
PROPERTIES = "org.freedesktop.DBus.Properties"
CALL_MS = 10000

# Numbers of AtspiStateType.
STATES = {
    "active": 1, "checked": 4, "editable": 7, "enabled": 8, "expandable": 9, "expanded": 10,
    "focusable": 11, "focused": 12, "modal": 16, "pressed": 20, "selected": 23, "sensitive": 24,
    "showing": 25, "visible": 30, "invalid entry": 36,
}  # fmt: skip

# GTK 4 calls a button "push button" before 4.14 and "button" after, and so on.
ROLES = {"button": "push button", "checkbox": "check box", "text box": "text"}

SCREEN_COORDINATES, WINDOW_COORDINATES = 0, 1
CACHE = "/org/a11y/atspi/cache"
THOROUGH = 6  # looks
Item = collections.namedtuple(
    "Item", "me application parent index count interfaces name role description states"
)
role_names = {}  # by the number of the role
ISOLATES = {code: None for code in range(0x2066, 0x206A)}  # around what has its own direction


def plain(name):
    """The name of a widget, of which GTK 4.8 says "_Close Close" if it has a mnemonic."""
    first, _, second = name.partition(" ") if name.count(" ") == 1 else (
        name[: len(name) // 2], "", name[len(name) // 2 + 1 :]
    )  # fmt: skip
    return second if "_" in first and first.replace("_", "", 1).strip() == second else name


class Gone(Exception):
    """The widget, or its program, does not exist any more."""


class Accessible:
    """A widget, or the root of a program.  Each question is asked anew."""

    def __init__(self, connection, bus_name, path, known=None):
        self.connection, self.bus_name, self.path = connection, bus_name, path
        self.known = known  # an Item: what a look at the whole program has just seen of it

    def __eq__(self, other):
        return (self.bus_name, self.path) == (other.bus_name, other.path)

    def __hash__(self):
        return hash((self.bus_name, self.path))

    def __repr__(self):
        try:
            return f"<{self.role} {self.name!r}>"
        except Gone:
            return "<gone>"

    def call(self, interface, method, signature="()", *args):
        try:
            return self.connection.call_sync(
                self.bus_name, self.path, interface, method, GLib.Variant(signature, args), None,
                Gio.DBusCallFlags.NO_AUTO_START, CALL_MS, None,
            ).unpack()  # fmt: skip
        except GLib.Error as error:
            raise Gone(f"{interface}.{method}: {error.message}") from None

    def get(self, name, interface="Accessible"):
        return self.call(PROPERTIES, "Get", "(ss)", NAME + interface, name)[0]

    # --- what it is ---------------------------------------------------------------------------
    @property
    def name(self):
        name = self.known.name if self.known else self.get("Name")
        return plain(name.translate(ISOLATES))

    @property
    def description(self):
        return self.known.description if self.known else self.get("Description")

    @property
    def role(self):
        role = self.known and role_names.get(self.known.role)
        if not role:
            role = self.call(NAME + "Accessible", "GetRoleName")[0]
            role = ROLES.get(role, role)
        if self.known:
            role_names[self.known.role] = role
        return role

    @property
    def states(self):
        low, high = self.known.states if self.known else self.call(NAME + "Accessible", "GetState")[0]
        bits = low | high << 32
        return {name for name, bit in STATES.items() if bits >> bit & 1}

    @property
    def children(self):
        found = self.call(NAME + "Accessible", "GetChildren")[0]
        return [Accessible(self.connection, *child) for child in found]

    @property
    def interfaces(self):
        names = (
            self.known.interfaces if self.known else self.call(NAME + "Accessible", "GetInterfaces")[0]
        )
        return {name.removeprefix(NAME) for name in names}

    @property
    def relations(self):
        """{number of AtspiRelationType: widgets}"""
        found = self.call(NAME + "Accessible", "GetRelationSet")[0]
        return {
            kind: [Accessible(self.connection, *target) for target in targets]
            for kind, targets in found
        }

    @property
    def text(self):
        """Of an entry or a label: what it shows."""
        return self.call(NAME + "Text", "GetText", "(ii)", 0, -1)[0].translate(ISOLATES)

    @property
    def extents(self):
        """x, y, width, height within the window"""
        return self.call(NAME + "Component", "GetExtents", "(u)", WINDOW_COORDINATES)[0]

    @property
    def screen_extents(self):
        """The same within the display: only of programs of GTK 3"""
        return self.call(NAME + "Component", "GetExtents", "(u)", SCREEN_COORDINATES)[0]

    @property
    def showing(self):
        """GTK 4.8 says of what is folded away that it is visible, without a size."""
        return "visible" in self.states and all(self.extents[2:])

    @property
    def sensitive(self):
        return "sensitive" in self.states

    @property
    def can_be_pressed(self):
        """A menu button is two for a screen reader: the inner one can be pressed."""
        return bool({"Click", "click"} & set(self.actions()))

    @property
    def parent(self):
        return Accessible(self.connection, *self.get("Parent"))

    def texts(self):
        """All that it says to a screen reader."""
        said = [self.name, self.description]
        if "Text" in self.interfaces:
            said.append(self.text)
        return [text for text in said if text]

    # --- the tree -----------------------------------------------------------------------------
    def walk(self, depth=0):
        """(depth, widget) of all that is shown, the root first."""
        yield depth, self
        for child in self.children:
            try:
                if child.showing:
                    yield from child.walk(depth + 1)
            except Gone:
                continue

    def matches(self, role, name, test):
        if role and self.role != role:
            return False
        if name is not None:
            mine = self.name
            if not (name(mine) if callable(name) else mine == name):
                return False
        return not test or bool(test(self))

    def all(self, role=None, name=None, test=None):
        """Those that are shown.  name: as a whole, or a function; test: of the widget"""
        try:
            for _, widget in self.walk():
                try:
                    if widget.matches(role, name, test):
                        yield widget
                except Gone:
                    continue
        except Gone:
            return

    def look(self, role=None, name=None, test=None):
        """The first, or None"""
        return next(self.all(role, name, test), None)

    def soon(self, role=None, name=None, test=None):
        """As look(); it may take a few looks to be seen."""
        return self.look(role, name, test)

    def is_gone(self, role=None, name=None, test=None):
        """The same of the contrary."""
        return not self.look(role, name, test)

    def find(self, role=None, name=None, test=None):
        """The first, as soon as there is one."""
        found = []

        def look():
            widget = self.soon(role, name, test)
            if widget:
                found.append(widget)
            return found

        try:
            look_until(look)
        except TimeoutError:
            raise AssertionError(f"no {role or 'widget'} {name!r} in\n{self.tree()}") from None
        return found[0]

    def wait_gone(self, role=None, name=None, test=None):
        try:
            look_until(lambda: self.is_gone(role, name, test))
        except TimeoutError:
            raise AssertionError(f"still {role} {name!r} in\n{self.tree()}") from None

    def tree(self):
        """For people."""
        lines = []
        try:
            for depth, widget in self.walk():
                try:
                    states = widget.states - {"enabled", "sensitive", "showing", "visible"}
                    if depth > 1 and not widget.sensitive:
                        states.add("insensitive")
                    texts = " | ".join(widget.texts())
                    lines.append(f"{'  ' * depth}{widget.role}: {texts} [{', '.join(sorted(states))}]")
                except Gone:
                    continue
        except Gone:
            lines.append("(gone)")
        return "\n".join(lines)

    # --- what a person does -------------------------------------------------------------------
    def do(self, action=0):
        """Presses, opens or activates it."""
        if not self.call(NAME + "Action", "DoAction", "(i)", action)[0]:
            raise AssertionError(f"{self!r} has no action")

    def actions(self):
        return [name for name, _, _ in self.call(NAME + "Action", "GetActions")[0]]

    def set_text(self, text):
        if not self.call(NAME + "EditableText", "SetTextContents", "(s)", text)[0]:
            raise AssertionError(f"{self!r} cannot be edited")


class Program(Accessible):
    """The root of a program of GTK 4, which tells of all widgets that somebody has asked for in one
    answer: to ask each widget again would take longer than what is waited for.  As it does not tell
    of all that is new, now and then each is asked all the same."""

    def __init__(self, *where):
        super().__init__(*where)
        self.asked = set()
        self.looks = 0

    def _is_thorough(self):
        self.looks += 1
        return self.looks % THOROUGH == 0

    def soon(self, role=None, name=None, test=None):
        if self._is_thorough():
            return self.look(role, name, test)
        return next(self._told(role, name, test), None)

    def is_gone(self, role=None, name=None, test=None):
        if not self._is_thorough() and next(self._told(role, name, test), None):
            return False
        return not self.look(role, name, test)

    def _items(self):
        """{path of the parent: [Item, …]}, in the order of the children"""
        answer = self.connection.call_sync(
            self.bus_name, CACHE, NAME + "Cache", "GetItems", None, None,
            Gio.DBusCallFlags.NO_AUTO_START, CALL_MS, None,
        )  # fmt: skip
        children = {}
        # Printed, they are literals of Python; unpack() would take five times as long.
        for values in ast.literal_eval(answer.get_child_value(0).print_(False)):
            item = Item(*values)
            children.setdefault(item.parent[1], []).append(item)
        for items in children.values():
            items.sort(key=lambda item: item.index)
        return children

    def _ask(self, widget):
        """For the children, and theirs, of which it tells from now on.  Returns whether there were
        any that it had not been asked for."""
        found = False
        with contextlib.suppress(Gone):
            for child in widget.children:
                if child not in self.asked:
                    self.asked.add(child)
                    self._ask(child)
                    found = True
        return found

    def _asked_items(self):
        """All that is visible"""
        self.call(NAME + "Accessible", "GetChildren")  # of new windows nothing else tells
        while True:
            children = self._items()
            more = False
            for _, widget in self._seen(children, ROOT, 1):
                item = widget.known
                if item.count > len(children.get(item.me[1], ())):
                    more |= self._ask(widget)
            if not more:
                return children

    def _seen(self, children, path, depth):
        """Those that say that they are visible, by what they said; the page of a stack says nothing
        of it."""
        for item in children.get(path, ()):
            widget = Accessible(self.connection, *item.me, item)
            if NAME + "Component" not in item.interfaces or "visible" in widget.states:
                yield depth, widget
                yield from self._seen(children, item.me[1], depth + 1)

    def _told(self, role, name, test):
        """As all()"""
        try:
            children = self._asked_items()
        except GLib.Error:
            return
        items = {item.me[1]: item for some in children.values() for item in some}
        sizes = {}

        def has_place(path):
            """Also all around it."""
            while path in items and path != ROOT:
                if path not in sizes:
                    sizes[path] = self._has_size(items[path])
                if not sizes[path]:
                    return False
                path = items[path].parent[1]
            return True

        for _, widget in self._seen(children, ROOT, 1):
            try:
                if widget.matches(role, name, test) and has_place(widget.path):
                    widget.known = None
                    yield widget
            except Gone:
                continue

    def _has_size(self, item):
        if NAME + "Component" not in item.interfaces:
            return True
        return all(Accessible(self.connection, *item.me).extents[2:])


class Screen:
    """The programs of a session, by its accessibility bus."""

    def __init__(self, address, uid):
        self.connection = connect(address, uid)
        self._ask_bus("StartServiceByName", "(su)", REGISTRY, 0)

    def _ask_bus(self, method, signature, *args):
        return self.connection.call_sync(
            "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", method,
            GLib.Variant(signature, args), None, Gio.DBusCallFlags.NONE, CALL_MS, None,
        ).unpack()[0]  # fmt: skip

    def _pid(self, bus_name):
        try:
            return self._ask_bus("GetConnectionUnixProcessID", "(s)", bus_name)
        except GLib.Error:
            return None

    def programs(self):
        registry = Accessible(self.connection, REGISTRY, ROOT)
        return [Accessible(self.connection, *child) for child in
                registry.call(NAME + "Accessible", "GetChildren")[0]]  # fmt: skip

    def program(self, pid):
        """The one of that process, or None"""
        for program in self.programs():
            if self._pid(program.bus_name) == pid:
                toolkit = program.get("ToolkitName", "Application")
                kind = Program if toolkit == "GTK" else Accessible  # GTK 3: "gtk"
                return kind(self.connection, program.bus_name, program.path)
        return None

    def close(self):
        self.connection.close_sync(None)
