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

/* A valid name has nothing in it that would end a text, or a name in quotation marks. */
int hub_sql_add_host(FILE *file, const char *host, bool issuer)
{
	const char *group = issuer ? "patd_issuer" : "patd_member";
	const int r = fprintf(file,
		"BEGIN;\n"
		"DO $$\n"
		"BEGIN\n"
		"\tIF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '%s') THEN\n"
		"\t\tCREATE ROLE \"%s\";\n"
		"\tELSIF '%s' IN ('patd_member', 'patd_issuer') OR NOT EXISTS\n"
		"\t\t(SELECT FROM pg_auth_members AS m JOIN pg_roles AS r ON r.oid = m.member\n"
		"\t\tJOIN pg_roles AS g ON g.oid = m.roleid WHERE r.rolname = '%s'\n"
		"\t\tAND NOT r.rolsuper AND g.rolname IN ('patd_member', 'patd_issuer')) THEN\n"
		"\t\tRAISE EXCEPTION 'the role %s is not that of a host';\n"
		"\tEND IF;\n"
		"END\n"
		"$$;\n"
		"-- One connection, and those that the server does not know yet to be lost.\n"
		"ALTER ROLE \"%s\" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS\n"
		"\tINHERIT CONNECTION LIMIT 4;\n"
		"REVOKE patd_member, patd_issuer FROM \"%s\";\n"
		"GRANT %s TO \"%s\";\n"
		"COMMIT;\n",
		host, host, host, host, host, host, host, group, host);

	return r < 0 || fflush(file) != 0 ? -EIO : 0;
}
