#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The bus interfaces of patd match the contract dbus/org.patd.Tokens1.xml, which is complete."""
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
    DBUS, INTROSPECTABLE, MANAGER, NAME, OBJECT_MANAGER, PATIENCE_S, PROPERTIES, ROOT, STANDARD,
    TOKEN, Gio, GLib, MissingToken,
)  # fmt: skip
from fixture import GAMES, PATD, TOP, PatdTest

PEER = "org.freedesktop.DBus.Peer"
STANDARD_INTERFACES = {PROPERTIES, INTROSPECTABLE, PEER}
TOOLS = ("org.gtk.", "org.qtproject.")  # annotations for code generators only


def annotations(element):
    return {
        child.get("name"): child.get("value")
        for child in element.findall("annotation")
        if not child.get("name").startswith(TOOLS)
    }


def structure(interface):
    """The members and annotations of an interface, in a form that can be compared."""
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
    """{name: type} of the contract"""
    members, _ = CONTRACT[interface]
    return {name: what[1] for (tag, name), what in members.items() if tag == "property"}


class Contract(PatdTest):
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
        self.assertEqual(list(types.items()), list(properties(interface).items()))
        self.assertEqual(len(entries), len(types), "a key is there twice")

    def test_the_contract_has_the_manager_and_the_token_interface(self):
        self.assertEqual(set(CONTRACT), {MANAGER, TOKEN})

    def test_introspection_returns_the_contract(self):
        for path, interface in self.objects.items():
            with self.subTest(interface):
                served = interfaces(self.root.introspect(path))
                manager = {OBJECT_MANAGER} if path == ROOT else set()
                self.assertEqual(set(served), {interface} | manager | STANDARD_INTERFACES)
                self.assertEqual(served[interface], CONTRACT[interface])

    def test_introspection_returns_the_standard_interfaces_as_specified(self):
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

    def test_gdbus_parses_the_introspection(self):
        for path in self.objects:
            with self.subTest(path if path == ROOT else "a token"):
                Gio.DBusNodeInfo.new_for_xml(self.root.introspect(path))

    def test_arguments_of_other_types_are_refused_with_invalid_args(self):
        for path, interface in self.objects.items():
            for (tag, name), what in CONTRACT[interface][0].items():
                if tag != "method":
                    continue
                own = "".join(kind for _, kind, direction in what[0] if direction == "in")
                others = {"()", "(i)", "(sa{sv}s)", "(a{ss})", "(a{sv}usu)", "(v)"} - {f"({own})"}
                for args in others:
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

    def test_getall_returns_the_properties_of_the_contract_with_their_types(self):
        for path, interface in self.objects.items():
            with self.subTest(interface):
                self.assertProperties(self.raw_get_all(path, interface), interface)

    def test_getall_with_an_empty_interface_returns_all_properties(self):
        for path, interface in self.objects.items():
            with self.subTest(interface):
                self.assertProperties(self.raw_get_all(path, ""), interface)

    def test_listtokens_returns_the_properties_of_the_token_interface(self):
        args = GLib.Variant("(a{sv}us)", ({}, 0, ""))
        reply, _ = self.root.send(ROOT, MANAGER, "ListTokens", args)
        self.assertEqual(reply.get_type_string(), "(aa{sv}s)")
        self.assertProperties(reply.get_child_value(0).get_child_value(0), TOKEN)

    def test_generate_returns_the_types_of_the_contract(self):
        args = GLib.Variant("(sa{sv})", ("desktop", {}))
        reply, fds = self.root.send(ROOT, MANAGER, "Generate", args)
        self.assertEqual(reply.get_type_string(), "(oh)")
        for fd in fds:
            os.close(fd)

    def test_the_manager_has_version_default_lifetime_and_time(self):
        values = self.root.call(ROOT, PROPERTIES, "GetAll", "(s)", MANAGER)[0]
        output = subprocess.check_output([PATD, "--version"], text=True)
        self.assertEqual(output, f"patd {values['Version']}\n")
        self.assertEqual(values["DefaultLifetime"], 30 * 24 * 3600)
        self.assertAlmostEqual(values["Now"], time.time(), delta=60)

    def test_setting_any_property_is_refused_as_read_only(self):
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


