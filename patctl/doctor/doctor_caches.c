/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks of services that answer from a cache, where a token works on after its revocation. */
#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/doctor/doctor_hosts.h"

#define BLANKS " \t\r\n"
#define FILES_MAX 100 /* of one configuration, also if they include each other */

static const char what[] = N_("%s goes on to accept a revoked or used-up token: it caches logins "
			      "(%s in %s)");

/* What is read of a configuration. */
struct seen {
	bool asks_pam;
	bool caches;
	bool starts;
	char *value;       /* owned, of the setting, where the remedy depends on it */
	char *file;        /* owned, that has the line of the setting; NULL: the default counts */
	unsigned int line; /* in it */
	unsigned int files;
};

static void seen_clear(struct seen *seen)
{
	text_free(&seen->value);
	text_free(&seen->file);
}
#define cleanup_seen __attribute__((cleanup(seen_clear)))

struct cache {
	const char *name, *program, *conf, *setting;
	/* True if the line has the setting.  It may be changed. */
	bool (*read)(char *line, struct seen *seen);
	const char
		*include; /* the word before the file that a line includes; NULL: there is none */
	/* A command that changes the line, or writes one; the caller owns it. */
	char *(*remedy)(const struct cache *cache, const struct seen *seen);
	bool starts, caches; /* where nothing is set */
};

/* ---- saslauthd, whose settings are variables of a shell ---- */

/* NAME="VALUE": the value, without its quotation marks; NULL: it is another line. */
static char *shell_value(char *line, const char *name)
{
	const size_t len = strlen(name);

	if (strncmp(line, name, len) != 0 || line[len] != '=')
		return NULL;
	line += len + 1;
	line += strspn(line, "\"'");
	line[strcspn(line, "\"'\n")] = '\0';
	return line;
}

/* "-c", also with other letters, in the words of text. */
static bool has_option(char *text, char option)
{
	for (char *word; (word = strsep(&text, BLANKS));)
		if (word[0] == '-' && word[1] == option)
			return true;
	return false;
}

/* The script of Debian starts it only if told so, and with a cache if there are no options. */
static bool read_saslauthd(char *line, struct seen *seen)
{
	char *value = shell_value(line, "MECHANISMS");

	if (value)
		seen->asks_pam = strstr(value, "pam") != NULL;
	value = shell_value(line, "START");
	if (value)
		seen->starts = strcmp(value, "yes") == 0;
	value = shell_value(line, "OPTIONS");
	if (!value)
		return false;
	text_free(&seen->value);
	seen->value = text_format("%s", value);
	seen->caches = *value == '\0' || has_option(value, 'c');
	return true;
}

#define SASL_OPTIONS "OPTIONS=\"-m /var/run/saslauthd\""

static char *remedy_saslauthd(const struct cache *cache, const struct seen *seen)
{
	(void)cache;
	if (!seen->file)
		return text_format("echo '" SASL_OPTIONS "' >>%s", cache->conf);
	if (*seen->value == '\0' || strcmp(seen->value, "-c") == 0)
		return text_format("sed -i '%u s|.*|" SASL_OPTIONS "|' %s", seen->line, seen->file);
	/* Not in a word such as "/run/sasl-cd", and of "-cd" the letter alone. */
	return text_format("sed -i '%u {s/\\B-c\\b *//; s/\\B-c/-/}' %s", seen->line, seen->file);
}

/* ---- squid: "auth_param basic KEY VALUE UNIT" ---- */

/* The default is 2 hours, and 1 second the least that serves. */
static bool read_squid(char *line, struct seen *seen)
{
	const char *words[5] = { "", "", "", "", "" };
	char *rest = line;
	size_t n = 0;

	for (char *word; n < 5 && (word = strsep(&rest, BLANKS));)
		if (*word != '\0')
			words[n++] = word;
	if (strcmp(words[0], "auth_param") != 0 || strcmp(words[1], "basic") != 0)
		return false;
	if (strcmp(words[2], "program") == 0)
		seen->asks_pam |= strstr(words[3], "pam") != NULL;
	if (strcmp(words[2], "credentialsttl") != 0)
		return false;
	seen->caches = strncmp(words[4], "second", strlen("second")) != 0 ||
		       strtoul(words[3], NULL, 10) > 1;
	return true;
}

