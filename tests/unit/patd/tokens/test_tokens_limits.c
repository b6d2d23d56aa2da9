/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a token can be restricted to: as it is generated, and as it is used. */
#include <stdlib.h>
#include <time.h>

#include "common/lifetime.h"
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/world.h"

static const char limited_name[] = "limited";

static enum pat_error generate(
	struct world *world, const struct token_request *token_request, struct made *ret_made)
{
	world->refusal = (struct refusal) { 0 };
	return tokens_generate(world->tokens, &root, token_request, &ret_made->token,
		ret_made->secret, &world->refusal);
}

/* ---- generate ---- */

static void restrictions_are_kept_in_canonical_spelling(void **state)
{
	struct world *world = *state;
	struct token_request token_request = request_for(&alice, "laptop");
	struct made made;
	struct token found;

	token_request.restrictions[PAT_SERVICES].text = "sudo, sshd,sudo";
	token_request.restrictions[PAT_SOURCES].text = "::ffff:192.0.2.7, local ,2001:DB8::/32";
	token_request.restrictions[PAT_HOURS].text = "monday..friday 08:00 - 18:00";
	token_request.restrictions[PAT_NOT_BEFORE].number = NOON + DAY;
	token_request.restrictions[PAT_MAX_USES].number = 3;
	world_generate_request(world, &token_request, &made);
	world_restart(world);
	found = world_find(world, &made);
	assert_string_equal(found.limits.services, "sshd,sudo");
	assert_string_equal(found.limits.sources, "192.0.2.7,local,2001:db8::/32");
	assert_string_equal(found.limits.hours, "Mon..Fri 08:00-18:00");
	assert_int_equal(found.limits.not_before, NOON + DAY);
	assert_int_equal(found.limits.max_uses, 3);
	assert_int_equal(found.uses, 0);
	assert_memory_equal(&found, &made.token, sizeof(found));
}

static void empty_restriction_is_none(void **state)
{
	struct world *world = *state;
	struct token_request token_request = request_for(&alice, "laptop");
	const struct limits none = { .max_uses = 0 };
	struct made made;

	token_request.restrictions[PAT_SERVICES].text = "";
	token_request.restrictions[PAT_SOURCES].text = "";
	token_request.restrictions[PAT_HOURS].text = "";
	world_generate_request(world, &token_request, &made);
	assert_memory_equal(&made.token.limits, &none, sizeof(none));
}

static void impossible_restriction_is_refused(void **state)
{
	static char long_services[LIMITS_SERVICES_MAX + 2], long_sources[LIMITS_SOURCES_MAX + 2],
		long_hours[LIMITS_HOURS_MAX + 2];
	const struct {
		const char *what, *services, *sources, *hours;
		uint64_t not_before, max_uses, expires_at;
	} table[] = {
		{ "a path as a service", .services = "/etc/pam.d/sudo" },
		{ "no service between commas", .services = "sudo,,sshd" },
		{ "services without end", .services = long_services },
		{ "a host's name as a source", .sources = "example.org" },
		{ "host bits set", .sources = "10.0.0.1/8" },
		{ "a prefix too long", .sources = "10.0.0.0/33" },
		{ "sources without end", .sources = long_sources },
		{ "an hour that is none", .hours = "08:00-25:00" },
		{ "a day that is none", .hours = "Someday" },
		{ "hours without end", .hours = long_hours },
		{ "beginning after the year 9999", .not_before = PAT_EXPIRES_MAX + 1 },
		{ "beginning as it ends", .not_before = NOON + 30 * DAY },
		{ "beginning after its end", .not_before = NOON + 11, .expires_at = NOON + 10 },
		{ "more uses than SQLite can count", .max_uses = (uint64_t)INT64_MAX + 1 },
		{ "all the uses there are", .max_uses = UINT64_MAX },
	};
	struct world *world = *state;

	memset(long_services, 'x', sizeof(long_services) - 1);
	memset(long_sources, '1', sizeof(long_sources) - 1);
	memset(long_hours, 'M', sizeof(long_hours) - 1);
	for (size_t i = 0; i < COUNT(table); i++) {
		struct token_request token_request = request_for(&alice, table[i].what);
		struct made made = { .secret = "untouched" };

		token_request.restrictions[PAT_SERVICES].text = table[i].services;
		token_request.restrictions[PAT_SOURCES].text = table[i].sources;
		token_request.restrictions[PAT_HOURS].text = table[i].hours;
		token_request.restrictions[PAT_NOT_BEFORE].number = table[i].not_before;
		token_request.restrictions[PAT_MAX_USES].number = table[i].max_uses;
		token_request.has_expires_at = table[i].expires_at != 0;
		token_request.expires_at = table[i].expires_at;
		assert_that(generate(world, &token_request, &made) == PAT_ERR_INVALID_RESTRICTION,
			"%s", table[i].what);
		assert_non_null(world->refusal.why);
		assert_string_equal(made.secret, "untouched");
		/* Before anybody is asked for a password. */
		assert_that(tokens_may_generate(world->tokens, &alice, &token_request,
				    &world->refusal) == PAT_ERR_INVALID_RESTRICTION,
			"%s", table[i].what);
	}
	assert_int_equal(world_ask(world, "SELECT count(*) FROM token"), 0);
	assert_int_equal(world_check_history(world), 0);
}

