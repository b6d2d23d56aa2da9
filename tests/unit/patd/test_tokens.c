/* The rules of patd/tokens.c about a token's life: who may do what, when, and to which. */
#include <errno.h>

#include "common/bus.h"
#include "common/expiry.h"
#include "tests/unit/patd/heard.h"
#include "tests/unit/patd/world.h"

/* ---- generate ---- */

static void a_token_is_what_was_wished_for(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	struct token found = world_find(world, &made);

	assert_string_equal(found.name, "laptop");
	assert_string_equal(found.user, "alice");
	assert_int_equal(found.uid, 1000);
	assert_int_equal(found.created_at, NOON);
	assert_int_equal(found.revoked_at, 0);
	assert_int_equal(found.last_used_at, 0);
	assert_int_equal(world_state(world, &made), TOKEN_ACTIVE);
	assert_memory_equal(found.id.text, made.secret + 4, PAT_ID_LEN);
}

static void only_root_generates(void **state)
{
	struct world *world = *state;
	struct wish wish = wish_for(&alice, "laptop");
	struct made made = { .secret = "untouched" };

	assert_int_equal(tokens_generate(world->tokens, &alice, &wish, &made.token, made.secret,
				 &world->refusal),
		PAT_ERR_DENIED);
	assert_int_equal(tokens_may_generate(&alice, &world->refusal), PAT_ERR_DENIED);
	assert_int_equal(tokens_may_generate(&root, &world->refusal), PAT_OK);
	assert_string_equal(made.secret, "untouched");
	assert_int_equal(world_ask(world, "SELECT count(*) FROM token"), 0);
}

#define FAR (PAT_EXPIRES_MAX - NOON)

static void expirations_are_computed_or_refused(void **state)
{
	static const struct {
		const char *name;
		bool has_lifetime, has_expires_at;
		uint64_t lifetime, expires_at;
		enum pat_error error;
		uint64_t result;
	} table[] = {
		{ "none", false, false, 0, 0, PAT_OK, NOON + 30 * DAY },
		{ "one second", true, false, 1, 0, PAT_OK, NOON + 1 },
		{ "as long as there are years", true, false, FAR, 0, PAT_OK, PAT_EXPIRES_MAX },
		{ "a second more", true, false, FAR + 1, 0, PAT_ERR_INVALID_EXPIRY, 0 },
		{ "no time at all", true, false, 0, 0, PAT_ERR_INVALID_EXPIRY, 0 },
		{ "wraps to now", true, false, UINT64_MAX - NOON + 1, 0, PAT_ERR_INVALID_EXPIRY,
			0 },
		{ "wraps to soon", true, false, UINT64_MAX - NOON + 60, 0, PAT_ERR_INVALID_EXPIRY,
			0 },
		{ "wraps", true, false, UINT64_MAX, 0, PAT_ERR_INVALID_EXPIRY, 0 },
		{ "negative for SQLite", true, false, INT64_MAX, 0, PAT_ERR_INVALID_EXPIRY, 0 },
		{ "never", false, true, 0, PAT_NEVER, PAT_OK, PAT_NEVER },
		{ "next second", false, true, 0, NOON + 1, PAT_OK, NOON + 1 },
		{ "now", false, true, 0, NOON, PAT_ERR_INVALID_EXPIRY, 0 },
		{ "past", false, true, 0, NOON - 1, PAT_ERR_INVALID_EXPIRY, 0 },
		{ "long ago", false, true, 0, 1, PAT_ERR_INVALID_EXPIRY, 0 },
		{ "last of all", false, true, 0, PAT_EXPIRES_MAX, PAT_OK, PAT_EXPIRES_MAX },
		{ "year 10000", false, true, 0, PAT_EXPIRES_MAX + 1, PAT_ERR_INVALID_EXPIRY, 0 },
		{ "end of time", false, true, 0, UINT64_MAX, PAT_ERR_INVALID_EXPIRY, 0 },
		{ "both", true, true, 60, NOON + 60, PAT_ERR_INVALID_ARGS, 0 },
		{ "both, never", true, true, 60, 0, PAT_ERR_INVALID_ARGS, 0 },
	};
	struct world *world = *state;

	for (size_t i = 0; i < COUNT(table); i++) {
		struct wish wish = wish_for(&alice, table[i].name);
		struct made made = { 0 };
		enum pat_error error;

		wish.has_lifetime = table[i].has_lifetime;
		wish.lifetime = table[i].lifetime;
		wish.has_expires_at = table[i].has_expires_at;
		wish.expires_at = table[i].expires_at;
		world->refusal.why = NULL;
		error = tokens_generate(
			world->tokens, &root, &wish, &made.token, made.secret, &world->refusal);
		assert_that(error == table[i].error, "%s: %d", table[i].name, error);
		assert_that((error == PAT_OK) == (world->refusal.why == NULL), "%s", table[i].name);
		assert_that(made.token.expires_at == table[i].result, "%s", table[i].name);
		if (error != PAT_OK)
			assert_string_equal(made.secret, "");
	}
}

