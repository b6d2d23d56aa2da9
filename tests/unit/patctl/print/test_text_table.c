/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tables, and how they are made narrower. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <locale.h>
#include <stdlib.h>

#include "patctl/base/text.h"
#include "patctl/print/text_table.h"

static const char *const headings[] = { "ID", "NAME", "END" };

static void add(struct text_table *table, const char *const *cells)
{
	for (size_t i = 0; i < COUNT(headings); i++)
		text_table_add(table, text_format("%s", cells[i]), NULL);
}

static struct text_table *new_table(bool legend)
{
	struct text_table *table = text_table_new(headings, COUNT(headings), legend);

	add(table, (const char *const[]) { "1", "a long name", "now" });
	add(table, (const char *const[]) { "200", "\xC3\xBC", "never" });
	return table;
}

static void expect_print(struct text_table *table, const char *expected)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	text_table_print(table, file);
	assert_int_equal(fclose(file), 0);
	assert_string_equal(text, expected);
	free(text);
}

static void columns_are_aligned_and_lines_end_without_blanks(void **state)
{
	struct text_table *table = new_table(true);

	(void)state;
	expect_print(table, "ID  NAME        END\n"
			    "1   a long name now\n"
			    "200 \xC3\xBC           never\n");
	add(table, (const char *const[]) { "3", "n", "" });
	expect_print(table, "3   n\n");
	text_table_free(table);
}

static void later_pages_have_no_headings_and_no_narrower_columns(void **state)
{
	struct text_table *table = new_table(true);

	(void)state;
	expect_print(table, "ID  NAME        END\n"
			    "1   a long name now\n"
			    "200 \xC3\xBC           never\n");
	add(table, (const char *const[]) { "3", "x", "y" });
	expect_print(table, "3   x           y\n");
	text_table_free(table);
}

static void without_legend_columns_are_as_wide_as_their_cells(void **state)
{
	struct text_table *table = text_table_new(headings, COUNT(headings), false);

	(void)state;
	add(table, (const char *const[]) { "1", "x", "y" });
	expect_print(table, "1 x y\n");
	text_table_free(table);
}

static void empty_table_prints_nothing(void **state)
{
	struct text_table *table = text_table_new(headings, COUNT(headings), true);

	(void)state;
	expect_print(table, "");
	text_table_free(table);
	text_table_free(NULL);
}

static void colour_is_around_the_text_alone(void **state)
{
	struct text_table *table = text_table_new(headings, COUNT(headings), false);

	(void)state;
	text_table_add(table, text_format("1"), "\033[31m");
	text_table_add(table, text_format("x"), NULL);
	text_table_add(table, text_format("y"), NULL);
	add(table, (const char *const[]) { "200", "x", "y" });
	expect_print(table, "\033[31m1\033[0m   x y\n200 x y\n");
	text_table_free(table);
}

static const struct text_table_step steps[] = { { 1, 8 }, { 2, 0 }, { 1, 2 } };

static void expect_fitted(size_t width, const char *expected)
{
	struct text_table *table = new_table(true);

	text_table_fit(table, width, steps, COUNT(steps));
	expect_print(table, expected);
	text_table_free(table);
}

static void table_that_fits_stays_as_it_is(void **state)
{
	(void)state;
	expect_fitted(21, "ID  NAME        END\n"
			  "1   a long name now\n"
			  "200 \xC3\xBC           never\n");
}

static void step_takes_no_more_than_needed(void **state)
{
	(void)state;
	expect_fitted(20, "ID  NAME       END\n"
			  "1   a long na\xE2\x80\xA6 now\n"
			  "200 \xC3\xBC          never\n");
}

static void room_of_a_column_left_out_goes_to_the_one_that_was_cut(void **state)
{
	(void)state;
	expect_fitted(17, "ID  NAME\n"
			  "1   a long name\n"
			  "200 \xC3\xBC\n");
	expect_fitted(14, "ID  NAME\n"
			  "1   a long na\xE2\x80\xA6\n"
			  "200 \xC3\xBC\n");
}

static void last_step_is_the_narrowest(void **state)
{
	(void)state;
	expect_fitted(1, "ID  N\xE2\x80\xA6\n"
			 "1   a\xE2\x80\xA6\n"
			 "200 \xC3\xBC\n");
}

static void hidden_column_is_not_printed(void **state)
{
	struct text_table *table = new_table(true);

	(void)state;
	text_table_hide(table, 0);
	text_table_hide(table, 2);
	expect_print(table, "NAME\na long name\n\xC3\xBC\n");
	text_table_free(table);
}

static ssize_t fail_write(void *cookie, const char *buffer, size_t size)
{
	unsigned int *calls = cookie;

	(void)buffer;
	(void)size;
	++*calls;
	errno = EPIPE;
	return -1;
}

static void after_an_error_of_the_file_nothing_is_written(void **state)
{
	struct text_table *table = new_table(false);
	unsigned int calls = 0;
	FILE *file = fopencookie(&calls, "w", (cookie_io_functions_t) { .write = fail_write });

	(void)state;
	assert_non_null(file);
	assert_int_equal(setvbuf(file, NULL, _IOLBF, BUFSIZ), 0);
	for (int i = 0; i < 100; i++)
		add(table, (const char *const[]) { "1", "n", "now" });
	text_table_print(table, file);
	assert_int_equal(calls, 1);
	(void)fclose(file);
	text_table_free(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_are_aligned_and_lines_end_without_blanks),
		cmocka_unit_test(later_pages_have_no_headings_and_no_narrower_columns),
		cmocka_unit_test(without_legend_columns_are_as_wide_as_their_cells),
		cmocka_unit_test(empty_table_prints_nothing),
		cmocka_unit_test(colour_is_around_the_text_alone),
		cmocka_unit_test(table_that_fits_stays_as_it_is),
		cmocka_unit_test(step_takes_no_more_than_needed),
		cmocka_unit_test(room_of_a_column_left_out_goes_to_the_one_that_was_cut),
		cmocka_unit_test(last_step_is_the_narrowest),
		cmocka_unit_test(hidden_column_is_not_printed),
		cmocka_unit_test(after_an_error_of_the_file_nothing_is_written),
	};

	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		return 1;
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
