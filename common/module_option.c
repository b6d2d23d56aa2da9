/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parsing an option of pam_pat.so. */
#include "common/module_option.h"

#include <stddef.h>
#include <string.h>
#include <sys/un.h>

#include "common/timespan.h"

static bool set_debug(struct pat_options *options, const char *value)
{
	(void)value;
	options->debug = true;
	return true;
}

static bool set_nodelay(struct pat_options *options, const char *value)
{
	(void)value;
	options->nodelay = true;
	return true;
}

/* "14d", or "none". */
static bool set_notice(struct pat_options *options, const char *value)
{
	struct timespan span = { .usec = 0 };

	if (strcmp(value, "none") != 0 && timespan_parse(value, &span) != NULL)
		return false;
	options->notice = span.usec / 1000000;
	return true;
}

static bool set_quiet(struct pat_options *options, const char *value)
{
	(void)value;
	options->quiet = true;
	return true;
}

static bool set_prompt(struct pat_options *options, const char *value)
{
	options->prompt = value;
	return true;
}

/* A relative path would mean another socket in every directory that the host may be in. */
static bool set_socket(struct pat_options *options, const char *value)
{
	if (value[0] != '/' || strlen(value) >= sizeof(((struct sockaddr_un *)0)->sun_path))
		return false;
	options->socket = value;
	return true;
}

/* Seconds, or milliseconds with "ms".  Not strtoul(), which takes "-1" and " 1" for numbers. */
static bool set_timeout(struct pat_options *options, const char *value)
{
	size_t digits = strspn(value, "0123456789");
	unsigned int n = 0;

	if (digits == 0 || digits > 5)
		return false;
	for (size_t i = 0; i < digits; i++)
		n = n * 10 + (unsigned int)(value[i] - '0');

	if (value[digits] == '\0')
		n *= 1000;
	else if (strcmp(value + digits, "ms") != 0)
		return false;
	if (n == 0 || n > PAT_TIMEOUT_MAX)
		return false;
	options->timeout = n;
	return true;
}

/* A name that ends in "=" takes a value.  NULL: the option is left to libpam. */
static const struct {
	const char *name;
	bool (*set)(struct pat_options *options, const char *value);
} known[] = {
	{ "debug", set_debug },
	{ "nodelay", set_nodelay },
	{ "notice=", set_notice },
	{ "prompt=", set_prompt },
	{ "quiet", set_quiet },
	{ "socket=", set_socket },
	{ "timeout=", set_timeout },
	/* pam_get_authtok() reads the second itself, and always behaves as with the first. */
	{ "try_first_pass", NULL },
	{ "use_first_pass", NULL },
};

/* Leaves the value, or "", in *ret_value. */
static bool is_option(const char *argument, const char *name, const char **ret_value)
{
	size_t len = strlen(name);

	if (strncmp(argument, name, len) != 0)
		return false;
	if (name[len - 1] != '=' && argument[len] != '\0')
		return false;
	*ret_value = argument + len;
	return true;
}

enum pat_option pat_option_parse(struct pat_options *options, const char *argument)
{
	const char *value = NULL;
	size_t o = 0;

	while (o < sizeof(known) / sizeof(known[0]) && !is_option(argument, known[o].name, &value))
		o++;
	if (o == sizeof(known) / sizeof(known[0]))
		return PAT_OPTION_UNKNOWN;
	return !known[o].set || known[o].set(options, value) ? PAT_OPTION_SET : PAT_OPTION_INVALID;
}
