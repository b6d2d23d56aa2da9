/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Uses that wait for a person's word, bounded in number. */
#include "patd/tokens/waiting_uses.h"

#define USEC_PER_SEC UINT64_C(1000000)

enum pat_verdict approval_ask(struct tokens *tokens, const struct inquiry *inquiry,
	const struct token *token, const struct entry *entry, struct later *later,
	uint64_t *ret_seconds)
{
	const uint64_t timeout = tokens->policy->confirm_timeout;
	enum pat_verdict verdict;
	struct waiting_use *use;

	/* What any other caller says of its process is no more than its own word. */
	if (inquiry->caller->uid != 0 || inquiry->use || !later)
		return PAT_UNCONFIRMED;
	if (!waiting_uses_have_room(
		    tokens->waiting, token->user, false, APPROVALS_MAX, APPROVALS_MAX_PER_USER))
		return PAT_BUSY;
	verdict = waiting_use_add(tokens, inquiry, token, entry, later, &use);
	if (verdict != PAT_ACCEPTED)
		return verdict;
	use->word = PAT_UNCONFIRMED;
	use->shown.ends_at = use->shown.asked_at + timeout;
	use->deadline_us = clock_since_boot_us(tokens->clock) + timeout * USEC_PER_SEC;
	pat_field_cut(later->use, sizeof(later->use), use->shown.id);
	*ret_seconds = timeout;
	return PAT_ASKED;
}

void approval_describe(const struct waiting_use *use, struct entry *entry)
{
	pat_field_cut(entry->command, sizeof(entry->command), use->shown.process.command);
	if (use->described)
		process_describe(&use->shown.process, entry->process);
	entry->answered = use->answered;
	entry->answered_by = use->answered_by;
}
