# SPDX-License-Identifier: LGPL-2.1-or-later
# lsh, the SSH server of GNU, with its helper for PAM.
packages lsh-server openssh-client sshpass

configure() {
	printf '%s\n' LSHD_PORT=2222 'EXTRA_ARGS=--password-helper=/usr/sbin/lsh-pam-checkpw' >/etc/default/lsh-server
	systemctl restart lsh-server.service
	wait_until listens 2222
}

login_with() {
	# What a server of 2013 has.
	SSHPASS=$2 timeout 60 sshpass -e ssh -p 2222 -o PreferredAuthentications=password \
		-o KexAlgorithms=+diffie-hellman-group14-sha1 -o HostKeyAlgorithms=+ssh-rsa,ssh-dss \
		-o Ciphers=+aes256-cbc,3des-cbc -o MACs=+hmac-sha1 -o NumberOfPasswordPrompts=1 \
		-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null "$1@127.0.0.1" id -un
}

row <<'END'
application  lsh, lsh-pam-checkpw
service      lshd
rhost        unset
tty          unset
ids          root/root
phases       auth
password     accepted
token        accepted
local        refused
address      refused
uses         1
once         accepted refused
revoked      refused
told         no
longest      1023
advice       It has no PAM file lshd, and uses that of the service other. It does not say where a
             login comes from, so that no --from opens here.
END
