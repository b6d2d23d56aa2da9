/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which connections to a hub are made: see `hub` in patd.conf(5). */
#pragma once

#include <stdbool.h>

#define CONNINFO_MAX 40U

/* Keywords and values for PQconnectStartParams(), NULL at the end of both. */
struct conninfo {
	const char *keywords[CONNINFO_MAX], *values[CONNINFO_MAX];
	bool by_tls;  /* not each of the hosts is the folder of a Unix socket */
	void *parsed; /* owns the texts that text has given; else they are static or the caller's */
};

/*
 * Takes only what leads to a Unix socket, or to a server whose certificate is verified.  role: the
 * user, if text names none; it stays the caller's.  False: *ret_why says what is wrong, and is to
 * be freed; NULL: out of memory.
 */
bool conninfo_read(
	const char *text, const char *role, struct conninfo *ret_conninfo, char **ret_why);

/* The value of a keyword that text has given; NULL: none, or "". */
const char *conninfo_value(const struct conninfo *conninfo, const char *keyword);

void conninfo_clear(struct conninfo *conninfo);
