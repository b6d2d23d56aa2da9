/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A state directory as it is after years: tokens of a thousand users, and entries of the history,
 * all as patd writes them.
 *
 *     fill DIR TOKENS ENTRIES [UID USER | ISSUER] >TOKEN
 *
 * USER: owns all tokens but the first, root's; otherwise a thousand users do.  ISSUER: all are its
 * fleet tokens.
 *
 * TOKEN, a good one of root's, has been used again and again.  The others are rows as patd writes
 * them, many in a transaction, with secrets that nobody has: to generate each would take minutes
 * for a million.
 */
#include <err.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/lifetime.h"
#include "common/wire.h"
#include "patd/db/database.h"
#include "patd/tokens/tokens_fleet_private.h"

#define USERS 1000U
#define USE_EVERY 30U     /* seconds: patd notes no more of one user */
#define FOLD_EVERY 10000U /* uses: nobody else folds the WAL in */
#define ROUNDS 16U        /* of tokens: each touches most pages of the indexes */

static struct database *database;
static struct tokens *tokens;
static uint64_t now;
static const char *owner; /* of all; NULL: of the thousand */
static uint32_t owner_uid;
static struct kept_issuer *issuer; /* of all; NULL: they are local */

static uint64_t read_now(void *userdata)
{
	(void)userdata;
	return now;
}

static uint64_t read_now_us(void *userdata)
{
	return read_now(userdata) * 1000000;
}

static void fold(void)
{
	enum wal_state state;

	tokens_commit_usage(tokens);
	if (database_fold(database_path(database), database->wal_fd, &state) < 0)
		errx(1, "the database cannot be written");
	database->wal_frames = 0;
}

static void generate(char secret[static PAT_TOKEN_LEN + 1])
{
	const struct caller root = { .user = "root" };
	struct refusal refusal = { 0 };
	struct token token;
	struct token_request request = { .name = "bench", .user = "root", .has_expires_at = true };

	request.fleet = issuer != NULL;
	if (tokens_generate(tokens, &root, &request, &token, secret, &refusal) != PAT_OK)
		errx(1, "no token: %s", refusal.why ? refusal.why : "");
}

static void draw_id(struct pat_id *ret_id)
{
	static const char digits[] =
		"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

	randombytes_buf(ret_id->text, PAT_ID_LEN);
	for (size_t i = 0; i < PAT_ID_LEN; i++)
		ret_id->text[i] = digits[(uint8_t)ret_id->text[i] % (sizeof(digits) - 1)];
	ret_id->text[PAT_ID_LEN] = '\0';
}

static int insert(uint64_t number)
{
	const struct caller root = { .user = "root" };
	struct token token = {
		.uid = owner ? owner_uid : 10000 + (uint32_t)(number % USERS),
		.created_at = now,
		.expires_at = PAT_NEVER,
	};
	struct entry entry;
	int r;

	draw_id(&token.id);
	(void)snprintf(token.name, sizeof(token.name), "token %lu", (unsigned long)number);
	if (owner)
		(void)snprintf(token.user, sizeof(token.user), "%s", owner);
	else
		(void)snprintf(
			token.user, sizeof(token.user), "user%lu", (unsigned long)(number % USERS));
	randombytes_buf(token.verifier, sizeof(token.verifier));
	if (issuer) {
		memcpy(token.issuer, issuer->ledger.issuer, sizeof(token.issuer));
		fleet_number_token(&issuer->ledger, &token);
	}
	key_row_mac(tokens->key, &token, token.mac);
	entry = tokens_entry(tokens, &root, ENTRY_GENERATED, &token);
	r = store_insert(tokens->store, &token);
	return r < 0 ? r : history_append(tokens->history, &entry);
}

struct range {
	uint64_t from, to;
};

static int insert_range(void *userdata)
{
	const struct range *range = userdata;
	int r = 0;

	for (uint64_t n = range->from; r == 0 && n < range->to; n++)
		r = insert(n);
	return r == 0 && issuer ? fleet_write_ledger(tokens, &issuer->ledger) : r;
}

static void insert_many(uint64_t count)
{
	const uint64_t many = count / ROUNDS + 1;

	for (uint64_t n = 1; n < count; n += many) {
		struct range range = { n, n + many < count ? n + many : count };

		if (transaction_run(database, false, insert_range, &range) < 0)
			errx(1, "the tokens cannot be written");
		fold();
	}
}

static void use(const char *secret, uint64_t times)
{
	struct pat_request request = { .magic = PAT_REQUEST_MAGIC };
	struct pat_reply reply;
	struct pat_id id;

	if (!pat_token_parse(secret, &id))
		errx(1, "no token");
	pat_token_digest(secret, strlen(secret), &request.digest);
	pat_field_cut(request.id, sizeof(request.id), id.text);
	pat_field_cut(request.user, sizeof(request.user), "root");
	pat_field_cut(request.service, sizeof(request.service), "bench");
	for (uint64_t n = 1; n <= times; n++) {
		tokens_verify(tokens, 0, &request, &reply);
		if (reply.verdict != PAT_ACCEPTED)
			errx(1, "not accepted");
		now += USE_EVERY;
		if (n % FOLD_EVERY == 0)
			fold();
	}
}

int main(int argc, char **argv)
{
	struct clock clock = { .read = read_now, .read_us = read_now_us };
	struct policy policy = policy_default;
	char secret[PAT_TOKEN_LEN + 1];
	uint64_t count, entries;
	struct key *key;

	if (argc < 4 || argc > 6 || sodium_init() < 0)
		errx(2, "usage: fill DIR TOKENS ENTRIES [UID USER | ISSUER] >TOKEN");
	if (argc == 5)
		pat_field_cut(policy.issuer, sizeof(policy.issuer), argv[4]);
	if (argc == 6) {
		owner_uid = (uint32_t)strtoul(argv[4], NULL, 10);
		owner = argv[5];
	}
	(void)umask(077);
	count = strtoull(argv[2], NULL, 10);
	entries = strtoull(argv[3], NULL, 10);
	if (database_open(argv[1], &database) < 0 || key_create(argv[1], &key) < 0 ||
		tokens_new(database, key, &clock, &policy, &tokens) < 0 ||
		(argc == 5 && fleet_issuer(tokens, policy.issuer, &issuer) < 0))
		errx(1, "%s cannot be filled", argv[1]);
	/* The last use is of now. */
	now = clock_read_machine(NULL) - entries * USE_EVERY;
	/* Rows come in no order of the indexes. */
	if (sqlite3_exec(database->handle, "PRAGMA cache_size = -4194304", NULL, NULL, NULL) !=
		SQLITE_OK)
		errx(1, "no memory");
	generate(secret);
	(void)puts(secret);
	insert_many(count);
	use(secret, entries > count ? entries - count : 0);
	sodium_memzero(secret, sizeof(secret));
	tokens_free(tokens);
	database_free(database);
	key_free(key);
	return 0;
}
