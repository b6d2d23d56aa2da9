/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Selecting entries of the history by their event and service. */
#include "patctl/verbs/history_filter.h"

#include <string.h>

#include "common/l10n.h"
#include "patctl/cli/argument.h"
#include "patctl/print/history_entry.h"

const struct option_info option_event = { "event", "EVENT",
	N_("only these events, such as used,refused"), 0 };

const struct option_info option_elsewhere = { "fleet", NULL,
	N_("only what was done on other machines of the fleet"), 0 };

static const char blank[] = " \t";

/*
 * The item of a list at *at, of which *ret_len bytes count, without the blanks around it; *at moves
 * past it and its comma.  NULL at the end.
 */
static const char *next_item(const char **at, size_t *ret_len)
{
	const char *item = *at + strspn(*at, blank);
	size_t len = strcspn(item, ",");

	if (**at == '\0')
		return NULL;
	*at = item + len + (item[len] == ',');
	while (len > 0 && strchr(blank, item[len - 1]))
		len--;
	*ret_len = len;
	return item;
}

static bool is_item(const char *item, size_t len, const char *word)
{
	return strlen(word) == len && memcmp(item, word, len) == 0;
}

static bool is_event(const char *item, size_t len)
{
	for (size_t i = 0; history_events[i]; i++)
		if (is_item(item, len, history_events[i]))
			return true;
	return false;
}

bool history_filter_of(const struct command *command, struct history_filter *ret)
{
	struct history_filter filter = { .elsewhere = command_given(command, &option_elsewhere) };
	const char *at, *item;
	size_t len;

	if (!argument_list(command, &option_event, &filter.events) ||
		!argument_list(command, &option_service, &filter.services))
		return false;
	at = filter.events ? filter.events : "";
	while ((item = next_item(&at, &len)))
		if (!is_event(item, len))
			return argument_wrong(&option_event, filter.events,
				N_("an event is generated, used, refused, revoked, suspended, "
				   "restored, rotated, renamed, deleted, disabled, enabled, changed "
				   "or session-ended"));
	*ret = filter;
	return true;
}

/* list NULL: of any word. */
static bool has(const char *list, const char *word)
{
	const char *at = list ? list : "", *item;
	size_t len;

	while ((item = next_item(&at, &len)))
		if (is_item(item, len, word))
			return true;
	return !list;
}

bool history_filter_passes(const struct history_filter *filter, const struct entry_row *entry)
{
	return has(filter->events, entry->event) && has(filter->services, entry->service) &&
	       (!filter->elsewhere || strcmp(entry->how, "fleet") == 0);
}

bool history_filter_narrows(const struct history_filter *filter)
{
	return filter->events || filter->services || filter->elsewhere;
}
