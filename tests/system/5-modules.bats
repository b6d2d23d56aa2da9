# SPDX-License-Identifier: LGPL-2.1-or-later
# Tokens beside other PAM modules, which get no password of a token: pam_mount and pam_krb5.

load system
load modules

setup_file() {
	cp -a /etc/pam.d /var/tmp/pam.d.modules
	# The realm does not exist: the module asks for its password, and gets no ticket.
	mkdir /etc/krb5.conf.d
	printf '%s\n' '[libdefaults]' 'default_realm = TEST.INVALID' 'dns_lookup_kdc = false' >/etc/krb5.conf
}

teardown_file() {
	rm -rf /etc/krb5.conf /etc/krb5.conf.d
	remove_module libpam-krb5
	remove_module libpam-mount
	DEBIAN_FRONTEND=noninteractive pam-auth-update --force --enable pat pat-password pat-session
	rm -f /etc/pam.d/*.pam-old
	rmdir /home/alice/mount
	diff -r /var/tmp/pam.d.modules /etc/pam.d
}

@test "Ctrl-D ends su, and no other module asks" {
	SU_USER=alice run expect -f "$BATS_TEST_DIRNAME/unanswered.exp"
	echo "$output"
	[ "$status" -eq 1 ]
	[ "$(grep -o 'Password: ' <<<"$output" | wc -l)" -eq 1 ]
}

# ansible_as USER FILE: becomes root with the secret in FILE, within 30 seconds
ansible_as() {
	timeout --kill-after=5 30 runuser -l "$1" -c "ansible all -i localhost, -c local --become \
		--become-password-file $2 -m command -a 'id -un'"
}

@test "secrecy: pam_mount asks after a token, and does not get it, until the commands of doctor" {
	install_module libpam-mount
	grep -n pam_mount /etc/pam.d/common-{auth,session}
	sed -i 's|^</pam_mount>|<volume user="alice" fstype="tmpfs" path="tmpfs" mountpoint="~/mount" options="mode=0700"/>\n&|' \
		/etc/security/pam_mount.conf.xml
	install -d -o alice -m 0700 /home/alice/mount
	token=$(token mount alice)
	by_sudo alice "$PASSWORD"
	run ! by_sudo alice "$token"
	# sshd answers each prompt with the token, and pam_pat withholds it.
	mark_journal
	by_ssh_password alice "$token"
	logged 'conv->conv\(\.\.\.\): Conversation error'
	heal "after a token, another module asks for a password: /etc/pam.d/common-auth"
	heal "after a token, a module of the session asks for a password: /etc/pam.d/common-session:"
	accepted alice "$token"
	by_console alice "$token"
	printf '%s\n' "$token" | install -o alice -m 0600 /dev/stdin /home/alice/secret
	ansible_as alice /home/alice/secret
	rm /home/alice/secret
	accepted alice "$PASSWORD"
}

@test "pam_mount mounts with the password, and with a token what needs none" {
	mounts='findmnt -n -o FSTYPE /home/alice/mount'
	[ "$(su_as_nobody alice "$PASSWORD" "$mounts" | tail -n 1)" = tmpfs ]
	run ! findmnt /home/alice/mount # it ended with the session
	[ "$(su_as_nobody alice "$(token mounts alice)" "$mounts" | tail -n 1)" = tmpfs ]
}

@test "pam-auth-update keeps the option that doctor has added" {
	pam-auth-update --package
	grep 'pam_mount.so.*disable_interactive' /etc/pam.d/common-auth
	grep 'pam_mount.so.*disable_interactive' /etc/pam.d/common-session
	remove_module libpam-mount
}

@test "pam_krb5 asks for each password again, where tokens are for sudo only, until the command of doctor" {
	install_module libpam-krb5
	grep -n pam_krb5 /etc/pam.d/common-auth
	token=$(token ticket alice)
	# Beside the profile of pam_pat, it takes the password that there is.
	by_sudo alice "$token"
	by_sudo alice "$PASSWORD"
	pam-auth-update --disable pat
	for control in sufficient '[success=done auth_err=die authinfo_unavail=die default=ignore]'; do
		sed -i "s/^@include common-auth$/auth $control pam_pat.so\n&/" /etc/pam.d/sudo
		by_sudo alice "$token"
		run ! by_sudo alice "$PASSWORD"
		heal "a password is asked for twice: /etc/pam.d/common-auth"
		by_sudo alice "$token"
		by_sudo alice "$PASSWORD"
		run ! by_sudo alice "a wrong password"
		sed -i '/pam_krb5\.so/ s/ try_first_pass//' /etc/pam.d/common-auth
		sed -i '/pam_pat\.so/d' /etc/pam.d/sudo
	done
	pam-auth-update --enable pat
	by_sudo alice "$token"
	by_sudo alice "$PASSWORD"
	remove_module libpam-krb5
}
