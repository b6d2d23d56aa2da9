/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of facts about a token. */
#include "desktop/page/token_facts.h"

#include <string.h>

#include "common/l10n.h"
#include "desktop/base/words.h"
#include "desktop/page/state_pill.h"

/* "3 March 2026, 14:02 (5 minutes ago)" */
static char *moment(guint64 at, guint64 now)
{
	g_autofree char *date = patd_words_date(at), *when = patd_words_when(at, now);

	/* TRANSLATORS: a date, and how long ago that was */
	return g_strdup_printf(_("%s (%s)"), date, when);
}

static char *optional(const char *text)
{
	return *text != '\0' ? g_strdup(text) : NULL;
}

static char *items(char **list)
{
	return *list ? g_strjoinv(", ", list) : NULL;
}

static char *state_words(const PatdTokenInfo *token, guint64 now)
{
	g_autofree char *until = NULL;

	(void)now;
	if (token->state != PATD_STATE_REVOKED || token->revoked_until == 0)
		return g_strdup(patd_state_word(token->state));
	until = patd_words_date(token->revoked_until);
	return g_strdup_printf(_("%s until %s"), patd_state_word(token->state), until);
}

static char *revoked_words(const PatdTokenInfo *token, guint64 now)
{
	return token->revoked_at != 0 ? moment(token->revoked_at, now) : NULL;
}

static char *reason_words(const PatdTokenInfo *token, guint64 now)
{
	(void)now;
	return optional(token->revoked_reason);
}

static char *usage_words(const PatdTokenInfo *token, guint64 now)
{
	g_autofree char *usage = patd_words_last_used(
		token->last_used_at, token->last_used_service, token->last_used_from, now);
	g_autofree char *date = NULL;

	if (token->last_used_at == 0)
		return g_steal_pointer(&usage);
	date = patd_words_date(token->last_used_at);
	/* TRANSLATORS: "Last used 5 minutes ago by sudo", and the date */
	return g_strdup_printf(_("%s (%s)"), usage, date);
}

static char *expiry_words(const PatdTokenInfo *token, guint64 now)
{
	g_autofree char *expiry = patd_words_expiry(token->expires_at, now);
	g_autofree char *date = NULL;

	if (token->expires_at == 0)
		return g_steal_pointer(&expiry);
	date = patd_words_date(token->expires_at);
	return g_strdup_printf(_("%s (%s)"), expiry, date);
}

static char *sessions_words(const PatdTokenInfo *token, guint64 now)
{
	const unsigned long sessions = token->sessions;

	(void)now;
	if (sessions == 0)
		return NULL;
	return g_strdup_printf(
		P_("%lu session is open", "%lu sessions are open", sessions), sessions);
}

static char *services_words(const PatdTokenInfo *token, guint64 now)
{
	(void)now;
	return items(token->services);
}

static char *sources_words(const PatdTokenInfo *token, guint64 now)
{
	(void)now;
	return items(token->sources);
}

static char *hours_words(const PatdTokenInfo *token, guint64 now)
{
	(void)now;
	return optional(token->hours);
}

static char *start_words(const PatdTokenInfo *token, guint64 now)
{
	return token->not_before != 0 ? moment(token->not_before, now) : NULL;
}

static char *uses_words(const PatdTokenInfo *token, guint64 now)
{
	const unsigned long uses = (unsigned long)token->uses;

	(void)now;
	/* How many are left of those of a fleet token, its hub alone knows. */
	if (token->max_uses != 0 && token->issuer[0] != '\0')
		return g_strdup_printf(_("%lu known here, at most %lu in the fleet"), uses,
			(unsigned long)token->max_uses);
	if (token->max_uses != 0)
		return g_strdup_printf(_("%lu of %lu"), uses, (unsigned long)token->max_uses);
	return uses != 0 ? g_strdup_printf("%lu", uses) : NULL;
}