static void a_clock_beyond_the_calendar_generates_no_lifetime(void **state)
{
	struct world *world = *state;
	struct wish wish = wish_for(&alice, "late");
	struct made made;

	world->time = PAT_EXPIRES_MAX + 1;
	assert_int_equal(
		tokens_generate(world->tokens, &root, &wish, &made.token, made.secret, &world->refusal),
		PAT_ERR_INVALID_EXPIRY);
}

static void names_are_checked(void **state)
{
	static const char *const names[] = { "", "a\nb", "\x1B[2J", "\xFF", "\xE2\x80\xAEgo" };
	struct world *world = *state;
	char longest[PAT_NAME_MAX + 2];

	for (size_t i = 0; i <= COUNT(names); i++) {
		struct wish wish = wish_for(&alice, i < COUNT(names) ? names[i] : longest);
		struct made made = { .secret = "untouched" };

		memset(longest, 'x', sizeof(longest) - 1);
		longest[sizeof(longest) - 1] = '\0';
		assert_int_equal(tokens_generate(world->tokens, &root, &wish, &made.token,
					 made.secret, &world->refusal),
			PAT_ERR_INVALID_NAME);
		assert_non_null(strstr(world->refusal.why, "the name "));
		assert_string_equal(made.secret, "untouched");
	}
	assert_int_equal(world_ask(world, "SELECT count(*) FROM token"), 0);
}

static void a_name_is_kept_whole(void **state)
{
	struct world *world = *state;
	char name[PAT_NAME_BYTES_MAX + 1] = "";
	struct made made;

	for (int i = 0; i < PAT_NAME_MAX; i++)
		(void)strcat(name, "\xF0\x9F\x94\x91");
	made = world_generate(world, &alice, name);
	assert_string_equal(world_find(world, &made).name, name);
}

static void a_user_whom_no_token_can_name_is_refused(void **state)
{
	struct world *world = *state;
	char longest[TOKEN_USER_BYTES_MAX + 2];
	const char *const users[] = { "", "a\tb", "\xFF", longest };

	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	for (size_t i = 0; i < COUNT(users); i++) {
		struct wish wish = { .name = "laptop", .uid = 1, .user = users[i] };
		struct made made;

		assert_int_equal(tokens_generate(world->tokens, &root, &wish, &made.token,
					 made.secret, &world->refusal),
			PAT_ERR_UNKNOWN_USER);
	}
}

static void a_name_is_given_once_a_user(void **state)
{
	struct world *world = *state;
	struct made first = world_generate(world, &alice, "laptop"), made;
	struct wish wish = wish_for(&alice, "laptop");
	static const struct caller heir = { 1000, "anna" };

	memset(made.secret, 'x', sizeof(made.secret));
	assert_int_equal(
		tokens_generate(world->tokens, &root, &wish, &made.token, made.secret, &world->refusal),
		PAT_ERR_NAME_TAKEN);
	assert_int_equal(made.secret[0], '\0'); /* the secret of nothing is not left about */
	assert_true(sodium_is_zero((const uint8_t *)made.secret, sizeof(made.secret)));
	(void)world_generate(world, &bob, "laptop");
	(void)world_generate(world, &heir, "laptop");
	(void)world_generate(world, &alice, "Laptop");
	/* Revoked, it still has its name; deleted, no longer. */
	assert_int_equal(world_revoke(world, &first), PAT_OK);
	assert_int_equal(
		tokens_generate(world->tokens, &root, &wish, &made.token, made.secret, &world->refusal),
		PAT_ERR_NAME_TAKEN);
	assert_int_equal(world_delete(world, &first), PAT_OK);
	(void)world_generate(world, &alice, "laptop");
}

