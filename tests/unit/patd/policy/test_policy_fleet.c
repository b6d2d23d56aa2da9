/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What patd.conf says of the fleet: names, the hub, issuers and their keys. */
#include "tests/unit/patd/policy/policy_world.h"

#define NAME_63 "a23456789012345678901234567890123456789012345678901234567890123"

static void fleet_name_is_of_letters_digits_and_a_few(void **state)
{
	static const char *const good[] = { "a", "7", "web1.example.org", "A-b_c.d", NAME_63 };
	static const char *const bad[] = { "", "-a", ".a", "_a", "a b", "a,b", "a:b", "a@b", "a/b",
		"a*", "%H", "\xC3\xA4", NAME_63 "4" };
	char text[256];

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		(void)snprintf(text, sizeof(text), "[fleet]\nhost = %s", good[i]);
		assert_string_equal(read_good(text)->host, good[i]);
		(void)snprintf(text, sizeof(text), "[issuer %s]\nkey = " KEY_1, good[i]);
		assert_non_null(policy_issuer(read_good(text), good[i]));
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		(void)snprintf(text, sizeof(text), "[fleet]\nissuer = %s", bad[i]);
		check_bad(text, "patd.conf:2: issuer cannot be \"");
		(void)snprintf(text, sizeof(text), "[issuer %s]\nkey = " KEY_1, bad[i]);
		check_bad(text, "patd.conf:1: the name of issuer \"");
	}
}

static void issuer_has_the_name_of_its_host(void **state)
{
	(void)state;
	assert_string_equal(read_good("[fleet]\nissuer = admin1")->host, "admin1");
	assert_non_null(strstr(show(), "fleet.host = admin1 (patd.conf:2)\n"));
	check_bad("[fleet]\nissuer = admin1\nhost = web1",
		"patd.conf:3: host = web1 is not issuer = admin1, which is set at patd.conf:2; an "
		"issuer and its host have one name\n");
	assert_string_equal(read_good("[fleet]\nissuer = none\nhost = web1")->host, "web1");
}

static void hub_is_taken_as_it_is(void **state)
{
	static const char *const good[] = {
		"host=db.example.org dbname=fleet user=web1 sslmode=verify-full",
		"sslmode = verify-full  host = db",
		"host='db.example.org' sslmode='verify-full'",
		"host=/run/postgresql",
		"host='/run/post\\'gresql' dbname=fleet",
		"host=/run/a,/run/b",
		"host=a,b sslmode=verify-full sslcert=/etc/patd/fleet.crt sslkey=/etc/patd/fleet.key",
		"host=db sslmode=verify-full passfile=/etc/patd/pass",
	};
	char text[256];

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		(void)snprintf(text, sizeof(text), "[fleet]\nhub = %s", good[i]);
		assert_string_equal(read_good(text)->hub, good[i]);
	}
}

static void hub_without_verified_certificate_or_with_a_password_is_refused(void **state)
{
	static const struct {
		const char *hub, *problem;
	} table[] = {
		{ "", "it has no host=" },
		{ "dbname=fleet", "it has no host=" },
		/* As libpq reads it, the host is "dbname=fleet". */
		{ "host= dbname=fleet", "it has no sslmode=verify-full" },
		{ "host='' sslmode=verify-full", "it has no host=" },
		{ "host=db", "it has no sslmode=verify-full" },
		{ "host=db sslmode=require", "it has no sslmode=verify-full" },
		{ "host=db sslmode=verify-ca", "it has no sslmode=verify-full" },
		{ "host=/run/a,db", "it has no sslmode=verify-full" },
		{ "host=/run/a,", "it has no sslmode=verify-full" },
		{ "host=@abstract", "it has no sslmode=verify-full" },
		{ "host=db sslmode=verify-full sslmode=disable", "a keyword is there twice" },
		{ "host=/run/a host=db", "a keyword is there twice" },
		{ "host=/run/a hostaddr=192.0.2.7", "write host=" },
		{ "host=/run/a service=x", "a service can say" },
		{ "host=/run/a password=x", "a password does not belong there" },
		{ "host=/run/a password = 'x y'", "a password does not belong there" },
		{ "host=/run/a sslpassword=x", "a password does not belong there" },
		{ "postgresql://db/fleet?sslmode=verify-full", "it is not KEYWORD=VALUE" },
		{ "host", "it is not KEYWORD=VALUE" },
		{ "host=/run/a password", "it is not KEYWORD=VALUE" },
		{ "host=/run/a =x", "it is not KEYWORD=VALUE" },
		{ "host='/run/a", "a quote or a backslash has no end" },
		{ "host=/run/a\\", "a quote or a backslash has no end" },
		{ "host='/run/a\\", "a quote or a backslash has no end" },
	};
	char text[256], problem[256];

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		(void)snprintf(text, sizeof(text), "[fleet]\nhub = %s", table[i].hub);
		(void)snprintf(problem, sizeof(problem), "patd.conf:2: hub cannot be \"%s\": %s",
			table[i].hub, table[i].problem);
		check_bad(text, problem);
	}
}

