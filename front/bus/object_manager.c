/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * org.freedesktop.DBus.ObjectManager: the caller's own tokens.
 *
 * The reply comes after the signals of what happened since it was begun, and clients believe the
 * last message.  So the rows are collected page by page, each event changes what is collected, and
 * the reply is made of that in one go.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/l10n.h"
#include "common/pack.h"
#include "front/bus/interface.h"
#include "front/bus/object_set.h"
#include "front/bus/reply.h"
#include "front/bus/token_path.h"

/*
 * One reply has all objects, some 600 bytes each, and a user can ask for many replies at once.  A
 * user with more tokens lists them page by page.
 */
#define OBJECTS_MAX 1024U
#define OBJECT_BYTES 900 /* of one in the reply, beside its texts */

/* A reply that is being collected. */
struct objects {
	LIST_ENTRY(objects) entry;
	struct call *call;
	struct object_set set;
	bool failed; /* out of memory */
};

/* All that are being collected; the bus has one thread. */
static LIST_HEAD(objects_list, objects) collecting = LIST_HEAD_INITIALIZER(collecting);

static void abandon(struct call *call)
{
	struct objects *objects = call->work;

	LIST_REMOVE(objects, entry);
	object_set_clear(&objects->set);
}

void bus_objects_event(enum token_event event, const struct token_row *row)
{
	uint8_t *packed = NULL;
	size_t len = 0;

	for (struct objects *objects = LIST_FIRST(&collecting); objects;
		objects = LIST_NEXT(objects, entry)) {
		if (!authority_owns(&objects->call->caller, row->uid, row->user))
			continue;
		if (event == TOKEN_DELETED) {
			object_set_remove(&objects->set, &row->id);
			continue;
		}
		if (!packed) {
			packed = malloc(row_size_max(token_row_table()));
			len = packed ? row_pack(token_row_table(), row, packed) : 0;
		}
		if (!packed || !object_set_put(&objects->set, &row->id, packed, len))
			objects->failed = true;
	}
	free(packed);
}

static bool append_object(DBusMessageIter *to, const struct object *object)
{
	static struct token_row row;
	struct bus_path path = bus_token_path(object->id.text);
	const char *text = path.text;
	DBusMessageIter entry;

	return row_unpack(token_row_table(), object->row.bytes, object->row.len, &row) > 0 &&
	       dbus_message_iter_open_container(to, DBUS_TYPE_DICT_ENTRY, NULL, &entry) &&
	       dbus_message_iter_append_basic(&entry, DBUS_TYPE_OBJECT_PATH, &text) &&
	       bus_token_append_interfaces(&entry, &row) &&
	       dbus_message_iter_close_container(to, &entry);
}

static void reply_objects(struct call *call)
{
	struct objects *objects = call->work;
	struct reply_rows rows;
	bool complete = !objects->failed;

	reply_rows_begin(&rows, call, "{oa{sa{sv}}}");
	for (size_t i = 0; rows.reply && complete && i < objects->set.n; i++) {
		complete = append_object(&rows.rows, &objects->set.all[i]);
		call->reply_bytes += objects->set.all[i].row.len + OBJECT_BYTES;
	}
	if (!complete)
		reply_rows_discard(&rows);
	reply_rows_end(&rows, NULL);
}

static void take_rows(struct call *call, const struct link_answer *answer)
{
	static struct token_row row;
	struct objects *objects = call->work;
	const uint8_t *at = answer->body, *end = at + answer->len;

	while (answer->kind == ANSWER_ROWS && at < end && objects->set.n <= OBJECTS_MAX) {
		size_t taken = row_unpack(token_row_table(), at, (size_t)(end - at), &row);

		if (taken == 0) {
			objects->failed = true;
			break;
		}
		if (!object_set_put(&objects->set, &row.id, at, taken))
			objects->failed = true;
		at += taken;
	}
}

static void take_page(struct call *call, struct link_answer *answer)
{
	struct objects *objects = call->work;
	char *cursor = call->request->list.cursor;

	memcpy(cursor, answer->body, sizeof(call->request->list.cursor));
	if (objects->set.n > OBJECTS_MAX)
		call_refuse(call, PAT_ERR_BUSY, "too many tokens for one reply; use ListTokens");
	else if (cursor[0] != '\0' && !objects->failed)
		call_ask(call, take_page);
	else
		reply_objects(call);
}

/* Subscribes before it lists, so that the client misses no change in between. */
static void get_managed_objects(struct call *call)
{
	struct objects *objects;

	/* A subscription to everybody's tokens stays. */
	if (!call->client || (!call->client->subscribed &&
				     !client_subscribe(call->client, &call->caller, false))) {
		call_refuse(call, PAT_ERR_BUSY, "too many of your clients are subscribed");
		return;
	}
	if (!call_new_request(call, REQUEST_LIST))
		return;
	objects = call_new_work(call, sizeof(*objects));
	if (!objects)
		return;
	objects->call = call;
	LIST_INSERT_HEAD(&collecting, objects, entry);
	call->abandon = abandon;
	call->part = take_rows;
	call_ask(call, take_page);
}

static const struct bus_method object_methods[] = {
	{ "GetManagedObjects", NULL, get_managed_objects,
		.out = { { "objpath_interfaces_and_properties", "a{oa{sa{sv}}}" } },
		.long_answer = true },
	{ 0 },
};

static const struct bus_signal signals[] = {
	{ "InterfacesAdded",
		.args = { { "object_path", "o" }, { "interfaces_and_properties", "a{sa{sv}}" } } },
	{ "InterfacesRemoved", .args = { { "object_path", "o" }, { "interfaces", "as" } } },
	{ 0 },
};

const struct bus_interface bus_object_manager_interface = {
	.name = BUS_OBJECT_MANAGER,
	.methods = (const struct bus_method *const[]) { object_methods, NULL },
	.signals = signals,
};
