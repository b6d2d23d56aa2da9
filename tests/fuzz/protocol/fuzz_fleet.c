/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is taken for a message between patd and patd-fleet is safe to read, and its rows are what
 * would be added so.
 */
#include "protocol/fleet.h"
#include "tests/fuzz/fuzz.h"

static void try_rows(const struct fleet_message *message, size_t len)
{
	static struct fleet_message again;
	const void *body = message->body;
	const struct fleet_rows *rows = body;
	const struct fleet_item *item;
	const uint8_t *bytes;
	size_t place = 0, used = sizeof(*rows);
	uint32_t n = 0;

	memset(&again, 0, sizeof(again));
	again.head = message->head;
	memcpy(again.body, rows->issuer, sizeof(rows->issuer));
	while ((item = fleet_rows_next(rows, &place, &bytes))) {
		assert_true(bytes + item->len <= message->body + len - sizeof(message->head));
		assert_true(fleet_rows_add(&again, &used, item, bytes));
		n++;
	}
	assert_int_equal(n, rows->n);
	assert_int_equal(used, len - sizeof(message->head));
	assert_memory_equal(&again, message, len);
}

/* A use is never given without its number. */
static void try_claim(const struct fleet_message *message)
{
	const void *body = message->body;
	const struct fleet_claim *claim = body;

	assert_true(pat_id_valid(claim->id));
	assert_non_null(memchr(claim->issuer, '\0', sizeof(claim->issuer)));
	assert_between(claim->claimed, FLEET_CLAIM_ASKED, FLEET_CLAIM_UNKNOWN);
	assert_true(claim->claimed != FLEET_CLAIM_GIVEN || claim->uses > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fleet_message message;

	if (size > sizeof(message))
		return 0;
	memset(&message, 0, sizeof(message));
	if (size > 0)
		memcpy(&message, data, size);
	if (!fleet_message_check(&message, size))
		return 0;
	assert_int_equal(message.head.magic, FLEET_MAGIC);
	assert_between(message.head.kind, 0, FLEET_KINDS - 1);
	assert_int_equal(message.head.serial == 0, message.head.kind >= FLEET_CHANGED);
	switch (message.head.kind) {
	case FLEET_PUT_ALL:
	case FLEET_PUT_ROWS:
	case FLEET_PUT_BEAT:
	case FLEET_ROWS:
	case FLEET_BEAT:
		try_rows(&message, size);
		break;
	case FLEET_PUT_REVOCATION:
	case FLEET_PUT_USE:
	case FLEET_REVOKE:
	case FLEET_USE:
		assert_true(pat_id_valid((const char *)message.body));
		break;
	case FLEET_PUT_CLAIM:
	case FLEET_CLAIM:
		try_claim(&message);
		break;
	case FLEET_REFUSED:
		assert_non_null(memchr(message.body, '\0', FLEET_WHY_SIZE));
		break;
	default:
		break;
	}
	return 0;
}
