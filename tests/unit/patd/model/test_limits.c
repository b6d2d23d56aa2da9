/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The restrictions of a token, row by row of the table. */
#include "patd/model/limits.h"

#include <string.h>

#include "common/lifetime.h"
#include "tests/unit/unit.h"

/* For each restriction: what people write, how it is kept, and what is no value of it. */
static const struct {
	struct restriction_value good;
	const char *kept;
	struct restriction_value bad;
} values[PAT_RESTRICTIONS] = {
	[PAT_SERVICES] = { { .text = "sudo, login" }, "login,sudo", { .text = "a/b" } },
	[PAT_SOURCES] = { { .text = "::ffff:192.0.2.7" }, "192.0.2.7", { .text = "host" } },
	[PAT_HOURS] = { { .text = "monday" }, "Mon", { .text = "noon" } },
	[PAT_NOT_BEFORE] = { { .number = 1000 }, NULL, { .number = PAT_EXPIRES_MAX + 1 } },
	[PAT_MAX_USES] = { { .number = 2 }, NULL, { .number = UINT64_C(1) << 63 } },
	/* A flag has no bad value. */
	[PAT_CONFIRM] = { { .number = 1 }, NULL, { 0 } },
	[PAT_UNTIL] = { { .text = "unit:ci" }, "unit:ci.service", { .text = "tomorrow" } },
	[PAT_HOSTS] = { { .text = "Web*, db1" }, "db1,web*", { .text = "a b" } },
};

static const void *member_of(const struct limits *limits, enum pat_restriction restriction)
{
	return (const char *)limits + limit_places[restriction].offset;
}

static bool is_set(const struct limits *limits, enum pat_restriction restriction)
{
	const void *member = member_of(limits, restriction);

	if (RESTRICTION_IS_NUMBER(restrictions[restriction].kind))
		return *(const uint64_t *)member != 0;
	if (restrictions[restriction].kind == RESTRICTION_FLAG)
		return *(const bool *)member;
	return *(const char *)member != '\0';
}

static void each_restriction_is_set_to_its_canonical_value(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < PAT_RESTRICTIONS; i++) {
		enum pat_restriction r = (enum pat_restriction)i;
		struct limits limits = { 0 };

		assert_false(is_set(&limits, r));
		assert_null(limits_set(&limits, r, &values[r].good));
		assert_true(is_set(&limits, r));
		if (RESTRICTION_IS_NUMBER(restrictions[r].kind))
			assert_int_equal(
				*(const uint64_t *)member_of(&limits, r), values[r].good.number);
		else if (RESTRICTION_IS_WRITTEN(restrictions[r].kind))
			assert_string_equal((const char *)member_of(&limits, r), values[r].kept);
		for (unsigned int other = 0; other < PAT_RESTRICTIONS; other++)
			assert_int_equal(is_set(&limits, (enum pat_restriction)other), other == i);
	}
}

static void bad_value_is_refused_with_a_reason(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < PAT_RESTRICTIONS; i++) {
		struct limits limits = { 0 };
		const char *problem = limits_set(&limits, (enum pat_restriction)i, &values[i].bad);

		assert_int_equal(problem != NULL, restrictions[i].kind != RESTRICTION_FLAG);
	}
}

static void no_value_lifts_the_restriction(void **state)
{
	const struct restriction_value none = { 0 }, empty = { .text = "" };

	(void)state;
	for (unsigned int i = 0; i < PAT_RESTRICTIONS; i++) {
		enum pat_restriction r = (enum pat_restriction)i;
		struct limits limits = { 0 };

		assert_null(limits_set(&limits, r, &values[r].good));
		assert_null(limits_set(&limits, r, &none));
		assert_false(is_set(&limits, r));
		assert_null(limits_set(&limits, r, &empty));
		assert_false(is_set(&limits, r));
	}
}

static void login_is_permitted_by_each_restriction_alone(void **state)
{
	struct limits limits = { .services = "login",
		.sources = "192.0.2.7",
		.hours = "Mon",
		.max_uses = 2,
		.confirm = true,
		.until = "boot",
		.hosts = "db*" };
	/* A Tuesday, from elsewhere, for another service, and two uses are over. */
	const struct login login = { .wall = 1700000000,
		.service = "sudo",
		.rhost = "192.0.2.8",
		.uses = 2,
		.host = "web1" };
	const struct login unknown = { .wall = 1700000000 };

	(void)state;
	for (unsigned int i = 0; i < PAT_RESTRICTIONS; i++) {
		enum pat_restriction r = (enum pat_restriction)i;
		const struct limits none = { 0 };

		/* Two are decided in patd/rules/evaluation.c, confirm by a person. */
		assert_int_equal(limits_permit(&limits, r, &login),
			r == PAT_NOT_BEFORE || r == PAT_CONFIRM || r == PAT_UNTIL);
		assert_true(limits_permit(&none, r, &login));
	}
	assert_true(limits_permit(&limits, PAT_SERVICES, &unknown));
	assert_true(limits_permit(&limits, PAT_SOURCES, &unknown));
	assert_true(limits_permit(&limits, PAT_MAX_USES, &unknown));
	assert_true(limits_permit(&limits, PAT_HOSTS, &unknown));
	(void)strcpy(limits.hours, "Tue");
	assert_true(limits_permit(&limits, PAT_HOURS, &login));
}

static void flag_is_within_whatever_does_not_have_it(void **state)
{
	const struct limits with = { .confirm = true }, without = { 0 };

	(void)state;
	assert_true(limits_within(&with, &without, PAT_CONFIRM));
	assert_true(limits_within(&with, &with, PAT_CONFIRM));
	assert_true(limits_within(&without, &without, PAT_CONFIRM));
	assert_false(limits_within(&without, &with, PAT_CONFIRM));
}

static void until_is_within_the_same_of_the_same_id_alone(void **state)
{
	const struct limits boot = { .until = "boot", .until_id = "a" },
			    other_boot = { .until = "boot", .until_id = "b" },
			    no_boot = { .until = "boot" },
			    session = { .until = "session:2", .until_id = "a" }, none = { 0 };
	const struct {
		const struct limits *limits, *outer;
		bool within;
	} table[] = {
		{ &boot, &none, true },
		{ &none, &boot, false },
		{ &boot, &boot, true },
		{ &other_boot, &boot, false },
		{ &no_boot, &boot, false },
		{ &session, &boot, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++)
		assert_that(limits_within(table[i].limits, table[i].outer, PAT_UNTIL) ==
				    table[i].within,
			"row %zu", i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_restriction_is_set_to_its_canonical_value),
		cmocka_unit_test(bad_value_is_refused_with_a_reason),
		cmocka_unit_test(no_value_lifts_the_restriction),
		cmocka_unit_test(login_is_permitted_by_each_restriction_alone),
		cmocka_unit_test(flag_is_within_whatever_does_not_have_it),
		cmocka_unit_test(until_is_within_the_same_of_the_same_id_alone),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
