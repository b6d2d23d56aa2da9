#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Where a login comes from, by what an application told libpam.

load pam

setup_file() {
	pam_world
	TOKEN=$(generate local --user="$OWNER" --from=local)
	export TOKEN
	for service in sudo xdm login monit sshd; do
		stack "$service" <<<'auth required @pat@'
	done
}

# by SERVICE [drive's OPTION...]: authenticates OWNER with the token for local logins
by() {
	local service=$1
	shift
	answered "$TOKEN" -- "$TOOLS/drive" "$@" "$WORLD/pam.d" "$service" "$OWNER"
}

@test "scope: a token for local logins is accepted where services of sessions name no host" {
	for login in sudo "sudo -t /dev/pts/7" "xdm -t :5" "login -t /dev/tty1"; do
		# shellcheck disable=SC2086 # a service and its options
		run by $login
		expect_line "authenticate: PAM_SUCCESS"
	done
}

@test "scope: a token for local logins is refused where servers name no host" {
	for login in monit "login -t /dev/pts/7" login "xdm -t 192.0.2.7:0" "sshd -t ssh -r UNKNOWN" \
		"sudo -r 192.0.2.7" "sudo -r localhost"; do
		# shellcheck disable=SC2086 # a service and its options
		run by $login
		expect_line "authenticate: PAM_AUTH_ERR"
	done
}
