/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The list of uses that wait. */
#include "patd/tokens/waiting_uses.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct waiting_uses *waiting_uses_new(void)
{
	struct waiting_uses *uses = calloc(1, sizeof(*uses));

	if (uses)
		TAILQ_INIT(&uses->list);
	return uses;
}

void waiting_use_free(struct waiting_uses *uses, struct waiting_use *use)
{
	TAILQ_REMOVE(&uses->list, use, entry);
	sodium_memzero(&use->verifiers, sizeof(use->verifiers));
	free(use);
}

void waiting_uses_free(struct waiting_uses *uses)
{
	struct waiting_use *next;

	if (!uses)
		return;
	for (struct waiting_use *use = TAILQ_FIRST(&uses->list); use; use = next) {
		next = TAILQ_NEXT(use, entry);
		waiting_use_free(uses, use);
	}
	free(uses);
}

struct waiting_use *waiting_use_find(struct tokens *tokens, const char *id)
{
	struct waiting_use *use = TAILQ_FIRST(&tokens->waiting->list);

	while (use && strcmp(use->shown.id, id) != 0)
		use = TAILQ_NEXT(use, entry);
	return use;
}

bool waiting_uses_have_room(const struct waiting_uses *uses, const char *user, bool for_claim,
	unsigned int max, unsigned int max_per_user)
{
	const struct waiting_use *use = TAILQ_FIRST(&uses->list);
	unsigned int all = 0, own = 0;

	for (; use; use = TAILQ_NEXT(use, entry)) {
		if ((use->claim != 0) != for_claim)
			continue;
		all++;
		own += strcmp(use->shown.user, user) == 0;
	}
	return all < max && own < max_per_user;
}

bool waiting_use_shown(const struct waiting_use *use)
{
	return use->described && use->claim == 0;
}

static void make_id(struct tokens *tokens, char ret_id[static APPROVAL_ID_LEN + 1])
{
	static const char digits[] =
		"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

	do {
		for (size_t i = 0; i < APPROVAL_ID_LEN; i++)
			ret_id[i] = digits[randombytes_uniform(sizeof(digits) - 1)];
		ret_id[APPROVAL_ID_LEN] = '\0';
	} while (waiting_use_find(tokens, ret_id));
}

static void fill(struct tokens *tokens, const struct inquiry *inquiry, const struct token *token,
	const struct entry *entry, struct waiting_use *use)
{
	struct approval *shown = &use->shown;

	make_id(tokens, shown->id);
	shown->token = token->id;
	shown->uid = token->uid;
	pat_field_cut(shown->name, sizeof(shown->name), token->name);
	pat_field_cut(shown->user, sizeof(shown->user), token->user);
	pat_field_cut(shown->service, sizeof(shown->service), entry->service);
	pat_field_cut(shown->rhost, sizeof(shown->rhost), entry->rhost);
	pat_field_cut(shown->tty, sizeof(shown->tty), entry->tty);
	shown->asked_at = clock_now(tokens->clock);
	use->caller_uid = inquiry->caller->uid;
	use->word = PAT_FAILED;
	use->request = *inquiry->request;
	verifiers_of(tokens, &use->request.digest, &use->verifiers);
	sodium_memzero(&use->request.digest, sizeof(use->request.digest));
}

enum pat_verdict waiting_use_add(struct tokens *tokens, const struct inquiry *inquiry,
	const struct token *token, const struct entry *entry, struct later *later,
	struct waiting_use **ret_use)
{
	struct waiting_use *use = calloc(1, sizeof(*use));

	if (!use)
		return PAT_FAILED;
	if (!later->defer(later->userdata)) {
		free(use);
		return PAT_BUSY;
	}
	later->deferred = true;
	fill(tokens, inquiry, token, entry, use);
	TAILQ_INSERT_TAIL(&tokens->waiting->list, use, entry);
	*ret_use = use;
	return PAT_ACCEPTED;
}

enum pat_verdict waiting_use_decide(struct tokens *tokens, struct waiting_use *use)
{
	const struct waiting_uses *uses = tokens->waiting;

	return uses->decided ? uses->decided(use->shown.id, uses->decided_userdata) : PAT_FAILED;
}
