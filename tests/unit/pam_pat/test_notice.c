/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The notices for each verdict. */
#include "tests/unit/unit.h"

#include <security/pam_appl.h>
#include <security/pam_ext.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pam_pat/notice.h"

#define NOW UINT64_C(1796115600) /* 2026-12-01 09:00 UTC */
#define MINUTE UINT64_C(60)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

/* Only ever passed on. */
static char handle;
#define HANDLE ((pam_handle_t *)&handle)

static int told_style; /* 0: nothing */
static char told[256];

#define AHEAD (7 * DAY)

/* An application, and what it may answer: here it refuses, and returns what it should not. */
static int refuse(
	int n, const struct pam_message **messages, struct pam_response **responses, void *data)
{
	assert_int_equal(n, 1);
	assert_ptr_equal(data, &handle);
	told_style = messages[0]->msg_style;
	(void)snprintf(told, sizeof(told), "%s", messages[0]->msg);
	*responses = calloc(1, sizeof(**responses));
	(*responses)->resp = strdup("what?");
	return PAM_CONV_ERR;
}

static int take(
	int n, const struct pam_message **messages, struct pam_response **responses, void *data)
{
	(void)responses;
	assert_int_equal(n, 1);
	assert_null(data);
	told_style = messages[0]->msg_style;
	return PAM_SUCCESS;
}

static const struct pam_conv refusing = { refuse, &handle }, taking = { take, NULL },
			     without = { NULL, NULL };
static const struct pam_conv *conversation = &refusing;

/* In the place of libpam's. */
int pam_get_item(const pam_handle_t *pamh, int item, const void **ret)
{
	assert_ptr_equal(pamh, HANDLE);
	assert_int_equal(item, PAM_CONV);
	*ret = conversation;
	return PAM_SUCCESS;
}

/* libpam's own logs that the conversation failed. */
int pam_prompt(pam_handle_t *pamh, int style, char **response, const char *format, ...)
{
	(void)pamh;
	(void)style;
	(void)response;
	(void)format;
	fail();
	return PAM_SYSTEM_ERR;
}

/* "" for nothing */
static const char *line(uint32_t verdict, uint64_t expires_at, uint64_t replaced_until)
{
	static char text[NOTICE_SIZE];
	const struct pat_reply reply = { PAT_REPLY_MAGIC, verdict, expires_at, replaced_until };

	memset(text, 'x', sizeof(text));
	if (!notice_format(text, &reply, NOW, AHEAD))
		return "";
	assert_true(strnlen(text, sizeof(text)) < sizeof(text));
	return text;
}

static void every_refusal_after_the_secret_has_a_line_of_its_own_and_no_other_has(void **state)
{
	static const bool silent[PAT_VERDICTS] = {
		[PAT_WRONG] = true,
		[PAT_ACCEPTED] = true,
		[PAT_NOT_ALLOWED] = true,
		[PAT_BUSY] = true,
		[PAT_FAILED] = true,
		[PAT_ASKED] = true,
	};
	char lines[PAT_VERDICTS][NOTICE_SIZE] = { 0 };

	(void)state;
	for (uint32_t v = 0; v < PAT_VERDICTS; v++) {
		assert_true(pat_field_set(lines[v], sizeof(lines[v]), line(v, 0, 0)));
		assert_that((lines[v][0] == '\0') == silent[v], "%s", verdict_word(v));
		for (uint32_t w = 0; w < v; w++)
			assert_that(silent[v] || strcmp(lines[v], lines[w]) != 0, "%s and %s",
				verdict_word(v), verdict_word(w));
	}
}

static void expired_token_has_its_date(void **state)
{
	(void)state;
	assert_string_equal(
		line(PAT_EXPIRED, NOW, 0), "This token expired on 2026-12-01 09:00 UTC.");
	assert_string_equal(
		line(PAT_EXPIRED, 86400, 0), "This token expired on 1970-01-02 00:00 UTC.");
	assert_string_equal(line(PAT_EXPIRED, 0, 0), "This token has expired.");
	assert_string_equal(line(PAT_EXPIRED, UINT64_MAX, 0), "This token has expired.");
	assert_string_equal(line(PAT_EXPIRED, INT64_MAX, 0), "This token has expired.");
	assert_string_equal(
		line(PAT_EXPIRED, UINT64_C(253402300800), 0), "This token has expired.");
}

