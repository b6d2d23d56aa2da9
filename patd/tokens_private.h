/* What the files of the rules, tokens*.c, share among themselves. */
#ifndef PATD_TOKENS_PRIVATE_H
#define PATD_TOKENS_PRIVATE_H

#include "patd/tokens.h"

struct tokens {
	struct store *store;
	const struct key *key;
	struct clock *clock;
	uint64_t time_stored;
	/* What an unknown id is compared with, so that it takes as long. */
	struct token dummy;
	uint64_t events;
	token_event_fn listener;
	void *listener_data;
};

/* Sets *ret_refusal and returns error.  why NULL: what is always said with that error. */
enum pat_error tokens_refuse(enum pat_error error, const char *why, struct refusal *ret_refusal);

/* The same for what the store returned. */
enum pat_error tokens_refuse_errno(int r, struct refusal *ret_refusal);

/* PAT_OK, or a refusal for lack of an action: see authority_lacks(). */
enum pat_error tokens_allow(const struct caller *caller, enum operation operation, bool own,
	struct refusal *ret_refusal);

/* Whether a user can have that name, as far as tokens go. */
bool tokens_user_nameable(const char *user);

/* Whether the row is as patd wrote it. */
bool tokens_intact(const struct tokens *tokens, const struct token *token);

bool token_expired(const struct token *token, uint64_t now);

void tokens_tell(struct tokens *tokens, enum token_event event, const struct token *token);

/* Writes down now as the latest time seen. */
int tokens_store_time(struct tokens *tokens, uint64_t now);

#endif
