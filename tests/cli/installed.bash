# SPDX-License-Identifier: LGPL-2.1-or-later
# A machine where patd is installed and systemd runs, for patctl: in a mount namespace, with the
# systemctl of this folder.
# shellcheck shell=bash

# installed COMMAND...: the program of patd is in its place, and its configuration is $WORLD/etc
installed() {
	export BUILD CLI WORLD
	# shellcheck disable=SC2016 # for the inner shell
	PATD_CONFIG_DIR=$WORLD/etc unshare --mount bash -c '
		mount -t tmpfs tmpfs /usr/local && mount -t tmpfs tmpfs /run &&
			install -D "$BUILD/patd/patd" /usr/local/libexec/patd &&
			install -D "$CLI/systemctl" /usr/local/bin/systemctl &&
			mkdir -p /run/systemd/system && PATH=$BUILD/patctl:/usr/local/bin:$PATH && "$@"' bash "$@"
}

# unit NAME SETTING...: what systemd says of it
unit() {
	mkdir -p "$WORLD/units"
	chmod 0777 "$WORLD/units"
	touch "$WORLD/units/calls"
	chmod 0666 "$WORLD/units/calls"
	printf '%s\n' "${@:2}" >"$WORLD/units/$1"
}

# units_run: both services are active
units_run() {
	rm -rf "$WORLD/units"
	unit patd.service LoadState=loaded ActiveState=active SubState=running
	unit patd-bus.service LoadState=loaded ActiveState=active SubState=running
	for socket in root front user; do
		unit "patd-$socket.socket" LoadState=loaded ActiveState=active
	done
}
