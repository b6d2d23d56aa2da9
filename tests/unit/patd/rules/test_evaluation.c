/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a token opens the door: each rule of patd/rules/evaluation.c by itself, and all of them
 * together.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/lifetime.h"
#include "patd/rules/evaluation.h"
#include "tests/unit/unit.h"

#define NOW UINT64_C(1700000000) /* Tuesday, 2023-11-14 22:13:20 UTC */
#define DAY UINT64_C(86400)
#define MADE (NOW - 10 * DAY)
#define END (NOW + 20 * DAY)

#define ALICE 1000
#define BOB 1001

/* What there is to judge by.  All that a row leaves out is as in a login that is accepted. */
struct given {
	uint64_t expires_at; /* 0: END */
	bool never;          /* it does not expire */
	bool roots;          /* it is root's, not alice's */
	uint32_t created_by; /* 0: root */
	struct limits limits;
	uint64_t revoked_at, revoked_until, restored_at, rotated_at, last_used_at, uses;

	uint64_t max_lifetime, revoke_unused;
	bool no_never, deny_locked;
	const char *self_services, *name_services; /* NULL: all; none */

	bool replaced, disabled, ended;
	uint32_t who;                      /* logs in; 0: who the token is of */
	const char *name;                  /* of who; NULL: the token's */
	const char *service, *rhost;       /* NULL: login, locally */
	bool nobody, no_service, no_rhost; /* is asked about */
	uint32_t account;                  /* 0: PAT_ACCOUNT_SEEN */
	bool blind;                        /* the account could not be seen */
	uint64_t wall;                     /* 0: NOW */
};

/* What an attempt points to. */
struct scene {
	struct token token;
	struct policy policy;
	struct attempt attempt;
};

static void set_up(struct scene *scene, const struct given *given)
{
	struct token *token = &scene->token;

	*scene = (struct scene) { .policy = policy_default };
	(void)strcpy(token->id.text, "0123456789");
	(void)strcpy(token->user, given->roots ? "root" : "alice");
	token->uid = given->roots ? 0 : ALICE;
	token->created_at = MADE;
	token->created_by = given->created_by;
	token->expires_at = given->expires_at ? given->expires_at : END;
	if (given->never)
		token->expires_at = PAT_NEVER;
	token->limits = given->limits;
	token->revoked_at = given->revoked_at;
	token->revoked_until = given->revoked_until;
	token->restored_at = given->restored_at;
	token->rotated_at = given->rotated_at;
	token->last_used_at = given->last_used_at;
	token->uses = given->uses;

	scene->policy.max_lifetime = given->max_lifetime;
	scene->policy.revoke_unused = given->revoke_unused;
	scene->policy.allow_never = !given->no_never;
	scene->policy.deny_locked = given->deny_locked;
	if (given->self_services)
		(void)strcpy(scene->policy.self_services, given->self_services);
	(void)strcpy(scene->policy.name_services, given->name_services ? given->name_services : "");

	scene->attempt = (struct attempt) {
		.token = token,
		.policy = &scene->policy,
		.now = NOW,
		.wall = given->wall ? given->wall : NOW,
		.replaced = given->replaced,
		.disabled = given->disabled,
		.ended = given->ended,
		.uid = given->who ? given->who : token->uid,
		.user = given->name ? given->name : token->user,
		.service = given->service ? given->service : "login",
		.rhost = given->rhost ? given->rhost : "",
		.account = given->account ? given->account : PAT_ACCOUNT_SEEN,
	};
	if (given->nobody)
		scene->attempt.user = NULL;
	if (given->no_service)
		scene->attempt.service = NULL;
	if (given->no_rhost)
		scene->attempt.rhost = NULL;
	if (given->blind)
		scene->attempt.account = 0;
}

#define OPEN PAT_ACCEPTED

/* ---- each rule by itself ---- */

