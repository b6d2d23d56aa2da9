/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of restrictions. */
#include "common/restriction.h"

#include <stddef.h>

#include "common/l10n.h"

const struct restriction restrictions[PAT_RESTRICTIONS] = {
	[PAT_SERVICES] = { "services", "Services", RESTRICTION_LIST, PAT_WRONG_SERVICE,
		{ "service", "SERVICE", N_("PAM services, such as sudo"), 0 }, N_("Services:"),
		N_("service"), false },
	[PAT_SOURCES] = { "sources", "Sources", RESTRICTION_LIST, PAT_WRONG_SOURCE,
		{ "from", "SOURCE", N_("where logins come from, such as 192.0.2.7 or local"), 0 },
		N_("From:"), N_("from"), false },
	[PAT_HOURS] = { "hours", "Hours", RESTRICTION_TEXT, PAT_OUT_OF_HOURS,
		{ "hours", "HOURS", N_("\"Mon..Fri 08:00-18:00\""), 0 }, N_("Hours:"), N_("hours"),
		false },
	[PAT_NOT_BEFORE] = { "not_before", "NotBefore", RESTRICTION_TIME, PAT_NOT_YET,
		{ "not-before", "WHEN", N_("not valid before; \"2 days\" or 2027-01-31"), 0 },
		N_("Starts:"), N_("start"), false },
	[PAT_MAX_USES] = { "max_uses", "MaxUses", RESTRICTION_COUNT, PAT_EXHAUSTED,
		{ "max-uses", "N", N_("accept at most N uses"), 0 }, NULL, N_("uses"), false },
	[PAT_CONFIRM] = { "confirm", "Confirm", RESTRICTION_FLAG, PAT_UNCONFIRMED,
		{ "confirm", NULL, N_("each use waits for your or an administrator's approval"),
			0 },
		N_("Confirm:"), N_("confirm"), true },
	[PAT_UNTIL] = { "until", "Until", RESTRICTION_TEXT, PAT_ENDED,
		{ "until", "UNTIL", N_("ends with: boot, session or unit:NAME"), 'U' }, N_("Ends:"),
		N_("until"), true },
	[PAT_HOSTS] = { "hosts", "Hosts", RESTRICTION_LIST, PAT_WRONG_HOST,
		{ "hosts", "HOST", N_("hosts of the fleet, such as web*"), 0 }, N_("Hosts:"),
		N_("hosts"), true },
};
