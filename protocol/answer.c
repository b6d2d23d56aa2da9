/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which answers there are, and how long each is. */
#include "protocol/answer.h"

#include <string.h>

#include "patd/model/token.h"

/* clang-format off */
#define PAGE                                                                                       \
	{ sizeof(struct answer_page), offsetof(struct answer_page, cursor), REQUEST_CURSOR_SIZE }
#define SECRET { sizeof(struct answer_secret), offsetof(struct answer_secret, id), REQUEST_ID_SIZE }
/* clang-format on */

_Static_assert(sizeof(struct answer_page) == REQUEST_CURSOR_SIZE + 8, "no padding in a page");
_Static_assert(sizeof(struct answer_fleet) == 768, "no padding in a fleet");
_Static_assert(sizeof(struct answer_secret) == 124, "no padding in a secret");

/* Of ANSWER_DONE: its size, and where its text is; size 0: it has none. */
static const struct done {
	size_t size;
	size_t text_at, text_size;
} dones[REQUEST_KINDS] = {
	[REQUEST_VERIFY] = { sizeof(struct pat_reply), 0, 0 },
	[REQUEST_MANAGER] = { sizeof(struct answer_manager), 0, 0 },
	[REQUEST_LIST] = PAGE,
	[REQUEST_GENERATE] = SECRET,
	[REQUEST_ROTATE] = SECRET,
	[REQUEST_REVOKE_ALL] = { sizeof(struct answer_count), 0, 0 },
	[REQUEST_CHECK] = { sizeof(struct answer_check), 0, 0 },
	[REQUEST_HISTORY] = PAGE,
	[REQUEST_LIST_SESSIONS] = PAGE,
	[REQUEST_FLEET_STATUS] = { sizeof(struct answer_fleet), 0, 0 },
	[REQUEST_FLEET_NEW_KEY] = { sizeof(struct answer_fleet_key),
		offsetof(struct answer_fleet_key, key), ANSWER_KEY_SIZE },
	[REQUEST_VERIFY_HISTORY] = { sizeof(struct answer_verify_history),
		offsetof(struct answer_verify_history, problem), ANSWER_WHY_SIZE },
};

size_t answer_done_size(uint32_t request_kind)
{
	return request_kind < REQUEST_KINDS ? dones[request_kind].size : 0;
}

static bool ends(const uint8_t *text, size_t size)
{
	return size > 0 && memchr(text, '\0', size);
}

static bool fleet_check(const uint8_t *body)
{
	static const struct {
		size_t at, size;
	} texts[] = {
		{ offsetof(struct answer_fleet, host), FLEET_NAME_SIZE },
		{ offsetof(struct answer_fleet, issuer), FLEET_NAME_SIZE },
		{ offsetof(struct answer_fleet, key), ANSWER_KEY_SIZE },
		{ offsetof(struct answer_fleet, next_key), ANSWER_KEY_SIZE },
		{ offsetof(struct answer_fleet, error), FLEET_WHY_SIZE },
	};
	bool all = true;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		all = all && ends(body + texts[i].at, texts[i].size);
	return all;
}

/* What of the body of ANSWER_DONE is not the same for any bytes. */
static bool done_check(const uint8_t *body, uint32_t request_kind)
{
	const struct done *done = &dones[request_kind];
	struct answer_check check;

	if (done->text_size > 0 && !ends(body + done->text_at, done->text_size))
		return false;
	if (request_kind == REQUEST_GENERATE || request_kind == REQUEST_ROTATE)
		return pat_id_valid((const char *)body);
	if (request_kind == REQUEST_FLEET_STATUS)
		return fleet_check(body);
	if (request_kind != REQUEST_CHECK)
		return true;
	memcpy(&check, body, sizeof(check));
	return check.n <= PAT_VERDICTS;
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
	case ANSWER_APPROVAL:
		return unasked && head->rows <= 1;
	case ANSWER_SESSION:
		return unasked;
	case ANSWER_ENTRY:
		return unasked && size == sizeof(struct answer_entry) &&
		       ends(answer->body + offsetof(struct answer_entry, user), REQUEST_USER_SIZE);
	default:
		return false;
	}
}
