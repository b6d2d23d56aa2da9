/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The checks of requests and replies. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "common/wire.h"

static const struct pat_request good = {
	.magic = PAT_REQUEST_MAGIC,
	.uid = 1000,
	.id = "0123456789",
	.digest = { { 1, 2, 3 } },
	.user = "alice",
	.service = "sudo",
	.rhost = "host.example",
	.tty = "/dev/pts/1",
	.account = PAT_ACCOUNT_SEEN,
};

static void field_is_filled_with_nul_after_the_text(void **state)
{
	char field[8];

	(void)state;
	memset(field, 'x', sizeof(field));
	assert_true(pat_field_set(field, sizeof(field), "1234567"));
	assert_memory_equal(field, "1234567\0", 8);
	memset(field, 'x', sizeof(field));
	assert_true(pat_field_set(field, sizeof(field), "ab"));
	assert_memory_equal(field, "ab\0\0\0\0\0\0", 8);
	assert_true(pat_field_set(field, sizeof(field), ""));
	assert_memory_equal(field, "\0\0\0\0\0\0\0\0", 8);
}

static void text_too_long_leaves_the_field_empty(void **state)
{
	char field[8];

	(void)state;
	memset(field, 'x', sizeof(field));
	assert_false(pat_field_set(field, sizeof(field), "12345678"));
	assert_memory_equal(field, "\0\0\0\0\0\0\0\0", 8);
	assert_false(pat_field_set(field, sizeof(field), "123456789012345678"));
}

static void cut_text_fits_the_field(void **state)
{
	char field[8];

	(void)state;
	memset(field, 'x', sizeof(field));
	pat_field_cut(field, sizeof(field), "123456789");
	assert_memory_equal(field, "1234567\0", 8);
	memset(field, 'x', sizeof(field));
	pat_field_cut(field, sizeof(field), "1");
	assert_memory_equal(field, "1\0\0\0\0\0\0\0", 8);
}

static void valid_request_is_accepted(void **state)
{
	struct pat_request request = good;

	(void)state;
	assert_true(pat_request_check(&request, sizeof(request)));
	/* Full to the last byte but one, and as empty as may be. */
	memset(request.user, 'u', sizeof(request.user) - 1);
	memset(request.service, 's', sizeof(request.service) - 1);
	memset(request.rhost, 0, sizeof(request.rhost));
	memset(request.tty, 0, sizeof(request.tty));
	memset(&request.digest, 0, sizeof(request.digest));
	request.uid = UINT32_MAX;
	request.account = PAT_ACCOUNT_ALL;
	assert_true(pat_request_check(&request, sizeof(request)));
}

static void request_of_another_length_is_refused(void **state)
{
	(void)state;
	for (size_t len = 0; len <= 2 * sizeof(good); len++)
		assert_int_equal(pat_request_check(&good, len), len == sizeof(good));
	assert_false(pat_request_check(&good, SIZE_MAX));
}

static void request_with_another_magic_is_refused(void **state)
{
	static const uint32_t others[] = { 0, PAT_REPLY_MAGIC, PAT_REQUEST_MAGIC + 1,
		PAT_REQUEST_MAGIC | UINT32_C(0x80000000), UINT32_C(0x50415431) };

	(void)state;
	for (size_t i = 0; i < COUNT(others); i++) {
		struct pat_request request = good;

		request.magic = others[i];
		assert_false(pat_request_check(&request, sizeof(request)));
	}
}

static const struct {
	const char *name;
	size_t at, size;
} fields[] = {
	{ "id", offsetof(struct pat_request, id), sizeof(good.id) },
	{ "user", offsetof(struct pat_request, user), sizeof(good.user) },
	{ "service", offsetof(struct pat_request, service), sizeof(good.service) },
	{ "rhost", offsetof(struct pat_request, rhost), sizeof(good.rhost) },
	{ "tty", offsetof(struct pat_request, tty), sizeof(good.tty) },
};

static void unterminated_text_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(fields); i++) {
		struct pat_request request = good;

		memset((char *)&request + fields[i].at, 'a', fields[i].size);
		assert_that(!pat_request_check(&request, sizeof(request)), "%s", fields[i].name);
	}
}

static void bytes_after_the_text_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(fields); i++) {
		const char *text = (const char *)&good + fields[i].at;

		for (size_t at = strlen(text) + 1; at < fields[i].size; at++) {
			struct pat_request request = good;

			((char *)&request)[fields[i].at + at] = 'x';
			assert_that(!pat_request_check(&request, sizeof(request)), "%s[%zu]",
				fields[i].name, at);
		}
	}
}

