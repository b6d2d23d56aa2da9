/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Filters of lists of tokens: by state, by service, by use, and all together. */
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/tokens/listing.h"

static const char *const kinds[] = { "expired", "new", "revoked", "unused", "used" };

/* A token of alice's for each of these, of which it is true at the end.  Returns the last. */
static struct made make_one_of_each_kind(struct world *world)
{
	struct token_request brief = request_for(&alice, "expired"),
			     endless = request_for(&alice, "unused");
	struct made made, revoked, used;

	brief.has_lifetime = true;
	brief.lifetime = DAY;
	endless.has_expires_at = true;
	world_generate_request(world, &brief, &made);
	revoked = world_generate(world, &alice, "revoked");
	world_generate_request(world, &endless, &made);
	used = world_generate(world, &alice, "used");
	world->time += DAY + 1;
	assert_int_equal(world_log_in(world, &alice, &used), PAT_ACCEPTED);
	assert_int_equal(world_revoke(world, &revoked), PAT_OK);
	world->time += DAY;
	(void)world_generate(world, &alice, "new");
	world->time += DAY;
	return used;
}

/* Where nothing is found, all has ended. */
static const struct lifespans nowhere = { .root = "/nonexistent" };

/* Each state by which a list can be filtered, and what each token is good for. */
static void each_state_is_found_by_its_name(void **state)
{
	static const struct {
		const char *state, *names;
	} table[] = {
		{ "active", "active " },
		{ "revoked", "revoked suspended " },
		{ "expired", "expired " },
		{ "ended", "ended " },
		{ "exhausted", "exhausted " },
		{ "disabled", "bob's " },
		{ "pending", "pending " },
		{ "altered", "altered " },
		/* Of tokens of other machines: see test_fleet_states.c. */
		{ "stale", "" },
		{ "unknown-issuer", "" },
	};
	struct world *world = *state;
	struct token_request pending = request_for(&alice, "pending"),
			     once = request_for(&alice, "exhausted"),
			     bound = request_for(&alice, "ended"),
			     brief = request_for(&alice, "expired");
	struct made made;

	(void)world_generate(world, &alice, "active");
	(void)world_generate(world, &alice, "altered");
	(void)world_generate(world, &bob, "bob's");
	made = world_generate(world, &alice, "revoked");
	assert_int_equal(world_revoke(world, &made), PAT_OK);
	made = world_generate(world, &alice, "suspended");
	assert_int_equal(world_suspend(world, &made, DAY), PAT_OK);
	pending.restrictions[PAT_NOT_BEFORE].number = NOON + DAY;
	world_generate_request(world, &pending, &made);
	once.restrictions[PAT_MAX_USES].number = 1;
	world_generate_request(world, &once, &made);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
	bound.restrictions[PAT_UNTIL].text = "boot";
	world_generate_request(world, &bound, &made);
	tokens_set_lifespans(world->tokens, &nowhere);
	brief.has_lifetime = true;
	brief.lifetime = 1;
	world_generate_request(world, &brief, &made);
	world->time = NOON + 1;
	assert_int_equal(
		tokens_disable(world->tokens, &root, "bob", NULL, &world->refusal), PAT_OK);
	world_edit(world, "UPDATE token SET uses = 1 WHERE name = 'altered'");
	assert_int_equal(COUNT(table), TOKEN_STATES);
	for (size_t i = 0; i < COUNT(table); i++) {
		const struct token_query query = {
			.all = true,
			.state = table[i].state,
			.cursor = "",
		};
		char cursor[TOKENS_CURSOR_MAX];
		struct listing listing;

		assert_int_equal(list(world, &root, &query, &listing, cursor), PAT_OK);
		assert_string_equal(listing.names, table[i].names);
	}
}

/* What stands in the way of more than one is the first of these. */
static void first_of_several_states_is_shown(void **state)
{
	struct world *world = *state;
	struct token_request request = request_for(&alice, "laptop");
	struct made made;

	request.restrictions[PAT_MAX_USES].number = 1;
	request.has_lifetime = true;
	request.lifetime = 20;
	world_generate_request(world, &request, &made);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
	assert_int_equal(
		tokens_disable(world->tokens, &root, "alice", NULL, &world->refusal), PAT_OK);
	assert_int_equal(world_state(world, &made), TOKEN_EXHAUSTED);
	world->time = NOON + 20;
	assert_int_equal(world_state(world, &made), TOKEN_EXPIRED);
	assert_int_equal(world_revoke(world, &made), PAT_OK);
	assert_int_equal(world_state(world, &made), TOKEN_REVOKED);
	world_edit(world, "UPDATE token SET uses = 0");
	assert_int_equal(world_state(world, &made), TOKEN_ALTERED);
	assert_int_equal(tokens_enable(world->tokens, &root, "alice", &world->refusal), PAT_OK);
	request.name = "phone";
	request.restrictions[PAT_MAX_USES].number = 0;
	request.restrictions[PAT_NOT_BEFORE].number = NOON + 30;
	request.lifetime = 40;
	world_generate_request(world, &request, &made);
	assert_int_equal(world_state(world, &made), TOKEN_PENDING);
	assert_int_equal(
		tokens_disable(world->tokens, &root, "alice", NULL, &world->refusal), PAT_OK);
	assert_int_equal(world_state(world, &made), TOKEN_DISABLED);
}

