# The packages go.

load system

# passwords FLAG-FILE: logs in until that file is there
passwords() {
	local logins=0
	while [ ! -e "$1" ]; do
		by_su alice "$PASSWORD" || return 1
		logins=$((logins + 1))
	done
	echo "$logins logins meanwhile"
	[ "$logins" -gt 0 ]
}

@test "reinstalling them leaves a login in progress and the tokens alone" {
	token=$(token lasting alice)
	rm -f /run/done
	passwords /run/done &
	DEBIAN_FRONTEND=noninteractive apt-get install --yes --reinstall /packages/*.deb
	touch /run/done
	wait $!
	by_su alice "$token"
}

@test "apt removes them, and a password logs in at every moment of it" {
	rm -f /run/done
	passwords /run/done &
	DEBIAN_FRONTEND=noninteractive apt-get remove --yes libpam-pat patd
	touch /run/done
	wait $!
}

@test "PAM is as it was before, byte for byte" {
	diff -r /var/tmp/pam.d.before /etc/pam.d
}

@test "nothing of patd runs or listens" {
	run ! pgrep -u patd
	[ ! -e /run/patd/root.sock ]
	[ ! -e /run/patd/user.sock ]
	run systemctl list-units --failed --no-legend
	[ -z "$output" ]
}

@test "passwords open every door" {
	accepted alice "$PASSWORD"
	by_ssh_interactive alice "$PASSWORD"
	by_console alice "$PASSWORD"
}

@test "installed again, they find the tokens" {
	token=$(tail -n 1 "$SECRETS")
	DEBIAN_FRONTEND=noninteractive apt-get install --yes /packages/*.deb
	by_su alice "$token"
	DEBIAN_FRONTEND=noninteractive apt-get remove --yes libpam-pat patd
}

@test "purging them removes the data, and leaves PAM alone" {
	[ -e /var/lib/patd ]
	DEBIAN_FRONTEND=noninteractive apt-get purge --yes libpam-pat patd
	[ ! -e /var/lib/patd ]
	[ ! -e /etc/credstore.encrypted/patd.key ]
	diff -r /var/tmp/pam.d.before /etc/pam.d
}

@test "no secret of the whole run is in the journal" {
	journalctl --sync
	[ "$(wc -l <"$SECRETS")" -gt 10 ]
	[ "$(journalctl --quiet | wc -l)" -gt 100 ]
	# Whole, and the secret part of a token by itself.
	{ cat "$SECRETS"; sed -n 's/^pat_..........\(_.*\)......$/\1/p' "$SECRETS"; } >/run/needles
	run journalctl --quiet --all -o export --no-pager
	run ! grep -aFf /run/needles <<<"$output"
}