static void request_without_user_or_service_is_refused(void **state)
{
	struct pat_request request = good;

	(void)state;
	memset(request.user, 0, sizeof(request.user));
	assert_false(pat_request_check(&request, sizeof(request)));
	request = good;
	memset(request.service, 0, sizeof(request.service));
	assert_false(pat_request_check(&request, sizeof(request)));
}

static void request_with_an_invalid_id_is_refused(void **state)
{
	static const char *const ids[] = { "", "012345678", "01234567890", "012345678/",
		"0123 56789", "01234567\xC3\xA9" };

	(void)state;
	for (size_t i = 0; i < COUNT(ids); i++) {
		struct pat_request request = good;

		assert_true(pat_field_set(request.id, sizeof(request.id), ids[i]));
		assert_that(!pat_request_check(&request, sizeof(request)), "%s", ids[i]);
	}
}

static void unknown_account_bit_is_refused(void **state)
{
	(void)state;
	for (uint32_t account = 0; account <= PAT_ACCOUNT_ALL; account++) {
		struct pat_request request = good;

		request.account = account;
		assert_that(pat_request_check(&request, sizeof(request)), "%u", account);
	}
	for (unsigned int bit = 0; bit < 32; bit++) {
		bool known = (UINT32_C(1) << bit & PAT_ACCOUNT_ALL) != 0;
		struct pat_request request = good;

		request.account |= UINT32_C(1) << bit;
		assert_that(pat_request_check(&request, sizeof(request)) == known, "%u", bit);
	}
}

/* Whatever comes: an answer, and under the sanitizers no byte read outside of the request. */
static void random_bytes_are_refused(void **state)
{
	struct pat_request *request = malloc(sizeof(*request));
	uint64_t random = 88172645463325252U; /* xorshift64 */

	(void)state;
	assert_non_null(request);
	for (int i = 0; i < 20000; i++) {
		for (size_t at = 0; at < sizeof(*request); at++) {
			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			((uint8_t *)request)[at] = (uint8_t)random;
		}
		request->magic = PAT_REQUEST_MAGIC;
		assert_false(pat_request_check(request, sizeof(*request)));
	}
	free(request);
}

static void invalid_reply_is_refused(void **state)
{
	struct pat_reply reply = { .magic = PAT_REPLY_MAGIC };

	(void)state;
	for (uint32_t verdict = 0; verdict < PAT_VERDICTS; verdict++) {
		if (verdict == PAT_ASKED) /* it has a time: see below */
			continue;
		reply.verdict = verdict;
		assert_true(pat_reply_check(&reply, sizeof(reply)));
		for (size_t len = 0; len < sizeof(reply); len++)
			assert_false(pat_reply_check(&reply, len));
		assert_false(pat_reply_check(&reply, sizeof(reply) + 1));
		reply.expires_at = 1;
		assert_int_equal(pat_reply_check(&reply, sizeof(reply)),
			verdict == PAT_ACCEPTED || verdict == PAT_EXPIRED);
		reply.expires_at = 0;
		reply.replaced_until = 1;
		assert_int_equal(pat_reply_check(&reply, sizeof(reply)), verdict == PAT_ACCEPTED);
		reply.replaced_until = 0;
	}
	reply.verdict = PAT_VERDICTS;
	assert_false(pat_reply_check(&reply, sizeof(reply)));
	reply.verdict = UINT32_MAX;
	assert_false(pat_reply_check(&reply, sizeof(reply)));
	reply = (struct pat_reply) { .magic = PAT_REQUEST_MAGIC, .verdict = PAT_ACCEPTED };
	assert_false(pat_reply_check(&reply, sizeof(reply)));
}

static void reply_that_somebody_is_asked_says_for_how_long(void **state)
{
	struct pat_reply reply = { .magic = PAT_REPLY_MAGIC, .verdict = PAT_ASKED };

	(void)state;
	assert_false(pat_reply_check(&reply, sizeof(reply)));
	reply.expires_at = 1;
	assert_true(pat_reply_check(&reply, sizeof(reply)));
	reply.expires_at = PAT_CONFIRM_MAX;
	assert_true(pat_reply_check(&reply, sizeof(reply)));
	reply.expires_at = PAT_CONFIRM_MAX + 1;
	assert_false(pat_reply_check(&reply, sizeof(reply)));
}

