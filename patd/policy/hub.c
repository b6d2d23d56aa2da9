/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Connection strings of the hub. */
#include "patd/policy/hub.h"

#include <stdbool.h>
#include <string.h>

#include "patd/policy/policy.h"

#define BLANKS " \t"
#define KEYWORD_CHARACTERS "abcdefghijklmnopqrstuvwxyz_0123456789"
#define KEYWORDS_MAX 64 /* more than libpq has */

struct keyword {
	const char *at; /* in the text */
	size_t len;
	char value[POLICY_HUB_MAX + 1];
};

static bool is_keyword(const struct keyword *keyword, const char *name)
{
	return keyword->len == strlen(name) && memcmp(keyword->at, name, keyword->len) == 0;
}

/* One character, perhaps behind a backslash.  False: nothing is behind it. */
static bool take_character(const char **at, char **to)
{
	if (**at == '\\')
		++*at;
	if (**at == '\0')
		return false;
	*(*to)++ = *(*at)++;
	return true;
}

/* As libpq reads it: in single quotes, or up to a blank.  The value has room for all of *at. */
static const char *take_value(const char **at, char *value)
{
	const bool quoted = **at == '\'';

	*at += quoted;
	while (quoted ? **at != '\'' : **at != '\0' && !strchr(BLANKS, **at))
		if (!take_character(at, &value))
			return "a quote or a backslash has no end";
	*at += quoted;
	*value = '\0';
	return NULL;
}

static const char *take_keyword(const char **at, struct keyword *ret)
{
	ret->at = *at;
	ret->len = strspn(*at, KEYWORD_CHARACTERS);
	*at += ret->len;
	*at += strspn(*at, BLANKS);
	if (ret->len == 0 || **at != '=')
		return "it is not KEYWORD=VALUE, with blanks between them";
	++*at;
	*at += strspn(*at, BLANKS);
	return take_value(at, ret->value);
}

/* All hosts, which have commas between them. */
static bool are_folders(const char *hosts)
{
	for (const char *at = hosts; at; at = strchr(at, ',')) {
		at += *at == ',';
		if (*at != '/')
			return false;
	}
	return true;
}

static const char *refused_keyword(const struct keyword *keyword)
{
	static const struct {
		const char *name, *problem;
	} refused[] = {
		{ "password", "a password does not belong there, as everybody can see it; use a "
			      "certificate, or passfile=" },
		{ "sslpassword", "a password does not belong there, as everybody can see it" },
		{ "service", "a service can say something else tomorrow; write what it says" },
		{ "hostaddr", "write host=, whose name the certificate must have" },
	};

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (is_keyword(keyword, refused[i].name))
			return refused[i].problem;
	return NULL;
}

/* What is known of the string so far. */
struct hub {
	struct {
		const char *at;
		size_t len;
	} seen[KEYWORDS_MAX];
	size_t seen_n;
	bool has_host, is_local, is_verified;
};

static const char *note_keyword(struct hub *hub, const struct keyword *keyword)
{
	for (size_t i = 0; i < hub->seen_n; i++)
		if (hub->seen[i].len == keyword->len &&
			memcmp(hub->seen[i].at, keyword->at, keyword->len) == 0)
			return "a keyword is there twice";
	if (hub->seen_n == KEYWORDS_MAX)
		return "it has too many keywords";
	hub->seen[hub->seen_n].at = keyword->at;
	hub->seen[hub->seen_n++].len = keyword->len;
	if (is_keyword(keyword, "host")) {
		hub->has_host = keyword->value[0] != '\0';
		hub->is_local = are_folders(keyword->value);
	}
	if (is_keyword(keyword, "sslmode"))
		hub->is_verified = strcmp(keyword->value, "verify-full") == 0;
	return refused_keyword(keyword);
}

const char *hub_parse(const char *text, char *ret_hub, size_t size)
{
	struct hub hub = { 0 };
	struct keyword keyword;
	const char *at = text + strspn(text, BLANKS), *problem;

	if (strlen(text) >= size || size > sizeof(keyword.value))
		return "it is too long";
	for (; *at != '\0'; at += strspn(at, BLANKS))
		if ((problem = take_keyword(&at, &keyword)) ||
			(problem = note_keyword(&hub, &keyword)))
			return problem;
	if (!hub.has_host)
		return "it has no host=";
	if (!hub.is_local && !hub.is_verified)
		return "it has no sslmode=verify-full, and host= is not the folder of a Unix socket";
	(void)stpcpy(ret_hub, text);
	return NULL;
}
