# SPDX-License-Identifier: LGPL-2.1-or-later
# Pgpool-II before PostgreSQL, which trusts it.
packages pgpool2 postgresql postgresql-client
versions pgpool2 'postgresql-[0-9]*'

configure() {
	local version
	version=$(ls /usr/lib/postgresql)
	verifier postgres pgpool
	[ -d "/etc/postgresql/$version/main" ] || pg_createcluster "$version" main
	cd /
	sed -i '1i host all all 127.0.0.1/32 trust' "/etc/postgresql/$version/main/pg_hba.conf"
	pg_ctlcluster "$version" main restart
	as postgres createuser alice || :
	cat >>/etc/pgpool2/pgpool.conf <<-'END'
		enable_pool_hba = on
		backend_hostname0 = '127.0.0.1'
		backend_port0 = 5432
		port = 5433
		listen_addresses = '127.0.0.1'
	END
	echo 'host all all 127.0.0.1/32 pam pamservice=pgpool' >/etc/pgpool2/pool_hba.conf
	systemctl restart pgpool2.service
	wait_until listens 5433
}

unconfigure() {
	pg_ctlcluster "$(ls /usr/lib/postgresql)" main stop
}

login_with() {
	PGPASSWORD=$2 PGSSLMODE=disable timeout 60 psql -w -h 127.0.0.1 -p 5433 -U "$1" -d postgres \
		-Atc 'SELECT current_user'
}

row <<'END'
application  Pgpool-II
service      pgpool
rhost        unset
tty          unset
ids          postgres/postgres
phases       auth account
password     refused
token        accepted
local        refused
address      refused
uses         1
once         accepted refused
revoked      refused
told         no
longest      1023
advice       It runs as postgres. It does not say where a login comes from, so that no --from opens
             here. Its users at PostgreSQL are a matter of their own: trust it there, or give it
             their passwords.
END
