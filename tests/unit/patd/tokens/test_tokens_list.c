/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lists of tokens: who sees which, filters, pages. */
#include <errno.h>

#include "common/bus.h"
#include "common/lifetime.h"
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/world.h"

struct listing {
	unsigned int rows;
	char names[8 * PAT_PAGE_MAX];
	int result; /* what the row's function returns */
};

static int note(const struct token *token, void *userdata)
{
	struct listing *listing = userdata;

	listing->rows++;
	if (strlen(listing->names) + strlen(token->name) + 2 < sizeof(listing->names)) {
		(void)strcat(listing->names, token->name);
		(void)strcat(listing->names, " ");
	}
	return listing->result;
}

static enum pat_error list(struct world *world, const struct caller *caller,
	const struct token_query *query, struct listing *ret_listing, char *ret_cursor)
{
	*ret_listing = (struct listing) { 0 };
	world->refusal.why = NULL;
	return tokens_list(
		world->tokens, caller, query, note, ret_listing, ret_cursor, &world->refusal);
}

static void user_lists_own_tokens_and_root_all(void **state)
{
	static const struct {
		const char *what;
		struct caller caller;
		struct token_query query;
		enum pat_error error;
		const char *names;
	} table[] = {
		{ "alice", { .uid = 1000, .user = "alice" }, { .cursor = "" }, PAT_OK,
			"a1 a2 both " },
		{ "alice by name", { .uid = 1000, .user = "alice" },
			{ .cursor = "", .user = "alice" }, PAT_OK, "a1 a2 both " },
		{ "bob", { .uid = 1001, .user = "bob" }, { .cursor = "" }, PAT_OK, "b1 both " },
		{ "nobody", { .uid = 1002, .user = "carol" }, { .cursor = "" }, PAT_OK, "" },
		{ "the heir", { .uid = 1000, .user = "anna" }, { .cursor = "" }, PAT_OK, "" },
		{ "the renumbered", { .uid = 1003, .user = "alice" }, { .cursor = "" }, PAT_OK,
			"" },
		{ "root's own", { .uid = 0, .user = "root" }, { .cursor = "" }, PAT_OK, "r1 " },
		{ "all", { .uid = 0, .user = "root" }, { .cursor = "", .all = true }, PAT_OK,
			"a1 a2 both b1 both r1 " },
		{ "root, alice's", { .uid = 0, .user = "root" }, { .cursor = "", .user = "alice" },
			PAT_OK, "a1 a2 both " },
		{ "root, unknown's", { .uid = 0, .user = "root" },
			{ .cursor = "", .user = "nobody" }, PAT_OK, "" },
		{ "by name", { .uid = 0, .user = "root" },
			{ .cursor = "", .all = true, .name = "both" }, PAT_OK, "both both " },
		{ "name is whole", { .uid = 0, .user = "root" },
			{ .cursor = "", .all = true, .name = "bot" }, PAT_OK, "" },
		{ "name is literal", { .uid = 0, .user = "root" },
			{ .cursor = "", .all = true, .name = "%" }, PAT_OK, "" },
		{ "name injects nothing", { .uid = 0, .user = "root" },
			{ .cursor = "", .all = true, .name = "' OR '1'='1" }, PAT_OK, "" },
		{ "alice, bob's", { .uid = 1000, .user = "alice" }, { .cursor = "", .user = "bob" },
			PAT_ERR_DENIED, "" },
		{ "alice, all", { .uid = 1000, .user = "alice" }, { .cursor = "", .all = true },
			PAT_ERR_DENIED, "" },
		{ "alice, her name's old uid", { .uid = 1003, .user = "alice" },
			{ .cursor = "", .user = "alice" }, PAT_OK, "" },
		{ "user and all", { .uid = 0, .user = "root" },
			{ .cursor = "", .all = true, .user = "alice" }, PAT_ERR_INVALID_ARGS, "" },
		{ "bad prefix", { .uid = 0, .user = "root" },
			{ .cursor = "", .all = true, .id_prefix = "a%" }, PAT_ERR_INVALID_ARGS,
			"" },
		{ "empty prefix", { .uid = 0, .user = "root" },
			{ .cursor = "", .all = true, .id_prefix = "" }, PAT_ERR_INVALID_ARGS, "" },
		{ "long prefix", { .uid = 0, .user = "root" },
			{ .cursor = "", .all = true, .id_prefix = "01234567890" },
			PAT_ERR_INVALID_ARGS, "" },
		{ "bad cursor", { .uid = 0, .user = "root" }, { .cursor = "x", .all = true },
			PAT_ERR_INVALID_ARGS, "" },
		{ "alice, a cursor of another", { .uid = 1000, .user = "alice" },
			{ .cursor = "aa:0:" }, PAT_ERR_INVALID_ARGS, "" },
		{ "alice, a cursor of another uid", { .uid = 1000, .user = "alice" },
			{ .cursor = "alice:0:a" }, PAT_ERR_INVALID_ARGS, "" },
		{ "bob, a cursor before alice's", { .uid = 1001, .user = "bob" },
			{ .cursor = "a:0:x" }, PAT_ERR_INVALID_ARGS, "" },
		{ "alice, a cursor of her own", { .uid = 1000, .user = "alice" },
			{ .cursor = "alice:1000:a1" }, PAT_OK, "a2 both " },
	};
	struct world *world = *state;

	(void)world_generate(world, &bob, "both");
	(void)world_generate(world, &alice, "both");
	(void)world_generate(world, &root, "r1");
	(void)world_generate(world, &alice, "a2");
	(void)world_generate(world, &bob, "b1");
	(void)world_generate(world, &alice, "a1");
	for (size_t i = 0; i < COUNT(table); i++) {
		char cursor[TOKENS_CURSOR_MAX] = "untouched";
		struct listing listing;
		enum pat_error error =
			list(world, &table[i].caller, &table[i].query, &listing, cursor);

		assert_that(error == table[i].error, "%s: %d", table[i].what, error);
		assert_that(strcmp(listing.names, table[i].names) == 0, "%s: %s", table[i].what,
			listing.names);
		assert_that(strcmp(cursor, error == PAT_OK ? "" : "untouched") == 0, "%s: %s",
			table[i].what, cursor);
	}
}

