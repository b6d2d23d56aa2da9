/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The users that root names on this machine.  patd asks nothing of NSS, and patctl waits for it
 * only where no token stays in use meanwhile: what takes access away begins with what patd itself
 * knows.
 */
#include "patctl/client/client_call.h"

#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/base/user_lookup.h"

#define LIMIT_WANTED 25000 /* milliseconds for NSS, where nothing is done without it */

static void set_unknown(enum user_answer answer, const char *user, DBusError *error)
{
	cleanup_text char *safe = text_safe(user), *why = NULL;

	if (answer == USER_UNKNOWN)
		why = text_format(_("no such user: \"%s\""), safe);
	else
		why = text_format("%s", answer == USER_NAME_TOO_LONG
						? _("no such user: the name is too long")
						: _("the user could not be looked up"));
	dbus_set_error(error, pat_error_name(PAT_ERR_UNKNOWN_USER), "%s", why);
}

bool owner_find(const char *user, struct system_user *ret, DBusError *error)
{
	const enum user_answer answer = user_lookup(user, LIMIT_WANTED, ret);

	if (answer != USER_FOUND)
		set_unknown(answer, user, error);
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

/* Adds to *count; uid: over the bus 0, where the other end looks the user up. */
static bool revoke_uid(struct client *client, const char *user, uint32_t uid,
	const struct client_revocation *how, uint64_t *count, DBusError *error)
{
	struct request request = { .head.kind = REQUEST_REVOKE_ALL };
	struct request_revoke_all *all = &request.revoke_all;
	struct client_answer answer;

	if (!give_user(all->user, user, &all->given, error))
		return false;
	all->uid = uid;
	all->period = how->seconds;
	all->given |=
		(how->seconds ? GIVEN_PERIOD : 0U) | (how->end_sessions ? GIVEN_END_SESSIONS : 0U);
	GIVE_TEXT(all, reason, how->reason, GIVEN_REASON);
	if (!client_ask(client, &request, NULL, &answer, error))
		return false;
	*count += answer.count.count;
	return true;
}

/* *ret gets all tokens of that name. */
static bool list_all(struct client *client, const char *user, struct records *ret, DBusError *error)
{
	const struct client_filter filter = { .user = user };
	cleanup_text char *cursor = NULL;

	do {
		if (!client_list(client, &filter, &cursor, ret, error))
			return false;
	} while (cursor);
	return true;
}

/*
 * The tokens that patd could not revoke together: it was asked over the bus, which says whose uid
 * the name is now, or that it is nobody's.  known: the user exists; the tokens that are revoked are
 * done then, but for those that come back by themselves.  *ret_found: whether there was any.
 */
static bool revoke_left(struct client *client, const char *user, bool known,
	const struct client_revocation *how, uint64_t *count, bool *ret_found, DBusError *error)
{
	cleanup_records struct records tokens = { 0 };
	const struct token_row *items;

	if (!list_all(client, user, &tokens, error))
		return false;
	items = tokens.items;
	*ret_found = tokens.n > 0;
	for (size_t i = 0; i < tokens.n; i++) {
		const bool revoked = strcmp(items[i].state, "revoked") == 0;

		if ((known && revoked && items[i].revoked_until == 0) ||
			strcmp(items[i].state, "altered") == 0)
			continue;
		if (!client_revoke(client, &items[i].id, how, error))
			return false;
		*count += !revoked;
	}
	return true;
}

static bool revoke_over_bus(struct client *client, const char *user,
	const struct client_revocation *how, uint64_t *count, DBusError *error)
{
	const bool known = revoke_uid(client, user, 0, how, count, error);
	DBusError failed = DBUS_ERROR_INIT;
	bool found = false, left;

	if (!known && pat_error_from_name(error->name) != PAT_ERR_UNKNOWN_USER)
		return false;
	left = revoke_left(client, user, known, how, count, &found, &failed);
	if (left && !known && !found)
		return false;
	dbus_error_free(error);
	if (!left)
		dbus_move_error(&failed, error);
	return left;
}

/*
 * First of each uid that has tokens under that name, then of the user that NSS knows by it.  A
 * fleet token of another machine is bound to the name alone: of a user whom there is not here, as
 * userdel(8) leaves behind, it is nobody's here, and good elsewhere as before.
 */
bool client_revoke_all(struct client *client, const char *user, const struct client_revocation *how,
	uint64_t *ret_count, DBusError *error)
{
	cleanup_uids struct uids uids = { 0 };
	struct system_user known;
	enum user_answer answer;
	bool found;

	*ret_count = 0;
	if (!user)
		return revoke_uid(client, NULL, 0, how, ret_count, error);
	if (!client->root)
		return revoke_over_bus(client, user, how, ret_count, error);
	found = find_uids(client, user, &uids, error);
	answer = user_lookup(user, USER_LOOKUP_LIMIT, &known);
	for (size_t i = 0; i < uids.n && found; i++)
		if (uids.items[i] != TOKEN_UID_ANY || answer != USER_UNKNOWN)
			found = revoke_uid(client, user, uids.items[i], how, ret_count, error);
	if (!found)
		return false;

	if (answer == USER_FOUND && !(strcmp(known.name, user) == 0 && has(&uids, known.uid)))
		return revoke_uid(client, known.name, known.uid, how, ret_count, error);
	if (answer == USER_NAME_TOO_LONG || (answer != USER_FOUND && uids.n == 0)) {
		set_unknown(answer, user, error);
		return false;
	}
	return true;
}
