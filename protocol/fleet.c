/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kinds of messages between patd and patd-fleet: how long each is, and what it may say. */
#include "protocol/fleet.h"

#include <string.h>

#include "common/token_format.h"

_Static_assert(sizeof(struct fleet_head) == 16, "no padding in a head");
_Static_assert(sizeof(struct fleet_welcome) == 1192, "no padding in a welcome");
_Static_assert(sizeof(struct fleet_issuer) == 88, "no padding in an issuer");
_Static_assert(sizeof(struct fleet_rows) == 72, "no padding in rows");
_Static_assert(sizeof(struct fleet_item) == 40, "no padding in an item");
_Static_assert(sizeof(struct fleet_revocation) == 336, "no padding in a revocation");
_Static_assert(sizeof(struct fleet_use) == 480, "no padding in a use");
_Static_assert(sizeof(struct fleet_claim) == 104, "no padding in a claim");
_Static_assert(sizeof(struct fleet_refusal) == 520, "no padding in a refusal");
_Static_assert(sizeof(struct fleet_report) == 528, "no padding in a report");
_Static_assert(sizeof(struct fleet_host) == 144, "no padding in a host");

/* A text of a body; size 0 ends a list. */
struct text {
	size_t offset, size;
};

/* clang-format off */
#define TEXT(part, member) { offsetof(struct part, member), sizeof(((struct part *)0)->member) }
/* clang-format on */

static const struct text welcome_texts[] = { TEXT(fleet_welcome, host), TEXT(fleet_welcome, issuer),
	TEXT(fleet_welcome, hub), TEXT(fleet_welcome, key), { 0, 0 } };
static const struct text issuer_texts[] = { TEXT(fleet_issuer, name), { 0, 0 } };
static const struct text rows_texts[] = { TEXT(fleet_rows, issuer), { 0, 0 } };
static const struct text revocation_texts[] = { TEXT(fleet_revocation, id),
	TEXT(fleet_revocation, host), TEXT(fleet_revocation, reason), { 0, 0 } };
static const struct text use_texts[] = { TEXT(fleet_use, id), TEXT(fleet_use, issuer),
	TEXT(fleet_use, host), TEXT(fleet_use, service), TEXT(fleet_use, source), { 0, 0 } };
static const struct text report_texts[] = { TEXT(fleet_report, error), { 0, 0 } };
static const struct text host_texts[] = { TEXT(fleet_host, host), TEXT(fleet_host, issuer),
	{ 0, 0 } };
static const struct text claim_texts[] = { TEXT(fleet_claim, issuer), TEXT(fleet_claim, id),
	{ 0, 0 } };
static const struct text refusal_texts[] = { TEXT(fleet_refusal, why), { 0, 0 } };

/* NUL-terminated, and NUL to the end. */
static bool text_ends(const uint8_t *text, size_t size)
{
	const size_t len = strnlen((const char *)text, size);
	uint8_t rest = 0;

	for (size_t i = len; i < size; i++)
		rest |= text[i];
	return len < size && rest == 0;
}

/* In place of a cast, of which compilers cannot know that it is aligned: struct fleet_message. */
static const void *body_of(const struct fleet_message *message)
{
	return message->body;
}

static bool check_welcome(const struct fleet_message *message)
{
	const struct fleet_welcome *welcome = body_of(message);

	return welcome->behind <= 1;
}

static bool check_issuer(const struct fleet_message *message)
{
	const struct fleet_issuer *issuer = body_of(message);

	return issuer->name[0] != '\0' && issuer->complete <= 1 && issuer->unused == 0;
}

static bool check_revocation(const struct fleet_message *message)
{
	const struct fleet_revocation *revocation = body_of(message);

	return pat_id_valid(revocation->id) &&
	       (revocation->host[0] != '\0') == (message->head.kind == FLEET_PUT_REVOCATION);
}

static bool check_use(const struct fleet_message *message)
{
	const struct fleet_use *use = body_of(message);

	return pat_id_valid(use->id) && use->issuer[0] != '\0' &&
	       (use->host[0] != '\0') == (message->head.kind == FLEET_PUT_USE);
}

