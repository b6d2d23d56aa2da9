/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The configuration on the disk, beside the one in force. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/l10n.h"
#include "patctl/base/config_check.h"
#include "patctl/base/source_word.h"
#include "patctl/base/text.h"
#include "patctl/client/client.h"
#include "patctl/doctor/doctor.h"

#define CHECK "policy"

/* What the caller may not read it cannot judge; all else is for patd to judge. */
static int only_denied(int r)
{
	return r == -EACCES || r == -EPERM ? r : 0;
}

static int try_read(const struct sysroot *root, const char *path)
{
	cleanup_file FILE *file = NULL;

	return only_denied(sysroot_read(root, path, &file));
}

/* 0, or why a file of patd.conf(5) cannot be read. */
static int try_read_all(const struct sysroot *root)
{
	cleanup_text char *file = text_format("%s/patd.conf", config_dir()),
			  *folder = text_format("%s/patd.conf.d", config_dir());
	cleanup_names char **names = NULL;
	int r = try_read(root, file);

	if (r < 0)
		return r;
	r = sysroot_list(root, folder, &names);
	if (r < 0)
		return only_denied(r);
	for (char **name = names; *name && r == 0; name++) {
		cleanup_text char *path = text_format("%s/%s", folder, *name);

		r = try_read(root, path);
	}
	return r;
}

static void found_problems(struct doctor *doctor, char *const *problems)
{
	for (; *problems; problems++)
		found(doctor, LEVEL_PROBLEM, CHECK,
			_("correct the file, then: systemctl reload-or-restart patd"),
			_("patd refuses its configuration: %s"), *problems);
}

/* The value of key in the lines "KEY\tVALUE\tSOURCE", which the caller owns; NULL: it has none. */
static char *find_value(char *const *lines, const char *key)
{
	const size_t len = strlen(key);

	for (; *lines; lines++) {
		const char *value = *lines + len + 1, *end = strrchr(*lines, '\t');

		if (strncmp(*lines, key, len) == 0 && (*lines)[len] == '\t' && end >= value)
			return text_format("%.*s", (int)(end - value), value);
	}
	return NULL;
}

/* The key of a setting of lines that is in force not at all; NULL: there is none. */
static char *find_missing(const struct records *in_force, char *const *lines)
{
	const struct setting_row *rows = in_force->items;

	for (; *lines; lines++) {
		const size_t len = strcspn(*lines, "\t");
		bool is_there = false;

		for (size_t i = 0; i < in_force->n; i++)
			is_there |= strlen(rows[i].key) == len &&
				    strncmp(rows[i].key, *lines, len) == 0;
		if (!is_there)
			return text_format("%.*s", (int)len, *lines);
	}
	return NULL;
}

/* The key of the first setting that is in force otherwise than in lines; NULL: all are the same. */
static char *find_changed(const struct records *in_force, char *const *lines)
{
	const struct setting_row *rows = in_force->items;

	for (size_t i = 0; i < in_force->n; i++) {
		cleanup_text char *value = find_value(lines, rows[i].key);

		if (!value || strcmp(value, rows[i].value) != 0)
			return text_format("%s", rows[i].key);
	}
	return find_missing(in_force, lines);
}

/* The services that a list has of those whose clients are on the network; NULL: it has none. */
static char *find_silent(const char *list)
{
	char *names = NULL;

	for (const char *const *service = source_silent_services; *service; service++) {
		cleanup_text char *before = names;

		if (source_list_has(list, *service))
			names = text_format(
				"%s%s%s", before ? before : "", before ? ", " : "", *service);
		else
			names = TAKE(before);
	}
	return names;
}

/* Of the policy in force: a server on the network would open tokens that are for local logins. */
static void check_local_services(struct doctor *doctor, const struct records *in_force)
{
	const struct setting_row *rows = in_force->items;

	for (size_t i = 0; i < in_force->n; i++) {
		const bool is_it = strcmp(rows[i].key, "tokens.local_services") == 0;
		cleanup_text char *silent = is_it ? find_silent(rows[i].value) : NULL;

		if (silent)
			found(doctor, LEVEL_WARNING, CHECK,
				_("remove them from the list, and restrict tokens for them by --service "
				  "alone"),
				_("local_services has services for clients on a network, which open "
				  "tokens that are for local logins: %s"),
				silent);
	}
}

#define RULE "/usr/share/polkit-1/rules.d/patd.rules"
#define LOGIND_SESSIONS "/run/systemd/sessions" /* systemd-logind makes it when it starts */

/* Of the policy in force: what ends sessions is there. */
static void check_ends_sessions(struct doctor *doctor, const struct records *in_force)
{
	const struct setting_row *rows = in_force->items;

	for (size_t i = 0; i < in_force->n; i++) {
		const char *key = rows[i].key;

		if (strcmp(rows[i].value, "yes") != 0 ||
			(strcmp(key, "tokens.revoke_ends_sessions") != 0 &&
				strcmp(key, "tokens.expiry_ends_sessions") != 0))
			continue;
		if (!sysroot_has(doctor->root, LOGIND_SESSIONS))
			found(doctor, LEVEL_WARNING, CHECK, NULL,
				_("%s ends no session: systemd-logind does not run"), key);
		else if (!sysroot_has(doctor->root, RULE))
			found(doctor, LEVEL_WARNING, CHECK, _("reinstall patd"),
				_("%s ends no session: polkit's rule for it is missing: %s"), key,
				RULE);
	}
}

static void compare(struct doctor *doctor, char *const *lines)
{
	DBusError error = DBUS_ERROR_INIT;
	cleanup_records struct records in_force = { 0 };
	cleanup_text char *changed = NULL;

	if (!doctor->client || !client_policy(doctor->client, &in_force, &error)) {
		found(doctor, LEVEL_UNSEEN, CHECK, NULL,
			_("whether patd uses the current %s: it does not answer"), config_dir());
		dbus_error_free(&error);
		return;
	}
	check_local_services(doctor, &in_force);
	check_ends_sessions(doctor, &in_force);
	changed = find_changed(&in_force, lines);
	if (changed)
		found(doctor, LEVEL_WARNING, CHECK, "systemctl reload patd",
			_("%s was changed since patd read it: %s"), config_dir(), changed);
	else
		found(doctor, LEVEL_OK, CHECK, NULL, _("patd uses the current %s"), config_dir());
}

void doctor_policy(struct doctor *doctor)
{
	cleanup_names char **lines = NULL;
	int r = try_read_all(doctor->root);
	bool good;

	if (r < 0) {
		found(doctor, LEVEL_UNSEEN, CHECK, _("needs root"), "%s: %s", config_dir(),
			strerror(-r));
		return;
	}
	r = config_check(&good, &lines);
	if (r < 0)
		found(doctor, LEVEL_UNSEEN, CHECK, NULL, _("cannot run patd --print-config: %s"),
			strerror(-r));
	else if (good)
		compare(doctor, lines);
	else
		found_problems(doctor, lines);
}
