# To be read once, after system.bash: makes the people of the tests, and the doors they come by.
# shellcheck shell=bash

# sudo looks up the name of the machine.
echo "127.0.1.1 $(uname -n)" >>/etc/hosts

umask 077
remember "$PASSWORD"
umask 022
for user in alice bob; do
	useradd --create-home --shell /bin/bash "$user"
	echo "$user:$PASSWORD" | chpasswd
done
adduser --quiet alice sudo

# Debian offers the password method alone.
echo 'KbdInteractiveAuthentication yes' >/etc/ssh/sshd_config.d/test.conf
# From OpenSSH 9.8 on, an address that has been refused a few times is not served for a while.
if sshd -T | grep -qi '^persourcepenalties'; then
	echo 'PerSourcePenalties no' >>/etc/ssh/sshd_config.d/test.conf
fi
systemctl reload ssh.service
