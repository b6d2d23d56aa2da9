/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What sudo remembers of a login with a token, and how often it asks: sudoers(5). */
#include <ctype.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/cleanup.h"
#include "common/l10n.h"
#include "patctl/base/pam_services.h"
#include "patctl/base/text.h"
#include "patctl/doctor/doctor.h"

#define BLANKS " \t\r\n"
#define SUDO_DIR "/run/sudo/ts"
#define SUDOERS "/etc/sudoers"
#define FILES_MAX 100

/* An option of sudoers that is a number. */
struct option {
	const char *name;
	double unit, usual;
};

/* In seconds; negative: for ever. */
static const struct option timestamp_timeout = { "timestamp_timeout", 60, 15 * 60 };
static const struct option passwd_tries = { "passwd_tries", 1, 3 };

/* What sudoers says of it. */
struct setting {
	const struct option *option;
	double general;   /* of everybody who has no other */
	double longest;   /* of some users, hosts or commands; 0: of nobody */
	const char *user; /* about whom it is asked; NULL: nobody alone */
	bool has_own;
	double own; /* of that user */
	unsigned int files;
};

static double longer(double a, double b)
{
	if (a < 0 || b < 0)
		return -1;
	return a > b ? a : b;
}

static void read_file(const struct sysroot *root, const char *path, struct setting *setting);

/* sudo passes over what an editor or a package manager left. */
static void read_folder(const struct sysroot *root, const char *folder, struct setting *setting)
{
	cleanup_names char **names = NULL;

	if (sysroot_list(root, folder, &names) < 0)
		return;
	for (char **name = names; *name; name++) {
		cleanup_text char *path = text_format("%s/%s", folder, *name);

		if (!strchr(*name, '.') && (*name)[strlen(*name) - 1] != '~')
			read_file(root, path, setting);
	}
}

/* "@include FILE", "@includedir FOLDER", both also with "#"; a name is of /etc. */
static bool read_include(const struct sysroot *root, const char *line, struct setting *setting)
{
	const size_t word = strcspn(line, BLANKS);
	const char *name = line + word + strspn(line + word, BLANKS);
	const bool file = word == strlen("@include"), folder = word == strlen("@includedir");
	cleanup_text char *path = text_format(
		"%s%.*s", *name == '/' ? "" : "/etc/", (int)strcspn(name, BLANKS), name);

	if ((*line != '@' && *line != '#') || (!file && !folder) ||
		strncmp(line + 1, "includedir", word - 1) != 0)
		return false;
	if (folder)
		read_folder(root, path, setting);
	else
		read_file(root, path, setting);
	return true;
}

/* Whether a list such as "alice,bob timestamp_timeout=0" begins with the user. */
static bool lists_user(const char *list, const char *user)
{
	const size_t size = strcspn(list, BLANKS), len = strlen(user);

	for (size_t at = 0; at < size;) {
		const size_t word = strcspn(list + at, ", \t\r\n");

		if (word == len && strncmp(list + at, user, len) == 0)
			return true;
		at += word + 1;
	}
	return false;
}

static void read_line(const struct sysroot *root, const char *line, struct setting *setting)
{
	static const char defaults[] = "Defaults";
	const char *value;
	double number = 0; /* as of "!timestamp_timeout" */

	line += strspn(line, BLANKS);
	if (read_include(root, line, setting) || *line == '#')
		return;
	value = strstr(line, setting->option->name);
	if (!value)
		return;
	value += strlen(setting->option->name);
	value += strspn(value, BLANKS);
	if (*value == '=')
		number = setting->option->unit * strtod(value + 1, NULL);
	if (strncmp(line, defaults, strlen(defaults)) == 0 &&
		isblank((unsigned char)line[strlen(defaults)]))
		setting->general = number;
	else
		setting->longest = longer(setting->longest, number);
	if (setting->user && strncmp(line, defaults, strlen(defaults)) == 0 &&
		line[strlen(defaults)] == ':' &&
		lists_user(line + strlen(defaults) + 1, setting->user)) {
		setting->has_own = true;
		setting->own = number;
	}
}

static void read_file(const struct sysroot *root, const char *path, struct setting *setting)
{
	cleanup_file FILE *file = NULL;
	cleanup_text char *line = NULL;
	size_t size = 0;

	if (setting->files == FILES_MAX)
		return;
	setting->files++;
	if (sysroot_read(root, path, &file) < 0)
		return;
	while (getline(&line, &size, file) >= 0)
		read_line(root, line, setting);
}

