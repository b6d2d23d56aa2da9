/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether there is a user, for the system or for patd. */
#include "patctl/verbs/check_user.h"

#include <string.h>

#include "common/error.h"
#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/base/user_lookup.h"

/* These are false too, with *error set, if patd fails. */
static bool has_token(struct client *client, const char *user, DBusError *error)
{
	const struct client_filter filter = { .user = user };
	cleanup_text char *cursor = NULL;
	cleanup_records struct records tokens = { 0 };

	do {
		if (!client_list(client, &filter, &cursor, &tokens, error))
			return false;
	} while (cursor && tokens.n == 0);
	return tokens.n > 0;
}

static bool is_disabled(struct client *client, const char *user, DBusError *error)
{
	cleanup_records struct records records = { 0 };
	const struct disabled_row *all;

	if (!client_disabled(client, &records, error))
		return false;
	all = records.items;
	for (size_t i = 0; i < records.n; i++)
		if (strcmp(all[i].user, user) == 0)
			return true;
	return false;
}

static bool has_history(struct client *client, const char *user, DBusError *error)
{
	const struct client_history_filter filter = { .user = user };
	cleanup_text char *cursor = NULL;
	cleanup_records struct records entries = { 0 };

	do {
		if (!client_history(client, &filter, 1, &cursor, &entries, error))
			return false;
	} while (cursor && entries.n == 0);
	return entries.n > 0;
}

typedef bool knows(struct client *client, const char *user, DBusError *error);

bool user_known(struct client *client, const char *user, DBusError *error)
{
	knows *const known[] = { has_token, is_disabled, has_history };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i](client, user, error) || dbus_error_is_set(error))
			return !dbus_error_is_set(error);
	return false;
}

void user_set_unknown(struct client *client, const char *user, const char *hint, DBusError *error)
{
	cleanup_text char *safe = text_safe(user),
			  *message = text_format(
				  client_host(client) ? _("cannot look up user \"%s\" on another "
							  "machine")
						      : _("no such user: \"%s\""),
				  safe);

	dbus_set_error(error, pat_error_name(PAT_ERR_UNKNOWN_USER), "%s%s%s", message,
		hint ? "; " : "", hint ? hint : "");
}

bool user_check(struct client *client, const char *user, const char *hint, DBusError *error)
{
	struct system_user found;

	if (!user || client_host(client) ||
		user_lookup(user, USER_LOOKUP_LIMIT, &found) != USER_UNKNOWN ||
		user_known(client, user, error))
		return true;
	if (!dbus_error_is_set(error))
		user_set_unknown(client, user, hint, error);
	return false;
}
