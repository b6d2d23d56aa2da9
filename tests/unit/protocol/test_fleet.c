/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is taken for a message between patd and patd-fleet, and what is read of its rows. */
#include <string.h>

#include "protocol/fleet.h"
#include "tests/unit/unit.h"

#define ID "0123456789"

static struct fleet_message message;

static void *body(void)
{
	return message.body;
}

static void begin(uint32_t kind, uint64_t serial)
{
	memset(&message, 0, sizeof(message));
	message.head = (struct fleet_head) { FLEET_MAGIC, kind, serial };
}

/* A message of that kind that keeps all rules, and how long it is. */
static size_t message_of(uint32_t kind)
{
	static const size_t sizes[FLEET_KINDS] = {
		[FLEET_GET_ROWS] = sizeof(struct fleet_after),
		[FLEET_PUT_ALL] = sizeof(struct fleet_rows),
		[FLEET_PUT_REVOCATION] = sizeof(struct fleet_revocation),
		[FLEET_PUT_USE] = sizeof(struct fleet_use),
		[FLEET_PUT_REPORT] = sizeof(struct fleet_report),
		[FLEET_PUT_HOST] = sizeof(struct fleet_host),
		[FLEET_WELCOME] = sizeof(struct fleet_welcome),
		[FLEET_ISSUER] = sizeof(struct fleet_issuer),
		[FLEET_PUT_CLAIM] = sizeof(struct fleet_claim),
		[FLEET_REFUSED] = sizeof(struct fleet_refusal),
		[FLEET_CLAIM] = sizeof(struct fleet_claim),
		[FLEET_CHANGED] = sizeof(struct fleet_after),
		[FLEET_REVOKE] = sizeof(struct fleet_revocation),
		[FLEET_USE] = sizeof(struct fleet_use),
		[FLEET_REFETCH] = sizeof(struct fleet_issuer),
	};
	struct fleet_item item = { .number = 1, .id = ID, .len = 5 };
	size_t len = sizeof(struct fleet_rows);

	begin(kind, kind < FLEET_CHANGED);
	switch (kind) {
	case FLEET_PUT_ROWS:
	case FLEET_ROWS:
	case FLEET_PUT_BEAT:
	case FLEET_BEAT:
		(void)strcpy(((struct fleet_rows *)body())->issuer, "hq");
		if (kind == FLEET_PUT_BEAT || kind == FLEET_BEAT)
			memset(item.id, 0, sizeof(item.id));
		assert_true(fleet_rows_add(&message, &len, &item, "bytes"));
		return sizeof(message.head) + len;
	case FLEET_PUT_ALL:
	case FLEET_ISSUER:
	case FLEET_REFETCH:
	case FLEET_PUT_HOST:
		(void)strcpy(body(), "hq");
		break;
	case FLEET_PUT_REVOCATION:
		(void)strcpy(((struct fleet_revocation *)body())->host, "web1");
		(void)strcpy(body(), ID);
		break;
	case FLEET_PUT_USE:
		*(struct fleet_use *)body() =
			(struct fleet_use) { .id = ID, .issuer = "hq", .host = "web1" };
		break;
	case FLEET_USE:
		*(struct fleet_use *)body() = (struct fleet_use) { .id = ID, .issuer = "hq" };
		break;
	case FLEET_REVOKE:
		(void)strcpy(body(), ID);
		break;
	case FLEET_PUT_CLAIM:
	case FLEET_CLAIM:
		*(struct fleet_claim *)body() = (struct fleet_claim) {
			.serial = 1,
			.issuer = "hq",
			.id = ID,
			.uses = 1,
			.claimed = kind == FLEET_CLAIM ? FLEET_CLAIM_ASKED : FLEET_CLAIM_GIVEN,
		};
		break;
	default:
		break;
	}
	return sizeof(message.head) + sizes[kind];
}

