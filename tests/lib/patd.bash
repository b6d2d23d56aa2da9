# SPDX-License-Identifier: LGPL-2.1-or-later
# The fixture of bats files: a private system bus, patd and patd-bus of this build, in a temporary
# folder.
#
# For bats files:
#
#     load ../lib/patd
#     setup_file() { patd_world; }
#     teardown_file() { patd_world_end; }
#
# patd_world sets and exports:
#   WORLD                    the folder, which patd_world_end removes.  A test may create
#                            $WORLD/etc, the configuration directory of patd
#   DBUS_SYSTEM_BUS_ADDRESS  the private bus, as the system bus of D-Bus clients
#   PATD_RUNTIME_DIR         the folder of root.sock, over which root's patctl asks
#   PATH                     with patctl of this build first
#
# polkit_start <RULES adds polkit.
# with_pam COMMAND... runs it where the PAM services are those of $WORLD/pam.d.
# shellcheck shell=bash disable=SC2119,SC2120 # arguments that only some callers have

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
BUILD=${BUILD:-$TOP/build}

# Tests expect messages in English.
export LC_ALL=C.UTF-8
unset LANGUAGE

# A sanitised module in another program (pamtester, sudo) needs the runtime preloaded.
asan_preload() {
	ldd "$BUILD/pam_pat/pam_pat.so" | awk '/libasan|libubsan/ { printf "%s%s", s, $3; s = ":" }'
}

bus_start() {
	sed "s|@ADDRESS@|unix:path=$WORLD/bus|" "$TOP/tests/lib/bus.conf" >"$WORLD/bus.conf"
	# The pid is printed once the bus listens.
	BUS_PID=$(dbus-daemon --config-file="$WORLD/bus.conf" --fork --print-pid 3>&- 4>&-)
	echo "$BUS_PID" >"$WORLD/bus.pid"
	export BUS_PID DBUS_SYSTEM_BUS_ADDRESS=unix:path=$WORLD/bus
}

bus_stop() {
	process_end TERM "$(cat "$WORLD/bus.pid")"
}

# program_start NAME [WRAPPER...] PROGRAM...: returns once it serves.  Its pid is in $WORLD/NAME.pid.
program_start() {
	local name=$1
	shift
	mkfifo "$WORLD/ready"
	"$@" --runtime-dir="$WORLD/run" --ready-fd=5 5>"$WORLD/ready" >>"$WORLD/patd.log" 2>&1 3>&- 4>&- &
	# In a file: a variable that a test assigns is lost for the other tests of its file.
	echo "$!" >"$WORLD/$name.pid"
	# Reads nothing, and fails, if it ends before it is ready.
	if ! read -r _ <"$WORLD/ready"; then
		rm "$WORLD/ready"
		cat "$WORLD/patd.log" >&2
		return 1
	fi
	rm "$WORLD/ready"
}

# patd_start [WRAPPER...]: returns once patd and patd-bus serve.  WRAPPER: env LD_PRELOAD=…, setpriv …
patd_start() {
	program_start patd "$@" "$BUILD/patd/patd" --config-dir="$WORLD/etc" \
		--state-dir="$WORLD/state" || return
	PATD_PID=$(cat "$WORLD/patd.pid")
	export PATD_PID
	program_start front "$@" "$BUILD/front/patd-bus" --bus="$DBUS_SYSTEM_BUS_ADDRESS"
}

# Waits until a process has ended; it may be a child of others, or a zombie.
process_gone() {
	local file
	file=$(mktemp)
	echo "$1" >"$file"
	# Fails if it has ended already.
	pidwait --pidfile="$file" || :
	rm "$file"
	[ ! -e "/proc/$1" ] || grep -qs '^State:.Z' "/proc/$1/status" || [ ! -e "/proc/$1" ]
}

# process_end SIGNAL PID: does nothing if it has ended already
process_end() {
	if kill -"$1" "$2" 2>/dev/null; then
		process_gone "$2"
	fi
}

# patd_stop [SIGNAL]: of patd
patd_stop() {
	process_end TERM "$(cat "$WORLD/front.pid")"
	process_end "${1:-TERM}" "$(cat "$WORLD/patd.pid")"
}

# patd_restart_later DAYS: restarts patd with its clock so many days ahead
patd_restart_later() {
	patd_stop
	patd_start env LATER=$(($1 * 86400)) \
		LD_PRELOAD="$(asan_preload) $BUILD/tests/pam/later.so"
}

# polkit_start <RULES: starts the real polkitd, see polkitd.  Returns once it serves.
polkit_start() {
	"$TOP/tests/lib/polkitd" <&0 >>"$WORLD/polkitd.log" 2>&1 3>&- 4>&- &
	echo $! >"$WORLD/polkitd.pid"
	gdbus wait --system --timeout 30 org.freedesktop.PolicyKit1
}

with_pam() {
	# shellcheck disable=SC2016 # for the inner shell to expand
	unshare --mount sh -c 'mount --bind "$0" /etc/pam.d && exec "$@"' "$WORLD/pam.d" "$@"
}

polkit_stop() {
	process_end TERM "$(cat "$WORLD/polkitd.pid")"
}

patd_world() {
	WORLD=$(mktemp -d "${TMPDIR:-/tmp}/patd-test.XXXXXX")
	chmod 0755 "$WORLD"
	mkdir -m 0700 "$WORLD/state"
	mkdir -m 0755 "$WORLD/run"
	export WORLD PATD_RUNTIME_DIR=$WORLD/run PATH=$BUILD/patctl:$PATH
	bus_start && patd_start
}

patd_world_end() {
	patd_stop
	bus_stop
	rm -rf "$WORLD"
}
