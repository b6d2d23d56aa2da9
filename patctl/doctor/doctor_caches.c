/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks of services that answer from a cache, where a token works on after its revocation. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/doctor/doctor_hosts.h"

#define BLANKS " \t\r\n"

static const char what[] = N_("%s goes on to accept a revoked or used-up token: it caches logins "
			      "(%s in %s)");

/* What is read of a configuration. */
struct seen {
	bool asks_pam;
	bool caches;
	bool has_line; /* that sets it, rather than the default */
};

static const char saslauthd_conf[] = "/etc/default/saslauthd";
static const char squid_conf[] = "/etc/squid/squid.conf";
static const char ejabberd_conf[] = "/etc/ejabberd/ejabberd.yml";

/* NAME="VALUE" of a shell: the value, without its quotation marks; NULL: it is another line. */
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

static void read_saslauthd(char *line, struct seen *seen)
{
	char *value = shell_value(line, "MECHANISMS");

	if (value)
		seen->asks_pam = strstr(value, "pam") != NULL;
	value = shell_value(line, "OPTIONS");
	if (value)
		seen->caches = has_option(value, 'c');
}

/* "auth_param basic KEY VALUE UNIT".  Its default is 2 hours, and 1 second the least that serves.
 */
static void read_squid(char *line, struct seen *seen)
{
	const char *words[5] = { "", "", "", "", "" };
	char *rest = line;
	size_t n = 0;

	for (char *word; n < 5 && (word = strsep(&rest, BLANKS));)
		if (*word != '\0')
			words[n++] = word;
	if (strcmp(words[0], "auth_param") != 0 || strcmp(words[1], "basic") != 0)
		return;
	if (strcmp(words[2], "program") == 0 && strstr(words[3], "pam")) {
		seen->asks_pam = true;
		seen->caches |= !seen->has_line;
	} else if (strcmp(words[2], "credentialsttl") == 0) {
		seen->has_line = true;
		seen->caches = strncmp(words[4], "second", strlen("second")) != 0 ||
			       strtoul(words[3], NULL, 10) > 1;
	}
}

/* Of YAML, the lines that people write. */
static void read_ejabberd(char *line, struct seen *seen)
{
	line += strspn(line, BLANKS);
	if (strncmp(line, "auth_method:", strlen("auth_method:")) == 0 ||
		strncmp(line, "- pam", strlen("- pam")) == 0) {
		seen->asks_pam |= strstr(line, "pam") != NULL;
		seen->caches |= !seen->has_line;
	} else if (strncmp(line, "auth_use_cache:", strlen("auth_use_cache:")) == 0) {
		seen->has_line = true;
		seen->caches = strstr(line, "true") != NULL;
	}
}

static const struct cache {
	const char *name, *program, *conf, *setting;
	void (*read)(char *line, struct seen *seen);
	const char *advice;         /* to change the line */
	const char *advice_no_line; /* where there is none: NULL: the same */
} caches[] = {
	{ "saslauthd", "/usr/sbin/saslauthd", saslauthd_conf, "OPTIONS=-c", read_saslauthd,
		"sed -i '/^OPTIONS=/s/-c *//' /etc/default/saslauthd && systemctl try-restart "
		"saslauthd",
		NULL },
	{ "squid", "/usr/sbin/squid", squid_conf, "auth_param basic credentialsttl", read_squid,
		"sed -i 's/^auth_param basic credentialsttl .*/auth_param basic credentialsttl 1 "
		"second/' /etc/squid/squid.conf && systemctl try-restart squid",
		"echo 'auth_param basic credentialsttl 1 second' >>/etc/squid/squid.conf && "
		"systemctl try-restart squid" },
	{ "ejabberd", "/usr/sbin/ejabberdctl", ejabberd_conf, "auth_use_cache", read_ejabberd,
		"sed -i 's/^\\( *auth_use_cache:\\).*/\\1 false/' /etc/ejabberd/ejabberd.yml && "
		"systemctl try-restart ejabberd",
		"echo 'auth_use_cache: false' >>/etc/ejabberd/ejabberd.yml && systemctl "
		"try-restart ejabberd" },
};

static void check_cache(struct doctor *doctor, const struct cache *cache)
{
	cleanup_file FILE *file = NULL;
	cleanup_text char *line = NULL;
	struct seen seen = { 0 };
	size_t size = 0;
	int r = sysroot_read(doctor->root, cache->conf, &file);

	if (r == -EACCES)
		found(doctor, LEVEL_UNSEEN, "cache", _("needs root"), "%s: %s", cache->conf,
			strerror(EACCES));
	if (r < 0)
		return;
	while (getline(&line, &size, file) >= 0)
		cache->read(line, &seen);
	if (seen.asks_pam && seen.caches)
		found(doctor, LEVEL_WARNING, "cache",
			seen.has_line || !cache->advice_no_line ? cache->advice
								: cache->advice_no_line,
			_(what), cache->name, cache->setting, cache->conf);
}

void doctor_caches(struct doctor *doctor)
{
	for (size_t i = 0; i < sizeof(caches) / sizeof(caches[0]); i++)
		if (sysroot_has(doctor->root, caches[i].program))
			check_cache(doctor, &caches[i]);
}
