/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parsing the options of the module. */
#include "pam_pat/module_options.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/un.h>
#include <syslog.h>

#include "common/timespan.h"
#include "pam_pat/pam_log.h"

static bool set_debug(struct options *options, const char *value)
{
	(void)value;
	options->debug = true;
	return true;
}

static bool set_nodelay(struct options *options, const char *value)
{
	(void)value;
	options->nodelay = true;
	return true;
}

/* "14d", or "none". */
static bool set_notice(struct options *options, const char *value)
{
	struct timespan span = { .usec = 0 };

	if (strcmp(value, "none") != 0 && timespan_parse(value, &span) != NULL)
		return false;
	options->notice = span.usec / 1000000;
	return true;
}

static bool set_quiet(struct options *options, const char *value)
{
	(void)value;
	options->quiet = true;
	return true;
}

static bool set_prompt(struct options *options, const char *value)
{
	options->prompt = value;
	return true;
}

/* A relative path would mean another socket in every directory that the host may be in. */
static bool set_socket(struct options *options, const char *value)
{
	if (value[0] != '/' || strlen(value) >= sizeof(((struct sockaddr_un *)0)->sun_path))
		return false;
	options->socket = value;
	return true;
}

/* Seconds, or milliseconds with "ms".  Not strtoul(), which takes "-1" and " 1" for numbers. */
static bool set_timeout(struct options *options, const char *value)
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
	if (n == 0 || n > OPTIONS_TIMEOUT_MAX)
		return false;
	options->timeout = n;
	return true;
}

/* A name that ends in "=" takes a value.  NULL: the option is left to libpam. */
static const struct {
	const char *name;
	bool (*set)(struct options *options, const char *value);
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

int options_parse(pam_handle_t *pamh, int argc, const char **argv, struct options *ret_options)
{
	struct options options = {
		.timeout = OPTIONS_TIMEOUT_DEFAULT,
		.notice = OPTIONS_NOTICE_DEFAULT,
	};

	for (int i = 0; i < argc; i++) {
		const char *value = NULL;
		size_t o = 0;

		while (o < sizeof(known) / sizeof(known[0]) &&
			!is_option(argv[i], known[o].name, &value))
			o++;
		if (o == sizeof(known) / sizeof(known[0])) {
			log_message(pamh, LOG_ERR, "unknown option: %s", argv[i]);
			continue;
		}
		if (known[o].set && !known[o].set(&options, value)) {
			log_message(pamh, LOG_ERR, "bad value: %s", argv[i]);
			return -EINVAL;
		}
	}
	*ret_options = options;
	return 0;
}