static const struct {
	const char *what;
	enum pat_verdict verdict;
	struct given given;
} rows[] = {
	{ "an ordinary login", OPEN, { 0 } },

	{ "another's uid and name", PAT_OTHER_USER, { .who = BOB, .name = "bob" } },
	{ "another's uid", PAT_OTHER_USER, { .who = BOB } },
	{ "another's name", PAT_OTHER_USER, { .name = "anna" } },
	{ "the name in another case", PAT_OTHER_USER, { .name = "Alice" } },
	{ "nobody is asked about", OPEN, { .nobody = true, .who = BOB } },
	{ "root with a user's token", PAT_OTHER_USER, { .name = "root" } },
	{ "root with root's", OPEN, { .roots = true } },
	{ "a user with root's", PAT_OTHER_USER, { .roots = true, .who = ALICE, .name = "alice" } },

	{ "a secret that has ended", PAT_ROTATED, { .replaced = true } },

	{ "polkit", PAT_NOT_ALLOWED, { .service = "polkit-1" } },
	{ "polkit, by a token for it", PAT_NOT_ALLOWED,
		{ .service = "polkit-1", .limits = { .services = "polkit-1" } } },
	{ "polkit, by root's token", PAT_NOT_ALLOWED, { .service = "polkit-1", .roots = true } },
	{ "nearly polkit", OPEN, { .service = "polkit-10" } },
	{ "polkit in another case", OPEN, { .service = "Polkit-1" } },
	{ "no service is asked about", OPEN, { .no_service = true } },

#define SEEN PAT_ACCOUNT_SEEN
#define GONE PAT_ACCOUNT_EXPIRED
#define LOCKED PAT_ACCOUNT_LOCKED
#define CLOSED PAT_ACCOUNT_CLOSED
	{ "account: nothing wrong", OPEN, { .account = SEEN } },
	{ "account: expired", CLOSED, { .account = SEEN | GONE } },
	{ "account: locked", OPEN, { .account = SEEN | LOCKED } },
	{ "account: expired and locked", CLOSED, { .account = SEEN | GONE | LOCKED } },
	{ "account: not seen", OPEN, { .blind = true } },
	{ "account: not seen, expired all the same", CLOSED, { .account = GONE } },
	{ "account: not seen, locked all the same", OPEN, { .account = LOCKED } },
	{ "deny_locked: nothing wrong", OPEN, { .account = SEEN, .deny_locked = true } },
	{ "deny_locked: expired", CLOSED, { .account = SEEN | GONE, .deny_locked = true } },
	{ "deny_locked: locked", CLOSED, { .account = SEEN | LOCKED, .deny_locked = true } },
	{ "deny_locked: both", CLOSED, { .account = SEEN | GONE | LOCKED, .deny_locked = true } },
	{ "deny_locked: not seen", CLOSED, { .blind = true, .deny_locked = true } },
	{ "deny_locked: not seen, locked", CLOSED, { .account = LOCKED, .deny_locked = true } },

	{ "revoked", PAT_REVOKED, { .revoked_at = NOW - 5 } },
	{ "revoked this second", PAT_REVOKED, { .revoked_at = NOW } },
	{ "suspended", PAT_REVOKED, { .revoked_at = NOW - 5, .revoked_until = NOW + 1 } },
	{ "suspended until now", OPEN, { .revoked_at = NOW - 5, .revoked_until = NOW } },
	{ "suspended until before", OPEN, { .revoked_at = NOW - 5, .revoked_until = NOW - 1 } },

	{ "unused, no matter", OPEN, { .last_used_at = MADE } },
	{ "unused too long", PAT_REVOKED, { .revoke_unused = DAY, .last_used_at = NOW - DAY } },
	{ "unused nearly so", OPEN, { .revoke_unused = DAY, .last_used_at = NOW - DAY + 1 } },
	{ "never used since it was made", PAT_REVOKED, { .revoke_unused = 10 * DAY } },
	{ "never used, and newer", OPEN, { .revoke_unused = 10 * DAY + 1 } },
	{ "unused, rotated since", OPEN, { .revoke_unused = DAY, .rotated_at = NOW - 1 } },
	{ "unused, restored since", OPEN, { .revoke_unused = DAY, .restored_at = NOW - 1 } },
	{ "unused, came back since", OPEN,
		{ .revoke_unused = DAY, .revoked_at = MADE, .revoked_until = NOW - 1 } },
	{ "unused, pending until now", OPEN,
		{ .revoke_unused = DAY, .limits = { .not_before = NOW } } },

	{ "disabled", PAT_DISABLED, { .disabled = true } },

	{ "a second before it expires", OPEN, { .expires_at = NOW + 1 } },
	{ "as it expires", PAT_EXPIRED, { .expires_at = NOW } },
	{ "a second after", PAT_EXPIRED, { .expires_at = NOW - 1 } },
	{ "it never expires", OPEN, { .never = true } },
	{ "a longest lifetime that is farther", OPEN, { .max_lifetime = 40 * DAY } },
	{ "a longest lifetime that is nearer", OPEN, { .max_lifetime = 10 * DAY + 1 } },
	{ "a longest lifetime that is over", PAT_EXPIRED, { .max_lifetime = 10 * DAY } },
	{ "a longest lifetime that is long over", PAT_EXPIRED, { .max_lifetime = 1 } },
	{ "over, though it never expires", PAT_EXPIRED,
		{ .max_lifetime = 10 * DAY, .never = true } },
	{ "not over, though it never expires", OPEN,
		{ .max_lifetime = 10 * DAY + 1, .never = true } },
	{ "expired before its longest lifetime", PAT_EXPIRED,
		{ .max_lifetime = 40 * DAY, .expires_at = NOW } },

	{ "the end of what it is bound to", PAT_ENDED, { .ended = true } },
	{ "bound to what has not ended", OPEN, { .limits = { .until = "boot" } } },

	{ "a second before it begins", PAT_NOT_YET, { .limits = { .not_before = NOW + 1 } } },
	{ "as it begins", OPEN, { .limits = { .not_before = NOW } } },
	{ "a second after it began", OPEN, { .limits = { .not_before = NOW - 1 } } },

	{ "never, where that is not allowed", PAT_AGAINST_POLICY,
		{ .never = true, .no_never = true } },
	{ "an end, where never is not allowed", OPEN, { .no_never = true } },
	{ "never, where the longest lifetime is the end", OPEN,
		{ .never = true, .no_never = true, .max_lifetime = 40 * DAY } },
	{ "self-made, for another service", PAT_AGAINST_POLICY,
		{ .created_by = ALICE, .self_services = "cron,su*" } },
	{ "self-made, for that service", OPEN, { .created_by = ALICE, .self_services = "log*" } },
	{ "self-made, no matter", OPEN, { .created_by = ALICE } },
	{ "self-made, no service asked about", OPEN,
		{ .created_by = ALICE, .self_services = "cron", .no_service = true } },
	{ "made by root", OPEN, { .self_services = "cron" } },
	{ "made by another user, who was asked for a password", OPEN,
		{ .created_by = BOB, .self_services = "cron" } },
	{ "root's own, by root", OPEN, { .roots = true, .self_services = "cron" } },

	{ "service: that", OPEN, { .limits = { .services = "login" } } },
	{ "service: one of some", OPEN, { .limits = { .services = "cron,login,sudo" } } },
	{ "service: a pattern", OPEN, { .limits = { .services = "log*" } } },
	{ "service: another", PAT_WRONG_SERVICE, { .limits = { .services = "sudo" } } },
	{ "service: the beginning of it", PAT_WRONG_SERVICE, { .limits = { .services = "log" } } },
	{ "service: another case", PAT_WRONG_SERVICE, { .limits = { .services = "Login" } } },
	{ "service: not asked about", OPEN,
		{ .limits = { .services = "sudo" }, .no_service = true } },

#define FROM .limits = { .sources = "10.0.0.0/8,192.0.2.7,2001:db8::/32" }
	{ "source: in a network", OPEN, { FROM, .rhost = "10.255.255.255" } },
	{ "source: after it", PAT_WRONG_SOURCE, { FROM, .rhost = "11.0.0.0" } },
	{ "source: before it", PAT_WRONG_SOURCE, { FROM, .rhost = "9.255.255.255" } },
	{ "source: an address", OPEN, { FROM, .rhost = "192.0.2.7" } },
	{ "source: the next address", PAT_WRONG_SOURCE, { FROM, .rhost = "192.0.2.8" } },
	{ "source: mapped", OPEN, { FROM, .rhost = "::ffff:10.1.2.3" } },
	{ "source: mapped, from elsewhere", PAT_WRONG_SOURCE,
		{ FROM, .rhost = "::ffff:11.1.2.3" } },
	{ "source: IPv6", OPEN, { FROM, .rhost = "2001:db8:ffff::1" } },
	{ "source: IPv6, from elsewhere", PAT_WRONG_SOURCE, { FROM, .rhost = "2001:db9::1" } },
	{ "source: a host's name", PAT_WRONG_SOURCE, { FROM, .rhost = "ten.example.org" } },
	{ "source: a name like an address", PAT_WRONG_SOURCE, { FROM, .rhost = "10.0.0.1." } },
	{ "source: local", PAT_WRONG_SOURCE, { FROM } },
	{ "source: not asked about", OPEN, { FROM, .no_rhost = true } },
	{ "source: local, and it is", OPEN, { .limits = { .sources = "local" } } },
	{ "source: local, and it is not", PAT_WRONG_SOURCE,
		{ .limits = { .sources = "local" }, .rhost = "127.0.0.1" } },
	{ "source: a host named local", PAT_WRONG_SOURCE,
		{ .limits = { .sources = "local" }, .rhost = "local" } },
	{ "source: any, from a name", OPEN, { .rhost = "ten.example.org" } },
	{ "source: an address, of a service that reports names", PAT_WRONG_SOURCE,
		{ FROM, .rhost = "10.1.2.3", .name_services = "cron,log*" } },
	{ "source: mapped, of a service that reports names", PAT_WRONG_SOURCE,
		{ FROM, .rhost = "::ffff:10.1.2.3", .name_services = "login" } },
	{ "source: an address, while another service reports names", OPEN,
		{ FROM, .rhost = "10.1.2.3", .name_services = "cron" } },
	{ "source: local, at a service that reports names", OPEN,
		{ .limits = { .sources = "local" }, .name_services = "login" } },
	{ "source: local and not, at a service that reports names", PAT_WRONG_SOURCE,
		{ .limits = { .sources = "local" },
			.rhost = "10.1.2.3",
			.name_services = "login" } },
	{ "source: any, at a service that reports names", OPEN,
		{ .rhost = "10.1.2.3", .name_services = "login" } },
	{ "source: an address, no service asked about", OPEN,
		{ FROM, .rhost = "10.1.2.3", .no_service = true, .name_services = "*" } },
	{ "source: not asked about, at a service that reports names", OPEN,
		{ FROM, .no_rhost = true, .name_services = "login" } },

	{ "hours: today, all day", OPEN, { .limits = { .hours = "Tue" } } },
	{ "hours: another day", PAT_OUT_OF_HOURS, { .limits = { .hours = "Mon,Wed" } } },
	{ "hours: from this minute", OPEN, { .limits = { .hours = "22:13-23:00" } } },
	{ "hours: from the next", PAT_OUT_OF_HOURS, { .limits = { .hours = "22:14-23:00" } } },
	{ "hours: to the next", OPEN, { .limits = { .hours = "08:00-22:14" } } },
	{ "hours: to this minute", PAT_OUT_OF_HOURS, { .limits = { .hours = "08:00-22:13" } } },
	{ "hours: over midnight", OPEN, { .limits = { .hours = "Tue 22:00-06:00" } } },
	{ "hours: one of two", OPEN, { .limits = { .hours = "Mon 08:00-18:00; Tue" } } },

	{ "hours: by the wall clock", OPEN,
		{ .limits = { .hours = "22:12-22:13" }, .wall = NOW - 60 } },
	{ "hours: not by the watermark", PAT_OUT_OF_HOURS,
		{ .limits = { .hours = "22:13-23:00" }, .wall = NOW - 60 } },
	{ "hours: the clock was set back", PAT_WRONG_CLOCK,
		{ .limits = { .hours = "22:00-23:00" }, .wall = NOW - 61 } },
	{ "hours: the clock has been ahead", PAT_WRONG_CLOCK,
		{ .limits = { .hours = "Mon" }, .wall = NOW - 1000 * DAY } },
	{ "no hours, and the clock was set back", OPEN, { .wall = NOW - 1000 * DAY } },

	{ "uses: the last", OPEN, { .limits = { .max_uses = 3 }, .uses = 2 } },
	{ "uses: used up", PAT_EXHAUSTED, { .limits = { .max_uses = 3 }, .uses = 3 } },
	{ "uses: more than there are", PAT_EXHAUSTED, { .limits = { .max_uses = 3 }, .uses = 4 } },
	{ "uses: the only one", OPEN, { .limits = { .max_uses = 1 } } },
	{ "uses: without end", OPEN, { .uses = INT64_MAX } },
};