/* ---- every state, every verb ---- */

enum situation {
	ACTIVE,
	REVOKED,
	EXPIRED,
	REVOKED_EXPIRED,
	ALTERED,
	ALTERED_REVOKED,
	DELETED,
	NEVER_WAS,
	SITUATIONS
};

static const char *const situation_names[SITUATIONS] = { "active", "revoked", "expired",
	"revoked, expired", "altered", "revoked, altered", "deleted", "never was" };

static struct made bring_about(struct world *world, enum situation situation, const char *name)
{
	struct made made = world_generate(world, &alice, name);
	char sql[128];

	if (situation == REVOKED || situation == REVOKED_EXPIRED || situation == ALTERED_REVOKED ||
		situation == DELETED)
		assert_int_equal(world_revoke(world, &made), PAT_OK);
	if (situation == EXPIRED || situation == REVOKED_EXPIRED)
		world->time += 31 * DAY;
	if (situation == ALTERED || situation == ALTERED_REVOKED) {
		(void)snprintf(sql, sizeof(sql),
			"UPDATE token SET expires_at = expires_at + 1 WHERE id = '%s'",
			made.token.id.text);
		world_edit(world, sql);
	}
	if (situation == DELETED)
		assert_int_equal(world_delete(world, &made), PAT_OK);
	if (situation == NEVER_WAS)
		(void)strcpy(made.token.id.text, "0000000000");
	return made;
}

typedef enum pat_error (*verb_fn)(
	struct tokens *tokens, const struct caller *caller, const char *id, const char **ret_why);

static enum pat_error show(
	struct tokens *tokens, const struct caller *caller, const char *id, const char **ret_why)
{
	struct token token;

	return tokens_find(tokens, caller, id, &token, ret_why);
}

enum {
	OK = PAT_OK,
	GONE = PAT_ERR_NOT_FOUND,
	DENY = PAT_ERR_DENIED,
	LIVE = PAT_ERR_NOT_REVOKED,
	LATE = PAT_ERR_EXPIRED,
	BAD = PAT_ERR_STORAGE
};

/* In the order of enum situation. */
static const struct {
	const char *who;
	const struct caller *caller;
	const char *verb;
	verb_fn fn;
	unsigned int errors[SITUATIONS];
} verbs[] = {
	{ "root", &root, "show", show, { OK, OK, OK, OK, OK, OK, GONE, GONE } },
	{ "root", &root, "revoke", tokens_revoke, { OK, OK, OK, OK, BAD, BAD, GONE, GONE } },
	{ "root", &root, "restore", tokens_restore,
		{ LIVE, OK, LIVE, LATE, LIVE, BAD, GONE, GONE } },
	{ "root", &root, "delete", tokens_delete, { LIVE, OK, LIVE, OK, OK, OK, GONE, GONE } },
	{ "the owner", &alice, "show", show, { OK, OK, OK, OK, OK, OK, GONE, GONE } },
	{ "the owner", &alice, "revoke", tokens_revoke, { OK, OK, OK, OK, BAD, BAD, GONE, GONE } },
	{ "the owner", &alice, "restore", tokens_restore,
		{ DENY, DENY, DENY, DENY, DENY, DENY, GONE, GONE } },
	{ "the owner", &alice, "delete", tokens_delete,
		{ LIVE, OK, LIVE, OK, OK, OK, GONE, GONE } },
	{ "another", &bob, "show", show, { GONE, GONE, GONE, GONE, GONE, GONE, GONE, GONE } },
	{ "another", &bob, "revoke", tokens_revoke,
		{ GONE, GONE, GONE, GONE, GONE, GONE, GONE, GONE } },
	{ "another", &bob, "restore", tokens_restore,
		{ GONE, GONE, GONE, GONE, GONE, GONE, GONE, GONE } },
	{ "another", &bob, "delete", tokens_delete,
		{ GONE, GONE, GONE, GONE, GONE, GONE, GONE, GONE } },
	{ "who has the uid now", &(const struct caller) { 1000, "anna" }, "delete", tokens_delete,
		{ GONE, GONE, GONE, GONE, GONE, GONE, GONE, GONE } },
	{ "who has the name now", &(const struct caller) { 1002, "alice" }, "revoke", tokens_revoke,
		{ GONE, GONE, GONE, GONE, GONE, GONE, GONE, GONE } },
};

