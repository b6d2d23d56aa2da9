/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * All that the rules stand on: a directory with a database, a key, and a clock that the test
 * sets.  world_restart() is patd ending and starting again.
 */
#pragma once

#include <signal.h>
#include <sodium.h>
#include <sys/resource.h>

#include "patd/db/database.h"
#include "patd/tokens/tokens.h"
#include "tests/unit/patd/place.h"

#define NOON UINT64_C(1700000000) /* when a world begins */
#define DAY UINT64_C(86400)

static const struct caller root = { .uid = 0, .user = "root" };
static const struct caller alice = { .uid = 1000, .user = "alice" };
static const struct caller bob = { .uid = 1001, .user = "bob" };

struct world {
	struct place place;
	uint64_t time; /* what the machine's clock says */
	uint64_t ran;  /* seconds since its boot; 0: as if its clock counted them */
	struct clock clock;
	struct database *database;
	struct key *key;
	struct policy policy;
	struct tokens *tokens;
	struct refusal refusal; /* the latest */
	struct token_listener listener;
};

static inline uint64_t world_read_clock(void *userdata)
{
	const struct world *world = userdata;

	return world->time;
}

static inline uint64_t world_read_us(void *userdata)
{
	const struct world *world = userdata;

	return (world->ran != 0 ? world->ran : world->time) * UINT64_C(1000000);
}

static inline void world_start(struct world *world)
{
	world->clock = (struct clock) {
		.read = world_read_clock,
		.read_us = world_read_us,
		.userdata = world,
	};
	assert_int_equal(database_open(world->place.dir, &world->database), 0);
	assert_int_equal(tokens_new(world->database, world->key, &world->clock, &world->policy,
				 &world->tokens),
		0);
}

static inline void world_stop(struct world *world)
{
	tokens_free(world->tokens);
	database_free(world->database);
	world->tokens = NULL;
	world->database = NULL;
}

static inline void world_restart(struct world *world)
{
	world_stop(world);
	world_start(world);
}

static inline void world_make(struct world *world)
{
	static const uint8_t bytes[KEY_LEN] = { 1, 2, 3 };

	*world = (struct world) { .time = NOON, .policy = policy_default };
	assert_true(sodium_init() >= 0);
	place_make(&world->place);
	assert_int_equal(key_new(bytes, &world->key), 0);
	world_start(world);
}

static inline void world_end(struct world *world)
{
	world_stop(world);
	key_free(world->key);
	place_remove(&world->place);
}

