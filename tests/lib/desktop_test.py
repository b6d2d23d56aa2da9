# SPDX-License-Identifier: LGPL-2.1-or-later
"""The fixture of a test of the desktop page: a desktop, on which games runs patd-desktop against a
patd, patd-bus and polkitd of the test's own.
"""
import contextlib
import os
import re
import shutil
import signal
import subprocess
import time

import polkitd
from atspi import Gone
from client import PATIENCE_S, Client, GLib, look_until, vardict, wait_until
from desktop import Desktop, Page, Process
from fixture import BUILD, GAMES, PatdTest, read_text

USER = "games"
OWN_TO_GAMES = """polkit.addRule(function(action, subject) {
    if (subject.user == "games" && !/-others$|set-policy$/.test(action.id))
        return polkit.Result.YES;
});"""
ASK = ""  # the defaults of the actions: a password
NO = "polkit.addRule(function() { return polkit.Result.NO; });"
NOTIFICATIONS = "org.freedesktop.Notifications"

# What libraries say on a display without a GPU, and in a session without a settings daemon.
HARMLESS = re.compile(r"dconf|Vulkan|libEGL|MESA|shader cache|at-spi|theme engine|vkms|No IM module")


class Notifications:
    """Those that programs send to the real daemon, which a monitor of the session bus sees."""

    def __init__(self, desktop):
        self.desktop = desktop
        self.sent = []  # (summary, body, [key, label, …])
        self.client = Client(desktop.environment["DBUS_SESSION_BUS_ADDRESS"], desktop.uid)
        self.client.connection.add_filter(self._filter)
        rule = f"type='method_call',interface='{NOTIFICATIONS}',member='Notify'"
        self.client.call(
            "/org/freedesktop/DBus", "org.freedesktop.DBus.Monitoring", "BecomeMonitor", "(asu)",
            [rule], 0, destination="org.freedesktop.DBus",
        )  # fmt: skip

    def _filter(self, connection, message, incoming):
        if message.get_member() != "Notify":
            return message
        _, _, _, summary, body, actions, _, _ = message.get_body().unpack()
        self.sent.append((summary, body, actions))
        GLib.MainContext.default().wakeup()
        return None

    def wait(self, text, count=1):
        """The count-th with the text in it."""

        def found():
            return [one for one in self.sent if text in one[0] or text in one[1]]

        try:
            wait_until(lambda: len(found()) >= count)
        except TimeoutError:
            raise AssertionError(f"no notification {text!r} in {self.sent}") from None
        return found()[count - 1]

    def _daemon(self):
        return self.desktop.bus.bus("GetConnectionUnixProcessID", "(s)", NOTIFICATIONS)[0]

    def press(self, title, label):
        """A button of the notification with the title, as the daemon shows it."""
        self.desktop.wait_for_name(NOTIFICATIONS)
        daemon = self._daemon()
        look_until(lambda: self.desktop.screen.program(daemon))

        def look():
            for window in self.desktop.screen.program(daemon).children:
                button = window.look("push button", label)
                if button and window.look("label", lambda name: title in name):
                    return button
            return None

        pressed = []

        def press():
            """By the mouse, which alone the daemon heeds, and not before it has drawn the button."""
            with contextlib.suppress(Gone):
                button = look()
                if not button:
                    return bool(pressed)
                pressed.append(button)
                self.desktop.click_at(button.screen_extents)
            return False

        look_until(press)

    def close(self):
        """Ends the daemon, which would show what it has to the next test."""
        self.client.close()
        if self.desktop.bus.owner(NOTIFICATIONS):
            os.kill(self._daemon(), signal.SIGTERM)
            look_until(lambda: not self.desktop.bus.owner(NOTIFICATIONS))


