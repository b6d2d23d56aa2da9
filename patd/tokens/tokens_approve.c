/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The uses that a person is asked about, and the word on one. */
#include <errno.h>
#include <string.h>

#include "common/l10n.h"
#include "patd/tokens/waiting_uses.h"

int tokens_describe_approval(
	struct tokens *tokens, const char *id, const struct pat_process *process)
{
	struct waiting_use *use = waiting_use_find(tokens, id);

	if (!use || use->described || use->claim != 0)
		return -ENOENT;
	process_read(process, &use->shown.process);
	use->described = true;
	tokens_notify_approval(tokens, &use->shown, true);
	return 0;
}

enum pat_error tokens_list_approvals(struct tokens *tokens, const struct caller *caller, bool all,
	const char *id, approval_fn fn, void *userdata, struct refusal *ret_refusal)
{
	enum pat_error error = tokens_allow(caller, OP_LIST, !all, ret_refusal);
	const struct waiting_use *use;

	if (error != PAT_OK)
		return error;
	TAILQ_FOREACH(use, &tokens->waiting->list, entry)
		if (waiting_use_shown(use) && (id[0] == '\0' || strcmp(use->shown.id, id) == 0) &&
			(all || authority_owns(caller, use->shown.uid, use->shown.user)))
			fn(&use->shown, true, userdata);
	return PAT_OK;
}

enum pat_error tokens_answer_approval(struct tokens *tokens, const struct caller *caller,
	const char *id, bool approve, struct refusal *ret_refusal)
{
	struct waiting_use *use = waiting_use_find(tokens, id);
	enum pat_verdict verdict;
	enum pat_error error;

	/* That there is one tells nobody anything, as no id can be guessed. */
	if (!use || !waiting_use_shown(use))
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
	verdict = waiting_use_decide(tokens, use);
	/* It may wait on, for its claim: then nobody is asked any more. */
	use = waiting_use_find(tokens, id);
	if (!approve || verdict == PAT_ACCEPTED || (use && use->claim != 0))
		return PAT_OK;
	return tokens_refuse(PAT_ERR_NOT_ACTIVE,
		verdict_row(verdict)->notice ? verdict_row(verdict)->notice
					     : N_("the use could not be recorded, and is refused"),
		ret_refusal);
}
