/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The call about sessions that tokens have opened. */
#include "common/bus.h"
#include "patctl/base/text.h"
#include "patctl/client/client_call.h"

bool client_sessions(struct client *client, const struct client_session_filter *filter,
	char **cursor, struct records *sessions, DBusError *error)
{
	struct request request = { .head.kind = REQUEST_LIST_SESSIONS };
	struct request_sessions *list = &request.sessions;
	struct client_answer answer;
	uint32_t none = 0;

	sessions->table = &session_row_table;
	if (!give_user(list->user, filter->user, &list->given, error))
		return false;
	GIVE_TEXT(list, id, filter->token, GIVEN_TOKEN);
	give_text(list->cursor, sizeof(list->cursor), *cursor, &none, 0);
	list->given |= filter->all ? GIVEN_ALL : 0U;
	list->limit = PAT_PAGE_MAX;
	if (!client_ask(client, &request, sessions, &answer, error))
		return false;
	return answer_cursor(REQUEST_LIST_SESSIONS, &answer.page, cursor, error);
}

bool client_all_sessions(struct client *client, const struct client_session_filter *filter,
	struct records *ret, DBusError *error)
{
	cleanup_text char *cursor = NULL;

	do {
		if (!client_sessions(client, filter, &cursor, ret, error))
			return false;
	} while (cursor);
	return true;
}
