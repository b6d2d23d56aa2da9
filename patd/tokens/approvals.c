/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The uses that wait for a person's word, bounded in number. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "patd/tokens/approvals.h"
#include "patd/tokens/inquiry.h"

#define USEC_PER_SEC UINT64_C(1000000)

struct approvals *approvals_new(void)
{
	struct approvals *approvals = calloc(1, sizeof(*approvals));

	if (approvals)
		TAILQ_INIT(&approvals->waiting);
	return approvals;
}

void waiting_use_free(struct approvals *approvals, struct waiting_use *use)
{
	TAILQ_REMOVE(&approvals->waiting, use, entry);
	sodium_memzero(&use->verifiers, sizeof(use->verifiers));
	free(use);
}

void approvals_free(struct approvals *approvals)
{
	struct waiting_use *next;

	if (!approvals)
		return;
	for (struct waiting_use *use = TAILQ_FIRST(&approvals->waiting); use; use = next) {
		next = TAILQ_NEXT(use, entry);
		waiting_use_free(approvals, use);
	}
	free(approvals);
}

struct waiting_use *approval_find(struct tokens *tokens, const char *id)
{
	struct waiting_use *use = TAILQ_FIRST(&tokens->approvals->waiting);

	while (use && strcmp(use->shown.id, id) != 0)
		use = TAILQ_NEXT(use, entry);
	return use;
}

static bool has_room(const struct approvals *approvals, uint32_t uid)
{
	const struct waiting_use *use = TAILQ_FIRST(&approvals->waiting);
	unsigned int all = 0, own = 0;

	for (; use; use = TAILQ_NEXT(use, entry)) {
		all++;
		own += use->shown.uid == uid;
	}
	return all < APPROVALS_MAX && own < APPROVALS_MAX_PER_USER;
}

static void make_id(struct tokens *tokens, char ret_id[static APPROVAL_ID_LEN + 1])
{
	static const char digits[] =
		"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

	do {
		for (size_t i = 0; i < APPROVAL_ID_LEN; i++)
			ret_id[i] = digits[randombytes_uniform(sizeof(digits) - 1)];
		ret_id[APPROVAL_ID_LEN] = '\0';
	} while (approval_find(tokens, ret_id));
}

static void fill(struct tokens *tokens, const struct inquiry *inquiry, const struct token *token,
	const struct entry *entry, struct waiting_use *use)
{
	struct approval *shown = &use->shown;
	const uint64_t timeout = tokens->policy->confirm_timeout;

	make_id(tokens, shown->id);
	shown->token = token->id;
	shown->uid = token->uid;
	pat_field_cut(shown->name, sizeof(shown->name), token->name);
	pat_field_cut(shown->user, sizeof(shown->user), token->user);
	pat_field_cut(shown->service, sizeof(shown->service), entry->service);
	pat_field_cut(shown->rhost, sizeof(shown->rhost), entry->rhost);
	pat_field_cut(shown->tty, sizeof(shown->tty), entry->tty);
	shown->asked_at = clock_now(tokens->clock);
	shown->ends_at = shown->asked_at + timeout;
	use->deadline_us = clock_since_boot_us(tokens->clock) + timeout * USEC_PER_SEC;
	use->word = PAT_UNCONFIRMED;
	use->request = *inquiry->request;
	verifiers_of(tokens, &use->request.digest, &use->verifiers);
	sodium_memzero(&use->request.digest, sizeof(use->request.digest));
}

enum pat_verdict approval_ask(struct tokens *tokens, const struct inquiry *inquiry,
	const struct token *token, const struct entry *entry, struct later *later,
	uint64_t *ret_seconds)
{
	struct waiting_use *use;

	/* What any other caller says of its process is no more than its own word. */
	if (inquiry->caller->uid != 0 || !later)
		return PAT_UNCONFIRMED;
	if (!has_room(tokens->approvals, token->uid))
		return PAT_BUSY;
	use = calloc(1, sizeof(*use));
	if (!use)
		return PAT_FAILED;
	if (!later->defer(later->userdata)) {
		free(use);
		return PAT_BUSY;
	}
	later->deferred = true;
	fill(tokens, inquiry, token, entry, use);
	TAILQ_INSERT_TAIL(&tokens->approvals->waiting, use, entry);
	pat_field_cut(later->approval, sizeof(later->approval), use->shown.id);
	*ret_seconds = tokens->policy->confirm_timeout;
	return PAT_ASKED;
}

enum pat_verdict approval_verdict(const struct waiting_use *use)
{
	return use->word;
}

void approval_describe(const struct waiting_use *use, struct entry *entry)
{
	pat_field_cut(entry->command, sizeof(entry->command), use->shown.process.command);
	if (use->described)
		process_describe(&use->shown.process, entry->process);
	entry->answered = use->answered;
	entry->answered_by = use->answered_by;
}