static void largest_restrictions_are_accepted(void **state)
{
	struct world *world = *state;
	struct token_request token_request = request_for(&alice, "far");
	struct made made;

	token_request.has_expires_at = true; /* never */
	token_request.restrictions[PAT_NOT_BEFORE].number = PAT_EXPIRES_MAX;
	token_request.restrictions[PAT_MAX_USES].number = INT64_MAX;
	world_generate_request(world, &token_request, &made);
	assert_int_equal(world_state(world, &made), TOKEN_PENDING);
	token_request.name = "at once";
	token_request.restrictions[PAT_NOT_BEFORE].number = NOON - DAY;
	world_generate_request(world, &token_request, &made);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
	token_request.name = "for one second";
	token_request.restrictions[PAT_NOT_BEFORE].number = NOON + 9;
	token_request.expires_at = NOON + 10;
	world_generate_request(world, &token_request, &made);
	world->time = NOON + 9;
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
}

/* ---- each restriction, when it is used ---- */

/* NOON is Tuesday, 22:13:20 UTC. */
static const struct {
	const char *what;
	const char *services, *sources, *hours; /* NULL: no restriction */
	uint64_t not_before;
	const char *service, *rhost; /* of the login */
	uint64_t after;              /* NOON */
	enum pat_verdict verdict;
} uses[] = {
	{ "service", .services = "sudo", .service = "sudo", .verdict = PAT_ACCEPTED },
	{ "another service", .services = "sudo", .service = "sshd", .verdict = PAT_WRONG_SERVICE },
	{ "source", .sources = "192.0.2.0/24", .rhost = "192.0.2.9", .verdict = PAT_ACCEPTED },
	{ "mapped source", .sources = "192.0.2.0/24", .rhost = "::ffff:192.0.2.9",
		.verdict = PAT_ACCEPTED },
	{ "another source", .sources = "192.0.2.0/24", .rhost = "192.0.3.9",
		.verdict = PAT_WRONG_SOURCE },
	{ "a name as source", .sources = "192.0.2.0/24", .rhost = "192.0.2.example.org",
		.verdict = PAT_WRONG_SOURCE },
	{ "a local login, not from there", .sources = "192.0.2.0/24", .verdict = PAT_WRONG_SOURCE },
	{ "a local login", .sources = "local", .verdict = PAT_ACCEPTED },
	{ "an unknown source", .sources = "local,0.0.0.0/0,::/0", .service = "monit",
		.verdict = PAT_WRONG_SOURCE },
	{ "an unknown source, and any will do", .service = "monit", .verdict = PAT_ACCEPTED },
	{ "no source of sshd's", .sources = "local,0.0.0.0/0,::/0", .service = "sshd",
		.rhost = "UNKNOWN", .verdict = PAT_WRONG_SOURCE },
	{ "not before", .not_before = NOON + 60, .after = 59, .verdict = PAT_NOT_YET },
	{ "from then on", .not_before = NOON + 60, .after = 60, .verdict = PAT_ACCEPTED },
	{ "in hours", .hours = "Tue 22:00-23:00", .after = 60, .verdict = PAT_ACCEPTED },
	{ "out of hours", .hours = "Tue 22:00-23:00", .after = 3600, .verdict = PAT_OUT_OF_HOURS },
	{ "in hours again", .hours = "Tue 22:00-23:00", .after = 7 * DAY, .verdict = PAT_ACCEPTED },
};

