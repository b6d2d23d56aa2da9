/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names and texts that are valid, and those that are refused. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/name.h"

/* By the table of RFC 3629, section 3: not how the code under test does it. */
static const char *encode(uint32_t c, char to[static 5])
{
	memset(to, 0, 5);
	if (c <= 0x7F) {
		to[0] = (char)c;
	} else if (c <= 0x7FF) {
		to[0] = (char)(0xC0 | c >> 6);
		to[1] = (char)(0x80 | (c & 0x3F));
	} else if (c <= 0xFFFF) {
		to[0] = (char)(0xE0 | c >> 12);
		to[1] = (char)(0x80 | (c >> 6 & 0x3F));
		to[2] = (char)(0x80 | (c & 0x3F));
	} else {
		to[0] = (char)(0xF0 | c >> 18);
		to[1] = (char)(0x80 | (c >> 12 & 0x3F));
		to[2] = (char)(0x80 | (c >> 6 & 0x3F));
		to[3] = (char)(0x80 | (c & 0x3F));
	}
	return to;
}

static char *repeat(const char *text, size_t times)
{
	char *all = calloc(times + 1, strlen(text) + 1);

	assert_non_null(all);
	for (size_t i = 0; i < times; i++)
		memcpy(all + i * strlen(text), text, strlen(text));
	return all;
}

static void name_of_256_characters_is_refused(void **state)
{
	static const char *const characters[] = { "a", "\xC3\xA9", "\xE2\x82\xAC",
		"\xF0\x9F\x94\x91" };

	(void)state;
	for (size_t i = 0; i < COUNT(characters); i++) {
		char *most = repeat(characters[i], PAT_NAME_MAX);
		char *more = repeat(characters[i], PAT_NAME_MAX + 1);

		assert_null(pat_name_problem(most));
		assert_string_equal(
			pat_name_problem(more), "the name is longer than 255 characters");
		free(most);
		free(more);
	}
}

static void text_has_no_length_limit(void **state)
{
	char text[4 * PAT_NAME_MAX] = "";

	(void)state;
	assert_null(pat_text_problem(text));
	memset(text, 'x', sizeof(text) - 1);
	assert_null(pat_text_problem(text));
	text[sizeof(text) - 2] = '\n';
	assert_non_null(pat_text_problem(text));
	text[sizeof(text) - 2] = '\xFF';
	assert_non_null(pat_text_problem(text));
}

static void empty_name_is_refused(void **state)
{
	(void)state;
	assert_string_equal(pat_name_problem(""), "the name is empty");
}

static void note_is_as_a_name_and_may_be_empty(void **state)
{
	char note[257] = "";

	(void)state;
	assert_null(pat_note_problem(""));
	memset(note, 'n', 255);
	assert_null(pat_note_problem(note));
	note[255] = 'n';
	assert_non_null(pat_note_problem(note));
	assert_non_null(pat_note_problem("two\nlines"));
	assert_non_null(pat_note_problem("\xC3"));
}

static void names_in_many_scripts_are_accepted(void **state)
{
	static const char *const names[] = {
		"ci", " laptop ", "Anna's phone: 2nd, \"new\" <b>&amp; 100%", "R\xC3\xBCgen",
		"\xD0\x9D\xD0\xBE\xD1\x83\xD1\x82\xD0\xB1\xD1\x83\xD0\xBA",
		"\xE3\x83\x8E\xE3\x83\xBC\xE3\x83\x88", "\xD7\x9E\xD7\x97\xD7\xA9\xD7\x91",
		"\xD9\x85\xD8\xAD\xD9\x85\xD9\x88\xD9\x84",
		"\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB", /* two emoji and a joiner */
		"e\xCC\x81",                                    /* e and a combining accent */
		"\xF4\x8F\xBF\xBD",                             /* U+10FFFD, private use */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++)
		assert_that(pat_name_problem(names[i]) == NULL, "%s", names[i]);
}

static bool deceives(uint32_t c)
{
	static const struct {
		uint32_t from, to;
	} classes[] = {
		{ 0x01, 0x1F },
		{ 0x7F, 0x9F },
		{ 0x61C, 0x61C },
		{ 0x200E, 0x200F },
		{ 0x2028, 0x202E },
		{ 0x2066, 0x2069 },
		{ 0xFDD0, 0xFDEF },
	};

	for (size_t i = 0; i < COUNT(classes); i++)
		if (c >= classes[i].from && c <= classes[i].to)
			return true;
	return (c & 0xFFFF) >= 0xFFFE;
}

