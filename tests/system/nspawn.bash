# How to run systemd-nspawn on whatever machine this is.
# shellcheck shell=bash

# container ROOT ARGUMENT...: systemd-nspawn on a throw-away layer above ROOT, without a network.
container() {
	local root=$1 keep=()
	shift
	# Without systemd nobody makes a scope for the container.
	[ -d /run/systemd/system ] || keep=(--keep-unit)
	# UNIFIED_CGROUP_HIERARCHY: what newer releases insist on, where the host still has both.
	# A mount namespace with its own /run: nspawn leaves folders there.
	# link-journal: asks for the id of this machine, which a machine in a container may not have.
	UNIFIED_CGROUP_HIERARCHY=1 unshare --mount --propagation private -- \
		/bin/sh -c '[ -d /run/systemd/system ] || mount -t tmpfs -o mode=755 tmpfs /run
			exec systemd-nspawn "$@"' sh \
		--quiet --register=no "${keep[@]}" --private-network --link-journal=no \
		--directory="$root" --volatile=overlay "$@"
}
