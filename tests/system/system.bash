# SPDX-License-Identifier: LGPL-2.1-or-later
# Helpers of the system tests, which run as root in the booted machine.
#
# Users: alice, who may use sudo, and bob.  The password of each is PASSWORD.
# shellcheck shell=bash

bats_require_minimum_version 1.5.0

# All tokens and passwords of the run, one a line.
SECRETS=/run/test-secrets
# shellcheck disable=SC2034 # for the bats files
PASSWORD='correct horse battery staple'

# token NAME USER [OPTION...]: generates a token and prints it
token() {
	local token
	token=$(patctl generate --quiet "$1" --user="$2" "${@:3}") || return
	record_secret "$token"
	printf '%s\n' "$token"
}

record_secret() {
	printf '%s\n' "$1" >>"$SECRETS"
}

# id_of TOKEN
id_of() {
	printf '%s\n' "${1:4:10}"
}

# checksum TEXT: the last six characters of a token that begins with TEXT: its CRC-32 in base 62,
# by gzip(1)
checksum() {
	local crc digits=0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz text=
	crc=$(printf %s "$1" | gzip -c | tail -c 8 | od -An -N 4 -tu4 --endian=little)
	for _ in 1 2 3 4 5 6; do
		text=${digits:crc % 62:1}$text
		crc=$((crc / 62))
	done
	printf %s "$text"
}

# forged ID: a well-formed token with that id and a wrong secret
forged() {
	local body=pat_$1_000000000000000000000000000000000000000
	printf '%s%s\n' "$body" "$(checksum "$body")"
}

# --- logins: each succeeds only if the user then runs a command --------------------------------

# ssh_by METHOD USER SECRET COMMAND...: ends after SSH_TIMEOUT (60) seconds
ssh_by() {
	SSHPASS=$3 timeout "${SSH_TIMEOUT:-60}" sshpass -e ssh -o LogLevel=ERROR \
		-o PreferredAuthentications="$1" -o NumberOfPasswordPrompts=1 \
		-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null "$2@127.0.0.1" "${@:4}"
}

by_ssh_password() {
	[ "$(ssh_by password "$@" id -un)" = "$1" ]
}

by_ssh_interactive() {
	[ "$(ssh_by keyboard-interactive "$@" id -un)" = "$1" ]
}

# by_sudo USER SECRET: with -k, which ignores earlier authentications
by_sudo() {
	[ "$(printf '%s\n' "$2" |
		timeout 60 runuser -u "$1" -- sudo -k -S -p '' id -un)" = root ]
}

# su_as_nobody USER SECRET COMMAND: su of the user nobody
su_as_nobody() {
	(cd / && printf '%s\n' "$2" | timeout 60 setpriv --reuid=nobody --regid=nogroup \
		--clear-groups su "$1" -s /bin/sh -c "$3")
}

# by_su USER SECRET: su prints what modules inform of on standard output, before the command does
by_su() {
	[ "$(su_as_nobody "$1" "$2" 'id -un' | tail -n 1)" = "$1" ]
}

# by_console USER SECRET
by_console() {
	LOGIN_USER=$1 LOGIN_SECRET=$2 timeout 60 expect -f "$BATS_TEST_DIRNAME/console.exp"
}

# refused USER SECRET: by ssh, sudo and su, all at once since each delays a refusal
refused() {
	local logins=() login accepted=0
	by_ssh_password "$1" "$2" & logins+=($!)
	by_sudo "$1" "$2" & logins+=($!)
	by_su "$1" "$2" & logins+=($!)
	for login in "${logins[@]}"; do
		wait "$login" && accepted=$((accepted + 1))
	done
	[ "$accepted" -eq 0 ]
}

# accepted USER SECRET: by ssh, sudo and su
accepted() {
	by_ssh_password "$1" "$2" && by_sudo "$1" "$2" && by_su "$1" "$2"
}

# --- the journal ------------------------------------------------------------------------------

# mark_journal: logged() starts here
mark_journal() {
	journalctl --sync
	MARK=$(journalctl --quiet -n 1 -o cat --show-cursor | sed -n 's/^-- cursor: //p')
}

# logged PATTERN: whether a message since mark_journal() matches (extended regular expression)
logged() {
	journalctl --sync
	journalctl --quiet --after-cursor="$MARK" -o cat | grep -Eq -- "$1"
}

# --- the machine --------------------------------------------------------------------------------

# wait_until COMMAND...: repeats it until it succeeds, for a minute at most
wait_until() {
	local end=$((SECONDS + 60))
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || return 1
	done
}

apt_get() {
	DEBIAN_FRONTEND=noninteractive apt-get --yes "$@"
}

no_failed_units() {
	local failed
	failed=$(systemctl list-units --failed --no-legend)
	echo "failed: $failed"
	[ "$failed" = "" ]
}

# --- patd -------------------------------------------------------------------------------------

# shellcheck disable=SC2034 # for the tests
SOCKETS=(patd-root.socket patd-front.socket patd-user.socket)
# shellcheck disable=SC2034
UNITS=("${SOCKETS[@]}" patd-bus.service patd.service)

# pid_of SERVICE
pid_of() {
	systemctl show --value --property=MainPID "$1"
}

patd_pid() {
	pid_of patd.service
}

# has_state TOKEN STATE
has_state() {
	patctl show "$(id_of "$1")" | grep -q "State: *$2"
}

# override_service LINE...: adds them to [Service] of patd.service, until restore_service()
override_service() {
	mkdir -p /run/systemd/system/patd.service.d
	printf '%s\n' '[Service]' "$@" >/run/systemd/system/patd.service.d/test.conf
	systemctl daemon-reload
	systemctl restart patd.service
}

restore_service() {
	rm -r /run/systemd/system/patd.service.d
	systemctl daemon-reload
	systemctl restart patd.service
}

# milliseconds COMMAND...: sets MILLISECONDS to its duration; ignores its status
milliseconds() {
	local start=${EPOCHREALTIME/[.,]/}
	"$@" || :
	MILLISECONDS=$(((${EPOCHREALTIME/[.,]/} - start) / 1000))
	echo "$MILLISECONDS ms: $1"
}

# within LIMIT MEASURE...: at one of ten tries MEASURE sets MILLISECONDS to at most LIMIT.  A machine with
# much to do makes one take longer; what waits for something by itself does so in each.
within() {
	for _ in {1..10}; do
		"${@:2}"
		[ "$MILLISECONDS" -gt "$1" ] || return 0
	done
	return 1
}

# heal TEXT: the remedy that doctor prints with the finding of that text, run as it is written, heals
heal() {
	local found left
	found=$(patctl doctor --quiet | grep -F -m 1 -- "$1") || {
		echo "doctor does not find: $1"
		patctl doctor
		return 1
	}
	echo "$found"
	bash -ec "${found#*; }" || return
	left=$(patctl doctor --quiet) || :
	echo "$left"
	[[ $left != *"$1"* ]]
}
