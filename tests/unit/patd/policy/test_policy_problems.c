/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is wrong in the lines of patd.conf, and how it is reported. */
#include "tests/unit/patd/policy/policy_world.h"

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
			"[storage], [fleet], [verifier USER] and [issuer NAME]\n" },
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
		{ "[tokens]\nconfirm_timeout = 61min",
			"2: confirm_timeout cannot be \"61min\": it is too long" },
		{ "[tokens]\nconfirm_timeout = 0s", "2: confirm_timeout cannot be \"0s\"" },
		{ "[tokens]\nconfirm_timeout = never", "2: confirm_timeout cannot be" },
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_problem_is_reported_with_its_line),
		TEST(all_problems_are_reported_at_once),
		TEST(long_line_is_refused),
		TEST(nul_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