static void each_rule_denies_only_its_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		enum pat_verdict verdicts[PAT_VERDICTS] = { PAT_WRONG };
		struct scene scene;
		enum pat_verdict verdict;
		unsigned int n;

		set_up(&scene, &rows[i].given);
		verdict = verdict_of(&scene.attempt);
		assert_that(
			verdict == rows[i].verdict, "%s: %s", rows[i].what, verdict_word(verdict));
		n = verdict_all(&scene.attempt, verdicts);
		if (rows[i].verdict == OPEN)
			assert_that(n == 0, "%s: %u", rows[i].what, n);
		else
			assert_that(n == 1 && verdicts[0] == verdict, "%s: %u", rows[i].what, n);
	}
}

/* ---- all of them together ---- */

static void other_user(struct scene *scene)
{
	scene->attempt.uid = BOB;
}

static void replaced(struct scene *scene)
{
	scene->attempt.replaced = true;
}

static void polkit(struct scene *scene)
{
	scene->attempt.service = "polkit-1";
}

static void account(struct scene *scene)
{
	scene->attempt.account |= PAT_ACCOUNT_EXPIRED;
}

static void revoked(struct scene *scene)
{
	scene->token.revoked_at = NOW - 1;
}

static void disabled(struct scene *scene)
{
	scene->attempt.disabled = true;
}

