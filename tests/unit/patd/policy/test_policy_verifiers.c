/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sections of patd.conf about verifiers. */
#include <pwd.h>

#include "tests/unit/patd/policy/policy_world.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(verifier_is_limited_to_its_services),
		TEST(impossible_verifier_is_reported),
		TEST(number_of_verifiers_is_limited),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
