/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of patd/history/journal_record. */
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "patd/history/journal_record.h"
#include "tests/unit/unit.h"

static struct journal_record record;

/* The field's value; NULL if there is none, or more than one. */
static const char *field(const char *key)
{
	size_t len = strlen(key);
	const char *found = NULL;
	int n = 0;

	for (int i = 0; i < record.fields_n; i++) {
		const char *text = record.fields[i].iov_base;

		if (strncmp(text, key, len) == 0 && text[len] == '=') {
			found = text + len + 1;
			n++;
		}
	}
	return n == 1 ? found : NULL;
}

static void assert_field(const char *key, const char *value)
{
	const char *found = field(key);

	assert_that(found && strcmp(found, value) == 0, "%s: %s", key, found ? found : "(none)");
}

#define SET(member, text) ((void)snprintf(member, sizeof(member), "%s", text))

static struct entry an_entry(enum entry_event event)
{
	struct entry entry = {
		.seq = 7, .at = 100, .event = event, .uid = 1000, .how = ENTRY_ROOT
	};

	SET(entry.id.text, "0123456789");
	SET(entry.user, "alice");
	SET(entry.name, "laptop");
	return entry;
}

static struct entry a_login(enum entry_event event, enum pat_verdict result)
{
	struct entry entry = an_entry(event);

	entry.how = ENTRY_PAM;
	entry.result = result;
	SET(entry.service, "sshd");
	SET(entry.rhost, "192.0.2.7");
	SET(entry.tty, "ssh");
	return entry;
}

static void login_has_a_field_for_each_fact(void **state)
{
	struct entry entry = a_login(ENTRY_USED, PAT_ACCEPTED);

	(void)state;
	entry.new_network = entry.new_service = true;
	entry.unrecorded = 12;
	SET(entry.detail, "a detail");
	journal_record_make(&entry, 0, &record);
	assert_field("PRIORITY", "5");
	assert_field("SYSLOG_FACILITY", "10");
	assert_field("PAT_EVENT", "used");
	assert_field("PAT_SEQ", "7");
	assert_field("PAT_TOKEN_ID", "0123456789");
	assert_field("PAT_TOKEN_NAME", "laptop");
	assert_field("PAT_USER", "alice");
	assert_field("PAT_UID", "1000");
	assert_field("PAT_BY_UID", "0");
	assert_field("PAT_HOW", "pam");
	assert_field("PAT_SERVICE", "sshd");
	assert_field("PAT_RHOST", "192.0.2.7");
	assert_field("PAT_TTY", "ssh");
	assert_field("PAT_RESULT", "accepted");
	assert_field("PAT_NEW_SERVICE", "1");
	assert_field("PAT_NEW_NETWORK", "1");
	assert_field("PAT_UNRECORDED", "12");
	assert_field("PAT_DETAIL", "a detail");
	assert_int_equal(record.fields_n, 20);
}

static void empty_value_has_no_field(void **state)
{
	struct entry entry = { .seq = 1, .event = ENTRY_DISABLED, .how = ENTRY_ROOT };
	static const char *const absent[] = { "PAT_TOKEN_ID", "PAT_TOKEN_NAME", "PAT_USER",
		"PAT_UID", "PAT_SERVICE", "PAT_RHOST", "PAT_TTY", "PAT_RESULT", "PAT_NEW_SERVICE",
		"PAT_NEW_NETWORK", "PAT_UNRECORDED", "PAT_DETAIL", "PAT_EXPIRES_AT" };

	(void)state;
	journal_record_make(&entry, 0, &record);
	for (size_t i = 0; i < COUNT(absent); i++)
		assert_that(field(absent[i]) == NULL, "%s", absent[i]);
	assert_field("PAT_BY_UID", "0");
}