static void token_is_found_by_any_prefix_of_its_id(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	for (size_t len = 1; len <= PAT_ID_LEN; len++) {
		char prefix[PAT_ID_LEN + 1] = "", cursor[TOKENS_CURSOR_MAX];
		struct token_query query = { .all = true, .cursor = "", .id_prefix = prefix };
		struct listing listing;

		memcpy(prefix, made.token.id.text, len);
		assert_int_equal(list(world, &root, &query, &listing, cursor), PAT_OK);
		assert_string_equal(listing.names, "laptop ");
		/* In the other case it is another id. */
		prefix[0] = prefix[0] == '0' ? '1' : '0';
		if (prefix[0] != made.token.id.text[0]) {
			assert_int_equal(list(world, &root, &query, &listing, cursor), PAT_OK);
			assert_string_equal(listing.names, "");
		}
	}
}

static void pages_follow_each_other_without_gap_or_repetition(void **state)
{
	static const uint32_t limits[] = { 0, 1, 7, 255, 256, 257, 599, 600, 601, UINT32_MAX };
	struct world *world = *state;

	world_fill(world, 600);
	for (size_t i = 0; i < COUNT(limits); i++) {
		char cursor[TOKENS_CURSOR_MAX] = "", last[TOKENS_CURSOR_MAX];
		uint32_t page =
			limits[i] == 0 || limits[i] > PAT_PAGE_MAX ? PAT_PAGE_MAX : limits[i];
		unsigned int rows = 0;

		do {
			struct token_query query = { .cursor = last, .limit = limits[i] };
			struct listing listing;
			char first[16];

			(void)strcpy(last, cursor);
			assert_int_equal(list(world, &alice, &query, &listing, cursor), PAT_OK);
			(void)snprintf(first, sizeof(first), "n%05u ", rows);
			assert_memory_equal(listing.names, first, 7);
			rows += listing.rows;
			if (*cursor)
				assert_int_equal(listing.rows, page);
		} while (*cursor);
		assert_int_equal(rows, 600);
	}
}

static void exactly_full_page_is_the_last(void **state)
{
	struct world *world = *state;
	char cursor[TOKENS_CURSOR_MAX];
	struct token_query query = { .cursor = "" };
	struct listing listing;

	world_fill(world, PAT_PAGE_MAX);
	assert_int_equal(list(world, &alice, &query, &listing, cursor), PAT_OK);
	assert_int_equal(listing.rows, PAT_PAGE_MAX);
	assert_string_equal(cursor, "");
}

