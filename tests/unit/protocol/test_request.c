/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is taken for a request. */
#include <string.h>

#include "protocol/request.h"
#include "tests/unit/unit.h"

static struct request request_of(uint32_t kind)
{
	struct request request = { .head = { .magic = REQUEST_MAGIC, .kind = kind, .serial = 1 } };

	if (kind == REQUEST_VERIFY)
		request.verify = (struct pat_request) { .magic = PAT_REQUEST_MAGIC,
			.id = "0123456789",
			.user = "alice",
			.service = "sudo" };
	return request;
}

static void each_kind_has_its_size_and_word(void **state)
{
	(void)state;
	for (uint32_t kind = 0; kind < REQUEST_KINDS; kind++) {
		const struct request request = request_of(kind);
		const size_t size = request_size(kind);

		assert_between(size, sizeof(struct request_head), sizeof(request));
		assert_that(request_check(&request, size), "%s", request_word(kind));
		assert_that(!request_check(&request, size - 1), "%s", request_word(kind));
		assert_that(!request_check(&request, size + 1), "%s", request_word(kind));
		for (uint32_t other = 0; other < kind; other++)
			assert_string_not_equal(request_word(kind), request_word(other));
	}
	assert_int_equal(request_size(REQUEST_KINDS), 0);
	assert_string_equal(request_word(REQUEST_KINDS), "unknown");
}

static void head_keeps_its_rules(void **state)
{
	const size_t size = request_size(REQUEST_MANAGER);
	struct request request;

	(void)state;
	request = request_of(REQUEST_MANAGER);
	request.head.magic++;
	assert_false(request_check(&request, size));
	request = request_of(REQUEST_MANAGER);
	request.head.kind = REQUEST_KINDS;
	assert_false(request_check(&request, size));
	request = request_of(REQUEST_MANAGER);
	request.head.serial = 0;
	assert_false(request_check(&request, size));
	request = request_of(REQUEST_MANAGER);
	memset(request.head.caller.user, 'x', sizeof(request.head.caller.user));
	assert_false(request_check(&request, size));
	for (size_t len = 0; len < size; len++)
		assert_false(request_check(&request, len));
}

/* No memory of the sender comes with it. */
static void text_ends_in_its_field_and_is_followed_by_nuls(void **state)
{
	struct request request = request_of(REQUEST_LIST);
	const size_t size = request_size(REQUEST_LIST);

	(void)state;
	(void)strcpy(request.list.name, "laptop");
	assert_true(request_check(&request, size));
	request.list.name[sizeof(request.list.name) - 1] = 'x';
	assert_false(request_check(&request, size));
	request = request_of(REQUEST_LIST);
	memset(request.list.cursor, 'x', sizeof(request.list.cursor) - 1);
	assert_true(request_check(&request, size));
	request.list.cursor[sizeof(request.list.cursor) - 1] = 'x';
	assert_false(request_check(&request, size));
	request = request_of(REQUEST_GENERATE);
	memset(request.generate.texts[PAT_HOURS], 'x', REQUEST_RESTRICTION_SIZE);
	assert_false(request_check(&request, request_size(REQUEST_GENERATE)));
	request = request_of(REQUEST_SET);
	assert_true(request_check(&request, request_size(REQUEST_SET)));
	memset(request.set.texts[PAT_HOURS], 'x', REQUEST_RESTRICTION_SIZE);
	assert_false(request_check(&request, request_size(REQUEST_SET)));
	request = request_of(REQUEST_SET);
	memset(request.set.note, 'x', sizeof(request.set.note));
	assert_false(request_check(&request, request_size(REQUEST_SET)));
}

/* The bit of no restriction is another's, or what says that something else is given. */
static void each_restriction_has_a_bit_of_its_own(void **state)
{
	uint32_t seen = GIVEN_RESTRICTION - 1;

	(void)state;
	for (enum pat_restriction r = 0; r < PAT_RESTRICTIONS; r++) {
		assert_int_equal(seen & given_restriction(r), 0);
		seen |= given_restriction(r);
	}
	assert_int_equal(seen, GIVEN_EVERYTHING);
}

static void unknown_options_are_not_taken(void **state)
{
	static const uint32_t kinds[] = { REQUEST_LIST, REQUEST_GENERATE, REQUEST_REVOKE,
		REQUEST_ROTATE, REQUEST_SET, REQUEST_REVOKE_ALL, REQUEST_DISABLE, REQUEST_CHECK,
		REQUEST_HISTORY, REQUEST_FOLLOW };

	(void)state;
	for (size_t i = 0; i < COUNT(kinds); i++) {
		struct request request = request_of(kinds[i]);
		uint32_t *given = kinds[i] == REQUEST_REVOKE       ? &request.revoke.given
				  : kinds[i] == REQUEST_ROTATE     ? &request.rotate.given
				  : kinds[i] == REQUEST_SET        ? &request.set.given
				  : kinds[i] == REQUEST_REVOKE_ALL ? &request.revoke_all.given
								   : &request.list.given;

		*given = GIVEN_EVERYTHING;
		assert_true(request_check(&request, request_size(kinds[i])));
		*given = (uint32_t)GIVEN_EVERYTHING + 1;
		assert_false(request_check(&request, request_size(kinds[i])));
	}
}

static void login_keeps_the_rules_of_its_own_protocol(void **state)
{
	struct request request = request_of(REQUEST_VERIFY);

	(void)state;
	request.verify.service[0] = '\0';
	assert_false(request_check(&request, request_size(REQUEST_VERIFY)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_has_its_size_and_word),
		cmocka_unit_test(head_keeps_its_rules),
		cmocka_unit_test(text_ends_in_its_field_and_is_followed_by_nuls),
		cmocka_unit_test(each_restriction_has_a_bit_of_its_own),
		cmocka_unit_test(unknown_options_are_not_taken),
		cmocka_unit_test(login_keeps_the_rules_of_its_own_protocol),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
