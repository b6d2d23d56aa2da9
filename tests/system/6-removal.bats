# SPDX-License-Identifier: LGPL-2.1-or-later
# Reinstallation, removal and purge of the packages.

load system

# passwords FLAG-FILE: logs in by password until that file exists
passwords() {
	local logins=0
	while [ ! -e "$1" ]; do
		by_su alice "$PASSWORD" || return 1
		logins=$((logins + 1))
	done
	echo "$logins logins"
	[ "$logins" -gt 0 ]
}

@test "tokens and passwords are accepted during and after a reinstallation" {
	token=$(token lasting alice)
	rm -f /run/done
	passwords /run/done &
	apt_get install --reinstall /packages/*.deb
	touch /run/done
	wait $!
	by_su alice "$token"
}

@test "passwords are accepted throughout the removal" {
	rm -f /run/done
	passwords /run/done &
	apt_get remove libpam-pat patd
	touch /run/done
	wait $!
}

@test "the PAM configuration after removal is that before installation" {
	diff -r /var/tmp/pam.d.before /etc/pam.d
}

@test "no process or socket of patd is left after removal" {
	run ! pgrep -u patd,patd-bus
	[ ! -e /run/patd/root.sock ]
	[ ! -e /run/patd/front.sock ]
	[ ! -e /run/patd/user.sock ]
	no_failed_units
}

@test "passwords are accepted by ssh, sudo, su and login after removal" {
	accepted alice "$PASSWORD"
	by_ssh_interactive alice "$PASSWORD"
	by_console alice "$PASSWORD"
}

@test "tokens are accepted after a new installation" {
	token=$(tail -n 1 "$SECRETS")
	apt_get install /packages/*.deb
	by_su alice "$token"
	apt_get remove libpam-pat patd
}

@test "purge removes the data and leaves PAM unchanged" {
	[ -e /var/lib/patd ]
	touch /etc/credstore.encrypted/patd.key.undecryptable
	apt_get purge libpam-pat patd
	[ ! -e /var/lib/patd ]
	run ! compgen -G '/etc/credstore.encrypted/patd.key*'
	diff -r /var/tmp/pam.d.before /etc/pam.d
}

@test "the journal contains no token or password of the run" {
	journalctl --sync
	[ "$(wc -l <"$SECRETS")" -gt 10 ]
	[ "$(journalctl --quiet | wc -l)" -gt 100 ]
	# Each in full, and the secret part of each token.
	{ cat "$SECRETS"; sed -n 's/^pat_..........\(_.*\)......$/\1/p' "$SECRETS"; } >/run/needles
	run journalctl --quiet --all -o export --no-pager
	run ! grep -aFf /run/needles <<<"$output"
}
