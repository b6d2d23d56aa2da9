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

/* The one that tokens_fleet_new_key() takes, which others must be given before; likewise. */
int tokens_fleet_next_key(struct tokens *tokens, uint8_t ret[static FLEET_PUBLIC_KEY_LEN]);

/* The name of the present one; "": this machine is no issuer. */
int tokens_fleet_key_name(struct tokens *tokens, char ret[static FLEET_KEY_ID_LEN + 1]);

/* Whether this machine, an issuer, was restored from a backup and has not read what the hub has. */
bool tokens_fleet_behind(struct tokens *tokens);

/* From now on the next key signs all rows and heartbeats that are asked for. */
enum pat_error tokens_fleet_new_key(
	struct tokens *tokens, const struct caller *caller, struct refusal *ret_refusal);

/*
 * A request of another host to revoke a token: its issuer does, another issuer signs it.  -EINVAL,
 * here and below: no host has that name.
 */
int tokens_fleet_revoke_for(
	struct tokens *tokens, const char *host, const struct pat_id *id, const char *reason);

/*
 * What the hub says of a claim: which of the token's uses it is, from 1, 0 if none is left; not
 * counted: the hub was not reached, or does not know the token.  One that nobody waits for any more
 * is spent.  -EINVAL: that claim is of another token.
 */
int tokens_fleet_take_claim(struct tokens *tokens, uint64_t claim, const char *issuer,
	const struct pat_id *id, bool counted, uint64_t which);

/* No claim that waits is answered any more. */
void tokens_fleet_lose_claims(struct tokens *tokens);

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
 * issuer lacks, which a hub kept for it, are taken likewise.  One that is older than the latest
 * that is kept is skipped, but for those that are put anew: see tokens_fleet_begin_again().
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

/* Whoever put them is gone: of no issuer are all put anew any more. */
void tokens_fleet_end_again(struct tokens *tokens);

/* How the rows of an issuer stand here. */
struct fleet_state {
	char issuer[FLEET_NAME_LEN_MAX + 1];
	uint64_t number;  /* of the latest row that is kept */
	uint64_t last;    /* of the heartbeat */
	uint64_t beat_at; /* seconds UTC; 0: none has come */
	bool complete;    /* the rows here were those of the issuer at that heartbeat */
};

typedef int (*fleet_state_fn)(const struct fleet_state *state, void *userdata);
int tokens_fleet_states(struct tokens *tokens, fleet_state_fn fn, void *userdata);

/* How many of its tokens are kept: a look at each. */
int tokens_fleet_count(struct tokens *tokens, const char *issuer, uint64_t *ret_count);

/*
 * Why the tokens of that issuer are refused here: PAT_ACCEPTED if they are not, or if it is this
 * machine, or "".
 */
enum pat_verdict tokens_fleet_standing(struct tokens *tokens, const char *issuer);

/* --- who carries it --- */

/* What patd-fleet is to be told.  NULL: nothing. */
struct fleet_listener {
	void (*changed)(uint64_t last, void *userdata); /* there are rows to send */
	void (*held)(const struct pat_id *id, const char *reason, void *userdata);
	void (*used)(const struct token *token, void *userdata);
	void (*refetch)(const struct fleet_state *state, void *userdata);
	/* A login waits for that claim of a use; false: nobody can be asked. */
	bool (*claim)(uint64_t claim, const struct token *token, void *userdata);
	/* Whether the hub would answer one, as far as that is known. */
	bool (*reaches_hub)(void *userdata);
	void *userdata;
};
void tokens_fleet_listen(struct tokens *tokens, const struct fleet_listener *listener);

/* Tokens that are held here, so that what was not delivered is sent again. */
int tokens_fleet_list_held(struct tokens *tokens, list_row_fn fn, void *userdata);
/* Tokens of other issuers that were used here, the last ones first: at most max, for the same. */
int tokens_fleet_list_used(struct tokens *tokens, uint32_t max, list_row_fn fn, void *userdata);