static void each_may_do_what_the_table_says_and_no_more(void **state)
{
	struct world *world = *state;

	for (size_t v = 0; v < COUNT(verbs); v++)
		for (unsigned int s = 0; s < SITUATIONS; s++) {
			char name[32];
			struct made made;
			enum pat_error error;

			(void)snprintf(name, sizeof(name), "%zu-%u", v, s);
			made = bring_about(world, (enum situation)s, name);
			world->refusal.why = NULL;
			error = verbs[v].fn(
				world->tokens, verbs[v].caller, made.token.id.text, &world->refusal);
			assert_that(error == verbs[v].errors[s], "%s: %s %s: %d", verbs[v].who,
				verbs[v].verb, situation_names[s], error);
			assert_that((error == PAT_OK) == (world->refusal.why == NULL), "%s: %s %s",
				verbs[v].who, verbs[v].verb, situation_names[s]);
		}
}

static void a_refused_verb_changes_nothing(void **state)
{
	struct world *world = *state;

	for (size_t v = 0; v < COUNT(verbs); v++)
		for (unsigned int s = 0; s < DELETED; s++) {
			char name[32];
			struct made made;
			struct token before, after;

			if (verbs[v].errors[s] == OK)
				continue;
			(void)snprintf(name, sizeof(name), "%zu-%u", v, s);
			made = bring_about(world, (enum situation)s, name);
			before = world_find(world, &made);
			(void)verbs[v].fn(
				world->tokens, verbs[v].caller, made.token.id.text, &world->refusal);
			after = world_find(world, &made);
			assert_memory_equal(&before, &after, sizeof(before));
		}
}

static void states_are_what_happened(void **state)
{
	static const enum token_state states[DELETED] = { TOKEN_ACTIVE, TOKEN_REVOKED,
		TOKEN_EXPIRED, TOKEN_REVOKED, TOKEN_ALTERED, TOKEN_ALTERED };
	struct world *world = *state;

	for (unsigned int s = 0; s < DELETED; s++) {
		struct made made = bring_about(world, (enum situation)s, situation_names[s]);

		assert_that(world_state(world, &made) == states[s], "%s", situation_names[s]);
	}
}

static void a_second_revoke_changes_nothing(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	world->time = NOON + 5;
	assert_int_equal(world_revoke(world, &made), PAT_OK);
	world->time = NOON + 10;
	assert_int_equal(world_revoke(world, &made), PAT_OK);
	assert_int_equal(world_find(world, &made).revoked_at, NOON + 5);
}

/* A machine without a battery says 0, which in a row stands for "not revoked". */
static void a_revoke_counts_whatever_the_clock_says(void **state)
{
	struct world *world = *state;
	struct made made;

	world_stop(world);
	assert_int_equal(unlink(place_path(&world->place, "patd.db")), 0);
	world->time = 0;
	world_start(world);
	made = world_generate(world, &alice, "laptop");
	assert_int_equal(world_revoke(world, &made), PAT_OK);
	assert_int_equal(world_state(world, &made), TOKEN_REVOKED);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_REVOKED);
	assert_int_equal(world_restore(world, &made), PAT_OK);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
	assert_int_not_equal(world_find(world, &made).last_used_at, 0);
}

static void a_clock_set_back_restores_no_expired_token(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	assert_int_equal(world_revoke(world, &made), PAT_OK);
	world->time = made.token.expires_at;
	assert_int_equal(world_restore(world, &made), PAT_ERR_EXPIRED);
	world->time = NOON;
	assert_int_equal(world_restore(world, &made), PAT_ERR_EXPIRED);
	/* A delete is a change, and stores the time. */
	assert_int_equal(world_delete(world, &made), PAT_OK);
	world_restart(world);
	assert_int_equal(clock_now(&world->clock), made.token.expires_at);
}