static void each_kind_has_its_size(void **state)
{
	(void)state;
	for (uint32_t kind = 0; kind < FLEET_KINDS; kind++) {
		const size_t len = message_of(kind);

		assert_that(fleet_message_check(&message, len), "kind %u", kind);
		assert_that(!fleet_message_check(&message, len - 1), "kind %u", kind);
		assert_that(!fleet_message_check(&message, len + 1), "kind %u", kind);
		assert_that(fleet_kind_asks(kind) == (kind < FLEET_WELCOME), "kind %u", kind);
	}
	assert_false(fleet_kind_asks(FLEET_KINDS));
}

static void head_keeps_its_rules(void **state)
{
	size_t len = message_of(FLEET_HELLO);

	(void)state;
	for (size_t less = 0; less < len; less++)
		assert_false(fleet_message_check(&message, less));
	message.head.magic++;
	assert_false(fleet_message_check(&message, len));
	(void)message_of(FLEET_HELLO);
	message.head.kind = FLEET_KINDS;
	assert_false(fleet_message_check(&message, len));
	assert_false(fleet_message_check(&message, sizeof(message) + 1));
}

static void only_what_is_unasked_has_no_serial(void **state)
{
	(void)state;
	for (uint32_t kind = 0; kind < FLEET_KINDS; kind++) {
		const size_t len = message_of(kind);

		message.head.serial = message.head.serial == 0;
		assert_that(!fleet_message_check(&message, len), "kind %u", kind);
	}
}

