/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tokens for local logins through services that have none. */
#include "patctl/doctor/doctor_unusable.h"

#include <inttypes.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/l10n.h"
#include "patctl/base/source_word.h"
#include "patctl/base/text.h"
#include "patctl/client/client.h"
#include "patctl/doctor/doctor.h"

#define IDS_NAMED 5U

void unusable_clear(struct unusable *unusable)
{
	text_free(&unusable->local_services);
	text_free(&unusable->ids);
}

void unusable_begin(struct doctor *doctor, struct unusable *unusable)
{
	DBusError error = DBUS_ERROR_INIT;
	cleanup_records struct records in_force = { 0 };

	if (!client_policy(doctor->client, &in_force, &error)) {
		dbus_error_free(&error);
		return;
	}
	for (size_t i = 0; i < in_force.n; i++) {
		const struct setting_row *row = (const struct setting_row *)in_force.items + i;

		if (strcmp(row->key, "tokens.local_services") == 0)
			unusable->local_services = text_format("%s", row->value);
	}
}

/* Whether services are names, and none is of a service that has local logins. */
static bool none_is_local(const char *services, const char *local_services)
{
	cleanup_text char *names = text_format("%s", services);
	char *rest = names;

	if (*services == '\0' || strpbrk(services, "*?["))
		return false;
	for (const char *name; (name = strsep(&rest, ",")) != NULL;)
		if (source_list_has(local_services, name))
			return false;
	return true;
}

void unusable_count(struct unusable *unusable, const struct token_row *token)
{
	const char *services = token_row_restriction(token, PAT_SERVICES),
		   *sources = token_row_restriction(token, PAT_SOURCES);
	cleanup_text char *before = unusable->ids;

	unusable->ids = NULL;
	if (!unusable->local_services || strcmp(sources, "local") != 0 ||
		!none_is_local(services, unusable->local_services) || unusable->n++ >= IDS_NAMED)
		unusable->ids = TAKE(before);
	else
		unusable->ids = text_format(
			"%s%s%s", before ? before : "", before ? ", " : "", token->id.text);
}

void unusable_found(struct doctor *doctor, const struct unusable *unusable)
{
	if (unusable->n == 0)
		return;
	found(doctor, LEVEL_WARNING, "token",
		_("patctl set TOKEN --from=any; or, if no program on a network asks through the "
		  "service, add it to local_services in patd.conf"),
		P_("%" PRIu64 " token opens nothing: it is for local logins only, and its services "
		   "have none: %s%s",
			"%" PRIu64 " tokens open nothing: they are for local logins only, and "
			"their services have none: %s%s",
			(unsigned long)unusable->n),
		unusable->n, unusable->ids, unusable->n > IDS_NAMED ? ", …" : "");
}
