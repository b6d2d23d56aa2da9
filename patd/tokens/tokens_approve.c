/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The word about a use that waits, and what else ends it. */
#include <errno.h>
#include <string.h>

#include "common/l10n.h"
#include "patd/tokens/approvals.h"
#include "patd/tokens/inquiry.h"

int tokens_describe_approval(
	struct tokens *tokens, const char *id, const struct pat_process *process)
{
	struct waiting_use *use = approval_find(tokens, id);

	if (!use || use->described)
		return -ENOENT;
	process_read(process, &use->shown.process);
	use->described = true;
	tokens_notify_approval(tokens, &use->shown, true);
	return 0;
}

/* The token now, with the secret that was given then.  0, or the store's error. */
static int load(struct tokens *tokens, const struct waiting_use *use, struct candidate *ret)
{
	return candidate_load_verifiers(tokens, use->request.id, &use->verifiers, ret);
}

static void end(struct tokens *tokens, struct waiting_use *use)
{
	if (use->described)
		tokens_notify_approval(tokens, &use->shown, false);
	waiting_use_free(tokens->approvals, use);
}

void tokens_conclude_approval(
	struct tokens *tokens, const char *id, struct later *later, struct pat_reply *ret_reply)
{
	struct waiting_use *use = approval_find(tokens, id);
	const struct caller caller = { .uid = 0 }; /* nobody else is asked about */
	struct candidate candidate;

	*ret_reply = (struct pat_reply) { .magic = PAT_REPLY_MAGIC, .verdict = PAT_FAILED };
	if (!use)
		return;
	const struct inquiry inquiry = { &caller, &use->request, use };

	if (load(tokens, use, &candidate) == 0 && candidate_secret_known(&candidate))
		ret_reply->verdict =
			tokens_decide_on(tokens, &inquiry, &candidate, later, ret_reply);
	end(tokens, use);
}

/* The verdict on the use, which is gone after this. */
static enum pat_verdict decide(struct tokens *tokens, struct waiting_use *use)
{
	const struct approvals *approvals = tokens->approvals;

	return approvals->decided ? approvals->decided(use->shown.id, approvals->decided_userdata)
				  : PAT_FAILED;
}

void tokens_on_approval_decided(struct tokens *tokens, approval_decided_fn fn, void *userdata)
{
	tokens->approvals->decided = fn;
	tokens->approvals->decided_userdata = userdata;
}

enum pat_error tokens_list_approvals(struct tokens *tokens, const struct caller *caller, bool all,
	const char *id, approval_fn fn, void *userdata, struct refusal *ret_refusal)
{
	enum pat_error error = tokens_allow(caller, OP_LIST, !all, ret_refusal);
	const struct waiting_use *use;

	if (error != PAT_OK)
		return error;
	TAILQ_FOREACH(use, &tokens->approvals->waiting, entry)
		if (use->described && (id[0] == '\0' || strcmp(use->shown.id, id) == 0) &&
			(all || authority_owns(caller, use->shown.uid, use->shown.user)))
			fn(&use->shown, true, userdata);
	return PAT_OK;
}

enum pat_error tokens_answer_approval(struct tokens *tokens, const struct caller *caller,
	const char *id, bool approve, struct refusal *ret_refusal)
{
	struct waiting_use *use = approval_find(tokens, id);
	enum pat_verdict verdict;
	enum pat_error error;

	/* That there is one tells nobody anything, as no id can be guessed. */
	if (!use || !use->described)
		return tokens_refuse(PAT_ERR_NOT_FOUND,
			N_("no such request: it was answered, its time is over, or the process "
			   "that asked has ended"),
			ret_refusal);
	error = tokens_allow(caller, approve ? OP_APPROVE : OP_DENY,
		authority_owns(caller, use->shown.uid, use->shown.user), ret_refusal);
	if (error != PAT_OK)
		return error;
	use->word = approve ? PAT_ACCEPTED : PAT_DENIED;
	use->answered = true;
	use->answered_by = caller->uid;
	verdict = decide(tokens, use);
	if (!approve || verdict == PAT_ACCEPTED)
		return PAT_OK;
	return tokens_refuse(PAT_ERR_NOT_ACTIVE,
		verdict_row(verdict)->notice ? verdict_row(verdict)->notice
					     : N_("the use could not be recorded, and is refused"),
		ret_refusal);
}

void tokens_abandon_approval(struct tokens *tokens, const char *id)
{
	struct pat_reply ignored;

	tokens_conclude_approval(tokens, id, NULL, &ignored);
}

uint64_t tokens_expire_approvals(struct tokens *tokens)
{
	const uint64_t now_us = clock_since_boot_us(tokens->clock);
	struct waiting_use *use, *next;
	uint64_t first = 0;

	for (use = TAILQ_FIRST(&tokens->approvals->waiting); use; use = next) {
		next = TAILQ_NEXT(use, entry);
		if (use->deadline_us <= now_us)
			(void)decide(tokens, use);
		else if (first == 0 || use->deadline_us < first)
			first = use->deadline_us;
	}
	return first == 0 ? 0 : first - now_us;
}

void tokens_recheck_approvals(struct tokens *tokens)
{
	struct waiting_use *use, *next;

	for (use = TAILQ_FIRST(&tokens->approvals->waiting); use; use = next) {
		struct candidate candidate;

		next = TAILQ_NEXT(use, entry);
		if (load(tokens, use, &candidate) < 0 || !candidate_secret_known(&candidate) ||
			tokens_judge(tokens, &candidate, &use->request) != PAT_ACCEPTED)
			(void)decide(tokens, use);
	}
}
