#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# polkitd 122-3 with dbus-daemon 1.14.10-1~deb12u1 (Debian 12), and polkitd 126-2 with dbus-daemon
# 1.16.2-2 (Debian 13).
#
# A rule of polkit allows an action if subject.isInGroup("netdev").  Asked over the bus, for a process
# that has the group, of a user who has it not, as a unit with SupplementaryGroups=netdev; and for a
# process without it, of a user who was added to the group since its login:
#
#   Debian 12, the process has the group: not authorized
#   Debian 12, the user has the group: authorized
#   Debian 13, the process has the group: authorized
#   Debian 13, the user has the group: not authorized
#
# An expert would not have guessed it: polkit(8) of both versions says that these are the groups
# "that user user belongs to", and the rule, the user and /etc/group are the same.  polkitd 122 looks
# the user up in /etc/group; polkitd 126 takes the groups of the process from dbus-daemon, as soon as
# that can tell them.  So after the upgrade both services and users gain and lose authorizations,
# and `adduser alice netdev` has an effect only after her next login.  But the administrators that
# addAdminRule() names by a group are still looked up in /etc/group.
set -euo pipefail
tmp=$(mktemp -d) # for the packages; removed at the end
# shellcheck source=findings/root.bash
. "$(dirname "$0")/root.bash"

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

system='' daemons=()
cleanup() {
	[ "${#daemons[@]}" = 0 ] || kill "${daemons[@]}" || :
	[ -z "$system" ] || ! mountpoint -q "$system/proc" || umount "$system/proc"
}
# start: starts both daemons in $system, and waits until polkitd has its name.
start() {
	daemons=()
	mount -t proc proc "$system/proc"
	chroot "$system" dbus-daemon --config-file=/etc/bus.conf --nofork --print-address \
		>"$tmp/address" 2>"$tmp/log.bus" &
	daemons+=($!)
	until [ -s "$tmp/address" ]; do sleep 0.1; done
	chroot "$system" /usr/lib/polkit-1/polkitd >"$tmp/log.polkitd" 2>&1 &
	daemons+=($!)
	until grep -q 'Acquired the name' "$tmp/log.polkitd"; do
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

for release in 'bookworm 122-3 1.14.10-1~deb12u1' 'trixie 126-2 1.16.2-2'; do
	read -r suite polkit bus <<<"$release"
	root "$suite" "polkitd=$polkit" "dbus-daemon=$bus" libsystemd0 python3
	system=$tmp/$suite
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
	cat >"$system/usr/share/polkit-1/actions/org.example.policy" <<'POLICY'
<policyconfig>
  <action id="org.example.act">
    <description>Act</description>
    <message>Authentication is required to act</message>
    <defaults>
      <allow_any>no</allow_any>
      <allow_inactive>no</allow_inactive>
      <allow_active>no</allow_active>
    </defaults>
  </action>
</policyconfig>
POLICY
	cat >"$system/etc/polkit-1/rules.d/10-example.rules" <<'RULES'
polkit.addRule(function(action, subject) {
    if (action.id == "org.example.act" && subject.isInGroup("netdev"))
        return polkit.Result.YES;
});
RULES
	process='not authorized' user=authorized
	[ "$suite" = bookworm ] || { process=authorized user='not authorized'; }
	start
	expect "$suite, neither has the group" 'not authorized' "$(ask 1000)"
	expect "$suite, the process has the group" "$process" "$(ask 77)"
	sed -i 's/^netdev:.*/&alice/' "$system/etc/group"
	expect "$suite, the user has the group" "$user" "$(ask 1000)"
	expect "$suite, both have it" authorized "$(ask 77)"
	stop
done