static void invalid_process_is_refused(void **state)
{
	const struct pat_process whole = {
		.magic = PAT_PROCESS_MAGIC, .pid = 1, .command_len = 3, .command = "ab"
	};
	struct pat_process process = whole;

	(void)state;
	assert_true(pat_process_check(&process, sizeof(process)));
	assert_false(pat_process_check(&process, sizeof(process) - 1));
	assert_false(pat_process_check(&process, sizeof(process) + 1));
	process.magic = PAT_REQUEST_MAGIC;
	assert_false(pat_process_check(&process, sizeof(process)));
	process = whole;
	process.pid = 0;
	assert_false(pat_process_check(&process, sizeof(process)));
	process = whole;
	process.command_cut = 2;
	assert_false(pat_process_check(&process, sizeof(process)));
	process = whole;
	process.parent_cut = 2;
	assert_false(pat_process_check(&process, sizeof(process)));
	process = whole;
	process.command_len = sizeof(process.command) + 1;
	assert_false(pat_process_check(&process, sizeof(process)));
	process.command_len = 1;
	assert_false(pat_process_check(&process, sizeof(process)));
	process = whole;
	process.parent_len = sizeof(process.parent) + 1;
	assert_false(pat_process_check(&process, sizeof(process)));
	process = whole;
	process.parent[511] = 'x';
	assert_false(pat_process_check(&process, sizeof(process)));
	process = whole;
	process.directory[511] = 'x';
	assert_false(pat_process_check(&process, sizeof(process)));
	memset(process.directory, 'x', sizeof(process.directory));
	assert_false(pat_process_check(&process, sizeof(process)));
}

static void invalid_session_is_refused(void **state)
{
	const struct pat_session whole = {
		.magic = PAT_SESSION_MAGIC,
		.event = PAT_SESSION_OPENS,
		.pid = 1,
		.id = "0123456789",
		.user = "alice",
		.service = "sshd",
	};
	struct pat_session session = whole;
	char *const texts[] = { session.id, session.user, session.service, session.rhost,
		session.tty, session.logind };
	const size_t sizes[] = { sizeof(session.id), sizeof(session.user), sizeof(session.service),
		sizeof(session.rhost), sizeof(session.tty), sizeof(session.logind) };

	(void)state;
	assert_true(pat_session_check(&session, sizeof(session)));
	assert_false(pat_session_check(&session, sizeof(session) - 1));
	session.magic = PAT_REQUEST_MAGIC;
	assert_false(pat_session_check(&session, sizeof(session)));
	session = whole;
	session.event = 0;
	assert_false(pat_session_check(&session, sizeof(session)));
	session.event = PAT_SESSION_CLOSES + 1;
	assert_false(pat_session_check(&session, sizeof(session)));
	session = whole;
	session.pid = 0;
	assert_false(pat_session_check(&session, sizeof(session)));
	for (size_t i = 0; i < COUNT(texts); i++) {
		session = whole;
		texts[i][sizes[i] - 1] = 'x';
		assert_false(pat_session_check(&session, sizeof(session)));
	}
	for (size_t i = 0; i < 3; i++) {
		session = whole;
		texts[i][0] = '\0';
		assert_false(pat_session_check(&session, sizeof(session)));
	}
}

static void scope__zeroed_reply_is_no_acceptance(void **state)
{
	const struct pat_reply nothing = { 0 };

	(void)state;
	assert_false(pat_reply_check(&nothing, sizeof(nothing)));
	assert_int_not_equal(nothing.verdict, PAT_ACCEPTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(field_is_filled_with_nul_after_the_text),
		cmocka_unit_test(text_too_long_leaves_the_field_empty),
		cmocka_unit_test(cut_text_fits_the_field),
		cmocka_unit_test(valid_request_is_accepted),
		cmocka_unit_test(request_of_another_length_is_refused),
		cmocka_unit_test(request_with_another_magic_is_refused),
		cmocka_unit_test(unterminated_text_is_refused),
		cmocka_unit_test(bytes_after_the_text_are_refused),
		cmocka_unit_test(request_without_user_or_service_is_refused),
		cmocka_unit_test(request_with_an_invalid_id_is_refused),
		cmocka_unit_test(unknown_account_bit_is_refused),
		cmocka_unit_test(random_bytes_are_refused),
		cmocka_unit_test(invalid_reply_is_refused),
		cmocka_unit_test(reply_that_somebody_is_asked_says_for_how_long),
		cmocka_unit_test(invalid_process_is_refused),
		cmocka_unit_test(invalid_session_is_refused),
		cmocka_unit_test(scope__zeroed_reply_is_no_acceptance),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