static char *confirm_words(const PatdTokenInfo *token, guint64 now)
{
	(void)now;
	return token->confirm ? g_strdup(_("Each use waits for an approval")) : NULL;
}

static char *until_words(const PatdTokenInfo *token, guint64 now)
{
	(void)now;
	if (g_str_equal(token->until, "boot"))
		return g_strdup(_("With the present boot of the machine"));
	if (g_str_has_prefix(token->until, "session:"))
		return g_strdup_printf(
			_("With the login session %s"), token->until + strlen("session:"));
	if (g_str_has_prefix(token->until, "unit:"))
		return g_strdup_printf(_("With the unit %s"), token->until + strlen("unit:"));
	return optional(token->until);
}

static char *hosts_words(const PatdTokenInfo *token, guint64 now)
{
	(void)now;
	return items(token->hosts);
}

static char *note_words(const PatdTokenInfo *token, guint64 now)
{
	(void)now;
	return optional(token->note);
}

static char *created_words(const PatdTokenInfo *token, guint64 now)
{
	return moment(token->created_at, now);
}

static char *rotated_words(const PatdTokenInfo *token, guint64 now)
{
	return token->rotated_at != 0 ? moment(token->rotated_at, now) : NULL;
}

static char *former_words(const PatdTokenInfo *token, guint64 now)
{
	g_autofree char *date = NULL;

	if (token->former_until <= now)
		return NULL;
	date = patd_words_date(token->former_until);
	return g_strdup_printf(_("Valid until %s, or until the new one is used"), date);
}

static char *owner_words(const PatdTokenInfo *token, guint64 now)
{
	(void)now;
	/* Of another machine's token: whoever has the name. */
	if (token->uid == PATD_UID_ANY)
		return g_strdup(token->user);
	/* TRANSLATORS: the name of a user, and its number */
	return g_strdup_printf(_("%s (UID %u)"), token->user, token->uid);
}

static char *issuer_words(const PatdTokenInfo *token, guint64 now)
{
	(void)now;
	return optional(token->issuer);
}

static char *id_words(const PatdTokenInfo *token, guint64 now)
{
	(void)now;
	return g_strdup(token->id);
}

const PatdFact patd_token_facts[] = {
	{ PATD_FACTS_STATUS, N_("State"), state_words },
	{ PATD_FACTS_STATUS, N_("Revoked"), revoked_words },
	{ PATD_FACTS_STATUS, N_("Reason"), reason_words },
	{ PATD_FACTS_STATUS, N_("Usage"), usage_words },
	{ PATD_FACTS_STATUS, N_("Uses"), uses_words },
	{ PATD_FACTS_STATUS, N_("Expiration"), expiry_words },
	{ PATD_FACTS_STATUS, N_("Sessions"), sessions_words },
	{ PATD_FACTS_RESTRICTIONS, N_("Services"), services_words },
	{ PATD_FACTS_RESTRICTIONS, N_("From"), sources_words },
	{ PATD_FACTS_RESTRICTIONS, N_("Hours"), hours_words },
	{ PATD_FACTS_RESTRICTIONS, N_("Not Before"), start_words },
	{ PATD_FACTS_RESTRICTIONS, N_("Approval"), confirm_words },
	{ PATD_FACTS_RESTRICTIONS, N_("Ends"), until_words },
	{ PATD_FACTS_RESTRICTIONS, N_("Hosts"), hosts_words },
	{ PATD_FACTS_ABOUT, N_("Note"), note_words },
	{ PATD_FACTS_ABOUT, N_("Generated"), created_words },
	{ PATD_FACTS_ABOUT, N_("Rotated"), rotated_words },
	{ PATD_FACTS_ABOUT, N_("Previous Secret"), former_words },
	{ PATD_FACTS_ABOUT, N_("Owner"), owner_words },
	{ PATD_FACTS_ABOUT, N_("Issuer"), issuer_words },
	{ PATD_FACTS_ABOUT, N_("ID"), id_words },
	{ PATD_FACTS_GROUPS, NULL, NULL },
};
