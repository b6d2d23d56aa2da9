/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks of each PAM service that has pam_pat.so. */
#include <errno.h>
#include <string.h>

#include "common/l10n.h"
#include "common/module_option.h"
#include "patctl/base/pam_services.h"
#include "patctl/base/text.h"
#include "patctl/doctor/doctor_hosts.h"
#include "patctl/doctor/doctor_stacks.h"

#define PAM "pam" /* the check */

static const char options_advice[] = N_("correct the line: see pam_pat(8), OPTIONS");

/* good: nothing was found of the service so far. */
static void examine(struct doctor *doctor, bool debian, const char *name,
	const struct service *service, const struct service *fallback, bool good)
{
	good &= doctor_session_stack(
		doctor, name, stack_in_force(service, fallback, STACK_SESSION));
	good &= doctor_login_stack(doctor, debian, name, &service->stacks[STACK_AUTH],
		stack_in_force(service, fallback, STACK_SESSION));
	good &= doctor_password_stack(
		doctor, name, stack_in_force(service, fallback, STACK_PASSWORD));
	if (doctor_host(doctor, name, &service->stacks[STACK_ACCOUNT],
		    &fallback->stacks[STACK_ACCOUNT], good))
		found_in(doctor, name, LEVEL_OK, NULL,
			_("tokens and passwords are accepted; passwords also work if "
			  "pam_pat.so is missing"));
}

/* It is not for "account", for which it is as if it were missing. */
static void check_account(struct doctor *doctor, const char *name, const struct service *service)
{
	const struct stack_line *line = stack_find_pat(&service->stacks[STACK_ACCOUNT]);
	cleanup_text char *text = line ? stack_line_text(line) : NULL;
	int action;

	if (!line)
		return;
	action = line->actions[PAM_MODULE_UNKNOWN];
	found_in(doctor, name,
		action == ACTION_BAD || action == ACTION_DIE ? LEVEL_PROBLEM : LEVEL_WARNING,
		_("remove the line"), _("%s is not for account lines and fails here"), text);
}

static void check_module(struct doctor *doctor, const char *name, const struct stack_line *line)
{
	cleanup_text char *text = stack_line_text(line);

	if (line->missing)
		found_in(doctor, name, LEVEL_PROBLEM, _("reinstall libpam-pat"),
			_("no such module: %s"), text);
}

/*
 * False, after a finding, if the module does not understand an option: for a wrong value it refuses
 * every token.
 */
static bool check_options(struct doctor *doctor, const char *name, const struct stack_line *line)
{
	cleanup_text char *arguments = text_format("%s", line->arguments),
			  *text = stack_line_text(line);
	struct pat_options options = PAT_OPTIONS_DEFAULT;
	char *rest = arguments, *word;
	bool good = true;

	while ((word = pam_word_next(&rest))) {
		const enum pat_option result = pat_option_parse(&options, word);

		if (result == PAT_OPTION_INVALID)
			found_in(doctor, name, LEVEL_PROBLEM, _(options_advice),
				_("every token is refused, because of an invalid option: %s: %s"),
				word, text);
		else if (result == PAT_OPTION_UNKNOWN)
			found_in(doctor, name, LEVEL_WARNING, _(options_advice),
				_("pam_pat.so ignores an unknown option: %s: %s"), word, text);
		good &= result == PAT_OPTION_SET;
	}
	return good;
}

/* Whether the service has pam_pat.so.  fallback: what libpam takes where a service has no stack. */
static bool examine_service(
	struct doctor *doctor, bool debian, const char *name, const struct service *fallback)
{
	cleanup_service struct service service = { 0 };
	const struct stack_line *line;
	bool good;
	int r = service_read(doctor->root, debian, name, &service);

	if (r < 0) {
		found_in(doctor, name, LEVEL_UNSEEN, r == -EACCES ? _("needs root") : NULL,
			_("its files: %s"), strerror(-r));
		return false;
	}
	check_account(doctor, name, &service);
	line = stack_find_pat(&service.stacks[STACK_AUTH]);
	if (service.broken)
		found_in(doctor, name, LEVEL_PROBLEM, _("correct the file"),
			_("libpam refuses the whole service: %s"), service.broken);
	if (!line)
		return false;
	check_module(doctor, name, line);
	good = check_options(doctor, name, line);
	if (!service.broken)
		examine(doctor, debian, name, &service, fallback, good);
	return true;
}

/* The services of folder that are not in the one before it. */
static size_t examine_folder(struct doctor *doctor, bool debian, const char *folder,
	char *const *before, const struct service *fallback)
{
	cleanup_names char **names = NULL;
	size_t having = 0;

	if (sysroot_list(doctor->root, folder, &names) < 0)
		return 0;
	for (char **name = names; *name; name++) {
		bool again = false;

		for (char *const *other = before; other && *other; other++)
			again |= strcmp(*other, *name) == 0;
		if (!again && pam_is_service(*name) &&
			examine_service(doctor, debian, *name, fallback))
			having++;
	}
	return having;
}

static void examine_all(struct doctor *doctor)
{
	const bool debian = pam_is_debian(doctor->root);
	cleanup_service struct service fallback = { 0 };
	cleanup_names char **names = NULL;
	int r = sysroot_list(doctor->root, PAM_DIR, &names);
	size_t having;

	if (r < 0 && r != -ENOENT) {
		found(doctor, LEVEL_UNSEEN, PAM, NULL, PAM_DIR ": %s", strerror(-r));
		return;
	}
	(void)service_read(doctor->root, debian, PAM_OTHER, &fallback);
	having = examine_folder(doctor, debian, PAM_DIR, NULL, &fallback);
	having += examine_folder(doctor, debian, PAM_VENDOR_DIR, names, &fallback);
	if (having == 0)
		found(doctor, LEVEL_WARNING, PAM,
			doctor_profile_advice(doctor, "/usr/share/pam-configs/pat",
				"pam-auth-update --enable pat"),
			_("no service accepts tokens: pam_pat.so is not configured"));
	else
		doctor_caches(doctor);
	doctor_hosts_without_file(doctor, &fallback);
}

void doctor_pam(struct doctor *doctor)
{
	DBusError error = DBUS_ERROR_INIT;

	if (doctor->client && client_policy(doctor->client, &doctor->settings, &error))
		doctor->has_settings = true;
	dbus_error_free(&error);
	examine_all(doctor);
}