static void good_for_matches_the_services_of_a_token(void **state)
{
	static const struct {
		const char *good_for, *names;
	} table[] = {
		{ "sudo", "all su sudo " },
		{ "su", "all su " },
		{ "sshd", "all " },
		{ "cron", "all cron " },
	};
	struct world *world = *state;
	struct token_request request = request_for(&alice, "su");
	struct made made;

	(void)world_generate(world, &alice, "all");
	request.restrictions[PAT_SERVICES].text = "su*";
	world_generate_request(world, &request, &made);
	request.name = "sudo";
	request.restrictions[PAT_SERVICES].text = "sudo,login";
	world_generate_request(world, &request, &made);
	request.name = "cron";
	request.restrictions[PAT_SERVICES].text = "cron";
	world_generate_request(world, &request, &made);
	for (size_t i = 0; i < COUNT(table); i++) {
		const struct token_query query = { .good_for = table[i].good_for, .cursor = "" };
		char cursor[TOKENS_CURSOR_MAX];
		struct listing listing;

		assert_int_equal(list(world, &alice, &query, &listing, cursor), PAT_OK);
		assert_string_equal(listing.names, table[i].names);
	}
}

static void expiring_before_counts_the_policy(void **state)
{
	const struct token_query query = {
		.has_expiring_before = true, .expiring_before = NOON + 2 * DAY, .cursor = ""
	};
	struct world *world = *state;
	char cursor[TOKENS_CURSOR_MAX];
	struct listing listing;

	(void)world_generate(world, &alice, "laptop");
	assert_int_equal(list(world, &alice, &query, &listing, cursor), PAT_OK);
	assert_string_equal(listing.names, "");
	world->policy.max_lifetime = DAY;
	world_apply_policy(world);
	assert_int_equal(list(world, &alice, &query, &listing, cursor), PAT_OK);
	assert_string_equal(listing.names, "laptop ");
}

static void filters_work_alone_and_together(void **state)
{
	static const struct {
		const char *what;
		struct token_query query;
		const char *names;
	} table[] = {
		{ "none", { 0 }, "expired new revoked unused used " },
		{ "active", { .state = "active" }, "new unused used " },
		{ "revoked", { .state = "revoked" }, "revoked " },
		{ "expired", { .state = "expired" }, "expired " },
		{ "altered", { .state = "altered" }, "" },
		{ "pattern", { .name_pattern = "*used" }, "unused used " },
		{ "pattern of one", { .name_pattern = "[nm]?w" }, "new " },
		{ "pattern is whole", { .name_pattern = "use" }, "" },
		{ "unused since it was made",
			{ .has_unused_since = true, .unused_since = NOON + 1 },
			"expired revoked unused " },
		{ "unused since it was used",
			{ .has_unused_since = true, .unused_since = NOON + DAY + 1 },
			"expired revoked unused " },
		{ "unused since for ever", { .has_unused_since = true, .unused_since = 0 }, "" },
		{ "expiring", { .has_expiring_before = true, .expiring_before = NOON + 5 * DAY },
			"expired " },
		{ "expiring at that time",
			{ .has_expiring_before = true, .expiring_before = NOON + DAY }, "" },
		{ "expiring some day",
			{ .has_expiring_before = true, .expiring_before = UINT64_MAX },
			"expired new revoked used " },
		{ "service", { .service = "su" }, "used " },
		{ "service is whole", { .service = "s" }, "" },
		{ "no service", { .service = "" }, "expired new revoked unused " },
		{ "two", { .state = "active", .name_pattern = "*used" }, "unused used " },
		{ "all at once",
			{ .state = "active",
				.name_pattern = "u*",
				.service = "su",
				.has_unused_since = true,
				.unused_since = NOON + 9 * DAY,
				.has_expiring_before = true,
				.expiring_before = NOON + 90 * DAY },
			"used " },
		{ "prefix of none", { .name = "used", .id_prefix = "zzzzzzzzzz" }, "" },
	};
	struct world *world = *state;

	(void)make_one_of_each_kind(world);
	for (size_t i = 0; i < COUNT(table); i++) {
		char cursor[TOKENS_CURSOR_MAX];
		struct token_query query = table[i].query;
		struct listing listing;

		query.cursor = "";
		assert_int_equal(list(world, &alice, &query, &listing, cursor), PAT_OK);
		assert_that(strcmp(listing.names, table[i].names) == 0, "%s: %s", table[i].what,
			listing.names);
		/* An administrator's list of all is the same here. */
		query.all = true;
		assert_int_equal(list(world, &root, &query, &listing, cursor), PAT_OK);
		assert_int_equal(strlen(listing.names), strlen(table[i].names));
	}
}

