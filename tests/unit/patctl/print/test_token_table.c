/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What --output may be, and the table in a message. */
#include "tests/unit/unit.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "patctl/print/token_table.h"

static void table_and_wide_are_layouts_without_columns(void **state)
{
	struct token_layout layout = { .full = true, .wide = true, .n = 3 };

	(void)state;
	assert_null(token_layout_parse("table", &layout));
	assert_true(layout.full);
	assert_false(layout.wide);
	assert_int_equal(layout.n, 0);
	assert_null(token_layout_parse("wide", &layout));
	assert_true(layout.wide);
	assert_int_equal(layout.n, 0);
}

static void columns_are_in_the_order_given(void **state)
{
	struct token_layout layout = { 0 };

	(void)state;
	assert_null(token_layout_parse("expires,id", &layout));
	assert_false(layout.full || layout.wide);
	assert_int_equal(layout.n, 2);
	assert_string_equal(layout.columns[0]->name, "expires");
	assert_string_equal(layout.columns[1]->name, "id");
}

static void every_column_can_be_named_and_no_two_are_alike(void **state)
{
	char all[1024] = "";
	struct token_layout layout = { 0 };
	size_t n = 0;

	(void)state;
	for (; token_column_at(n); n++) {
		const char *name = token_column_at(n)->name;

		assert_ptr_equal(token_column_find(name, strlen(name)), token_column_at(n));
		(void)strcat(strcat(all, n > 0 ? "," : ""), name);
	}
	assert_null(token_layout_parse(all, &layout));
	assert_int_equal(layout.n, n);
}

static void other_texts_are_refused_and_change_nothing(void **state)
{
	static const char *const bad[] = { "", ",", "id,", ",id", "id,,name", "id, name", "ID",
		"names", "nam", "wide,id", "json", "id,name,id" };

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct token_layout layout = { .n = 7 };

		assert_non_null(token_layout_parse(bad[i], &layout));
		assert_int_equal(layout.n, 7);
	}
}

static void message_has_four_columns(void **state)
{
	struct token_row token = { .id = { "abcDEF0123" },
		.name = "\xC3\xBC"
			"ber",
		.user = "alice",
		.state = "active" };
	struct records records = { .table = token_row_table(), .items = &token, .n = 1 };
	char *text = token_table_text(&records);

	(void)state;
	assert_string_equal(text, "ID         NAME USER  STATE\n"
				  "abcDEF0123 \xC3\xBC"
				  "ber alice active\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_and_wide_are_layouts_without_columns),
		cmocka_unit_test(columns_are_in_the_order_given),
		cmocka_unit_test(every_column_can_be_named_and_no_two_are_alike),
		cmocka_unit_test(other_texts_are_refused_and_change_nothing),
		cmocka_unit_test(message_has_four_columns),
	};

	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		return 1;
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
