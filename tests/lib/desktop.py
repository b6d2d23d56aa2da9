# SPDX-License-Identifier: LGPL-2.1-or-later
"""A desktop: a display with a window manager, a session bus, accessibility and notifications, in
which a person without privileges runs patd-desktop of this build, as it is installed.
"""
import atexit
import contextlib
import os
import pwd
import select
import shutil
import signal
import subprocess
import tempfile

import atspi
from client import Client, GLib, Refused, look_until
from fixture import BUILD, GAMES, PATIENCE_S, TOP, read_ready, read_text

PROGRAM = "/usr/local/bin/patd-desktop"  # as a program of the desktop sees it
INSTALLED = os.path.join(BUILD, "desktop/root")  # of make install-desktop, with prefix=/usr/local
PICTURES = os.path.join(BUILD, "desktop/pictures")
APPLICATION_ID = "org.patd.Desktop"
A11Y = ("org.a11y.Bus", "/org/a11y/bus")
LEAKS = os.path.join(TOP, "tests/desktop/leaks")  # of libraries

WINDOWS = {"window", "frame", "dialog", "alert"}

# Nothing of the machine's own services can be started but what a test means.
BUS_CONFIG = """<busconfig>
  <type>session</type>
  <listen>unix:path={folder}/session-bus</listen>
  <servicedir>{folder}/services</servicedir>
  <servicedir>/usr/local/share/dbus-1/services</servicedir>
  <policy context="default">
    <allow user="*"/><allow own="*"/><allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
  </policy>
</busconfig>
"""
SERVICES = {
    "org.a11y.Bus": "/usr/libexec/at-spi-bus-launcher",
    "org.freedesktop.Notifications": "/usr/lib/notification-daemon/notification-daemon",
}


def stop(process):
    if process and process.poll() is None:
        process.terminate()
        try:
            process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(PATIENCE_S)


