#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# dbus-daemon 1.14.10-1~deb12u1 (Debian 12).
#
# A bus configuration lets a user own a name: <policy user="example">.  If that user does not exist
# when dbus-daemon reads the file, it drops the policy for good.  The user is made a moment later,
# connects to the bus, which knows its uid, and asks for the name:
#
#   Error org.freedesktop.DBus.Error.AccessDenied: Connection ":1.0" is not allowed to own the
#   service "org.example.Service" due to security policies in the configuration file
#
# That is what a policy that forbids the name gives.  After ReloadConfig the same request succeeds,
# with the same files.
#
# An expert would not have guessed it: sudo and polkit compare user names when they decide, so there
# a rule may name a user who is made later.  The error blames a file that allows the request, and the
# only trace of the dropped policy is a line in the log of the bus, from before the user existed.  A
# package can meet it whose files are unpacked before its script makes the user: the bus watches its
# folders, and reads the new file in between.
set -euo pipefail
tmp=$(mktemp -d) # for the packages; removed at the end
# shellcheck source=findings/root.bash
. "$(dirname "$0")/root.bash"

root bookworm dbus-daemon=1.14.10-1~deb12u1 dbus-bin=1.14.10-1~deb12u1
bus=$tmp/bookworm
mkdir -p "$bus/run"
echo 'root:x:0:0::/:/bin/false' >"$bus/etc/passwd"
cat >"$bus/etc/bus.conf" <<'CONF'
<busconfig>
  <type>system</type>
  <listen>unix:path=/run/bus</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <deny own="*"/>
    <allow send_destination="org.freedesktop.DBus"/>
    <allow receive_sender="org.freedesktop.DBus"/>
  </policy>
  <policy user="example">
    <allow own="org.example.Service"/>
  </policy>
</busconfig>
CONF

# call UID METHOD [ARGUMENT]...: calls a method of the bus; prints the reply without its header.
call() {
	local uid=$1 method=$2
	shift 2
	chroot --userspec="$uid:$uid" "$bus" dbus-send --bus=unix:path=/run/bus --print-reply=literal \
		--dest=org.freedesktop.DBus / "org.freedesktop.DBus.$method" "$@" 2>&1
}
request() { call 4242 RequestName string:org.example.Service uint32:0; }

pid=$(chroot "$bus" dbus-daemon --config-file=/etc/bus.conf --fork --print-pid 2>"$tmp/log.bus")
cleanup() { kill "$pid"; }
said=$(grep -c 'Unknown username "example" in message bus configuration file' "$tmp/log.bus") || :
expect 'lines in the log about the unknown user' 1 "$said"

echo 'example:x:4242:4242::/:/bin/false' >>"$bus/etc/passwd"
expect 'the user exists, and asks for the name' \
	'Error org.freedesktop.DBus.Error.AccessDenied: Connection ":1.0" is not allowed to own the service "org.example.Service" due to security policies in the configuration file' \
	"$(request || :)"
expect 'again' AccessDenied "$(request | grep -o AccessDenied || :)"
call 0 ReloadConfig
expect 'after ReloadConfig' '   uint32 1' "$(request)"
