/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which answers there are, and how long each is. */
#include "protocol/answer.h"

#include <string.h>

#include "patd/model/token.h"

_Static_assert(sizeof(struct answer_secret) == 128, "no padding in a secret");

size_t answer_done_size(uint32_t request_kind)
{
	switch (request_kind) {
	case REQUEST_VERIFY:
		return sizeof(struct pat_reply);
	case REQUEST_MANAGER:
		return sizeof(struct answer_manager);
	case REQUEST_LIST:
	case REQUEST_HISTORY:
		return sizeof(struct answer_page);
	case REQUEST_GENERATE:
	case REQUEST_ROTATE:
		return sizeof(struct answer_secret);
	case REQUEST_REVOKE_ALL:
		return sizeof(struct answer_count);
	case REQUEST_CHECK:
		return sizeof(struct answer_check);
	case REQUEST_VERIFY_HISTORY:
		return sizeof(struct answer_verify_history);
	default:
		return 0;
	}
}

static bool ends(const uint8_t *text, size_t size)
{
	return size > 0 && memchr(text, '\0', size);
}

/* The texts and the number in the body of ANSWER_DONE. */
static bool done_check(const uint8_t *body, uint32_t request_kind)
{
	const size_t cursor = offsetof(struct answer_page, cursor);
	const size_t problem = offsetof(struct answer_verify_history, problem);
	struct answer_check check;

	switch (request_kind) {
	case REQUEST_LIST:
	case REQUEST_HISTORY:
		return ends(body + cursor, REQUEST_CURSOR_SIZE);
	case REQUEST_GENERATE:
	case REQUEST_ROTATE:
		return ends(body, REQUEST_ID_SIZE) && pat_id_valid((const char *)body);
	case REQUEST_VERIFY_HISTORY:
		return ends(body + problem, ANSWER_WHY_SIZE);
	case REQUEST_CHECK:
		memcpy(&check, body, sizeof(check));
		return check.n <= PAT_VERDICTS;
	default:
		return true;
	}
}

bool answer_check(const struct answer *answer, size_t len, uint32_t request_kind)
{
	const struct answer_head *head = &answer->head;
	const bool unasked = request_kind >= REQUEST_KINDS;
	size_t size;

	if (len < sizeof(*head) || len > sizeof(*answer) || head->magic != ANSWER_MAGIC ||
		head->error >= PAT_ERRORS || (head->serial == 0) != unasked ||
		(head->kind == ANSWER_REFUSED) != (head->error != PAT_OK))
		return false;
	size = len - sizeof(*head);
	switch (head->kind) {
	case ANSWER_DONE:
		return !unasked && size == answer_done_size(request_kind) &&
		       done_check(answer->body, request_kind);
	case ANSWER_REFUSED:
		return !unasked && ends(answer->body, size);
	case ANSWER_ROWS:
		return !unasked;
	case ANSWER_PROGRESS:
		return !unasked && size == sizeof(struct answer_progress);
	case ANSWER_TOKEN:
		return unasked && head->rows < TOKEN_EVENTS;
	case ANSWER_ENTRY:
		return unasked && size == sizeof(struct answer_entry) &&
		       ends(answer->body + offsetof(struct answer_entry, user), REQUEST_USER_SIZE);
	default:
		return false;
	}
}
