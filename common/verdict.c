/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of verdicts. */
#include "common/verdict.h"

#include <stddef.h>
#include <string.h>
#include <syslog.h>

#include "common/l10n.h"

static const struct verdict verdicts[PAT_VERDICTS] = {
	[PAT_WRONG] = { .word = N_("wrong"), .priority = LOG_NOTICE },
	[PAT_ACCEPTED] = { .word = N_("accepted"), .priority = LOG_INFO },
	[PAT_REVOKED] = {
		.word = N_("revoked"),
		.priority = LOG_NOTICE,
		.notice = N_("This token has been revoked."),
		.sentence = N_("it is revoked"),
	},
	[PAT_EXPIRED] = {
		.word = N_("expired"),
		.priority = LOG_NOTICE,
		.notice = N_("This token has expired."),
		.sentence = N_("it has expired"),
	},
	[PAT_OTHER_USER] = {
		.word = N_("other-user"),
		.priority = LOG_WARNING,
		.notice = N_("This token is another user's."),
	},
	[PAT_NOT_ALLOWED] = {
		.word = N_("not-allowed"),
		.priority = LOG_WARNING,
		.sentence = N_("no token is good for that service"),
	},
	[PAT_BUSY] = { .word = N_("busy"), .priority = LOG_WARNING, .undecided = true },
	[PAT_FAILED] = { .word = N_("failed"), .priority = LOG_ERR, .undecided = true },
	[PAT_NOT_YET] = {
		.word = N_("not-yet"),
		.priority = LOG_NOTICE,
		.notice = N_("This token is not valid yet."),
		.sentence = N_("it does not work yet"),
	},
	[PAT_OUT_OF_HOURS] = {
		.word = N_("out-of-hours"),
		.priority = LOG_NOTICE,
		.notice = N_("This token does not work at this time."),
		.sentence = N_("it does not work at this hour"),
	},
	[PAT_WRONG_SERVICE] = {
		.word = N_("wrong-service"),
		.priority = LOG_NOTICE,
		.notice = N_("This token is not for this service."),
		.sentence = N_("it is not good for that service"),
	},
	[PAT_WRONG_SOURCE] = {
		.word = N_("wrong-source"),
		.priority = LOG_NOTICE,
		.notice = N_("This token does not work from here."),
		.sentence = N_("it is not good for a login from there"),
	},
	[PAT_EXHAUSTED] = {
		.word = N_("exhausted"),
		.priority = LOG_NOTICE,
		.notice = N_("This token has been used as often as it may be."),
		.sentence = N_("its uses are used up"),
	},
	[PAT_ROTATED] = {
		.word = N_("rotated"),
		.priority = LOG_ALERT, /* a copy, forgotten or stolen, is in use */
		.notice = N_("This token has been replaced by a new one."),
		.sentence = N_("it was replaced: the token has another secret now"),
	},
	[PAT_DISABLED] = {
		.word = N_("disabled"),
		.priority = LOG_NOTICE,
		.notice = N_("Tokens are disabled for this user."),
		.sentence = N_("the tokens of its user are disabled, or those of everybody"),
	},
	[PAT_AGAINST_POLICY] = {
		.word = N_("against-policy"),
		.priority = LOG_NOTICE,
		.notice = N_("This token is against the policy of this machine."),
		.sentence = N_("patd.conf does not allow it"),
	},
	[PAT_ACCOUNT_CLOSED] = {
		.word = N_("account-closed"),
		.priority = LOG_NOTICE,
		.notice = N_("This account is closed."),
		.sentence = N_("the account of its user has expired or is locked"),
	},
};

const struct verdict *verdict_row(uint32_t verdict)
{
	static const struct verdict unknown = {
		.word = "unknown",
		.priority = LOG_ERR,
		.undecided = true,
	};

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
