/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The object of a token, as far as its row says. */
#include "front/bus/token_path.h"

#include <stdio.h>
#include <string.h>

#include "front/bus/reply.h"

const char *const bus_token_use[] = { "State", "Uses", "Sessions", "FormerUntil", "LastUsedAt",
	"LastUsedService", "LastUsedFrom", NULL };
const char *const bus_token_lifecycle[] = { "Name", "Note", "State", "ExpiresAt", "Services",
	"Sources", "Hours", "Until", "Hosts", "Sessions", "RevokedAt", "RevokedUntil",
	"RevokedReason", "Rotations", "RotatedAt", "FormerUntil", NULL };

static bool is_in(const char *const *names, const char *name)
{
	for (; *names; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

const char *bus_token_changes(const char *property)
{
	/* Another policy changes it, of any number of tokens, without a signal. */
	if (strcmp(property, "ExpiresAt") == 0)
		return "false";
	return is_in(bus_token_use, property) || is_in(bus_token_lifecycle, property) ? "true"
										      : "const";
}

struct bus_path bus_token_path(const char *id)
{
	struct bus_path path;

	(void)snprintf(path.text, sizeof(path.text), PAT_BUS_TOKEN_PATH "/%s", id);
	return path;
}

bool bus_token_append_interfaces(DBusMessageIter *to, const struct token_row *row)
{
	const char *interface = PAT_BUS_TOKEN;
	DBusMessageIter dict, entry;

	return dbus_message_iter_open_container(to, DBUS_TYPE_ARRAY, "{sa{sv}}", &dict) &&
	       dbus_message_iter_open_container(&dict, DBUS_TYPE_DICT_ENTRY, NULL, &entry) &&
	       dbus_message_iter_append_basic(&entry, DBUS_TYPE_STRING, &interface) &&
	       reply_append(&entry, token_row_table(), NULL, row) &&
	       dbus_message_iter_close_container(&dict, &entry) &&
	       dbus_message_iter_close_container(to, &dict);
}
