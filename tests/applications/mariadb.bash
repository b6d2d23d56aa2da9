# SPDX-License-Identifier: LGPL-2.1-or-later
# MariaDB with its plugin auth_pam.
packages mariadb-server mariadb-client

configure() {
	pam_service mariadb
	systemctl restart mariadb.service
	mariadb -e "INSTALL SONAME 'auth_pam'; CREATE USER alice IDENTIFIED VIA pam USING 'mariadb'"
}

login_with() {
	MYSQL_PWD=$2 timeout 60 mariadb --protocol=tcp --host=127.0.0.1 --user="$1" \
		-e 'SELECT CURRENT_USER()'
}

row <<'END'
application  MariaDB, auth_pam
service      mariadb
rhost        unset
tty          unset
ids          root/root
phases       auth account
password     accepted
token        accepted
local        refused
address      refused
uses         1
once         accepted refused
revoked      refused
told         no
longest      1023
advice       It does not say where a login comes from, so that no --from opens here: limit the
             user by its host, as in alice@10.0.0.0/255.0.0.0.
END
