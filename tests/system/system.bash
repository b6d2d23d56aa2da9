# For the tests in the booted machine, which run as root:
#
#     load system
#
# Users: alice, who may use sudo; bob.  The password of each is in PASSWORD.
# shellcheck shell=bash

bats_require_minimum_version 1.5.0

# Every secret of the whole run, passwords included, a line each.
SECRETS=/run/test-secrets
# shellcheck disable=SC2034 # for who loads this
PASSWORD='correct horse battery staple'

# token NAME USER [OPTION...]: makes a token and prints it
token() {
	local token
	token=$(patctl generate --quiet "$1" --user="$2" "${@:3}") || return
	remember "$token"
	printf '%s\n' "$token"
}

remember() {
	printf '%s\n' "$1" >>"$SECRETS"
}

# The public part of a token.
id_of() {
	printf '%s\n' "${1:4:10}"
}

# What CRC-32 a token of that beginning ends with: gzip(1) knows how, base 62 follows.
checksum() {
	local crc digits=0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz text=
	crc=$(printf %s "$1" | gzip -c | tail -c 8 | od -An -N 4 -tu4 --endian=little)
	for _ in 1 2 3 4 5 6; do
		text=${digits:crc % 62:1}$text
		crc=$((crc / 62))
	done
	printf %s "$text"
}

# forged ID: a well-formed token of that id, with a secret that nobody was given
forged() {
	local body=pat_$1_0000000000000000000000000000000000000000000
	printf '%s%s\n' "$body" "$(checksum "$body")"
}

# --- logins: each succeeds only if the person is in afterwards --------------------------------

# by_ssh METHOD USER SECRET
by_ssh() {
	[ "$(SSHPASS=$3 timeout 60 sshpass -e ssh -o LogLevel=ERROR -o PreferredAuthentications="$1" \
		-o NumberOfPasswordPrompts=1 -o StrictHostKeyChecking=no \
		-o UserKnownHostsFile=/dev/null "$2@127.0.0.1" id -un)" = "$2" ]
}

by_ssh_password() {
	by_ssh password "$@"
}

by_ssh_interactive() {
	by_ssh keyboard-interactive "$@"
}

# by_sudo USER SECRET: -k, nothing of an earlier time counts
by_sudo() {
	[ "$(printf '%s\n' "$2" |
		timeout 60 runuser -u "$1" -- sudo -k -S -p '' id -un)" = root ]
}

# by_su USER SECRET: from the user nobody.  su tells on standard output, too, that a token expires
# soon: the answer is the last line.
by_su() {
	[ "$(cd / && printf '%s\n' "$2" |
		timeout 60 setpriv --reuid=nobody --regid=nogroup --clear-groups \
			su "$1" -s /bin/sh -c 'id -un' | tail -n 1)" = "$1" ]
}

# by_console USER SECRET
by_console() {
	LOGIN_USER=$1 LOGIN_SECRET=$2 timeout 60 expect -f "$BATS_TEST_DIRNAME/console.exp"
}

# refused USER SECRET: by ssh, sudo and su, which are asked together since each takes its time to
# say no
refused() {
	local doors=() door let_in=0
	by_ssh_password "$1" "$2" & doors+=($!)
	by_sudo "$1" "$2" & doors+=($!)
	by_su "$1" "$2" & doors+=($!)
	for door in "${doors[@]}"; do
		wait "$door" && let_in=$((let_in + 1))
	done
	[ "$let_in" -eq 0 ]
}

# accepted USER SECRET: by the same three
accepted() {
	by_ssh_password "$1" "$2" && by_sudo "$1" "$2" && by_su "$1" "$2"
}

# --- the journal ------------------------------------------------------------------------------

# What is said from here on.
mark() {
	journalctl --sync
	MARK=$(journalctl --quiet -n 1 -o cat --show-cursor | sed -n 's/^-- cursor: //p')
}

# said PATTERN: whether a message since mark() matches (extended regular expression)
said() {
	journalctl --sync
	journalctl --quiet --after-cursor="$MARK" -o cat | grep -Eq -- "$1"
}

# --- patd -------------------------------------------------------------------------------------

patd_pid() {
	systemctl show --value --property=MainPID patd.service
}

# overridden LINE...: until restored(), patd runs with these in its [Service]
overridden() {
	mkdir -p /run/systemd/system/patd.service.d
	printf '%s\n' '[Service]' "$@" >/run/systemd/system/patd.service.d/test.conf
	systemctl daemon-reload
	systemctl restart patd.service
}

restored() {
	rm -r /run/systemd/system/patd.service.d
	systemctl daemon-reload
	systemctl restart patd.service
}

# milliseconds COMMAND...: how long it took, in MILLISECONDS; its status is lost
milliseconds() {
	local start=${EPOCHREALTIME/[.,]/}
	"$@" || :
	MILLISECONDS=$(((${EPOCHREALTIME/[.,]/} - start) / 1000))
	echo "$MILLISECONDS ms: $1"
}