static char *remedy_squid(const struct cache *cache, const struct seen *seen)
{
	if (!seen->file)
		return text_format("echo '%s 1 second' >>%s", cache->setting, cache->conf);
	return text_format(
		"sed -i '%u s/.*/%s 1 second/' %s", seen->line, cache->setting, seen->file);
}

/* ---- ejabberd: of YAML, the lines that people write ---- */

static bool read_ejabberd(char *line, struct seen *seen)
{
	line += strspn(line, BLANKS);
	if (strncmp(line, "auth_method:", strlen("auth_method:")) == 0 ||
		strncmp(line, "- pam", strlen("- pam")) == 0)
		seen->asks_pam |= strstr(line, "pam") != NULL;
	if (strncmp(line, "auth_use_cache:", strlen("auth_use_cache:")) != 0)
		return false;
	seen->caches = strstr(line, "true") != NULL;
	return true;
}

static char *remedy_ejabberd(const struct cache *cache, const struct seen *seen)
{
	if (!seen->file)
		return text_format("echo '%s: false' >>%s", cache->setting, cache->conf);
	return text_format("sed -i '%u s/true/false/' %s", seen->line, seen->file);
}

/* ---- dovecot: "KEY = VALUE"; PAM is cached only where the passdb has a key for it ---- */

static bool read_dovecot(char *line, struct seen *seen)
{
	const char *key = line + strspn(line, BLANKS), *value = strchr(key, '=');

	if (!value)
		return false;
	value += 1 + strspn(value + 1, BLANKS);
	if (strncmp(key, "args", strlen("args")) == 0)
		seen->asks_pam |= strstr(value, "cache_key=") != NULL;
	if (strncmp(key, "auth_cache_size", strlen("auth_cache_size")) != 0)
		return false;
	seen->caches = strtoul(value, NULL, 10) > 0;
	return true;
}

static char *remedy_dovecot(const struct cache *cache, const struct seen *seen)
{
	return text_format("sed -i '%u s/.*/%s = 0/' %s", seen->line, cache->setting, seen->file);
}

/* All but dovecot, which is as in its manual, were tried on Debian 12. */
static const struct cache caches[] = {
	{ "squid", "/usr/sbin/squid", "/etc/squid/squid.conf", "auth_param basic credentialsttl",
		read_squid, "include", remedy_squid, true, true },
	{ "ejabberd", "/usr/sbin/ejabberdctl", "/etc/ejabberd/ejabberd.yml", "auth_use_cache",
		read_ejabberd, NULL, remedy_ejabberd, true, true },
	{ "dovecot", "/usr/sbin/dovecot", "/etc/dovecot/dovecot.conf", "auth_cache_size",
		read_dovecot, "!include", remedy_dovecot, true, false },
};

static void read_file(
	struct doctor *doctor, const struct cache *cache, const char *path, struct seen *seen);

/* Of the folder of path, where the pattern does not begin with "/"; only its last part may fit
 * many. */
static void read_included(struct doctor *doctor, const struct cache *cache, const char *path,
	const char *pattern, struct seen *seen)
{
	const int folder = *pattern == '/' ? 0 : (int)(strrchr(path, '/') + 1 - path);
	cleanup_text char *whole = text_format("%.*s%s", folder, path, pattern), *above = NULL;
	cleanup_names char **names = NULL;
	const char *slash = strrchr(whole, '/');

	above = text_format("%.*s", (int)(slash - whole), whole);
	if (sysroot_list(doctor->root, above, &names) < 0)
		return;
	for (char **name = names; *name; name++) {
		cleanup_text char *file = text_format("%s/%s", above, *name);

		if (fnmatch(slash + 1, *name, 0) == 0)
			read_file(doctor, cache, file, seen);
	}
}

