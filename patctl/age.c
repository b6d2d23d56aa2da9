#include "patctl/age.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* From how many seconds on a distance is told in a unit, and the unit's length in seconds. */
static const struct {
	uint64_t from, length;
	const char *name;
} units[] = {
	{ 2 * UINT64_C(31557600), 31557600, "year" },
	{ 60 * UINT64_C(86400), 2629800, "month" },
	{ 86400, 86400, "day" },
	{ 3600, 3600, "hour" },
	{ 60, 60, "minute" },
	{ 1, 1, "second" },
};

void age_format(uint64_t at, uint64_t now, char text[static AGE_TEXT_MAX])
{
	const bool ahead = at > now;
	const uint64_t distance = ahead ? at - now : now - at;

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		uint64_t n = distance / units[i].length;

		if (distance < units[i].from)
			continue;
		(void)snprintf(text, AGE_TEXT_MAX, "%s%" PRIu64 " %s%s%s", ahead ? "in " : "", n,
			units[i].name, n == 1 ? "" : "s", ahead ? "" : " ago");
		return;
	}
	(void)snprintf(text, AGE_TEXT_MAX, "now");
}
