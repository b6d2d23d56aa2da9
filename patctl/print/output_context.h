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
	bool away;    /* it is about another machine, whose uids have no names here */
};

struct look look_here(void);
struct look look_at(const char *host); /* NULL: here */

/* The caller owns the results. */
char *look_time(const struct look *look, uint64_t at);
char *look_exactly(const struct look *look, uint64_t at); /* to people the time and the age */
char *look_expires(const struct look *look, const struct row *row); /* "never" */
char *look_usage(const struct look *look, const struct row *row);   /* "Last used 3 days ago" */

/* "alice", or "uid 1000"; safe for a terminal. */
char *look_user(const struct look *look, uint32_t uid);

/*
 * Why a token was revoked or deleted.  Reasons of patd's own are translated, those that people gave
 * are theirs.  Static, or reason itself.
 */
const char *look_reason(const char *reason);

#endif