static void expired(struct scene *scene)
{
	scene->token.expires_at = NOW;
}

static void ended(struct scene *scene)
{
	scene->attempt.ended = true;
}

static void not_yet(struct scene *scene)
{
	scene->token.limits.not_before = NOW + 1;
}

static void policy(struct scene *scene)
{
	scene->token.created_by = scene->token.uid;
	(void)strcpy(scene->policy.self_services, "cron");
}

static void service(struct scene *scene)
{
	(void)strcpy(scene->token.limits.services, "cron");
}

static void source(struct scene *scene)
{
	(void)strcpy(scene->token.limits.sources, "192.0.2.7");
}

static void hours(struct scene *scene)
{
	(void)strcpy(scene->token.limits.hours, "Mon");
}

static void uses(struct scene *scene)
{
	scene->token.limits.max_uses = 1;
	scene->token.uses = 1;
}

static void hosts(struct scene *scene)
{
	(void)strcpy(scene->token.limits.hosts, "db1");
	scene->attempt.host = "web1";
}

static void unknown_issuer(struct scene *scene)
{
	(void)strcpy(scene->token.issuer, "issuer1");
	scene->attempt.standing = PAT_UNKNOWN_ISSUER;
}

/* In the order in which the first is told. */
static const struct {
	void (*denies)(struct scene *scene);
	enum pat_verdict verdict;
} order[] = {
	{ other_user, PAT_OTHER_USER },
	{ replaced, PAT_ROTATED },
	{ polkit, PAT_NOT_ALLOWED },
	{ unknown_issuer, PAT_UNKNOWN_ISSUER },
	{ account, PAT_ACCOUNT_CLOSED },
	{ revoked, PAT_REVOKED },
	{ disabled, PAT_DISABLED },
	{ expired, PAT_EXPIRED },
	{ ended, PAT_ENDED },
	{ not_yet, PAT_NOT_YET },
	{ policy, PAT_AGAINST_POLICY },
	{ service, PAT_WRONG_SERVICE },
	{ source, PAT_WRONG_SOURCE },
	{ hours, PAT_OUT_OF_HOURS },
	{ uses, PAT_EXHAUSTED },
	{ hosts, PAT_WRONG_HOST },
};

