/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Fleet tokens: what an issuer signs, and what a member takes from issuers.  See doc/fleet.md.
 *
 * Signed bytes are of patd/model/fleet_row.h.  Functions return 0 or a negative errno: -EBADMSG,
 * logged, if the bytes are not signed by that issuer, or not what it may sign.
 */
#pragma once

#include "patd/model/fleet_row.h"
#include "patd/tokens/tokens.h"

/* Called for each row; a nonzero return ends the listing and is its result. */
typedef int (*fleet_row_fn)(
	const struct fleet_row *row, const uint8_t *bytes, size_t len, void *userdata);

/* The name of this machine in its fleet: of the policy, or else its host name. */
const char *tokens_fleet_host(const struct tokens *tokens);

/* --- an issuer's own --- */

/* The number of the latest row; 0: none, or this machine is no issuer. */
uint64_t tokens_fleet_last(struct tokens *tokens);

/* Signs the rows after that number, in the order of their numbers, at most max of them. */
int tokens_fleet_sign_rows(
	struct tokens *tokens, uint64_t after, uint32_t max, fleet_row_fn fn, void *userdata);

/* Signs a heartbeat, of now. */
int tokens_fleet_sign_beat(struct tokens *tokens, uint8_t ret_bytes[static FLEET_SIGNED_MAX],
	size_t *ret_len, struct fleet_beat *ret_beat);

/* The public key with which others verify; -ENOENT: this machine is no issuer. */
int tokens_fleet_public_key(struct tokens *tokens, uint8_t ret[static FLEET_PUBLIC_KEY_LEN]);

/*
 * From now on another key signs, whose public key others must be given first.  Whoever asks for
 * rows gets all of them again, under new numbers, some at a time.
 */
enum pat_error tokens_fleet_new_key(
	struct tokens *tokens, const struct caller *caller, struct refusal *ret_refusal);

/*
 * A request of another host to revoke a token: its issuer does, another issuer signs it.  -EINVAL,
 * here and below: no host has that name.
 */
int tokens_fleet_revoke_for(
	struct tokens *tokens, const char *host, const struct pat_id *id, const char *reason);

/* A use on another host. */
int tokens_fleet_take_use(struct tokens *tokens, const char *host, const struct pat_id *id,
	uint64_t at, const char *service, const char *source, uint64_t uses);

/* --- a member's --- */

struct signed_bytes {
	const uint8_t *bytes;
	size_t len;
};

/*
 * Takes rows of one issuer in one transaction: all of them, or none.  Rows of its own that an
 * issuer lacks, which a hub kept for it, are taken likewise.  One that is older than what is kept
 * is skipped.
 */
int tokens_fleet_put_rows(
	struct tokens *tokens, const char *issuer, const struct signed_bytes *rows, size_t n);

/* Takes a heartbeat.  *ret_state is how the issuer stands after it. */
int tokens_fleet_put_beat(
	struct tokens *tokens, const char *issuer, const struct signed_bytes *beat);

/*
 * Before all rows of an issuer are put anew: what is not put until the next heartbeat is forgotten
 * then, if that completes it.
 */
int tokens_fleet_begin_again(struct tokens *tokens, const char *issuer);

/* How the rows of an issuer stand here. */
struct fleet_state {
	char issuer[FLEET_NAME_LEN_MAX + 1];
	uint64_t epoch;    /* that is kept of it */
	uint64_t number;   /* of the latest row */
	uint64_t versions; /* the sum */
	uint64_t last;     /* of the heartbeat */
	uint64_t beat_at;  /* seconds UTC; 0: none has come */
	uint64_t tokens;   /* how many are kept */
	bool complete;     /* the versions add up */
};

typedef int (*fleet_state_fn)(const struct fleet_state *state, void *userdata);
int tokens_fleet_states(struct tokens *tokens, fleet_state_fn fn, void *userdata);

/* Why the tokens of that issuer are refused here: PAT_ACCEPTED if they are not. */
enum pat_verdict tokens_fleet_standing(struct tokens *tokens, const struct token *token);

/* --- who carries it --- */

/* What patd-fleet is to be told.  NULL: nothing. */
struct fleet_listener {
	void (*changed)(uint64_t last, void *userdata); /* there are rows to send */
	void (*held)(const struct pat_id *id, const char *reason, void *userdata);
	void (*used)(const struct token *token, void *userdata);
	void (*refetch)(const struct fleet_state *state, void *userdata);
	void *userdata;
};
void tokens_fleet_listen(struct tokens *tokens, const struct fleet_listener *listener);

/* Tokens that are held here, so that what was not delivered is sent again. */
int tokens_fleet_list_held(struct tokens *tokens, list_row_fn fn, void *userdata);
