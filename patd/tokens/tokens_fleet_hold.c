/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Holding a token for what another issuer says, and what the history says of other machines. */
#include <stdio.h>
#include <string.h>

#include "patd/rules/validity.h"
#include "patd/tokens/tokens_fleet_private.h"

static bool is_revoked_for_good(const struct token *token)
{
	return token->revoked_at != 0 && token->revoked_until == 0;
}

static bool revokes(struct tokens *tokens, const struct fleet_mark *mark, const struct token *token)
{
	return mark->kind == FLEET_ROW_REVOCATION && strcmp(mark->issuer, token->issuer) != 0 &&
	       !is_revoked_for_good(token) && mark->revoked_at > token->restored_at &&
	       (fleet_is_own(tokens, mark->issuer) ||
		       policy_issuer(tokens->policy, mark->issuer)) &&
	       fleet_mark_intact(tokens, mark);
}

static bool apply(struct tokens *tokens, const struct fleet_mark *mark, struct token *token)
{
	if (!revokes(tokens, mark, token))
		return false;
	token->revoked_at = mark->revoked_at;
	token->revoked_until = 0;
	memcpy(token->revoked_reason, mark->revoked_reason, sizeof(token->revoked_reason));
	return true;
}

bool fleet_hold(struct tokens *tokens, const struct fleet_mark *mark, struct token *token)
{
	if (!validity_replica(token, tokens->policy) || !apply(tokens, mark, token))
		return false;
	token->held = true;
	return true;
}

/* At the latest now: restored here after that, it would be held by others if their clock is ahead.
 */
bool fleet_revoke_ours(struct tokens *tokens, const struct fleet_mark *mark, struct token *token)
{
	uint64_t latest = clock_now(tokens->clock);

	if (!fleet_is_own(tokens, token->issuer) || !apply(tokens, mark, token))
		return false;
	if (latest <= token->restored_at)
		latest = token->restored_at + 1;
	if (token->revoked_at > latest)
		token->revoked_at = latest;
	return true;
}

struct entry fleet_entry(struct tokens *tokens, enum entry_event event, const struct token *token,
	const char *machine, const char *detail)
{
	char text[FLEET_NAME_LEN_MAX + sizeof(": ") + TOKEN_REASON_MAX];
	struct entry entry = tokens_entry(tokens, &tokens_patd, event, token);

	entry.how = ENTRY_FLEET;
	(void)snprintf(text, sizeof(text), "%s%s%s", machine, *detail != '\0' ? ": " : "", detail);
	pat_text_cut(entry.detail, sizeof(entry.detail), PAT_NAME_MAX, text);
	return entry;
}
