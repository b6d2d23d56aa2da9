/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SQL that is printed, never run. */
#include "fleet/hub_sql.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#define HOST_MAX 63

bool hub_sql_host_valid(const char *host)
{
	const size_t len =
		strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._");

	return len >= 1 && len <= HOST_MAX && host[len] == '\0' && isalnum((unsigned char)host[0]);
}

int hub_sql_init(FILE *file)
{
	return fputs(hub_sql, file) < 0 || fflush(file) != 0 ? -EIO : 0;
}

/* $1: the name of a host.  A valid one has nothing in it that would end a text, or a name in
 * quotation marks. */
static const char is_host[] =
	"\tIF '$1' IN ('patd_member', 'patd_issuer') OR (EXISTS\n"
	"\t\t(SELECT FROM pg_roles WHERE rolname = '$1') AND NOT EXISTS\n"
	"\t\t(SELECT FROM pg_auth_members AS m JOIN pg_roles AS r ON r.oid = m.member\n"
	"\t\tJOIN pg_roles AS g ON g.oid = m.roleid WHERE r.rolname = '$1'\n"
	"\t\tAND NOT r.rolsuper AND g.rolname IN ('patd_member', 'patd_issuer'))) THEN\n"
	"\t\tRAISE EXCEPTION 'the role $1 is not that of a host';\n"
	"\tEND IF;\n";

static const char begin[] = "BEGIN;\n"
			    "DO $$\n"
			    "BEGIN\n";

/* Two connections, and those that the server does not know yet to be lost. */
static const char add_end[] =
	"\tIF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '$1') THEN\n"
	"\t\tCREATE ROLE \"$1\";\n"
	"\tEND IF;\n"
	"\t-- All other limits a host could set by itself, and a new role has none of these rights.\n"
	"\tIF (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN\n"
	"\t\tALTER ROLE \"$1\" NOSUPERUSER NOCREATEDB NOREPLICATION NOBYPASSRLS;\n"
	"\t\tALTER ROLE \"$1\" SET temp_file_limit = '64MB';\n"
	"\tEND IF;\n"
	"END\n"
	"$$;\n"
	"ALTER ROLE \"$1\" LOGIN NOCREATEROLE INHERIT CONNECTION LIMIT 8;\n"
	"-- For a session that was left open by mistake: a host could undo it.\n"
	"ALTER ROLE \"$1\" SET idle_in_transaction_session_timeout = '120s';\n"
	"-- A new role has neither of them, which would be a warning.\n"
	"SET LOCAL client_min_messages = error;\n"
	"REVOKE patd_member, patd_issuer FROM \"$1\";\n";

static const char grant_member[] = "GRANT patd_member TO \"$1\";\nCOMMIT;\n";
static const char grant_issuer[] = "GRANT patd_issuer TO \"$1\";\nCOMMIT;\n";

/* The role is out before its connections are ended, so that it makes no other. */
static const char remove_end[] =
	"\tIF EXISTS (SELECT FROM pg_roles WHERE rolname = '$1') THEN\n"
	"\t\tALTER ROLE \"$1\" NOLOGIN;\n"
	"\tEND IF;\n"
	"END\n"
	"$$;\n"
	"COMMIT;\n"
	"BEGIN;\n"
	"DO $$\n"
	"BEGIN\n"
	"\tPERFORM pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE usename = '$1';\n"
	"EXCEPTION WHEN insufficient_privilege THEN\n"
	"\tRAISE WARNING 'connections of the role $1 may be open: a superuser ends them';\n"
	"END\n"
	"$$;\n"
	"DELETE FROM patd_fleet.use WHERE host = '$1';\n"
	"-- A request to revoke waits for the issuer of its token: its owner was told that it does.\n"
	"DELETE FROM patd_fleet.revocation AS v WHERE v.host = '$1' AND NOT EXISTS\n"
	"\t(SELECT FROM patd_fleet.row AS r WHERE r.id = v.id AND NOT EXISTS\n"
	"\t(SELECT FROM patd_fleet.revocation_taken AS t WHERE t.issuer = r.issuer\n"
	"\tAND t.host = v.host AND t.id = v.id AND t.number = v.number));\n"
	"DELETE FROM patd_fleet.revocation_taken AS t WHERE t.host = '$1' AND NOT EXISTS\n"
	"\t(SELECT FROM patd_fleet.revocation AS v WHERE v.host = t.host AND v.id = t.id);\n"
	"DELETE FROM patd_fleet.host WHERE host = '$1';\n"
	"-- Default privileges, which a role can have without a right, would keep it.\n"
	"DO $$\n"
	"BEGIN\n"
	"\tIF EXISTS (SELECT FROM pg_roles WHERE rolname = '$1') THEN\n"
	"\t\tDROP OWNED BY \"$1\";\n"
	"\tEND IF;\n"
	"EXCEPTION WHEN insufficient_privilege THEN\n"
	"\tNULL;\n"
	"END\n"
	"$$;\n"
	"DROP ROLE IF EXISTS \"$1\";\n"
	"COMMIT;\n";

/* Texts up to NULL, with the name in the place of each $1. */
static int print(FILE *file, const char *host, const char *const texts[])
{
	for (; *texts; texts++) {
		const char *text = *texts, *place;

		for (; (place = strstr(text, "$1")); text = place + 2)
			(void)fprintf(file, "%.*s%s", (int)(place - text), text, host);
		(void)fputs(text, file);
	}
	return fflush(file) != 0 || ferror(file) ? -EIO : 0;
}

int hub_sql_add_host(FILE *file, const char *host, bool issuer)
{
	return print(file, host,
		(const char *[]) {
			begin, is_host, add_end, issuer ? grant_issuer : grant_member, NULL });
}

int hub_sql_remove_host(FILE *file, const char *host)
{
	return print(file, host, (const char *[]) { begin, is_host, remove_end, NULL });
}
