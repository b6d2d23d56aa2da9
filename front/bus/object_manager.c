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
#include "front/bus/interface.h"
#include "front/bus/reply.h"
#include "front/bus/token_path.h"
#include "protocol/row.h"

/*
 * One reply has all objects, some 600 bytes each, and a user can ask for many replies at once.  A
 * user with more tokens lists them page by page.
 */
#define OBJECTS_MAX 1024U
#define OBJECT_BYTES 900 /* of one in the reply, beside its texts */

struct object {
	struct pat_id id;
	size_t len;
	uint8_t *row; /* as in an answer */
};

/* A reply that is being collected. */
struct objects {
	LIST_ENTRY(objects) entry;
	struct call *call;
	struct object *all;
	size_t n, size;
	bool failed; /* out of memory */
};

/* All that are being collected; the bus has one thread. */
static LIST_HEAD(, objects) collecting = LIST_HEAD_INITIALIZER(collecting);

static void abandon(struct call *call)
{
	struct objects *objects = call->work;

	LIST_REMOVE(objects, entry);
	for (size_t i = 0; i < objects->n; i++)
		free(objects->all[i].row);
	free(objects->all);
}

static struct object *find_object(const struct objects *objects, const struct pat_id *id)
{
	for (size_t i = 0; i < objects->n; i++)
		if (memcmp(objects->all[i].id.text, id->text, PAT_ID_LEN) == 0)
			return &objects->all[i];
	return NULL;
}

/* A new object without a row; NULL without memory. */
static struct object *add_object(struct objects *objects, const struct pat_id *id)
{
	struct object *all;
	size_t size = objects->size ? objects->size * 2 : 16;

	if (objects->n == objects->size) {
		all = realloc(objects->all, size * sizeof(*all));
		if (!all)
			return NULL;
		objects->all = all;
		objects->size = size;
	}
	objects->all[objects->n] = (struct object) { .id = *id };
	return &objects->all[objects->n++];
}

/* Adds the token, or puts a later row in place of its former one. */
static void put(struct objects *objects, const struct pat_id *id, const void *row, size_t len)
{
	struct object *object = find_object(objects, id);
	uint8_t *copy = malloc(len);

	if (copy && !object)
		object = add_object(objects, id);
	if (!copy || !object) {
		free(copy);
		objects->failed = true;
		return;
	}
	memcpy(copy, row, len);
	free(object->row);
	object->row = copy;
	object->len = len;
}

static void remove_object(struct objects *objects, const struct pat_id *id)
{
	struct object *object = find_object(objects, id);

	if (!object)
		return;
	free(object->row);
	*object = objects->all[--objects->n];
}

void bus_objects_event(enum token_event event, const struct token_row *row)
{
	uint8_t *packed = NULL;
	size_t len = 0;
	struct objects *objects;

	LIST_FOREACH(objects, &collecting, entry) {
		if (!authority_owns(&objects->call->caller, row->uid, row->user))
			continue;
		if (event == TOKEN_DELETED) {
			remove_object(objects, &row->id);
			continue;
		}
		if (!packed) {
			packed = malloc(row_size_max(token_row_table()));
			len = packed ? row_pack(token_row_table(), row, packed) : 0;
		}
		if (packed)
			put(objects, &row->id, packed, len);
		else
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

	return row_unpack(token_row_table(), object->row, object->len, &row) > 0 &&
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
	for (size_t i = 0; rows.reply && complete && i < objects->n; i++) {
		complete = append_object(&rows.rows, &objects->all[i]);
		call->reply_bytes += objects->all[i].len + OBJECT_BYTES;
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

	while (answer->kind == ANSWER_ROWS && at < end && objects->n <= OBJECTS_MAX) {
		size_t taken = row_unpack(token_row_table(), at, (size_t)(end - at), &row);

		if (taken == 0) {
			objects->failed = true;
			break;
		}
		put(objects, &row.id, at, taken);
		at += taken;
	}
}

static void take_page(struct call *call, struct link_answer *answer)
{
	struct objects *objects = call->work;
	char *cursor = call->request->list.cursor;

	memcpy(cursor, answer->body, sizeof(call->request->list.cursor));
	if (objects->n > OBJECTS_MAX)
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
