/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A conninfo of libpq, of which few keywords are taken. */
#include "fleet/hub/conninfo.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Others would weaken the connection, name secrets, or mean something in another place. */
static const char *const allowed[] = { "host", "hostaddr", "port", "dbname", "user", "sslmode",
	"sslrootcert", "sslcert", "sslkey", "sslcrl", "sslcrldir", "ssl_min_protocol_version",
	"ssl_max_protocol_version", "sslsni", "requirepeer", "tcp_user_timeout",
	"target_session_attrs" };

/* What goes before anything that the text or the environment says, and NULL. */
static const char *const ours[][2] = {
	{ "application_name", "patd-fleet" },
	{ "client_encoding", "UTF8" },
	/* Encryption by Kerberos would stand in the place of TLS, and of its certificates. */
	{ "gssencmode", "disable" },
	{ "keepalives", "1" },
	{ "keepalives_idle", "15" },
	{ "keepalives_interval", "5" },
	{ "keepalives_count", "3" },
	/* All that is sent up to a Sync is one transaction, and sees one snapshot: see hub_link.h.
	 */
	{ "options", "-c default_transaction_isolation=repeatable\\ read"
		     " -c statement_timeout=60s -c idle_in_transaction_session_timeout=120s"
		     /* Any host can hold the lock of a row that it may write, for ever. */
		     " -c lock_timeout=1s"
		     " -c search_path=pg_catalog"
		     /* Of a host that is gone, the server ends the connection as early. */
		     " -c tcp_keepalives_idle=15 -c tcp_keepalives_interval=5"
		     " -c tcp_keepalives_count=3" },
};

static bool is_allowed(const char *keyword)
{
	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
		if (strcmp(allowed[i], keyword) == 0)
			return true;
	return false;
}

static const char *value_of(const PQconninfoOption *options, const char *keyword)
{
	for (const PQconninfoOption *option = options; option->keyword; option++)
		if (strcmp(option->keyword, keyword) == 0 && option->val && option->val[0] != '\0')
			return option->val;
	return NULL;
}

/* Each of the hosts is the folder of a socket. */
static bool is_local(const char *hosts)
{
	for (const char *host = hosts; host; host = strchr(host, ',')) {
		host += host != hosts;
		if (*host != '/')
			return false;
	}
	return hosts != NULL;
}

static bool is_by_tls(const PQconninfoOption *options)
{
	return !is_local(value_of(options, "host")) || value_of(options, "hostaddr");
}

/* NULL: nothing is wrong. */
static char *problem(const PQconninfoOption *options)
{
	const char *mode = value_of(options, "sslmode");
	const bool verified = mode && strcmp(mode, "verify-full") == 0;
	char *why;

	for (const PQconninfoOption *option = options; option->keyword; option++) {
		if (!option->val || is_allowed(option->keyword))
			continue;
		return asprintf(&why, "hub: \"%s\" is not allowed", option->keyword) < 0 ? NULL
											 : why;
	}
	if (!is_by_tls(options))
		return NULL;
	if (!value_of(options, "host"))
		return strdup("hub: no host");
	if (!verified)
		return strdup("hub: a host in the network needs sslmode=verify-full");
	return NULL;
}

static bool add(struct conninfo *conninfo, size_t *n, const char *keyword, const char *value)
{
	if (*n >= CONNINFO_MAX - 1)
		return false;
	conninfo->keywords[*n] = keyword;
	conninfo->values[(*n)++] = value;
	return true;
}

static bool fill(struct conninfo *conninfo, const PQconninfoOption *options, const char *role)
{
	size_t n = 0;
	bool fits = true;

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		fits = fits && add(conninfo, &n, ours[i][0], ours[i][1]);
	for (const PQconninfoOption *option = options; option->keyword; option++)
		if (option->val)
			fits = fits && add(conninfo, &n, option->keyword, option->val);
	if (!value_of(options, "user"))
		fits = fits && add(conninfo, &n, "user", role);
	if (!value_of(options, "dbname"))
		fits = fits && add(conninfo, &n, "dbname", "patd");
	return fits;
}

const char *conninfo_value(const struct conninfo *conninfo, const char *keyword)
{
	return value_of(conninfo->parsed, keyword);
}

void conninfo_clear(struct conninfo *conninfo)
{
	PQconninfoFree(conninfo->parsed);
	memset(conninfo, 0, sizeof(*conninfo));
}

bool conninfo_read(
	const char *text, const char *role, struct conninfo *ret_conninfo, char **ret_why)
{
	struct conninfo conninfo = { 0 };
	char *wrong = NULL;
	PQconninfoOption *options = PQconninfoParse(text, &wrong);
	char *why;

	if (!options) {
		*ret_why = wrong ? strdup(wrong) : NULL;
		PQfreemem(wrong);
		return false;
	}
	conninfo.parsed = options;
	conninfo.by_tls = is_by_tls(options);
	why = problem(options);
	if (!why && !fill(&conninfo, options, role))
		why = strdup("hub: too many keywords");
	if (why) {
		conninfo_clear(&conninfo);
		*ret_why = why;
		return false;
	}
	*ret_conninfo = conninfo;
	return true;
}
