/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of errors, exit codes and advice. */
#include "patctl/base/outcome.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "common/error.h"
#include "common/l10n.h"
#include "patctl/base/complaint.h"
#include "patctl/base/text.h"

static const struct outcome_info ours[PAT_ERRORS] = {
	[PAT_OK] = { OUTCOME_FAILED, "failed", NULL },
	[PAT_ERR_INVALID_NAME] = { OUTCOME_USAGE, "invalid-name", NULL },
	[PAT_ERR_NAME_TAKEN] = { OUTCOME_FAILED, "name-taken",
		N_("choose another name; for a new secret of that token: patctl rotate") },
	[PAT_ERR_INVALID_EXPIRY] = { OUTCOME_USAGE, "invalid-expiry", NULL },
	[PAT_ERR_UNKNOWN_USER] = { OUTCOME_FAILED, "unknown-user", NULL },
	[PAT_ERR_NOT_FOUND] = { OUTCOME_NOT_FOUND, "not-found", NULL },
	[PAT_ERR_NOT_REVOKED] = { OUTCOME_FAILED, "not-revoked", NULL },
	[PAT_ERR_EXPIRED] = { OUTCOME_FAILED, "expired", NULL },
	[PAT_ERR_NOT_ACTIVE] = { OUTCOME_FAILED, "not-active", NULL },
	[PAT_ERR_NOT_RESTORABLE] = { OUTCOME_FAILED, "not-restorable", NULL },
	[PAT_ERR_INVALID_RESTRICTION] = { OUTCOME_USAGE, "invalid-restriction", NULL },
	[PAT_ERR_AGAINST_POLICY] = { OUTCOME_DENIED, "against-policy", N_("see: patctl policy") },
	[PAT_ERR_DISABLED] = { OUTCOME_DENIED, "disabled", NULL },
	[PAT_ERR_NOT_ISSUER] = { OUTCOME_DENIED, "not-issuer", NULL },
	[PAT_ERR_DENIED] = { OUTCOME_DENIED, "denied", N_("ask an administrator, or try as root") },
	[PAT_ERR_INTERACTIVE] = { OUTCOME_DENIED, "denied", N_("--no-ask-password was given") },
	[PAT_ERR_INVALID_ARGS] = { OUTCOME_USAGE, "invalid-arguments", NULL },
	[PAT_ERR_BUSY] = { OUTCOME_FAILED, "busy", NULL },
	[PAT_ERR_STORAGE] = { OUTCOME_FAILED, "storage", NULL },
	[PAT_ERR_NO_MEMORY] = { OUTCOME_FAILED, "no-memory", NULL },
};

static const struct {
	const char *name;
	struct outcome_info info;
} others[] = {
	/* The token went away between finding it and using it. */
	{ DBUS_ERROR_UNKNOWN_OBJECT, { OUTCOME_NOT_FOUND, "not-found", NULL } },
	{ OUTCOME_ERROR_AMBIGUOUS, { OUTCOME_NOT_FOUND, "ambiguous", NULL } },
	{ OUTCOME_ERROR_NO_TERMINAL,
		{ OUTCOME_DENIED, "denied",
			N_("run patctl on a terminal, or ask an administrator") } },
	{ OUTCOME_ERROR_NOT_AUTHENTICATED,
		{ OUTCOME_DENIED, "denied",
			N_("the password was wrong or not entered (a token is not accepted "
			   "there)") } },
	/* Their messages say what to do, and on which machine. */
	{ OUTCOME_ERROR_HOST_UNREACHABLE, { OUTCOME_UNREACHABLE, "unreachable", NULL } },
	{ OUTCOME_ERROR_HOST_DENIED, { OUTCOME_DENIED, "denied", NULL } },
	{ OUTCOME_ERROR_HOST_POLICY, { OUTCOME_DENIED, "against-policy", NULL } },
	{ OUTCOME_ERROR_NOT_STARTED, { OUTCOME_UNREACHABLE, "unreachable", NULL } },
	{ OUTCOME_ERROR_MALFORMED, { OUTCOME_FAILED, "malformed",
					   N_("patctl and patd may be of different versions") } },
};

