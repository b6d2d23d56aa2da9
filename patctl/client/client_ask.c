/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Filling a request, and the way that it goes. */
#include <string.h>

#include "common/error.h"
#include "common/l10n.h"
#include "patctl/base/outcome.h"
#include "patctl/base/text.h"
#include "patctl/client/client_call.h"

/* But for those that hand out a secret, about which their verbs have more to say. */
static bool changes(uint32_t kind)
{
	return kind == REQUEST_REVOKE || kind == REQUEST_RESTORE || kind == REQUEST_RENAME ||
	       kind == REQUEST_SET || kind == REQUEST_DELETE || kind == REQUEST_REVOKE_ALL ||
	       kind == REQUEST_DISABLE || kind == REQUEST_ENABLE || kind == REQUEST_FLEET_NEW_KEY;
}

bool client_ask(struct client *client, struct request *request, struct records *rows,
	struct client_answer *ret, DBusError *error)
{
	struct client_answer ignored;
	bool answered;

	if (!ret)
		ret = &ignored;
	ret->fd = -1;
	answered = client->root ? root_ask(client, request, rows, ret, error)
				: bus_ask(client, request, rows, ret, error);
	if (!answered && changes(request->head.kind) && outcome_unanswered(error))
		error_replace(error, error->name,
			_("%s; whether anything was changed is not known"),
			text_translated(error->message));
	return answered;
}

void give_text(char *field, size_t size, const char *text, uint32_t *given, uint32_t bit)
{
	size_t len;

	if (!text)
		return;
	len = strnlen(text, size - 1);
	/* libdbus aborts over a part of a character. */
	if (text[len] != '\0')
		while (len > 0 && ((unsigned char)text[len] & 0xC0) == 0x80)
			len--;
	memcpy(field, text, len);
	memset(field + len, 0, size - len);
	*given |= bit;
}

bool give_user(
	char field[static REQUEST_USER_SIZE], const char *user, uint32_t *given, DBusError *error)
{
	if (user && strlen(user) >= REQUEST_USER_SIZE) {
		dbus_set_error(error, pat_error_name(PAT_ERR_UNKNOWN_USER), "%s",
			_("no such user: the name is too long"));
		return false;
	}
	give_text(field, REQUEST_USER_SIZE, user, given, GIVEN_USER);
	return true;
}

void give_expiry(
	const struct expiry *expiry, uint64_t *lifetime, uint64_t *expires_at, uint32_t *given)
{
	switch (expiry->kind) {
	case EXPIRY_DEFAULT:
		break;
	case EXPIRY_LIFETIME:
		*lifetime = expiry->seconds;
		*given |= GIVEN_LIFETIME;
		break;
	case EXPIRY_AT:
		*expires_at = expiry->seconds;
		*given |= GIVEN_EXPIRES_AT;
		break;
	case EXPIRY_NEVER:
		*given |= GIVEN_EXPIRES_AT;
		break;
	}
}
