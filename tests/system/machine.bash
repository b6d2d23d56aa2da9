# SPDX-License-Identifier: LGPL-2.1-or-later
# Boots Debian with systemd in a container, for a runner of tests, which prints TAP.
#
#     prepare_machine NAME [PACKAGE...]       # skips or fails the run where it cannot
#     run_machine LIMIT PLANNED [OPTION...]   # or: boot_machine ...
#
# SUITE= names another release than that of this machine; its packages are built in a root of that
# release.  UML=1 boots User Mode Linux, which has AppArmor, instead of a container: see boot-uml.
# shellcheck shell=bash

system=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$system/../.." && pwd)
# shellcheck source=tests/system/nspawn.bash
. "$system/nspawn.bash"

skip() {
	echo "1..0 # SKIP $*"
	exit 0
}

fail() {
	echo "1..1"
	echo "not ok 1 - $*"
	exit 1
}

# prepare_machine NAME [PACKAGE...]: sets suite, its root, the folder of its packages (debs), which are
# patd, libpam-pat and PACKAGE, and a folder that is shared with the machine: it runs the programs
# there, see inside.  The journal and the console are kept in build/NAME.
prepare_machine() {
	local tools=(mmdebstrap systemd-nspawn unshare) tool native builder reason package
	kept=$top/build/$1
	[ "$(id -u)" -eq 0 ] || skip "only root can boot a container"
	boot=boot
	if [ "${UML:-}" = 1 ]; then
		tools+=(linux.uml mkfs.ext4 debugfs) boot=boot-uml
	fi
	for tool in "${tools[@]}"; do
		command -v "$tool" >/dev/null || skip "$tool is not installed"
	done

	# shellcheck disable=SC1091
	native=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
	suite=${SUITE:-${native:-stable}}
	root=$("$system/root" "$suite" machine) || fail "no root of Debian $suite could be made"

	reason=$(container "$root" /bin/true 2>&1 </dev/null) ||
		skip "systemd-nspawn does not work here: ${reason##*$'\n'}"

	if [ "$suite" = "$native" ]; then
		debs=$top/build/deb
		"$top/debian/make-deb" "$debs" >&2 || fail "the packages were built"
	else
		# The page has no part in the machine, and GTK would be most of the builder.
		export DEB_BUILD_PROFILES=pkg.patd.nodesktop
		debs=$top/build/deb-$suite
		builder=$("$system/root" "$suite" build) || fail "no root of Debian $suite could be made"
		"$top/debian/make-deb" --in "$builder" "$debs" >&2 || fail "the packages were built"
	fi

	# Shared with the container: what to run, the output of the tests, and the journal.
	shared=$kept/run.$$
	mkdir -p "$shared"
	touch "$shared/tap" "$shared/errors"
	mkdir -p "$shared/debs"
	for package in patd libpam-pat "${@:2}"; do
		cp "$debs/$package"_*.deb "$shared/debs/" || fail "$package was built"
	done
	debs=$shared/debs
	trap end_machine EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
}

groups=()
container_pids=()

# A control group of our own, by which end_machine() ends all processes of the container.  Where
# systemd runs, it makes one for nspawn.  make_groups NAME: sets machine_groups.
make_groups() {
	local mounted
	machine_groups=()
	[ ! -d /run/systemd/system ] || return 0
	while read -r mounted; do
		mkdir "$mounted/patd-$1.$$" && machine_groups+=("$mounted/patd-$1.$$")
	done < <(findmnt -rn -o TARGET,FSTYPE,OPTIONS -t cgroup,cgroup2 |
		sed -n 's/ cgroup2 .*//p; s/ cgroup .*name=systemd.*//p')
	groups+=("${machine_groups[@]}")
}

end_machine() {
	local pid pids=() group
	for pid in "${container_pids[@]}"; do
		kill -KILL -- "-$pid"
		# Else bash says later that it was killed.
		wait "$pid"
	done 2>/dev/null
	if [ ${#groups[@]} -gt 0 ]; then
		mapfile -t pids < <(find "${groups[@]}" -name cgroup.procs -exec cat {} + | sort -un)
	fi
	[ ${#pids[@]} -eq 0 ] || kill -KILL "${pids[@]}" 2>/dev/null
	for pid in "${pids[@]}"; do
		timeout 20 tail --pid="$pid" -s 0.02 -f /dev/null
	done
	for group in "${groups[@]}"; do
		find "$group" -depth -type d -exec rmdir {} \;
	done
	[ ! -s "$shared/journal" ] || mv "$shared/journal" "$kept/journal"
	rm -rf "$shared"
}

# boot_machine LIMIT NAME SHARED CONSOLE [OPTION...]: boots a machine in the background, for LIMIT
# seconds at most.  OPTION: for systemd-nspawn.
boot_machine() {
	make_groups "$2"
	# timeout makes a process group with this pid, which end_machine() kills.
	timeout --kill-after=5 "$1" "$system/$boot" "$root" "$debs" "$3" "${machine_groups[@]}" \
		${5:+-- "${@:5}"} </dev/null >"$4" 2>&1 &
	container_pids+=($!)
}

# run_machine LIMIT PLANNED [OPTION...]: boots the machine, prints the results of the tests, and fails
# if fewer than PLANNED came within LIMIT seconds.  OPTION: for systemd-nspawn.
run_machine() {
	local limit=$1 planned=$2 ran=0 line status container_pid
	boot_machine "$limit" system "$shared" "$kept/console" "${@:3}"
	container_pid=${container_pids[0]}

	# The plan counts the tests beforehand, so that it is not met if the machine or bats ends early.
	echo "1..$planned"
	while IFS= read -r line; do
		case $line in
		1..*) continue ;;
		'ok '* | 'not ok '*) ran=$((ran + 1)) ;;
		esac
		printf '%s\n' "$line"
	done < <(tail --pid="$container_pid" -s 0.1 -n +1 -f "$shared/tap")

	wait "$container_pid"
	status=$?
	container_pids=()
	sed 's/^/# /' "$shared/errors"
	if [ "$ran" -lt "$planned" ]; then
		[ "$status" -ne 124 ] || echo "# It took longer than $limit seconds."
		echo "# The machine ended with status $status before all tests had run.  The end of its console:"
		tail -n 20 "$kept/console" | sed 's/^/# /'
		return 1
	fi
}
