/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What patd tells unasked, by its kind. */
#include "front/link/unasked.h"

#include <string.h>

#include "common/pack.h"

static bool tell_entry(const struct link_listener *listener, const struct answer *answer)
{
	struct answer_entry entry;

	memcpy(&entry, answer->body, sizeof(entry));
	if (listener->entry)
		listener->entry(&entry, listener->userdata);
	return true;
}

static bool tell_approval(
	const struct link_listener *listener, const struct answer *answer, size_t len)
{
	struct approval approval;

	if (row_unpack(&approval_table, answer->body, len, &approval) != len)
		return false;
	if (listener->approval)
		listener->approval(&approval, answer->head.rows == 1, listener->userdata);
	return true;
}

static bool tell_session(
	const struct link_listener *listener, const struct answer *answer, size_t len)
{
	struct session_row session;

	if (row_unpack(&session_row_table, answer->body, len, &session) != len)
		return false;
	if (listener->session)
		listener->session(&session, listener->userdata);
	return true;
}

static bool tell_token(const struct link_listener *listener, const struct answer *answer,
	size_t len, struct token_row *row)
{
	if (row_unpack(token_row_table(), answer->body, len, row) != len)
		return false;
	if (listener->token)
		listener->token((enum token_event)answer->head.rows, row, listener->userdata);
	return true;
}

bool unasked_tell(const struct link_listener *listener, const struct answer *answer, size_t len,
	struct token_row *row)
{
	switch (answer->head.kind) {
	case ANSWER_ENTRY:
		return tell_entry(listener, answer);
	case ANSWER_APPROVAL:
		return tell_approval(listener, answer, len);
	case ANSWER_SESSION:
		return tell_session(listener, answer, len);
	default:
		return tell_token(listener, answer, len, row);
	}
}
