/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files share that decide on a login: who asks what, its use, and its approval. */
#pragma once

#include "patd/tokens/candidate.h"

struct waiting_use;

/* A login, while it is decided. */
struct inquiry {
	const struct caller *caller;
	const struct pat_request *request;
	struct waiting_use *use; /* as which it has waited until now; NULL: it has not */
};

/* --- tokens_verify.c --- */

/* What the rules say, whatever a person does. */
enum pat_verdict tokens_judge(struct tokens *tokens, const struct candidate *candidate,
	const struct pat_request *request);

/* The verdict about a token that has, or had, the secret. */
enum pat_verdict tokens_decide_on(struct tokens *tokens, const struct inquiry *inquiry,
	struct candidate *candidate, struct later *later, struct pat_reply *reply);

/* --- tokens_accept.c --- */

/* The entry of the history about it. */
struct entry tokens_login_entry(struct tokens *tokens, const struct inquiry *inquiry,
	const struct token *token, enum pat_verdict verdict);

/*
 * Whether one more entry of uid's tokens is within that limit.  *ret_left_out: how many were left
 * out before it; stays as it is if this one is, too.
 */
bool tokens_within_limit(
	struct tokens *tokens, struct ratelimit *ratelimit, uint32_t uid, uint64_t *ret_left_out);

/* Whether a login comes into the history, or there are too many like it, of that user's tokens. */
bool tokens_should_record(struct tokens *tokens, const struct caller *caller,
	const struct token *token, enum pat_verdict verdict, uint64_t *ret_left_out);

/* Records and counts the use.  PAT_ACCEPTED, or why not after all. */
enum pat_verdict tokens_accept(struct tokens *tokens, const struct inquiry *inquiry,
	const struct candidate *candidate, struct later *later);

/* --- approvals.c --- */

/*
 * Has the use wait for an approval: PAT_ASKED, and within how many seconds its verdict comes.  Or
 * PAT_UNCONFIRMED: this caller cannot wait; or PAT_BUSY: too many wait.  entry: what a person is
 * shown of the login.
 */
enum pat_verdict approval_ask(struct tokens *tokens, const struct inquiry *inquiry,
	const struct token *token, const struct entry *entry, struct later *later,
	uint64_t *ret_seconds);

/* Adds to an entry about the use what asked, and who answered. */
void approval_describe(const struct waiting_use *use, struct entry *entry);

/* --- use_claims.c --- */

/*
 * Whether a use of that token, which the rules permit, is to be counted by the hub before it is
 * accepted.  use: as which it has waited until now, or NULL.
 */
bool claim_needed(const struct token *token, const struct waiting_use *use);

/*
 * Has the use, which may have waited for an approval, wait for its claim: PAT_UNCLAIMED, which it
 * is unless later->use says that it waits; or PAT_BUSY: too many wait.
 */
enum pat_verdict claim_ask(struct tokens *tokens, const struct inquiry *inquiry,
	const struct token *token, const struct entry *entry, struct later *later);

/* Adds to an entry about the use which of the token's it is, once that is known. */
void claim_describe(const struct waiting_use *use, struct entry *entry);