/* All of Unicode, alone and within other text. */
static void deceiving_characters_are_refused(void **state)
{
	char one[5], within[16];

	(void)state;
	for (uint32_t c = 1; c <= 0x10FFFF; c++) {
		if (c >= 0xD800 && c <= 0xDFFF)
			continue;
		(void)encode(c, one);
		(void)snprintf(within, sizeof(within), "a%sb", one);
		assert_that((pat_name_problem(one) != NULL) == deceives(c), "U+%04X", c);
		assert_that((pat_name_problem(within) != NULL) == deceives(c), "U+%04X", c);
	}
}

static void invalid_utf8_is_refused(void **state)
{
	static const char *const texts[] = {
		"\x80",                     /* continuation without a start */
		"\xBF",                     /* the same */
		"a\xC3",                    /* cut short */
		"\xC3(",                    /* start without a continuation */
		"\xE2\x82",                 /* cut short */
		"\xE2\x82(",                /* third byte is none */
		"\xF0\x9F\x94",             /* cut short */
		"\xF0\x9F\x94z",            /* fourth byte is none */
		"\xC0\x80",                 /* overlong NUL */
		"\xC1\xBF",                 /* overlong DEL */
		"\xE0\x80\xAF",             /* overlong slash */
		"\xE0\x9F\xBF",             /* overlong U+07FF */
		"\xF0\x80\x80\xAF",         /* overlong slash */
		"\xF0\x8F\xBF\xBF",         /* overlong U+FFFF */
		"\xED\xA0\x80",             /* first surrogate */
		"\xED\xBF\xBF",             /* last surrogate */
		"\xF4\x90\x80\x80",         /* U+110000 */
		"\xF5\x80\x80\x80",         /* beyond Unicode */
		"\xF8\x88\x80\x80\x80",     /* five bytes */
		"\xFC\x84\x80\x80\x80\x80", /* six bytes */
		"\xFE", "\xFF", "caf\xE9",  /* Latin-1 */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		const char *problem = pat_name_problem(texts[i]);

		assert_that(problem != NULL, "text %zu", i);
		assert_string_equal(problem, "the name is not valid UTF-8");
	}
}

/* The sanitizers see a read after the NUL. */
static void truncated_character_is_not_read_past_the_nul(void **state)
{
	static const char whole[] = "\xF0\x9F\x94\x91";

	(void)state;
	for (size_t len = 1; len < 4; len++) {
		char *cut = strndup(whole, len);

		assert_non_null(cut);
		assert_non_null(pat_name_problem(cut));
		free(cut);
	}
}

static void text_is_cut_between_characters(void **state)
{
	char field[8];

	(void)state;
	pat_text_cut(field, sizeof(field), 255, "abc");
	assert_memory_equal(field, "abc\0\0\0\0", 8);
	pat_text_cut(field, sizeof(field), 255, "abcdefghi");
	assert_string_equal(field, "abcdefg");
	pat_text_cut(field, sizeof(field), 2, "äöü");
	assert_string_equal(field, "äö");
	pat_text_cut(field, sizeof(field), 255, "äöüä");
	assert_memory_equal(field, "äöü\0", 8);
	pat_text_cut(field, sizeof(field), 255, "ab\xF0\x9F");
	assert_string_equal(field, "ab");
	pat_text_cut(field, sizeof(field), 0, "ab");
	assert_string_equal(field, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(name_of_256_characters_is_refused),
		cmocka_unit_test(text_has_no_length_limit),
		cmocka_unit_test(empty_name_is_refused),
		cmocka_unit_test(note_is_as_a_name_and_may_be_empty),
		cmocka_unit_test(names_in_many_scripts_are_accepted),
		cmocka_unit_test(deceiving_characters_are_refused),
		cmocka_unit_test(invalid_utf8_is_refused),
		cmocka_unit_test(truncated_character_is_not_read_past_the_nul),
		cmocka_unit_test(text_is_cut_between_characters),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
