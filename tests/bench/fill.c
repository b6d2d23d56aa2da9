/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A state directory as it is after years: tokens of a thousand users, and entries of the history,
 * all as patd writes them.
 *
 *     fill DIR TOKENS ENTRIES >TOKEN
 *
 * TOKEN, a good one of root's, has been used again and again.  It costs a sync to make a token, so
 * DIR is best in memory, and copied from there.
 */
#include <err.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/wire.h"
#include "patd/db/database.h"
#include "patd/tokens/tokens.h"

#define USERS 1000U
#define USE_EVERY 30U    /* seconds: patd notes no more of one user */
#define FOLD_EVERY 1000U /* changes: nobody else folds the WAL in */

static struct database *database;
static struct tokens *tokens;
static uint64_t now;

static uint64_t read_now(void *userdata)
{
	(void)userdata;
	return now;
}

static void fold(uint64_t changes)
{
	enum wal_state state;

	if (changes % FOLD_EVERY != 0)
		return;
	tokens_commit_usage(tokens);
	if (database_fold(database_path(database), database->wal_fd, &state) < 0)
		errx(1, "the database cannot be written");
	database->wal_frames = 0;
}

static void generate(
	const char *user, uint32_t uid, uint64_t number, char secret[static PAT_TOKEN_LEN + 1])
{
	const struct caller root = { .user = "root" };
	struct refusal refusal = { 0 };
	struct token token;
	char name[32];
	struct token_request request = {
		.name = name, .user = user, .uid = uid, .has_expires_at = true
	};

	(void)snprintf(name, sizeof(name), "token %lu", (unsigned long)number);
	if (tokens_generate(tokens, &root, &request, &token, secret, &refusal) != PAT_OK)
		errx(1, "no token: %s", refusal.why ? refusal.why : "");
	fold(number);
}

static void generate_many(uint64_t count)
{
	char secret[PAT_TOKEN_LEN + 1], user[16];

	for (uint64_t n = 1; n < count; n++) {
		(void)snprintf(user, sizeof(user), "user%lu", (unsigned long)(n % USERS));
		generate(user, (uint32_t)(10000 + n % USERS), n, secret);
	}
	sodium_memzero(secret, sizeof(secret));
}

static void use(const char *secret, uint64_t times)
{
	struct pat_request request = { .magic = PAT_REQUEST_MAGIC };
	struct pat_reply reply;
	struct pat_id id;

	if (!pat_token_parse(secret, &id))
		errx(1, "no token");
	pat_token_digest(secret, &request.digest);
	pat_field_cut(request.id, sizeof(request.id), id.text);
	pat_field_cut(request.user, sizeof(request.user), "root");
	pat_field_cut(request.service, sizeof(request.service), "bench");
	for (uint64_t n = 1; n <= times; n++) {
		tokens_verify(tokens, 0, &request, &reply);
		if (reply.verdict != PAT_ACCEPTED)
			errx(1, "not accepted");
		now += USE_EVERY;
		fold(n);
	}
}

int main(int argc, char **argv)
{
	struct clock clock = { .read = read_now };
	char secret[PAT_TOKEN_LEN + 1];
	uint64_t count, entries;
	struct key *key;

	if (argc != 4 || sodium_init() < 0)
		errx(2, "usage: fill DIR TOKENS ENTRIES >TOKEN");
	(void)umask(077);
	count = strtoull(argv[2], NULL, 10);
	entries = strtoull(argv[3], NULL, 10);
	if (database_open(argv[1], &database) < 0 || key_create(argv[1], &key) < 0 ||
		tokens_new(database, key, &clock, &policy_default, &tokens) < 0)
		errx(1, "%s cannot be filled", argv[1]);
	/* The last use is of now. */
	now = clock_read_machine(NULL) - entries * USE_EVERY;
	generate("root", 0, 0, secret);
	(void)puts(secret);
	generate_many(count);
	use(secret, entries > count ? entries - count : 0);
	sodium_memzero(secret, sizeof(secret));
	tokens_free(tokens);
	database_free(database);
	key_free(key);
	return 0;
}
