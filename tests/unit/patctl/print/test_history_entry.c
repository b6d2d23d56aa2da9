/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An entry of the history as a line. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "common/wire.h"
#include "patctl/print/history_entry.h"

/* An entry in which only what is given is said. */
struct words {
	const char *event, *token, *name, *user, *how, *service, *from, *tty, *result, *detail;
	bool new_service, new_network;
	uint64_t unrecorded;
};

static void copy(char *field, size_t size, const char *text)
{
	assert_true(pat_field_set(field, size, text ? text : ""));
}
#define COPY(member, text) copy(entry.member, sizeof(entry.member), text)

static struct entry_row entry_of(const struct words *words)
{
	struct entry_row entry = {
		.seq = 1,
		.at = UINT64_C(1801418400),
		.by_uid = UINT32_MAX - 1,
		.new_service = words->new_service,
		.new_network = words->new_network,
		.unrecorded = words->unrecorded,
	};

	COPY(event, words->event);
	COPY(id.text, words->token);
	COPY(name, words->name);
	COPY(user, words->user);
	COPY(how, words->how);
	COPY(service, words->service);
	COPY(rhost, words->from);
	COPY(tty, words->tty);
	COPY(result, words->result);
	COPY(detail, words->detail);
	return entry;
}

static void expect(
	const struct words *words, const struct output_context *context, const char *text)
{
	struct entry_row entry = entry_of(words);
	char *line = history_entry_line(&entry, context);

	assert_string_equal(line, text);
	free(line);
}

#define TOKEN .token = "abcDEF0123", .name = "ci", .user = "alice"

static void each_event_is_one_line(void **state)
{
	static const struct {
		struct words words;
		const char *text;
	} cases[] = {
		{ { .event = "generated", TOKEN, .how = "owner" },
			"generated  ci (abcDEF0123) of alice, by its owner" },
		{ { .event = "generated", TOKEN, .how = "password" },
			"generated  ci (abcDEF0123) of alice, by uid 4294967294" },
		{ { .event = "used",
			  TOKEN,
			  .how = "pam",
			  .service = "sshd",
			  .from = "192.0.2.7",
			  .tty = "ssh",
			  .result = "accepted" },
			"used       ci (abcDEF0123) of alice, sshd from 192.0.2.7 on ssh" },
		{ { .event = "used", TOKEN, .how = "pam", .service = "sudo", .result = "accepted" },
			"used       ci (abcDEF0123) of alice, sudo" },
		{ { .event = "refused",
			  TOKEN,
			  .how = "pam",
			  .service = "sudo",
			  .tty = "pts/0",
			  .result = "out-of-hours" },
			"refused    ci (abcDEF0123) of alice, sudo on pts/0: out-of-hours" },
		{ { .event = "revoked", TOKEN, .how = "root", .detail = "lost the laptop" },
			"revoked    ci (abcDEF0123) of alice, by root: lost the laptop" },
		{ { .event = "revoked", TOKEN, .how = "bus" },
			"revoked    ci (abcDEF0123) of alice, by root over the bus" },
		{ { .event = "revoked", TOKEN, .how = "patd" },
			"revoked    ci (abcDEF0123) of alice, by patd according to patd.conf" },
		{ { .event = "renamed", TOKEN, .how = "owner", .detail = "old" },
			"renamed    ci (abcDEF0123) of alice, by its owner, previously: old" },
		{ { .event = "disabled", .user = "alice", .how = "root" },
			"disabled   all tokens of alice, by root" },
		{ { .event = "enabled", .how = "root" },
			"enabled    the tokens of all users, by root" },
	};
	const struct output_context context = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[256] = "2027-01-31T18:00:00Z  ";

		strcat(text, cases[i].text);
		expect(&cases[i].words, &context, text);
	}
}

static void first_use_from_a_network_or_service_is_marked(void **state)
{
	static const char line[] =
		"2027-01-31T18:00:00Z  used       ci (abcDEF0123) of alice, sudo";
	static const char *const marks[] = { "", " (new service)", " (new network)",
		" (new network and service)" };
	const struct output_context context = { 0 };

	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		const struct words words = { .event = "used",
			TOKEN,
			.how = "pam",
			.service = "sudo",
			.new_service = i & 1,
			.new_network = i & 2 };
		char text[256] = "";

		strcat(strcat(text, line), marks[i]);
		expect(&words, &context, text);
	}
}

static void unrecorded_entries_are_counted(void **state)
{
	const struct words words = { .event = "refused",
		TOKEN,
		.how = "pam",
		.service = "sudo",
		.result = "revoked",
		.unrecorded = 17 };
	const struct output_context context = { 0 };

	(void)state;
	expect(&words, &context,
		"2027-01-31T18:00:00Z  refused    ci (abcDEF0123) of alice, sudo: revoked "
		"(17 earlier not recorded: rate limit)");
}

static void control_characters_are_escaped(void **state)
{
	const struct words words = { .event = "\033[1mused",
		.token = "\033[2m",
		.name = "\033[3m",
		.user = "\033[4m",
		.how = "\033[5m",
		.service = "\033[6m",
		.from = "a\nb",
		.tty = "\033[7m",
		.result = "\033[8m",
		.detail = "\033[9m" };
	struct entry_row entry = entry_of(&words);
	const struct output_context context = { 0 };
	char *line = history_entry_line(&entry, &context);

	(void)state;
	assert_null(strchr(line, '\033'));
	assert_null(strchr(line, '\n'));
	free(line);
}

static void terminal_output_has_colours(void **state)
{
	const struct words words = { .event = "refused",
		TOKEN,
		.how = "pam",
		.service = "sudo",
		.result = "revoked",
		.new_network = true };
	const struct output_context context = { .terminal = true, .palette = PALETTE_256 };

	(void)state;
	assert_int_equal(setenv("TZ", "UTC0", 1), 0);
	expect(&words, &context,
		"2027-01-31 18:00:00 UTC  \033[31mrefused  \033[0m  ci (abcDEF0123) of alice, "
		"sudo: revoked\033[1m (new network)\033[0m");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_event_is_one_line),
		cmocka_unit_test(first_use_from_a_network_or_service_is_marked),
		cmocka_unit_test(unrecorded_entries_are_counted),
		cmocka_unit_test(control_characters_are_escaped),
		cmocka_unit_test(terminal_output_has_colours),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
