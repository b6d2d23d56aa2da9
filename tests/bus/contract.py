#!/usr/bin/python3 -B
"""What patd serves is what dbus/org.patd.Tokens1.xml says."""
import glob
import os
import re
import subprocess
import sys
import time
import unittest
import xml.etree.ElementTree as ElementTree

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
from client import (
    DBUS, INTROSPECTABLE, MANAGER, OBJECT_MANAGER, PROPERTIES, ROOT, STANDARD, TOKEN, Gio, GLib,
)  # fmt: skip
from world import GAMES, PATD, TOP, WorldTest

PEER = "org.freedesktop.DBus.Peer"
STANDARD_INTERFACES = {PROPERTIES, INTROSPECTABLE, PEER}
TOOLS = ("org.gtk.", "org.qtproject.")  # whose annotations are for generators of code alone


def annotations(element):
    return {
        child.get("name"): child.get("value")
        for child in element.findall("annotation")
        if not child.get("name").startswith(TOOLS)
    }


def structure(interface):
    """All that an interface promises, in a form that can be compared."""
    members = {}
    for element in interface:
        if element.tag == "annotation":
            continue
        args = [(a.get("name"), a.get("type"), a.get("direction")) for a in element.findall("arg")]
        members[element.tag, element.get("name")] = (
            args,
            element.get("type"),
            element.get("access"),
            annotations(element),
        )
    return members, annotations(interface)


def interfaces(xml):
    return {i.get("name"): structure(i) for i in ElementTree.fromstring(xml).findall("interface")}


with open(os.path.join(TOP, "dbus/org.patd.Tokens1.xml"), "rb") as file:
    TEXT = file.read().decode()
CONTRACT = interfaces(TEXT)


def properties(interface):
    """name: type, as the contract has them"""
    members, _ = CONTRACT[interface]
    return {name: what[1] for (tag, name), what in members.items() if tag == "property"}


class Contract(WorldTest):
    def setUp(self):
        super().setUp()
        self.token = self.root.generate("laptop")
        self.objects = {ROOT: MANAGER, self.token.path: TOKEN}

    def raw_get_all(self, path, interface):
        args = GLib.Variant("(s)", (interface,))
        return self.root.send(path, PROPERTIES, "GetAll", args)[0].get_child_value(0)

    def assertProperties(self, dictionary, interface):
        entries = [dictionary.get_child_value(n) for n in range(dictionary.n_children())]
        types = {
            e.get_child_value(0).get_string(): e.get_child_value(1).get_variant().get_type_string()
            for e in entries
        }
        self.assertEqual(types, properties(interface))
        self.assertEqual(len(entries), len(types), "a key is there twice")

    def test_the_contract_has_the_two_interfaces(self):
        self.assertEqual(set(CONTRACT), {MANAGER, TOKEN})

    def test_introspection_is_the_contract(self):
        for path, interface in self.objects.items():
            with self.subTest(interface):
                served = interfaces(self.root.introspect(path))
                manager = {OBJECT_MANAGER} if path == ROOT else set()
                self.assertEqual(set(served), {interface} | manager | STANDARD_INTERFACES)
                self.assertEqual(served[interface], CONTRACT[interface])

    def test_introspection_says_of_the_standard_interfaces_what_the_specification_says(self):
        served = interfaces(self.root.introspect(ROOT))
        expected = {
            ("Get", "ssv"),
            ("GetAll", "sa{sv}"),
            ("Set", "ssv"),
            ("Introspect", "s"),
            ("Ping", ""),
            ("GetMachineId", "s"),
            ("PropertiesChanged", "sa{sv}as"),
            ("GetManagedObjects", "a{oa{sa{sv}}}"),
            ("InterfacesAdded", "oa{sa{sv}}"),
            ("InterfacesRemoved", "oas"),
        }
        found = {
            (name, "".join(kind for _, kind, _ in what[0]))
            for interface in {OBJECT_MANAGER} | STANDARD_INTERFACES
            for (_, name), what in served[interface][0].items()
        }
        self.assertEqual(found, expected)

    def test_introspection_is_readable_for_gdbus(self):
        for path in self.objects:
            with self.subTest(path if path == ROOT else "a token"):
                Gio.DBusNodeInfo.new_for_xml(self.root.introspect(path))

    def test_every_method_takes_the_types_of_the_contract_and_no_others(self):
        for path, interface in self.objects.items():
            for (tag, name), what in CONTRACT[interface][0].items():
                if tag != "method":
                    continue
                own = "".join(kind for _, kind, direction in what[0] if direction == "in")
                for args in {"()", "(i)", "(sa{sv}s)", "(a{ss})", "(a{sv}usu)", "(v)"} - {f"({own})"}:
                    with self.subTest(f"{name}{args}"):
                        empty = GLib.Variant.parse(GLib.VariantType(args), self.zero(args))
                        self.assertRefused(
                            "InvalidArgs", self.root.send, path, interface, name, empty
                        )

    @staticmethod
    def zero(args):
        values = {"i": "0", "u": "0", "s": "''", "a{sv}": "{}", "a{ss}": "{}", "v": "<0>"}
        members, rest = [], args[1:-1]
        while rest:
            kind = next(k for k in values if rest.startswith(k))
            members.append(values[kind])
            rest = rest[len(kind) :]
        return "(" + ", ".join(members) + ("," if len(members) == 1 else "") + ")"

    def test_getall_has_the_properties_of_the_contract_with_their_types(self):
        for path, interface in self.objects.items():
            with self.subTest(interface):
                self.assertProperties(self.raw_get_all(path, interface), interface)

    def test_getall_without_an_interface_gives_all(self):
        for path, interface in self.objects.items():
            with self.subTest(interface):
                self.assertProperties(self.raw_get_all(path, ""), interface)

    def test_a_row_of_a_list_has_the_properties_of_a_token(self):
        args = GLib.Variant("(a{sv}us)", ({}, 0, ""))
        reply, _ = self.root.send(ROOT, MANAGER, "ListTokens", args)
        self.assertEqual(reply.get_type_string(), "(aa{sv}s)")
        self.assertProperties(reply.get_child_value(0).get_child_value(0), TOKEN)

    def test_generate_replies_with_the_types_of_the_contract(self):
        args = GLib.Variant("(sa{sv})", ("desktop", {}))
        reply, fds = self.root.send(ROOT, MANAGER, "Generate", args)
        self.assertEqual(reply.get_type_string(), "(oh)")
        for fd in fds:
            os.close(fd)

    def test_the_manager_tells_its_version_the_default_lifetime_and_its_time(self):
        values = self.root.call(ROOT, PROPERTIES, "GetAll", "(s)", MANAGER)[0]
        told = subprocess.check_output([PATD, "--version"], text=True)
        self.assertEqual(told, f"patd {values['Version']}\n")
        self.assertEqual(values["DefaultLifetime"], 30 * 24 * 3600)
        self.assertAlmostEqual(values["Now"], time.time(), delta=60)

    def test_no_property_can_be_set(self):
        for path, interface in self.objects.items():
            for name in properties(interface):
                with self.subTest(name):
                    args = GLib.Variant("(ssv)", (interface, name, GLib.Variant("s", "x")))
                    self.assertRefused(
                        "PropertyReadOnly", self.root.send, path, PROPERTIES, "Set", args
                    )