/* A failing disk, played by a trigger. */
static void what_cannot_be_stored_is_not_done(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	struct wish wish = wish_for(&alice, "phone");
	struct made other;

	world_edit(world,
		"CREATE TRIGGER a BEFORE UPDATE ON token BEGIN SELECT raise(ABORT, 'no'); "
		"END; CREATE TRIGGER b BEFORE INSERT ON token BEGIN SELECT "
		"raise(FAIL, 'no'); END");
	assert_int_equal(world_revoke(world, &made), PAT_ERR_STORAGE);
	assert_int_equal(world_state(world, &made), TOKEN_ACTIVE);
	assert_int_equal(tokens_generate(world->tokens, &root, &wish, &other.token, other.secret,
				 &world->refusal),
		PAT_ERR_STORAGE);
	assert_true(sodium_is_zero((const uint8_t *)other.secret, sizeof(other.secret)));
	world_edit(world, "DROP TRIGGER a; DROP TRIGGER b");
	assert_int_equal(world_revoke(world, &made), PAT_OK);
}

/* ---- list ---- */

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
	const struct wanted *wanted, struct listing *ret_listing, char *ret_cursor)
{
	*ret_listing = (struct listing) { 0 };
	world->refusal.why = NULL;
	return tokens_list(
		world->tokens, caller, wanted, note, ret_listing, ret_cursor, &world->refusal);
}

static void each_sees_his_own_and_root_sees_all(void **state)
{
	static const struct {
		const char *what;
		struct caller caller;
		struct wanted wanted;
		enum pat_error error;
		const char *names;
	} table[] = {
		{ "alice", { 1000, "alice" }, { .cursor = "" }, PAT_OK, "a1 a2 both " },
		{ "alice by name", { 1000, "alice" }, { .cursor = "", .user = "alice" }, PAT_OK,
			"a1 a2 both " },
		{ "bob", { 1001, "bob" }, { .cursor = "" }, PAT_OK, "b1 both " },
		{ "nobody", { 1002, "carol" }, { .cursor = "" }, PAT_OK, "" },
		{ "the heir", { 1000, "anna" }, { .cursor = "" }, PAT_OK, "" },
		{ "the renumbered", { 1003, "alice" }, { .cursor = "" }, PAT_OK, "" },
		{ "root's own", { 0, "root" }, { .cursor = "" }, PAT_OK, "r1 " },
		{ "all", { 0, "root" }, { .cursor = "", .all = true }, PAT_OK,
			"a1 a2 both b1 both r1 " },
		{ "root, alice's", { 0, "root" }, { .cursor = "", .user = "alice" }, PAT_OK,
			"a1 a2 both " },
		{ "root, unknown's", { 0, "root" }, { .cursor = "", .user = "nobody" }, PAT_OK,
			"" },
		{ "by name", { 0, "root" }, { .cursor = "", .all = true, .name = "both" }, PAT_OK,
			"both both " },
		{ "name is whole", { 0, "root" }, { .cursor = "", .all = true, .name = "bot" },
			PAT_OK, "" },
		{ "name is literal", { 0, "root" }, { .cursor = "", .all = true, .name = "%" },
			PAT_OK, "" },
		{ "name injects nothing", { 0, "root" },
			{ .cursor = "", .all = true, .name = "' OR '1'='1" }, PAT_OK, "" },
		{ "alice, bob's", { 1000, "alice" }, { .cursor = "", .user = "bob" },
			PAT_ERR_DENIED, "" },
		{ "alice, all", { 1000, "alice" }, { .cursor = "", .all = true }, PAT_ERR_DENIED,
			"" },
		{ "alice, her name's old uid", { 1003, "alice" }, { .cursor = "", .user = "alice" },
			PAT_OK, "" },
		{ "user and all", { 0, "root" }, { .cursor = "", .all = true, .user = "alice" },
			PAT_ERR_INVALID_ARGS, "" },
		{ "bad prefix", { 0, "root" }, { .cursor = "", .all = true, .id_prefix = "a%" },
			PAT_ERR_INVALID_ARGS, "" },
		{ "empty prefix", { 0, "root" }, { .cursor = "", .all = true, .id_prefix = "" },
			PAT_ERR_INVALID_ARGS, "" },
		{ "long prefix", { 0, "root" },
			{ .cursor = "", .all = true, .id_prefix = "01234567890" },
			PAT_ERR_INVALID_ARGS, "" },
		{ "bad cursor", { 0, "root" }, { .cursor = "x", .all = true }, PAT_ERR_INVALID_ARGS,
			"" },
		{ "alice, a cursor at bob's", { 1000, "alice" }, { .cursor = "aa:0:" }, PAT_OK,
			"a1 a2 both " },
		{ "bob, a cursor before alice's", { 1001, "bob" }, { .cursor = "a:0:x" }, PAT_OK,
			"b1 both " },
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
			list(world, &table[i].caller, &table[i].wanted, &listing, cursor);

		assert_that(error == table[i].error, "%s: %d", table[i].what, error);
		assert_that(strcmp(listing.names, table[i].names) == 0, "%s: %s", table[i].what,
			listing.names);
		assert_that(strcmp(cursor, error == PAT_OK ? "" : "untouched") == 0, "%s: %s",
			table[i].what, cursor);
	}
}

