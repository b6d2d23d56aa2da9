#include "patctl/verbs/known_user.h"

#include <string.h>

#include "common/error.h"
#include "common/l10n.h"
#include "common/name.h"
#include "patctl/base/text.h"
#include "patctl/base/user_names.h"
#include "patctl/client/client.h"

/* *ret: whether there is a token of that user. */
static bool look_for_token(struct client *client, const char *user, bool *ret, DBusError *error)
{
	const struct client_filter filter = { .user = user };
	cleanup_text char *cursor = NULL;
	cleanup_tokens struct tokens tokens = { 0 };

	do {
		if (!client_list(client, &filter, &cursor, &tokens, error))
			return false;
	} while (cursor && tokens.n == 0);
	*ret = tokens.n > 0;
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

/* What to do if a token was meant; NULL if that cannot be said. */
static char *tell_instead(struct client *client, const char *user, const char *instead)
{
	const char *self = client_self(client);

	if (!text_is_word(user))
		return NULL;
	return strcmp(instead, "revoke") == 0
		       ? text_format(_("to revoke a token: %s revoke %s"), self, user)
		       : text_format(_("to restore a token: %s restore %s"), self, user);
}

static void set_unknown(
	struct client *client, const char *user, const char *instead, DBusError *error)
{
	cleanup_text char *safe = text_safe(user), *hint = tell_instead(client, user, instead),
			  *message = NULL;

	if (client_host(client))
		message = text_format(
			_("only on the machine itself it is known whether there is a user \"%s\""),
			safe);
	else
		message = text_format(_("there is no user \"%s\""), safe);
	dbus_set_error(error, pat_error_name(PAT_ERR_UNKNOWN_USER), "%s%s%s", message,
		hint ? "; " : "", hint ? hint : "");
}

bool user_known(struct client *client, const char *user, const char *instead, DBusError *error)
{
	const bool possible = *user != '\0' && !pat_name_problem(user);
	bool found = false;

	if (possible && !client_host(client) && user_exists(user))
		return true;
	if (possible && (!look_for_token(client, user, &found, error) ||
				(!found && !look_for_disabled(client, user, &found, error))))
		return false;
	if (!found)
		set_unknown(client, user, instead, error);
	return found;
}
