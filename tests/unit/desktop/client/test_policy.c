/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The policy as GetPolicy writes it. */
#include "desktop/client/patd_policy.h"
#include "tests/unit/unit.h"

#define DAY UINT64_C(86400)

static gboolean read_policy(
	const char *default_lifetime, const char *max, const char *never, PatdPolicy *policy)
{
	g_autofree char *text = g_strdup_printf(
		"[{'Key': <'tokens.default_lifetime'>, 'Value': <'%s'>, 'Source': <'default'>},"
		" {'Key': <'tokens.max_lifetime'>, 'Value': <'%s'>},"
		" {'Key': <'history.keep'>, 'Value': <'1y'>},"
		" {'Key': <'tokens.allow_never'>, 'Value': <'%s'>}]",
		default_lifetime, max, never);
	g_autoptr(GVariant) settings =
		g_variant_parse(G_VARIANT_TYPE("aa{sv}"), text, NULL, NULL, NULL);

	assert_non_null(settings);
	return patd_policy_read(settings, policy);
}

static void test_settings_are_read(void **state)
{
	PatdPolicy policy;

	(void)state;
	assert_true(read_policy("30d", "unlimited", "yes", &policy));
	assert_int_equal(policy.default_lifetime, 30 * DAY);
	assert_int_equal(policy.max_lifetime, 0);
	assert_true(policy.allow_never);
	assert_true(read_policy("1 week", "90 days", "on", &policy));
	assert_int_equal(policy.default_lifetime, 7 * DAY);
	assert_int_equal(policy.max_lifetime, 90 * DAY);
}

static void test_never_is_allowed_only_if_both_settings_allow_it(void **state)
{
	PatdPolicy policy;

	(void)state;
	assert_true(read_policy("30d", "unlimited", "no", &policy));
	assert_false(policy.allow_never);
	assert_true(read_policy("30d", "90d", "yes", &policy));
	assert_false(policy.allow_never);
	assert_true(read_policy("30d", "unlimited", "perhaps", &policy));
	assert_false(policy.allow_never);
}

static void test_default_is_at_most_the_maximum(void **state)
{
	PatdPolicy policy;

	(void)state;
	assert_true(read_policy("30d", "7d", "yes", &policy));
	assert_int_equal(policy.default_lifetime, 7 * DAY);
}

static void test_what_is_not_understood_is_refused(void **state)
{
	g_autoptr(GVariant) none = g_variant_ref_sink(g_variant_new("aa{sv}", NULL));
	PatdPolicy policy = { .default_lifetime = 5 };

	(void)state;
	assert_false(read_policy("soon", "unlimited", "yes", &policy));
	assert_false(read_policy("30d", "long", "yes", &policy));
	assert_false(read_policy("", "unlimited", "yes", &policy));
	assert_false(patd_policy_read(none, &policy));
	assert_int_equal(policy.default_lifetime, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_settings_are_read),
		cmocka_unit_test(test_never_is_allowed_only_if_both_settings_allow_it),
		cmocka_unit_test(test_default_is_at_most_the_maximum),
		cmocka_unit_test(test_what_is_not_understood_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
