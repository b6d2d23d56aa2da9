/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The properties of a token, those of its restrictions from their table. */
#include "patd/bus/token_view.h"

#include <stdio.h>
#include <string.h>

#define OF(member) BUS_MEMBER(struct token_view, member)
#define TEXT(member) BUS_TEXT(struct token_view, token.member)

static const struct bus_property before_restrictions[] = {
	{ "Id", "s", "const", TEXT(id.text) },
	{ "Name", "s", "true", TEXT(name) },
	{ "Uid", "u", "const", OF(token.uid) },
	{ "User", "s", "const", TEXT(user) },
	{ "State", "s", "true", OF(state) },
	{ "CreatedAt", "t", "const", OF(token.created_at) },
	{ "ExpiresAt", "t", "false", OF(token.expires_at) },
	{ "CreatedBy", "u", "const", OF(token.created_by) },
};

static const struct bus_property after_restrictions[] = {
	{ "Uses", "t", "true", OF(token.uses) },
	{ "RevokedAt", "t", "true", OF(token.revoked_at) },
	{ "RevokedUntil", "t", "true", OF(token.revoked_until) },
	{ "RevokedReason", "s", "true", TEXT(revoked_reason) },
	{ "Rotations", "u", "true", OF(token.rotations) },
	{ "RotatedAt", "t", "true", OF(token.rotated_at) },
	{ "FormerUntil", "t", "true", OF(token.former_until) },
	{ "LastUsedAt", "t", "true", OF(token.last_used_at) },
	{ "LastUsedService", "s", "true", TEXT(last_used_service) },
	{ "LastUsedFrom", "s", "true", TEXT(last_used_from) },
};

static const char *const restriction_types[] = {
	[RESTRICTION_LIST] = "as",
	[RESTRICTION_TEXT] = "s",
	[RESTRICTION_TIME] = "t",
	[RESTRICTION_COUNT] = "t",
};

#define BEFORE (sizeof(before_restrictions) / sizeof(before_restrictions[0]))
#define AFTER (sizeof(after_restrictions) / sizeof(after_restrictions[0]))

const struct bus_property *token_view_properties(void)
{
	/* Filled by the first call; the bus has one thread. */
	static struct bus_property properties[BEFORE + PAT_RESTRICTIONS + AFTER + 1];
	struct bus_property *to = properties;

	if (to->name)
		return properties;
	memcpy(to, before_restrictions, sizeof(before_restrictions));
	to += BEFORE;
	for (enum pat_restriction r = 0; r < PAT_RESTRICTIONS; r++)
		*to++ = (struct bus_property) {
			.name = restrictions[r].property,
			.type = restriction_types[restrictions[r].kind],
			.changes = "const",
			.offset =
				offsetof(struct token_view, token.limits) + limit_places[r].offset,
			.in_place = !RESTRICTION_IS_NUMBER(restrictions[r].kind),
		};
	memcpy(to, after_restrictions, sizeof(after_restrictions));
	return properties;
}

/* A revocation or a grace period that is over is not shown. */
void token_view_fill(struct tokens *tokens, const struct token *token, struct token_view *ret_view)
{
	struct token *shown = &ret_view->token;

	*ret_view = (struct token_view) {
		.token = *token,
		.state = token_state_text(tokens_state(tokens, token)),
	};
	shown->expires_at = tokens_end(tokens, token);
	if (!tokens_revoked(tokens, token)) {
		shown->revoked_at = shown->revoked_until = 0;
		shown->revoked_reason[0] = '\0';
	}
	if (token->former_until <= tokens_now(tokens))
		shown->former_until = 0;
}

struct bus_path bus_token_path(const struct pat_id *id)
{
	struct bus_path path;

	(void)snprintf(path.text, sizeof(path.text), PAT_BUS_TOKEN_PATH "/%s", id->text);
	return path;
}

bool token_view_append_interfaces(
	struct tokens *tokens, DBusMessageIter *to, const struct token *token)
{
	const char *interface = PAT_BUS_TOKEN;
	struct token_view view;
	DBusMessageIter dict, entry;

	token_view_fill(tokens, token, &view);
	return dbus_message_iter_open_container(to, DBUS_TYPE_ARRAY, "{sa{sv}}", &dict) &&
	       dbus_message_iter_open_container(&dict, DBUS_TYPE_DICT_ENTRY, NULL, &entry) &&
	       dbus_message_iter_append_basic(&entry, DBUS_TYPE_STRING, &interface) &&
	       reply_append(&entry, token_view_properties(), NULL, &view) &&
	       dbus_message_iter_close_container(&dict, &entry) &&
	       dbus_message_iter_close_container(to, &dict);
}
