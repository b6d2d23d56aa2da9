/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The objects for programs. */
#include "tests/unit/unit.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/name.h"
#include "common/wire.h"
#include "patctl/print/json_record.h"

#define NAME "a \"quoted\" \xC3\xA9"

/* What is written; the caller owns it. */
static char *token_text(const struct token_row *token)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	(void)putc('{', file);
	json_token_members(file, token);
	(void)putc('}', file);
	assert_int_equal(fclose(file), 0);
	return text;
}

static char *entry_text(const struct entry_row *entry)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	json_history_entry(file, entry);
	assert_int_equal(fclose(file), 0);
	return text;
}

/* Also as jansson, which reads it, writes it.  Takes got over. */
static void expect(char *got, const char *text)
{
	json_t *object = json_loads(got, 0, NULL);
	char *again;

	assert_string_equal(got, text);
	assert_non_null(object);
	again = json_dumps(object, 0);
	assert_string_equal(again, text);
	free(again);
	free(got);
	json_decref(object);
}

static void missing_values_are_null(void **state)
{
	const struct token_row token = {
		.id = { "abcDEF0123" },
		.name = NAME,
		.user = "alice",
		.state = "active",
		.uid = 4294967295,
		.created_at = 1,
	};

	(void)state;
	expect(token_text(&token),
		"{\"id\": \"abcDEF0123\", \"name\": \"a \\\"quoted\\\" \xC3\xA9\", "
		"\"uid\": null, \"user\": \"alice\", \"state\": \"active\", "
		"\"created_at\": 1, \"created_by\": 0, \"expires_at\": null, "
		"\"services\": [], \"sources\": [], \"hours\": null, \"not_before\": null, "
		"\"max_uses\": null, \"confirm\": false, \"until\": null, \"hosts\": [], "
		"\"uses\": 0, "
		"\"sessions\": 0, \"revoked_at\": null, "
		"\"revoked_until\": null, "
		"\"revoked_reason\": null, \"rotations\": 0, \"rotated_at\": null, "
		"\"former_until\": null, \"last_used_at\": null, \"last_used_service\": null, "
		"\"last_used_from\": null, \"note\": null, \"issuer\": null}");
}

static void all_values_of_a_token_are_written(void **state)
{
	const struct token_row token = {
		.id = { "abcDEF0123" },
		.name = "alice",
		.user = "alice",
		.state = "active",
		.created_at = 1,
		.created_by = 5,
		.expires_at = UINT64_C(253402300799),
		.limits = { "sudo,ssh*", "192.0.2.0/24", "Mon 08:00-18:00", 2, 7, true, "boot",
			"5ec4", "db1,web*" },
		.uses = 6,
		.sessions = 2,
		.revoked_at = 3,
		.revoked_until = 8,
		.revoked_reason = "lost",
		.rotations = 2,
		.rotated_at = 9,
		.former_until = 10,
		.last_used_at = 4,
		.last_used_service = "sudo",
		.last_used_from = "192.0.2.7",
		.note = "blue",
		.issuer = "admin1",
	};

	(void)state;
	expect(token_text(&token),
		"{\"id\": \"abcDEF0123\", \"name\": \"alice\", \"uid\": 0, "
		"\"user\": \"alice\", \"state\": \"active\", \"created_at\": 1, "
		"\"created_by\": 5, \"expires_at\": 253402300799, "
		"\"services\": [\"sudo\", \"ssh*\"], \"sources\": [\"192.0.2.0/24\"], "
		"\"hours\": \"Mon 08:00-18:00\", \"not_before\": 2, \"max_uses\": 7, "
		"\"confirm\": true, \"until\": \"boot\", \"hosts\": [\"db1\", \"web*\"], "
		"\"uses\": 6, \"sessions\": 2, "
		"\"revoked_at\": 3, \"revoked_until\": 8, \"revoked_reason\": \"lost\", "
		"\"rotations\": 2, \"rotated_at\": 9, \"former_until\": 10, \"last_used_at\": 4, "
		"\"last_used_service\": \"sudo\", \"last_used_from\": \"192.0.2.7\", \"note\": \"blue\", "
		"\"issuer\": \"admin1\"}");
}

static void use_without_a_source_is_local(void **state)
{
	const struct token_row token = {
		.id = { "abcDEF0123" },
		.name = "alice",
		.user = "alice",
		.state = "active",
		.last_used_at = 4,
		.last_used_service = "sudo",
	};
	char *text = token_text(&token);
	json_t *object = json_loads(text, 0, NULL);

	(void)state;
	assert_string_equal(json_string_value(json_object_get(object, "last_used_from")), "local");
	json_decref(object);
	free(text);
}

