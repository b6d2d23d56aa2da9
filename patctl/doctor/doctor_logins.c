/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What refuses logins that patd would accept: ageing, shadow(5). */
#include <shadow.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/cleanup.h"
#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/doctor/doctor.h"

#define DAY 86400
#define AHEAD_DAYS 14 /* of an expiry that nobody would notice */

/* "chage -M -1 deploy".  before: the command up to the user.  The caller owns it. */
static char *command_for(const char *before, const char *user)
{
	return text_format("%s%s", before, text_is_word(user) ? user : _("USER"));
}

/* Nobody can log in with that password, and so nobody can change it. */
static bool is_locked(const struct spwd *entry)
{
	return entry->sp_pwdp && (entry->sp_pwdp[0] == '!' || entry->sp_pwdp[0] == '*');
}

static void found_refused(
	struct doctor *doctor, const struct spwd *entry, const char *advice, const char *why)
{
	found(doctor, LEVEL_WARNING, "account", advice,
		_("user %s has tokens, which are refused: %s"), entry->sp_namp, why);
}

static void found_aged(
	struct doctor *doctor, const struct spwd *entry, const char *command, const char *why)
{
	cleanup_text char *advice =
		is_locked(entry) ? command_for(command, entry->sp_namp)
				 : text_format("%s", _("the user has to log in with the password, "
						       "and change it"));

	found_refused(doctor, entry, advice, why);
}

/* Too long ago: nobody is let in to change it any more. */
static bool is_inactive(const struct spwd *entry, long left)
{
	return entry->sp_inact >= 0 && left + entry->sp_inact < 0;
}

/* In the order of pam_unix(8), whose account line refuses the login. */
static void check_entry(struct doctor *doctor, const struct spwd *entry, long today)
{
	cleanup_text char *never = command_for("chage -E -1 ", entry->sp_namp),
			  *no_maximum = command_for("chage -M -1 ", entry->sp_namp),
			  *no_inactivity = command_for("chage -I -1 ", entry->sp_namp);
	const long left = entry->sp_lstchg + entry->sp_max - today;

	if (entry->sp_expire >= 0 && today >= entry->sp_expire)
		found_refused(doctor, entry, never, _("the account has expired"));
	else if (entry->sp_lstchg == 0)
		found_aged(doctor, entry, "chage -d -1 ", _("the password must be changed"));
	else if (entry->sp_max < 0 || entry->sp_lstchg < 0)
		return;
	else if (is_inactive(entry, left) && !is_locked(entry))
		found_refused(doctor, entry, no_inactivity,
			_("the password expired so long ago that the user cannot change it"));
	else if (left < 0)
		found_aged(doctor, entry, "chage -M -1 ", _("the password has expired"));
	else if (left < AHEAD_DAYS && is_locked(entry))
		found(doctor, LEVEL_WARNING, "account", no_maximum,
			P_("user %s has tokens, which are refused when the locked password expires "
			   "in %ld day",
				"user %s has tokens, which are refused when the locked password "
				"expires in %ld days",
				(unsigned long)left),
			entry->sp_namp, left);
}

void doctor_ageing(struct doctor *doctor,
	bool (*has_tokens)(const char *user, const void *userdata), const void *userdata)
{
	const long today = (long)(time(NULL) / DAY);
	cleanup_file FILE *file = NULL;
	const struct spwd *entry;

	if (sysroot_read(doctor->root, SHADOW, &file) < 0)
		return;
	while ((entry = fgetspent(file)))
		if (has_tokens(entry->sp_namp, userdata))
			check_entry(doctor, entry, today);
}
