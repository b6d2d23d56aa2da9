/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kinds of requests: how long each is, and where its texts are. */
#include "protocol/request.h"

#include <string.h>

#define TEXTS_MAX 9

/* A text of a part; size 0 ends a list. */
struct text {
	size_t offset, size;
};

/* clang-format off */
/* member: PART.MEMBER */
#define TEXT(member) { offsetof(struct request, member), sizeof(((struct request *)0)->member) }
/* clang-format on */
#define GIVEN(member) offsetof(struct request, member)
#define PART(part) sizeof(((struct request *)0)->part)

static const struct kind {
	const char *word;
	size_t part;     /* bytes */
	size_t given_at; /* of a mask of enum request_given; 0: it has none */
	struct text texts[TEXTS_MAX];
} kinds[REQUEST_KINDS] = {
	[REQUEST_VERIFY] = { "verify", PART(verify), 0, { { 0 } } },
	[REQUEST_MANAGER] = { "manager", 0, 0, { { 0 } } },
	[REQUEST_POLICY] = { "policy", 0, 0, { { 0 } } },
	[REQUEST_LIST] = { "list", PART(list), GIVEN(list.given),
		{ TEXT(list.user), TEXT(list.name), TEXT(list.name_pattern), TEXT(list.id_prefix),
			TEXT(list.state), TEXT(list.service), TEXT(list.good_for),
			TEXT(list.cursor) } },
	[REQUEST_GET] = { "get", PART(token), 0, { TEXT(token.id) } },
	[REQUEST_MAY_GENERATE] = { "may-generate", PART(generate), GIVEN(generate.given),
		{ TEXT(generate.user), TEXT(generate.name), TEXT(generate.note) } },
	[REQUEST_GENERATE] = { "generate", PART(generate), GIVEN(generate.given),
		{ TEXT(generate.user), TEXT(generate.name), TEXT(generate.note) } },
	[REQUEST_REVOKE] = { "revoke", PART(revoke), GIVEN(revoke.given),
		{ TEXT(revoke.id), TEXT(revoke.reason) } },
	[REQUEST_RESTORE] = { "restore", PART(token), 0, { TEXT(token.id) } },
	[REQUEST_RENAME] = { "rename", PART(rename), 0, { TEXT(rename.id), TEXT(rename.name) } },
	[REQUEST_ROTATE] = { "rotate", PART(rotate), GIVEN(rotate.given), { TEXT(rotate.id) } },
	[REQUEST_SET] = { "set", PART(set), GIVEN(set.given), { TEXT(set.id), TEXT(set.note) } },
	[REQUEST_DELETE] = { "delete", PART(token), 0, { TEXT(token.id) } },
	[REQUEST_REVOKE_ALL] = { "revoke-all", PART(revoke_all), GIVEN(revoke_all.given),
		{ TEXT(revoke_all.user), TEXT(revoke_all.reason) } },
	[REQUEST_DISABLE] = { "disable", PART(disable), GIVEN(disable.given),
		{ TEXT(disable.user), TEXT(disable.reason) } },
	[REQUEST_ENABLE] = { "enable", PART(disable), GIVEN(disable.given),
		{ TEXT(disable.user), TEXT(disable.reason) } },
	[REQUEST_LIST_DISABLED] = { "list-disabled", 0, 0, { { 0 } } },
	[REQUEST_CHECK] = { "check", PART(check), GIVEN(check.given),
		{ TEXT(check.id), TEXT(check.service), TEXT(check.from) } },
	[REQUEST_HISTORY] = { "history", PART(history), GIVEN(history.given),
		{ TEXT(history.user), TEXT(history.id), TEXT(history.cursor) } },
	[REQUEST_SOURCES] = { "sources", PART(token), 0, { TEXT(token.id) } },
	[REQUEST_VERIFY_HISTORY] = { "verify-history", 0, 0, { { 0 } } },
	[REQUEST_FOLLOW] = { "follow", PART(follow), GIVEN(follow.given), { { 0 } } },
	[REQUEST_BACKUP] = { "backup", 0, 0, { { 0 } } },
	[REQUEST_LIST_APPROVALS] = { "list-approvals", PART(approvals), GIVEN(approvals.given),
		{ TEXT(approvals.id) } },
	[REQUEST_APPROVE] = { "approve", PART(approval), 0, { TEXT(approval.id) } },
	[REQUEST_DENY] = { "deny", PART(approval), 0, { TEXT(approval.id) } },
	[REQUEST_LIST_SESSIONS] = { "list-sessions", PART(sessions), GIVEN(sessions.given),
		{ TEXT(sessions.user), TEXT(sessions.id), TEXT(sessions.cursor) } },
	[REQUEST_FLEET_STATUS] = { "fleet-status", 0, 0, { { 0 } } },
	[REQUEST_FLEET_HOSTS] = { "fleet-hosts", 0, 0, { { 0 } } },
	[REQUEST_FLEET_NEW_KEY] = { "fleet-new-key", 0, 0, { { 0 } } },
	[REQUEST_CANCEL] = { "cancel", PART(cancel), 0, { { 0 } } },
};

