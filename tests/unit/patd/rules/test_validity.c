/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What time and the policy make of a token: patd/rules/validity.h, each threshold from both sides.
 */
#include "common/lifetime.h"
#include "patd/rules/validity.h"
#include "tests/unit/unit.h"

#define MADE UINT64_C(1000)

static struct policy policy_with(uint64_t max_lifetime, uint64_t revoke_unused)
{
	struct policy policy = policy_default;

	policy.max_lifetime = max_lifetime;
	policy.revoke_unused = revoke_unused;
	return policy;
}

static void expiry_is_the_earlier_of_token_and_policy(void **state)
{
	static const struct {
		uint64_t expires_at, max_lifetime, end;
	} table[] = {
		{ 1500, POLICY_UNLIMITED, 1500 },
		{ PAT_NEVER, POLICY_UNLIMITED, PAT_NEVER },
		{ 1500, 499, 1499 },
		{ 1500, 500, 1500 },
		{ 1500, 501, 1500 },
		{ PAT_NEVER, 500, 1500 },
		{ PAT_EXPIRES_MAX, 1, 1001 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		const struct token token = { .created_at = MADE,
			.expires_at = table[i].expires_at };
		const struct policy policy = policy_with(table[i].max_lifetime, POLICY_UNLIMITED);
		uint64_t end = table[i].end;

		assert_that(validity_end(&token, &policy) == end, "row %zu", i);
		if (end == PAT_NEVER) {
			assert_false(validity_expired(&token, &policy, INT64_MAX));
			continue;
		}
		assert_that(!validity_expired(&token, &policy, end - 1), "row %zu", i);
		assert_that(validity_expired(&token, &policy, end), "row %zu", i);
		assert_that(validity_expired(&token, &policy, end + 1), "row %zu", i);
	}
}

static void revoke_is_permanent_or_until_its_time(void **state)
{
	static const struct {
		uint64_t at, until, now;
		bool revoked;
	} table[] = {
		{ 0, 0, 1500, false },
		{ 1200, 0, 1500, true },
		{ 1200, 0, INT64_MAX, true },
		{ 1200, 1600, 1200, true },
		{ 1200, 1600, 1599, true },
		{ 1200, 1600, 1600, false },
		{ 1200, 1600, 1601, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		const struct token token = { .created_at = MADE,
			.revoked_at = table[i].at,
			.revoked_until = table[i].until };

		assert_that(
			validity_revoked(&token, table[i].now) == table[i].revoked, "row %zu", i);
	}
}

static void only_its_very_reason_is_compromised(void **state)
{
	static const struct token no = { .revoked_reason = "compromised?" },
				  yes = { .revoked_reason = TOKEN_REASON_COMPROMISED };

	(void)state;
	assert_false(validity_compromised(&no));
	assert_true(validity_compromised(&yes));
}

/* Each of the times from which a token might have been used, as the latest of all. */
static void unused_time_counts_from_the_latest_possible_use(void **state)
{
	static const struct token tokens[] = {
		{ .created_at = 2000 },
		{ .created_at = MADE, .limits = { .not_before = 2000 } },
		{ .created_at = MADE, .restored_at = 2000 },
		{ .created_at = MADE, .revoked_at = MADE, .revoked_until = 2000 },
		{ .created_at = MADE, .rotated_at = 2000 },
		{ .created_at = MADE, .last_used_at = 2000 },
		{ .created_at = MADE,
			.last_used_at = 2000,
			.rotated_at = 1900,
			.restored_at = 1800 },
	};
	const struct policy strict = policy_with(POLICY_UNLIMITED, 300);
	const struct policy mild = policy_with(POLICY_UNLIMITED, POLICY_UNLIMITED);

	(void)state;
	for (size_t i = 0; i < COUNT(tokens); i++) {
		assert_that(!validity_unused(&tokens[i], &strict, 1999), "row %zu", i);
		assert_that(!validity_unused(&tokens[i], &strict, 2000), "row %zu", i);
		assert_that(!validity_unused(&tokens[i], &strict, 2299), "row %zu", i);
		assert_that(validity_unused(&tokens[i], &strict, 2300), "row %zu", i);
		assert_that(!validity_unused(&tokens[i], &mild, INT64_MAX), "row %zu", i);
	}
}

/* To suspend one's own token is free: it must not stand for a use, however often it is done. */
static void scope__suspension_adds_only_its_own_time(void **state)
{
	static const struct {
		const char *what;
		struct token token;
		uint64_t since;
	} table[] = {
		{ "for a second, long after the last use",
			{ .last_used_at = 1100, .revoked_at = 1999, .revoked_until = 2000 }, 1101 },
		{ "at once", { .last_used_at = 1100, .revoked_at = 1100, .revoked_until = 2000 },
			2000 },
		{ "used since", { .last_used_at = 2100, .revoked_at = 1100, .revoked_until = 2000 },
			2100 },
		{ "pending meanwhile",
			{ .limits = { .not_before = 1500 },
				.revoked_at = 1100,
				.revoked_until = 2000 },
			2000 },
		{ "revoked", { .last_used_at = 1100, .revoked_at = 1999 }, 1100 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++)
		assert_that(validity_unused_since(&table[i].token) == table[i].since, "%s",
			table[i].what);
}

static void token_has_ended_if_no_policy_makes_it_valid_again(void **state)
{
	static const struct {
		const char *what;
		struct token token;
		bool ended;
	} table[] = {
		{ "active", { .expires_at = 1501 }, false },
		{ "never expires", { .expires_at = PAT_NEVER }, false },
		{ "expired", { .expires_at = 1500 }, true },
		{ "revoked", { .expires_at = 1501, .revoked_at = 1200 }, true },
		{ "suspended", { .revoked_at = 1200, .revoked_until = 1501 }, false },
		{ "suspended, and back", { .revoked_at = 1200, .revoked_until = 1300 }, false },
		{ "suspended, and expired",
			{ .expires_at = 1500, .revoked_at = 1200, .revoked_until = 1501 }, true },
		{ "exhausted", { .limits = { .max_uses = 3 }, .uses = 3 }, true },
		{ "nearly so", { .limits = { .max_uses = 3 }, .uses = 2 }, false },
		{ "pending", { .limits = { .not_before = 1600 } }, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++)
		assert_that(validity_ended(&table[i].token, 1500) == table[i].ended, "%s",
			table[i].what);
}

static void token_is_exhausted_at_max_uses(void **state)
{
	static const struct {
		uint64_t max, uses;
		bool exhausted;
	} table[] = {
		{ 0, 0, false },
		{ 0, INT64_MAX, false },
		{ 1, 0, false },
		{ 1, 1, true },
		{ 5, 4, false },
		{ 5, 5, true },
		{ 5, 6, true },
		{ INT64_MAX, INT64_MAX - 1, false },
		{ INT64_MAX, INT64_MAX, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		const struct token token = { .uses = table[i].uses,
			.limits = { .max_uses = table[i].max } };

		assert_that(validity_exhausted(&token) == table[i].exhausted, "row %zu", i);
	}
}

static void next_change_is_the_earliest_future_one(void **state)
{
	static const struct {
		uint64_t not_before, revoked_until, expires_at, max_lifetime, now, next;
	} table[] = {
		{ 0, 0, PAT_NEVER, 0, 1500, 0 },
		{ 0, 0, 2000, 0, 1999, 2000 },
		{ 0, 0, 2000, 0, 2000, 0 },
		{ 0, 0, PAT_NEVER, 1000, 1500, 2000 },
		{ 0, 0, 3000, 1000, 1500, 2000 },
		{ 1600, 1700, 2000, 0, 1500, 1600 },
		{ 1600, 1700, 2000, 0, 1600, 1700 },
		{ 1600, 1700, 2000, 0, 1700, 2000 },
		{ 1700, 1600, 2000, 0, 1500, 1600 },
		{ 2500, 0, PAT_NEVER, 0, 1500, 2500 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		const struct token token = {
			.created_at = MADE,
			.expires_at = table[i].expires_at,
			.limits = { .not_before = table[i].not_before },
			.revoked_at = table[i].revoked_until ? 1200 : 0,
			.revoked_until = table[i].revoked_until,
		};
		const struct policy policy = policy_with(table[i].max_lifetime, POLICY_UNLIMITED);

		assert_that(validity_next(&token, &policy, table[i].now) == table[i].next,
			"row %zu", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(expiry_is_the_earlier_of_token_and_policy),
		cmocka_unit_test(revoke_is_permanent_or_until_its_time),
		cmocka_unit_test(only_its_very_reason_is_compromised),
		cmocka_unit_test(unused_time_counts_from_the_latest_possible_use),
		cmocka_unit_test(scope__suspension_adds_only_its_own_time),
		cmocka_unit_test(token_has_ended_if_no_policy_makes_it_valid_again),
		cmocka_unit_test(token_is_exhausted_at_max_uses),
		cmocka_unit_test(next_change_is_the_earliest_future_one),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
