# SPDX-License-Identifier: LGPL-2.1-or-later
# Runs systemd-nspawn on machines with and without systemd.
# shellcheck shell=bash

# container ROOT ARGUMENT...: systemd-nspawn on a temporary overlay of ROOT, without a network.
container() {
	local root=$1 keep=()
	shift
	# Without systemd there is no scope for the container.
	[ -d /run/systemd/system ] || keep=(--keep-unit)
	# UNIFIED_CGROUP_HIERARCHY: newer releases require it, also on a host with both hierarchies.
	# unshare: nspawn leaves folders in /run.
	# link-journal=no: linking needs a machine id, which this machine may lack.
	UNIFIED_CGROUP_HIERARCHY=1 unshare --mount --propagation private -- \
		/bin/sh -c '[ -d /run/systemd/system ] || mount -t tmpfs -o mode=755 tmpfs /run
			exec systemd-nspawn "$@"' sh \
		--quiet --register=no "${keep[@]}" --private-network --link-journal=no \
		--directory="$root" --volatile=overlay "$@"
}
