/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What ends the wait of a use: a word, an answer, the time, or a change of the token. */
#include "patd/tokens/waiting_uses.h"

void tokens_on_use_decided(struct tokens *tokens, use_decided_fn fn, void *userdata)
{
	tokens->waiting->decided = fn;
	tokens->waiting->decided_userdata = userdata;
}

/* The token now, with the secret that was given then.  0, or the store's error. */
static int load(struct tokens *tokens, const struct waiting_use *use, struct candidate *ret)
{
	return candidate_load_verifiers(tokens, use->request.id, &use->verifiers, ret);
}

static void end(struct tokens *tokens, struct waiting_use *use)
{
	if (waiting_use_shown(use))
		tokens_notify_approval(tokens, &use->shown, false);
	waiting_use_free(tokens->waiting, use);
}

void tokens_conclude_use(
	struct tokens *tokens, const char *id, struct later *later, struct pat_reply *ret_reply)
{
	struct waiting_use *use = waiting_use_find(tokens, id);
	struct candidate candidate;

	*ret_reply = (struct pat_reply) { .magic = PAT_REPLY_MAGIC, .verdict = PAT_FAILED };
	if (!use)
		return;
	const struct caller caller = { .uid = use->caller_uid };
	const struct inquiry inquiry = { &caller, &use->request, use };

	if (load(tokens, use, &candidate) == 0 && candidate_secret_known(&candidate))
		ret_reply->verdict =
			tokens_decide_on(tokens, &inquiry, &candidate, later, ret_reply);
	if (!later || later->use[0] == '\0')
		end(tokens, use);
}

void tokens_abandon_use(struct tokens *tokens, const char *id)
{
	struct pat_reply ignored;

	tokens_conclude_use(tokens, id, NULL, &ignored);
}

uint64_t tokens_expire_waiting(struct tokens *tokens)
{
	const uint64_t now_us = clock_since_boot_us(tokens->clock);
	struct waiting_use *use, *next;
	uint64_t first = 0;

	for (use = TAILQ_FIRST(&tokens->waiting->list); use; use = next) {
		next = TAILQ_NEXT(use, entry);
		if (use->deadline_us <= now_us)
			(void)waiting_use_decide(tokens, use);
		else if (first == 0 || use->deadline_us < first)
			first = use->deadline_us;
	}
	return first == 0 ? 0 : first - now_us;
}

void tokens_recheck_waiting(struct tokens *tokens)
{
	struct waiting_use *use, *next;

	for (use = TAILQ_FIRST(&tokens->waiting->list); use; use = next) {
		struct candidate candidate;

		next = TAILQ_NEXT(use, entry);
		if (load(tokens, use, &candidate) < 0 || !candidate_secret_known(&candidate) ||
			tokens_judge(tokens, &candidate, &use->request) != PAT_ACCEPTED)
			(void)waiting_use_decide(tokens, use);
	}
}
