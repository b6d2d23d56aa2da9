/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The context of output: a terminal is for people, who read times as ages; programs read them as
 * ISO 8601 in UTC.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "patctl/print/terminal.h"

struct output_context {
	bool terminal; /* standard output is a terminal */
	size_t width;  /* of that terminal, in columns */
	enum palette palette;
	uint64_t now; /* seconds since 1970 UTC */
	bool remote;  /* the output is about another machine, whose uids have no names here */
};

/* host: the machine that the output is about; NULL: this one. */
struct output_context output_context_for(const char *host);

/*
 * "3 days ago"; with the age "2027-01-31 18:00:30 CET (3 days ago)".  Programs get the time in UTC
 * for both.  The caller owns the results of all of these.
 */
char *format_time(const struct output_context *context, uint64_t at);
char *format_time_and_age(const struct output_context *context, uint64_t at);

/* "alice", or "uid 1000"; safe for a terminal. */
char *format_user(const struct output_context *context, uint32_t uid);

/*
 * Why a token was revoked or deleted, or a login refused: a reason of patd's in translation,
 * static, or reason itself, which a person gave.
 */
const char *reason_translated(const char *reason);
