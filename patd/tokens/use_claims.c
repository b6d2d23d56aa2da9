/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Uses of limited fleet tokens that wait for the hub, which counts those of all machines. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/module_option.h"
#include "patd/tokens/tokens_fleet_private.h"
#include "patd/tokens/waiting_uses.h"
#include "patd/util/log.h"

/*
 * How long a login waits.  Less than the time after which pam_pat gives up by itself, so that the
 * person learns why, and the use can be put on disk after it; and less than what pam_pat waits on
 * when the time for an approval is over.
 */
#define CLAIM_US UINT64_C(2000000)
_Static_assert(CLAIM_US + 1000000 <= PAT_TIMEOUT_DEFAULT * UINT64_C(1000), "pam_pat waits longer");

bool claim_needed(const struct token *token, const struct waiting_use *use)
{
	return token->issuer[0] != '\0' && token->limits.max_uses != 0 && (!use || use->claim == 0);
}

/* From now on no person is asked about it. */
static void begin(struct tokens *tokens, const struct token *token, struct waiting_use *use)
{
	if (waiting_use_shown(use))
		tokens_notify_approval(tokens, &use->shown, false);
	use->claim = ++tokens->waiting->claims;
	use->claim_max = token->limits.max_uses;
	pat_field_cut(use->claim_issuer, sizeof(use->claim_issuer), token->issuer);
	use->word = PAT_UNCLAIMED;
	use->deadline_us = clock_since_boot_us(tokens->clock) + CLAIM_US;
}

enum pat_verdict claim_ask(struct tokens *tokens, const struct inquiry *inquiry,
	const struct token *token, const struct entry *entry, struct later *later)
{
	struct waiting_use *use = inquiry->use;
	enum pat_verdict verdict = PAT_ACCEPTED;

	if (!later)
		return PAT_UNCLAIMED;
	if (!waiting_uses_have_room(
		    tokens->waiting, token->user, true, CLAIMS_MAX, CLAIMS_MAX_PER_USER))
		return PAT_BUSY;
	if (!use)
		verdict = waiting_use_add(tokens, inquiry, token, entry, later, &use);
	if (verdict != PAT_ACCEPTED)
		return verdict;
	begin(tokens, token, use);
	if (fleet_tell_claim(tokens, use->claim, token))
		pat_field_cut(later->use, sizeof(later->use), use->shown.id);
	else if (!inquiry->use)
		waiting_use_free(tokens->waiting, use);
	return PAT_UNCLAIMED;
}

void claim_describe(const struct waiting_use *use, struct entry *entry)
{
	if (use->claimed != 0)
		(void)snprintf(entry->detail, sizeof(entry->detail), "%" PRIu64 "/%" PRIu64,
			use->claimed, use->claim_max);
}

static struct waiting_use *find(const struct tokens *tokens, uint64_t claim)
{
	struct waiting_use *use = TAILQ_FIRST(&tokens->waiting->list);

	while (use && use->claim != claim)
		use = TAILQ_NEXT(use, entry);
	return use;
}

int tokens_fleet_take_claim(struct tokens *tokens, uint64_t claim, const char *issuer,
	const struct pat_id *id, bool counted, uint64_t which)
{
	struct waiting_use *use = claim != 0 ? find(tokens, claim) : NULL;

	/* The login has given up, or its time is over: the use is spent. */
	if (!use)
		return 0;
	if (strcmp(use->claim_issuer, issuer) != 0 || strcmp(use->request.id, id->text) != 0)
		return -EINVAL;
	if (which > use->claim_max)
		log_warning("the hub counted a use %" PRIu64 " of token %s, which has %" PRIu64
			    ": refused",
			which, use->request.id, use->claim_max);
	if (counted && which >= 1 && which <= use->claim_max) {
		use->claimed = which;
		use->word = PAT_ACCEPTED;
	} else if (counted) {
		use->word = PAT_EXHAUSTED;
	}
	(void)waiting_use_decide(tokens, use);
	return 0;
}

void tokens_fleet_lose_claims(struct tokens *tokens)
{
	struct waiting_use *use, *next;

	for (use = TAILQ_FIRST(&tokens->waiting->list); use; use = next) {
		next = TAILQ_NEXT(use, entry);
		if (use->claim != 0)
			(void)waiting_use_decide(tokens, use);
	}
}
