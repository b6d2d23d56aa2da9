/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a restriction of a token is set, read and applied: one table. */
#include "patd/model/limits.h"

#include <string.h>

#include "common/l10n.h"
#include "common/lifetime.h"
#include "patd/model/hosts.h"
#include "patd/model/hours.h"
#include "patd/model/services.h"
#include "patd/model/sources.h"
#include "patd/model/until.h"

struct limit {
	/* A list or a text: writes it in its canonical spelling.  NULL, or what is wrong; static.
	 */
	const char *(*parse)(const char *text, char *ret_text, size_t size);
	/* A number: the largest, and what is wrong with a larger one. */
	uint64_t max;
	const char *too_large;
	/*
	 * Whether limits, restricted in this way, permit the login.  NULL: the rule is not here but
	 * in patd/rules/evaluation.c, as its place is between rules that are no restrictions.
	 */
	bool (*permit)(const struct limits *limits, const struct login *login);
	/*
	 * A list or a text that is set in both: whether it has nothing that outer does not have.
	 * NULL: only what is the same is within.
	 */
	bool (*within)(const struct limits *limits, const struct limits *outer);
};

static bool permit_service(const struct limits *limits, const struct login *login)
{
	return !login->service || services_match(limits->services, login->service);
}

static bool permit_source(const struct limits *limits, const struct login *login)
{
	return !login->rhost ||
	       (!login->rhost_is_name && sources_match(limits->sources, login->rhost));
}

static bool permit_hour(const struct limits *limits, const struct login *login)
{
	return !login->clock_in_doubt && hours_match(limits->hours, login->wall);
}

static bool permit_use(const struct limits *limits, const struct login *login)
{
	return login->uses < limits->max_uses;
}

static bool permit_host(const struct limits *limits, const struct login *login)
{
	return !login->host || hosts_match(limits->hosts, login->host);
}

static bool within_services(const struct limits *limits, const struct limits *outer)
{
	return services_within(limits->services, outer->services);
}

static bool within_sources(const struct limits *limits, const struct limits *outer)
{
	return sources_within(limits->sources, outer->sources);
}

static bool within_hours(const struct limits *limits, const struct limits *outer)
{
	return hours_within(limits->hours, outer->hours);
}

/* Another boot, or another start of the same unit, is another until. */
static bool within_until(const struct limits *limits, const struct limits *outer)
{
	return strcmp(limits->until, outer->until) == 0 &&
	       strcmp(limits->until_id, outer->until_id) == 0;
}

static bool within_hosts(const struct limits *limits, const struct limits *outer)
{
	return hosts_within(limits->hosts, outer->hosts);
}

static const struct limit table[PAT_RESTRICTIONS] = {
	[PAT_SERVICES] = {
		.parse = services_parse,
		.permit = permit_service,
		.within = within_services,
	},
	[PAT_SOURCES] = {
		.parse = sources_parse,
		.permit = permit_source,
		.within = within_sources,
	},
	[PAT_HOURS] = { .parse = hours_parse, .permit = permit_hour, .within = within_hours },
	[PAT_NOT_BEFORE] = {
		.max = PAT_EXPIRES_MAX,
		.too_large = N_("not_before is beyond the year 9999"),
	},
	[PAT_MAX_USES] = {
		.max = INT64_MAX,
		.too_large = N_("max_uses is too large"),
		.permit = permit_use,
	},
	/* A login that all else permits waits for the word. */
	[PAT_CONFIRM] = { 0 },
	[PAT_UNTIL] = { .parse = until_parse, .within = within_until },
	[PAT_HOSTS] = { .parse = hosts_parse, .permit = permit_host, .within = within_hosts },
};

const char *limits_set(struct limits *limits, enum pat_restriction restriction,
	const struct restriction_value *value)
{
	const struct limit *limit = &table[restriction];
	const struct limit_place *place = &limit_places[restriction];
	void *member = (char *)limits + place->offset;

	if (RESTRICTION_IS_NUMBER(restrictions[restriction].kind)) {
		if (value->number > limit->max)
			return limit->too_large;
		*(uint64_t *)member = value->number;
		return NULL;
	}
	if (restrictions[restriction].kind == RESTRICTION_FLAG) {
		*(bool *)member = value->number != 0;
		return NULL;
	}
	if (value->text && value->text[0] != '\0')
		return limit->parse(value->text, member, place->size);
	*(char *)member = '\0';
	return NULL;
}

static bool is_set(const struct limits *limits, enum pat_restriction restriction)
{
	const void *member = (const char *)limits + limit_places[restriction].offset;

	if (RESTRICTION_IS_NUMBER(restrictions[restriction].kind))
		return *(const uint64_t *)member != 0;
	if (restrictions[restriction].kind == RESTRICTION_FLAG)
		return *(const bool *)member;
	return *(const char *)member != '\0';
}

bool limits_permit(
	const struct limits *limits, enum pat_restriction restriction, const struct login *login)
{
	const struct limit *limit = &table[restriction];

	return !limit->permit || !is_set(limits, restriction) || limit->permit(limits, login);
}

bool limits_within(
	const struct limits *limits, const struct limits *outer, enum pat_restriction restriction)
{
	const struct limit_place *place = &limit_places[restriction];
	const char *member = (const char *)limits + place->offset,
		   *wide = (const char *)outer + place->offset;

	if (!is_set(outer, restriction))
		return true;
	if (!is_set(limits, restriction))
		return false;
	return table[restriction].within ? table[restriction].within(limits, outer)
					 : memcmp(member, wide, place->size) == 0;
}
