/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of restrictions. */
#include "common/restriction.h"

#include "common/l10n.h"

const struct restriction restrictions[PAT_RESTRICTIONS] = {
	[PAT_SERVICES] = {
		.name = "services",
		.property = "Services",
		.kind = RESTRICTION_LIST,
		.verdict = PAT_WRONG_SERVICE,
		.option = { "service", "SERVICE", N_("PAM services, such as sudo"), 0 },
		.label = N_("Services:"),
		.word = N_("service"),
	},
	[PAT_SOURCES] = {
		.name = "sources",
		.property = "Sources",
		.kind = RESTRICTION_LIST,
		.verdict = PAT_WRONG_SOURCE,
		.option = { "from", "SOURCE",
			N_("where logins come from, such as 192.0.2.7 or local"), 0 },
		.label = N_("From:"),
		.word = N_("from"),
	},
	[PAT_HOURS] = {
		.name = "hours",
		.property = "Hours",
		.kind = RESTRICTION_TEXT,
		.verdict = PAT_OUT_OF_HOURS,
		.option = { "hours", "HOURS", N_("\"Mon..Fri 08:00-18:00\""), 0 },
		.label = N_("Hours:"),
		.word = N_("hours"),
	},
	[PAT_NOT_BEFORE] = {
		.name = "not_before",
		.property = "NotBefore",
		.kind = RESTRICTION_TIME,
		.verdict = PAT_NOT_YET,
		.option = { "not-before", "WHEN",
			N_("it does not work before; \"2 days\" or 2027-01-31"), 0 },
		.label = N_("Starts:"),
		.word = N_("start"),
	},
	[PAT_MAX_USES] = {
		.name = "max_uses",
		.property = "MaxUses",
		.kind = RESTRICTION_COUNT,
		.verdict = PAT_EXHAUSTED,
		.option = { "max-uses", "N", N_("for so many logins"), 0 },
		.word = N_("uses"), /* show prints it with the uses there were */
	},
};
