/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading patd.conf: what is in force, and what is reported. */
#include "patd/policy/policy.h"

#include <errno.h>
#include <pwd.h>

#include "patd/policy/policy_keys.h"
#include "tests/unit/patd/place.h"

#define DAY UINT64_C(86400)
#define YEAR UINT64_C(31557600)

static struct place place;
static struct policy_set *set;
/* Lines of "FILE:LINE: what is wrong", FILE without the folder of the test. */
static char problems[1 << 14];
/* Lines of "KEY = VALUE (SOURCE)". */
static char shown[1 << 14];

/* Adds a line to list, without the test's folder. */
static void add(char *list, size_t size, const char *line)
{
	size_t len = strlen(list), dir = strlen(place.dir) + 1;

	assert_true(len + strlen(line) + 2 < size);
	for (; *line != '\0'; line++) {
		if (strncmp(line, place.dir, dir - 1) == 0 && line[dir - 1] == '/')
			line += dir;
		list[len++] = *line;
	}
	list[len++] = '\n';
	list[len] = '\0';
}

static void on_problem(const char *message, void *userdata)
{
	assert_ptr_equal(userdata, &place);
	add(problems, sizeof(problems), message);
}

static void write_text(const char *name, const char *text)
{
	place_write(&place, name, 0644, text, strlen(text));
}

static int read_policy(void)
{
	policy_free(set);
	set = NULL;
	problems[0] = '\0';
	return policy_read(place.dir, on_problem, &place, &set);
}

static const struct policy *read_good(const char *text)
{
	write_text("patd.conf", text);
	assert_that(read_policy() == 0, "%s: %s", text, problems);
	assert_string_equal(problems, "");
	return policy_of(set);
}

/* Each line of expected is the beginning of the problem in the same place. */
static void check_problems(const char *text, const char *expected)
{
	const char *told = problems;

	assert_that(read_policy() == -EINVAL, "%s", text);
	assert_null(set);
	while (*expected != '\0') {
		size_t len = strcspn(expected, "\n");

		assert_that(strncmp(told, expected, len) == 0, "%s: %s", text, problems);
		told = strchrnul(told, '\n');
		told += *told == '\n';
		expected += len + (expected[len] == '\n');
	}
	assert_that(*told == '\0', "%s: %s", text, told);
}

static void check_bad(const char *text, const char *expected)
{
	write_text("patd.conf", text);
	check_problems(text, expected);
}

static void on_line(const struct policy_line *line, void *userdata)
{
	char text[1024];

	assert_ptr_equal(userdata, &place);
	(void)snprintf(text, sizeof(text), "%s = %s (%s)", line->key, line->value, line->source);
	add(shown, sizeof(shown), text);
}

static const char *show(void)
{
	shown[0] = '\0';
	policy_each(set, on_line, &place);
	return shown;
}

static void assert_default(const struct policy *policy)
{
	assert_int_equal(policy->default_lifetime, policy_default.default_lifetime);
	assert_int_equal(policy->max_lifetime, policy_default.max_lifetime);
	assert_int_equal(policy->allow_never, policy_default.allow_never);
	assert_int_equal(policy->max_tokens, policy_default.max_tokens);
	assert_string_equal(policy->self_services, policy_default.self_services);
	assert_int_equal(policy->revoke_unused, policy_default.revoke_unused);
	assert_int_equal(policy->delete_ended, policy_default.delete_ended);
	assert_int_equal(policy->deny_locked, policy_default.deny_locked);
	assert_string_equal(policy->name_services, policy_default.name_services);
	assert_int_equal(policy->keep_history, policy_default.keep_history);
	assert_int_equal(policy->max_history, policy_default.max_history);
	assert_int_equal(policy->usage_sync_full, policy_default.usage_sync_full);
	assert_int_equal(policy->verifiers_n, 0);
}

