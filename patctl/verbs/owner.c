/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Users by name, from NSS and from their tokens. */
#include "patctl/verbs/owner.h"

#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/l10n.h"
#include "patctl/base/text.h"

static void set_unknown(enum user_answer answer, DBusError *error)
{
	dbus_set_error(error, pat_error_name(PAT_ERR_UNKNOWN_USER), "%s",
		answer == USER_UNKNOWN ? _("no such user") : _("the user could not be looked up"));
}

bool owner_find(const char *user, int limit, struct system_user *ret, DBusError *error)
{
	const enum user_answer answer = user_lookup(user, limit, ret);

	if (answer != USER_FOUND)
		set_unknown(answer, error);
	return answer == USER_FOUND;
}

struct uids {
	uint32_t *items; /* owned */
	size_t n;
};

static void uids_free(struct uids *uids)
{
	free(uids->items);
}
#define cleanup_uids __attribute__((cleanup(uids_free)))

static bool has(const struct uids *uids, uint32_t uid)
{
	for (size_t i = 0; i < uids->n; i++)
		if (uids->items[i] == uid)
			return true;
	return false;
}

/* Each uid that has tokens under that name. */
static bool find_uids(struct client *client, const char *user, struct uids *uids, DBusError *error)
{
	const struct client_filter filter = { .user = user };
	cleanup_text char *cursor = NULL;

	do {
		cleanup_records struct records tokens = { 0 };

		if (!client_list(client, &filter, &cursor, &tokens, error))
			return false;
		for (size_t i = 0; i < tokens.n; i++) {
			const struct token_row *token = (const struct token_row *)tokens.items + i;

			if (has(uids, token->uid))
				continue;
			uids->items = must_alloc(
				reallocarray(uids->items, uids->n + 1, sizeof(*uids->items)));
			uids->items[uids->n++] = token->uid;
		}
	} while (cursor);
	return true;
}

static bool revoke_uid(struct client *client, const char *user, uint32_t uid,
	const struct client_revocation *how, uint64_t *count, DBusError *error)
{
	uint64_t more;

	if (!client_revoke_all(client, user, uid, how, &more, error))
		return false;
	*count += more;
	return true;
}

bool owner_revoke_all(struct client *client, const char *user, const struct client_revocation *how,
	uint64_t *ret_count, DBusError *error)
{
	cleanup_uids struct uids uids = { 0 };
	struct system_user known;
	enum user_answer answer;
	bool found;

	*ret_count = 0;
	if (!user || !client_over_socket(client))
		return revoke_uid(client, user, 0, how, ret_count, error);
	found = find_uids(client, user, &uids, error);
	for (size_t i = 0; i < uids.n && found; i++)
		found = revoke_uid(client, user, uids.items[i], how, ret_count, error);
	if (!found)
		return false;

	answer = user_lookup(user, OWNER_LIMIT, &known);
	if (answer == USER_FOUND && !(strcmp(known.name, user) == 0 && has(&uids, known.uid)))
		return revoke_uid(client, known.name, known.uid, how, ret_count, error);
	if (answer != USER_FOUND && uids.n == 0) {
		set_unknown(answer, error);
		return false;
	}
	return true;
}
