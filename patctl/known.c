#include "patctl/known.h"

#include <string.h>

#include "common/error.h"
#include "common/name.h"
#include "patctl/client_users.h"
#include "patctl/text.h"
#include "patctl/users.h"

/* *ret: whether there is a token of that user. */
static bool look_for_token(struct client *client, const char *user, bool *ret, DBusError *error)
{
	const struct client_filter filter = { .user = user };
	cleanup_text char *cursor = NULL;
	cleanup_rows struct rows rows = { 0 };

	do {
		if (!client_list(client, &filter, &cursor, &rows, error))
			return false;
	} while (cursor && rows.n == 0);
	*ret = rows.n > 0;
	return true;
}

static bool look_for_disabled(struct client *client, const char *user, bool *ret, DBusError *error)
{
	cleanup_records struct records records = { 0 };
	const struct disabled *all;

	if (!client_disabled(client, &records, error))
		return false;
	*ret = false;
	all = records.items;
	for (size_t i = 0; i < records.n; i++)
		if (strcmp(all[i].user, user) == 0)
			*ret = true;
	return true;
}

bool user_known(struct client *client, const char *user, const char *instead, DBusError *error)
{
	const bool possible = *user != '\0' && !pat_name_problem(user);
	cleanup_text char *safe = text_safe(user);
	cleanup_text char *hint = text_is_word(user)
					  ? text_format("; to %s a token: %s %s %s", instead,
						    client_self(client), instead, user)
					  : text_format("%s", "");
	bool found = false;

	if (possible && !client_host(client) && user_exists(user))
		return true;
	if (possible && (!look_for_token(client, user, &found, error) ||
				(!found && !look_for_disabled(client, user, &found, error))))
		return false;
	if (!found)
		dbus_set_error(error, pat_error_name(PAT_ERR_UNKNOWN_USER), "%s \"%s\"%s",
			client_host(client)
				? "only on the machine itself it is known whether there is a user"
				: "there is no user",
			safe, hint);
	return found;
}
