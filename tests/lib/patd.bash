# A private system bus and a patd beside it, in a folder of the test's own.  For bats files:
#
#     load ../lib/patd
#     setup_file() { patd_world; }
#     teardown_file() { patd_world_end; }
#
# patd_world sets and exports:
#   WORLD                    the folder; gone after patd_world_end
#   DBUS_SYSTEM_BUS_ADDRESS  the private bus, which libdbus clients then take for the system bus
#   PATH                     with patctl of this build first
# shellcheck shell=bash

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
BUILD=${BUILD:-$TOP/build}

# A sanitised object in a plain host (pamtester, sudo) needs the runtime loaded before it.
asan_preload() {
	ldd "$BUILD/pam_pat/pam_pat.so" | awk '/libasan|libubsan/ { printf "%s%s", s, $3; s = ":" }'
}

bus_start() {
	cat >"$WORLD/bus.conf" <<-EOF
		<busconfig>
		  <type>system</type>
		  <listen>unix:path=$WORLD/bus</listen>
		  <policy context="default">
		    <allow user="*"/><allow own="*"/>
		    <allow send_type="method_call"/><allow send_type="signal"/>
		    <allow send_type="method_return"/><allow send_type="error"/>
		    <allow receive_type="method_call"/><allow receive_type="signal"/>
		    <allow receive_type="method_return"/><allow receive_type="error"/>
		  </policy>
		</busconfig>
	EOF
	# The pid is printed once the bus listens.
	BUS_PID=$(dbus-daemon --config-file="$WORLD/bus.conf" --fork --print-pid 3>&- 4>&-)
	export BUS_PID DBUS_SYSTEM_BUS_ADDRESS=unix:path=$WORLD/bus
}

bus_stop() {
	kill "$BUS_PID"
	process_gone "$BUS_PID"
}

# patd_start [WRAPPER...]: returns once patd serves.  WRAPPER: faketime -f +31d, setpriv …
patd_start() {
	local ready
	mkfifo "$WORLD/ready"
	"$@" "$BUILD/patd/patd" --bus="$DBUS_SYSTEM_BUS_ADDRESS" --state-dir="$WORLD/state" \
		--runtime-dir="$WORLD/run" --ready-fd=5 5>"$WORLD/ready" \
		>>"$WORLD/patd.log" 2>&1 3>&- 4>&- &
	PATD_PID=$!
	export PATD_PID
	# Reads nothing, and fails, if patd ends before it is ready.
	if ! read -r ready <"$WORLD/ready"; then
		rm "$WORLD/ready"
		cat "$WORLD/patd.log" >&2
		return 1
	fi
	rm "$WORLD/ready"
}

# Waits for the end of a process that need not be our child.
process_gone() {
	tail --pid="$1" -s 0.02 -f /dev/null
}

# patd_stop [SIGNAL]
patd_stop() {
	kill -"${1:-TERM}" "$PATD_PID"
	process_gone "$PATD_PID"
}

patd_world() {
	WORLD=$(mktemp -d "${TMPDIR:-/tmp}/patd-test.XXXXXX")
	chmod 0755 "$WORLD"
	mkdir -m 0700 "$WORLD/state"
	mkdir -m 0755 "$WORLD/run"
	export WORLD PATH=$BUILD/patctl:$PATH
	bus_start && patd_start
}

patd_world_end() {
	kill "$PATD_PID" "$BUS_PID" 2>/dev/null
	process_gone "$PATD_PID"
	process_gone "$BUS_PID"
	rm -rf "$WORLD"
}