def restriction_rows(member):
    """(name, type) of each row of common/restriction.c, by its name or its property."""
    kinds = {"LIST": "as", "TEXT": "s", "TIME": "t", "COUNT": "t", "FLAG": "b"}
    form = re.compile(r'PAT_\w+\] = \{ "(?P<name>\w+)", "(?P<property>\w+)", RESTRICTION_(\w+),')
    with open(os.path.join(TOP, "common/restriction.c"), encoding="utf-8") as file:
        _, *rows = [form.match(row) for row in file.read().split("\n\t[")]
    return [(row[member], kinds[row[3]]) for row in rows]


class Documentation(unittest.TestCase):
    """The comments of the contract."""

    def setUp(self):
        builder = ElementTree.TreeBuilder(insert_comments=True)
        node = ElementTree.fromstring(TEXT, ElementTree.XMLParser(target=builder))
        self.interfaces = list(described(node))
        self.members = [pair for i, _ in self.interfaces for pair in described(i)]

    def test_each_interface_member_and_argument_has_a_description(self):
        for element, comment in self.interfaces + self.members:
            name = element.get("name")
            with self.subTest(name):
                title, *lines = [line.strip() for line in comment.strip().splitlines()] or [""]
                self.assertEqual(title, f"{name}:")
                about = [line for line in lines if line and line[0] != "@"]
                self.assertTrue(about, "only its arguments are described")
                documented = re.findall(r"^@(\w+): \S", "\n".join(lines), re.MULTILINE)
                args = [arg.get("name") for arg in element.findall("arg")]
                self.assertEqual([n for n in documented if n != "short_description"], args)

    def test_the_documented_options_are_those_that_patd_reads(self):
        kinds = {"TEXT": "s", "USER": "s", "FLAG": "b", "NUMBER": "t", "LIST": "as"}
        restrictions = restriction_rows("name")
        self.assertIn(("max_uses", "t"), restrictions)
        known = set()
        for path in glob.glob(os.path.join(TOP, "front/bus/*.c")):
            with open(path, encoding="utf-8") as file:
                source = file.read()
            tables = re.findall(
                r"struct bus_option \w+\[(.*?)\] = \{(.*?)(?:\{ 0 \}|\n\t\};)", source, re.DOTALL
            )
            if re.search(r"bus_options_of_call\(call, args, NULL, NULL\)", source):
                known.add(frozenset())
            for size, table in tables:
                options = re.findall(r'\{ "(\w+)", BUS_(\w+)', table)
                options = {(key, kinds[kind]) for key, kind in options}
                # A table with room for the restrictions is filled up with all of them, and that of
                # Set with those that are neither numbers nor flags.
                self.assertEqual(bool(size), "PAT_RESTRICTIONS" in size)
                texts = "set->" in table
                more = {(key, kind) for key, kind in restrictions if not texts or kind not in "tb"}
                known.add(frozenset(options | more if size else options))
        documented = {
            frozenset(re.findall(r"^ +([a-z_]+) \((\w+)\): \S", comment, re.MULTILINE))
            for member, comment in self.members
            if member.find("arg[@type='a{sv}'][@direction='in']") is not None
        }
        self.assertIn(frozenset({("all", "b")}), known)
        self.assertEqual(documented, known)

    def test_the_properties_of_the_restrictions_are_those_of_their_table(self):
        rows = restriction_rows("property")
        self.assertIn(("MaxUses", "t"), rows)
        self.assertEqual([pair for pair in properties(TOKEN).items() if pair in rows], rows)

    def test_each_error_of_patd_is_documented(self):
        with open(os.path.join(TOP, "common/error.c"), encoding="utf-8") as file:
            names = re.findall(r'= (?:OURS|STANDARD) "(\w+)"', file.read())
        self.assertIn("InteractiveAuthorizationRequired", names)
        for name in names:
            with self.subTest(name):
                self.assertRegex(TEXT, rf"\b{name}\b")