def described(parent):
    """Each interface or member with the text of the comment right before it."""
    comment = ""
    for element in parent:
        if element.tag is ElementTree.Comment:
            comment = element.text
        elif element.tag != "annotation":
            yield element, comment
            comment = ""


class Words(unittest.TestCase):
    """The contract says what everything is."""

    def setUp(self):
        builder = ElementTree.TreeBuilder(insert_comments=True)
        node = ElementTree.fromstring(TEXT, ElementTree.XMLParser(target=builder))
        self.interfaces = list(described(node))
        self.members = [pair for i, _ in self.interfaces for pair in described(i)]

    def test_everything_is_described(self):
        for element, comment in self.interfaces + self.members:
            name = element.get("name")
            with self.subTest(name):
                title, *lines = [line.strip() for line in comment.strip().splitlines()] or [""]
                self.assertEqual(title, f"{name}:")
                about = [line for line in lines if line and line[0] != "@"]
                self.assertTrue(about, "only its arguments are described")
                told = re.findall(r"^@(\w+): \S", "\n".join(lines), re.MULTILINE)
                args = [arg.get("name") for arg in element.findall("arg")]
                self.assertEqual([name for name in told if name != "short_description"], args)

    def test_the_options_of_a_method_are_those_that_patd_knows(self):
        kinds = {"STRING": "s", "BOOLEAN": "b", "UINT64": "t", "ARRAY": "as"}
        known = set()
        for path in glob.glob(os.path.join(TOP, "patd/bus/*.c")):
            with open(path, encoding="utf-8") as file:
                tables = re.findall(
                    r"struct bus_option \w+\[\] = \{(.*?)\{ 0 \}", file.read(), re.DOTALL
                )
            for table in tables:
                options = re.findall(r'\{ "(\w+)", DBUS_TYPE_(\w+)', table)
                known.add(frozenset((key, kinds[kind]) for key, kind in options))
        told = {
            frozenset(re.findall(r"^ +([a-z_]+) \((\w+)\): \S", comment, re.MULTILINE))
            for member, comment in self.members
            if member.find("arg[@type='a{sv}'][@direction='in']") is not None
        }
        self.assertIn(frozenset({("all", "b")}), known)
        self.assertEqual(told, known)

    def test_every_error_is_named(self):
        with open(os.path.join(TOP, "common/error.c"), encoding="utf-8") as file:
            names = re.findall(r'= (?:OURS|STANDARD) "(\w+)"', file.read())
        self.assertIn("InteractiveAuthorizationRequired", names)
        for name in names:
            with self.subTest(name):
                self.assertRegex(TEXT, rf"\b{name}\b")


