# SPDX-License-Identifier: LGPL-2.1-or-later
# PostgreSQL, by TCP; configured as doc/recipes/postgresql.md says.
packages postgresql postgresql-client
versions 'postgresql-[0-9]*'

# The cluster that the recipe begins with, which the package makes unless it was there before; the
# recipe leaves the role alice there.
prepare() {
	local version
	version=$(ls /usr/lib/postgresql)
	[ -e "/etc/postgresql/$version/main" ] || pg_createcluster "$version" main
	systemctl start "postgresql@$version-main"
}

configure() {
	local version
	version=$(ls /usr/lib/postgresql)
	verifier postgres postgresql
	cd /
	sed -i '1i host all alice 127.0.0.1/32 pam pamservice=postgresql' \
		"/etc/postgresql/$version/main/pg_hba.conf"
	pg_ctlcluster "$version" main reload
}

login_with() {
	PGPASSWORD=$2 timeout 60 psql -w -h 127.0.0.1 -U "$1" -d postgres -Atc 'SELECT current_user'
}

row <<'END'
application  PostgreSQL
service      postgresql
rhost        127.0.0.1
tty          unset
ids          postgres/postgres
phases       auth account
password     refused
token        accepted
local        refused
address      accepted
uses         1
once         accepted refused
revoked      refused
told         no
longest      1023
advice       It runs as postgres: see doc/recipes/postgresql.md.
END
