/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What people write for --until. */
#include "patd/model/until.h"

#include <string.h>

#include "common/until_kind.h"
#include "patd/model/limits.h"
#include "tests/unit/unit.h"

#define X10 "xxxxxxxxxx"
#define X50 X10 X10 X10 X10 X10
#define X64 X50 X10 "xxxx"
#define X240 X50 X50 X50 X50 X10 X10 X10 X10

/* kept NULL: refused. */
static const struct {
	const char *text, *kept;
} table[] = {
	{ "boot", "boot" },
	{ "session:2", "session:2" },
	{ "session:c17", "session:c17" },
	{ "session:" X64, "session:" X64 },
	{ "unit:ci", "unit:ci.service" },
	{ "unit:ci.service", "unit:ci.service" },
	{ "unit:ci.job", "unit:ci.job.service" },
	{ "unit:session-2.scope", "unit:session-2.scope" },
	{ "unit:getty@tty1", "unit:getty@tty1.service" },
	{ "unit:dev-disk-by\\x2duuid.swap", "unit:dev-disk-by\\x2duuid.swap" },
	{ "unit:run-u7_a.mount", "unit:run-u7_a.mount" },
	/* 255 bytes with the suffix, and one more. */
	{ "unit:" X240 "xxxxxxx", "unit:" X240 "xxxxxxx.service" },
	{ "unit:" X240 "xxxxxxxx", NULL },
	{ "unit:" X240 "xxxxxxxxx.scope", "unit:" X240 "xxxxxxxxx.scope" },
	{ "unit:" X240 "xxxxxxxxxx.scope", NULL },
	{ "", NULL },
	{ " boot", NULL },
	{ "boot ", NULL },
	{ "Boot", NULL },
	{ "boot:", NULL },
	{ "boot:7", NULL },
	{ "reboot", NULL },
	{ "session", NULL },
	{ "session:", NULL },
	{ "session:c2 ", NULL },
	{ "session:../2", NULL },
	{ "session:c-2", NULL },
	{ "session:" X64 "x", NULL },
	{ "unit", NULL },
	{ "unit:", NULL },
	{ "unit:.service", NULL },
	{ "unit:@tty1.service", NULL },
	{ "unit:a/b", NULL },
	{ "unit:/etc/passwd", NULL },
	{ "unit:..", NULL },
	{ "unit:a..service", NULL },
	{ "unit:a b", NULL },
	{ "unit:a\n", NULL },
	{ "unit:\xc3\xa4.service", NULL },
	{ "units:ci", NULL },
	{ "tomorrow", NULL },
};

static void names_are_kept_in_one_spelling_or_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		char kept[LIMITS_UNTIL_MAX + 1] = "";
		const char *problem = until_parse(table[i].text, kept, sizeof(kept));

		assert_that((problem == NULL) == (table[i].kept != NULL), "%s: %s", table[i].text,
			problem);
		if (table[i].kept)
			assert_string_equal(kept, table[i].kept);
		else
			assert_string_equal(kept, "");
	}
}

static void what_is_kept_is_taken_as_it_is(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		char kept[LIMITS_UNTIL_MAX + 1] = "";

		if (!table[i].kept)
			continue;
		assert_null(until_parse(table[i].kept, kept, sizeof(kept)));
		assert_string_equal(kept, table[i].kept);
	}
}

static void a_text_is_split_into_what_it_is_and_its_name(void **state)
{
	static const struct {
		const char *text;
		enum until_kind kind;
		const char *name;
	} splits[] = {
		{ "boot", UNTIL_BOOT, "" },
		{ "session:c2", UNTIL_SESSION, "c2" },
		{ "unit:a:b.service", UNTIL_UNIT, "a:b.service" },
	};
	enum until_kind kind;
	const char *name;

	(void)state;
	for (size_t i = 0; i < COUNT(splits); i++) {
		assert_true(until_split(splits[i].text, &kind, &name));
		assert_int_equal(kind, splits[i].kind);
		assert_string_equal(name, splits[i].name);
	}
	assert_false(until_split("", &kind, &name));
	assert_false(until_split("unit", &kind, &name));
	assert_false(until_split("boots", &kind, &name));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_kept_in_one_spelling_or_refused),
		cmocka_unit_test(what_is_kept_is_taken_as_it_is),
		cmocka_unit_test(a_text_is_split_into_what_it_is_and_its_name),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