class Walk(WorldTest):
    """From the root of the object tree, as tools do that know nothing of patd."""

    def test_the_tree_leads_from_the_root_to_the_tokens(self):
        path, seen = "/", []
        while True:
            seen.append(path)
            nodes = ElementTree.fromstring(self.root.introspect(path)).findall("node")
            if not nodes:
                break
            path = path.rstrip("/") + "/" + nodes[0].get("name")
        self.assertEqual(
            seen, ["/", "/org", "/org/patd", ROOT, ROOT + "/token"], "the objects on the way"
        )

    def test_the_tree_names_no_token(self):
        token = self.root.generate("laptop")
        self.assertNotIn(token.id, self.root.introspect(ROOT + "/token"))

    def test_introspection_does_not_tell_which_tokens_exist(self):
        token = self.root.generate("laptop")
        games = self.client(GAMES)
        self.assertEqual(
            games.introspect(token.path), games.introspect(ROOT + "/token/0000000000")
        )

    def test_tools_introspect_from_the_root(self):
        env = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": self.bus.address}
        name = "org.patd.Tokens1"
        tools = {
            "busctl tree": ["busctl", "--system", "tree", name],
            "busctl introspect": ["busctl", "--system", "introspect", name, ROOT],
            "gdbus introspect": ["gdbus", "introspect", "-y", "-d", name, "-o", "/", "-r"],
        }
        for tool, command in tools.items():
            with self.subTest(tool):
                done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertIn("Tokens1", done.stdout)

    def test_ping_is_answered_on_every_path(self):
        for path in ("/", "/org/patd", ROOT, ROOT + "/token/0000000000", "/no/such/path"):
            with self.subTest(path):
                self.assertEqual(self.root.call(path, PEER, "Ping"), ())

    def test_the_machine_id_is_told(self):
        try:
            expected = self.root.call(DBUS[1], PEER, "GetMachineId", destination=DBUS[0])
        except Exception:
            self.skipTest("this machine has no id")
        self.assertEqual(self.root.call(ROOT, PEER, "GetMachineId"), expected)


class Wrong(WorldTest):
    def test_what_does_not_exist_is_refused_by_its_standard_error(self):
        token = self.root.generate("laptop").path
        no_all, no_one = ("(s)", "org.patd.NoSuch"), ("(ss)", "org.patd.NoSuch", "Id")
        cases = {
            "an object": (ROOT + "/no", MANAGER, "ListTokens", "UnknownObject"),
            "an object above": ("/com", INTROSPECTABLE, "Introspect", "UnknownObject"),
            "a token by a short id": (ROOT + "/token/abc", TOKEN, "Revoke", "UnknownObject"),
            "a token by a long id": (ROOT + "/token/00000000001", TOKEN, "Revoke", "UnknownObject"),
            "below a token": (token + "/x", TOKEN, "Revoke", "UnknownObject"),
            "an interface": (ROOT, "org.patd.NoSuch", "ListTokens", "UnknownInterface"),
            "an interface of another object": (ROOT, TOKEN, "Revoke", "UnknownInterface"),
            "a method": (ROOT, MANAGER, "Verify", "UnknownMethod"),
            "a method of another interface": (ROOT, MANAGER, "GetAll", "UnknownMethod"),
            "properties of no interface": (ROOT, PROPERTIES, "GetAll", "UnknownInterface", no_all),
            "a property of no interface": (ROOT, PROPERTIES, "Get", "UnknownInterface", no_one),
            "a property": (ROOT, PROPERTIES, "Get", "UnknownProperty", ("(ss)", MANAGER, "No")),
            "a token's property": (
                token, PROPERTIES, "Get", "UnknownProperty", ("(ss)", TOKEN, "No"),
            ),
            "a property to set": (
                token, PROPERTIES, "Set", "UnknownProperty",
                ("(ssv)", TOKEN, "No", GLib.Variant("s", "x")),
            ),
        }  # fmt: skip
        for case, (path, interface, method, error, *args) in cases.items():
            with self.subTest(case):
                more = args[0] if args else ()
                caught = self.assertRefused(
                    error, self.root.call, path, interface, method, *more
                )
                self.assertEqual(caught.full_name, STANDARD + error)

    def test_the_properties_of_a_token_that_is_not_there_are_not_found(self):
        for method, args in (("GetAll", ("(s)", TOKEN)), ("Get", ("(ss)", TOKEN, "Id"))):
            with self.subTest(method):
                path = ROOT + "/token/0000000000"
                self.assertRefused("NotFound", self.root.call, path, PROPERTIES, method, *args)

    def test_a_call_without_an_interface_finds_its_method(self):
        message = Gio.DBusMessage.new_method_call("org.patd.Tokens1", ROOT, None, "ListTokens")
        message.set_body(GLib.Variant("(a{sv}us)", ({}, 0, "")))
        reply, _ = self.root.connection.send_message_with_reply_sync(
            message, Gio.DBusSendMessageFlags.NONE, 30000, None
        )
        self.assertEqual(reply.get_message_type(), Gio.DBusMessageType.METHOD_RETURN)


if __name__ == "__main__":
    tap.main()