enum {
	NAME = 1,
	PATTERN = 2,
	PREFIX = 4,
	STATE = 8,
	SERVICE = 16,
	UNUSED = 32,
	EXPIRING = 64
};

static int note_kind(const struct token *token, void *userdata)
{
	unsigned int *set = userdata;

	for (size_t i = 0; i < COUNT(kinds); i++)
		if (strcmp(kinds[i], token->name) == 0)
			*set += 1U << i;
	return 0;
}

/* A bit for each kind that is listed, of those conditions alone that are in filters. */
static unsigned int list_kinds(struct world *world, const struct caller *caller,
	const struct token_query *conditions, unsigned int filters)
{
	char cursor[TOKENS_CURSOR_MAX];
	unsigned int set = 0;
	const struct token_query query = {
		.cursor = "",
		.all = caller->uid == 0,
		.name = filters & NAME ? conditions->name : NULL,
		.name_pattern = filters & PATTERN ? conditions->name_pattern : NULL,
		.id_prefix = filters & PREFIX ? conditions->id_prefix : NULL,
		.state = filters & STATE ? conditions->state : NULL,
		.service = filters & SERVICE ? conditions->service : NULL,
		.has_unused_since = filters & UNUSED,
		.unused_since = conditions->unused_since,
		.has_expiring_before = filters & EXPIRING,
		.expiring_before = conditions->expiring_before,
	};

	assert_int_equal(tokens_list(world->tokens, caller, &query, note_kind, &set, cursor,
				 &world->refusal),
		PAT_OK);
	return set;
}

/* Whichever of them the database looks for, and in whichever order. */
static void combined_filters_all_apply(void **state)
{
	static const struct caller *const callers[] = { &alice, &root };
	struct world *world = *state;
	struct made used = make_one_of_each_kind(world);
	const char prefix[] = { used.token.id.text[0], '\0' };
	const struct token_query table[] = {
		{ .name = "used",
			.name_pattern = "*used",
			.id_prefix = prefix,
			.state = "active",
			.service = "su",
			.unused_since = UINT64_MAX,
			.expiring_before = UINT64_MAX },
		{ .name = "expired",
			.name_pattern = "*e*",
			.id_prefix = "z",
			.state = "revoked",
			.service = "",
			.unused_since = NOON + 1,
			.expiring_before = NOON + 2 * DAY },
	};

	for (size_t i = 0; i < COUNT(table); i++)
		for (size_t c = 0; c < COUNT(callers); c++)
			for (unsigned int filters = 0; filters < 2 * EXPIRING; filters++) {
				unsigned int expected = (1U << COUNT(kinds)) - 1;

				for (unsigned int one = NAME; one <= EXPIRING; one *= 2)
					if (filters & one)
						expected &= list_kinds(
							world, callers[c], &table[i], one);
				assert_that(list_kinds(world, callers[c], &table[i], filters) ==
						    expected,
					"%zu, %s: filters %u", i, callers[c]->user, filters);
			}
}

static void impossible_filter_is_refused(void **state)
{
	static char long_pattern[257];
	const struct token_query table[] = {
		{ .cursor = "", .state = "gone" },
		{ .cursor = "", .state = "" },
		{ .cursor = "", .name_pattern = long_pattern },
		{ .cursor = "0123456789" },
		{ .cursor = "alice:1000:x", .all = true, .id_prefix = "0" },
		{ .cursor = "0123456789", .all = true, .id_prefix = "1" },
		{ .cursor = "2123456789", .all = true, .id_prefix = "1" },
	};
	struct world *world = *state;

	memset(long_pattern, '*', sizeof(long_pattern) - 1);
	for (size_t i = 0; i < COUNT(table); i++) {
		char cursor[TOKENS_CURSOR_MAX];
		struct listing listing;

		assert_that(list(world, &root, &table[i], &listing, cursor) == PAT_ERR_INVALID_ARGS,
			"%zu", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(each_state_is_found_by_its_name),
		WORLD_TEST(first_of_several_states_is_shown),
		WORLD_TEST(good_for_matches_the_services_of_a_token),
		WORLD_TEST(expiring_before_counts_the_policy),
		WORLD_TEST(filters_work_alone_and_together),
		WORLD_TEST(combined_filters_all_apply),
		WORLD_TEST(impossible_filter_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