static void all_values_of_an_entry_are_written(void **state)
{
	const struct entry_row login = {
		.seq = 17,
		.at = 1,
		.event = "used",
		.id = { "abcDEF0123" },
		.name = NAME,
		.user = "alice",
		.uid = 1000,
		.how = "pam",
		.service = "sudo",
		.rhost = "192.0.2.7",
		.tty = "pts/0",
		.result = "accepted",
		.new_network = true,
		.unrecorded = 3,
		.command = "sudo id",
		.process = "pid 7 of uid 1000",
		.answered = true,
		.answered_by = 1000,
	};
	const struct entry_row about_everybody = {
		.seq = 18,
		.at = 2,
		.event = "used",
		.how = "pam",
		.detail = "lost",
	};

	(void)state;
	expect(entry_text(&login),
		"{\"seq\": 17, \"at\": 1, \"event\": \"used\", \"id\": \"abcDEF0123\", "
		"\"name\": \"a \\\"quoted\\\" \xC3\xA9\", \"user\": \"alice\", \"uid\": 1000, "
		"\"by_uid\": 0, \"how\": \"pam\", \"service\": \"sudo\", \"from\": \"192.0.2.7\", "
		"\"tty\": \"pts/0\", \"result\": \"accepted\", \"new_service\": false, "
		"\"new_network\": true, \"unrecorded\": 3, \"detail\": null, "
		"\"command\": \"sudo id\", \"process\": \"pid 7 of uid 1000\", "
		"\"answered\": true, \"answered_by\": 1000}");
	expect(entry_text(&about_everybody),
		"{\"seq\": 18, \"at\": 2, \"event\": \"used\", \"id\": null, \"name\": null, "
		"\"user\": null, \"uid\": null, \"by_uid\": 0, \"how\": \"pam\", "
		"\"service\": null, \"from\": null, \"tty\": null, \"result\": null, "
		"\"new_service\": false, \"new_network\": false, \"unrecorded\": 0, "
		"\"detail\": \"lost\", \"command\": null, \"process\": null, "
		"\"answered\": false, \"answered_by\": 0}");
}

/* Each byte that UTF-8 has in one character, and the longest characters. */
static void any_text_is_written_as_jansson_writes_it(void **state)
{
	struct record {
		char text[300];
		uint64_t number;
		char none[8];
	};
	static const struct field fields[] = {
		{ .column = "text", .kind = FIELD_TEXT, .offset = offsetof(struct record, text) },
		{ .column = "number",
			.kind = FIELD_NUMBER,
			.zero_is_none = true,
			.offset = offsetof(struct record, number) },
		{ .column = "list",
			.kind = FIELD_TEXT,
			.list = true,
			.offset = offsetof(struct record, none) },
	};
	static const struct table table = TABLE(record, fields);
	static const char *const long_characters[] = { "\xC2\xA0", "\xEF\xBF\xBD",
		"\xF4\x8F\xBF\xBD", "\\u0041", "</script>" };
	char every[2 * 127 + 1], *at = every;

	(void)state;
	for (char c = 1; c < 127; c++) {
		*at++ = c;
		*at++ = 'x';
	}
	*at = '\0';
	for (size_t i = 0; i <= COUNT(long_characters); i++) {
		struct record record = { .number = INT64_MAX };
		struct records records = { &table, &record, 1, 1 };
		json_t *expected;
		char *text = NULL, *dumped;
		size_t size;
		FILE *file = open_memstream(&text, &size);

		assert_true(pat_field_set(record.text, sizeof(record.text),
			i < COUNT(long_characters) ? long_characters[i] : every));
		expected = json_pack("[{s:s, s:I, s:[]}]", "text", record.text, "number",
			(json_int_t)INT64_MAX, "list");
		dumped = json_dumps(expected, 0);
		json_records(file, &records);
		assert_int_equal(fclose(file), 0);
		assert_string_equal(text, dumped);
		free(text);
		free(dumped);
		json_decref(expected);
	}
}

/* DEL, C1, what turns the direction of text, noncharacters; and the same text for programs. */
static void display__no_character_that_deceives_is_written_as_it_is(void **state)
{
	const struct token_row token = {
		.id = { "abcDEF0123" },
		.name = "a\x7F \xC2\x9B\x32J \xE2\x80\xAE\xC3\xA9 \xF4\x8F\xBF\xBF",
		.user = "\x1B]0;x\a\x7F",
		.state = "active",
	};
	char *text = token_text(&token);
	json_t *object = json_loads(text, 0, NULL);

	(void)state;
	assert_null(pat_text_problem(text));
	assert_string_equal(json_string_value(json_object_get(object, "name")), token.name);
	assert_string_equal(json_string_value(json_object_get(object, "user")), token.user);
	json_decref(object);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(missing_values_are_null),
		cmocka_unit_test(all_values_of_a_token_are_written),
		cmocka_unit_test(use_without_a_source_is_local),
		cmocka_unit_test(all_values_of_an_entry_are_written),
		cmocka_unit_test(display__no_character_that_deceives_is_written_as_it_is),
		cmocka_unit_test(any_text_is_written_as_jansson_writes_it),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
