/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Formatting the distance between two times. */
#include "patctl/base/age.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "common/l10n.h"

enum unit {
	YEARS,
	MONTHS,
	DAYS,
	HOURS,
	MINUTES,
	SECONDS,
	UNITS
};

/* The least distance that is written in a unit, and the unit's length, both in seconds. */
static const struct {
	uint64_t from, length;
} units[UNITS] = {
	[YEARS] = { 2 * UINT64_C(31557600), 31557600 },
	[MONTHS] = { 60 * UINT64_C(86400), 2629800 },
	[DAYS] = { 86400, 86400 },
	[HOURS] = { 3600, 3600 },
	[MINUTES] = { 60, 60 },
	[SECONDS] = { 1, 1 },
};

static void format_ahead(enum unit unit, unsigned long n, char text[static AGE_TEXT_MAX])
{
	switch (unit) {
	case YEARS:
		(void)snprintf(text, AGE_TEXT_MAX, P_("in %lu year", "in %lu years", n), n);
		break;
	case MONTHS:
		(void)snprintf(text, AGE_TEXT_MAX, P_("in %lu month", "in %lu months", n), n);
		break;
	case DAYS:
		(void)snprintf(text, AGE_TEXT_MAX, P_("in %lu day", "in %lu days", n), n);
		break;
	case HOURS:
		(void)snprintf(text, AGE_TEXT_MAX, P_("in %lu hour", "in %lu hours", n), n);
		break;
	case MINUTES:
		(void)snprintf(text, AGE_TEXT_MAX, P_("in %lu minute", "in %lu minutes", n), n);
		break;
	case SECONDS:
		(void)snprintf(text, AGE_TEXT_MAX, P_("in %lu second", "in %lu seconds", n), n);
		break;
	case UNITS:
		break;
	}
}

static void format_ago(enum unit unit, unsigned long n, char text[static AGE_TEXT_MAX])
{
	switch (unit) {
	case YEARS:
		(void)snprintf(text, AGE_TEXT_MAX, P_("%lu year ago", "%lu years ago", n), n);
		break;
	case MONTHS:
		(void)snprintf(text, AGE_TEXT_MAX, P_("%lu month ago", "%lu months ago", n), n);
		break;
	case DAYS:
		(void)snprintf(text, AGE_TEXT_MAX, P_("%lu day ago", "%lu days ago", n), n);
		break;
	case HOURS:
		(void)snprintf(text, AGE_TEXT_MAX, P_("%lu hour ago", "%lu hours ago", n), n);
		break;
	case MINUTES:
		(void)snprintf(text, AGE_TEXT_MAX, P_("%lu minute ago", "%lu minutes ago", n), n);
		break;
	case SECONDS:
		(void)snprintf(text, AGE_TEXT_MAX, P_("%lu second ago", "%lu seconds ago", n), n);
		break;
	case UNITS:
		break;
	}
}

void age_format(uint64_t at, uint64_t now, char text[static AGE_TEXT_MAX])
{
	const bool ahead = at > now;
	const uint64_t distance = ahead ? at - now : now - at;
	enum unit unit = YEARS;

	(void)snprintf(text, AGE_TEXT_MAX, "%s", _("now"));
	while (unit < UNITS && distance < units[unit].from)
		unit++;
	if (unit == UNITS)
		return;
	if (ahead)
		format_ahead(unit, (unsigned long)(distance / units[unit].length), text);
	else
		format_ago(unit, (unsigned long)(distance / units[unit].length), text);
}