static void line_says_who_did_what_and_where(void **state)
{
	struct entry local = a_login(ENTRY_USED, PAT_ACCEPTED);
	struct entry asked = a_login(ENTRY_USED, PAT_ACCEPTED);
	struct entry refused = a_login(ENTRY_REFUSED, PAT_OUT_OF_HOURS);
	struct entry revoked = an_entry(ENTRY_REVOKED);
	struct entry user = { .event = ENTRY_DISABLED, .how = ENTRY_ROOT };
	struct entry all = { .event = ENTRY_ENABLED, .how = ENTRY_PASSWORD, .by_uid = 1000 };
	const struct {
		const struct entry *entry;
		const char *line;
	} rows[] = {
		{ &local, "token 0123456789 \"laptop\" of alice: used for sudo locally"
			  " (a new network) on /dev/pts/1" },
		{ &asked, "token 0123456789 \"laptop\" of alice: used for sshd (a new service)"
			  " from 192.0.2.7 on ssh by uid 1000 (pam): use \"3/5\"" },
		{ &refused, "token 0123456789 \"laptop\" of alice: refused for sshd from 192.0.2.7"
			    " on ssh: out-of-hours; before it 3 came too fast to be recorded" },
		{ &revoked, "token 0123456789 \"laptop\" of alice: revoked by uid 1000 (owner):"
			    " \"lost it\"" },
		{ &user, "tokens of bob: disabled by uid 0 (root)" },
		{ &all, "all tokens: enabled by uid 1000 (password)" },
	};

	(void)state;
	SET(local.service, "sudo");
	SET(local.rhost, "");
	SET(local.tty, "/dev/pts/1");
	SET(asked.detail, "3/5");
	local.new_network = true;
	asked.by_uid = 1000;
	asked.new_service = true;
	refused.unrecorded = 3;
	revoked.how = ENTRY_OWNER;
	revoked.by_uid = 1000;
	SET(revoked.detail, "lost it");
	SET(user.user, "bob");
	for (size_t i = 0; i < COUNT(rows); i++) {
		journal_record_make(rows[i].entry, 0, &record);
		assert_string_equal(record.message, rows[i].line);
		assert_field("MESSAGE", rows[i].line);
	}
}

static void priority_follows_from_the_event(void **state)
{
	struct entry first = a_login(ENTRY_USED, PAT_ACCEPTED);
	struct entry elsewhere = a_login(ENTRY_USED, PAT_ACCEPTED);
	struct entry used = a_login(ENTRY_USED, PAT_ACCEPTED);
	struct entry refused = a_login(ENTRY_REFUSED, PAT_EXPIRED);
	struct entry reused = a_login(ENTRY_REFUSED, PAT_ROTATED);

	(void)state;
	first.new_service = first.new_network = true;
	elsewhere.new_network = true;
	used.new_service = true;
	journal_record_make(&first, 0, &record);
	assert_int_equal(record.priority, LOG_NOTICE);
	journal_record_make(&elsewhere, 0, &record);
	assert_int_equal(record.priority, LOG_WARNING);
	journal_record_make(&used, 0, &record);
	assert_int_equal(record.priority, LOG_INFO);
	journal_record_make(&refused, 0, &record);
	assert_int_equal(record.priority, LOG_NOTICE);
	journal_record_make(&reused, 0, &record);
	assert_int_equal(record.priority, LOG_ALERT);
	assert_field("PRIORITY", "1");
	assert_field("PAT_EVENT", "refused");
	assert_field("PAT_RESULT", "rotated");
	for (enum entry_event event = ENTRY_REVOKED; event < ENTRY_EVENTS; event++) {
		struct entry change = an_entry(event);

		journal_record_make(&change, 0, &record);
		assert_int_equal(record.priority, LOG_NOTICE);
	}
}

static void expiring_token_has_its_expiry(void **state)
{
	struct entry entry = an_entry(ENTRY_GENERATED);

	(void)state;
	journal_record_make(&entry, 1700000000, &record);
	assert_field("PAT_EVENT", "expiring");
	assert_field("PAT_EXPIRES_AT", "1700000000");
	assert_field(
		"MESSAGE", "token 0123456789 \"laptop\" of alice: expires on 2023-11-14 22:13 UTC");
	assert_null(field("PAT_BY_UID"));
	/* A year that no calendar has. */
	journal_record_make(&entry, UINT64_MAX / 2, &record);
	assert_field("MESSAGE", "token 0123456789 \"laptop\" of alice: expires");
}

