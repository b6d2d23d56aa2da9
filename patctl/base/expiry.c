/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parsing the argument of --expires. */
#include "patctl/base/expiry.h"

#include <stddef.h>
#include <string.h>

#include "common/l10n.h"
#include "common/lifetime.h"
#include "common/timespan.h"
#include "patctl/base/timestamp.h"

static const char *parse_at(const char *text, uint64_t now, struct expiry *ret)
{
	const char *problem;
	uint64_t at;

	problem = timestamp_parse(text, now, &at);
	if (problem)
		return problem;
	if (at <= now)
		return N_("the date is in the past");
	*ret = (struct expiry) { .kind = EXPIRY_AT, .seconds = at };
	return NULL;
}

static const char *parse_lifetime(const char *text, uint64_t now, struct expiry *ret)
{
	struct timespan span;
	const char *problem;
	uint64_t seconds;

	problem = timespan_parse(text, &span);
	if (problem)
		return problem;
	seconds = span.usec / 1000000;
	if (seconds == 0)
		return N_("a token must be valid for at least one second");
	if (now > PAT_EXPIRES_MAX || seconds > PAT_EXPIRES_MAX - now)
		return N_("the time is beyond the year 9999; use \"never\" for a token that "
			  "does not expire");
	*ret = (struct expiry) {
		.kind = EXPIRY_LIFETIME,
		.seconds = seconds,
		.has_m = span.has_m,
		.has_year = span.has_year,
	};
	return NULL;
}

const char *expiry_parse(const char *text, uint64_t now, struct expiry *ret)
{
	if (strcmp(text, "never") == 0) {
		*ret = (struct expiry) { .kind = EXPIRY_NEVER };
		return NULL;
	}
	if (strcmp(text, "infinity") == 0)
		return N_("use \"never\" for a token that does not expire");
	return timestamp_shaped(text) ? parse_at(text, now, ret) : parse_lifetime(text, now, ret);
}
