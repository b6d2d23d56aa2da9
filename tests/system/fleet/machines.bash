# SPDX-License-Identifier: LGPL-2.1-or-later
# The machines of the fleet: their names and addresses, how to run commands there, and their network.
#
# Each machine runs inside, which waits for commands in its folder of $SHARED.
# shellcheck shell=bash

MACHINES=(hub alpha web1 web2)
# Of those with patd.
HOSTS=(alpha web1 web2)

# address MACHINE
address() {
	local n
	for n in "${!MACHINES[@]}"; do
		[ "${MACHINES[n]}" != "$1" ] || printf '10.18.0.%s\n' $((n + 1))
	done
}

# port MACHINE: its port of the bridge, as systemd-nspawn names it
port() {
	printf 'vb-%s\n' "$1"
}

# link MACHINE up|down: as if somebody pulled its cable
link() {
	ip link set "$(port "$1")" "$2"
}

# on MACHINE COMMAND...: runs it there as root, with the functions of system.bash and inside, and
# without input.  One at a time on each machine.
on() {
	local status folder=$SHARED/$1
	shift
	# The command may have a secret in it: it is in no argument of a process.
	printf '%q ' "$@" >"$folder/command"
	echo >"$folder/commands"
	# Opened for writing as well, so that this does not wait for whom it reads from.
	read -r status <>"$folder/answers" || return
	cat "$folder/output"
	return "$status"
}

# on_each COMMAND...: on all hosts, one after the other, until one fails
on_each() {
	local host
	for host in "${HOSTS[@]}"; do
		on "$host" "$@" || return
	done
}
