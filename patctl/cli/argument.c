/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The arguments of options: periods, times, numbers and lists. */
#include "patctl/cli/argument.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/l10n.h"
#include "common/lifetime.h"
#include "common/name.h"
#include "common/timespan.h"
#include "common/until_kind.h"
#include "patctl/base/journal_time.h"
#include "patctl/base/own_session.h"
#include "patctl/base/pam_services.h"
#include "patctl/base/text.h"
#include "patctl/base/timestamp.h"

#define REASON_MAX 255 /* bytes, as the contract says */

bool argument_wrong(const struct option_info *option, const char *text, const char *problem)
{
	cleanup_text char *safe = text_safe(text);

	complain("--%s=%s: %s", option->name, safe, _(problem));
	return false;
}

static void warn_of_m(bool has_m)
{
	if (has_m)
		complain(_("m means minutes; for months write M or months"));
}

bool argument_period(const struct command *command, const struct option_info *option, uint64_t *ret)
{
	const char *text = command_value(command, option), *problem;
	struct timespan span;

	if (!text)
		return true;
	problem = timespan_parse(text, &span);
	if (!problem && span.usec < 1000000)
		problem = N_("the minimum is one second");
	if (problem)
		return argument_wrong(option, text, problem);
	warn_of_m(span.has_m);
	*ret = span.usec / 1000000;
	return true;
}

bool argument_time_ahead(const struct command *command, const struct option_info *option,
	uint64_t now, uint64_t *ret)
{
	const char *text = command_value(command, option), *problem = NULL;
	uint64_t at = now, seconds = 0;

	if (!text)
		return true;
	if (timestamp_shaped(text))
		problem = timestamp_parse(text, now, &at);
	else if (!argument_period(command, option, &seconds))
		return false;
	else if ((at = now + seconds) > PAT_EXPIRES_MAX)
		problem = N_("the time is beyond the year 9999");
	if (problem)
		return argument_wrong(option, text, problem);
	*ret = at > 0 ? at : 1;
	return true;
}

bool argument_time_before(const struct command *command, const struct option_info *option,
	uint64_t now, uint64_t *ret)
{
	const char *text = command_value(command, option), *problem;
	uint64_t at = now;
	bool has_m;

	if (!text)
		return true;
	problem = journal_time_parse(text, now, &at, &has_m);
	if (problem)
		return argument_wrong(option, text, problem);
	warn_of_m(has_m);
	*ret = at > 0 ? at : 1;
	return true;
}

static bool parse_number(const char *text, uint64_t *ret)
{
	errno = 0;
	*ret = strtoull(text, NULL, 10);
	return *text != '\0' && text[strspn(text, "0123456789")] == '\0' && errno == 0;
}

bool argument_number(const struct command *command, const struct option_info *option,
	uint64_t least, uint64_t *ret)
{
	const char *text = command_value(command, option);
	uint64_t number;

	if (!text)
		return true;
	if (!parse_number(text, &number) || number < least)
		return argument_wrong(option, text,
			least > 0 ? N_("a whole number is needed, 1 or more")
				  : N_("a whole number is needed"));
	*ret = number;
	return true;
}

bool argument_expiry(const struct command *command, const struct option_info *option, uint64_t now,
	struct expiry *ret)
{
	const char *text = command_value(command, option), *problem;

	if (!text)
		return true;
	problem = expiry_parse(text, now, ret);
	if (problem)
		return argument_wrong(option, text, problem);
	warn_of_m(ret->has_m);
	if (ret->has_year && !command_given(command, &option_quiet))
		complain(_("a year is 365.25 days; for a day of the calendar write the date"));
	return true;
}

bool argument_list(
	const struct command *command, const struct option_info *option, const char **ret)
{
	const char *text = command_value(command, option);

	if (!text)
		return true;
	for (const char *at = text; at; at = strchr(at, ',')) {
		at += at > text; /* past the comma */
		at += strspn(at, " \t");
		if (*at == ',' || *at == '\0')
			return argument_wrong(option, text, N_("an item of the list is empty"));
	}
	*ret = text;
	return true;
}

#define ANY "any" /* of a restriction: none */

/* Alone: what it would mean beside others nobody can be sure of. */
static bool names_any(const char *list)
{
	for (const char *at = list; at; at = strchr(at, ',')) {
		at += strspn(at, ", \t");
		if (strcspn(at, ", \t") == strlen(ANY) && strncmp(at, ANY, strlen(ANY)) == 0)
			return true;
	}
	return false;
}

/* patd does not know in which session the caller is. */
static bool argument_own_session(
	const struct command *command, const struct option_info *option, const char **ret)
{
	static char text[sizeof("session:") + OWN_SESSION_SIZE];
	const char *word = until_word(UNTIL_SESSION);
	char id[OWN_SESSION_SIZE];

	if (command_given(command, &option_host))
		return argument_wrong(option, word,
			N_("no session of this machine is known to another: name one of its own, "
			   "as session:ID"));
	if (!own_session(id))
		return argument_wrong(option, word,
			N_("this process is in no login session: name one, as session:ID (see "
			   "loginctl)"));
	(void)snprintf(text, sizeof(text), "%s:%s", word, id);
	*ret = text;
	return true;
}

bool argument_restriction(
	const struct command *command, const struct restriction *restriction, const char **ret)
{
	const struct option_info *option = &restriction->option;
	const char *text = command_value(command, option);

	if (!text)
		return true;
	if (strcmp(text, ANY) == 0) {
		*ret = "";
		return true;
	}
	if (restriction == &restrictions[PAT_UNTIL] && strcmp(text, until_word(UNTIL_SESSION)) == 0)
		return argument_own_session(command, option, ret);
	if (restriction->kind != RESTRICTION_LIST) {
		*ret = text;
		return true;
	}
	if (names_any(text))
		return argument_wrong(option, text, N_("\"any\" stands alone"));
	return argument_list(command, option, ret);
}

void argument_expect_services(const struct command *command, const char *services)
{
	if (services && *services != '\0' && !command_given(command, &option_host) &&
		!command_given(command, &option_quiet))
		(void)pam_services_expect(services);
}

bool argument_reason(
	const struct command *command, const struct option_info *option, const char **ret)
{
	const char *text = command_value(command, option);

	if (!text)
		return true;
	if (strlen(text) > REASON_MAX)
		return argument_wrong(option, text, N_("at most 255 bytes are allowed"));
	*ret = text;
	return true;
}

bool argument_note(
	const struct command *command, const struct option_info *option, const char **ret)
{
	const char *text = command_value(command, option),
		   *problem = text ? pat_note_problem(text) : NULL;

	if (problem)
		return argument_wrong(option, text, problem);
	if (text)
		*ret = text;
	return true;
}

bool argument_name(const char *name)
{
	const char *problem = pat_name_problem(name);

	if (problem)
		complain(_("%s; a name has 1 to %d UTF-8 characters and no control characters"),
			_(problem), PAT_NAME_MAX);
	return !problem;
}
