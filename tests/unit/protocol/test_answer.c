/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is taken for an answer to which request. */
#include <string.h>

#include "patd/model/token.h"
#include "protocol/answer.h"
#include "tests/unit/unit.h"

static struct answer answer_of(uint32_t kind)
{
	return (struct answer) {
		.head = { .magic = ANSWER_MAGIC, .kind = kind, .serial = 1 },
	};
}

static void last_answer_has_the_size_of_its_request(void **state)
{
	(void)state;
	for (uint32_t kind = 0; kind < REQUEST_KINDS; kind++) {
		struct answer answer = answer_of(ANSWER_DONE);
		const size_t size = sizeof(answer.head) + answer_done_size(kind);

		if (kind == REQUEST_GENERATE || kind == REQUEST_ROTATE)
			memcpy(answer.body, "0123456789", 10);
		assert_that(answer_check(&answer, size, kind), "%s", request_word(kind));
		assert_that(!answer_check(&answer, size + 1, kind), "%s", request_word(kind));
		assert_that(!answer_check(&answer, size - 1, kind), "%s", request_word(kind));
	}
}

static void refusal_has_an_error_and_a_sentence(void **state)
{
	struct answer answer = answer_of(ANSWER_REFUSED);
	const size_t size = sizeof(answer.head);

	(void)state;
	(void)strcpy((char *)answer.body, "no");
	assert_false(answer_check(&answer, size + 3, REQUEST_LIST));
	answer.head.error = PAT_ERR_DENIED;
	assert_true(answer_check(&answer, size + 3, REQUEST_LIST));
	assert_false(answer_check(&answer, size + 2, REQUEST_LIST));
	assert_false(answer_check(&answer, size, REQUEST_LIST));
	answer.head.error = PAT_ERRORS;
	assert_false(answer_check(&answer, size + 3, REQUEST_LIST));
	answer.head.error = PAT_ERR_DENIED;
	answer.head.kind = ANSWER_DONE;
	assert_false(answer_check(&answer, size, REQUEST_REVOKE));
}

static void events_have_no_serial_and_answers_have_one(void **state)
{
	struct answer token = answer_of(ANSWER_TOKEN), done = answer_of(ANSWER_DONE);
	struct answer entry = answer_of(ANSWER_ENTRY);
	const size_t size = sizeof(token.head);

	(void)state;
	assert_false(answer_check(&token, size + 100, REQUEST_LIST));
	token.head.serial = entry.head.serial = 0;
	assert_true(answer_check(&token, size + 100, REQUEST_KINDS));
	token.head.rows = TOKEN_EVENTS;
	assert_false(answer_check(&token, size + 100, REQUEST_KINDS));
	assert_true(answer_check(&entry, size + sizeof(struct answer_entry), REQUEST_KINDS));
	assert_false(answer_check(&entry, size + sizeof(struct answer_entry) - 1, REQUEST_KINDS));
	assert_false(answer_check(&done, size, REQUEST_KINDS));
	done.head.serial = 0;
	assert_false(answer_check(&done, size, REQUEST_REVOKE));
	assert_false(answer_check(&done, size, REQUEST_KINDS));
}

static void texts_and_numbers_in_a_body_keep_their_rules(void **state)
{
	struct answer answer = answer_of(ANSWER_DONE);
	struct answer_check check = { .n = PAT_VERDICTS + 1 };

	(void)state;
	memset(answer.body, 'x', sizeof(answer.body));
	assert_false(answer_check(
		&answer, sizeof(answer.head) + sizeof(struct answer_page), REQUEST_LIST));
	assert_false(
		answer_check(&answer, sizeof(answer.head) + sizeof(struct answer_verify_history),
			REQUEST_VERIFY_HISTORY));
	assert_false(answer_check(
		&answer, sizeof(answer.head) + sizeof(struct answer_secret), REQUEST_ROTATE));
	memcpy(answer.body, &check, sizeof(check));
	assert_false(answer_check(&answer, sizeof(answer.head) + sizeof(check), REQUEST_CHECK));
}

static void each_kind_is_asked_for_or_not_and_has_its_size(void **state)
{
	const size_t size = sizeof(struct answer_head);
	struct answer answer = answer_of(ANSWER_PROGRESS);

	(void)state;
	assert_true(answer_check(&answer, size + sizeof(struct answer_progress), REQUEST_LIST));
	assert_false(answer_check(&answer, size, REQUEST_LIST));
	answer.head.serial = 0;
	assert_false(answer_check(&answer, size + sizeof(struct answer_progress), REQUEST_KINDS));
	answer.head.kind = ANSWER_ROWS;
	assert_false(answer_check(&answer, size, REQUEST_KINDS));
	answer.head.kind = ANSWER_REFUSED;
	answer.head.error = PAT_ERR_DENIED;
	assert_false(answer_check(&answer, size + 1, REQUEST_KINDS));
	answer = answer_of(ANSWER_ROWS);
	assert_true(answer_check(&answer, size, REQUEST_LIST));
	answer.head.kind = ANSWER_ENTRY;
	assert_false(answer_check(&answer, size + sizeof(struct answer_entry), REQUEST_LIST));
	answer.head.kind = ANSWER_ENTRY + 100;
	assert_false(answer_check(&answer, size, REQUEST_LIST));
	answer = answer_of(ANSWER_ENTRY);
	answer.head.serial = 0;
	memset(answer.body, 'x', sizeof(struct answer_entry));
	assert_false(answer_check(&answer, size + sizeof(struct answer_entry), REQUEST_KINDS));
}

static void approval_is_an_event_that_says_whether_it_waits(void **state)
{
	struct answer answer = answer_of(ANSWER_APPROVAL);
	const size_t size = sizeof(answer.head) + 100;

	(void)state;
	assert_false(answer_check(&answer, size, REQUEST_LIST));
	answer.head.serial = 0;
	for (uint32_t waits = 0; waits <= 1; waits++) {
		answer.head.rows = waits;
		assert_true(answer_check(&answer, size, REQUEST_KINDS));
	}
	answer.head.rows = 2;
	assert_false(answer_check(&answer, size, REQUEST_KINDS));
}

static void what_is_no_answer_is_refused(void **state)
{
	struct answer answer = answer_of(ANSWER_ROWS);

	(void)state;
	assert_false(answer_check(&answer, sizeof(answer.head) - 1, REQUEST_LIST));
	assert_false(answer_check(&answer, sizeof(answer) + 1, REQUEST_LIST));
	answer.head.magic++;
	assert_false(answer_check(&answer, sizeof(answer.head), REQUEST_LIST));
	assert_int_equal(answer_done_size(REQUEST_KINDS), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(last_answer_has_the_size_of_its_request),
		cmocka_unit_test(refusal_has_an_error_and_a_sentence),
		cmocka_unit_test(events_have_no_serial_and_answers_have_one),
		cmocka_unit_test(each_kind_is_asked_for_or_not_and_has_its_size),
		cmocka_unit_test(approval_is_an_event_that_says_whether_it_waits),
		cmocka_unit_test(what_is_no_answer_is_refused),
		cmocka_unit_test(texts_and_numbers_in_a_body_keep_their_rules),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
