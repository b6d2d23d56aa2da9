/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets of options, and the options that several verbs take. */
#include "patctl/cli/options.h"

#include <string.h>

#include "common/l10n.h"
#include "common/restriction.h"

const struct option_info option_user = { "user", "USER", N_("whose tokens, instead of your own"),
	0 };
const struct option_info option_all = { "all", NULL, N_("all of them, see above"), 0 };
const struct option_info option_service = { "service", "SERVICE", N_("PAM services, such as sudo"),
	0 };
const struct option_info option_from = { "from", "SOURCE",
	N_("where logins come from, such as 192.0.2.7 or local"), 0 };
const struct option_info option_reason = { "reason", "TEXT", N_("why; it is kept and shown"), 0 };
const struct option_info option_yes = { "yes", NULL, N_("do not ask for confirmation"), 'y' };
const struct option_info option_host = { "host", "HOST",
	N_("on another machine, by ssh; or USER@HOST"), 'H' };
const struct option_info option_json = { "json", NULL,
	N_("print JSON; times in seconds since 1970 UTC"), 0 };
const struct option_info option_no_legend = { "no-legend", NULL, N_("no headings above the table"),
	0 };
const struct option_info option_quiet = { "quiet", NULL, N_("only results and errors, no hints"),
	'q' };
const struct option_info option_no_ask_password = { "no-ask-password", NULL,
	N_("never ask for a password; fail instead"), 0 };
const struct option_info option_help = { "help", NULL, N_("print this help"), 'h' };
const struct option_info option_version = { "version", NULL, N_("print the version"), 0 };

const struct option_info option_restrictions = { 0 };

const struct option_info *options_at(const struct option_info *const *set, size_t i)
{
	for (; set && *set; set++) {
		const size_t n = *set == &option_restrictions ? PAT_RESTRICTIONS : 1;

		if (i < n)
			return *set == &option_restrictions ? &restrictions[i].option : *set;
		i -= n;
	}
	return NULL;
}

const struct option_info *options_find(
	const struct option_info *const *set, const char *name, size_t len)
{
	const struct option_info *option;

	for (size_t i = 0; (option = options_at(set, i)); i++)
		if (strlen(option->name) == len && memcmp(option->name, name, len) == 0)
			return option;
	return NULL;
}

bool options_have(const struct option_info *const *set, const struct option_info *option)
{
	return options_find(set, option->name, strlen(option->name)) != NULL;
}
