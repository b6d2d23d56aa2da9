# SPDX-License-Identifier: LGPL-2.1-or-later
# lsh, the SSH server of GNU, as Debian starts it.
packages lsh-server openssh-client sshpass

configure() {
	printf 'LSHD_PORT=2222\n' >/etc/default/lsh-server
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
application  lsh
service
rhost
tty
ids
phases
password     accepted
token        refused
advice       It does not ask PAM: tokens never open. See the line with lsh-pam-checkpw.
END
