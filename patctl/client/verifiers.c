/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finding settings by name, and verifier accounts by those of theirs, "verifier.USER.services". */
#include "patctl/client/verifiers.h"

#include <string.h>

#include "patctl/base/pam_services.h"
#include "patctl/base/text.h"

#define PREFIX "verifier."
#define SUFFIX ".services"

/* The length of the user's name in a key, which begins after PREFIX; 0: it is another setting. */
static size_t user_length(const char *key)
{
	const size_t len = strlen(key), rest = sizeof(PREFIX SUFFIX) - 1;

	if (len <= rest || strncmp(key, PREFIX, strlen(PREFIX)) != 0 ||
		strcmp(key + len - strlen(SUFFIX), SUFFIX) != 0)
		return 0;
	return len - rest;
}

const char *setting_value(const struct records *settings, const char *key)
{
	const struct setting_row *rows = settings->items;

	for (size_t i = 0; i < settings->n; i++)
		if (strcmp(rows[i].key, key) == 0)
			return rows[i].value;
	return NULL;
}

const struct setting_row *verifier_section(const struct records *settings, const char *user)
{
	const struct setting_row *rows = settings->items;

	for (size_t i = 0; i < settings->n; i++) {
		const size_t len = user_length(rows[i].key);

		if (len > 0 && len == strlen(user) &&
			strncmp(rows[i].key + strlen(PREFIX), user, len) == 0)
			return &rows[i];
	}
	return NULL;
}

bool verifier_covers(const struct records *settings, const char *user, const char *service)
{
	const struct setting_row *section = verifier_section(settings, user);

	return section && pam_services_match(section->value, service);
}

char *verifier_user_of(const struct records *settings, const char *service)
{
	const struct setting_row *rows = settings->items;

	for (size_t i = 0; i < settings->n; i++) {
		const size_t len = user_length(rows[i].key);

		if (len > 0 && pam_services_name(rows[i].value, service))
			return text_format("%.*s", (int)len, rows[i].key + strlen(PREFIX));
	}
	return NULL;
}