static void assert_printable_ascii(const char *what)
{
	for (int i = 0; i < record.fields_n; i++) {
		const char *text = record.fields[i].iov_base;

		for (size_t at = 0; at < record.fields[i].iov_len; at++)
			assert_that(text[at] >= ' ' && text[at] <= '~', "%s: %s", what, text);
	}
}

static void hostile_text_forges_no_field_or_line(void **state)
{
	static const struct {
		const char *what, *text;
	} hostile[] = {
		{ "a field", "x\nPAT_RESULT=accepted" },
		{ "a line", "x\nMESSAGE=token revoked" },
		{ "lines of DOS", "x\r\n\r\n" },
		{ "a terminal's title", "\x1B]0;title\x07" },
		{ "CSI in Latin-1", "\x9B;31m" },
		{ "CSI in UTF-8", "\xC2\x9B;31m" },
		{ "a bidirectional override", "\xE2\x80\xAEtxt.exe" },
		{ "a line separator", "x\xE2\x80\xA8" },
		{ "half a character", "\xC3" },
		{ "a newline, overlong", "\xC0\x8A" },
		{ "DEL", "\x7F" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(hostile); i++) {
		struct entry entry = a_login(ENTRY_REFUSED, PAT_REVOKED);
		int fields_n;

		SET(entry.detail, "plain");
		journal_record_make(&entry, 0, &record);
		fields_n = record.fields_n;
		SET(entry.user, hostile[i].text);
		SET(entry.name, hostile[i].text);
		SET(entry.service, hostile[i].text);
		SET(entry.rhost, hostile[i].text);
		SET(entry.tty, hostile[i].text);
		SET(entry.detail, hostile[i].text);
		journal_record_make(&entry, 0, &record);
		assert_int_equal(record.fields_n, fields_n);
		assert_field("PAT_RESULT", "revoked");
		assert_non_null(field("MESSAGE"));
		assert_printable_ascii(hostile[i].what);
	}
}

static void line_says_why_no_source_matches(void **state)
{
	static const struct {
		const char *rhost, *end;
		enum pat_verdict verdict;
	} rows[] = {
		{ "unknown",
			"from an unknown source: wrong-source, the service does not report where "
			"logins come from",
			PAT_WRONG_SOURCE },
		{ "localhost", "from localhost: wrong-source, a host name instead of an address",
			PAT_WRONG_SOURCE },
		{ "192.0.2.7", "from 192.0.2.7: wrong-source", PAT_WRONG_SOURCE },
		{ "", "locally: wrong-source", PAT_WRONG_SOURCE },
		{ "unknown", "from an unknown source: revoked", PAT_REVOKED },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct entry entry = a_login(ENTRY_REFUSED, rows[i].verdict);
		const char *message;

		SET(entry.tty, "");
		SET(entry.rhost, rows[i].rhost);
		journal_record_make(&entry, 0, &record);
		message = strstr(field("MESSAGE"), "refused for sshd ");
		assert_non_null(message);
		assert_string_equal(message + strlen("refused for sshd "), rows[i].end);
	}
}

static void bytes_after_the_nul_are_not_logged(void **state)
{
	struct entry entry = a_login(ENTRY_USED, PAT_ACCEPTED);

	(void)state;
	memcpy(entry.rhost, "host\0\nPAT_UID=0", 16);
	journal_record_make(&entry, 0, &record);
	assert_field("PAT_RHOST", "host");
	assert_field("PAT_UID", "1000");
	assert_printable_ascii("a NUL");
}

static void untrusted_text_is_quoted(void **state)
{
	struct entry entry = a_login(ENTRY_REFUSED, PAT_REVOKED);

	(void)state;
	SET(entry.name, "a\" of bob: \\");
	SET(entry.rhost, "10.0.0.1: accepted");
	SET(entry.tty, "\x1B[m\\");
	journal_record_make(&entry, 0, &record);
	assert_field("MESSAGE", "token 0123456789 \"a\\\" of bob: \\\\\" of alice: refused for sshd"
				" from \"10.0.0.1: accepted\" on \"\\x1b[m\\x5c\": revoked");
	/* In a field of its own a text that is harmless is as it was. */
	assert_field("PAT_TOKEN_NAME", "a\" of bob: \\");
	assert_field("PAT_RHOST", "10.0.0.1: accepted");
	assert_field("PAT_TTY", "\\x1b[m\\x5c");
}

static void names_in_any_script_are_unchanged(void **state)
{
	struct entry entry = an_entry(ENTRY_GENERATED);

	(void)state;
	SET(entry.name, "Jürgens \xF0\x9F\x94\x91 ключ");
	journal_record_make(&entry, 0, &record);
	assert_field("PAT_TOKEN_NAME", entry.name);
	assert_non_null(strstr(record.message, entry.name));
}

static void longest_texts_fit(void **state)
{
	struct entry entry = a_login(ENTRY_REFUSED, PAT_ROTATED);
	const struct {
		char *text;
		size_t size;
		const char *key;
	} rows[] = {
		{ entry.user, sizeof(entry.user), "PAT_USER" },
		{ entry.name, sizeof(entry.name), "PAT_TOKEN_NAME" },
		{ entry.service, sizeof(entry.service), "PAT_SERVICE" },
		{ entry.rhost, sizeof(entry.rhost), "PAT_RHOST" },
		{ entry.tty, sizeof(entry.tty), "PAT_TTY" },
		{ entry.detail, sizeof(entry.detail), "PAT_DETAIL" },
	};
	size_t total = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		memset(rows[i].text, '\n', rows[i].size - 1);
		rows[i].text[rows[i].size - 1] = '\0';
		total += rows[i].size - 1;
	}
	entry.seq = entry.at = entry.unrecorded = UINT64_MAX;
	entry.uid = entry.by_uid = UINT32_MAX;
	entry.new_service = entry.new_network = true;
	journal_record_make(&entry, 0, &record);
	assert_true(record.used < sizeof(record.text) - 1);
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(strlen(field(rows[i].key)), 4 * (rows[i].size - 1));
	assert_true(strlen(record.message) > 4 * total);
	assert_true(record.fields_n <= JOURNAL_FIELDS_MAX);
}