class Desktop:
    """The session of a person.  width, height: of the display, in pixels"""

    def __init__(self, uid=GAMES, width=1200, height=1000):
        self.uid = uid
        self.user = pwd.getpwuid(uid).pw_name
        self.gid = pwd.getpwuid(uid).pw_gid
        self.folder = tempfile.mkdtemp(prefix="patd-desktop.")
        os.chmod(self.folder, 0o755)
        self.log_path = os.path.join(self.folder, "log")
        self.processes = []
        self.bus = self.screen = None
        atexit.register(self.close)
        for name in ("home", "runtime", "services", "home/state"):
            os.mkdir(os.path.join(self.folder, name), 0o700)
            os.chown(os.path.join(self.folder, name), uid, self.gid)
        shutil.copy(LEAKS, self.folder)
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": os.path.join(self.folder, "home"),
            "USER": self.user,
            "XDG_RUNTIME_DIR": os.path.join(self.folder, "runtime"),
            "XDG_STATE_HOME": os.path.join(self.folder, "home/state"),
            "TMPDIR": os.path.join(self.folder, "runtime"),
            "GSETTINGS_BACKEND": "memory",
            "GIO_USE_VFS": "local",
            "ADW_DISABLE_PORTAL": "1",
            "GDK_BACKEND": "x11",
            "LC_ALL": "C.UTF-8",
            "LANGUAGE": "en",
            "TZ": "UTC",
            "NO_AT_BRIDGE": "0",
        }
        try:
            self._start(width, height)
        except BaseException:
            self.close()
            raise

    def _start(self, width, height):
        read_fd, write_fd = os.pipe()
        self.spawn(
            ["Xvfb", "-displayfd", str(write_fd), "-screen", "0", f"{width}x{height}x24",
             "-nolisten", "tcp", "-noreset", "-ac"],
            pass_fds=[write_fd],
        )  # fmt: skip
        os.close(write_fd)
        with os.fdopen(read_fd, encoding="ascii") as display:
            self.environment["DISPLAY"] = ":" + display.readline().strip()
        self._start_bus()
        self.spawn(["openbox", "--sm-disable"])
        self.screen = atspi.Screen(self._accessibility_address(), self.uid)

    def _start_bus(self):
        for name, program in SERVICES.items():
            path = os.path.join(self.folder, "services", name + ".service")
            with open(path, "w", encoding="ascii") as service:
                service.write(f"[D-BUS Service]\nName={name}\nExec={program}\n")
        os.chmod(os.path.join(self.folder, "services"), 0o755)
        config = os.path.join(self.folder, "session.conf")
        with open(config, "w", encoding="ascii") as file:
            file.write(BUS_CONFIG.format(folder=self.folder))
        os.chown(self.folder, self.uid, self.gid)
        read_fd, write_fd = os.pipe()
        address = f"unix:path={self.folder}/session-bus"
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = address
        self.spawn(
            ["dbus-daemon", "--nofork", "--config-file=" + config, f"--print-address={write_fd}"],
            pass_fds=[write_fd],
        )
        os.close(write_fd)
        assert read_ready(read_fd), "the session bus did not start: " + self.log()
        self.bus = Client(address, self.uid)

    def _accessibility_address(self):
        self.bus.bus("StartServiceByName", "(su)", A11Y[0], 0)
        (address,) = self.bus.call(A11Y[1], A11Y[0], "GetAddress", destination=A11Y[0])
        self.bus.call(
            A11Y[1], "org.freedesktop.DBus.Properties", "Set", "(ssv)", "org.a11y.Status",
            "IsEnabled", GLib.Variant("b", True), destination=A11Y[0],
        )  # fmt: skip
        return address

    def wait_for_name(self, name):
        self.bus.wait_for_owner(name)

    def set_bus_environment(self, **variables):
        """Of the programs that the session bus starts from now on."""
        self.bus.call(
            "/org/freedesktop/DBus", "org.freedesktop.DBus", "UpdateActivationEnvironment", "(a{ss})",
            variables, destination="org.freedesktop.DBus",
        )  # fmt: skip

    def close(self):
        """Also if the test ends in the middle: what is left would keep the pipes of prove open."""
        atexit.unregister(self.close)
        if self.screen:
            self.screen.close()
        if self.bus:
            self.bus.close()
        for process in reversed(self.processes):
            stop(process)
        shutil.rmtree(self.folder)

    def log(self):
        return read_text(self.log_path)

    # --- programs -----------------------------------------------------------------------------
    def inside(self, command):
        """The command, with what make install-desktop wrote in place of /usr/local."""
        script = 'mount --bind "$0" /usr/local && exec setpriv --reuid=%d --regid=%d --clear-groups "$@"'
        return [
            "unshare", "--mount", "--propagation", "private", "sh", "-c",
            script % (self.uid, self.gid), os.path.join(INSTALLED, "usr/local"), *command,
        ]  # fmt: skip

    def spawn(self, command, log_path=None, environment=None, **how):
        """Starts a program of the person; its pid is that of the process."""
        with open(log_path or self.log_path, "ab") as log:
            process = subprocess.Popen(
                self.inside(command), env={**self.environment, **(environment or {})},
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", **how,
            )  # fmt: skip
        self.processes.append(process)
        return process

    def output(self, *command, **how):
        """What a program of the person prints, which must succeed."""
        return subprocess.run(
            command, env=self.environment, stdout=subprocess.PIPE, timeout=PATIENCE_S,
            stderr=subprocess.DEVNULL, check=True, user=self.uid, group=self.gid, extra_groups=(),
            **how,
        ).stdout  # fmt: skip

    # --- what a person does -------------------------------------------------------------------
    def keys(self, *names):
        """Presses keys, such as "ctrl+n", in the window that has the focus."""
        self.output("xdotool", "key", "--clearmodifiers", "--delay", "20", *names)

    def type(self, text):
        self.output("xdotool", "type", "--delay", "12", text)

    def clipboard(self):
        """None if nobody owns it."""
        try:
            return self.output("xclip", "-out", "-selection", "clipboard").decode()
        except subprocess.CalledProcessError:
            return None

    def set_clipboard(self, text):
        """By another program, which stays to provide it."""
        subprocess.run(
            ["xclip", "-in", "-selection", "clipboard"], env=self.environment, user=self.uid,
            group=self.gid, extra_groups=(), input=text.encode(), stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, check=True,
        )  # fmt: skip

    def click(self, window, place, button=1):
        """In the middle of the place, in a window; both as (x, y, width, height) without the border
        that GTK draws around the window."""
        geometry = self.output("xdotool", "getactivewindow", "getwindowgeometry", "--shell").decode()
        outer = dict(line.split("=") for line in geometry.split())
        x = int(outer["X"]) + (int(outer["WIDTH"]) - window[2]) // 2 + place[0] + place[2] // 2
        y = int(outer["Y"]) + (int(outer["HEIGHT"]) - window[3]) // 2 + place[1] + place[3] // 2
        self.output("xdotool", "mousemove", str(x), str(y), "click", str(button))

    def click_at(self, place):
        """In the middle of a place of the display"""
        x, y, width, height = place
        self.output("xdotool", "mousemove", str(x + width // 2), str(y + height // 2), "click", "1")

    def windows(self, pid):
        """The ids of the windows of the process that are shown, in their order of creation."""
        try:
            ids = self.output("xdotool", "search", "--onlyvisible", "--pid", str(pid)).decode()
        except subprocess.CalledProcessError:
            return []
        return sorted(map(int, ids.split()))

    def picture(self, name, folder=PICTURES, window="root"):
        """Of the display, or of a window, as folder/name.png"""
        os.makedirs(folder, exist_ok=True)
        path = os.path.join(folder, name + ".png")
        subprocess.run(
            ["import", "-silent", "-window", str(window), path], env={**os.environ, **self.environment},
            timeout=PATIENCE_S, check=True,
        )  # fmt: skip
        return path


class Process:
    """One that another has started, in the words of Popen."""

    def __init__(self, pid):
        self.pid, self.returncode = pid, None
        self.fd = os.pidfd_open(pid)

    def poll(self):
        if self.returncode is None and select.select([self.fd], [], [], 0)[0]:
            self._ended()
        return self.returncode

    def wait(self, patience_s):
        if self.returncode is None:
            if not select.select([self.fd], [], [], patience_s)[0]:
                raise subprocess.TimeoutExpired(str(self.pid), patience_s)
            self._ended()
        return self.returncode

    def _ended(self):
        os.close(self.fd)
        self.returncode = 0

    def kill(self):
        signal.pidfd_send_signal(self.fd, signal.SIGKILL)


class Page:
    """A running patd-desktop.  environment: in addition to that of the desktop"""

    def __init__(self, desktop, system_bus, *arguments, program=None, **environment):
        self.desktop = desktop
        self.log_path = os.path.join(desktop.folder, "patd-desktop.log")
        self.process = desktop.spawn(
            [*(program or [PROGRAM]), *arguments], log_path=self.log_path,
            environment={
                "DBUS_SYSTEM_BUS_ADDRESS": system_bus,
                # At the first critical warning of a library it ends.
                "G_DEBUG": "fatal-criticals",
                "ASAN_OPTIONS": "detect_leaks=1:fast_unwind_on_malloc=0",
                "LSAN_OPTIONS": f"suppressions={desktop.folder}/leaks:print_suppressions=0",
                **environment,
            },
        )  # fmt: skip
        self._root = None

    @property
    def pid(self):
        return self.process.pid

    @property
    def root(self):
        """As soon as a screen reader sees it."""

        def look():
            assert self.running(), "patd-desktop ended\n" + self.log()
            self._root = self.desktop.screen.program(self.pid)
            return self._root

        if not self._root:
            look_until(look)
        return self._root

    def running(self):
        return self.process.poll() is None

    def log(self):
        return read_text(self.log_path)

    def find(self, role=None, name=None, test=None):
        return self.root.find(role, name, test)

    def look(self, role=None, name=None, test=None):
        return self.root.look(role, name, test)

    def wait_gone(self, role=None, name=None, test=None):
        self.root.wait_gone(role, name, test)

    def press(self, name=None, test=lambda button: True):
        """A button, once it can be pressed."""
        self.find(
            "push button", name, lambda found: found.sensitive and found.can_be_pressed and test(found)
        ).do()

    def click(self, widget, button=1):
        """With the mouse, in the window that has the focus.  GTK 4.8 has no GrabFocus."""
        top = self.find(test=lambda found: found.role in WINDOWS and "active" in found.states)
        self.desktop.click(top.extents, widget.extents, button)

    def says(self, text):
        """Waits until some widget shows the text, or has it in its name."""
        return self.find(name=lambda name: text in name)

    def activate_window(self):
        """As the menu of a desktop does."""
        self.desktop.bus.call(
            "/" + APPLICATION_ID.replace(".", "/"), "org.freedesktop.Application", "Activate",
            "(a{sv})", {}, destination=APPLICATION_ID,
        )  # fmt: skip

    def activate(self, action, *parameters):
        """An action of the application, as the desktop does."""
        self.desktop.bus.call(
            "/" + APPLICATION_ID.replace(".", "/"), "org.gtk.Actions", "Activate", "(sava{sv})",
            action, list(parameters), {}, destination=APPLICATION_ID,
        )  # fmt: skip

    def quit(self):
        """As a person does; returns the exit status.  A service first closes its window."""
        while self.running():
            try:
                self.activate("quit")
            except Refused:
                pass  # it is ending
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(1)
        return self.process.returncode

    def kill(self):
        self.process.kill()
        self.process.wait(PATIENCE_S)


@contextlib.contextmanager
def desktop(**how):
    session = Desktop(**how)
    try:
        yield session
    finally:
        session.close()