static void hub_has_a_maximum(void **state)
{
	char text[2048], *hub = stpcpy(text, "[fleet]\nhub = ");

	(void)state;
	memset(stpcpy(hub, "host=/"), 'a', POLICY_HUB_MAX);
	hub[POLICY_HUB_MAX] = '\0';
	assert_int_equal(strlen(read_good(text)->hub), POLICY_HUB_MAX);
	(void)strcat(hub, "a");
	check_bad(text, "patd.conf:2: hub cannot be \"host=/a");
}

static void issuer_has_one_to_four_keys(void **state)
{
	const struct issuer *issuer;

	(void)state;
	issuer = policy_issuer(read_good("[issuer a]\nkey = " KEY_1), "a");
	assert_int_equal(issuer->keys_n, 1);
	assert_int_equal(issuer->keys[0].bytes[0], 0xD7);
	assert_int_equal(issuer->keys[0].bytes[31], 0x1A);
	assert_int_equal(strlen(issuer->keys[0].id), FLEET_KEY_ID_LEN);

	issuer = policy_issuer(read_good("[issuer a]\nkey = " KEY_1 " , " KEY_2), "a");
	assert_int_equal(issuer->keys_n, 2);
	assert_string_not_equal(issuer->keys[0].id, issuer->keys[1].id);
	assert_non_null(strstr(show(), "issuer.a.key = " KEY_1 " , " KEY_2 " (patd.conf:2)\n"));
	assert_null(policy_issuer(policy_of(set), "b"));
	assert_null(policy_issuer(policy_of(set), ""));
}

static void later_file_replaces_the_keys_of_an_issuer(void **state)
{
	const struct policy *policy;

	(void)state;
	assert_int_equal(mkdir(place_path(&place, "patd.conf.d"), 0755), 0);
	write_text("patd.conf.d/1.conf", "[issuer a]\nkey = " KEY_2);
	policy = read_good("[issuer a]\nkey = " KEY_1 "," KEY_2 "\n[issuer b]\nkey = " KEY_1);
	assert_int_equal(policy->issuers_n, 2);
	assert_int_equal(policy_issuer(policy, "a")->keys_n, 1);
	assert_int_equal(policy_issuer(policy, "a")->keys[0].bytes[0], 0x3D);
}

static void impossible_issuer_is_reported(void **state)
{
	static const struct {
		const char *text, *problem;
	} table[] = {
		{ "[issuer a]", "patd.conf:1: [issuer a] needs key: one to four public keys" },
		{ "[issuer a]\nkey =", "patd.conf:2: key cannot be \"\": a key is empty" },
		{ "[issuer a]\nkey = " KEY_1 ",",
			"patd.conf:2: key cannot be \"" KEY_1 ",\": a key is empty" },
		{ "[issuer a]\nkey = " KEY_1 "," KEY_1, "patd.conf:2: key cannot be \"" KEY_1
							"," KEY_1 "\": a key is there twice" },
		{ "[issuer a]\nkey = 11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo",
			"patd.conf:2: key cannot be \"11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo"
			"\": a key is not 32 bytes" },
		{ "[issuer a]\nkey = 11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURp=",
			"patd.conf:2: key cannot be \"11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURp="
			"\": a key is not 32 bytes" },
		{ "[issuer a]\nkey = 11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
			"patd.conf:2: key cannot be \"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo="
			"\": a key is not 32 bytes" },
		{ "[issuer a]\nkey = MTIz", "patd.conf:2: key cannot be \"MTIz\": a key is not" },
		{ "[issuer a]\nkey = AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
			"patd.conf:2: key cannot be \"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
			"\": a key is no public key of Ed25519" },
		{ "[issuer a]\nkeys = " KEY_1,
			"patd.conf:2: [issuer] has no key \"keys\"; it has key\n"
			"patd.conf:1: [issuer a] needs key" },
		{ "[issuer a b]\nkey = x\nx = y",
			"patd.conf:1: the name of issuer \"a b\" is not a name\n"
			"patd.conf:2: key cannot be \"x\"\n"
			"patd.conf:3: [issuer] has no key \"x\"" },
		{ "[issuer a]\nkey = " KEY_1 "\n[issuer a]\nkey = " KEY_2,
			"patd.conf:4: key is already set in this file, at patd.conf:2\n" },
		{ "[issuer]", "patd.conf:1: unknown section [issuer]" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++)
		check_bad(table[i].text, table[i].problem);
}

static void number_of_issuers_is_limited(void **state)
{
	char text[4096], *end = text;

	(void)state;
	for (unsigned int i = 0; i <= POLICY_ISSUERS_MAX; i++) {
		if (i == POLICY_ISSUERS_MAX)
			assert_int_equal(read_good(text)->issuers_n, POLICY_ISSUERS_MAX);
		end += snprintf(end, (size_t)(text + sizeof(text) - end),
			"[issuer i%u]\nkey = " KEY_1 "\n", i);
	}
	check_bad(text, "patd.conf:33: there are more than 16 issuers\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(fleet_name_is_of_letters_digits_and_a_few),
		TEST(issuer_has_the_name_of_its_host),
		TEST(hub_is_taken_as_it_is),
		TEST(hub_without_verified_certificate_or_with_a_password_is_refused),
		TEST(hub_has_a_maximum),
		TEST(issuer_has_one_to_four_keys),
		TEST(later_file_replaces_the_keys_of_an_issuer),
		TEST(impossible_issuer_is_reported),
		TEST(number_of_issuers_is_limited),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