static void a_token_is_found_by_any_prefix_of_its_id(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	for (size_t len = 1; len <= PAT_ID_LEN; len++) {
		char prefix[PAT_ID_LEN + 1] = "", cursor[TOKENS_CURSOR_MAX];
		struct wanted wanted = { .all = true, .cursor = "", .id_prefix = prefix };
		struct listing listing;

		memcpy(prefix, made.token.id.text, len);
		assert_int_equal(list(world, &root, &wanted, &listing, cursor), PAT_OK);
		assert_string_equal(listing.names, "laptop ");
		/* In the other case it is another id. */
		prefix[0] = prefix[0] == '0' ? '1' : '0';
		if (prefix[0] != made.token.id.text[0]) {
			assert_int_equal(list(world, &root, &wanted, &listing, cursor), PAT_OK);
			assert_string_equal(listing.names, "");
		}
	}
}

/* Many rows, without the cost of as many synced transactions. */
static void fill(struct world *world, unsigned int count)
{
	char sql[512];

	(void)snprintf(sql, sizeof(sql),
		"WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %u) "
		"INSERT INTO token SELECT printf('%%010d', i), 'alice', 1000, printf('n%%05d', i), "
		"zeroblob(32), 1, 0, 0, 0, zeroblob(32) FROM n",
		count - 1);
	world_edit(world, sql);
}

static void pages_follow_each_other_without_gap_or_repetition(void **state)
{
	static const uint32_t limits[] = { 0, 1, 7, 255, 256, 257, 599, 600, 601, UINT32_MAX };
	struct world *world = *state;

	fill(world, 600);
	for (size_t i = 0; i < COUNT(limits); i++) {
		char cursor[TOKENS_CURSOR_MAX] = "", last[TOKENS_CURSOR_MAX];
		uint32_t page =
			limits[i] == 0 || limits[i] > PAT_PAGE_MAX ? PAT_PAGE_MAX : limits[i];
		unsigned int rows = 0;

		do {
			struct wanted wanted = { .cursor = last, .limit = limits[i] };
			struct listing listing;
			char first[16];

			(void)strcpy(last, cursor);
			assert_int_equal(list(world, &alice, &wanted, &listing, cursor), PAT_OK);
			(void)snprintf(first, sizeof(first), "n%05u ", rows);
			assert_memory_equal(listing.names, first, 7);
			rows += listing.rows;
			if (*cursor)
				assert_int_equal(listing.rows, page);
		} while (*cursor);
		assert_int_equal(rows, 600);
	}
}

static void a_page_that_is_exactly_full_is_the_last(void **state)
{
	struct world *world = *state;
	char cursor[TOKENS_CURSOR_MAX];
	struct wanted wanted = { .cursor = "" };
	struct listing listing;

	fill(world, PAT_PAGE_MAX);
	assert_int_equal(list(world, &alice, &wanted, &listing, cursor), PAT_OK);
	assert_int_equal(listing.rows, PAT_PAGE_MAX);
	assert_string_equal(cursor, "");
}

