/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tokens for sources that no login through their services can have. */
#include "patctl/doctor/doctor_unusable.h"

#include <inttypes.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/l10n.h"
#include "patctl/base/source_word.h"
#include "patctl/base/text.h"
#include "patctl/client/client.h"
#include "patctl/client/verifiers.h"
#include "patctl/doctor/doctor.h"

#define IDS_NAMED 5U

void unusable_clear(struct unusable *unusable)
{
	text_free(&unusable->local_services);
	text_free(&unusable->name_services);
	text_free(&unusable->ids);
}

/* The caller owns it; NULL: patd has no such setting. */
static char *copy_setting(const struct records *settings, const char *key)
{
	const char *value = setting_value(settings, key);

	return value ? text_format("%s", value) : NULL;
}

void unusable_begin(struct doctor *doctor, struct unusable *unusable)
{
	DBusError error = DBUS_ERROR_INIT;
	cleanup_records struct records in_force = { 0 };

	if (!client_policy(doctor->client, &in_force, &error)) {
		dbus_error_free(&error);
		return;
	}
	unusable->local_services = copy_setting(&in_force, "tokens.local_services");
	unusable->name_services = copy_setting(&in_force, "tokens.name_services");
}

/*
 * Whether a login through the service can have one of the sources: be local, or come from an
 * address.
 */
static bool can_have(const struct unusable *unusable, const char *service, const char *sources)
{
	const bool local = source_list_has(sources, "local"),
		   addresses = strcmp(sources, "local") != 0;

	return (local && source_list_has(unusable->local_services, service)) ||
	       (addresses && !source_list_has(unusable->name_services, service));
}

/* Whether services are names, and no login through one of them can have one of the sources. */
static bool none_can_have(
	const struct unusable *unusable, const char *services, const char *sources)
{
	cleanup_text char *names = text_format("%s", services);
	char *rest = names;

	if (*services == '\0' || *sources == '\0' || strpbrk(services, "*?["))
		return false;
	for (const char *name; (name = strsep(&rest, ",")) != NULL;)
		if (can_have(unusable, name, sources))
			return false;
	return true;
}

void unusable_count(struct unusable *unusable, const struct token_row *token)
{
	const char *services = token_row_restriction(token, PAT_SERVICES),
		   *sources = token_row_restriction(token, PAT_SOURCES);
	cleanup_text char *before = unusable->ids;

	unusable->ids = NULL;
	if (!unusable->local_services || !unusable->name_services ||
		!none_can_have(unusable, services, sources) || unusable->n++ >= IDS_NAMED)
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
		_("patctl set TOKEN --from=any; or see local_services and name_services in "
		  "patd.conf(5)"),
		P_("%" PRIu64 " token opens nothing: no login through its services has a source "
		   "of its --from: %s%s",
			"%" PRIu64 " tokens open nothing: no login through their services has a "
			"source of their --from: %s%s",
			(unsigned long)unusable->n),
		unusable->n, unusable->ids, unusable->n > IDS_NAMED ? ", …" : "");
}
