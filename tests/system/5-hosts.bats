# SPDX-License-Identifier: LGPL-2.1-or-later
# A program that asks PAM without being root, PostgreSQL: doctor, check and the history say so.

load system

setup_file() {
	pg_createcluster "$(ls /usr/lib/postgresql)" main --start
	cd /
	as_postgres createuser alice
	hba=$(as_postgres psql -Atc 'SHOW hba_file')
	sed -i '1i host all alice 127.0.0.1/32 pam pamservice=postgresql' "$hba"
	as_postgres psql -Atc 'SELECT pg_reload_conf()'
	printf '@include common-auth\n@include common-account\n' >/etc/pam.d/postgresql
}

teardown_file() {
	pg_dropcluster --stop "$(ls /usr/lib/postgresql)" main
	rm -f /etc/pam.d/postgresql /etc/patd/patd.conf.d/postgresql.conf
	systemctl reload-or-restart patd
}

as_postgres() {
	runuser -u postgres -- "$@"
}

# by_psql SECRET
by_psql() {
	[ "$(PGPASSWORD=$1 timeout 60 psql -h 127.0.0.1 -U alice -d postgres -Atc 'SELECT current_user')" = alice ]
}

# says TEXT: doctor does, of the service
says() {
	patctl doctor | grep -F "pam: postgresql: $1"
}

# heal TEXT: runs the command that doctor prints with the finding of that text
heal() {
	local found
	found=$(patctl doctor --quiet | grep -F -m 1 -- "$1")
	echo "$found"
	bash -ec "${found#*; }"
	run ! grep -qF -- "$1" <<<"$(patctl doctor --quiet)"
}

@test "the remedies of doctor let PostgreSQL accept tokens" {
	secret=$(token hosts alice)
	run ! by_psql "$secret"
	patctl log --user=alice | grep "hosts (.*) of alice, postgresql from 127.0.0.1, by postgres: not-allowed"
	run patctl check --service=postgresql <<<"$secret"
	[ "$status" -eq 1 ]
	[[ $output == *"PostgreSQL asks as user postgres, which is not a verifier account for service postgresql"* ]]

	heal "tokens are refused: PostgreSQL asks as user postgres"
	run ! by_psql "$secret"
	run patctl check --service=postgresql <<<"$secret"
	[ "$status" -eq 1 ]
	[[ $output == *"the account phase of service postgresql refuses"* ]]

	heal "the account phase of postgresql refuses every login"
	by_psql "$secret"
	patctl check --service=postgresql <<<"$secret"
	says "tokens are accepted, asked for by user postgres; passwords of /etc/shadow are not"
	run ! by_psql "$PASSWORD"
}

@test "the lines of PostgreSQL, which overwrites its arguments, are found by service and program" {
	journalctl --sync
	journalctl -b -q --output=cat _COMM=postgres | grep 'pam_pat(postgresql:auth): accepted: token='
	journalctl -b -q --output=cat -g 'pam_pat\(postgresql:' | grep 'pam_pat(postgresql:auth): accepted: token='
	run ! journalctl -b -q --output=cat -t postgres -g 'pam_pat'
}

@test "no token creates a token: doctor says that polkit-1 accepts passwords alone" {
	patctl doctor | grep -E '^ok +pam: polkit-1: passwords are accepted; no token is'
}