static void scope__each_restriction_is_applied_to_logins(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < COUNT(uses); i++) {
		struct token_request token_request = request_for(&alice, uses[i].what);
		struct made made;
		struct pat_request request;
		struct pat_reply reply;

		world->time = NOON;
		world->clock.highest = 0;
		token_request.restrictions[PAT_SERVICES].text = uses[i].services;
		token_request.restrictions[PAT_SOURCES].text = uses[i].sources;
		token_request.restrictions[PAT_HOURS].text = uses[i].hours;
		token_request.restrictions[PAT_NOT_BEFORE].number = uses[i].not_before;
		world_generate_request(world, &token_request, &made);
		request = request_with(made.secret, &alice);
		if (uses[i].service)
			pat_field_cut(request.service, sizeof(request.service), uses[i].service);
		if (uses[i].rhost)
			pat_field_cut(request.rhost, sizeof(request.rhost), uses[i].rhost);
		world->time = NOON + uses[i].after;
		reply = world_verify(world, &request);
		assert_that(reply.verdict == uses[i].verdict, "%s: %s", uses[i].what,
			verdict_word(reply.verdict));
		assert_that(world_find(world, &made).uses == (uses[i].verdict == PAT_ACCEPTED),
			"%s", uses[i].what);
	}
}

static void pending_token_starts_at_not_before(void **state)
{
	struct world *world = *state;
	struct token_request token_request = request_for(&alice, "laptop");
	struct made made;

	token_request.restrictions[PAT_NOT_BEFORE].number = NOON + 60;
	world_generate_request(world, &token_request, &made);
	assert_int_equal(world_state(world, &made), TOKEN_PENDING);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_NOT_YET);
	world->time = NOON + 60;
	assert_int_equal(world_state(world, &made), TOKEN_ACTIVE);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
	/* And never begins again, whatever the clock says. */
	world->time = NOON;
	world_restart(world);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
}

/* ---- uses ---- */

static struct made generate_limited(struct world *world, uint64_t max_uses)
{
	struct token_request token_request = request_for(&alice, limited_name);
	struct made made;

	token_request.restrictions[PAT_MAX_USES].number = max_uses;
	world_generate_request(world, &token_request, &made);
	return made;
}

static void max_uses_logins_are_accepted(void **state)
{
	static const uint64_t numbers[] = { 1, 2, 5 };
	struct world *world = *state;

	for (size_t i = 0; i < COUNT(numbers); i++)
		for (int restart = 0; restart < 2; restart++) {
			struct made made = generate_limited(world, numbers[i]);

			for (uint64_t use = 0; use < numbers[i]; use++) {
				assert_int_equal(world_find(world, &made).uses, use);
				assert_int_equal(world_state(world, &made), TOKEN_ACTIVE);
				assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
				if (restart)
					world_restart(world);
			}
			assert_int_equal(world_state(world, &made), TOKEN_EXHAUSTED);
			for (int more = 0; more < 3; more++)
				assert_int_equal(world_log_in(world, &alice, &made), PAT_EXHAUSTED);
			world_restart(world);
			assert_int_equal(world_log_in(world, &alice, &made), PAT_EXHAUSTED);
			assert_int_equal(world_find(world, &made).uses, numbers[i]);
			assert_int_equal(world_revoke(world, &made), PAT_OK);
			assert_int_equal(world_delete(world, &made), PAT_OK);
		}
}