/* All 65536 sets of rules, each pair among them. */
static void first_reason_is_the_verdict_and_check_names_all(void **state)
{
	(void)state;
	for (unsigned int set = 0; set < 1U << COUNT(order); set++) {
		enum pat_verdict expected[COUNT(order)], verdicts[PAT_VERDICTS];
		struct scene scene;
		unsigned int n = 0;

		set_up(&scene, &(const struct given) { 0 });
		for (size_t i = 0; i < COUNT(order); i++)
			if ((set & 1U << i) != 0) {
				order[i].denies(&scene);
				expected[n++] = order[i].verdict;
			}
		assert_that(verdict_of(&scene.attempt) == (n == 0 ? PAT_ACCEPTED : expected[0]),
			"set %#x", set);
		assert_that(verdict_all(&scene.attempt, verdicts) == n, "set %#x", set);
		assert_that(n == 0 || memcmp(verdicts, expected, n * sizeof(verdicts[0])) == 0,
			"set %#x", set);
	}
}

/*
 * The others are for who asks: no token, too often, or a failure; and no rule asks a person, whose
 * word is none of a rule's verdicts.
 */
static void every_verdict_about_a_token_has_its_rule(void **state)
{
	/*
	 * PAT_WRONG_CLOCK stands in the place of PAT_OUT_OF_HOURS, and where PAT_STALE does, there
	 * is no PAT_UNKNOWN_ISSUER.
	 */
	static const enum pat_verdict without[] = { PAT_WRONG, PAT_ACCEPTED, PAT_BUSY, PAT_FAILED,
		PAT_WRONG_CLOCK, PAT_ASKED, PAT_DENIED, PAT_UNCONFIRMED, PAT_STALE, PAT_UNCLAIMED };

	(void)state;
	assert_int_equal(COUNT(order) + COUNT(without), PAT_VERDICTS);
	for (unsigned int verdict = 0; verdict < PAT_VERDICTS; verdict++) {
		unsigned int found = 0;

		for (size_t i = 0; i < COUNT(order); i++)
			found += order[i].verdict == (enum pat_verdict)verdict;
		for (size_t i = 0; i < COUNT(without); i++)
			found += without[i] == (enum pat_verdict)verdict;
		assert_that(found == 1, "%s", verdict_word(verdict));
	}
}