/* Each kind once. */
static void every_message_id_is_in_the_catalog(void **state)
{
	struct entry entries[ENTRY_EVENTS + 3];
	char catalog[16384], ids[COUNT(entries)][33], query[64];
	FILE *file = fopen(TEST_SRCDIR "/systemd/patd.catalog", "re");
	size_t len, n;

	(void)state;
	assert_non_null(file);
	len = fread(catalog, 1, sizeof(catalog) - 1, file);
	assert_int_equal(fclose(file), 0);
	assert_true(len < sizeof(catalog) - 1);
	catalog[len] = '\0';

	for (n = 0; n < ENTRY_EVENTS; n++)
		entries[n] = a_login((enum entry_event)n, PAT_REVOKED);
	entries[n] = a_login(ENTRY_USED, PAT_ACCEPTED);
	entries[n++].new_network = true;
	entries[n++] = a_login(ENTRY_REFUSED, PAT_ROTATED);
	entries[n] = an_entry(ENTRY_GENERATED);
	for (size_t i = 0; i < COUNT(entries); i++) {
		journal_record_make(&entries[i], i == n ? 1 : 0, &record);
		assert_int_equal(strlen(field("MESSAGE_ID")), 32);
		SET(ids[i], field("MESSAGE_ID"));
		(void)snprintf(query, sizeof(query), "\n-- %.32s\nSubject: ", ids[i]);
		assert_that(strstr(catalog, query) != NULL, "%s", ids[i]);
		for (size_t other = 0; other < i; other++)
			assert_string_not_equal(ids[i], ids[other]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(login_has_a_field_for_each_fact),
		cmocka_unit_test(empty_value_has_no_field),
		cmocka_unit_test(line_says_who_did_what_and_where),
		cmocka_unit_test(priority_follows_from_the_event),
		cmocka_unit_test(expiring_token_has_its_expiry),
		cmocka_unit_test(hostile_text_forges_no_field_or_line),
		cmocka_unit_test(line_says_why_no_source_matches),
		cmocka_unit_test(bytes_after_the_nul_are_not_logged),
		cmocka_unit_test(untrusted_text_is_quoted),
		cmocka_unit_test(names_in_any_script_are_unchanged),
		cmocka_unit_test(longest_texts_fit),
		cmocka_unit_test(every_message_id_is_in_the_catalog),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
