#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# openssh-server 1:9.2p1-2+deb12u10 (Debian 12) and 1:10.0p1-7+deb13u4 (Debian 13).
#
# Debian ships sshd_config with "AcceptEnv LANG LC_*", and a client that sends these.  The server has
# LANG=en_US.UTF-8 in /etc/default/locale, the client has LANG=de_DE.UTF-8 and LC_TIME=fr_FR.UTF-8.
# What a command gets:
#
#   LANG=en_US.UTF-8 LC_TIME=fr_FR.UTF-8
#
# An expert would not have guessed it: the session is half in the client's language, and the variable
# that AcceptEnv names first does not arrive.  /etc/pam.d/sshd, of the same package, reads
# /etc/default/locale by pam_env.so, and sshd puts the environment of PAM over what the client sent,
# and over ~/.ssh/environment, but under SetEnv.  sshd_config(5) says that SetEnv overrides AcceptEnv,
# and names PAM with neither.
set -euo pipefail
tmp=$(mktemp -d) # for the packages; removed at the end
# shellcheck source=findings/root.bash
. "$(dirname "$0")/root.bash"

# log_in [OPTION]...: logs in over a pipe, with these options of sshd; prints what a command gets.
# shellcheck disable=SC2016 # variables of the command
log_in() {
	SHELL=/bin/sh LANG=de_DE.UTF-8 LC_TIME=fr_FR.UTF-8 chroot "$system" ssh -i /root/.ssh/id \
		-o BatchMode=yes -o StrictHostKeyChecking=no -o LogLevel=ERROR \
		-o ProxyCommand="/usr/sbin/sshd -i -o HostKey=/etc/ssh/host $*" localhost \
		'echo "LANG=$LANG LC_TIME=$LC_TIME"'
}

for release in 'bookworm 1:9.2p1-2+deb12u10' 'trixie 1:10.0p1-7+deb13u4'; do
	read -r suite version <<<"$release"
	root "$suite" "openssh-server=$version" "openssh-client=$version" libpam-modules dash
	system=$tmp/$suite
	mkdir -p "$system/run/sshd" "$system/root/.ssh" "$system/etc/default"
	chmod 700 "$system/root" "$system/root/.ssh"
	printf '%s\n' 'root:x:0:0::/root:/bin/sh' 'sshd:x:101:65534::/run/sshd:/bin/false' \
		>"$system/etc/passwd"
	printf '%s\n' 'root:x:0:' 'nogroup:x:65534:' >"$system/etc/group"
	echo 'root:*:19000:0:99999:7:::' >"$system/etc/shadow"
	# What scripts of packages would make: common-* of pam-auth-update, sshd_config of ucf.
	for type in auth account session password; do
		echo "$type required pam_permit.so" >"$system/etc/pam.d/common-$type"
	done
	cp "$system/usr/share/openssh/sshd_config" "$system/etc/ssh"
	chroot "$system" ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/host
	chroot "$system" ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id
	cp "$system/root/.ssh/id.pub" "$system/root/.ssh/authorized_keys"

	expect "$suite, no locale on the server" 'LANG=de_DE.UTF-8 LC_TIME=fr_FR.UTF-8' "$(log_in)"
	echo 'LANG=en_US.UTF-8' >"$system/etc/default/locale"
	expect "$suite, as shipped" 'LANG=en_US.UTF-8 LC_TIME=fr_FR.UTF-8' "$(log_in)"
	echo 'LANG=it_IT.UTF-8' >"$system/root/.ssh/environment"
	expect "$suite, ~/.ssh/environment" 'LANG=en_US.UTF-8 LC_TIME=fr_FR.UTF-8' \
		"$(log_in -o PermitUserEnvironment=yes)"
	expect "$suite, SetEnv" 'LANG=es_ES.UTF-8 LC_TIME=fr_FR.UTF-8' "$(log_in -o SetEnv=LANG=es_ES.UTF-8)"
	expect "$suite, UsePAM no" 'LANG=de_DE.UTF-8 LC_TIME=fr_FR.UTF-8' "$(log_in -o UsePAM=no)"
done