static bool is_one_of(const char *const *names, const char *name)
{
	for (; *names; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

/* Nobody was asked, or the bus could not start patd. */
static bool is_unasked(const char *name)
{
	static const char spawn[] = "org.freedesktop.DBus.Error.Spawn.";
	/* Of systemd, which the bus asks to start patd-bus: UnitMasked, NoSuchUnit and others. */
	static const char systemd[] = "org.freedesktop.systemd1.";
	static const char *const names[] = { DBUS_ERROR_NO_SERVER, DBUS_ERROR_FILE_NOT_FOUND,
		DBUS_ERROR_BAD_ADDRESS, DBUS_ERROR_NO_NETWORK, DBUS_ERROR_AUTH_FAILED,
		DBUS_ERROR_SERVICE_UNKNOWN, DBUS_ERROR_NAME_HAS_NO_OWNER, NULL };

	return is_one_of(names, name) || strncmp(name, spawn, sizeof(spawn) - 1) == 0 ||
	       strncmp(name, systemd, sizeof(systemd) - 1) == 0;
}

bool outcome_unanswered(const DBusError *error)
{
	static const char *const names[] = { DBUS_ERROR_NO_REPLY, DBUS_ERROR_TIMEOUT,
		DBUS_ERROR_TIMED_OUT, DBUS_ERROR_DISCONNECTED, DBUS_ERROR_IO_ERROR,
		OUTCOME_ERROR_NOT_STARTED, NULL };

	return is_one_of(names, error->name);
}

const struct outcome_info *outcome_of(const DBusError *error)
{
	/* Root asks patd itself, and everybody else patd-bus. */
	static const struct outcome_info unreachable = { OUTCOME_UNREACHABLE, "unreachable",
		N_("are patd and patd-bus running? see: systemctl status patd patd-bus") };
	static const struct outcome_info root_unreachable = { OUTCOME_UNREACHABLE, "unreachable",
		N_("is patd running? see: systemctl status patd") };
	/* It says why, which only root can mend. */
	static const struct outcome_info not_started = { OUTCOME_UNREACHABLE, "unreachable",
		N_("ask an administrator") };
	const enum pat_error known = pat_error_from_name(error->name);

	if (known != PAT_OK)
		return &ours[known];
	if (geteuid() != 0 && strcmp(error->name, OUTCOME_ERROR_NOT_STARTED) == 0)
		return &not_started;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strcmp(others[i].name, error->name) == 0)
			return &others[i].info;
	if (is_unasked(error->name) || outcome_unanswered(error))
		return geteuid() == 0 ? &root_unreachable : &unreachable;
	return &ours[PAT_OK];
}

void error_replace(DBusError *error, const char *name, const char *format, ...)
{
	cleanup_text char *message = NULL;
	DBusError before = DBUS_ERROR_INIT;
	va_list arguments;

	va_start(arguments, format);
	message = text_vformat(format, arguments);
	va_end(arguments);
	dbus_move_error(error, &before);
	dbus_set_error(error, name, "%s", message);
	dbus_error_free(&before);
}

void error_make_safe(DBusError *error)
{
	cleanup_text char *safe = text_safe(error->message);

	error_replace(error, error->name, "%s", safe);
}

enum outcome outcome_join(enum outcome sofar, unsigned int count, enum outcome next)
{
	return count == 0 || sofar == next ? next : OUTCOME_FAILED;
}

void outcome_complain(const char *subject, const DBusError *error)
{
	const struct outcome_info *info = outcome_of(error);
	cleanup_text char *message = text_format("%s", text_translated(error->message)),
			  *text = NULL;
	const size_t len = strlen(message);

	if (info->outcome == OUTCOME_UNREACHABLE)
		subject = _("patd cannot be reached");
	if (info->advice && len > 0 && message[len - 1] == '.')
		message[len - 1] = '\0';
	text = text_format("%s%s%s", subject ? subject : "", subject ? ": " : "", message);
	complaint_print(info->word, text, info->advice ? _(info->advice) : NULL);
}

enum outcome outcome_fail(const char *subject, DBusError *error)
{
	enum outcome outcome = outcome_of(error)->outcome;

	outcome_complain(subject, error);
	dbus_error_free(error);
	return outcome;
}