static void pages_go_on_while_tokens_come_and_go(void **state)
{
	struct world *world = *state;
	char cursor[TOKENS_CURSOR_MAX], next[TOKENS_CURSOR_MAX];
	struct token_query query = { .cursor = "", .limit = 2 };
	struct listing listing;

	world_fill(world, 6);
	assert_int_equal(list(world, &alice, &query, &listing, cursor), PAT_OK);
	assert_string_equal(listing.names, "n00000 n00001 ");
	/* The last row of the page goes, one before and one after it come. */
	world_edit(world, "DELETE FROM token WHERE name = 'n00001'");
	(void)world_generate(world, &alice, "a-before");
	(void)world_generate(world, &alice, "n00002-between");
	query.cursor = cursor;
	assert_int_equal(list(world, &alice, &query, &listing, next), PAT_OK);
	assert_string_equal(listing.names, "n00002 n00002-between ");
	/* All go. */
	world_edit(world, "DELETE FROM token");
	query.cursor = next;
	assert_int_equal(list(world, &alice, &query, &listing, cursor), PAT_OK);
	assert_int_equal(listing.rows, 0);
	assert_string_equal(cursor, "");
}

static void pages_go_on_past_names_with_colons(void **state)
{
	struct world *world = *state;
	char cursor[TOKENS_CURSOR_MAX] = "", last[TOKENS_CURSOR_MAX], all[64] = "";

	(void)world_generate(world, &alice, ":");
	(void)world_generate(world, &alice, "::1:");
	(void)world_generate(world, &alice, "a:b:c");
	(void)world_generate(world, &alice, "alice:1000:x");
	do {
		struct token_query query = { .cursor = last, .limit = 1 };
		struct listing listing;

		(void)strcpy(last, cursor);
		assert_int_equal(list(world, &alice, &query, &listing, cursor), PAT_OK);
		(void)strcat(all, listing.names);
	} while (*cursor);
	assert_string_equal(all, ": ::1: a:b:c alice:1000:x ");
}

static void longest_name_and_user_fit_a_cursor(void **state)
{
	struct world *world = *state;
	char cursor[TOKENS_CURSOR_MAX] = "", name[PAT_NAME_BYTES_MAX + 1] = "";
	struct caller owner = { .uid = UINT32_MAX };
	struct token_query query = { .all = true, .cursor = "", .limit = 1 };
	struct listing listing;

	memset(owner.user, 'u', sizeof(owner.user) - 1);
	for (int i = 0; i < PAT_NAME_MAX; i++)
		(void)strcat(name, "\xF0\x9F\x94\x91");
	(void)world_generate(world, &owner, name);
	/* One more after it. */
	name[PAT_NAME_BYTES_MAX - 1] = '\x92';
	(void)world_generate(world, &owner, name);
	assert_int_equal(list(world, &root, &query, &listing, cursor), PAT_OK);
	assert_int_equal(strlen(cursor), 255 + 1 + 10 + 1 + 1020);
	assert_true(strlen(cursor) < sizeof(cursor));
	query.cursor = cursor;
	{
		char next[TOKENS_CURSOR_MAX];

		assert_int_equal(list(world, &root, &query, &listing, next), PAT_OK);
		assert_int_equal(listing.rows, 1);
		assert_string_equal(next, "");
	}
}

static void damaged_row_hides_no_other(void **state)
{
	struct world *world = *state;
	char cursor[TOKENS_CURSOR_MAX];
	struct token_query query = { .cursor = "", .limit = 3 };
	struct listing listing;

	world_fill(world, 5);
	world_edit(world, "UPDATE token SET mac = x'00' WHERE name IN ('n00000', 'n00002')");
	logged_clear();
	assert_int_equal(list(world, &alice, &query, &listing, cursor), PAT_OK);
	assert_string_equal(listing.names, "n00001 n00003 n00004 ");
	assert_string_equal(cursor, "");
	assert_logged("damaged");
}

static void list_fails_when_its_callback_fails(void **state)
{
	struct world *world = *state;
	char cursor[TOKENS_CURSOR_MAX] = "untouched";
	struct token_query query = { .cursor = "" };
	struct listing listing = { .result = -ENOMEM };

	world_fill(world, 3);
	assert_int_equal(
		tokens_list(world->tokens, &alice, &query, note, &listing, cursor, &world->refusal),
		PAT_ERR_NO_MEMORY);
	assert_int_equal(listing.rows, 1);
	assert_string_equal(cursor, "untouched");
}

