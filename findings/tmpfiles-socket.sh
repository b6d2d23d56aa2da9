#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# systemd 252.39-1~deb12u2 (Debian 12) and 257.13-1~deb13u1 (Debian 13).
#
# A folder of tmpfiles.d has an age of one day.  Two services listen on sockets in it, which are
# older; one of the services has PrivateNetwork=yes.  `systemd-tmpfiles --clean` keeps the socket of
# the other one, and deletes that of the private network, while the service listens:
#
#   Skipping "/srv/sockets/shared": live socket.
#   Removing "/srv/sockets/private".
#
# An expert would not have guessed it: a socket in the file system belongs to no network, and clients
# in another network reach it, as systemd.exec(5) says under PrivateNetwork=; and systemd-tmpfiles has
# a check of its own that a socket is in use.  But it takes the list of such sockets from
# /proc/net/unix, where the kernel shows only those of the reader's own network namespace.  So it is
# the hardened service that cannot be reached any more after some days, ten in /tmp of Debian 13,
# unless a client of the other network is connected at that moment.  Known as issue 42771 of systemd.
set -euo pipefail
tmp=$(mktemp -d) # for the packages; removed at the end
# shellcheck source=findings/root.bash
. "$(dirname "$0")/root.bash"

system='' services=()
cleanup() {
	[ "${#services[@]}" = 0 ] || kill "${services[@]}" || :
	[ -z "$system" ] || ! mountpoint -q "$system/proc" || umount "$system/proc"
}
# listen NAME [COMMAND]...: starts a service that listens on that socket, by COMMAND, and makes the
# socket old.
listen() {
	local socket=$system/srv/sockets/$1
	"${@:2}" /usr/bin/python3 -c '
import os, socket, sys
os.chroot(sys.argv[1])
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[2])
listener.listen()
while True:
    listener.accept()[0].close()
' "$system" "/srv/sockets/$1" &
	services+=($!)
	until [ -S "$socket" ]; do sleep 0.1; done
	touch --no-dereference --date='2 days ago' "$socket"
}
# reach NAME: connects to that socket from this network, until the service ends the connection; prints
# how that went.
reach() {
	/usr/bin/python3 -c '
import os, socket, sys
try:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(sys.argv[1])
        connection.recv(1)
    print("connected")
except OSError as error:
    print(os.strerror(error.errno))
' "$system/srv/sockets/$1"
}

for release in 'bookworm 252.39-1~deb12u2' 'trixie 257.13-1~deb13u1'; do
	read -r suite version <<<"$release"
	root "$suite" "systemd=$version"
	system=$tmp/$suite
	mkdir -p "$system"/{proc,srv/sockets,etc/tmpfiles.d}
	echo 'root:x:0:0::/:/bin/sh' >"$system/etc/passwd"
	echo 'root:x:0:' >"$system/etc/group"
	mount -t proc proc "$system/proc"
	echo 'd /srv/sockets 0755 root root m:1d' >"$system/etc/tmpfiles.d/sockets.conf"
	listen shared
	listen private unshare --net
	for name in shared private; do
		expect "$suite, $name, before" connected "$(reach "$name")"
	done
	chroot "$system" systemd-tmpfiles --clean sockets.conf
	expect "$suite, shared" connected "$(reach shared)"
	expect "$suite, private" 'No such file or directory' "$(reach private)"
	kill -0 "${services[@]}" # both still listen
	kill "${services[@]}"
	wait "${services[@]}" || :
	services=()
	umount "$system/proc"
done
