/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Uses that wait for a person's word, bounded in number and time.
 *
 * Nothing of one outlives the process that asked, nor patd: a word is about one use, of one
 * process, which hangs up if it ends.  When there is a word, the login is judged anew, by the rules
 * and the token as they are then.
 */
#pragma once

#include <sys/queue.h>

#include "patd/tokens/candidate.h"

struct waiting_use {
	TAILQ_ENTRY(waiting_use) entry;
	struct approval shown;
	struct pat_request request; /* without the digest */
	struct verifiers verifiers;
	uint64_t deadline_us;  /* since the boot */
	bool described;        /* else nobody is told of it */
	enum pat_verdict word; /* PAT_UNCONFIRMED: none yet */
	bool answered;
	uint32_t answered_by;
};

struct approvals {
	TAILQ_HEAD(waiting_uses, waiting_use) waiting; /* the oldest first */
	approval_decided_fn decided;
	void *decided_userdata;
};

/* Takes it out of the list. */
void waiting_use_free(struct approvals *approvals, struct waiting_use *use);
