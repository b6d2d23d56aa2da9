# SPDX-License-Identifier: LGPL-2.1-or-later
# Upgrade to a newer version of the packages during logins, and back.

load system

# The fields of all tokens that an upgrade must not change.
tokens() {
	patctl list --all --json | grep -oE '"(id|name|user|state|expires_at)": *[^,]*'
}

# make_newer PACKAGE: writes the package with a higher version to /run/newer
make_newer() {
	local unpacked
	unpacked=$(mktemp -d)
	dpkg-deb --raw-extract "$1" "$unpacked"
	sed -i "s/^Version: .*/&+newer/" "$unpacked/DEBIAN/control"
	dpkg-deb --build "$unpacked" /run/newer >/dev/null
	rm -r "$unpacked"
}

# logins FLAG-FILE FUNCTION SECRET: logs alice in by the function, such as by_su, until the file
# exists and once after.  Writes a line for each login to file descriptor 7.
logins() {
	while [ ! -e "$1" ]; do
		"$2" alice "$3" || return 1
		echo "$2" >&7
	done
	"$2" alice "$3"
}

setup_file() {
	mkdir /run/newer
	for package in /packages/*.deb; do
		make_newer "$package"
	done
	cp -a /etc/pam.d /run/pam.d.older
	patctl list
}

# After a failed test.
teardown() {
	touch /run/upgraded
	rm -f /run/answers /run/prompts /run/requests /run/replies /run/logins
}

teardown_file() {
	rm -rf /run/newer /run/pam.d.older /run/upgraded /run/su
}

@test "logins with a token before, during and across an upgrade are accepted" {
	token=$(token upgraded alice)
	version=$(dpkg-query -W -f '${Version}' patd)
	tokens=$(tokens)
	[ -n "$tokens" ]
	old=$(patd_pid)
	rm -f /run/upgraded
	mkfifo /run/answers /run/prompts /run/requests /run/replies /run/logins
	exec 5<>/run/answers 6<>/run/prompts 7<>/run/logins 8<>/run/requests 9<>/run/replies

	# A session from before the upgrade.
	# shellcheck disable=SC2016 # for the shell of the session
	SSH_TIMEOUT=300 ssh_by password alice "$token" \
		'while read -r line && [ "$line" != end ]; do echo "$line, $(id -un)"; done' <&8 >&9 3>&- &
	session=$!
	echo before >&8
	read -r -t 60 -u 9 reply
	[ "$reply" = "before, alice" ]

	# A password prompt from before the upgrade, which is answered after it.
	(cd / && exec timeout 300 setpriv --reuid=nobody --regid=nogroup --clear-groups \
		su alice -s /bin/sh -c 'id -un' <&5 >/run/su 2>&6 3>&-) &
	asked=$!
	read -r -t 60 -d : -u 6 prompt
	[ "$prompt" = Password ]

	# Logins during the upgrade.
	logins /run/upgraded by_su "$token" 3>&- &
	by_su=$!
	logins /run/upgraded by_ssh_password "$token" 3>&- &
	by_ssh=$!
	read -r -t 60 -u 7
	apt_get install /run/newer/*.deb 3>&-
	touch /run/upgraded
	wait "$by_su"
	wait "$by_ssh"

	printf '%s\n' "$token" >&5
	wait "$asked"
	[ "$(tail -n 1 /run/su)" = alice ]
	echo after >&8
	read -r -t 60 -u 9 reply
	[ "$reply" = "after, alice" ]
	echo end >&8
	wait "$session"

	[ "$(dpkg-query -W -f '${Version}' patd)" = "$version+newer" ]
	[ "$(patd_pid)" != "$old" ]
	[[ $(readlink "/proc/$(patd_pid)/exe") != *deleted* ]]
	diff <(echo "$tokens") <(tokens)
}

@test "an upgrade leaves PAM and the sockets unchanged" {
	diff -r /run/pam.d.older /etc/pam.d
	systemctl is-active "${SOCKETS[@]}"
	no_failed_units
}

# make_older: writes libpam-pat with the profile of the time before the other lines to /run/older
make_older() {
	local unpacked
	unpacked=$(mktemp -d)
	dpkg-deb --raw-extract /packages/libpam-pat_*.deb "$unpacked"
	sed -i "s/^Version: .*/&~older/" "$unpacked/DEBIAN/control"
	sed -i 's/ auth_err=die authinfo_unavail=die / /' "$unpacked/usr/share/pam-configs/pat"
	rm "$unpacked"/usr/share/pam-configs/pat-{password,session}
	mkdir -p /run/older
	dpkg-deb --build "$unpacked" /run/older >/dev/null
	rm -r "$unpacked"
}

@test "an upgrade from the profile of before replaces its line and adds the others" {
	make_older
	apt_get install --allow-downgrades /run/older/*.deb
	rm -r /run/older
	run ! grep pam_pat /etc/pam.d/common-{password,session,session-noninteractive}
	grep -F '[success=2 default=ignore]' /etc/pam.d/common-auth
	apt_get install --allow-downgrades /packages/*.deb
	diff -r /run/pam.d.older /etc/pam.d
}

@test "tokens are accepted after a downgrade" {
	token=$(token downgraded alice)
	apt_get install --allow-downgrades /packages/*.deb
	by_su alice "$token"
}