static void time_left_is_rounded_down(void **state)
{
	static const struct {
		uint64_t left;
		const char *text;
	} cases[] = {
		{ 7 * DAY, "This token expires in 7 days, on 2026-12-08 09:00 UTC." },
		{ 7 * DAY - 1, "This token expires in 6 days, on 2026-12-08 08:59 UTC." },
		{ 3 * DAY + HOUR, "This token expires in 3 days, on 2026-12-04 10:00 UTC." },
		{ 2 * DAY, "This token expires in 2 days, on 2026-12-03 09:00 UTC." },
		{ 2 * DAY - 1, "This token expires in 1 day, on 2026-12-03 08:59 UTC." },
		{ DAY, "This token expires in 1 day, on 2026-12-02 09:00 UTC." },
		{ DAY - 1, "This token expires in 23 hours, on 2026-12-02 08:59 UTC." },
		{ 2 * HOUR, "This token expires in 2 hours, on 2026-12-01 11:00 UTC." },
		{ HOUR, "This token expires in 1 hour, on 2026-12-01 10:00 UTC." },
		{ HOUR - 1, "This token expires in 59 minutes, on 2026-12-01 09:59 UTC." },
		{ MINUTE, "This token expires in 1 minute, on 2026-12-01 09:01 UTC." },
		{ 59, "This token expires in less than a minute, on 2026-12-01 09:00 UTC." },
		{ 0, "This token expires in less than a minute, on 2026-12-01 09:00 UTC." },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_string_equal(line(PAT_ACCEPTED, NOW + cases[i].left, 0), cases[i].text);
}

static void expiry_just_passed_counts_as_imminent(void **state)
{
	(void)state;
	assert_string_equal(line(PAT_ACCEPTED, NOW - 2, 0),
		"This token expires in less than a minute, on 2026-12-01 08:59 UTC.");
}

static void distant_expiry_has_no_notice(void **state)
{
	(void)state;
	assert_string_equal(line(PAT_ACCEPTED, 0, 0), "");
	assert_string_equal(line(PAT_ACCEPTED, NOW + 7 * DAY + 1, 0), "");
	assert_string_equal(line(PAT_ACCEPTED, NOW + 30 * DAY, 0), "");
	assert_string_equal(line(PAT_ACCEPTED, INT64_MAX, 0), "");
	assert_string_equal(line(PAT_ACCEPTED, UINT64_MAX, 0), "");
}

static void expiry_is_announced_as_early_as_wanted_or_never(void **state)
{
	struct pat_reply reply = { PAT_REPLY_MAGIC, PAT_ACCEPTED, NOW + 30 * DAY, 0 };
	char text[NOTICE_SIZE];

	(void)state;
	assert_false(notice_format(text, &reply, NOW, 30 * DAY - 1));
	assert_true(notice_format(text, &reply, NOW, 30 * DAY));
	assert_string_equal(text, "This token expires in 30 days, on 2026-12-31 09:00 UTC.");
	assert_true(notice_format(text, &reply, NOW, UINT64_MAX));
	reply.expires_at = NOW;
	assert_true(notice_format(text, &reply, NOW, 1));
	assert_false(notice_format(text, &reply, NOW, 0));
	/* That of another secret is no matter of time. */
	reply.replaced_until = NOW + DAY;
	assert_true(notice_format(text, &reply, NOW, 0));
}

static void expiry_beyond_the_calendar_has_no_notice(void **state)
{
	const struct pat_reply reply = { PAT_REPLY_MAGIC, PAT_ACCEPTED, INT64_MAX, 0 };
	char text[NOTICE_SIZE];

	(void)state;
	assert_false(notice_format(text, &reply, (uint64_t)INT64_MAX - 10, AHEAD));
}

static void replaced_secret_precedes_expiry(void **state)
{
	static const char *const until = "This token has been replaced. It works until "
					 "2026-12-02 09:00 UTC, or until the new one is used.";

	(void)state;
	assert_string_equal(line(PAT_ACCEPTED, 0, NOW + DAY), until);
	assert_string_equal(line(PAT_ACCEPTED, NOW + 2 * DAY, NOW + DAY), until);
	assert_string_equal(line(PAT_ACCEPTED, 0, UINT64_MAX),
		"This token has been replaced. It works until the new one is used.");
}

static void fields_of_other_verdicts_are_ignored(void **state)
{
	(void)state;
	assert_string_equal(line(PAT_WRONG, NOW + 1, NOW + 1), "");
	assert_string_equal(line(PAT_REVOKED, NOW + 1, NOW + 1), "This token has been revoked.");
}

static void tell(uint32_t verdict, uint64_t expires_at)
{
	const struct pat_reply reply = { PAT_REPLY_MAGIC, verdict, expires_at, 0 };

	told_style = 0;
	notice_show(HANDLE, &reply, NOW, AHEAD);
}

static void refusal_and_expiry_are_errors_so_that_no_program_prints_them_as_output(void **state)
{
	(void)state;
	tell(PAT_REVOKED, 0);
	assert_int_equal(told_style, PAM_ERROR_MSG);
	assert_string_equal(told, "This token has been revoked.");
	tell(PAT_ACCEPTED, NOW + DAY);
	assert_int_equal(told_style, PAM_ERROR_MSG);
	assert_string_equal(told, "This token expires in 1 day, on 2026-12-02 09:00 UTC.");
	tell(PAT_ACCEPTED, 0);
	assert_int_equal(told_style, 0);
	tell(PAT_WRONG, 0);
	assert_int_equal(told_style, 0);
}

static void blanks_are_an_error_so_that_no_output_has_them(void **state)
{
	(void)state;
	told_style = 0;
	notice_blanks(HANDLE);
	assert_int_equal(told_style, PAM_ERROR_MSG);
	assert_string_equal(told, "Blanks before or after the token were ignored.");
}

static void refused_change_of_the_password_says_what_to_do(void **state)
{
	(void)state;
	told_style = 0;
	notice_no_password(HANDLE);
	assert_int_equal(told_style, PAM_ERROR_MSG);
	assert_string_equal(
		told, "A token cannot change the password. Log in with the password to change it.");
}

/* As servers do that take nothing but questions for a password. */
static void application_that_shows_no_messages_is_no_failed_conversation(void **state)
{
	(void)state;
	tell(PAT_ACCEPTED, NOW + DAY); /* refused, without pam_prompt() */
	assert_int_equal(told_style, PAM_ERROR_MSG);
	conversation = &taking;
	tell(PAT_REVOKED, 0);
	assert_int_equal(told_style, PAM_ERROR_MSG);
	conversation = &without;
	tell(PAT_ACCEPTED, NOW + DAY);
	assert_int_equal(told_style, 0);
	conversation = NULL;
	tell(PAT_ACCEPTED, NOW + DAY);
	assert_int_equal(told_style, 0);
	conversation = &refusing;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			every_refusal_after_the_secret_has_a_line_of_its_own_and_no_other_has),
		cmocka_unit_test(expired_token_has_its_date),
		cmocka_unit_test(time_left_is_rounded_down),
		cmocka_unit_test(expiry_just_passed_counts_as_imminent),
		cmocka_unit_test(distant_expiry_has_no_notice),
		cmocka_unit_test(expiry_is_announced_as_early_as_wanted_or_never),
		cmocka_unit_test(expiry_beyond_the_calendar_has_no_notice),
		cmocka_unit_test(replaced_secret_precedes_expiry),
		cmocka_unit_test(fields_of_other_verdicts_are_ignored),
		cmocka_unit_test(blanks_are_an_error_so_that_no_output_has_them),
		cmocka_unit_test(
			refusal_and_expiry_are_errors_so_that_no_program_prints_them_as_output),
		cmocka_unit_test(refused_change_of_the_password_says_what_to_do),
		cmocka_unit_test(application_that_shows_no_messages_is_no_failed_conversation),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