class DesktopTest(PatdTest):
    """One desktop for all tests of a class."""

    rules = OWN_TO_GAMES

    @classmethod
    def setUpClass(cls):
        cls.desktop = Desktop(GAMES)

    @classmethod
    def tearDownClass(cls):
        cls.desktop.close()

    def setUp(self):
        super().setUp()
        self.pages = []
        self.polkit = polkitd.Polkitd(self.folder, self.bus.address)
        self.addCleanup(self.polkit.end)
        self.agent = None
        if self.start_bus and self.rules is not None:
            self.polkit.start(self.rules)
            self.root.wait_for_owner(polkitd.NAME)
        self.addCleanup(self._end_pages)

    def _end_pages(self):
        """Before patd and the bus end."""
        statuses = [page.quit() for page in self.pages if page.running()]
        for state in ("state", ".local", ".cache", ".config"):
            shutil.rmtree(os.path.join(self.desktop.environment["HOME"], state), ignore_errors=True)
        log = "\n".join(page.log() for page in self.pages)
        for page in self.pages:
            if os.path.exists(page.log_path) and page.log_path != self.desktop.log_path:
                os.unlink(page.log_path)
        self.assertFalse([status for status in statuses if status], log)
        complaints = [
            line for line in log.splitlines()
            if re.search("WARNING|CRITICAL|ERROR", line) and not HARMLESS.search(line)
        ]  # fmt: skip
        self.assertEqual(complaints, [])

    def evidence(self):
        logs = [super().evidence(), "--- log of polkitd\n" + read_text(self.polkit.log_path)]
        for page in self.pages:
            logs.append(f"--- log of patd-desktop, status {page.process.poll()}\n" + page.log())
            root = page.running() and self.desktop.screen.program(page.pid)
            if root:
                logs.append("--- what a screen reader sees\n" + root.tree())
        if any(page.running() for page in self.pages):
            name = self.id().rpartition(".")[2]
            logs.append("--- picture: " + self.desktop.picture("failed-" + name))
        return "\n".join(logs)

    # --- for tests ----------------------------------------------------------------------------
    def open(self, *arguments, **environment):
        """patd-desktop, once a screen reader sees its window."""
        page = Page(self.desktop, self.bus.address, *arguments, **environment)
        self.pages.append(page)
        if "--gapplication-service" not in arguments:
            page.find(test=lambda widget: "active" in widget.states)
        return page

    def open_with_toasts(self, *arguments):
        """The same, of which each toast stays until the next."""
        return self.open(
            *arguments, LD_PRELOAD=os.path.join(BUILD, "tests/desktop/toasts.so"),
            ASAN_OPTIONS="verify_asan_link_order=0:detect_leaks=1:fast_unwind_on_malloc=0",
        )  # fmt: skip

    def variety(self):
        """Tokens as a person has them after some time; the first of them."""
        laptop = self.generate("laptop", services=["sshd", "sudo"], sources=["192.0.2.0/24", "local"])
        self.verify_games(laptop, service=b"sudo", tty=b"pts/1")
        self.verify_games(laptop, service=b"sshd", rhost=b"192.0.2.7")
        backup = self.generate("backup", lifetime=90 * 86400, max_uses=100, note="for the NAS")
        for _ in range(3):
            self.verify_games(backup, service=b"sshd", rhost=b"2001:db8::12")
        self.generate("agent", confirm=True, services=["sudo"], lifetime=7 * 86400)
        self.generate("office", not_before=int(time.time()) + 86400, hours="Mon..Fri 08:00-18:00")
        phone = self.generate("phone")
        self.verify_games(phone, service=b"dovecot", rhost=b"198.51.100.23")
        self.root.revoke(phone, reason="left on the train")
        ended = self.generate("workshop", lifetime=1)
        look_until(lambda: self.root.get(ended, "State") == "expired")
        return laptop

    def fill(self, count):
        """Gives games so many tokens, "token 1" and so on.  Before patd starts."""
        subprocess.run(
            [os.path.join(BUILD, "tests/bench/fill"), self.patd.state, str(count + 1), "0",
             str(GAMES), USER],
            stdout=subprocess.DEVNULL, check=True,
        )  # fmt: skip

    def variant(self, value):
        return vardict(value=value)["value"]

    def adopt(self, pid):
        """A page that somebody else has started."""
        page = Page.__new__(Page)
        page.desktop, page.log_path, page._root = self.desktop, self.desktop.log_path, None
        page.process = Process(pid)
        self.pages.append(page)
        return page

    def ask_person(self, page):
        """An agent that shows polkit's dialogs for the page; see polkitd.Agent."""
        self.agent = polkitd.Agent(self.root, page.pid, GAMES)
        return self.agent

    def generate(self, name, **options):
        """A token of games, by root."""
        return self.root.generate(name, user=USER, **options)

    def pam(self, service="sudo"):
        """The folder of a PAM service that has our module alone."""
        folder = os.path.join(self.folder, "pam.d")
        module = os.path.join(self.folder, "pam_pat.so")
        if not os.path.isdir(folder):
            os.mkdir(folder)
            shutil.copy(os.path.join(BUILD, "pam_pat/pam_pat.so"), module)
        with open(os.path.join(folder, service), "w", encoding="ascii") as file:
            file.write(f"auth required {module} socket={self.patd.root_sock} timeout={PATIENCE_S}\n")
        return folder

    def begin_login(self, text, service="sudo"):
        """Starts a program that authenticates games by PAM with what it would type."""
        process = subprocess.Popen(
            [os.path.join(BUILD, "tests/pam/drive"), self.pam(service), service, USER],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        process.stdin.write(text + "\n")
        process.stdin.close()
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def result(self, process):
        """The code of PAM"""
        output = process.stdout.read()
        process.wait(PATIENCE_S)
        found = re.search("authenticate: (PAM_[A-Z_]+)", output)
        return found[1] if found else output

    def log_in(self, text, service="sudo"):
        return self.result(self.begin_login(text, service))

    # --- the page, by the words that a person reads -------------------------------------------
    def row(self, page, name, *words):
        """The row of a token, once it has those words."""
        return page.find("list item", lambda text: text.startswith(name + ",") and
                         all(word in text for word in words))  # fmt: skip

    def empty(self, page):
        """Waits until the page has no token.  GTK 4.8 has hidden pages of a stack in the tree."""
        page.find(name="No Tokens")
        page.wait_gone("list item", lambda name: "Expire" in name or "xpires" in name)

    def choose(self, page, name, item):
        """In the menu of a token."""
        self.row(page, name)
        page.press(test=lambda found: f"Menu of {name}" in found.name and found.can_be_pressed)
        page.find("menu item", item, lambda found: found.sensitive).do()

    def choose_row(self, page, title, value):
        """In a combo row of the dialog on top."""
        page.click(page.find("combo box", title))
        popover = page.find(name="GtkPopover", test=lambda found: found.look("label", value))
        # By keys: the place of what is in a popover is not within the window.
        values = [item.look("label").name for item in popover.all("list item")]
        self.desktop.keys(*["Down"] * values.index(value), "Return")
        page.find("combo box", title, lambda found: found.look("label", value) and
                  not found.look(name="GtkPopover"))  # fmt: skip

    def typed(self, page, title):
        """What an entry has, by the clipboard: GTK 4.8 has no text of an AdwEntryRow."""
        page.click(page.find("text", lambda name: name.startswith(title)))
        self.desktop.set_clipboard("nothing")
        self.desktop.keys("ctrl+a", "ctrl+c")
        look_until(lambda: self.desktop.clipboard() != "nothing")
        return self.desktop.clipboard()

    def begin_generate(self, page, name, submit=True, **fields):
        page.press("Generate…")
        page.find("text", "Name").set_text(name)
        if fields:
            page.click(page.find("list item", "Restrictions"))
        for title, text in fields.items():
            page.find("text", lambda found: found.startswith(title)).set_text(text)
        if submit:
            page.press("Generate")

    def secret(self, page):
        """Copies the secret that the page shows, and returns it from the clipboard."""
        self.desktop.set_clipboard("nothing")  # which may still have an earlier one
        page.press("Copy")
        look_until(lambda: (self.desktop.clipboard() or "").startswith("pat_"))
        return self.desktop.clipboard()