static void pages_go_on_while_tokens_come_and_go(void **state)
{
	struct world *world = *state;
	char cursor[TOKENS_CURSOR_MAX], next[TOKENS_CURSOR_MAX];
	struct wanted wanted = { .cursor = "", .limit = 2 };
	struct listing listing;

	fill(world, 6);
	assert_int_equal(list(world, &alice, &wanted, &listing, cursor), PAT_OK);
	assert_string_equal(listing.names, "n00000 n00001 ");
	/* The last row of the page goes, one before and one behind it come. */
	world_edit(world, "DELETE FROM token WHERE name = 'n00001'");
	(void)world_generate(world, &alice, "a-before");
	(void)world_generate(world, &alice, "n00002-between");
	wanted.cursor = cursor;
	assert_int_equal(list(world, &alice, &wanted, &listing, next), PAT_OK);
	assert_string_equal(listing.names, "n00002 n00002-between ");
	/* All go. */
	world_edit(world, "DELETE FROM token");
	wanted.cursor = next;
	assert_int_equal(list(world, &alice, &wanted, &listing, cursor), PAT_OK);
	assert_int_equal(listing.rows, 0);
	assert_string_equal(cursor, "");
}

static void names_with_colons_are_paged_past(void **state)
{
	struct world *world = *state;
	char cursor[TOKENS_CURSOR_MAX] = "", last[TOKENS_CURSOR_MAX], all[64] = "";

	(void)world_generate(world, &alice, ":");
	(void)world_generate(world, &alice, "::1:");
	(void)world_generate(world, &alice, "a:b:c");
	(void)world_generate(world, &alice, "alice:1000:x");
	do {
		struct wanted wanted = { .cursor = last, .limit = 1 };
		struct listing listing;

		(void)strcpy(last, cursor);
		assert_int_equal(list(world, &alice, &wanted, &listing, cursor), PAT_OK);
		(void)strcat(all, listing.names);
	} while (*cursor);
	assert_string_equal(all, ": ::1: a:b:c alice:1000:x ");
}

static void the_longest_name_and_user_fit_a_cursor(void **state)
{
	struct world *world = *state;
	char cursor[TOKENS_CURSOR_MAX] = "", name[PAT_NAME_BYTES_MAX + 1] = "";
	struct caller owner = { .uid = UINT32_MAX };
	struct wanted wanted = { .all = true, .cursor = "", .limit = 1 };
	struct listing listing;

	memset(owner.user, 'u', sizeof(owner.user) - 1);
	for (int i = 0; i < PAT_NAME_MAX; i++)
		(void)strcat(name, "\xF0\x9F\x94\x91");
	(void)world_generate(world, &owner, name);
	/* One more behind it. */
	name[PAT_NAME_BYTES_MAX - 1] = '\x92';
	(void)world_generate(world, &owner, name);
	assert_int_equal(list(world, &root, &wanted, &listing, cursor), PAT_OK);
	assert_int_equal(strlen(cursor), 255 + 1 + 10 + 1 + 1020);
	assert_true(strlen(cursor) < sizeof(cursor));
	wanted.cursor = cursor;
	{
		char next[TOKENS_CURSOR_MAX];

		assert_int_equal(list(world, &root, &wanted, &listing, next), PAT_OK);
		assert_int_equal(listing.rows, 1);
		assert_string_equal(next, "");
	}
}

static void a_damaged_row_hides_no_other(void **state)
{
	struct world *world = *state;
	char cursor[TOKENS_CURSOR_MAX];
	struct wanted wanted = { .cursor = "", .limit = 3 };
	struct listing listing;

	fill(world, 5);
	world_edit(world, "UPDATE token SET mac = x'00' WHERE name IN ('n00000', 'n00002')");
	heard_clear();
	assert_int_equal(list(world, &alice, &wanted, &listing, cursor), PAT_OK);
	assert_string_equal(listing.names, "n00001 n00003 n00004 ");
	assert_string_equal(cursor, "");
	assert_heard("damaged");
}

static void a_list_that_cannot_be_passed_on_fails(void **state)
{
	struct world *world = *state;
	char cursor[TOKENS_CURSOR_MAX] = "untouched";
	struct wanted wanted = { .cursor = "" };
	struct listing listing = { .result = -ENOMEM };

	fill(world, 3);
	assert_int_equal(
		tokens_list(world->tokens, &alice, &wanted, note, &listing, cursor, &world->refusal),
		PAT_ERR_NO_MEMORY);
	assert_int_equal(listing.rows, 1);
	assert_string_equal(cursor, "untouched");
}

/* ---- the key ---- */

