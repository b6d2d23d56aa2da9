/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A token as patd's dictionaries describe it. */
#include "desktop/client/patd_token.h"

#include <unistd.h>

#include "desktop/client/own_issuer.h"
#include "tests/unit/unit.h"

static GVariant *parse(const char *text)
{
	GVariant *properties = g_variant_parse(G_VARIANT_TYPE_VARDICT, text, NULL, NULL, NULL);

	assert_non_null(properties);
	return properties;
}

static PatdToken *token_of(const char *text)
{
	g_autoptr(GVariant) properties = parse(text);

	return patd_token_new(properties);
}

static gboolean update(PatdToken *token, const char *text)
{
	g_autoptr(GVariant) properties = parse(text);

	return patd_token_update(token, properties);
}

static void count(PatdToken *token, int *times)
{
	(void)token;
	(*times)++;
}

static void test_properties_are_read(void **state)
{
	g_autoptr(PatdToken) token = token_of(
		"{'Id': <'aB3'>, 'Name': <'laptop'>, 'User': <'alice'>, 'Uid': <uint32 1000>,"
		" 'State': <'revoked'>, 'ExpiresAt': <uint64 7>, 'Services': <['sudo', 'su']>,"
		" 'Confirm': <true>, 'Sessions': <uint32 2>, 'Issuer': <'hq'>}");
	const PatdTokenInfo *info = patd_token_get_info(token);
	g_autofree char *path = patd_token_dup_path(token);

	(void)state;
	assert_string_equal(info->id, "aB3");
	assert_string_equal(info->name, "laptop");
	assert_string_equal(info->user, "alice");
	assert_int_equal(info->uid, 1000);
	assert_int_equal(info->state, PATD_STATE_REVOKED);
	assert_int_equal(info->expires_at, 7);
	assert_string_equal(info->services[0], "sudo");
	assert_string_equal(info->services[1], "su");
	assert_null(info->services[2]);
	assert_true(info->confirm);
	assert_int_equal(info->sessions, 2);
	assert_string_equal(info->issuer, "hq");
	assert_string_equal(path, "/org/patd/Tokens1/token/aB3");
}

static void test_what_is_absent_is_empty(void **state)
{
	g_autoptr(PatdToken) token = token_of("{'Id': <'a'>}");
	const PatdTokenInfo *info = patd_token_get_info(token);

	(void)state;
	assert_string_equal(info->name, "");
	assert_string_equal(info->last_used_from, "");
	assert_null(info->sources[0]);
	assert_int_equal(info->last_used_at, 0);
	assert_int_equal(info->state, PATD_STATE_UNKNOWN);
}

static void test_no_token_without_an_id(void **state)
{
	static const char *const texts[] = { "{'Name': <'laptop'>}", "{'Id': <''>}",
		"{'Id': <'../x'>}", "{'Id': <uint32 5>}" };

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++)
		assert_that(!token_of(texts[i]), "%s", texts[i]);
}

static void test_unknown_keys_and_wrong_types_change_nothing(void **state)
{
	g_autoptr(PatdToken) token =
		token_of("{'Id': <'a'>, 'Name': <'laptop'>, 'Uses': <uint64 3>}");
	const PatdTokenInfo *info = patd_token_get_info(token);
	int times = 0;

	(void)state;
	g_signal_connect(token, "changed", G_CALLBACK(count), &times);
	assert_false(update(token, "{'Later': <'x'>, 'Name': <uint64 5>, 'Uses': <'many'>,"
				   " 'Services': <'sudo'>, 'State': <true>, 'Id': <'b'>}"));
	assert_int_equal(times, 0);
	assert_string_equal(info->id, "a");
	assert_string_equal(info->name, "laptop");
	assert_int_equal(info->uses, 3);
}

static void test_changed_is_emitted_once_and_only_for_a_difference(void **state)
{
	g_autoptr(PatdToken) token = token_of("{'Id': <'a'>, 'State': <'active'>}");
	int times = 0;

	(void)state;
	g_signal_connect(token, "changed", G_CALLBACK(count), &times);
	assert_true(update(token, "{'State': <'expired'>, 'Uses': <uint64 9>}"));
	assert_false(update(token, "{'State': <'expired'>, 'Uses': <uint64 9>}"));
	assert_int_equal(times, 1);
	assert_true(update(token, "{'State': <'a word of later'>}"));
	assert_int_equal(patd_token_get_info(token)->state, PATD_STATE_UNKNOWN);
	assert_true(update(token, "{'Services': <['sudo']>}"));
	assert_false(update(token, "{'Services': <['sudo']>}"));
	assert_true(update(token, "{'Services': <@as []>}"));
	assert_int_equal(times, 4);
}

