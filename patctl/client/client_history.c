/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Listing and verifying the history, and waiting for its next entries. */
#include "patctl/client/client_call.h"

#include <string.h>

#include "common/error.h"
#include "patctl/base/text.h"
#include "patctl/client/root.h"

bool client_history(struct client *client, const struct client_history_filter *filter,
	uint32_t limit, char **cursor, struct records *entries, DBusError *error)
{
	struct request request = { .head.kind = REQUEST_HISTORY };
	struct request_history *history = &request.history;
	struct client_answer answer;
	uint32_t none = 0;

	entries->table = &entry_row_table;
	if (!give_user(history->user, filter->user, &history->given, error))
		return false;
	GIVE_TEXT(history, id, filter->token, GIVEN_TOKEN);
	give_text(history->cursor, sizeof(history->cursor), *cursor, &none, 0);
	history->given |= (filter->all ? GIVEN_ALL : 0U) | (filter->reverse ? GIVEN_REVERSE : 0U);
	history->since = filter->since;
	history->until = filter->until;
	history->after = filter->after;
	history->limit = limit;
	return client_ask(client, &request, entries, &answer, error) &&
	       answer_cursor(REQUEST_HISTORY, &answer.page, cursor, error);
}

bool client_subscribe(struct client *client, bool all, DBusError *error)
{
	struct request request = { .head.kind = REQUEST_FOLLOW };

	if (!client->root)
		return bus_subscribe(client, all, error);
	request.follow.given = all ? GIVEN_ALL : 0;
	return client_ask(client, &request, NULL, NULL, error);
}

bool client_wait(struct client *client, bool *ret_lost, DBusError *error)
{
	if (!client->root)
		return bus_wait(client, ret_lost, error);
	*ret_lost = root_wait(client->root);
	return true;
}

bool client_verify(struct client *client, struct progress *progress,
	struct client_verification *ret, DBusError *error)
{
	struct request request = { .head.kind = REQUEST_VERIFY_HISTORY };
	struct client_answer answer;
	bool asked;

	client->progress = progress;
	asked = client_ask(client, &request, NULL, &answer, error);
	client->progress = NULL;
	if (!asked)
		return false;
	*ret = (struct client_verification) {
		.entries = answer.history.entries,
		.first = answer.history.first,
		.bad = answer.history.bad,
		.problem = text_format("%s", answer.history.problem),
	};
	return true;
}

bool client_now(struct client *client, uint64_t *ret, DBusError *error)
{
	struct request request = { .head.kind = REQUEST_MANAGER };
	struct client_answer answer;

	if (!client->root)
		return bus_now(client, ret, error);
	if (!client_ask(client, &request, NULL, &answer, error))
		return false;
	*ret = answer.manager.now;
	return true;
}

bool client_history_break(struct client *client, uint64_t *ret, DBusError *error)
{
	struct request request = { .head.kind = REQUEST_MANAGER };
	struct client_answer answer;

	if (!client->root || !client_ask(client, &request, NULL, &answer, error))
		return false;
	*ret = answer.manager.history_break;
	return true;
}
