/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which changes of a token only take access away: patd/rules/narrowing.h. */
#include <string.h>

#include "common/lifetime.h"
#include "patd/rules/evaluation.h"
#include "patd/rules/narrowing.h"
#include "tests/unit/unit.h"

#define MADE UINT64_C(1700000000) /* Tuesday, 2023-11-14 22:13:20 UTC */
#define DAY UINT64_C(86400)

/* What a text may be written as, so that the table need not be in canonical spelling. */
static void set(struct limits *limits, enum pat_restriction restriction, const char *text)
{
	const struct restriction_value value = { .text = text };

	assert_that(!limits_set(limits, restriction, &value), "%s", text);
}

static void texts_narrow_where_nothing_is_added(void **state)
{
	static const struct {
		enum pat_restriction restriction;
		const char *before, *after;
		bool narrows;
	} table[] = {
		{ PAT_SERVICES, "", "", true },
		{ PAT_SERVICES, "", "sudo", true },
		{ PAT_SERVICES, "", "*", true },
		{ PAT_SERVICES, "sudo", "", false },
		{ PAT_SERVICES, "*", "", false },
		{ PAT_SERVICES, "sudo,sshd", "sshd", true },
		{ PAT_SERVICES, "sudo", "sudo,sshd", false },
		{ PAT_SERVICES, "sudo", "sshd", false },
		{ PAT_SERVICES, "sudo", "Sudo", false },
		{ PAT_SERVICES, "sudo", "sudo-i", false },
		{ PAT_SERVICES, "sudo", "sudo*", false },
		{ PAT_SERVICES, "sudo*", "sudo,sudo-i", true },
		{ PAT_SERVICES, "sudo*", "sudo*", true },
		{ PAT_SERVICES, "sudo*", "sudo-*", true },
		{ PAT_SERVICES, "sudo*", "sudo?", true },
		{ PAT_SERVICES, "sudo*", "sud*", false },
		{ PAT_SERVICES, "sudo*", "sud?", false },
		{ PAT_SERVICES, "*", "s?do,[ab]*", true },
		{ PAT_SERVICES, "s?do", "sudo", true },
		{ PAT_SERVICES, "s?do", "s?do", true },
		{ PAT_SERVICES, "[a-m]*", "login", true },
		{ PAT_SERVICES, "[a-m]*", "sudo", false },
		/* They do narrow, which is not looked at so closely. */
		{ PAT_SERVICES, "[a-m]*", "[a-c]*", false },
		{ PAT_SERVICES, "?*", "sudo*", false },

		{ PAT_SOURCES, "", "10.0.0.0/8", true },
		{ PAT_SOURCES, "10.0.0.0/8", "", false },
		{ PAT_SOURCES, "10.0.0.0/8", "10.0.0.0/8", true },
		{ PAT_SOURCES, "10.0.0.0/8", "10.1.0.0/16,10.2.3.4", true },
		{ PAT_SOURCES, "10.0.0.0/8", "10.0.0.0/7", false },
		{ PAT_SOURCES, "10.0.0.0/8", "11.0.0.0/8", false },
		{ PAT_SOURCES, "10.0.0.0/8", "local", false },
		{ PAT_SOURCES, "10.0.0.0/8", "10.1.0.0/16,local", false },
		{ PAT_SOURCES, "10.0.0.0/8,local", "local", true },
		{ PAT_SOURCES, "local", "127.0.0.1", false },
		{ PAT_SOURCES, "0.0.0.0/0,::/0", "local", false },
		{ PAT_SOURCES, "::/0", "10.0.0.1", false },
		{ PAT_SOURCES, "::/0", "2001:db8::/32", true },
		{ PAT_SOURCES, "0.0.0.0/0", "::1", false },
		{ PAT_SOURCES, "0.0.0.0/0", "::ffff:10.0.0.1", true },
		{ PAT_SOURCES, "2001:db8::/32", "2001:db8:1::/48", true },
		{ PAT_SOURCES, "2001:db8:1::/48", "2001:db8::/32", false },
		/* The same, and not looked at so closely. */
		{ PAT_SOURCES, "10.0.0.0/9,10.128.0.0/9", "10.0.0.0/8", false },

		{ PAT_HOURS, "", "08:00-18:00", true },
		{ PAT_HOURS, "", "00:00-24:00", true },
		{ PAT_HOURS, "00:00-24:00", "", false },
		{ PAT_HOURS, "Mon..Fri", "Mon..Fri 08:00-18:00", true },
		{ PAT_HOURS, "Mon..Fri", "Tue", true },
		{ PAT_HOURS, "Mon..Fri", "Sat", false },
		{ PAT_HOURS, "Mon..Fri 08:00-18:00", "Mon..Fri 08:00-18:01", false },
		{ PAT_HOURS, "Mon..Fri 08:00-18:00", "Mon..Fri 07:59-18:00", false },
		{ PAT_HOURS, "Mon..Fri 08:00-18:00", "Mon..Sat 08:00-18:00", false },
		{ PAT_HOURS, "08:00-12:00; 12:00-18:00", "09:00-17:00", true },
		{ PAT_HOURS, "08:00-12:00; 12:01-18:00", "09:00-17:00", false },
		{ PAT_HOURS, "22:00-06:00", "23:00-05:00", true },
		{ PAT_HOURS, "22:00-06:00", "00:00-06:00; 22:00-24:00", true },
		{ PAT_HOURS, "22:00-06:00", "21:00-05:00", false },
		/* The night begins on Sunday, and ends on the Monday of the same week. */
		{ PAT_HOURS, "Sun 22:00-06:00", "Mon 00:00-06:00", true },
		{ PAT_HOURS, "Sun 22:00-06:00", "Sun 00:00-06:00", false },
		{ PAT_HOURS, "Mon..Sun", "00:00-24:00", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct token before = { .created_at = MADE }, after = { .created_at = MADE };

		set(&before.limits, table[i].restriction, table[i].before);
		set(&after.limits, table[i].restriction, table[i].after);
		assert_that(narrowing(&before, &after, &policy_default) == table[i].narrows,
			"\"%s\" to \"%s\"", table[i].before, table[i].after);
	}
}

static void expirations_narrow_where_they_come_sooner(void **state)
{
	static const struct {
		uint64_t before, after, max_lifetime;
		bool no_never, narrows;
	} table[] = {
		{ MADE + DAY, MADE + DAY, POLICY_UNLIMITED, false, true },
		{ MADE + DAY, MADE + DAY - 1, POLICY_UNLIMITED, false, true },
		{ MADE + DAY, MADE + DAY + 1, POLICY_UNLIMITED, false, false },
		{ MADE + DAY, PAT_NEVER, POLICY_UNLIMITED, false, false },
		{ PAT_NEVER, PAT_NEVER, POLICY_UNLIMITED, false, true },
		{ PAT_NEVER, MADE + DAY, POLICY_UNLIMITED, false, true },
		/* The policy refuses it for never expiring: with an end it would work again. */
		{ PAT_NEVER, MADE + DAY, POLICY_UNLIMITED, true, false },
		{ PAT_NEVER, MADE + DAY, 10 * DAY, true, true },
		{ PAT_NEVER, MADE + 20 * DAY, 10 * DAY, true, true },
		/* Though the policy ends both alike: it may change. */
		{ MADE + 20 * DAY, MADE + 30 * DAY, 10 * DAY, false, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		const struct token before = { .created_at = MADE, .expires_at = table[i].before },
				   after = { .created_at = MADE, .expires_at = table[i].after };
		struct policy policy = policy_default;

		policy.max_lifetime = table[i].max_lifetime;
		policy.allow_never = !table[i].no_never;
		assert_that(narrowing(&before, &after, &policy) == table[i].narrows, "row %zu", i);
	}
}

static void a_change_that_widens_one_thing_is_no_narrowing(void **state)
{
	struct token before = { .created_at = MADE, .expires_at = MADE + DAY }, after = before;

	(void)state;
	set(&before.limits, PAT_SERVICES, "sudo");
	set(&after.limits, PAT_SERVICES, "sudo,sshd");
	after.expires_at -= 1;
	set(&after.limits, PAT_SOURCES, "local");
	set(&after.limits, PAT_HOURS, "Mon");
	assert_false(narrowing(&before, &after, &policy_default));
	set(&after.limits, PAT_SERVICES, "sudo");
	assert_true(narrowing(&before, &after, &policy_default));
}

static void numbers_narrow_only_where_there_were_none(void **state)
{
	struct token before = { .created_at = MADE }, after = before;

	(void)state;
	after.limits.max_uses = 3;
	assert_true(narrowing(&before, &after, &policy_default));
	assert_false(narrowing(&after, &before, &policy_default));
	before.limits.max_uses = 2;
	assert_false(narrowing(&before, &after, &policy_default));
	before.limits.max_uses = 3;
	after.limits.not_before = MADE;
	assert_true(narrowing(&before, &after, &policy_default));
	assert_false(narrowing(&after, &before, &policy_default));
}

/* xorshift64*: the same numbers each time. */
static uint64_t random_below(uint64_t n)
{
	static uint64_t x = UINT64_C(0x9E3779B97F4A7C15);

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	return (x * UINT64_C(2685821657736338717) >> 33) % n;
}

/* Up to three of them, or none. */
static void draw_text(struct limits *limits, enum pat_restriction restriction,
	const char *const *items, size_t n, const char *separator)
{
	char text[256] = "";

	for (uint64_t left = random_below(4); left > 0; left--) {
		if (text[0] != '\0')
			(void)strcat(text, separator);
		(void)strcat(text, items[random_below(n)]);
	}
	set(limits, restriction, text);
}

static void draw_token(struct token *ret)
{
	static const char *const services[] = { "sudo", "su*", "s*", "sshd", "ss*", "s?do", "*",
		"login", "[a-m]*", "[^s]*", "sud?", "*o" };
	static const char *const sources[] = { "local", "10.0.0.0/8", "10.1.0.0/16", "10.1.2.3",
		"0.0.0.0/0", "::/0", "2001:db8::/32", "2001:db8::1", "::1" };
	static const char *const hours[] = { "Mon..Fri", "08:00-18:00", "22:00-06:00",
		"Sun 22:00-06:00", "Mon 00:00-05:00", "Sat,Sun", "Tue 23:00-24:00" };
	static const uint64_t ends[] = { PAT_NEVER, MADE + DAY, MADE + 3 * DAY, MADE + 6 * DAY };

	*ret = (struct token) { .created_at = MADE, .expires_at = ends[random_below(COUNT(ends))] };
	draw_text(&ret->limits, PAT_SERVICES, services, COUNT(services), ",");
	draw_text(&ret->limits, PAT_SOURCES, sources, COUNT(sources), ",");
	draw_text(&ret->limits, PAT_HOURS, hours, COUNT(hours), ";");
}

/* Some of it as it was: of two tokens that have nothing in common none narrows the other. */
static void draw_change(const struct token *before, struct token *ret_after)
{
	struct token other;

	draw_token(&other);
	*ret_after = *before;
	if (random_below(2))
		ret_after->expires_at = other.expires_at;
	for (unsigned int r = PAT_SERVICES; r <= PAT_HOURS; r++)
		if (random_below(2))
			memcpy((char *)&ret_after->limits + limit_places[r].offset,
				(char *)&other.limits + limit_places[r].offset,
				limit_places[r].size);
}

static struct attempt draw_login(const struct policy *policy)
{
	static const char *const services[] = { "sudo", "su", "sshd", "login", "ss", "sudo-i",
		"cron" };
	static const char *const rhosts[] = { "", "10.1.2.3", "10.1.9.9", "10.9.9.9", "192.0.2.1",
		"2001:db8::1", "2001:db8::2", "::1", "host.example", "::ffff:10.1.2.3" };
	const uint64_t now = MADE + random_below(8 * DAY);

	return (struct attempt) {
		.policy = policy,
		.now = now,
		.wall = random_below(20) ? now : now - DAY,
		.service = services[random_below(COUNT(services))],
		.rhost = rhosts[random_below(COUNT(rhosts))],
		.account = PAT_ACCOUNT_SEEN,
	};
}

static bool accepts(const struct token *token, struct attempt attempt)
{
	attempt.token = token;
	return verdict_of(&attempt) == PAT_ACCEPTED;
}

#define CHANGES 20000U
#define LOGINS 30U

static void what_a_narrowed_token_admits_it_admitted_before(void **state)
{
	unsigned int narrowed = 0, admitted = 0, others = 0;

	(void)state;
	for (unsigned int i = 0; i < CHANGES; i++) {
		struct policy policy = policy_default;
		struct token before, after;

		policy.allow_never = random_below(2);
		policy.max_lifetime = random_below(2) ? POLICY_UNLIMITED : 2 * DAY;
		draw_token(&before);
		draw_change(&before, &after);
		if (!narrowing(&before, &after, &policy)) {
			others++;
			continue;
		}
		narrowed++;
		for (unsigned int n = 0; n < LOGINS; n++) {
			const struct attempt login = draw_login(&policy);

			if (!accepts(&after, login))
				continue;
			admitted++;
			assert_that(accepts(&before, login), "change %u: %s from \"%s\"", i,
				login.service, login.rhost);
		}
	}
	/* Else nothing was tested. */
	assert_that(narrowed > CHANGES / 50 && others > CHANGES / 50 && admitted > CHANGES / 10,
		"%u narrowed, %u not, %u admitted", narrowed, others, admitted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_narrow_where_nothing_is_added),
		cmocka_unit_test(expirations_narrow_where_they_come_sooner),
		cmocka_unit_test(a_change_that_widens_one_thing_is_no_narrowing),
		cmocka_unit_test(numbers_narrow_only_where_there_were_none),
		cmocka_unit_test(what_a_narrowed_token_admits_it_admitted_before),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
