# A newer version comes over this one, while people log in.

load system

# What an upgrade must leave of each token.
tokens() {
	patctl list --all --json | grep -oE '"(id|name|user|state|expires_at)": *[^,]*'
}

# newer PACKAGE: that package into /run/newer, the same but for its version
newer() {
	local unpacked
	unpacked=$(mktemp -d)
	dpkg-deb --raw-extract "$1" "$unpacked"
	sed -i "s/^Version: .*/&+newer/" "$unpacked/DEBIAN/control"
	dpkg-deb --build "$unpacked" /run/newer >/dev/null
	rm -r "$unpacked"
}

# logins FLAG-FILE DOOR SECRET: by that door until the file is there, and once after; tells
# each on file descriptor 7
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
		newer "$package"
	done
	cp -a /etc/pam.d /run/pam.d.older
	patctl list
}

# What came while nobody could look at it.
teardown() {
	touch /run/upgraded
	rm -f /run/answers /run/prompts /run/requests /run/replies /run/logins
}

teardown_file() {
	rm -rf /run/newer /run/pam.d.older /run/upgraded /run/su
}

@test "an upgrade fails no login with a token: before it, during it or in the middle of it" {
	token=$(token upgraded alice)
	version=$(dpkg-query -W -f '${Version}' patd)
	tokens=$(tokens)
	[ -n "$tokens" ]
	old=$(patd_pid)
	rm -f /run/upgraded
	mkfifo /run/answers /run/prompts /run/requests /run/replies /run/logins
	exec 5<>/run/answers 6<>/run/prompts 7<>/run/logins 8<>/run/requests 9<>/run/replies

	# In before, and there to stay.
	# shellcheck disable=SC2016 # for the shell over there
	SSHPASS=$token sshpass -e ssh -o LogLevel=ERROR -o PreferredAuthentications=password \
		-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null alice@127.0.0.1 \
		'while read -r line && [ "$line" != end ]; do echo "$line, $(id -un)"; done' <&8 >&9 3>&- &
	session=$!
	echo before >&8
	read -r -t 60 -u 9 reply
	[ "$reply" = "before, alice" ]

	# At the prompt.
	(cd / && exec timeout 300 setpriv --reuid=nobody --regid=nogroup --clear-groups \
		su alice -s /bin/sh -c 'id -un' <&5 >/run/su 2>&6 3>&-) &
	asked=$!
	read -r -t 60 -d : -u 6 prompt
	[ "$prompt" = Password ]

	# All the time.
	logins /run/upgraded by_su "$token" 3>&- &
	by_su=$!
	logins /run/upgraded by_ssh_password "$token" 3>&- &
	by_ssh=$!
	read -r -t 60 -u 7
	DEBIAN_FRONTEND=noninteractive apt-get install --yes /run/newer/*.deb 3>&-
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

@test "an upgrade leaves PAM and the sockets as they were" {
	diff -r /run/pam.d.older /etc/pam.d
	systemctl is-active patd-root.socket patd-user.socket
	run systemctl list-units --failed --no-legend
	[ -z "$output" ]
}

@test "the version before, put over the newer one, has the tokens as well" {
	token=$(token downgraded alice)
	DEBIAN_FRONTEND=noninteractive apt-get install --yes --allow-downgrades /packages/*.deb
	by_su alice "$token"
}