static void test_order_is_by_bytes_of_user_then_uid_then_name(void **state)
{
	static const char *const texts[] = {
		"{'Id': <'e'>, 'User': <'alice'>, 'Uid': <uint32 9>, 'Name': <'Z'>}",
		"{'Id': <'d'>, 'User': <'alice'>, 'Uid': <uint32 9>, 'Name': <'a'>}",
		"{'Id': <'c'>, 'User': <'alice'>, 'Uid': <uint32 9>, 'Name': <'\xC3\xA4'>}",
		"{'Id': <'b'>, 'User': <'alice'>, 'Uid': <uint32 4000000000>, 'Name': <'a'>}",
		"{'Id': <'a'>, 'User': <'bob'>, 'Uid': <uint32 1>, 'Name': <'a'>}",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++)
		for (size_t j = 0; j < COUNT(texts); j++) {
			g_autoptr(PatdToken) one = token_of(texts[i]);
			g_autoptr(PatdToken) other = token_of(texts[j]);
			const int r = patd_token_compare(one, other);

			assert_that((r > 0) - (r < 0) == (i > j) - (i < j), "%zu, %zu", i, j);
		}
}

static void test_owner_of_another_machines_token_is_whoever_has_the_name(void **state)
{
	(void)state;
	assert_true(patd_owner_is_caller(geteuid(), "another"));
	assert_false(patd_owner_is_caller(geteuid() + 1, g_get_user_name()));
	assert_true(patd_owner_is_caller(PATD_UID_ANY, g_get_user_name()));
	assert_false(patd_owner_is_caller(PATD_UID_ANY, "another"));
}

static void test_token_of_another_issuer_is_foreign(void **state)
{
	static const struct {
		const char *issuer, *state, *own;
		gboolean foreign, deletable;
	} rows[] = {
		{ "", "active", "", FALSE, FALSE },
		{ "", "revoked", "hq", FALSE, TRUE },
		{ "hq", "active", "hq", FALSE, FALSE },
		{ "hq", "revoked", "hq", FALSE, TRUE },
		{ "hq", "active", "", TRUE, FALSE },
		{ "hq", "stale", "web1", TRUE, FALSE },
		{ "hq", "revoked", "web1", TRUE, FALSE },
		{ "hq", "unknown-issuer", "web1", TRUE, TRUE },
		{ "hq", "altered", "web1", TRUE, TRUE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		g_autofree char *text = g_strdup_printf(
			"{'Id': <'aB3'>, 'Uid': <uint32 4294967295>, 'Issuer': <'%s'>,"
			" 'State': <'%s'>}",
			rows[i].issuer, rows[i].state);
		g_autoptr(PatdToken) token = token_of(text);
		const PatdTokenInfo *info = patd_token_get_info(token);

		assert_that(patd_token_is_foreign(info, rows[i].own) == rows[i].foreign, "%zu", i);
		assert_that(
			patd_token_is_deletable(info, rows[i].own) == rows[i].deletable, "%zu", i);
	}
}

static void test_own_issuer_is_a_setting(void **state)
{
	static const struct {
		const char *settings, *issuer;
	} rows[] = {
		{ "[{'Key': <'fleet.hub'>, 'Value': <'hq'>}]", "" },
		{ "[{'Key': <'fleet.issuer'>, 'Value': <'none'>}]", "" },
		{ "[{'Key': <'fleet.hub'>, 'Value': <'none'>},"
		  " {'Key': <'fleet.issuer'>, 'Value': <'hq'>}]",
			"hq" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		g_autoptr(GVariant) settings = g_variant_parse(
			G_VARIANT_TYPE("aa{sv}"), rows[i].settings, NULL, NULL, NULL);
		g_autofree char *issuer = patd_own_issuer_read(settings);

		assert_string_equal(issuer, rows[i].issuer);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_properties_are_read),
		cmocka_unit_test(test_what_is_absent_is_empty),
		cmocka_unit_test(test_no_token_without_an_id),
		cmocka_unit_test(test_unknown_keys_and_wrong_types_change_nothing),
		cmocka_unit_test(test_changed_is_emitted_once_and_only_for_a_difference),
		cmocka_unit_test(test_order_is_by_bytes_of_user_then_uid_then_name),
		cmocka_unit_test(test_owner_of_another_machines_token_is_whoever_has_the_name),
		cmocka_unit_test(test_token_of_another_issuer_is_foreign),
		cmocka_unit_test(test_own_issuer_is_a_setting),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