class ObjectTree(PatdTest):
    """Tools that do not know patd walk the objects from the root."""

    def test_introspection_leads_from_the_root_object_to_the_tokens(self):
        path, seen = "/", []
        while True:
            seen.append(path)
            nodes = ElementTree.fromstring(self.root.introspect(path)).findall("node")
            if not nodes:
                break
            path = path.rstrip("/") + "/" + nodes[0].get("name")
        self.assertEqual(
            seen, ["/", "/org", "/org/patd", ROOT, ROOT + "/token"], "the object paths"
        )

    def test_introspection_of_the_parent_lists_no_token(self):
        token = self.root.generate("laptop")
        self.assertNotIn(token.id, self.root.introspect(ROOT + "/token"))

    def test_privacy__introspection_is_the_same_for_existing_and_missing_tokens(self):
        token = self.root.generate("laptop")
        games = self.client(GAMES)
        self.assertEqual(games.introspect(token.path), games.introspect(MissingToken.path))

    def test_busctl_and_gdbus_introspect_all_objects(self):
        tools = {
            "busctl tree": ["busctl", "--system", "tree", NAME],
            "busctl introspect": ["busctl", "--system", "introspect", NAME, ROOT],
            "gdbus introspect": ["gdbus", "introspect", "-y", "-d", NAME, "-o", "/", "-r"],
        }
        for tool, command in tools.items():
            with self.subTest(tool):
                done = subprocess.run(
                    command, env=self.bus.environment(), capture_output=True, text=True, check=False
                )
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertIn("Tokens1", done.stdout)

    def test_ping_is_answered_on_every_path(self):
        for path in ("/", "/org/patd", ROOT, MissingToken.path, "/no/such/path"):
            with self.subTest(path):
                self.assertEqual(self.root.call(path, PEER, "Ping"), ())

    def test_getmachineid_returns_the_id_of_the_machine(self):
        try:
            expected = self.root.call(DBUS[1], PEER, "GetMachineId", destination=DBUS[0])
        except Exception:
            self.skipTest("this machine has no id")
        self.assertEqual(self.root.call(ROOT, PEER, "GetMachineId"), expected)


class Unknown(PatdTest):
    def test_a_call_to_something_unknown_gets_its_standard_error(self):
        token = self.root.generate("laptop").path
        cases = {
            "an unknown object": (ROOT + "/no", MANAGER, "ListTokens", "UnknownObject"),
            "an unknown parent object": ("/com", INTROSPECTABLE, "Introspect", "UnknownObject"),
            "a token with a short id": (ROOT + "/token/abc", TOKEN, "Revoke", "UnknownObject"),
            "a token with a long id": (MissingToken.path + "1", TOKEN, "Revoke", "UnknownObject"),
            "an object below a token": (token + "/x", TOKEN, "Revoke", "UnknownObject"),
            "an unknown interface": (ROOT, "org.patd.NoSuch", "ListTokens", "UnknownInterface"),
            "an interface of another object": (ROOT, TOKEN, "Revoke", "UnknownInterface"),
            "an unknown method": (ROOT, MANAGER, "Verify", "UnknownMethod"),
            "a method of another interface": (ROOT, MANAGER, "GetAll", "UnknownMethod"),
            "all properties of an unknown interface": (
                ROOT, PROPERTIES, "GetAll", "UnknownInterface", ("(s)", "org.patd.NoSuch"),
            ),
            "a property of an unknown interface": (
                ROOT, PROPERTIES, "Get", "UnknownInterface", ("(ss)", "org.patd.NoSuch", "Id"),
            ),
            "an unknown property of the manager": (
                ROOT, PROPERTIES, "Get", "UnknownProperty", ("(ss)", MANAGER, "No"),
            ),
            "an unknown property of a token": (
                token, PROPERTIES, "Get", "UnknownProperty", ("(ss)", TOKEN, "No"),
            ),
            "setting an unknown property": (
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

    def test_properties_of_a_missing_token_are_refused_with_not_found(self):
        for method, args in (("GetAll", ("(s)", TOKEN)), ("Get", ("(ss)", TOKEN, "Id"))):
            with self.subTest(method):
                self.assertRefused(
                    "NotFound", self.root.call, MissingToken.path, PROPERTIES, method, *args
                )

    def test_a_call_without_an_interface_finds_its_method(self):
        message = Gio.DBusMessage.new_method_call(NAME, ROOT, None, "ListTokens")
        message.set_body(GLib.Variant("(a{sv}us)", ({}, 0, "")))
        reply, _ = self.root.connection.send_message_with_reply_sync(
            message, Gio.DBusSendMessageFlags.NONE, PATIENCE_S * 1000, None
        )
        self.assertEqual(reply.get_message_type(), Gio.DBusMessageType.METHOD_RETURN)


if __name__ == "__main__":
    tap.main()
