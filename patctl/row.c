#include "patctl/row.h"

#include <stdlib.h>
#include <string.h>

#include "patctl/text.h"

/* What the values of one dictionary point to, inside the message. */
struct raw {
	const char *id, *name, *user, *state, *last_used_service;
	dbus_uint32_t uid;
	dbus_uint64_t created_at, expires_at, revoked_at, last_used_at;
};

static const struct {
	const char *key;
	int type;
	size_t offset;
} fields[] = {
	{ "Id", DBUS_TYPE_STRING, offsetof(struct raw, id) },
	{ "Name", DBUS_TYPE_STRING, offsetof(struct raw, name) },
	{ "Uid", DBUS_TYPE_UINT32, offsetof(struct raw, uid) },
	{ "User", DBUS_TYPE_STRING, offsetof(struct raw, user) },
	{ "State", DBUS_TYPE_STRING, offsetof(struct raw, state) },
	{ "CreatedAt", DBUS_TYPE_UINT64, offsetof(struct raw, created_at) },
	{ "ExpiresAt", DBUS_TYPE_UINT64, offsetof(struct raw, expires_at) },
	{ "RevokedAt", DBUS_TYPE_UINT64, offsetof(struct raw, revoked_at) },
	{ "LastUsedAt", DBUS_TYPE_UINT64, offsetof(struct raw, last_used_at) },
	{ "LastUsedService", DBUS_TYPE_STRING, offsetof(struct raw, last_used_service) },
};

#define FIELDS (sizeof(fields) / sizeof(fields[0]))
#define ALL_SEEN ((1U << FIELDS) - 1)

/* One {sv} of the dictionary.  False if a known key has a value of another type. */
static bool read_entry(DBusMessageIter *entry, struct raw *raw, unsigned int *seen)
{
	DBusMessageIter value;
	const char *key;

	dbus_message_iter_get_basic(entry, &key);
	dbus_message_iter_next(entry);
	dbus_message_iter_recurse(entry, &value);

	for (unsigned int i = 0; i < FIELDS; i++) {
		if (strcmp(fields[i].key, key) != 0)
			continue;
		if (dbus_message_iter_get_arg_type(&value) != fields[i].type)
			return false;
		dbus_message_iter_get_basic(&value, (char *)raw + fields[i].offset);
		*seen |= 1U << i;
	}
	return true;
}

bool row_read(DBusMessageIter *iter, struct row *ret)
{
	DBusMessageIter entries, entry;
	unsigned int seen = 0;
	struct raw raw;

	for (dbus_message_iter_recurse(iter, &entries);
		dbus_message_iter_get_arg_type(&entries) == DBUS_TYPE_DICT_ENTRY;
		dbus_message_iter_next(&entries)) {
		dbus_message_iter_recurse(&entries, &entry);
		if (!read_entry(&entry, &raw, &seen))
			return false;
	}
	if (seen != ALL_SEEN || !pat_id_valid(raw.id))
		return false;

	*ret = (struct row) {
		.name = text_must(strdup(raw.name)),
		.user = text_must(strdup(raw.user)),
		.state = text_must(strdup(raw.state)),
		.last_used_service = text_must(strdup(raw.last_used_service)),
		.uid = raw.uid,
		.created_at = raw.created_at,
		.expires_at = raw.expires_at,
		.revoked_at = raw.revoked_at,
		.last_used_at = raw.last_used_at,
	};
	memcpy(ret->id.text, raw.id, sizeof(ret->id.text));
	return true;
}

void row_clear(struct row *row)
{
	free(row->name);
	free(row->user);
	free(row->state);
	free(row->last_used_service);
	*row = (struct row) { 0 };
}

void rows_take(struct rows *rows, const struct row *row)
{
	/* Doubles at each power of two, so that n alone tells how much is allocated. */
	if ((rows->n & (rows->n - 1)) == 0)
		rows->items = text_must(
			reallocarray(rows->items, rows->n ? 2 * rows->n : 1, sizeof(*rows->items)));
	rows->items[rows->n++] = *row;
}

void rows_clear(struct rows *rows)
{
	for (size_t i = 0; i < rows->n; i++)
		row_clear(&rows->items[i]);
	free(rows->items);
	*rows = (struct rows) { 0 };
}
