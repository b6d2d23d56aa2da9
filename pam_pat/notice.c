/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Formatting the notices. */
#include "pam_pat/notice.h"

#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "common/l10n.h"

#define TIME_SIZE sizeof("9999-12-31 23:59 UTC")

/* False if the calendar has no such date. */
static bool time_format(char text[static TIME_SIZE], uint64_t seconds)
{
	time_t t = (time_t)seconds;
	struct tm tm;

	return t > 0 && gmtime_r(&t, &tm) != NULL &&
	       strftime(text, TIME_SIZE, "%F %R UTC", &tm) > 0;
}

/* "3 days", rounded down: it lasts at least so long. */
static void left_format(char *text, size_t size, unsigned long seconds)
{
	unsigned long days = seconds / 86400, hours = seconds / 3600, minutes = seconds / 60;

	/* TRANSLATORS: what these say goes into "This token expires in %s, on %s." */
	if (days > 0)
		(void)snprintf(text, size, P_("%lu day", "%lu days", days), days);
	else if (hours > 0)
		(void)snprintf(text, size, P_("%lu hour", "%lu hours", hours), hours);
	else if (minutes > 0)
		(void)snprintf(text, size, P_("%lu minute", "%lu minutes", minutes), minutes);
	else
		(void)snprintf(text, size, "%s", _("less than a minute"));
}

static bool refusal_format(char ret_text[static NOTICE_SIZE], const struct pat_reply *reply)
{
	const struct verdict *verdict = verdict_row(reply->verdict);
	char when[TIME_SIZE];

	if (!verdict->notice)
		return false;
	if (reply->verdict == PAT_EXPIRED && time_format(when, reply->expires_at))
		(void)snprintf(ret_text, NOTICE_SIZE, _("This token expired on %s."), when);
	else
		(void)snprintf(ret_text, NOTICE_SIZE, "%s", _(verdict->notice));
	return true;
}

static bool replaced_format(char ret_text[static NOTICE_SIZE], const struct pat_reply *reply)
{
	char when[TIME_SIZE];

	if (reply->replaced_until == 0)
		return false;
	if (time_format(when, reply->replaced_until))
		(void)snprintf(ret_text, NOTICE_SIZE,
			_("This token has been replaced. It works until %s, "
			  "or until the new one is used."),
			when);
	else
		(void)snprintf(ret_text, NOTICE_SIZE, "%s",
			_("This token has been replaced. It works until the new one is used."));
	return true;
}

static bool expiry_format(char ret_text[static NOTICE_SIZE], const struct pat_reply *reply,
	uint64_t now, uint64_t ahead)
{
	/* patd's clock may be a little behind ours, and a token then end in the past. */
	uint64_t left = reply->expires_at > now ? reply->expires_at - now : 0;
	char when[TIME_SIZE], span[64];

	if (reply->expires_at == 0 || ahead == 0 || left > ahead ||
		!time_format(when, reply->expires_at))
		return false;
	left_format(span, sizeof(span), (unsigned long)left);
	(void)snprintf(ret_text, NOTICE_SIZE, _("This token expires in %s, on %s."), span, when);
	return true;
}

bool notice_format(char ret_text[static NOTICE_SIZE], const struct pat_reply *reply, uint64_t now,
	uint64_t ahead)
{
	if (reply->verdict != PAT_ACCEPTED)
		return refusal_format(ret_text, reply);
	return replaced_format(ret_text, reply) || expiry_format(ret_text, reply, now, ahead);
}

/*
 * Without pam_error(), which logs "conversation failed" where the application takes questions
 * alone, as many servers do: after a good login that is an alarm about nothing.  What an
 * application may return for it is freed as libpam does.
 */
static void show(pam_handle_t *pamh, const char *text)
{
	const struct pam_message message = { .msg_style = PAM_ERROR_MSG, .msg = text };
	const struct pam_message *messages = &message;
	struct pam_response *response = NULL;
	const void *item = NULL;
	const struct pam_conv *conversation;

	(void)pam_get_item(pamh, PAM_CONV, &item);
	if (item == NULL)
		return;
	conversation = item;
	if (conversation->conv == NULL)
		return;
	(void)conversation->conv(1, &messages, &response, conversation->appdata_ptr);
	if (response != NULL)
		free(response->resp);
	free(response);
}

void notice_show(pam_handle_t *pamh, const struct pat_reply *reply, uint64_t now, uint64_t ahead)
{
	char text[NOTICE_SIZE];

	/* It fails only if memory is out; the notice is English then. */
	(void)bindtextdomain(PAT_DOMAIN, PAT_LOCALE_DIR);
	if (notice_format(text, reply, now, ahead))
		show(pamh, text);
}

void notice_asked(pam_handle_t *pamh, unsigned int seconds)
{
	char text[NOTICE_SIZE];

	(void)bindtextdomain(PAT_DOMAIN, PAT_LOCALE_DIR);
	(void)snprintf(text, sizeof(text),
		P_("Waiting %u second for approval: patctl approve",
			"Waiting up to %u seconds for approval: patctl approve", seconds),
		seconds);
	show(pamh, text);
}

/* An error for PAM: information goes into the output of the command in su and doas. */
void notice_blanks(pam_handle_t *pamh)
{
	(void)bindtextdomain(PAT_DOMAIN, PAT_LOCALE_DIR);
	show(pamh, _("Blanks before or after the token were ignored."));
}

void notice_no_password(pam_handle_t *pamh)
{
	(void)bindtextdomain(PAT_DOMAIN, PAT_LOCALE_DIR);
	show(pamh, _("A token cannot change the password. Log in with the password to change it."));
}
