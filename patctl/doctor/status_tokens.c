/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counting tokens by their state, and telling which of them end. */
#include <string.h>

#include "common/l10n.h"
#include "patctl/doctor/status.h"

const char *status_state_word(enum status_state state)
{
	static const char *const words[STATUS_STATES] = { N_("active"), N_("pending"),
		N_("disabled"), N_("revoked"), N_("expired"), N_("ended"), N_("exhausted"),
		N_("stale"), N_("unknown-issuer"), N_("altered") };

	return words[state];
}

static bool is_in(const struct token_row *token, enum status_state state)
{
	return strcmp(status_state_word(state), token->state) == 0;
}

void status_count(struct status_counts *counts, const struct token_row *token)
{
	counts->all++;
	for (enum status_state state = 0; state < STATUS_STATES; state++)
		counts->states[state] += is_in(token, state);
}

enum status_end status_end(const struct token_row *token, uint64_t now)
{
	const uint64_t at = token->expires_at;

	if (at == 0)
		return STATUS_END_NONE;
	if (is_in(token, STATUS_EXPIRED))
		return at + STATUS_PERIOD > now ? STATUS_END_LATELY : STATUS_END_NONE;
	/* Others are not accepted anyway; one that is stale will be again. */
	if (!is_in(token, STATUS_ACTIVE) && !is_in(token, STATUS_PENDING) &&
		!is_in(token, STATUS_STALE))
		return STATUS_END_NONE;
	return at <= now + STATUS_PERIOD ? STATUS_END_SOON : STATUS_END_NONE;
}

bool status_end_is_meant(const struct token_row *token)
{
	return token->expires_at <= token->created_at + STATUS_PERIOD;
}
