/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Uses that wait: for a person's word, and then for the claim of a limited fleet token, which the
 * hub counts.  Bounded in number and time.
 *
 * Nothing of one outlives the process that asked, nor patd: a word is about one use, of one
 * process, which hangs up if it ends.  When there is a word, the login is judged anew, by the rules
 * and the token as they are then.
 */
#pragma once

#include <sys/queue.h>

#include "patd/tokens/candidate.h"
#include "patd/tokens/inquiry.h"

struct waiting_use {
	TAILQ_ENTRY(waiting_use) entry;
	struct approval shown; /* its id is that of the use, also where no person is asked */
	uint32_t caller_uid;
	struct pat_request request; /* without the digest */
	struct verifiers verifiers;
	uint64_t deadline_us;        /* since the boot */
	bool described;              /* else no person is told of it */
	uint64_t claim;              /* it waits for that claim; 0: for a person's word */
	uint64_t claimed, claim_max; /* which use of so many it is; 0: that is not known yet */
	char claim_issuer[FLEET_NAME_LEN_MAX + 1];
	enum pat_verdict
		word; /* what it is if nothing more comes: PAT_UNCONFIRMED, PAT_UNCLAIMED */
	bool answered;
	uint32_t answered_by;
};

struct waiting_uses {
	TAILQ_HEAD(waiting_list, waiting_use) list; /* the oldest first */
	use_decided_fn decided;
	void *decided_userdata;
	uint64_t claims; /* the last number of one */
};

struct waiting_uses *waiting_uses_new(void);
/* NULL is allowed. */
void waiting_uses_free(struct waiting_uses *uses);

/* Whether one more of that user may wait for a claim, or for a word. */
bool waiting_uses_have_room(const struct waiting_uses *uses, const char *user, bool for_claim,
	unsigned int max, unsigned int max_per_user);

/*
 * Has the use wait, whose caller has later->defer().  PAT_ACCEPTED, and the caller says for what;
 * or why it does not wait.  entry: what a person is shown of the login.
 */
enum pat_verdict waiting_use_add(struct tokens *tokens, const struct inquiry *inquiry,
	const struct token *token, const struct entry *entry, struct later *later,
	struct waiting_use **ret_use);

/* Takes it out of the list. */
void waiting_use_free(struct waiting_uses *uses, struct waiting_use *use);

/* The use with that id, or NULL. */
struct waiting_use *waiting_use_find(struct tokens *tokens, const char *id);

/* Whether a person is asked about it. */
bool waiting_use_shown(const struct waiting_use *use);

/* The verdict on the use, by the word that there is; it may wait on, for a claim. */
enum pat_verdict waiting_use_decide(struct tokens *tokens, struct waiting_use *use);