_Static_assert(sizeof(struct request_caller) == 264, "no padding in a caller");
_Static_assert(sizeof(struct request_head) == 280, "no padding in a head");
_Static_assert(sizeof(struct request_list) == 3528, "no padding in a list");
_Static_assert(
	sizeof(struct request_generate) == 2368 + PAT_RESTRICTIONS * (8 + REQUEST_RESTRICTION_SIZE),
	"no padding in a generate");

_Static_assert(
	sizeof(struct request_set) == 1072 + PAT_RESTRICTIONS * (size_t)REQUEST_RESTRICTION_SIZE,
	"no padding in a set");

_Static_assert(sizeof(struct request_sessions) == 1648, "no padding in sessions");

size_t request_size(uint32_t kind)
{
	return kind < REQUEST_KINDS ? sizeof(struct request_head) + kinds[kind].part : 0;
}

const char *request_word(uint32_t kind)
{
	return kind < REQUEST_KINDS ? kinds[kind].word : "unknown";
}

/* A text ends within its field, and after it there are only NULs. */
static bool text_ends(const char *text, size_t size)
{
	const size_t len = strnlen(text, size);

	for (size_t i = len; i < size; i++)
		if (text[i] != '\0')
			return false;
	return len < size;
}

static bool texts_end(const struct request *request, const struct kind *kind)
{
	const char *bytes = (const char *)request;

	for (const struct text *text = kind->texts; text < &kind->texts[TEXTS_MAX] && text->size;
		text++)
		if (!text_ends(bytes + text->offset, text->size))
			return false;
	return true;
}

static bool restrictions_end(const char texts[PAT_RESTRICTIONS][REQUEST_RESTRICTION_SIZE])
{
	for (size_t r = 0; r < PAT_RESTRICTIONS; r++)
		if (!text_ends(texts[r], REQUEST_RESTRICTION_SIZE))
			return false;
	return true;
}

bool request_check(const struct request *request, size_t len)
{
	const struct request_head *head = &request->head;
	const struct kind *kind;
	uint32_t given = 0;

	if (len < sizeof(*head) || head->magic != REQUEST_MAGIC || head->kind >= REQUEST_KINDS ||
		head->serial == 0 || len != request_size(head->kind) ||
		!text_ends(head->caller.user, sizeof(head->caller.user)))
		return false;
	kind = &kinds[head->kind];
	if (kind->given_at)
		memcpy(&given, (const char *)request + kind->given_at, sizeof(given));
	if ((given & ~(uint32_t)GIVEN_EVERYTHING) != 0 || !texts_end(request, kind))
		return false;
	if (head->kind == REQUEST_VERIFY)
		return pat_request_check(&request->verify, sizeof(request->verify));
	if (head->kind == REQUEST_SET)
		return restrictions_end(request->set.texts);
	return (head->kind != REQUEST_GENERATE && head->kind != REQUEST_MAY_GENERATE) ||
	       restrictions_end(request->generate.texts);
}
