/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of errors, and what people read of them. */
#include "desktop/base/errors.h"

#include "common/error.h"
#include "common/l10n.h"

/* text: NULL: the message of patd is the better one. */
typedef struct {
	PatdErrorKind kind;
	const char *text;
} ErrorInfo;

static const ErrorInfo ours[PAT_ERRORS] = {
	[PAT_OK] = { PATD_FAILED, NULL },
	[PAT_ERR_INVALID_NAME] = { PATD_INVALID_NAME,
		N_("A name has at most 255 characters, and none that is invisible") },
	[PAT_ERR_NAME_TAKEN] = { PATD_NAME_TAKEN, N_("There is already a token with this name") },
	[PAT_ERR_INVALID_EXPIRY] = { PATD_INVALID_EXPIRY,
		N_("The expiration must be in the future, and before the year 10000") },
	[PAT_ERR_UNKNOWN_USER] = { PATD_FAILED, NULL },
	[PAT_ERR_NOT_FOUND] = { PATD_GONE, N_("It does not exist any more") },
	[PAT_ERR_NOT_REVOKED] = { PATD_FAILED, N_("The token must be revoked first") },
	[PAT_ERR_EXPIRED] = { PATD_FAILED, N_("The token has expired") },
	[PAT_ERR_NOT_ACTIVE] = { PATD_FAILED, N_("The token is not active") },
	[PAT_ERR_NOT_RESTORABLE] = { PATD_FAILED,
		N_("A token that was revoked as compromised cannot be restored") },
	[PAT_ERR_INVALID_RESTRICTION] = { PATD_INVALID_RESTRICTION, NULL },
	[PAT_ERR_AGAINST_POLICY] = { PATD_AGAINST_POLICY, NULL },
	[PAT_ERR_DISABLED] = { PATD_FAILED, NULL },
	[PAT_ERR_NOT_ISSUER] = { PATD_FAILED, NULL },
	[PAT_ERR_DENIED] = { PATD_REFUSED, NULL },
	[PAT_ERR_INTERACTIVE] = { PATD_NO_DIALOG, N_("Authentication is required") },
	[PAT_ERR_INVALID_ARGS] = { PATD_FAILED, NULL },
	[PAT_ERR_BUSY] = { PATD_FAILED, NULL },
	[PAT_ERR_STORAGE] = { PATD_FAILED, NULL },
	[PAT_ERR_NO_MEMORY] = { PATD_FAILED, NULL },
};

/* Asked, or not asked at all. */
static const ErrorInfo unanswered = { PATD_OFFLINE,
	N_("patd did not answer. It is not known whether the change was made.") };
static const ErrorInfo unreachable = { PATD_OFFLINE, N_("patd cannot be reached") };
static const ErrorInfo gone = { PATD_GONE, N_("It does not exist any more") };
static const ErrorInfo cancelled = { PATD_CANCELLED, N_("Cancelled") };

#define STANDARD "org.freedesktop.DBus.Error."

static gboolean is_unanswered_name(const char *name)
{
	static const char *const names[] = { STANDARD "NoReply", STANDARD "Timeout",
		STANDARD "TimedOut", STANDARD "Disconnected", STANDARD "IOError", NULL };

	return g_strv_contains(names, name);
}

/* Of the bus, and of systemd, which the bus asks to start patd-bus. */
static gboolean is_unreachable_name(const char *name)
{
	static const char *const names[] = { STANDARD "NoServer", STANDARD "ServiceUnknown",
		STANDARD "NameHasNoOwner", STANDARD "FileNotFound", NULL };

	return g_strv_contains(names, name) || g_str_has_prefix(name, STANDARD "Spawn.") ||
	       g_str_has_prefix(name, "org.freedesktop.systemd1.");
}

static const ErrorInfo *info_of_name(const char *name)
{
	const enum pat_error known = pat_error_from_name(name);

	if (known != PAT_OK)
		return &ours[known];
	if (strcmp(name, STANDARD "UnknownObject") == 0)
		return &gone;
	if (is_unanswered_name(name))
		return &unanswered;
	return is_unreachable_name(name) ? &unreachable : &ours[PAT_OK];
}

/* Of Gio itself. */
static const ErrorInfo *info_of_code(const GError *error)
{
	static const struct {
		GIOErrorEnum code;
		const ErrorInfo *info;
	} codes[] = {
		{ G_IO_ERROR_CANCELLED, &cancelled },
		{ G_IO_ERROR_TIMED_OUT, &unanswered },
		{ G_IO_ERROR_CLOSED, &unanswered },
		{ G_IO_ERROR_BROKEN_PIPE, &unanswered },
		{ G_IO_ERROR_NOT_CONNECTED, &unreachable },
		{ G_IO_ERROR_CONNECTION_REFUSED, &unreachable },
		{ G_IO_ERROR_NOT_FOUND, &unreachable },
	};

	for (guint i = 0; i < G_N_ELEMENTS(codes); i++)
		if (g_error_matches(error, G_IO_ERROR, (int)codes[i].code))
			return codes[i].info;
	return &ours[PAT_OK];
}

static const ErrorInfo *info_of(const GError *error)
{
	g_autofree char *name = g_dbus_error_get_remote_error(error);

	return name ? info_of_name(name) : info_of_code(error);
}

PatdErrorKind patd_error_kind(const GError *error)
{
	return info_of(error)->kind;
}

/* A message of patd, as a sentence: it begins in lower case, and is marked for translation there.
 */
static char *sentence(const char *message)
{
	const char *text = *message != '\0' ? _(message) : _("Something went wrong");
	char first[6];

	return g_strdup_printf("%.*s%s",
		g_unichar_to_utf8(g_unichar_toupper(g_utf8_get_char(text)), first), first,
		g_utf8_find_next_char(text, NULL));
}

char *patd_error_text(const GError *error)
{
	const ErrorInfo *info = info_of(error);
	g_autoptr(GError) bare = NULL;

	if (info->text)
		return g_strdup(_(info->text));
	bare = g_error_copy(error);
	(void)g_dbus_error_strip_remote_error(bare);
	return sentence(bare->message);
}