/* The pattern of the files that the line includes, in it; NULL: it includes none. */
static char *included(const struct cache *cache, char *line)
{
	char *word;

	if (!cache->include)
		return NULL;
	line += strspn(line, BLANKS);
	word = strsep(&line, BLANKS);
	/* "!include_try" as well. */
	if (!line || strncmp(word, cache->include, strlen(cache->include)) != 0 ||
		isalpha((unsigned char)word[strlen(cache->include)]))
		return NULL;
	line += strspn(line, BLANKS);
	line[strcspn(line, BLANKS)] = '\0';
	return *line != '\0' ? line : NULL;
}

static void read_file(
	struct doctor *doctor, const struct cache *cache, const char *path, struct seen *seen)
{
	cleanup_file FILE *file = NULL;
	cleanup_text char *line = NULL;
	unsigned int number = 0;
	size_t size = 0;
	int r;

	if (seen->files == FILES_MAX)
		return;
	seen->files++;
	r = sysroot_read(doctor->root, path, &file);
	if (r == -EACCES)
		found(doctor, LEVEL_UNSEEN, "cache", _("needs root"), "%s: %s", path,
			strerror(EACCES));
	if (r < 0)
		return;
	while (getline(&line, &size, file) >= 0) {
		cleanup_text char *copy = text_format("%s", line);
		char *pattern = included(cache, copy);

		number++;
		if (pattern) {
			read_included(doctor, cache, path, pattern, seen);
		} else if (cache->read(line, seen)) {
			text_free(&seen->file);
			seen->file = text_format("%s", path);
			seen->line = number;
		}
	}
}

static void check_cache(struct doctor *doctor, const struct cache *cache)
{
	cleanup_seen struct seen seen = { .starts = cache->starts, .caches = cache->caches };
	cleanup_text char *command = NULL, *advice = NULL;

	read_file(doctor, cache, cache->conf, &seen);
	if (!seen.starts || !seen.asks_pam || !seen.caches)
		return;
	command = cache->remedy(cache, &seen);
	advice = text_format("%s && systemctl try-restart %s", command, cache->name);
	found(doctor, LEVEL_WARNING, "cache", advice, _(what), cache->name, cache->setting,
		seen.file ? seen.file : cache->conf);
}

#define SASLAUTHD "saslauthd"

/* The script of Debian starts one for each file of such a name. */
static bool is_saslauthd_file(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_-";
	const size_t len = strlen(SASLAUTHD);

	return strncmp(name, SASLAUTHD, len) == 0 &&
	       name[len + strspn(name + len, letters)] == '\0';
}

static void check_saslauthd(struct doctor *doctor)
{
	const bool by_script = sysroot_has(doctor->root, "/etc/init.d/saslauthd");
	cleanup_names char **names = NULL;

	if (sysroot_list(doctor->root, "/etc/default", &names) < 0)
		return;
	for (char **name = names; *name; name++) {
		cleanup_text char *path = text_format("/etc/default/%s", *name);
		const struct cache instance = { SASLAUTHD, NULL, path, "OPTIONS=-c", read_saslauthd,
			NULL, remedy_saslauthd, !by_script, by_script };

		if (is_saslauthd_file(*name))
			check_cache(doctor, &instance);
	}
}

void doctor_caches(struct doctor *doctor)
{
	if (sysroot_has(doctor->root, "/usr/sbin/saslauthd"))
		check_saslauthd(doctor);
	for (size_t i = 0; i < sizeof(caches) / sizeof(caches[0]); i++)
		if (sysroot_has(doctor->root, caches[i].program))
			check_cache(doctor, &caches[i]);
}
