/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The token that a request names, and how its secret fits. */
#pragma once

#include "patd/tokens/recent.h"
#include "patd/tokens/tokens_private.h"

/* What is kept of a digest: of a local token's, and of a fleet token's. */
struct verifiers {
	uint8_t local[TOKEN_VERIFIER_LEN], fleet[TOKEN_VERIFIER_LEN];
};

/* The caller wipes them. */
void verifiers_of(const struct tokens *tokens, const struct pat_digest *digest,
	struct verifiers *ret_verifiers);

struct candidate {
	struct token token;          /* or a decoy, whose secret nobody has */
	struct recent_token *recent; /* the same as it is kept; NULL: it is not */
	bool known, intact;
	bool matches;  /* it is the present secret, */
	bool previous; /* the one before, which works during the grace period, */
	bool former;   /* or an earlier one, which does not */
};

/*
 * With a wrong secret, an unknown id takes as long as a known one: all is computed before anything
 * is decided.  0, or the store's error.
 */
int candidate_load(struct tokens *tokens, const char *id, const struct pat_digest *digest,
	struct candidate *ret);

/* The same for the verifiers of a secret. */
int candidate_load_verifiers(struct tokens *tokens, const char *id,
	const struct verifiers *verifiers, struct candidate *ret);

/* Whether the token has or had that secret; if not, the verdict is PAT_WRONG. */
bool candidate_secret_known(const struct candidate *candidate);

/* Whether the secret that fits is one that a rotation has ended. */
bool candidate_replaced(const struct candidate *candidate, uint64_t now);
