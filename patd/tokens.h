/*
 * The rules: what happens to a token, by whose word, and whether it opens the door.  The one
 * place where a verdict is made.  Knows neither D-Bus nor SQL nor sockets; time comes from a
 * clock that a test sets.
 *
 * Functions return PAT_OK, or why not and more about it in *ret_refusal.
 */
#ifndef PATD_TOKENS_H
#define PATD_TOKENS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/error.h"
#include "common/wire.h"
#include "patd/authority.h"
#include "patd/clock.h"
#include "patd/cursor.h"
#include "patd/key.h"
#include "patd/store.h"
#include "patd/token.h"

struct tokens;

struct refusal {
	const char *why;   /* a sentence for a person, static */
	enum action lacks; /* with PAT_ERR_DENIED: what, if granted, would change that */
	enum operation operation;
};

/* What happens to a token. */
enum token_event {
	TOKEN_GENERATED,
	TOKEN_CHANGED, /* its state, by a revoke, a restore, or time */
	TOKEN_USED,
	TOKEN_DELETED
};

/* Called at once, before the result of what caused it is known to anybody. */
typedef void (*token_event_fn)(enum token_event event, const struct token *token, void *userdata);

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
	const char *user; /* NULL: the caller's own, unless all */
	bool all;         /* every user's */
	/* NULL: any */
	const char *name;
	const char *name_pattern; /* see patd/pattern.h */
	const char *id_prefix;
	const char *state;   /* token_state_text() */
	const char *service; /* last used through it */
	bool has_unused_since, has_expiring_before;
	uint64_t unused_since, expiring_before;
	const char *cursor; /* "": from the start */
	uint32_t limit;     /* 0: PAT_PAGE_MAX, which is also the most */
};

#define TOKENS_CURSOR_MAX CURSOR_TEXT_MAX

/*
 * Rules over the given store, key and clock, all of which must outlive them.  Checks that the
 * key is the one the store was written with; -EKEYREJECTED if not, -ENOMEM, or store's errors.
 */
int tokens_new(struct store *store, const struct key *key, struct clock *clock,
	struct tokens **ret_tokens);
void tokens_free(struct tokens *tokens);

/* The number of events so far: if it stays, nothing has happened. */
uint64_t tokens_events(const struct tokens *tokens);

/* fn hears of every event from now on; NULL: nobody does. */
void tokens_listen(struct tokens *tokens, token_event_fn fn, void *userdata);

/*
 * Whether the caller may have such a token, as far as can be said before it is known whether
 * wish->user exists: to be asked before anything costs effort.  uid need not stand.
 */
enum pat_error tokens_may_generate(struct tokens *tokens, const struct caller *caller,
	const struct wish *wish, struct refusal *ret_refusal);

/*
 * The new token, and the secret that is shown once: the caller owns secret, in memory that is
 * wiped, and wipes it.
 */
enum pat_error tokens_generate(struct tokens *tokens, const struct caller *caller,
	const struct wish *wish, struct token *ret_token, char secret[static PAT_TOKEN_LEN + 1],
	struct refusal *ret_refusal);

/* A token that the caller may see: its own.  All others are PAT_ERR_NOT_FOUND alike. */
enum pat_error tokens_find(struct tokens *tokens, const struct caller *caller, const char *id,
	struct token *ret_token, struct refusal *ret_refusal);

/* For a token that is not the caller's, and one that does not exist, PAT_ERR_DENIED alike. */
enum pat_error tokens_revoke(struct tokens *tokens, const struct caller *caller, const char *id,
	struct refusal *ret_refusal);
enum pat_error tokens_restore(struct tokens *tokens, const struct caller *caller, const char *id,
	struct refusal *ret_refusal);
enum pat_error tokens_delete(struct tokens *tokens, const struct caller *caller, const char *id,
	struct refusal *ret_refusal);

/* Whether the caller may follow what happens to tokens: its own, or everybody's. */
enum pat_error tokens_may_follow(
	const struct caller *caller, bool all, struct refusal *ret_refusal);

/*
 * One page, row by row to fn (see patd/list.h).  Writes "" to ret_cursor after the last page.
 * Looks at a bounded number of tokens, so that a page may be short and not the last.
 */
enum pat_error tokens_list(struct tokens *tokens, const struct caller *caller,
	const struct wanted *wanted, list_row_fn fn, void *userdata,
	char ret_cursor[static TOKENS_CURSOR_MAX], struct refusal *ret_refusal);

/* The time by which tokens expire. */
uint64_t tokens_now(struct tokens *tokens);

/* A place in the order (expires_at, id). */
struct token_end {
	uint64_t at;
	struct pat_id id;
};

/*
 * Tells of tokens behind *told that have expired by now, and moves *told there.  Some of them:
 * *ret_next is when to call again, at once if that has passed; 0: not before there are others.
 */
int tokens_tell_ends(struct tokens *tokens, struct token_end *told, uint64_t *ret_next);

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
