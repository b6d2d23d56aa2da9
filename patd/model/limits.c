/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a restriction of a token is set, read and applied: one table. */
#include "patd/model/limits.h"

#include <string.h>

#include "common/l10n.h"
#include "common/lifetime.h"
#include "patd/model/hours.h"
#include "patd/model/services.h"
#include "patd/model/sources.h"

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
	/* A list or a text: whether it has nothing that outer, another one, does not have. */
	bool (*within)(const char *text, const char *outer);
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

static const struct limit table[PAT_RESTRICTIONS] = {
	[PAT_SERVICES] = {
		.parse = services_parse,
		.permit = permit_service,
		.within = services_within,
	},
	[PAT_SOURCES] = {
		.parse = sources_parse,
		.permit = permit_source,
		.within = sources_within,
	},
	[PAT_HOURS] = { .parse = hours_parse, .permit = permit_hour, .within = hours_within },
	[PAT_NOT_BEFORE] = {
		.max = PAT_EXPIRES_MAX,
		.too_large = N_("not_before is beyond the year 9999"),
	},
	[PAT_MAX_USES] = {
		.max = INT64_MAX,
		.too_large = N_("max_uses is too large"),
		.permit = permit_use,
	},
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
	/* What follows the NUL of a text does not count. */
	return table[restriction].within ? table[restriction].within(member, wide)
					 : memcmp(member, wide, place->size) == 0;
}
