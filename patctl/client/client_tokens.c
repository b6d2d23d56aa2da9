/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls about tokens, users and the policy. */
#include <stdlib.h>
#include <string.h>

#include "common/bus.h"
#include "common/error.h"
#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/client/client_call.h"
#include "patctl/client/root.h"

bool answer_cursor(uint32_t kind, const struct answer_page *page, char **cursor, DBusError *error)
{
	const char *next = page->cursor;

	/* A cursor that does not move would make the loop endless. */
	if (*next != '\0' && strcmp(next, *cursor ? *cursor : "") == 0)
		return answer_malformed(request_word(kind), error);
	text_free(cursor);
	*cursor = *next == '\0' ? NULL : text_format("%s", next);
	return true;
}

static bool fill_list(struct request *request, const struct client_filter *filter,
	const char *cursor, DBusError *error)
{
	struct request_list *list = &request->list;
	uint32_t none = 0;

	*request = (struct request) { .head.kind = REQUEST_LIST };
	if (!give_user(list->user, filter->user, &list->given, error))
		return false;
	GIVE_TEXT(list, name, filter->name, GIVEN_NAME);
	GIVE_TEXT(list, name_pattern, filter->name_pattern, GIVEN_NAME_PATTERN);
	GIVE_TEXT(list, id_prefix, filter->id_prefix, GIVEN_ID_PREFIX);
	GIVE_TEXT(list, state, filter->state, GIVEN_STATE);
	GIVE_TEXT(list, good_for, filter->good_for, GIVEN_GOOD_FOR);
	give_text(list->cursor, sizeof(list->cursor), cursor, &none, 0);
	list->unused_since = filter->unused_since;
	list->expiring_before = filter->expiring_before;
	list->given |= (filter->all ? GIVEN_ALL : 0U) | (filter->fleet ? GIVEN_FLEET : 0U) |
		       (filter->unused_since ? GIVEN_UNUSED_SINCE : 0U) |
		       (filter->expiring_before ? GIVEN_EXPIRING_BEFORE : 0U);
	list->limit = PAT_PAGE_MAX;
	return true;
}

bool client_list(struct client *client, const struct client_filter *filter, char **cursor,
	struct records *tokens, DBusError *error)
{
	struct client_answer answer;
	struct request request;

	tokens->table = token_row_table();
	client->damaged = 0;
	if (!fill_list(&request, filter, *cursor, error) ||
		!client_ask(client, &request, tokens, &answer, error))
		return false;
	client->damaged = answer.page.damaged;
	return answer_cursor(REQUEST_LIST, &answer.page, cursor, error);
}

uint64_t client_listed_damaged(const struct client *client)
{
	return client->damaged;
}

void client_list_ahead(
	struct client *client, const struct client_filter *filter, const char *cursor)
{
	DBusError ignored = DBUS_ERROR_INIT;
	struct request request;

	if (client->root && fill_list(&request, filter, cursor, &ignored))
		root_ask_ahead(client->root, &request);
	dbus_error_free(&ignored);
}

bool client_revoke(struct client *client, const struct pat_id *id,
	const struct client_revocation *how, DBusError *error)
{
	struct request request = { .head.kind = REQUEST_REVOKE };

	memcpy(request.revoke.id, id->text, sizeof(id->text));
	request.revoke.period = how->seconds;
	request.revoke.given =
		(how->seconds ? GIVEN_PERIOD : 0U) | (how->end_sessions ? GIVEN_END_SESSIONS : 0U);
	GIVE_TEXT(&request.revoke, reason, how->reason, GIVEN_REASON);
	return client_ask(client, &request, NULL, NULL, error);
}

/* A request that has the id of a token only. */
static bool ask_token(struct client *client, enum request_kind kind, const struct pat_id *id,
	struct records *rows, DBusError *error)
{
	struct request request = { .head.kind = kind };

	memcpy(request.token.id, id->text, sizeof(id->text));
	return client_ask(client, &request, rows, NULL, error);
}

bool client_restore(struct client *client, const struct pat_id *id, DBusError *error)
{
	return ask_token(client, REQUEST_RESTORE, id, NULL, error);
}

bool client_delete(struct client *client, const struct pat_id *id, DBusError *error)
{
	return ask_token(client, REQUEST_DELETE, id, NULL, error);
}

bool client_rename(
	struct client *client, const struct pat_id *id, const char *name, DBusError *error)
{
	struct request request = { .head.kind = REQUEST_RENAME };
	uint32_t none = 0;

	memcpy(request.rename.id, id->text, sizeof(id->text));
	give_text(request.rename.name, sizeof(request.rename.name), name, &none, 0);
	return client_ask(client, &request, NULL, NULL, error);
}

bool client_set(struct client *client, const struct pat_id *id, const struct client_update *update,
	DBusError *error)
{
	struct request request = { .head.kind = REQUEST_SET };
	struct request_set *set = &request.set;

	memcpy(set->id, id->text, sizeof(id->text));
	give_expiry(&update->expiry, &set->lifetime, &set->expires_at, &set->given);
	GIVE_TEXT(set, note, update->note, GIVEN_NOTE);
	for (enum pat_restriction r = 0; r < PAT_RESTRICTIONS; r++)
		give_text(set->texts[r], sizeof(set->texts[r]), update->restrictions[r],
			&set->given, given_restriction(r));
	return client_ask(client, &request, NULL, NULL, error);
}

/* Asks for records: *ret gets them if all have come. */
static bool ask_records(struct client *client, const struct table *table, enum request_kind kind,
	const struct pat_id *id, struct records *ret, DBusError *error)
{
	static const struct pat_id none = { "" };
	struct records records = { .table = table };

	if (!ask_token(client, kind, id ? id : &none, &records, error)) {
		records_clear(&records);
		return false;
	}
	*ret = records;
	return true;
}

bool client_sources(
	struct client *client, const struct pat_id *id, struct records *ret, DBusError *error)
{
	return ask_records(client, &source_row_table, REQUEST_SOURCES, id, ret, error);
}

static bool set_disabled(struct client *client, enum request_kind kind, const char *user,
	const char *reason, bool end_sessions, DBusError *error)
{
	struct request request = { .head.kind = kind };

	if (!user) {
		request.disable.given = GIVEN_ALL;
	} else if (*user == '\0') {
		dbus_set_error(error, pat_error_name(PAT_ERR_UNKNOWN_USER), "%s",
			_("no such user: the name is empty"));
		return false;
	} else if (!give_user(request.disable.user, user, &request.disable.given, error)) {
		return false;
	}
	GIVE_TEXT(&request.disable, reason, reason, GIVEN_REASON);
	request.disable.given |= end_sessions ? GIVEN_END_SESSIONS : 0U;
	return client_ask(client, &request, NULL, NULL, error);
}

bool client_disable(struct client *client, const char *user, const char *reason, bool end_sessions,
	DBusError *error)
{
	return set_disabled(client, REQUEST_DISABLE, user, reason, end_sessions, error);
}

bool client_enable(struct client *client, const char *user, DBusError *error)
{
	return set_disabled(client, REQUEST_ENABLE, user, NULL, false, error);
}

bool client_disabled(struct client *client, struct records *ret, DBusError *error)
{
	return ask_records(client, &disabled_row_table, REQUEST_LIST_DISABLED, NULL, ret, error);
}

bool client_policy(struct client *client, struct records *ret, DBusError *error)
{
	return ask_records(client, &setting_row_table, REQUEST_POLICY, NULL, ret, error);
}