/* Each byte of a text set, the last one too, and one after the NUL. */
static void text_ends_in_its_field_and_is_followed_by_nuls(void **state)
{
	static const struct {
		uint32_t kind;
		size_t offset, size;
	} texts[] = {
		{ FLEET_WELCOME, offsetof(struct fleet_welcome, host), FLEET_NAME_SIZE },
		{ FLEET_WELCOME, offsetof(struct fleet_welcome, issuer), FLEET_NAME_SIZE },
		{ FLEET_WELCOME, offsetof(struct fleet_welcome, hub), FLEET_HUB_SIZE },
		{ FLEET_WELCOME, offsetof(struct fleet_welcome, key), 24 },
		{ FLEET_ISSUER, offsetof(struct fleet_issuer, name), FLEET_NAME_SIZE },
		{ FLEET_PUT_ROWS, offsetof(struct fleet_rows, issuer), FLEET_NAME_SIZE },
		{ FLEET_REVOKE, offsetof(struct fleet_revocation, reason), 256 },
		{ FLEET_PUT_USE, offsetof(struct fleet_use, issuer), FLEET_NAME_SIZE },
		{ FLEET_PUT_USE, offsetof(struct fleet_use, host), FLEET_NAME_SIZE },
		{ FLEET_PUT_USE, offsetof(struct fleet_use, service), PAT_SERVICE_MAX + 1 },
		{ FLEET_PUT_USE, offsetof(struct fleet_use, source), 256 },
		{ FLEET_PUT_REPORT, offsetof(struct fleet_report, error), FLEET_WHY_SIZE },
		{ FLEET_PUT_HOST, offsetof(struct fleet_host, host), FLEET_NAME_SIZE },
		{ FLEET_PUT_HOST, offsetof(struct fleet_host, issuer), FLEET_NAME_SIZE },
		{ FLEET_REFUSED, offsetof(struct fleet_refusal, why), FLEET_WHY_SIZE },
		{ FLEET_CLAIM, offsetof(struct fleet_claim, issuer), FLEET_NAME_SIZE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		const size_t len = message_of(texts[i].kind);
		uint8_t *text = message.body + texts[i].offset;

		memset(text, 'x', texts[i].size - 1);
		assert_that(fleet_message_check(&message, len), "text %zu", i);
		text[texts[i].size - 1] = 'x';
		assert_that(!fleet_message_check(&message, len), "text %zu", i);
		text[texts[i].size - 1] = '\0';
		text[texts[i].size - 3] = '\0';
		assert_that(!fleet_message_check(&message, len), "text %zu", i);
	}
}

static void numbers_keep_their_range(void **state)
{
	size_t len;

	(void)state;
	len = message_of(FLEET_ISSUER);
	((struct fleet_issuer *)body())->complete = 1;
	assert_true(fleet_message_check(&message, len));
	((struct fleet_issuer *)body())->complete = 2;
	assert_false(fleet_message_check(&message, len));
	len = message_of(FLEET_ISSUER);
	((struct fleet_issuer *)body())->unused = 1;
	assert_false(fleet_message_check(&message, len));
	len = message_of(FLEET_WELCOME);
	((struct fleet_welcome *)body())->behind = 2;
	assert_false(fleet_message_check(&message, len));
	len = message_of(FLEET_PUT_REPORT);
	((struct fleet_report *)body())->connected = 2;
	assert_false(fleet_message_check(&message, len));
	len = message_of(FLEET_REFUSED);
	((struct fleet_refusal *)body())->again = 1;
	assert_true(fleet_message_check(&message, len));
	((struct fleet_refusal *)body())->again = 2;
	assert_false(fleet_message_check(&message, len));
	len = message_of(FLEET_REFUSED);
	((struct fleet_refusal *)body())->unused = 1;
	assert_false(fleet_message_check(&message, len));
}

/* What is asked is how many uses the token has; a use that is given is one of them. */
static void claim_has_uses_where_it_asks_and_where_one_is_given(void **state)
{
	static const uint32_t kinds[] = { FLEET_CLAIM, FLEET_PUT_CLAIM };
	struct fleet_claim *claim = body();

	(void)state;
	for (size_t i = 0; i < COUNT(kinds); i++) {
		for (uint32_t claimed = 0; claimed < 6; claimed++) {
			for (uint32_t uses = 0; uses < 3; uses++) {
				const size_t len = message_of(kinds[i]);
				const bool asks = kinds[i] == FLEET_CLAIM;
				const bool known = asks ? claimed == FLEET_CLAIM_ASKED
							: claimed >= FLEET_CLAIM_GIVEN &&
								   claimed <= FLEET_CLAIM_UNKNOWN;
				const bool some = asks || claimed == FLEET_CLAIM_GIVEN;

				claim->claimed = claimed;
				claim->uses = uses;
				assert_that(fleet_message_check(&message, len) ==
						    (known && (uses > 0) == some),
					"kind %u, %u, %u uses", kinds[i], claimed, uses);
			}
		}
	}
}

static void claim_is_of_a_login_and_an_issuer(void **state)
{
	struct fleet_claim *claim = body();
	size_t len = message_of(FLEET_CLAIM);

	(void)state;
	claim->serial = 0;
	assert_false(fleet_message_check(&message, len));
	len = message_of(FLEET_CLAIM);
	memset(claim->issuer, 0, sizeof(claim->issuer));
	assert_false(fleet_message_check(&message, len));
	len = message_of(FLEET_PUT_CLAIM);
	claim->unused = 1;
	assert_false(fleet_message_check(&message, len));
}

static void use_is_of_a_token_of_an_issuer(void **state)
{
	const size_t len = message_of(FLEET_USE);

	(void)state;
	memset(((struct fleet_use *)body())->issuer, 0, FLEET_NAME_SIZE);
	assert_false(fleet_message_check(&message, len));
}

static void what_is_about_a_token_has_its_id(void **state)
{
	static const struct {
		uint32_t kind;
		size_t offset;
	} ids[] = {
		{ FLEET_PUT_REVOCATION, offsetof(struct fleet_revocation, id) },
		{ FLEET_REVOKE, offsetof(struct fleet_revocation, id) },
		{ FLEET_PUT_USE, offsetof(struct fleet_use, id) },
		{ FLEET_USE, offsetof(struct fleet_use, id) },
		{ FLEET_PUT_CLAIM, offsetof(struct fleet_claim, id) },
		{ FLEET_CLAIM, offsetof(struct fleet_claim, id) },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(ids); i++) {
		const size_t len = message_of(ids[i].kind);
		char *id = (char *)message.body + ids[i].offset;

		memset(id, 0, 16);
		assert_that(!fleet_message_check(&message, len), "kind %u", ids[i].kind);
		(void)strcpy(id, "012345678-");
		assert_that(!fleet_message_check(&message, len), "kind %u", ids[i].kind);
	}
}

/* patd is where its own are from, and a stranger's have a name. */
static void only_other_hosts_are_named(void **state)
{
	size_t len;

	(void)state;
	len = message_of(FLEET_PUT_REVOCATION);
	memset(((struct fleet_revocation *)body())->host, 0, FLEET_NAME_SIZE);
	assert_false(fleet_message_check(&message, len));
	len = message_of(FLEET_REVOKE);
	(void)strcpy(((struct fleet_revocation *)body())->host, "web1");
	assert_false(fleet_message_check(&message, len));
	len = message_of(FLEET_PUT_USE);
	memset(((struct fleet_use *)body())->host, 0, FLEET_NAME_SIZE);
	assert_false(fleet_message_check(&message, len));
	len = message_of(FLEET_USE);
	(void)strcpy(((struct fleet_use *)body())->host, "web1");
	assert_false(fleet_message_check(&message, len));
	len = message_of(FLEET_PUT_HOST);
	memset(((struct fleet_host *)body())->host, 0, FLEET_NAME_SIZE);
	assert_false(fleet_message_check(&message, len));
}

static void rows_are_as_many_as_they_say(void **state)
{
	size_t len = message_of(FLEET_PUT_ROWS);
	struct fleet_rows *rows = body();

	(void)state;
	for (uint32_t n = 0; n < 4; n++) {
		rows->n = n;
		assert_int_equal(fleet_message_check(&message, len), n == 1);
	}
	rows->n = UINT32_MAX;
	assert_false(fleet_message_check(&message, len));
	(void)message_of(FLEET_PUT_ROWS);
	rows->unused = 1;
	assert_false(fleet_message_check(&message, len));
	(void)message_of(FLEET_PUT_ROWS);
	memset(rows->issuer, 0, sizeof(rows->issuer));
	assert_false(fleet_message_check(&message, len));
	begin(FLEET_ROWS, 1);
	(void)strcpy(rows->issuer, "hq");
	assert_true(fleet_message_check(&message, sizeof(message.head) + sizeof(*rows)));
	message.head.kind = FLEET_PUT_ROWS;
	assert_false(fleet_message_check(&message, sizeof(message.head) + sizeof(*rows)));
}

static void item_keeps_its_rules(void **state)
{
	const size_t len = message_of(FLEET_PUT_ROWS);
	struct fleet_rows *rows = body();
	void *items = rows->items;
	struct fleet_item *item = items;

	(void)state;
	for (uint32_t n = 0; n < 200; n++) {
		item->len = n;
		/* More, and the bytes are those that fill it up. */
		assert_that(fleet_message_check(&message, len) == (n >= 5 && n <= 8), "%u", n);
	}
	item->len = UINT32_MAX;
	assert_false(fleet_message_check(&message, len));
	item->len = UINT32_MAX - sizeof(*item);
	assert_false(fleet_message_check(&message, len));
	(void)message_of(FLEET_PUT_ROWS);
	item->unused = 1;
	assert_false(fleet_message_check(&message, len));
	(void)message_of(FLEET_PUT_ROWS);
	message.body[len - sizeof(message.head) - 1] = 1;
	assert_false(fleet_message_check(&message, len));
	(void)message_of(FLEET_PUT_ROWS);
	item->at = 1;
	assert_false(fleet_message_check(&message, len));
	(void)message_of(FLEET_PUT_ROWS);
	item->id[15] = 'x';
	assert_false(fleet_message_check(&message, len));
	memset(item->id, 0, sizeof(item->id));
	assert_false(fleet_message_check(&message, len));
	(void)message_of(FLEET_PUT_BEAT);
	(void)strcpy(item->id, ID);
	assert_false(fleet_message_check(&message, len));
}

static void heartbeat_is_one(void **state)
{
	const struct fleet_item item = { .len = 8 };
	size_t len = message_of(FLEET_PUT_BEAT) - sizeof(message.head);

	(void)state;
	assert_true(fleet_rows_add(&message, &len, &item, "12345678"));
	assert_false(fleet_message_check(&message, sizeof(message.head) + len));
}

static void rows_are_read_as_they_were_added(void **state)
{
	const struct fleet_rows *rows = body();
	size_t len = sizeof(*rows), place = 0;
	const struct fleet_item *item;
	const uint8_t *bytes;

	(void)state;
	begin(FLEET_ROWS, 1);
	(void)strcpy(body(), "hq");
	for (uint32_t i = 1; i <= FLEET_ROWS_MAX; i++) {
		const struct fleet_item added = { .number = i, .id = ID, .len = i };
		char text[FLEET_ROWS_MAX];

		memset(text, (int)i, sizeof(text));
		assert_true(fleet_rows_add(&message, &len, &added, text));
	}
	assert_true(fleet_message_check(&message, sizeof(message.head) + len));
	for (uint32_t i = 1; i <= FLEET_ROWS_MAX; i++) {
		item = fleet_rows_next(rows, &place, &bytes);
		assert_non_null(item);
		assert_int_equal(item->number, i);
		assert_int_equal(item->len, i);
		for (uint32_t j = 0; j < i; j++)
			assert_int_equal(bytes[j], i);
	}
	assert_null(fleet_rows_next(rows, &place, &bytes));
	assert_null(fleet_rows_next(rows, &place, &bytes));
}

static void no_more_rows_are_added_than_fit(void **state)
{
	static const uint8_t bytes[FLEET_BODY_MAX];
	struct fleet_item item = { .id = ID, .len = 1 };
	size_t len = sizeof(struct fleet_rows);

	(void)state;
	begin(FLEET_ROWS, 1);
	(void)strcpy(body(), "hq");
	for (int i = 0; i < FLEET_ROWS_MAX; i++)
		assert_true(fleet_rows_add(&message, &len, &item, bytes));
	assert_false(fleet_rows_add(&message, &len, &item, bytes));
	begin(FLEET_ROWS, 1);
	(void)strcpy(body(), "hq");
	len = sizeof(struct fleet_rows);
	item.len = (uint32_t)(FLEET_BODY_MAX - len - sizeof(item)) + 1;
	assert_false(fleet_rows_add(&message, &len, &item, bytes));
	item.len--;
	assert_true(fleet_rows_add(&message, &len, &item, bytes));
	assert_int_equal(len, FLEET_BODY_MAX);
	assert_true(fleet_message_check(&message, sizeof(message)));
	item.len = UINT32_MAX;
	assert_false(fleet_rows_add(&message, &len, &item, bytes));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_has_its_size),
		cmocka_unit_test(head_keeps_its_rules),
		cmocka_unit_test(only_what_is_unasked_has_no_serial),
		cmocka_unit_test(text_ends_in_its_field_and_is_followed_by_nuls),
		cmocka_unit_test(numbers_keep_their_range),
		cmocka_unit_test(claim_has_uses_where_it_asks_and_where_one_is_given),
		cmocka_unit_test(claim_is_of_a_login_and_an_issuer),
		cmocka_unit_test(use_is_of_a_token_of_an_issuer),
		cmocka_unit_test(what_is_about_a_token_has_its_id),
		cmocka_unit_test(only_other_hosts_are_named),
		cmocka_unit_test(rows_are_as_many_as_they_say),
		cmocka_unit_test(item_keeps_its_rules),
		cmocka_unit_test(heartbeat_is_one),
		cmocka_unit_test(rows_are_read_as_they_were_added),
		cmocka_unit_test(no_more_rows_are_added_than_fit),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
