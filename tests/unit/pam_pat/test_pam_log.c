/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lines for the log, and the escaping in them. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <security/pam_ext.h>
#include <stdio.h>
#include <string.h>

#include "pam_pat/pam_log.h"

static char logged[8192];
static int lowest; /* the descriptor that a socket of syslog(3) would have got */

/* In the place of libpam's. */
void pam_vsyslog(const pam_handle_t *pamh, int priority, const char *format, va_list args)
{
	(void)pamh;
	(void)priority;
	(void)vsnprintf(logged, sizeof(logged), format, args);
	lowest = open("/", O_PATH | O_CLOEXEC);
	(void)close(lowest);
}

static void escapes(const char *text, const char *expected)
{
	char out[64];

	log_escape(out, sizeof(out), text);
	assert_string_equal(out, expected);
}

static void unprintable_characters_are_escaped(void **state)
{
	(void)state;
	escapes("", "");
	escapes("alice", "alice");
	escapes("2001:db8::1%eth0", "2001:db8::1%eth0");
	escapes("a b", "a\\x20b");
	escapes("a\nb\r\t\x1b[2J", "a\\x0ab\\x0d\\x09\\x1b[2J");
	escapes("\\x0a", "\\x5cx0a");
	escapes("\"", "\\x22");
	escapes("\x7f\x80\xff", "\\x7f\\x80\\xff");
	escapes("J\xc3\xbcrgen", "J\\xc3\\xbcrgen");
}

static void long_text_is_cut_between_escapes(void **state)
{
	char out[6];

	(void)state;
	log_escape(out, sizeof(out), "abcdefgh");
	assert_string_equal(out, "abcde");
	log_escape(out, sizeof(out), "a\n");
	assert_string_equal(out, "a\\x0a");
	log_escape(out, sizeof(out), "ab\n");
	assert_string_equal(out, "ab");
	log_escape(out, 1, "a");
	assert_string_equal(out, "");
}

static void request_is_one_line_without_its_digest(void **state)
{
	struct pat_request request = { .magic = PAT_REQUEST_MAGIC, .uid = 1000 };

	(void)state;
	memset(request.digest.bytes, 'D', sizeof(request.digest.bytes));
	pat_field_cut(request.id, sizeof(request.id), "0123456789");
	pat_field_cut(request.user, sizeof(request.user), "alice");
	pat_field_cut(request.service, sizeof(request.service), "sshd");
	pat_field_cut(request.rhost, sizeof(request.rhost), "h user=root\nforged");

	log_request(NULL, 0, "accepted", NULL, &request);
	assert_string_equal(logged, "accepted: token=0123456789 user=alice service=sshd tty= "
				    "rhost=h\\x20user=root\\x0aforged");
	log_request(NULL, 0, "refused", "revoked", &request);
	assert_non_null(strstr(logged, "refused (revoked): token=0123456789 "));
	assert_null(strstr(logged, "DDD"));
}

static void longest_fields_fit(void **state)
{
	struct pat_request request = { .magic = PAT_REQUEST_MAGIC };

	(void)state;
	memset(request.user, '\n', sizeof(request.user) - 1);
	memset(request.service, '\n', sizeof(request.service) - 1);
	memset(request.rhost, '\n', sizeof(request.rhost) - 1);
	memset(request.tty, '\n', sizeof(request.tty) - 1);
	log_request(NULL, 0, "refused", NULL, &request);
	assert_int_equal(strlen(logged),
		strlen("refused: token= user= service= tty= rhost=") + 4 * (255 + 63 + 255 + 63));
}

static void closed_descriptor_is_not_taken_by_syslog(void **state)
{
	int in = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);

	(void)state;
	(void)close(STDIN_FILENO);
	log_message(NULL, 0, "text");
	assert_true(lowest > STDERR_FILENO);
	assert_int_equal(fcntl(STDIN_FILENO, F_GETFD), -1);
	if (in >= 0)
		assert_int_equal(dup2(in, STDIN_FILENO), STDIN_FILENO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unprintable_characters_are_escaped),
		cmocka_unit_test(long_text_is_cut_between_escapes),
		cmocka_unit_test(request_is_one_line_without_its_digest),
		cmocka_unit_test(longest_fields_fit),
		cmocka_unit_test(closed_descriptor_is_not_taken_by_syslog),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