/* While it does not work, nothing can be written to any file. */
static inline void world_disk(bool works)
{
	struct rlimit limit;

	/* An error and no signal, as on a full disk. */
	assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = works ? limit.rlim_max : 1;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* Whether the usage log, which is new, has something about the token. */
static inline bool world_has_written_down(struct world *world, const struct token *token)
{
	static char bytes[1 << 16];
	size_t size = place_read(&world->place, "usage", bytes, sizeof(bytes));

	return memmem(bytes, size, token->id.text, PAT_ID_LEN) != NULL;
}

/* From now on fn is notified of tokens, in place of the previous one; NULL: none is. */
static inline void world_listen(struct world *world, token_event_fn fn, void *userdata)
{
	tokens_unlisten(world->tokens, &world->listener);
	world->listener = (struct token_listener) { .token = fn, .userdata = userdata };
	tokens_listen(world->tokens, &world->listener);
}

/* For cmocka: a world for each test, in *state. */
static inline int world_set_up(void **state)
{
	struct world *world = malloc(sizeof(*world));

	assert_non_null(world);
	world_make(world);
	*state = world;
	return 0;
}

static inline int world_tear_down(void **state)
{
	world_end(*state);
	free(*state);
	return 0;
}

#define WORLD_TEST(test) cmocka_unit_test_setup_teardown(test, world_set_up, world_tear_down)

/* See place_edit() and place_ask(). */
static inline void world_edit(struct world *world, const char *sql)
{
	place_edit(&world->place, sql);
}

static inline int64_t world_ask(struct world *world, const char *sql)
{
	return place_ask(&world->place, sql);
}

/* A trigger, by which a statement of patd's fails or is undone: patd lets none run. */
static inline void world_trigger(struct world *world, const char *sql)
{
	assert_int_equal(
		sqlite3_db_config(world->database->handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 1, NULL),
		SQLITE_OK);
	world_edit(world, sql);
}

/* The columns from the verifier on, of a token that is altered. */
#define WORLD_ROW_REST                                                                             \
	"zeroblob(32), 1, 0, 0, '', '', '', 0, 0, 0, 0, '', 0, 0, 0, zeroblob(32), 0, 0, 0, '', "  \
	"'', zeroblob(32), '', 0, '', '', '', 0, zeroblob(32), 0, ''"

/* Many rows, without the cost of as many synced transactions. */
static inline void world_fill(struct world *world, unsigned int count)
{
	char sql[512];

	(void)snprintf(sql, sizeof(sql),
		"WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %u) "
		"INSERT INTO token SELECT printf('%%010d', i), 'alice', 1000, printf('n%%05d', "
		"i), " WORLD_ROW_REST " FROM n",
		count - 1);
	world_edit(world, sql);
}

/* A token, and what its owner has. */
struct made {
	struct token token;
	char secret[PAT_TOKEN_LEN + 1];
};

static inline struct token_request request_for(const struct caller *owner, const char *name)
{
	return (struct token_request) { .name = name, .uid = owner->uid, .user = owner->user };
}

static inline void world_generate_request(
	struct world *world, const struct token_request *request, struct made *ret_made)
{
	world->refusal.why = NULL;
	assert_that(tokens_generate(world->tokens, &root, request, &ret_made->token,
			    ret_made->secret, &world->refusal) == PAT_OK,
		"generate %s: %s", request->name, world->refusal.why);
}

/* For 30 days. */
static inline struct made world_generate(
	struct world *world, const struct caller *owner, const char *name)
{
	struct token_request request = request_for(owner, name);
	struct made made;

	world_generate_request(world, &request, &made);
	return made;
}

/* What pam_pat sends when that user types that secret. */
static inline struct pat_request request_with(const char *secret, const struct caller *user)
{
	struct pat_request request = { .magic = PAT_REQUEST_MAGIC, .uid = user->uid };
	struct pat_id id;

	assert_true(pat_token_parse(secret, &id));
	assert_true(pat_field_set(request.id, sizeof(request.id), id.text));
	assert_true(pat_field_set(request.user, sizeof(request.user), user->user));
	assert_true(pat_field_set(request.service, sizeof(request.service), "su"));
	pat_token_digest(secret, PAT_TOKEN_LEN, &request.digest);
	assert_true(pat_request_check(&request, sizeof(request)));
	return request;
}

/* The verdict, and the end where one is told. */
static inline enum pat_verdict verify_request(struct tokens *tokens, uint32_t caller_uid,
	const struct pat_request *request, uint64_t *ret_expires_at)
{
	struct pat_reply reply;

	tokens_verify(tokens, caller_uid, request, &reply);
	assert_true(pat_reply_check(&reply, sizeof(reply)));
	if (reply.verdict == PAT_ACCEPTED || reply.verdict == PAT_EXPIRED)
		*ret_expires_at = reply.expires_at;
	else
		assert_int_equal(reply.expires_at, 0);
	return (enum pat_verdict)reply.verdict;
}

/* The verdict when the owner logs in through root's socket; the use is committed. */
static inline enum pat_verdict world_log_in(
	struct world *world, const struct caller *user, const struct made *made)
{
	struct pat_request request = request_with(made->secret, user);
	uint64_t ignored;
	enum pat_verdict verdict = verify_request(world->tokens, 0, &request, &ignored);

	tokens_commit_usage(world->tokens);
	return verdict;
}

static inline struct token world_find(struct world *world, const struct made *made)
{
	struct token token;

	assert_int_equal(
		tokens_find(world->tokens, &root, made->token.id.text, &token, &world->refusal),
		PAT_OK);
	return token;
}

static inline enum token_state world_state(struct world *world, const struct made *made)
{
	struct token token = world_find(world, made);

	return tokens_state(world->tokens, &token);
}

static inline enum pat_error revoke_for_good(struct tokens *tokens, const struct caller *caller,
	const char *id, struct refusal *ret_refusal)
{
	const struct revocation for_good = { 0 };

	return tokens_revoke(tokens, caller, id, &for_good, ret_refusal);
}

static inline enum pat_error world_revoke(struct world *world, const struct made *made)
{
	return revoke_for_good(world->tokens, &root, made->token.id.text, &world->refusal);
}

/* What the test has written into world->policy holds from now on. */
static inline void world_apply_policy(struct world *world)
{
	tokens_set_policy(world->tokens, &world->policy);
}

/* The reply through root's socket; what is recorded is committed. */
static inline struct pat_reply world_verify(struct world *world, const struct pat_request *request)
{
	struct pat_reply reply;

	tokens_verify(world->tokens, 0, request, &reply);
	assert_true(pat_reply_check(&reply, sizeof(reply)));
	tokens_commit_usage(world->tokens);
	return reply;
}

/* What its owner has now; made is what he had before. */
static inline struct made world_rotate(struct world *world, const struct made *made, uint64_t grace)
{
	struct made rotated = *made;

	world->refusal.why = NULL;
	assert_that(tokens_rotate(world->tokens, &root, made->token.id.text,
			    &(struct rotation) { .grace = grace }, rotated.secret,
			    &world->refusal) == PAT_OK,
		"rotate %s: %s", made->token.name, world->refusal.why);
	return rotated;
}

static inline enum pat_error world_suspend(
	struct world *world, const struct made *made, uint64_t seconds)
{
	const struct revocation revocation = { .for_a_while = true, .seconds = seconds };

	return tokens_revoke(
		world->tokens, &root, made->token.id.text, &revocation, &world->refusal);
}

/* How many entries the history has, and that no check finds a fault with it. */
static inline uint64_t world_check_history(struct world *world)
{
	struct history_check check = { 0 };

	while (!check.done)
		assert_int_equal(
			tokens_check_history(world->tokens, &root, &check, &world->refusal),
			PAT_OK);
	assert_that(check.problem == NULL, "entry %llu: %s", (unsigned long long)check.bad,
		check.problem);
	return check.entries;
}

static inline int world_take_entry(const struct entry *entry, void *userdata)
{
	*(struct entry *)userdata = *entry;
	return 1;
}

/* The latest; zeros if there is none. */
static inline struct entry world_last_entry(struct world *world)
{
	const struct history_query latest = {
		.all = true, .reverse = true, .cursor = "", .limit = 1
	};
	struct entry entry = { 0 };
	char cursor[TOKENS_CURSOR_MAX];

	assert_int_equal(tokens_list_history(world->tokens, &root, &latest, world_take_entry,
				 &entry, cursor, &world->refusal),
		PAT_OK);
	return entry;
}

static inline void assert_entry_is_of(const struct entry *entry, const struct made *made)
{
	assert_string_equal(entry->id.text, made->token.id.text);
	assert_string_equal(entry->user, made->token.user);
	assert_int_equal(entry->uid, made->token.uid);
}

static inline enum pat_error world_restore(struct world *world, const struct made *made)
{
	return tokens_restore(world->tokens, &root, made->token.id.text, &world->refusal);
}

static inline enum pat_error world_delete(struct world *world, const struct made *made)
{
	return tokens_delete(world->tokens, &root, made->token.id.text, &world->refusal);
}
