# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Runs polkitd on a private bus in an unpacked system, for the scripts beside this file.  Reads
# root.bash.

# shellcheck source=findings/root.bash
. "$(dirname "${BASH_SOURCE[0]}")/root.bash"

system='' daemons=()
cleanup() {
	[ "${#daemons[@]}" = 0 ] || kill "${daemons[@]}" || :
	[ -z "$system" ] || ! mountpoint -q "$system/proc" || umount "$system/proc"
}

# unpack SUITE POLKIT BUS IMPLICIT: unpacks these versions in $system, with a user alice, a group
# netdev, and an action org.example.act whose implicit authorization, for clients without a session,
# is IMPLICIT.
unpack() {
	root "$1" "polkitd=$2" "dbus-daemon=$3" libsystemd0 python3
	system=$tmp/$1
	mkdir -p "$system"/{proc,run/dbus,etc/polkit-1/rules.d,usr/share/polkit-1/actions}
	[ -L "$system/var/run" ] || { rm -rf "$system/var/run" && ln -s /run "$system/var/run"; }
	printf '%s\n' 'root:x:0:0::/:/bin/sh' 'alice:x:1000:1000::/:/bin/sh' \
		'polkitd:x:101:101::/:/bin/false' >"$system/etc/passwd"
	printf '%s\n' 'root:x:0:' 'alice:x:1000:' 'polkitd:x:101:' 'netdev:x:77:' >"$system/etc/group"
	cat >"$system/etc/bus.conf" <<'CONF'
<busconfig>
  <type>system</type>
  <listen>unix:path=/run/dbus/system_bus_socket</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
  </policy>
</busconfig>
CONF
	cat >"$system/usr/share/polkit-1/actions/org.example.policy" <<POLICY
<policyconfig>
  <action id="org.example.act">
    <description>Act</description>
    <message>Authentication is required to act</message>
    <defaults>
      <allow_any>$4</allow_any>
    </defaults>
  </action>
</policyconfig>
POLICY
}

# start: starts both daemons in $system, and waits until polkitd has its name.
start() {
	rm -f "$tmp/address" "$tmp/log.polkitd"
	mount -t proc proc "$system/proc"
	chroot "$system" dbus-daemon --config-file=/etc/bus.conf --nofork --print-address \
		>"$tmp/address" 2>"$tmp/log.bus" &
	daemons=($!)
	until [ -s "$tmp/address" ]; do sleep 0.1; done
	chroot "$system" /usr/lib/polkit-1/polkitd >"$tmp/log.polkitd" 2>&1 &
	daemons=($! "${daemons[@]}") # which ends by itself when the bus is gone
	until grep -qs 'Acquired the name' "$tmp/log.polkitd"; do
		kill -0 "${daemons[@]}" || exit 2
		sleep 0.1
	done
}
# stop: ends both.
stop() {
	kill "${daemons[@]}"
	wait "${daemons[@]}" || :
	daemons=()
	umount "$system/proc"
}

# ask GROUP: lets a process of alice with that supplementary group ask polkit over the bus whether it
# is authorized; prints the answer.
ask() {
	chroot --userspec=1000:1000 --groups="$1" "$system" /usr/bin/python3 -c '
import ctypes

sd = ctypes.CDLL("libsystemd.so.0")
bus, reply, name, answer = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_char_p(), ctypes.c_int()


def check(result):
    if result < 0:
        raise OSError(-result, "sd-bus")


check(sd.sd_bus_open_system(ctypes.byref(bus)))
check(sd.sd_bus_get_unique_name(bus, ctypes.byref(name)))
check(
    sd.sd_bus_call_method(
        bus, b"org.freedesktop.PolicyKit1", b"/org/freedesktop/PolicyKit1/Authority",
        b"org.freedesktop.PolicyKit1.Authority", b"CheckAuthorization",
        None, ctypes.byref(reply), b"(sa{sv})sa{ss}us",
        b"system-bus-name", ctypes.c_int(1), b"name", b"s", name,
        b"org.example.act", ctypes.c_int(0), ctypes.c_uint(0), b"",
    )
)
check(sd.sd_bus_message_enter_container(reply, ctypes.c_char(b"r"), b"bba{ss}"))
check(sd.sd_bus_message_read(reply, b"b", ctypes.byref(answer)))
print("authorized" if answer.value else "not authorized")
'
}