static void another_key_is_refused_while_there_are_tokens(void **state)
{
	static const uint8_t bytes[KEY_LEN] = { 9 };
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	struct tokens *tokens = NULL;
	struct key *other;

	tokens_free(world->tokens);
	world->tokens = NULL;
	assert_int_equal(key_new(bytes, &other), 0);
	assert_int_equal(tokens_new(world->store, other, &world->clock, &tokens), -EKEYREJECTED);
	assert_null(tokens);
	/* And nothing has happened to the right one. */
	assert_int_equal(tokens_new(world->store, world->key, &world->clock, &world->tokens), 0);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
	key_free(other);
}

static void another_key_is_taken_when_there_are_none(void **state)
{
	static const uint8_t bytes[KEY_LEN] = { 9 };
	struct world *world = *state;
	struct made made;

	world_stop(world);
	key_free(world->key);
	assert_int_equal(key_new(bytes, &world->key), 0);
	world_start(world);
	made = world_generate(world, &alice, "laptop");
	world_restart(world);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
}

static void a_database_that_forgot_its_key_is_refused(void **state)
{
	struct world *world = *state;
	struct tokens *tokens = NULL;

	(void)world_generate(world, &alice, "laptop");
	world_edit(world, "DELETE FROM meta WHERE key = 'key_check'");
	assert_int_equal(
		tokens_new(world->store, world->key, &world->clock, &tokens), -EKEYREJECTED);
	world_edit(world, "INSERT INTO meta VALUES ('key_check', x'00')");
	assert_int_equal(tokens_new(world->store, world->key, &world->clock, &tokens), -EBADMSG);
	assert_null(tokens);
}

static void a_database_with_an_impossible_time_is_refused(void **state)
{
	static const char *const edits[] = {
		"INSERT OR REPLACE INTO meta VALUES ('time', -1)",
		"INSERT OR REPLACE INTO meta VALUES ('time', 'noon')",
		"INSERT OR REPLACE INTO meta VALUES ('time', 1.5)",
	};
	struct world *world = *state;
	struct tokens *tokens = NULL;

	for (size_t i = 0; i < COUNT(edits); i++) {
		world_edit(world, edits[i]);
		assert_that(
			tokens_new(world->store, world->key, &world->clock, &tokens) == -EBADMSG,
			"%s", edits[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(a_token_is_what_was_wished_for),
		WORLD_TEST(only_root_generates),
		WORLD_TEST(expirations_are_computed_or_refused),
		WORLD_TEST(a_clock_beyond_the_calendar_generates_no_lifetime),
		WORLD_TEST(names_are_checked),
		WORLD_TEST(a_name_is_kept_whole),
		WORLD_TEST(a_user_whom_no_token_can_name_is_refused),
		WORLD_TEST(a_name_is_given_once_a_user),
		WORLD_TEST(each_may_do_what_the_table_says_and_no_more),
		WORLD_TEST(a_refused_verb_changes_nothing),
		WORLD_TEST(states_are_what_happened),
		WORLD_TEST(a_second_revoke_changes_nothing),
		WORLD_TEST(a_revoke_counts_whatever_the_clock_says),
		WORLD_TEST(a_clock_set_back_restores_no_expired_token),
		WORLD_TEST(what_cannot_be_stored_is_not_done),
		WORLD_TEST(each_sees_his_own_and_root_sees_all),
		WORLD_TEST(a_token_is_found_by_any_prefix_of_its_id),
		WORLD_TEST(pages_follow_each_other_without_gap_or_repetition),
		WORLD_TEST(a_page_that_is_exactly_full_is_the_last),
		WORLD_TEST(pages_go_on_while_tokens_come_and_go),
		WORLD_TEST(names_with_colons_are_paged_past),
		WORLD_TEST(the_longest_name_and_user_fit_a_cursor),
		WORLD_TEST(a_damaged_row_hides_no_other),
		WORLD_TEST(a_list_that_cannot_be_passed_on_fails),
		WORLD_TEST(another_key_is_refused_while_there_are_tokens),
		WORLD_TEST(another_key_is_taken_when_there_are_none),
		WORLD_TEST(a_database_that_forgot_its_key_is_refused),
		WORLD_TEST(a_database_with_an_impossible_time_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