/* Whatever happens to patd once it has said yes. */
static void limited_uses__limited_use_is_on_disk_before_the_reply(void **state)
{
	struct world *world = *state;
	struct made made = generate_limited(world, 2);
	struct pat_request request = request_with(made.secret, &alice);
	uint64_t ignored;

	assert_int_equal(verify_request(world->tokens, 0, &request, &ignored), PAT_ACCEPTED);
	assert_true(world_has_written_down(world, &made.token));
}

/* The last use of two that are asked for in one turn of the loop is one. */
static void requests_of_one_batch_share_max_uses(void **state)
{
	struct world *world = *state;
	struct made made = generate_limited(world, 2);
	struct made other = world_generate(world, &alice, "other");
	struct pat_request request = request_with(made.secret, &alice);
	struct pat_request ordinary = request_with(other.secret, &alice);
	uint64_t ignored;

	assert_int_equal(verify_request(world->tokens, 0, &request, &ignored), PAT_ACCEPTED);
	assert_int_equal(verify_request(world->tokens, 0, &ordinary, &ignored), PAT_ACCEPTED);
	assert_int_equal(verify_request(world->tokens, 0, &request, &ignored), PAT_ACCEPTED);
	assert_int_equal(verify_request(world->tokens, 0, &request, &ignored), PAT_EXHAUSTED);
	tokens_commit_usage(world->tokens);
	assert_int_equal(world_find(world, &made).uses, 2);
	assert_int_equal(world_find(world, &other).uses, 1);
	(void)world_check_history(world);
}

static int ignore_row(const struct token *token, void *userdata)
{
	(void)token;
	(void)userdata;
	return 0;
}

static void looking_at_a_token_uses_nothing(void **state)
{
	struct world *world = *state;
	struct made made = generate_limited(world, 1);
	struct pat_request request = request_with(made.secret, &alice);
	const struct pat_digest digest = request.digest;
	const struct token_query query = { .cursor = "" };
	uint64_t entries = world_check_history(world);

	for (int i = 0; i < 5; i++) {
		enum pat_verdict verdicts[PAT_VERDICTS];
		char cursor[TOKENS_CURSOR_MAX];
		struct token token;
		unsigned int n = 7;

		assert_int_equal(
			tokens_check(world->tokens, &alice, &made.token.id, &digest, "sudo", "",
				PAT_ACCOUNT_SEEN, verdicts, &n, &world->refusal),
			PAT_OK);
		assert_int_equal(n, 0);
		assert_int_equal(tokens_find(world->tokens, &alice, made.token.id.text, &token,
					 &world->refusal),
			PAT_OK);
		assert_memory_equal(&token, &made.token, sizeof(token));
		assert_int_equal(tokens_list(world->tokens, &alice, &query, ignore_row, NULL,
					 cursor, &world->refusal),
			PAT_OK);
	}
	tokens_commit_usage(world->tokens);
	assert_int_equal(world_check_history(world), entries);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_EXHAUSTED);
}

static void refused_login_uses_nothing(void **state)
{
	struct world *world = *state;
	struct token_request token_request = request_for(&alice, limited_name);
	struct made made;
	struct pat_request request;

	token_request.restrictions[PAT_MAX_USES].number = 1;
	token_request.restrictions[PAT_SERVICES].text = "sudo";
	world_generate_request(world, &token_request, &made);
	request = request_with(made.secret, &alice);
	assert_int_equal(world_verify(world, &request).verdict, PAT_WRONG_SERVICE);
	assert_int_equal(world_log_in(world, &bob, &made), PAT_OTHER_USER);
	assert_int_equal(world_find(world, &made).uses, 0);
	pat_field_cut(request.service, sizeof(request.service), "sudo");
	assert_int_equal(world_verify(world, &request).verdict, PAT_ACCEPTED);
	assert_int_equal(world_verify(world, &request).verdict, PAT_EXHAUSTED);
}

