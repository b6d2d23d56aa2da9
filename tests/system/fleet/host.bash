# SPDX-License-Identifier: LGPL-2.1-or-later
# Helpers that run on a machine of the fleet.
# shellcheck shell=bash

# block FILE: runs the commands of a block of the recipe in /root, as its reader does
block() {
	(cd /root && bash -euo pipefail "$1")
}

# by_ssh_to HOST USER SECRET: over the network
by_ssh_to() {
	# shellcheck disable=SC2016 # expanded there
	[ "$(SSHPASS=$3 timeout 60 sshpass -e ssh -o LogLevel=ERROR -o PreferredAuthentications=password \
		-o NumberOfPasswordPrompts=1 -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
		"$2@$1" 'echo "$(id -un)@$(uname -n)"')" = "$2@$1" ]
}

# reload: returns once patd has read its configuration again, which systemctl does not wait for
reload() {
	mark_journal
	systemctl reload patd
	wait_until logged 'is in force'
}

# check TOKEN: what patctl says of it, without a use
check() {
	patctl check <<<"$1"
}

# journal_has PATTERN: of this boot (extended regular expression)
journal_has() {
	journalctl --sync
	journalctl --quiet -o cat | grep -Eq -- "$1"
}
