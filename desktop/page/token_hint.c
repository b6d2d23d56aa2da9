/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The hint at a token of another machine. */
#include "desktop/page/token_hint.h"

#include "common/l10n.h"

#define CHANGES                                                                                    \
	N_("Rotate or rename it there. It can be revoked here, which revokes it on all machines.")

static const char *const hints[] = {
	[PATD_STATE_ACTIVE] = CHANGES,
	[PATD_STATE_PENDING] = CHANGES,
	[PATD_STATE_DISABLED] = CHANGES,
	[PATD_STATE_EXHAUSTED] = CHANGES,
	[PATD_STATE_ENDED] = CHANGES,
	[PATD_STATE_EXPIRED] = CHANGES,
	[PATD_STATE_REVOKED] = N_("Restore or delete it there."),
	[PATD_STATE_STALE] =
		N_("This machine has no recent news of that one, and refuses the token until it "
		   "has. If that lasts, tell an administrator."),
	[PATD_STATE_UNKNOWN_ISSUER] =
		N_("This machine does not trust that one, and refuses the token. It can be "
		   "deleted here."),
	[PATD_STATE_ALTERED] = N_("It can only be deleted here."),
	[PATD_STATE_UNKNOWN] = CHANGES,
};

char *patd_token_hint(const PatdTokenInfo *token, const char *own_issuer)
{
	if (!patd_token_is_foreign(token, own_issuer) || (guint)token->state >= G_N_ELEMENTS(hints))
		return NULL;
	/* TRANSLATORS: the name of a machine, and what a person can do about the token */
	return g_strdup_printf(_("Issued by %s. %s"), token->issuer, _(hints[token->state]));
}