static bool check_claim(const struct fleet_message *message)
{
	const struct fleet_claim *claim = body_of(message);
	const bool answers = message->head.kind == FLEET_PUT_CLAIM;
	const bool counts = !answers || claim->claimed == FLEET_CLAIM_GIVEN;

	return pat_id_valid(claim->id) && claim->issuer[0] != '\0' && claim->serial != 0 &&
	       claim->unused == 0 && claim->claimed <= FLEET_CLAIM_UNKNOWN &&
	       (claim->claimed != FLEET_CLAIM_ASKED) == answers && (claim->uses != 0) == counts;
}

static bool check_refusal(const struct fleet_message *message)
{
	const struct fleet_refusal *refusal = body_of(message);

	return refusal->again <= 1 && refusal->unused == 0;
}

static bool check_report(const struct fleet_message *message)
{
	const struct fleet_report *report = body_of(message);

	return report->connected <= 1;
}

static bool check_host(const struct fleet_message *message)
{
	const struct fleet_host *host = body_of(message);

	return host->host[0] != '\0';
}

/* What an item and its bytes take. */
static size_t item_size(size_t len)
{
	return (sizeof(struct fleet_item) + len + 7) & ~(size_t)7;
}

/* Whether an item is there, whole, in the first of left bytes. */
static bool check_item(const uint8_t *bytes, size_t left, bool of_token)
{
	struct fleet_item item;
	uint8_t rest = 0;

	if (left < sizeof(item))
		return false;
	memcpy(&item, bytes, sizeof(item));
	if (item.unused != 0 || (of_token && item.at != 0) || item.len == 0 || item.len > left ||
		item_size(item.len) > left ||
		!text_ends((const uint8_t *)item.id, sizeof(item.id)) ||
		(of_token ? !pat_id_valid(item.id) : item.id[0] != '\0'))
		return false;
	for (size_t i = sizeof(item) + item.len; i < item_size(item.len); i++)
		rest |= bytes[i];
	return rest == 0;
}

/* All items, up to the very end of the body.  How many there must be follows from the kind. */
static bool check_rows(const struct fleet_message *message, size_t size)
{
	static const struct {
		uint32_t min, max;
	} numbers[FLEET_KINDS] = {
		[FLEET_PUT_ROWS] = { 1, FLEET_ROWS_MAX },
		[FLEET_ROWS] = { 0, FLEET_ROWS_MAX },
		[FLEET_PUT_BEAT] = { 1, 1 },
		[FLEET_BEAT] = { 1, 1 },
	};
	const struct fleet_rows *rows = body_of(message);
	const uint32_t kind = message->head.kind;
	const bool of_tokens = kind == FLEET_PUT_ROWS || kind == FLEET_ROWS;
	size_t place = sizeof(*rows);

	if (rows->issuer[0] == '\0' || rows->unused != 0 || rows->n < numbers[kind].min ||
		rows->n > numbers[kind].max)
		return false;
	for (uint32_t i = 0; i < rows->n; i++) {
		struct fleet_item item;

		if (!check_item(message->body + place, size - place, of_tokens))
			return false;
		memcpy(&item, message->body + place, sizeof(item));
		place += item_size(item.len);
	}
	return place == size;
}

/* Who sends it, and so whether it has a serial. */
enum way {
	WAY_QUESTION,
	WAY_ANSWER,
	WAY_UNASKED
};

