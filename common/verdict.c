/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of verdicts. */
#include "common/verdict.h"

#include <stddef.h>
#include <string.h>
#include <syslog.h>

#include "common/l10n.h"

static const struct verdict verdicts[PAT_VERDICTS] = {
	[PAT_WRONG] = { N_("wrong"), LOG_NOTICE, false, NULL, NULL },
	[PAT_ACCEPTED] = { N_("accepted"), LOG_INFO, false, NULL, NULL },
	[PAT_REVOKED] = { N_("revoked"), LOG_NOTICE, false, N_("This token has been revoked."),
		N_("it is revoked") },
	[PAT_EXPIRED] = { N_("expired"), LOG_NOTICE, false, N_("This token has expired."),
		N_("it has expired") },
	[PAT_OTHER_USER] = { N_("other-user"), LOG_WARNING, false,
		N_("This token belongs to another user."), NULL },
	[PAT_NOT_ALLOWED] = { N_("not-allowed"), LOG_WARNING, false, NULL,
		N_("no token is allowed for this service") },
	[PAT_BUSY] = { N_("busy"), LOG_WARNING, true, NULL, NULL },
	[PAT_FAILED] = { N_("failed"), LOG_ERR, true, NULL, NULL },
	[PAT_NOT_YET] = { N_("not-yet"), LOG_NOTICE, false, N_("This token is not valid yet."),
		N_("it is not valid yet") },
	[PAT_OUT_OF_HOURS] = { N_("out-of-hours"), LOG_NOTICE, false,
		N_("This token does not work at this time."),
		N_("logins at this time are not allowed") },
	[PAT_WRONG_SERVICE] = { N_("wrong-service"), LOG_NOTICE, false,
		N_("This token is not for this service."), N_("this service is not allowed") },
	[PAT_WRONG_SOURCE] = { N_("wrong-source"), LOG_NOTICE, false,
		N_("This token does not work from here."),
		N_("logins from this source are not allowed") },
	[PAT_EXHAUSTED] = { N_("exhausted"), LOG_NOTICE, false,
		N_("This token has reached its maximum number of uses."),
		N_("it has no uses left") },
	/* A copy of the token, forgotten or stolen, is in use. */
	[PAT_ROTATED] = { N_("rotated"), LOG_ALERT, false,
		N_("This token has been replaced by a new one."),
		N_("its secret was replaced by a new one") },
	[PAT_DISABLED] = { N_("disabled"), LOG_NOTICE, false,
		N_("Tokens are disabled for this user."),
		N_("the tokens of its user, or of all users, are disabled") },
	[PAT_AGAINST_POLICY] = { N_("against-policy"), LOG_NOTICE, false,
		N_("The policy of this machine does not allow this token."),
		N_("the policy in patd.conf does not allow it") },
	[PAT_ACCOUNT_CLOSED] = { N_("account-closed"), LOG_NOTICE, false,
		N_("This account is closed."),
		N_("the account of its user has expired or is locked") },
	[PAT_DENIED] = { N_("denied"), LOG_NOTICE, false, N_("This use of the token was denied."),
		NULL },
	[PAT_UNCONFIRMED] = { N_("unconfirmed"), LOG_NOTICE, false,
		N_("Nobody approved this use of the token."),
		N_("each use needs an approval, for which this caller cannot wait") },
	[PAT_ASKED] = { N_("asked"), LOG_INFO, true, NULL,
		N_("each use waits for an approval: see patctl requests") },
	[PAT_ENDED] = { N_("ended"), LOG_NOTICE, false,
		N_("What this token was bound to has ended."),
		N_("what it was bound to has ended") },
	[PAT_WRONG_CLOCK] = { N_("wrong-clock"), LOG_WARNING, false,
		N_("This token has login hours, and the clock of this machine is in doubt."),
		N_("it has login hours, and the clock of this machine is in doubt: see patctl "
		   "doctor") },
	[PAT_WRONG_HOST] = { N_("wrong-host"), LOG_NOTICE, false,
		N_("This token is not for this machine."), N_("it is not for this machine") },
	[PAT_STALE] = { N_("stale"), LOG_WARNING, false,
		N_("Whether this token was revoked is not known here at present."),
		N_("what this machine knows of the token's issuer is too old or incomplete") },
	[PAT_UNKNOWN_ISSUER] = { N_("unknown-issuer"), LOG_WARNING, false,
		N_("This machine does not trust the issuer of this token."),
		N_("its issuer is not in patd.conf") },
	[PAT_UNCLAIMED] = { N_("unclaimed"), LOG_WARNING, true,
		N_("The uses of this token cannot be counted at present."),
		N_("its uses are counted by the hub of the fleet, which cannot be reached: see "
		   "patctl fleet") },
};

const struct verdict *verdict_row(uint32_t verdict)
{
	static const struct verdict unknown = { "unknown", LOG_ERR, true, NULL, NULL };

	return verdict < PAT_VERDICTS ? &verdicts[verdict] : &unknown;
}

const struct verdict *verdict_from_word(const char *word)
{
	for (size_t i = 0; i < PAT_VERDICTS; i++)
		if (strcmp(verdicts[i].word, word) == 0)
			return &verdicts[i];
	return NULL;
}

const char *verdict_word(uint32_t verdict)
{
	return verdict_row(verdict)->word;
}
