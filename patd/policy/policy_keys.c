/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of keys, and a parser for each kind of value. */
#include "patd/policy/policy_keys.h"

#include <string.h>

#include "common/timespan.h"
#include "patd/model/services.h"

#define SECOND UINT64_C(1000000)         /* in microseconds */
#define PERIOD_MAX UINT64_C(31557600000) /* seconds: 1000y, so that no sum passes the year 9999 */
#define NUMBER_MAX 1000000000

#define PERIOD "a period from 1s to 1000y, like \"12h\", \"30d\" or \"1y\""
#define NUMBER "a number from 1 to 1000000000"
#define YES_OR_NO "yes or no, true or false, on or off, 1 or 0"
#define SERVICES "services like \"sudo,sshd,postgresql*\", or \"*\" for all"

static const char *parse_period(const char *text, void *ret_member)
{
	uint64_t *ret_seconds = ret_member;
	struct timespan span;
	const char *problem = timespan_parse(text, &span);

	if (problem)
		return problem;
	if (span.usec % SECOND != 0)
		return "it is not whole seconds";
	if (span.usec == 0 || span.usec / SECOND > PERIOD_MAX)
		return "it is too short, or too long";
	*ret_seconds = span.usec / SECOND;
	return NULL;
}

static const char *parse_number(const char *text, void *ret_member)
{
	uint64_t number = 0;

	if (*text == '\0' || text[strspn(text, "0123456789")] != '\0')
		return "it is not a whole number in digits";
	for (; *text != '\0' && number <= NUMBER_MAX; text++)
		number = number * 10 + (uint64_t)(*text - '0');
	if (number < 1 || number > NUMBER_MAX)
		return "it is too small, or too large";
	*(uint64_t *)ret_member = number;
	return NULL;
}

static const char *parse_yes_or_no(const char *text, void *ret_member)
{
	static const char *const words[2][4] = { { "no", "false", "off", "0" },
		{ "yes", "true", "on", "1" } };

	for (size_t i = 0; i < 8; i++)
		if (strcmp(text, words[i / 4][i % 4]) == 0) {
			*(bool *)ret_member = i / 4;
			return NULL;
		}
	return "it is neither yes nor no";
}

static const char *parse_sync(const char *text, void *ret_member)
{
	bool full = strcmp(text, "full") == 0;

	if (!full && strcmp(text, "normal") != 0)
		return "there is no such way";
	*(bool *)ret_member = full;
	return NULL;
}

static const char *parse_services(const char *text, void *ret_member)
{
	return services_parse(text, ret_member, LIMITS_SERVICES_MAX + 1);
}

static const char *parse_self_services(const char *text, void *ret_member)
{
	char *ret_services = ret_member;

	if (strcmp(text, "*") != 0)
		return parse_services(text, ret_services);
	*ret_services = '\0';
	return NULL;
}

#define MEMBER(name) offsetof(struct policy, name)

const struct policy_key policy_keys[POLICY_KEYS] = {
	[KEY_DEFAULT_LIFETIME] = { "tokens", "default_lifetime", "30d", PERIOD, parse_period,
		MEMBER(default_lifetime), NULL },
	[KEY_MAX_LIFETIME] = { "tokens", "max_lifetime", "unlimited", PERIOD ", or \"unlimited\"",
		parse_period, MEMBER(max_lifetime), "unlimited" },
	[KEY_ALLOW_NEVER] = { "tokens", "allow_never", "yes", YES_OR_NO, parse_yes_or_no,
		MEMBER(allow_never), NULL },
	[KEY_MAX_TOKENS] = { "tokens", "max_tokens", "1000", NUMBER ", or \"unlimited\"",
		parse_number, MEMBER(max_tokens), "unlimited" },
	[KEY_SELF_SERVICES] = { "tokens", "self_services", "*", SERVICES, parse_self_services,
		MEMBER(self_services), NULL },
	[KEY_REVOKE_UNUSED] = { "tokens", "revoke_unused", "never", PERIOD ", or \"never\"",
		parse_period, MEMBER(revoke_unused), "never" },
	[KEY_DENY_LOCKED] = { "tokens", "deny_locked", "no", YES_OR_NO, parse_yes_or_no,
		MEMBER(deny_locked), NULL },
	[KEY_KEEP] = { "history", "keep", "1y", PERIOD ", or \"unlimited\"", parse_period,
		MEMBER(keep_history), "unlimited" },
	[KEY_MAX_ENTRIES] = { "history", "max_entries", "1000000", NUMBER, parse_number,
		MEMBER(max_history), NULL },
	[KEY_USAGE_SYNC] = { "storage", "usage_sync", "normal", "normal or full", parse_sync,
		MEMBER(usage_sync_full), NULL },
};

const struct policy_key policy_verifier_key = { "verifier", "services", "", SERVICES,
	parse_services, offsetof(struct verifier, services), NULL };

const char *policy_key_parse(const struct policy_key *key, const char *text, void *ret_member)
{
	if (!key->unlimited || strcmp(text, key->unlimited) != 0)
		return key->parse(text, ret_member);
	*(uint64_t *)ret_member = POLICY_UNLIMITED;
	return NULL;
}
