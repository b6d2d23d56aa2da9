#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# openssh-server 1:9.2p1-2+deb12u10 (Debian 12) and 1:10.0p1-7+deb13u4 (Debian 13).
#
# Since OpenSSH 9.8, another program serves each connection: sshd-session.  It also runs PAM, so
# what PAM modules log has another identifier than before:
#
#   Debian 12: sshd: pam_warn(sshd:account): function=[pam_sm_acct_mgmt] ...
#   Debian 13: sshd-session: pam_warn(sshd:account): function=[pam_sm_acct_mgmt] ...
#
# An expert would not have guessed it: the daemon, its unit, its configuration and its PAM service
# are all still called sshd, and so the text of the message says "sshd".  But `journalctl -t sshd`,
# and filters of syslog by program name, find nothing of any login any more, without an error.  That
# is so for the lines of sshd itself ("Accepted publickey") as well.
set -euo pipefail
tmp=$(mktemp -d) # for the packages; removed at the end
# shellcheck source=findings/root.bash
. "$(dirname "$0")/root.bash"

# log_in SUITE VERSION: installs that version, and logs in over a pipe; prints what PAM's module and
# sshd logged, as "identifier: first words".
log_in() {
	local suite=$1 version=$2 sshd=$tmp/$1 logger
	root "$suite" "openssh-server=$version" openssh-client libpam-modules dash
	mkdir -p "$sshd/run/sshd" "$sshd/root/.ssh"
	chmod 700 "$sshd/root" "$sshd/root/.ssh"
	printf '%s\n' 'root:x:0:0::/root:/bin/sh' 'sshd:x:101:65534::/run/sshd:/bin/false' \
		>"$sshd/etc/passwd"
	printf '%s\n' 'root:x:0:' 'nogroup:x:65534:' >"$sshd/etc/group"
	echo 'root:*:19000:0:99999:7:::' >"$sshd/etc/shadow"
	printf '%s\n' 'auth required pam_deny.so' 'account required pam_warn.so' \
		'account required pam_permit.so' 'session required pam_permit.so' >"$sshd/etc/pam.d/sshd"
	echo 'auth required pam_deny.so' >"$sshd/etc/pam.d/other"
	printf '%s\n' 'HostKey /etc/ssh/host' 'UsePAM yes' >"$sshd/etc/ssh/sshd_config"
	chroot "$sshd" ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/host
	chroot "$sshd" ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id
	cp "$sshd/root/.ssh/id.pub" "$sshd/root/.ssh/authorized_keys"

	# Prints what arrives, until "end".
	/usr/bin/python3 -c '
import socket, sys
log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
log.bind(sys.argv[1])
while (line := log.recv(8192).decode()) != "end":
    print(line)
' "$sshd/dev/log" >"$tmp/$suite.log" &
	logger=$!
	while [ ! -S "$sshd/dev/log" ]; do sleep 0.1; done
	SHELL=/bin/sh chroot "$sshd" ssh -F none -i /root/.ssh/id -o BatchMode=yes \
		-o StrictHostKeyChecking=no -o LogLevel=ERROR \
		-o ProxyCommand='/usr/sbin/sshd -i' localhost 'echo logged in' || :
	/usr/bin/python3 -c '
import socket, sys
socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"end", sys.argv[1])
' "$sshd/dev/log"
	wait "$logger"
	# <PRIORITY>Mmm dd hh:mm:ss IDENTIFIER[PID]: TEXT
	sed -En 's/^<[0-9]+>.{15} ([^[]+)\[[0-9]+\]: (pam_warn\(sshd:account\)|Accepted publickey).*/\1: \2/p' \
		"$tmp/$suite.log"
}

expect 'Debian 12' $'logged in\nsshd: Accepted publickey\nsshd: pam_warn(sshd:account)' \
	"$(log_in bookworm 1:9.2p1-2+deb12u10 | sort)"
expect 'Debian 13' $'logged in\nsshd-session: Accepted publickey\nsshd-session: pam_warn(sshd:account)' \
	"$(log_in trixie 1:10.0p1-7+deb13u4 | sort)"