/* What is known for certain comes first; what may have changed since, after it. */
static void stale_is_told_after_what_is_certain(void **state)
{
	enum pat_verdict verdicts[PAT_VERDICTS];
	struct scene scene;

	(void)state;
	set_up(&scene, &(const struct given) { .revoked_at = MADE });
	(void)strcpy(scene.token.issuer, "issuer1");
	scene.token.limits.not_before = NOW + 1;
	scene.attempt.standing = PAT_STALE;
	assert_int_equal(verdict_all(&scene.attempt, verdicts), 3);
	assert_int_equal(verdicts[0], PAT_REVOKED);
	assert_int_equal(verdicts[1], PAT_STALE);
	assert_int_equal(verdicts[2], PAT_NOT_YET);
}

static void fleet_token_needs_a_good_standing_and_a_local_one_none(void **state)
{
	struct scene scene;

	(void)state;
	set_up(&scene, &(const struct given) { 0 });
	scene.attempt.standing = PAT_STALE;
	assert_int_equal(verdict_of(&scene.attempt), PAT_ACCEPTED);
	(void)strcpy(scene.token.issuer, "issuer1");
	assert_int_equal(verdict_of(&scene.attempt), PAT_STALE);
	/* What is not said to be good is not. */
	scene.attempt.standing = 0;
	assert_int_equal(verdict_of(&scene.attempt), PAT_UNKNOWN_ISSUER);
	scene.attempt.standing = PAT_ACCEPTED;
	assert_int_equal(verdict_of(&scene.attempt), PAT_ACCEPTED);
}

static void token_of_any_uid_is_bound_to_the_name(void **state)
{
	struct scene scene;

	(void)state;
	set_up(&scene, &(const struct given) { .who = BOB });
	assert_int_equal(verdict_of(&scene.attempt), PAT_OTHER_USER);
	scene.token.uid = TOKEN_UID_ANY;
	assert_int_equal(verdict_of(&scene.attempt), PAT_ACCEPTED);
	scene.attempt.user = "bob";
	assert_int_equal(verdict_of(&scene.attempt), PAT_OTHER_USER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_rule_denies_only_its_cases),
		cmocka_unit_test(first_reason_is_the_verdict_and_check_names_all),
		cmocka_unit_test(every_verdict_about_a_token_has_its_rule),
		cmocka_unit_test(stale_is_told_after_what_is_certain),
		cmocka_unit_test(fleet_token_needs_a_good_standing_and_a_local_one_none),
		cmocka_unit_test(token_of_any_uid_is_bound_to_the_name),
	};

	if (setenv("TZ", "UTC", 1) < 0)
		return 1;
	tzset();
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