static void missing_setting_is_the_default(void **state)
{
	(void)state;
	assert_int_equal(read_policy(), 0);
	assert_default(policy_of(set));
	assert_default(read_good(""));
	assert_default(read_good("# nothing\n\n \t\n;\n[tokens]\n[history]"));
	place_remove(&place);
	assert_int_equal(read_policy(), 0);
	assert_default(policy_of(set));
	assert_string_equal(problems, "");
}

static void every_setting_can_be_set(void **state)
{
	const struct policy *policy = read_good("[tokens]\n"
						"default_lifetime = 1d 12h\n"
						"max_lifetime = 90 days\n"
						"allow_never = no\n"
						"max_tokens = 20\n"
						"self_services = sudo, postgresql*\n"
						"revoke_unused = 60d\n"
						"delete_ended = 90d\n"
						"deny_locked = yes\n"
						"name_services = vsftpd,login,ftp*\n"
						"[history]\n"
						"keep = 2y\n"
						"max_entries = 5000\n"
						"[storage]\n"
						"usage_sync = full\n"
						"[verifier games]\n"
						"services = sudo,chess\n");

	(void)state;
	assert_int_equal(policy->default_lifetime, DAY + DAY / 2);
	assert_int_equal(policy->max_lifetime, 90 * DAY);
	assert_false(policy->allow_never);
	assert_int_equal(policy->max_tokens, 20);
	assert_string_equal(policy->self_services, "postgresql*,sudo");
	assert_int_equal(policy->revoke_unused, 60 * DAY);
	assert_int_equal(policy->delete_ended, 90 * DAY);
	assert_true(policy->deny_locked);
	assert_string_equal(policy->name_services, "ftp*,login,vsftpd");
	assert_int_equal(policy->keep_history, 2 * YEAR);
	assert_int_equal(policy->max_history, 5000);
	assert_true(policy->usage_sync_full);
	assert_int_equal(policy->verifiers_n, 1);
	assert_string_equal(policy->verifiers[0].services, "chess,sudo");
}

static void value_has_several_spellings(void **state)
{
	static const struct {
		const char *text;
		int yes;
	} booleans[] = { { "yes", 1 }, { "true", 1 }, { "on", 1 }, { "1", 1 }, { "no", 0 },
		{ "false", 0 }, { "off", 0 }, { "0", 0 } };
	static const char *const lines[] = { "max_tokens=7", " max_tokens = 7 ",
		"\tmax_tokens\t=\t7\t", "max_tokens = 007", "max_tokens = 7 ; seven" };
	char text[128];

	(void)state;
	for (size_t i = 0; i < COUNT(booleans); i++) {
		(void)snprintf(text, sizeof(text), "[tokens]\ndeny_locked = %s", booleans[i].text);
		assert_that(read_good(text)->deny_locked == booleans[i].yes, "%s", text);
	}
	for (size_t i = 0; i < COUNT(lines); i++) {
		(void)snprintf(text, sizeof(text), " [tokens]\t\n%s\n", lines[i]);
		assert_that(read_good(text)->max_tokens == 7, "%s", text);
	}
}

static void unlimited_has_a_word(void **state)
{
	const struct policy *policy;

	(void)state;
	policy = read_good(
		"[tokens]\nmax_lifetime = unlimited\nmax_tokens = unlimited\n"
		"revoke_unused = never\ndelete_ended = never\nself_services = *\nname_services = none\n[history]\n"
		"keep = unlimited");
	assert_int_equal(policy->max_lifetime, POLICY_UNLIMITED);
	assert_int_equal(policy->max_tokens, POLICY_UNLIMITED);
	assert_int_equal(policy->revoke_unused, POLICY_UNLIMITED);
	assert_int_equal(policy->delete_ended, POLICY_UNLIMITED);
	assert_int_equal(policy->keep_history, POLICY_UNLIMITED);
	assert_string_equal(policy->self_services, "");
	assert_string_equal(policy->name_services, "");
}

