/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of patd/history/journal. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "patd/history/journal.h"
#include "patd/util/log.h"
#include "tests/unit/unit.h"

/* Here standard error is not the journal: each is a line, told by log_notice() and the like. */

static sd_event *event;
static struct journal *journal;

static struct entry an_entry(enum entry_event what, unsigned int number)
{
	struct entry entry = { .seq = number, .event = what, .how = ENTRY_ROOT };

	(void)snprintf(entry.id.text, sizeof(entry.id.text), "%010u", number);
	(void)strcpy(entry.user, "alice");
	(void)strcpy(entry.name, "laptop");
	return entry;
}

/* In place of patd/util/log.c: what the thread tells, and what the loop complains of. */
static char told[4096], complaint[256];
static unsigned int lines;

static void keep(const char *format, va_list args)
{
	size_t len = strlen(told);

	lines++;
	(void)vsnprintf(told + len, sizeof(told) - len, format, args);
	(void)strncat(told, "\n", sizeof(told) - strlen(told) - 1);
}

#define DEFINE_KEPT(name)                                                                          \
	void name(const char *format, ...)                                                         \
	{                                                                                          \
		va_list args;                                                                      \
                                                                                                   \
		va_start(args, format);                                                            \
		keep(format, args);                                                                \
		va_end(args);                                                                      \
	}

DEFINE_KEPT(log_warning)
DEFINE_KEPT(log_notice)
DEFINE_KEPT(log_info)

void log_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(complaint, sizeof(complaint), format, args);
	va_end(args);
}

bool log_is_journal(void)
{
	return false;
}

static void turn(unsigned int times)
{
	for (unsigned int i = 0; i < times; i++)
		assert_true(sd_event_run(event, 10 * 1000000) > 0);
}

static void entries_are_logged_in_order(void **state)
{
	struct token token = { .uid = 1000 };

	(void)state;
	for (unsigned int i = 1; i <= 2; i++) {
		struct entry entry = an_entry(ENTRY_REVOKED, i);

		journal_entry(journal, &entry);
	}
	(void)strcpy(token.id.text, "ABCDEFGHIJ");
	(void)strcpy(token.name, "phone");
	(void)strcpy(token.user, "bob");
	journal_expiring(journal, &token, 1700000000);
	journal_free(journal);
	journal = NULL;
	assert_string_equal(told,
		"token 0000000001 \"laptop\" of alice: revoked by uid 0 (root)\n"
		"token 0000000002 \"laptop\" of alice: revoked by uid 0 (root)\n"
		"token ABCDEFGHIJ \"phone\" of bob: expires on 2023-11-14 22:13 UTC\n");
}

static void pending_entries_are_logged_on_exit(void **state)
{
	(void)state;
	for (unsigned int i = 1; i <= 50; i++) {
		struct entry entry = an_entry(ENTRY_USED, i);

		journal_entry(journal, &entry);
	}
	journal_free(journal);
	journal = NULL;
	assert_int_equal(lines, 50);
}

/* The loop does not turn, so that none is taken off the list. */
static void excess_entries_are_dropped_and_counted(void **state)
{
	struct entry entry = an_entry(ENTRY_USED, 1);

	(void)state;
	for (unsigned int i = 0; i < JOURNAL_WAITING_MAX + 5; i++)
		journal_entry(journal, &entry);
	turn(JOURNAL_WAITING_MAX - 1);
	assert_string_equal(complaint, "");
	turn(1);
	assert_non_null(strstr(complaint, " 5 messages about tokens are missing"));
	assert_int_equal(lines, JOURNAL_WAITING_MAX);
	/* Said once; and there is room again. */
	complaint[0] = '\0';
	journal_entry(journal, &entry);
	turn(1);
	assert_int_equal(lines, JOURNAL_WAITING_MAX + 1);
	assert_string_equal(complaint, "");
}

static int set_up(void **state)
{
	(void)state;
	told[0] = complaint[0] = '\0';
	lines = 0;
	if (sd_event_new(&event) < 0)
		return -1;
	return journal_new(event, &journal);
}

static int tear_down(void **state)
{
	(void)state;
	journal_free(journal);
	journal = NULL;
	event = sd_event_unref(event);
	return 0;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(entries_are_logged_in_order),
		TEST(pending_entries_are_logged_on_exit),
		TEST(excess_entries_are_dropped_and_counted),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