/* ---- filters ---- */

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

/* Each state by which a list can be filtered, and what each token is good for. */
static void each_state_is_found_by_its_name(void **state)
{
	static const struct {
		const char *state, *names;
	} table[] = {
		{ "active", "active " },
		{ "revoked", "revoked suspended " },
		{ "expired", "expired " },
		{ "exhausted", "exhausted " },
		{ "disabled", "bob's " },
		{ "pending", "pending " },
		{ "altered", "altered " },
	};
	struct world *world = *state;
	struct token_request pending = request_for(&alice, "pending"),
			     once = request_for(&alice, "exhausted"),
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
		{ "service", { .service = "test" }, "used " },
		{ "service is whole", { .service = "tes" }, "" },
		{ "no service", { .service = "" }, "expired new revoked unused " },
		{ "two", { .state = "active", .name_pattern = "*used" }, "unused used " },
		{ "all at once",
			{ .state = "active",
				.name_pattern = "u*",
				.service = "test",
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
			.service = "test",
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

/* Of a list that finds nothing. */
static unsigned int count_pages(struct world *world, const struct token_query *query)
{
	char cursor[TOKENS_CURSOR_MAX] = "", last[TOKENS_CURSOR_MAX];
	struct token_query next = *query;
	struct listing listing;
	unsigned int pages = 0;

	next.cursor = last;
	do {
		(void)strcpy(last, cursor);
		assert_int_equal(list(world, &root, &next, &listing, cursor), PAT_OK);
		assert_int_equal(listing.rows, 0);
		pages++;
	} while (*cursor);
	return pages;
}

static void page_looks_at_a_bounded_number_of_tokens(void **state)
{
	static const struct token_query table[] = {
		{ .state = "active", .all = true },
		{ .state = "active", .all = true, .id_prefix = "0" },
		{ .name_pattern = "*no such name*", .all = true },
	};
	struct world *world = *state;

	world_fill(world, 3000);
	for (size_t i = 0; i < COUNT(table); i++)
		assert_int_equal(count_pages(world, &table[i]), 3);
}

/* Both as long as they may be, which takes as long as 64 rows. */
static void page_with_costly_pattern_looks_at_fewer_tokens(void **state)
{
	char pattern[256] = "";
	const struct token_query query = { .all = true, .name_pattern = pattern };
	struct world *world = *state;

	memset(pattern, 'x', sizeof(pattern) - 1);
	world_fill(world, 320);
	world_edit(world, "UPDATE token SET name = name || printf('%249s', 'x')");
	assert_int_equal(count_pages(world, &query), 20);
}

static void distant_match_is_found(void **state)
{
	static const struct {
		const struct caller *caller;
		struct token_query query;
	} table[] = {
		{ &alice, { .name_pattern = "*2[9]99" } },
		{ &alice, { .id_prefix = "0000002999" } },
		{ &alice, { .has_expiring_before = true, .expiring_before = NOON } },
		{ &root, { .all = true, .service = "sudo" } },
		{ &root, { .all = true, .service = "sudo", .id_prefix = "0" } },
		{ &root, { .user = "alice", .service = "sudo" } },
	};
	struct world *world = *state;

	world_fill(world, 3000);
	world_edit(world, "UPDATE token SET last_used_service = 'sudo', expires_at = 1"
			  " WHERE name = 'n02999'");
	for (size_t i = 0; i < COUNT(table); i++) {
		char cursor[TOKENS_CURSOR_MAX] = "", last[TOKENS_CURSOR_MAX];
		unsigned int pages = 0, rows = 0;

		do {
			struct token_query query = table[i].query;
			struct listing listing;

			(void)strcpy(last, cursor);
			query.cursor = last;
			assert_int_equal(
				list(world, table[i].caller, &query, &listing, cursor), PAT_OK);
			pages++;
			rows += listing.rows;
		} while (*cursor);
		assert_that(rows == 1 && pages > 1, "%zu: %u rows on %u pages", i, rows, pages);
	}
}

static void cursor_of_user_names_no_other_users_token(void **state)
{
	struct world *world = *state;
	char cursor[TOKENS_CURSOR_MAX];
	struct token_query query = { .cursor = "", .id_prefix = "0", .state = "active" };
	struct listing listing;

	/* Alice's begin with 0, and there are more than one page looks at. */
	world_fill(world, 3000);
	assert_int_equal(list(world, &bob, &query, &listing, cursor), PAT_OK);
	assert_string_equal(cursor, "");
	assert_int_equal(list(world, &alice, &query, &listing, cursor), PAT_OK);
	assert_memory_equal(cursor, "alice:1000:", 11);
}

static void ids_are_paged_in_their_order_while_tokens_go(void **state)
{
	struct world *world = *state;
	char cursor[TOKENS_CURSOR_MAX] = "", last[TOKENS_CURSOR_MAX];
	unsigned int rows = 0;

	world_fill(world, 600);
	do {
		struct token_query query = {
			.cursor = last, .limit = 50, .all = true, .id_prefix = "0"
		};
		struct listing listing;
		char first[16];

		(void)strcpy(last, cursor);
		assert_int_equal(list(world, &root, &query, &listing, cursor), PAT_OK);
		(void)snprintf(first, sizeof(first), "n%05u ", rows);
		assert_memory_equal(listing.names, first, 7);
		rows += listing.rows;
		/* The row that the cursor stands on goes. */
		if (*cursor) {
			char sql[64];

			(void)snprintf(
				sql, sizeof(sql), "DELETE FROM token WHERE id = '%s'", cursor);
			world_edit(world, sql);
		}
	} while (*cursor);
	assert_int_equal(rows, 600);
}

static void add_with_id(struct world *world, const char *id)
{
	char sql[256];

	(void)snprintf(sql, sizeof(sql),
		"INSERT INTO token SELECT '%s', 'bob', 1001, '%s', " WORLD_ROW_REST, id, id);
	world_edit(world, sql);
}

/* In the order of bytes: what comes before the cursor is not of this listing, all else is. */
static void ids_are_paged_in_their_order_while_tokens_come(void **state)
{
	struct world *world = *state;
	char cursor[TOKENS_CURSOR_MAX], next[TOKENS_CURSOR_MAX];
	struct token_query query = { .cursor = "", .limit = 2, .all = true, .id_prefix = "0" };
	struct listing listing;

	add_with_id(world, "0B00000000");
	add_with_id(world, "0a00000000");
	add_with_id(world, "0z00000000");
	assert_int_equal(list(world, &root, &query, &listing, cursor), PAT_OK);
	assert_string_equal(listing.names, "0B00000000 0a00000000 ");
	assert_string_equal(cursor, "0a00000000");
	add_with_id(world, "0A00000000");
	add_with_id(world, "0b00000000");
	add_with_id(world, "1000000000");
	query.cursor = cursor;
	assert_int_equal(list(world, &root, &query, &listing, next), PAT_OK);
	assert_string_equal(listing.names, "0b00000000 0z00000000 ");
	assert_string_equal(next, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(user_lists_own_tokens_and_root_all),
		WORLD_TEST(token_is_found_by_any_prefix_of_its_id),
		WORLD_TEST(pages_follow_each_other_without_gap_or_repetition),
		WORLD_TEST(exactly_full_page_is_the_last),
		WORLD_TEST(pages_go_on_while_tokens_come_and_go),
		WORLD_TEST(pages_go_on_past_names_with_colons),
		WORLD_TEST(longest_name_and_user_fit_a_cursor),
		WORLD_TEST(damaged_row_hides_no_other),
		WORLD_TEST(list_fails_when_its_callback_fails),
		WORLD_TEST(each_state_is_found_by_its_name),
		WORLD_TEST(first_of_several_states_is_shown),
		WORLD_TEST(good_for_matches_the_services_of_a_token),
		WORLD_TEST(expiring_before_counts_the_policy),
		WORLD_TEST(filters_work_alone_and_together),
		WORLD_TEST(combined_filters_all_apply),
		WORLD_TEST(impossible_filter_is_refused),
		WORLD_TEST(page_looks_at_a_bounded_number_of_tokens),
		WORLD_TEST(page_with_costly_pattern_looks_at_fewer_tokens),
		WORLD_TEST(distant_match_is_found),
		WORLD_TEST(cursor_of_user_names_no_other_users_token),
		WORLD_TEST(ids_are_paged_in_their_order_while_tokens_go),
		WORLD_TEST(ids_are_paged_in_their_order_while_tokens_come),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
