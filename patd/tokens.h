/*
 * The rules: who may do what to which token, and whether a token opens the door.  The one place
 * where a verdict is made.  Knows neither D-Bus nor SQL nor sockets; time comes from a clock
 * that a test sets.
 *
 * Functions return PAT_OK or why not, and in *ret_why a sentence about it for a person, static.
 */
#ifndef PATD_TOKENS_H
#define PATD_TOKENS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/error.h"
#include "common/wire.h"
#include "patd/clock.h"
#include "patd/key.h"
#include "patd/store.h"
#include "patd/token.h"

struct tokens;

/* Who asks.  uid 0 may do everything.  user is the name of uid, never empty. */
struct caller {
	uint32_t uid;
	char user[TOKEN_USER_BYTES_MAX + 1];
};

/* What is to be generated. */
struct wish {
	const char *name;
	uint32_t uid; /* whose it will be, and that user's name */
	const char *user;
	bool has_lifetime, has_expires_at; /* neither: PAT_LIFETIME_DEFAULT */
	uint64_t lifetime;                 /* seconds from now */
	uint64_t expires_at;               /* 0: never */
};

/* What is to be listed. */
struct wanted {
	const char *user;      /* NULL: the caller's own, unless all */
	bool all;              /* every user's */
	const char *name;      /* NULL: any */
	const char *id_prefix; /* NULL: any */
	const char *cursor;    /* "": from the start */
	uint32_t limit;        /* 0: PAT_PAGE_MAX, which is also the most */
};

#define TOKENS_CURSOR_MAX (TOKEN_USER_BYTES_MAX + PAT_NAME_BYTES_MAX + sizeof(":4294967295:"))

/*
 * Rules over the given store, key and clock, all of which must outlive them.  Checks that the
 * key is the one the store was written with; -EKEYREJECTED if not, -ENOMEM, or store's errors.
 */
int tokens_new(struct store *store, const struct key *key, struct clock *clock,
	struct tokens **ret_tokens);
void tokens_free(struct tokens *tokens);

/* Whether the caller may generate tokens at all: to be asked before anything costs effort. */
enum pat_error tokens_may_generate(const struct caller *caller, const char **ret_why);

/*
 * The new token, and the secret that is shown once: the caller owns secret, in memory that is
 * wiped, and wipes it.
 */
enum pat_error tokens_generate(struct tokens *tokens, const struct caller *caller,
	const struct wish *wish, struct token *ret_token, char secret[static PAT_TOKEN_LEN + 1],
	const char **ret_why);

/* A token that the caller may see; all others are PAT_ERR_NOT_FOUND alike. */
enum pat_error tokens_find(struct tokens *tokens, const struct caller *caller, const char *id,
	struct token *ret_token, const char **ret_why);

enum pat_error tokens_revoke(
	struct tokens *tokens, const struct caller *caller, const char *id, const char **ret_why);
enum pat_error tokens_restore(
	struct tokens *tokens, const struct caller *caller, const char *id, const char **ret_why);
enum pat_error tokens_delete(
	struct tokens *tokens, const struct caller *caller, const char *id, const char **ret_why);

/* One page, row by row to fn (see patd/list.h).  Writes "" to ret_cursor after the last page. */
enum pat_error tokens_list(struct tokens *tokens, const struct caller *caller,
	const struct wanted *wanted, list_row_fn fn, void *userdata,
	char ret_cursor[static TOKENS_CURSOR_MAX], const char **ret_why);

/* As of now. */
enum token_state tokens_state(struct tokens *tokens, const struct token *token);

/*
 * The verdict on a request that passed pat_request_check().  caller_uid: who asks.  The use of
 * an accepted token is recorded, and committed by tokens_commit_usage(): reply after that.
 * *ret_expires_at as in struct pat_reply.
 */
enum pat_verdict tokens_verify(struct tokens *tokens, uint32_t caller_uid,
	const struct pat_request *request, uint64_t *ret_expires_at);

/*
 * Commits the uses recorded since the last call.  A failure is logged and refuses nobody: an
 * unlimited token logs in on a full disk, too.
 */
void tokens_commit_usage(struct tokens *tokens);

#endif