static void each_problem_is_reported_with_its_line(void **state)
{
	static const struct {
		const char *text, *problem;
	} table[] = {
		/* lines */
		{ "foo", "1: expected [SECTION], KEY = VALUE, or a comment" },
		{ "[tokens", "1: expected [SECTION]" },
		{ "[tokens] # now", "1: expected [SECTION]" },
		{ "[tokens]\nmax_tokens", "2: expected [SECTION]" },
		{ "[tokens]\nmax_tokens: 4", "2: expected [SECTION]" },
		{ "[tokens]\nmax_tokens ; x = 4", "2: expected [SECTION]" },
		{ "[tokens]\nmax_tokens ;= 4", "2: expected [SECTION]" },
		{ "[tokens]\nmax_tokens : x = 4", "2: expected [SECTION]" },
		{ "[tokens]\nMax_tokens = 4", "2: expected [SECTION]" },
		{ "[tokens]\nmax_tokens = 4;5", "2: max_tokens cannot be \"4;5\"" },
		{ "[tokens]\nmax_tokens =;5", "2: max_tokens cannot be \";5\"" },
		{ "[tokens]\nmax_tokens = ;5", "2: max_tokens cannot be \"\"" },
		{ "[tokens]\nmax_tokens = = 4", "2: max_tokens cannot be \"= 4\"" },
		{ "[tokens]\nmax_tokens = 4:5", "2: max_tokens cannot be \"4:5\"" },
		{ "[tokens]\n= 4", "2: expected [SECTION]" },
		{ "[tokens]\nmax_tokens = 4\n  5", "3: expected [SECTION]" },
		{ "\xEF\xBB\xBF[tokens]", "1: expected [SECTION]" },
		{ "[tokens]\n\xEF\xBB\xBFmax_tokens = 4", "2: expected [SECTION]" },
		{ "#\xC3\xA4\n[tokens]\r\n", "2: the line has a control character or is not" },
		{ "# \x1B[2J", "1: the line has a control character" },
		{ "# \xFF", "1: the line has a control character" },
		{ "# \xC2\x9B", "1: the line has a control character" },
		{ "# \xE2\x80\xAE", "1: the line has a control character" },
		/* sections and keys */
		{ "max_tokens = 4", "1: max_tokens is before the first [SECTION]" },
		{ "[token]\nmax_tokens = 4",
			"1: unknown section [token]; known are [tokens], [history], "
			"[storage] and [verifier USER]\n" },
		{ "[Tokens]", "1: unknown section [Tokens]" },
		{ "[ tokens ]", "1: unknown section [ tokens ]" },
		{ "[]", "1: unknown section []" },
		{ "[verifier]", "1: unknown section [verifier]" },
		{ "[history]\nmax_entrys = 4",
			"2: [history] has no key \"max_entrys\"; it has keep, max_entries\n" },
		{ "[history]\nmax_tokens = 4", "2: [history] has no key \"max_tokens\"" },
		{ "[storage]\nusage sync = full", "2: [storage] has no key \"usage sync\"" },
		{ "[verifier games]\nservices=x\nkeep = 1d",
			"3: [verifier] has no key \"keep\"; it has services\n" },
		{ "[history]\nkeep = 1d\n[tokens]\n[history]\nkeep = 2d",
			"5: keep is already set in this file, at patd.conf:2\n" },
		{ "[history]\nkeep = x\nkeep = 2d",
			"2: keep cannot be \"x\"\n3: keep is already set in this file" },
		/* periods */
		{ "[history]\nkeep = 30",
			"2: keep cannot be \"30\": a number needs a unit, as in \"30d\" or "
			"\"30 days\"; allowed is a period from 1s to 1000y, like \"12h\", "
			"\"30d\" or \"1y\", or \"unlimited\"\n" },
		{ "[history]\nkeep =", "2: keep cannot be \"\": the period is empty" },
		{ "[history]\nkeep = 0s", "2: keep cannot be \"0s\": it is too short" },
		{ "[history]\nkeep = 1001y", "2: keep cannot be \"1001y\": it is too short, or" },
		{ "[history]\nkeep = 1.5s",
			"2: keep cannot be \"1.5s\": it is not a whole number of seconds" },
		{ "[history]\nkeep = never", "2: keep cannot be \"never\"" },
		{ "[history]\nkeep = infinity", "2: keep cannot be \"infinity\"" },
		{ "[history]\nkeep = 1d # one", "2: keep cannot be \"1d # one\"" },
		{ "[tokens]\nrevoke_unused = unlimited", "2: revoke_unused cannot be" },
		{ "[tokens]\ndelete_ended = unlimited", "2: delete_ended cannot be" },
		{ "[tokens]\ndefault_lifetime = unlimited", "2: default_lifetime cannot be" },
		{ "[tokens]\ndefault_lifetime = never", "2: default_lifetime cannot be" },
		/* numbers */
		{ "[tokens]\nmax_tokens = 0", "2: max_tokens cannot be \"0\": it is too small" },
		{ "[tokens]\nmax_tokens = 1000000001", "2: max_tokens cannot be" },
		{ "[tokens]\nmax_tokens = 18446744073709551617", "2: max_tokens cannot be" },
		{ "[tokens]\nmax_tokens = -1", "2: max_tokens cannot be \"-1\": it is not a" },
		{ "[tokens]\nmax_tokens = +1", "2: max_tokens cannot be \"+1\"" },
		{ "[tokens]\nmax_tokens = 0x10", "2: max_tokens cannot be \"0x10\"" },
		{ "[tokens]\nmax_tokens = 1 000", "2: max_tokens cannot be \"1 000\"" },
		{ "[tokens]\nmax_tokens =", "2: max_tokens cannot be \"\"" },
		{ "[history]\nmax_entries = unlimited", "2: max_entries cannot be" },
		/* words */
		{ "[tokens]\nallow_never = maybe",
			"2: allow_never cannot be \"maybe\": it is neither yes nor no; allowed is "
			"yes or no" },
		{ "[tokens]\nallow_never = Yes", "2: allow_never cannot be \"Yes\"" },
		{ "[tokens]\nallow_never = \"yes\"", "2: allow_never cannot be" },
		{ "[tokens]\nallow_never = 2", "2: allow_never cannot be \"2\"" },
		{ "[storage]\nusage_sync = off",
			"2: usage_sync cannot be \"off\": unknown value; allowed is normal "
			"or full\n" },
		/* services */
		{ "[tokens]\nself_services =", "2: self_services cannot be \"\": a service is" },
		{ "[tokens]\nself_services = a,,b", "2: self_services cannot be \"a,,b\"" },
		{ "[tokens]\nname_services =", "2: name_services cannot be \"\": a service is" },
		{ "[tokens]\nname_services = \"telnet\"",
			"2: name_services cannot be \"\"telnet\"\": a value has no quotation marks" },
		{ "[tokens]\nname_services = ftp,'login'", "2: name_services cannot be" },
		{ "[verifier games]\nservices = \"sudo\"", "2: services cannot be \"\"sudo\"\"" },
		{ "[tokens]\nself_services = a b", "2: self_services cannot be \"a b\"" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		char expected[1024] = "", *end = expected;

		for (const char *at = table[i].problem; *at != '\0';) {
			size_t len = strcspn(at, "\n");

			end += sprintf(end, "patd.conf:%.*s\n", (int)len, at);
			at += len + (at[len] == '\n');
		}
		check_bad(table[i].text, expected);
	}
}

static void all_problems_are_reported_at_once(void **state)
{
	(void)state;
	assert_int_equal(mkdir(place_path(&place, "patd.conf.d"), 0755), 0);
	write_text("patd.conf.d/b.conf", "[storage]\nfoo = 1\n");
	write_text("patd.conf.d/a.conf", "keep = 1\n[tokens]\nallow_never = 7\nfoo");
	check_bad("[token]\nmax_tokens\n[history]\nkeep = 0s\nmax_entries = 0\n[verifier games]\n",
		"patd.conf:1: unknown section\n"
		"patd.conf:2: expected [SECTION]\n"
		"patd.conf:4: keep cannot be\n"
		"patd.conf:5: max_entries cannot be\n"
		"patd.conf.d/a.conf:1: keep is before\n"
		"patd.conf.d/a.conf:3: allow_never cannot be\n"
		"patd.conf.d/a.conf:4: expected [SECTION]\n"
		"patd.conf.d/b.conf:2: [storage] has no key \"foo\"; it has usage_sync\n"
		"patd.conf:6: [verifier games] needs services\n");
}

/* A line of len bytes. */
static const char *long_line(const char *begin, size_t len)
{
	static char text[5000];

	assert_true(len < sizeof(text) - 16);
	(void)sprintf(text, "[tokens]\n");
	memset(text + 9, 'x', len);
	memcpy(text + 9, begin, strlen(begin));
	text[9 + len] = '\0';
	return text;
}

static void long_line_is_refused(void **state)
{
	static const char setting[] = "max_tokens = 7 ;";

	(void)state;
	assert_int_equal(read_good(long_line(setting, 4096))->max_tokens, 7);
	(void)read_good(long_line("#", 4096));
	check_bad(long_line(setting, 4097), "patd.conf:2: the line is longer than 4096 bytes\n");
	check_bad(long_line("#", 4900), "patd.conf:2: the line is longer than 4096 bytes\n");
}

static void nul_is_refused(void **state)
{
	static const char text[] = "[tokens]\nmax_tokens = 4\0000\n";

	(void)state;
	place_write(&place, "patd.conf", 0644, text, sizeof(text) - 1);
	check_problems(text, "patd.conf:2: the line has a control character");
}

static void last_file_wins(void **state)
{
	const struct policy *policy;

	(void)state;
	assert_int_equal(mkdir(place_path(&place, "patd.conf.d"), 0755), 0);
	write_text("patd.conf.d/10.conf", "[tokens]\nmax_tokens = 10\nrevoke_unused = 10d");
	write_text("patd.conf.d/9.conf", "[tokens]\nmax_tokens = 9\n[verifier games]\nservices=9");
	write_text("patd.conf.d/B.conf", "[tokens]\nself_services = B\ndeny_locked = on");
	write_text("patd.conf.d/a.conf", "[tokens]\nself_services = a");
	write_text("patd.conf.d/.z.conf", "not read");
	write_text("patd.conf.d/z.conf~", "not read");
	write_text("patd.conf.d/.conf", "not read");
	policy = read_good("[tokens]\nmax_tokens = 1\nrevoke_unused = 1d\nallow_never = no\n"
			   "[verifier games]\nservices=1\n");
	assert_int_equal(policy->max_tokens, 9);
	assert_int_equal(policy->revoke_unused, 10 * DAY);
	assert_string_equal(policy->self_services, "a");
	assert_true(policy->deny_locked);
	assert_false(policy->allow_never);
	assert_int_equal(policy->verifiers_n, 1);
	assert_string_equal(policy->verifiers[0].services, "9");
}

static void default_lifetime_is_within_maximum(void **state)
{
	const struct policy *policy;

	(void)state;
	policy = read_good("[tokens]\nmax_lifetime = 1w");
	assert_int_equal(policy->default_lifetime, 7 * DAY);
	assert_non_null(strstr(show(), "tokens.default_lifetime = 1w (patd.conf:2)\n"));
	policy = read_good("[tokens]\nmax_lifetime = 60d");
	assert_int_equal(policy->default_lifetime, 30 * DAY);
	policy = read_good("[tokens]\nmax_lifetime = 60d\ndefault_lifetime = 60d");
	assert_int_equal(policy->default_lifetime, 60 * DAY);
	check_bad("[tokens]\nmax_lifetime = 7d\ndefault_lifetime = 8d",
		"patd.conf:3: default_lifetime = 8d is longer than max_lifetime = 7d, which is set "
		"at patd.conf:2; lower the former, or raise the latter\n");
	/* One that cannot be is not judged beside the other. */
	check_bad("[tokens]\nmax_lifetime = 7d\ndefault_lifetime = 8",
		"patd.conf:3: default_lifetime cannot be");
	check_bad("[tokens]\nmax_lifetime = 7\ndefault_lifetime = 8d",
		"patd.conf:2: max_lifetime cannot be");

	assert_int_equal(mkdir(place_path(&place, "patd.conf.d"), 0755), 0);
	write_text("patd.conf.d/1.conf", "[tokens]\nmax_lifetime = 7d");
	check_bad("[tokens]\ndefault_lifetime = 20d",
		"patd.conf:2: default_lifetime = 20d is longer than max_lifetime = 7d, which is "
		"set at patd.conf.d/1.conf:2;");
	write_text("patd.conf.d/2.conf", "[tokens]\nmax_lifetime = unlimited");
	(void)read_good("[tokens]\ndefault_lifetime = 20d");
}

static void verifier_is_limited_to_its_services(void **state)
{
	const struct policy *policy;
	const uint32_t games = getpwnam("games")->pw_uid, mail = getpwnam("mail")->pw_uid;

	(void)state;
	policy = read_good("[verifier games]\nservices = chess*,go\n[verifier mail]\nservices=*");
	assert_true(policy_verifier(policy, games, NULL));
	assert_true(policy_verifier(policy, games, "chess4"));
	assert_true(policy_verifier(policy, games, "go"));
	assert_false(policy_verifier(policy, games, "sudo"));
	assert_true(policy_verifier(policy, mail, "sudo"));
	assert_false(policy_verifier(policy, mail + 1, NULL));
	assert_false(policy_verifier(policy, mail + 1, "go"));
	assert_false(policy_verifier(policy, 0, NULL));

	/* In parts. */
	assert_int_equal(mkdir(place_path(&place, "patd.conf.d"), 0755), 0);
	write_text("patd.conf.d/1.conf", "[verifier games]\nservices = go");
	(void)read_good("[verifier games]");
}

#define TEN "xxxxxxxxxx"
#define FIFTY TEN TEN TEN TEN TEN
#define LONG_USER FIFTY FIFTY FIFTY FIFTY FIFTY "xxxxxx"
#define FITTING_USER FIFTY FIFTY FIFTY FIFTY FIFTY "xxxxx"

static void impossible_verifier_is_reported(void **state)
{
	static const struct {
		const char *text, *problem;
	} table[] = {
		{ "[verifier root]\nservices = x",
			"patd.conf:1: root verifies every user's tokens and needs no [verifier "
			"root]\n" },
		{ "[verifier nobody-there]\nservices = x",
			"patd.conf:1: no such user: \"nobody-there\"\n" },
		{ "[verifier nobody-there]\nservices = a b\nx = y",
			"patd.conf:1: no such user\npatd.conf:2: services cannot be \"a b\"\n"
			"patd.conf:3: [verifier] has no key \"x\"" },
		{ "[verifier " LONG_USER "]\nservices = x",
			"patd.conf:1: the name of user \"" LONG_USER "\" is longer than 255" },
		{ "[verifier " FITTING_USER "]\nservices = x",
			"patd.conf:1: no such user: \"" FITTING_USER "\"\n" },
		{ "[verifier ]\nservices = x", "patd.conf:1: no such user: \"\"" },
		{ "[verifier  games]\nservices = x", "patd.conf:1: no such user: \" games\"" },
		{ "\n[verifier games]\n", "patd.conf:2: [verifier games] needs services" },
		{ "[verifier games]\nservices =", "patd.conf:2: services cannot be \"\"" },
		{ "[verifier games]\nservices = x\n[verifier games]\nservices = y",
			"patd.conf:4: services is already set in this file, at patd.conf:2\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++)
		check_bad(table[i].text, table[i].problem);
}

static void number_of_verifiers_is_limited(void **state)
{
	char text[4096] = "", *end = text;
	const struct passwd *user;
	size_t n = 0;

	(void)state;
	setpwent();
	while (n <= POLICY_VERIFIERS_MAX && (user = getpwent())) {
		if (user->pw_uid == 0)
			continue;
		if (n++ == POLICY_VERIFIERS_MAX)
			assert_int_equal(read_good(text)->verifiers_n, POLICY_VERIFIERS_MAX);
		end += snprintf(end, (size_t)(text + sizeof(text) - end),
			"[verifier %s]\nservices=x\n", user->pw_name);
	}
	endpwent();
	if (n <= POLICY_VERIFIERS_MAX) {
		print_message("# this machine has too few users\n");
		return;
	}
	check_bad(text, "patd.conf:33: there are more than 16 verifiers\n");
}

static void file_that_others_can_write_is_refused(void **state)
{
	static const mode_t modes[] = { 0664, 0646, 0666, 0620 };

	(void)state;
	for (size_t i = 0; i < COUNT(modes); i++) {
		place_write(&place, "patd.conf", modes[i], "", 0);
		check_problems(
			"", "patd.conf: users other than the owner can write it: chmod go-w\n");
	}
	place_write(&place, "patd.conf", 0600, "", 0);
	assert_int_equal(mkdir(place_path(&place, "patd.conf.d"), 0755), 0);
	assert_int_equal(chmod(place_path(&place, "patd.conf.d"), 0775), 0);
	check_problems("", "patd.conf.d: users other than the owner can write it");
	assert_int_equal(chmod(place_path(&place, "patd.conf.d"), 0755), 0);
	assert_int_equal(read_policy(), 0);
	if (!unit_is_root())
		return;
	assert_int_equal(chown(place_path(&place, "patd.conf"), getpwnam("games")->pw_uid, 0), 0);
	check_problems("", "patd.conf: belongs to neither root nor the user that patd");
}

static void path_that_is_no_file_is_refused(void **state)
{
	(void)state;
	assert_int_equal(symlink("nowhere", place_path(&place, "patd.conf")), 0);
	check_problems("", "patd.conf: cannot be read: No such file or directory\n");
	assert_int_equal(unlink(place_path(&place, "patd.conf")), 0);
	assert_int_equal(mkfifo(place_path(&place, "patd.conf"), 0600), 0);
	check_problems("", "patd.conf: is not a regular file\n");
	assert_int_equal(unlink(place_path(&place, "patd.conf")), 0);
	write_text("patd.conf.d", "");
	check_problems("", "patd.conf.d: is not a folder\n");
	assert_int_equal(unlink(place_path(&place, "patd.conf.d")), 0);
	assert_int_equal(mkdir(place_path(&place, "patd.conf.d"), 0755), 0);
	assert_int_equal(mkdir(place_path(&place, "patd.conf.d/x.conf"), 0755), 0);
	check_problems("", "patd.conf.d/x.conf: is not a regular file\n");
	assert_int_equal(rmdir(place_path(&place, "patd.conf.d/x.conf")), 0);
	write_text("patd.conf.d/\xFF.conf", "");
	check_problems("", "patd.conf.d: the name of a file has a control character");
}

static void link_to_file_is_followed(void **state)
{
	(void)state;
	write_text("policy", "[tokens]\nmax_tokens = 3");
	assert_int_equal(symlink("policy", place_path(&place, "patd.conf")), 0);
	assert_int_equal(read_policy(), 0);
	assert_int_equal(policy_of(set)->max_tokens, 3);
}

static void file_above_1_mib_is_refused(void **state)
{
	static char text[(1 << 20) + 1];

	(void)state;
	memset(text, '\n', sizeof(text));
	place_write(&place, "patd.conf", 0600, text, sizeof(text) - 1);
	assert_int_equal(read_policy(), 0);
	place_write(&place, "patd.conf", 0600, text, sizeof(text));
	check_problems("", "patd.conf: is larger than 1 MiB\n");
}

static void each_setting_is_shown_with_its_source(void **state)
{
	(void)state;
	assert_int_equal(mkdir(place_path(&place, "patd.conf.d"), 0755), 0);
	write_text(
		"patd.conf.d/1.conf", "[history]\nkeep=unlimited\n[verifier games]\nservices=z, a");
	(void)read_good("[tokens]\n\nmax_lifetime = 12 months\ndeny_locked = on\nself_services=*");
	assert_string_equal(show(),
		"tokens.default_lifetime = 30d (default)\n"
		"tokens.max_lifetime = 12 months (patd.conf:3)\n"
		"tokens.allow_never = yes (default)\n"
		"tokens.max_tokens = 1000 (default)\n"
		"tokens.self_services = * (patd.conf:5)\n"
		"tokens.revoke_unused = never (default)\n"
		"tokens.delete_ended = never (default)\n"
		"tokens.deny_locked = on (patd.conf:4)\n"
		"tokens.name_services = ftp,ftpd,login,proftpd,pure-ftpd,remote,"
		"rexec,rlogin,rsh,telnet,vsftpd (default)\n"
		"history.keep = unlimited (patd.conf.d/1.conf:2)\n"
		"history.max_entries = 1000000 (default)\n"
		"storage.usage_sync = normal (default)\n"
		"verifier.games.services = a,z (patd.conf.d/1.conf:4)\n");
}

/* Removes the "#" before each line that is a setting. */
static void uncomment(char *text)
{
	char *to = text;

	for (const char *at = text; *at != '\0'; at++)
		if (at[0] != '#' || (at > text && at[-1] != '\n') || at[1] < 'a' || at[1] > 'z')
			*to++ = *at;
	*to = '\0';
}

static void installed_file_has_every_default(void **state)
{
	static char text[1 << 16];
	FILE *file = fopen(TEST_SRCDIR "/patd/patd.conf", "r");
	size_t settings = 0;

	(void)state;
	assert_non_null(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	assert_int_equal(fclose(file), 0);

	assert_default(read_good(text));
	assert_null(strstr(show(), "(patd.conf:"));
	uncomment(text);
	assert_default(read_good(text));
	assert_null(strstr(show(), "(default)"));
	for (size_t i = 0; i < POLICY_KEYS; i++) {
		char line[256];

		(void)snprintf(line, sizeof(line), "\n%s = %s\n", policy_keys[i].name,
			policy_keys[i].value);
		assert_that(strstr(text, line) != NULL, "%s", line);
	}
	for (const char *at = shown; (at = strchr(at, '\n')); at++)
		settings++;
	assert_int_equal(settings, POLICY_KEYS);
}

static int set_up(void **state)
{
	(void)state;
	place_make(&place);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	policy_free(set);
	set = NULL;
	place_remove(&place);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(missing_setting_is_the_default),
		TEST(every_setting_can_be_set),
		TEST(value_has_several_spellings),
		TEST(unlimited_has_a_word),
		TEST(each_problem_is_reported_with_its_line),
		TEST(all_problems_are_reported_at_once),
		TEST(long_line_is_refused),
		TEST(nul_is_refused),
		TEST(last_file_wins),
		TEST(default_lifetime_is_within_maximum),
		TEST(verifier_is_limited_to_its_services),
		TEST(impossible_verifier_is_reported),
		TEST(number_of_verifiers_is_limited),
		TEST(file_that_others_can_write_is_refused),
		TEST(path_that_is_no_file_is_refused),
		TEST(link_to_file_is_followed),
		TEST(file_above_1_mib_is_refused),
		TEST(each_setting_is_shown_with_its_source),
		TEST(installed_file_has_every_default),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