/* The longest for which sudo may ask nobody or somebody for nothing. */
static double read_timeout(const struct sysroot *root)
{
	struct setting setting = {
		.option = &timestamp_timeout,
		.general = timestamp_timeout.usual,
	};

	read_file(root, SUDOERS, &setting);
	return longer(setting.general, setting.longest);
}

static bool is_recent(int64_t at, double seconds)
{
	const int64_t now = time(NULL);

	return at <= now && (seconds < 0 || (double)(now - at) < seconds);
}

/* sudo 1.9.15 and later name the file after the uid. */
static bool has_record(
	const struct sysroot *root, const char *name, double seconds, char **ret_path)
{
	cleanup_text char *path = text_format(SUDO_DIR "/%s", name);
	struct stat st;

	if (sysroot_stat(root, path, O_NOFOLLOW, &st) < 0 || !is_recent(st.st_mtim.tv_sec, seconds))
		return false;
	*ret_path = TAKE(path);
	return true;
}

static bool is_sudo(const char *service)
{
	return strncmp(service, "sudo", strlen("sudo")) == 0;
}

/* By the latest page of its history. */
static bool was_used_in_sudo(struct doctor *doctor, const struct token_row *token)
{
	const struct client_history_filter filter = {
		.token = token->id.text, .all = true, .reverse = true
	};
	DBusError error = DBUS_ERROR_INIT;
	cleanup_records struct records entries = { 0 };
	cleanup_text char *cursor = NULL;
	const struct entry_row *rows;

	if (is_sudo(token->last_used_service))
		return true;
	if (!doctor->client || *token->last_used_service == '\0')
		return false;
	if (!client_history(doctor->client, &filter, 0, &cursor, &entries, &error)) {
		dbus_error_free(&error);
		return false;
	}
	rows = entries.items;
	for (size_t i = 0; i < entries.n; i++)
		if (strcmp(rows[i].event, "used") == 0 && is_sudo(rows[i].service))
			return true;
	return false;
}

void doctor_sudo(struct doctor *doctor, const struct token_row *token)
{
	cleanup_text char *uid = NULL, *path = NULL, *command = NULL;
	double seconds;

	if (strcmp(token->state, "revoked") != 0 || !text_is_word(token->user))
		return;
	uid = text_format("%u", token->uid);
	if (!has_record(doctor->root, token->user, -1, &path) &&
		!has_record(doctor->root, uid, -1, &path))
		return;
	text_free(&path);
	seconds = read_timeout(doctor->root);
	if (!is_recent((int64_t)token->revoked_at, seconds) ||
		(!has_record(doctor->root, token->user, seconds, &path) &&
			!has_record(doctor->root, uid, seconds, &path)) ||
		!was_used_in_sudo(doctor, token))
		return;
	command = text_format("rm -f %s", path);
	found(doctor, LEVEL_WARNING, "account", command,
		_("token %s of user %s was revoked, and sudo may still remember a login with it"),
		token->id.text, token->user);
}

/* The option for one user, where a line names that user alone or with others. */
static double read_option_of(
	const struct sysroot *root, const struct option *option, const char *user)
{
	struct setting setting = { .option = option, .general = option->usual, .user = user };

	read_file(root, SUDOERS, &setting);
	return setting.has_own ? setting.own : setting.general;
}

static bool may_sudo(const struct token_row *token)
{
	return *token->limits.services == '\0' || pam_services_name(token->limits.services, "sudo");
}

/* The caller frees it. */
static char *setting_advice(const char *user, const struct option *option, const char *value)
{
	return text_format(_("visudo -f /etc/sudoers.d/agent, and add: Defaults:%s %s=%s"), user,
		option->name, value);
}

void doctor_sudo_approvals(struct doctor *doctor, const struct token_row *token)
{
	cleanup_text char *timeout = setting_advice(token->user, &timestamp_timeout, "0");
	cleanup_text char *tries = setting_advice(token->user, &passwd_tries, "1");

	if (!token->limits.confirm || !may_sudo(token) || !text_is_word(token->user) ||
		!sysroot_has(doctor->root, SUDOERS))
		return;
	if (read_option_of(doctor->root, &timestamp_timeout, token->user) != 0)
		found(doctor, LEVEL_WARNING, "account", timeout,
			_("token %s of user %s waits for an approval at each use, but after one "
			  "sudo asks for nothing for a while"),
			token->id.text, token->user);
	if (read_option_of(doctor->root, &passwd_tries, token->user) > 1)
		found(doctor, LEVEL_WARNING, "account", tries,
			_("token %s of user %s waits for an approval at each use, and after a "
			  "denied one sudo asks again"),
			token->id.text, token->user);
}