/* A limit holds only if each use is written down. */
static void limited_uses__limited_token_is_refused_when_its_use_cannot_be_written(void **state)
{
	struct world *world = *state;
	struct made limited = generate_limited(world, 2);
	struct made ordinary = world_generate(world, &alice, "ordinary");

	for (int i = 0; i < 3; i++) {
		world_disk(false);
		assert_int_equal(world_log_in(world, &alice, &limited), PAT_FAILED);
		assert_int_equal(world_log_in(world, &alice, &ordinary), PAT_ACCEPTED);
		world_disk(true);
		assert_int_equal(world_find(world, &limited).uses, 0);
		(void)world_check_history(world);
	}
	assert_int_equal(world_log_in(world, &alice, &limited), PAT_ACCEPTED);
	assert_int_equal(world_log_in(world, &alice, &limited), PAT_ACCEPTED);
	assert_int_equal(world_log_in(world, &alice, &limited), PAT_EXHAUSTED);
	(void)world_check_history(world);
}

/* NOON is on a Tuesday, at 22:13. */
static void time__hours_are_those_of_the_wall_clock(void **state)
{
	struct world *world = *state;
	struct token_request now = request_for(&alice, "now"), later = request_for(&alice, "later");
	struct made at_ten, at_four, any = world_generate(world, &alice, "any");

	now.restrictions[PAT_HOURS].text = "22:00-23:00";
	later.restrictions[PAT_HOURS].text = "04:00-05:00";
	world_generate_request(world, &now, &at_ten);
	world_generate_request(world, &later, &at_four);
	/* The clock is ahead, and put right. */
	world->time = NOON + 6 * 3600;
	assert_int_equal(world_log_in(world, &alice, &at_four), PAT_ACCEPTED);
	world->time = NOON;
	logged_clear();
	assert_int_equal(world_log_in(world, &alice, &at_four), PAT_WRONG_CLOCK);
	assert_logged("reset the time of patd");
	logged_clear();
	assert_int_equal(world_log_in(world, &alice, &at_ten), PAT_WRONG_CLOCK);
	assert_nothing_logged();
	assert_int_equal(world_log_in(world, &alice, &any), PAT_ACCEPTED);
	/* A minute is no doubt, and the clock on the wall is followed. */
	world->time = NOON + 6 * 3600 - CLOCK_DOUBT_S;
	assert_int_equal(world_log_in(world, &alice, &at_four), PAT_ACCEPTED);
	assert_int_equal(world_log_in(world, &alice, &at_ten), PAT_OUT_OF_HOURS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(restrictions_are_kept_in_canonical_spelling),
		WORLD_TEST(empty_restriction_is_none),
		WORLD_TEST(impossible_restriction_is_refused),
		WORLD_TEST(largest_restrictions_are_accepted),
		WORLD_TEST(scope__each_restriction_is_applied_to_logins),
		WORLD_TEST(time__hours_are_those_of_the_wall_clock),
		WORLD_TEST(pending_token_starts_at_not_before),
		WORLD_TEST(max_uses_logins_are_accepted),
		WORLD_TEST(limited_uses__limited_use_is_on_disk_before_the_reply),
		WORLD_TEST(requests_of_one_batch_share_max_uses),
		WORLD_TEST(looking_at_a_token_uses_nothing),
		WORLD_TEST(refused_login_uses_nothing),
		WORLD_TEST(limited_uses__limited_token_is_refused_when_its_use_cannot_be_written),
	};

	if (setenv("TZ", "UTC", 1) < 0)
		return 1;
	tzset();
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