static const struct kind {
	enum way way;
	size_t size; /* of the body; of rows the least */
	const struct text *texts;
	bool (*check)(const struct fleet_message *message); /* NULL: nothing more */
} kinds[FLEET_KINDS] = {
	[FLEET_HELLO] = { WAY_QUESTION, 0, NULL, NULL },
	[FLEET_GET_ROWS] = { WAY_QUESTION, sizeof(struct fleet_after), NULL, NULL },
	[FLEET_GET_BEAT] = { WAY_QUESTION, 0, NULL, NULL },
	[FLEET_PUT_ALL] = { WAY_QUESTION, sizeof(struct fleet_rows), rows_texts, NULL },
	[FLEET_PUT_ROWS] = { WAY_QUESTION, sizeof(struct fleet_rows), rows_texts, NULL },
	[FLEET_PUT_BEAT] = { WAY_QUESTION, sizeof(struct fleet_rows), rows_texts, NULL },
	[FLEET_PUT_REVOCATION] = { WAY_QUESTION, sizeof(struct fleet_revocation), revocation_texts,
		check_revocation },
	[FLEET_PUT_USE] = { WAY_QUESTION, sizeof(struct fleet_use), use_texts, check_use },
	[FLEET_PUT_REPORT] = { WAY_QUESTION, sizeof(struct fleet_report), report_texts,
		check_report },
	[FLEET_PUT_HOST] = { WAY_QUESTION, sizeof(struct fleet_host), host_texts, check_host },
	[FLEET_PUT_CLAIM] = { WAY_QUESTION, sizeof(struct fleet_claim), claim_texts, check_claim },
	[FLEET_WELCOME] = { WAY_ANSWER, sizeof(struct fleet_welcome), welcome_texts,
		check_welcome },
	[FLEET_ISSUER] = { WAY_ANSWER, sizeof(struct fleet_issuer), issuer_texts, check_issuer },
	[FLEET_ROWS] = { WAY_ANSWER, sizeof(struct fleet_rows), rows_texts, NULL },
	[FLEET_BEAT] = { WAY_ANSWER, sizeof(struct fleet_rows), rows_texts, NULL },
	[FLEET_DONE] = { WAY_ANSWER, 0, NULL, NULL },
	[FLEET_REFUSED] = { WAY_ANSWER, sizeof(struct fleet_refusal), refusal_texts,
		check_refusal },
	[FLEET_CHANGED] = { WAY_UNASKED, sizeof(struct fleet_after), NULL, NULL },
	[FLEET_REVOKE] = { WAY_UNASKED, sizeof(struct fleet_revocation), revocation_texts,
		check_revocation },
	[FLEET_USE] = { WAY_UNASKED, sizeof(struct fleet_use), use_texts, check_use },
	[FLEET_REFETCH] = { WAY_UNASKED, sizeof(struct fleet_issuer), issuer_texts, check_issuer },
	[FLEET_CLAIM] = { WAY_UNASKED, sizeof(struct fleet_claim), claim_texts, check_claim },
};

bool fleet_kind_asks(uint32_t kind)
{
	return kind < FLEET_KINDS && kinds[kind].way == WAY_QUESTION;
}

bool fleet_message_check(const struct fleet_message *message, size_t len)
{
	const struct fleet_head *head = &message->head;
	const struct kind *kind;
	size_t size;

	if (len < sizeof(*head) || len > sizeof(*message) || head->magic != FLEET_MAGIC ||
		head->kind >= FLEET_KINDS)
		return false;
	kind = &kinds[head->kind];
	size = len - sizeof(*head);
	if ((head->serial == 0) != (kind->way == WAY_UNASKED) || size < kind->size)
		return false;
	for (const struct text *text = kind->texts; text && text->size > 0; text++)
		if (!text_ends(message->body + text->offset, text->size))
			return false;
	if (kind->texts == rows_texts)
		return check_rows(message, size);
	return size == kind->size && (!kind->check || kind->check(message));
}

const struct fleet_item *fleet_rows_next(
	const struct fleet_rows *rows, size_t *place, const uint8_t **ret_bytes)
{
	const uint8_t *at = rows->items;
	const struct fleet_item *item;
	const void *aligned;

	if (*place >= rows->n)
		return NULL;
	/* There are few. */
	for (size_t i = 0;; i++) {
		aligned = at;
		item = aligned;
		if (i == *place)
			break;
		at += item_size(item->len);
	}
	++*place;
	*ret_bytes = at + sizeof(*item);
	return item;
}

bool fleet_rows_add(struct fleet_message *message, size_t *len, const struct fleet_item *item,
	const void *bytes)
{
	void *body = message->body;
	struct fleet_rows *rows = body;
	const size_t size = item_size(item->len);
	uint8_t *to = message->body + *len;

	if (rows->n >= FLEET_ROWS_MAX || item->len > FLEET_BODY_MAX ||
		size > sizeof(message->body) - *len)
		return false;
	memcpy(to, item, sizeof(*item));
	memcpy(to + sizeof(*item), bytes, item->len);
	memset(to + sizeof(*item) + item->len, 0, size - sizeof(*item) - item->len);
	*len += size;
	rows->n++;
	return true;
}
