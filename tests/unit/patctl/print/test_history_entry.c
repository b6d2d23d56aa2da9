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
		{ { .event = "session-ended",
			  TOKEN,
			  .how = "owner",
			  .service = "sshd",
			  .from = "192.0.2.7",
			  .detail = "session c2, pid 4711" },
			"session-ended  ci (abcDEF0123) of alice, sshd from 192.0.2.7, by its "
			"owner: session c2, pid 4711" },
		{ { .event = "refused",
			  TOKEN,
			  .how = "pam",
			  .service = "sudo",
			  .tty = "pts/0",
			  .result = "out-of-hours" },
			"refused    ci (abcDEF0123) of alice, sudo on pts/0: out-of-hours" },
		{ { .event = "refused",
			  TOKEN,
			  .how = "pam",
			  .service = "monit",
			  .from = "unknown",
			  .result = "wrong-source" },
			"refused    ci (abcDEF0123) of alice, monit from an unknown source: "
			"wrong-source (the service does not report where logins come from)" },
		{ { .event = "refused",
			  TOKEN,
			  .how = "pam",
			  .service = "proftpd",
			  .from = "localhost",
			  .tty = "ftp",
			  .result = "wrong-source",
			  .detail = "the service is in name_services of patd.conf" },
			"refused    ci (abcDEF0123) of alice, proftpd from localhost on ftp: "
			"wrong-source (the service named the host localhost instead of an address; "
			"this prevents it: UseReverseDNS off), the service is in name_services of "
			"patd.conf" },
		{ { .event = "refused",
			  TOKEN,
			  .how = "pam",
			  .service = "vsftpd",
			  .from = "192.0.2.7",
			  .result = "wrong-source",
			  .detail = "the service is in name_services of patd.conf" },
			"refused    ci (abcDEF0123) of alice, vsftpd from 192.0.2.7: wrong-source, "
			"the service is in name_services of patd.conf" },
		{ { .event = "refused",
			  TOKEN,
			  .how = "pam",
			  .service = "sshd",
			  .from = "192.0.2.7",
			  .result = "wrong-source" },
			"refused    ci (abcDEF0123) of alice, sshd from 192.0.2.7: wrong-source" },
		{ { .event = "refused",
			  TOKEN,
			  .how = "pam",
			  .service = "monit",
			  .from = "unknown",
			  .tty = "pts/0",
			  .result = "revoked" },
			"refused    ci (abcDEF0123) of alice, monit from an unknown source on pts/0: "
			"revoked" },
		{ { .event = "used",
			  TOKEN,
			  .how = "pam",
			  .service = "monit",
			  .from = "unknown",
			  .result = "accepted",
			  .new_network = true },
			"used       ci (abcDEF0123) of alice, monit from an unknown source (first use "
			"from an unknown source)" },
		{ { .event = "refused",
			  TOKEN,
			  .how = "pam",
			  .service = "postgresql",
			  .result = "not-allowed" },
			"refused    ci (abcDEF0123) of alice, postgresql, by uid 4294967294: "
			"not-allowed" },
		{ { .event = "used",
			  TOKEN,
			  .how = "pam",
			  .service = "su",
			  .result = "accepted",
			  .detail = "3/20" },
			"used       ci (abcDEF0123) of alice, su, use 3/20 in the fleet" },
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
		char text[320] = "2027-01-31T18:00:00Z  ";

		strcat(text, cases[i].text);
		expect(&cases[i].words, &context, text);
	}
}

static void first_use_from_a_network_or_service_is_marked(void **state)
{
	static const char line[] =
		"2027-01-31T18:00:00Z  used       ci (abcDEF0123) of alice, sudo from 192.0.2.7";
	static const char *const marks[] = { "", " (new service)", " (new network)",
		" (new network and service)" };
	const struct output_context context = { 0 };

	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		const struct words words = { .event = "used",
			TOKEN,
			.how = "pam",
			.service = "sudo",
			.from = "192.0.2.7",
			.new_service = i & 1,
			.new_network = i & 2 };
		char text[256] = "";

		strcat(strcat(text, line), marks[i]);
		expect(&words, &context, text);
	}
}

