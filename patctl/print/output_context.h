/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The context of output: a terminal is for people, who read times as ages; programs read them as
 * ISO 8601 in UTC.
 */
#ifndef PATCTL_PRINT_OUTPUT_CONTEXT_H
#define PATCTL_PRINT_OUTPUT_CONTEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "patctl/client/token_record.h"
#include "patctl/print/terminal.h"

struct look {
	bool people; /* standard output is a terminal */
	enum palette palette;
	uint64_t now; /* seconds since 1970 UTC */
	bool remote;  /* the output is about another machine, whose uids have no names here */
};

/* host: the machine that the output is about; NULL: this one. */
struct look look_at(const char *host);

/* The caller owns the results. */
char *look_time(const struct look *look, uint64_t at);
char *look_exactly(const struct look *look, uint64_t at); /* for people the time and the age */
char *look_expires(const struct look *look, const struct row *row); /* "never" */
char *look_usage(const struct look *look, const struct row *row);   /* "Last used 3 days ago" */

/* "alice", or "uid 1000"; safe for a terminal. */
char *look_user(const struct look *look, uint32_t uid);

/*
 * Why a token was revoked or deleted: a reason of patd's in translation, static, or reason itself,
 * which a person gave.
 */
const char *look_reason(const char *reason);

#endif
