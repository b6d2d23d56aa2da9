# SPDX-License-Identifier: LGPL-2.1-or-later
# Creates the users of the tests and configures ssh for them; sourced once, after system.bash.
# shellcheck shell=bash

# sudo looks up the host name.
echo "127.0.1.1 $(uname -n)" >>/etc/hosts

umask 077
record_secret "$PASSWORD"
umask 022
for user in alice bob; do
	useradd --create-home --shell /bin/bash "$user"
	echo "$user:$PASSWORD" | chpasswd
done
adduser --quiet alice sudo

# The default of Debian allows the password method only.
echo 'KbdInteractiveAuthentication yes' >/etc/ssh/sshd_config.d/test.conf
# OpenSSH 9.8 and later do not serve an address for some time after a few refusals.
if sshd -T | grep -qi '^persourcepenalties'; then
	echo 'PerSourcePenalties no' >>/etc/ssh/sshd_config.d/test.conf
fi
systemctl reload ssh.service