/* It comes from no network. */
static void local_use_is_not_from_a_new_network(void **state)
{
	static const char line[] =
		"2027-01-31T18:00:00Z  used       ci (abcDEF0123) of alice, sudo on pts/0";
	static const char *const marks[] = { "", " (new service)", " (first local use)",
		" (new service)" };
	const struct output_context context = { 0 };

	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		const struct words words = { .event = "used",
			TOKEN,
			.how = "pam",
			.service = "sudo",
			.tty = "pts/0",
			.new_service = i & 1,
			.new_network = i & 2 };
		char text[256] = "";

		strcat(strcat(text, line), marks[i]);
		expect(&words, &context, text);
	}
}

/* A login, which is like each other of them. */
static const struct words login = { .event = "used",
	TOKEN,
	.how = "pam",
	.service = "sudo",
	.from = "192.0.2.7",
	.tty = "pts/0",
	.result = "accepted",
	.detail = "3/5" };

static void expect_run(const struct history_run *run, const char *end)
{
	const struct output_context context = { 0 };
	char *line = history_run_line(run, &context);
	char text[256] = "2027-01-31T18:00:00Z  used       ci (abcDEF0123) of alice, sudo from "
			 "192.0.2.7 on pts/0, use 3/5 in the fleet";

	assert_string_equal(line, strcat(text, end));
	free(line);
}

static void run_is_a_line_with_its_number_and_last_time(void **state)
{
	struct history_run run = { 0 };
	struct entry_row entry = entry_of(&login);

	(void)state;
	assert_true(history_run_add(&run, &entry));
	expect_run(&run, "");
	assert_true(history_run_add(&run, &entry));
	expect_run(&run, " (2 times)");
	entry.at += 3600;
	entry.seq = 99;
	entry.unrecorded = 17;
	assert_true(history_run_add(&run, &entry));
	expect_run(&run, " (3 times until 2027-01-31T19:00:00Z) (17 earlier not recorded: rate "
			 "limit)");
	entry.at -= 7200;
	assert_true(history_run_add(&run, &entry));
	expect_run(&run, " (4 times since 2027-01-31T17:00:00Z) (34 earlier not recorded: rate "
			 "limit)");
}

static void expect_end_of_run(const struct entry_row *other)
{
	struct history_run run = { 0 };
	const struct entry_row entry = entry_of(&login);

	assert_true(history_run_add(&run, &entry));
	assert_false(history_run_add(&run, other));
	assert_int_equal(run.count, 1);
	assert_true(history_run_add(&run, &entry));
	assert_int_equal(run.count, 2);
}
#define EXPECT_END(member, value)                                                                  \
	do {                                                                                       \
		struct entry_row other = entry_of(&login);                                         \
		other.member = (value);                                                            \
		expect_end_of_run(&other);                                                         \
	} while (0)
#define EXPECT_END_BY(member)                                                                      \
	do {                                                                                       \
		struct entry_row other = entry_of(&login);                                         \
		other.member[0] ^= 1;                                                              \
		expect_end_of_run(&other);                                                         \
	} while (0)

static void any_difference_but_time_ends_a_run(void **state)
{
	(void)state;
	EXPECT_END(uid, 7);
	EXPECT_END(by_uid, 7);
	EXPECT_END(new_service, true);
	EXPECT_END(new_network, true);
	EXPECT_END_BY(event);
	EXPECT_END_BY(how);
	EXPECT_END_BY(result);
	EXPECT_END_BY(id.text);
	EXPECT_END_BY(user);
	EXPECT_END_BY(name);
	EXPECT_END_BY(service);
	EXPECT_END_BY(rhost);
	EXPECT_END_BY(tty);
	EXPECT_END_BY(detail);
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
		.from = "192.0.2.7",
		.result = "revoked",
		.new_network = true };
	const struct output_context context = { .terminal = true, .palette = PALETTE_256 };

	(void)state;
	assert_int_equal(setenv("TZ", "UTC0", 1), 0);
	expect(&words, &context,
		"2027-01-31 18:00:00 UTC  \033[31mrefused  \033[0m  ci (abcDEF0123) of alice, "
		"sudo from 192.0.2.7: revoked\033[1m (new network)\033[0m");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_event_is_one_line),
		cmocka_unit_test(first_use_from_a_network_or_service_is_marked),
		cmocka_unit_test(local_use_is_not_from_a_new_network),
		cmocka_unit_test(run_is_a_line_with_its_number_and_last_time),
		cmocka_unit_test(any_difference_but_time_ends_a_run),
		cmocka_unit_test(unrecorded_entries_are_counted),
		cmocka_unit_test(control_characters_are_escaped),
		cmocka_unit_test(terminal_output_has_colours),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
