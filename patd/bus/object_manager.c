/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* org.freedesktop.DBus.ObjectManager: the caller's own tokens. */
#include <errno.h>
#include <string.h>

#include "common/cleanup.h"
#include "patd/bus/token_view.h"

/*
 * One reply has all objects, some 600 bytes each, and a user can ask for many replies at once.  A
 * user with more tokens lists them page by page.
 */
#define OBJECTS_MAX 1024U
#define OBJECTS_A_TURN 64U

/*
 * The reply comes after the signals of changes since it was begun, and clients believe the last
 * message.  So a change begins the reply anew; after so many times it is built in one turn.
 */
#define ATTEMPTS_MAX 4U

/* A reply that is being built, a page each turn of the loop. */
struct objects {
	struct reply_rows rows;
	unsigned int count, attempts;
	uint64_t events; /* when it was begun */
	char cursor[TOKENS_CURSOR_MAX];
};

static void abandon(struct call *call)
{
	struct objects *objects = call->work;

	reply_rows_discard(&objects->rows);
}

static int append_object(const struct token *token, void *userdata)
{
	struct objects *objects = userdata;
	struct bus_path path = bus_token_path(&token->id);
	const char *text = path.text;
	DBusMessageIter entry;
	bool done = dbus_message_iter_open_container(
			    &objects->rows.rows, DBUS_TYPE_DICT_ENTRY, NULL, &entry) &&
		    dbus_message_iter_append_basic(&entry, DBUS_TYPE_OBJECT_PATH, &text) &&
		    token_view_append_interfaces(call_tokens(objects->rows.call), &entry, token) &&
		    dbus_message_iter_close_container(&objects->rows.rows, &entry);

	objects->count++;
	return done ? 0 : -ENOMEM;
}

/* An empty reply, which replaces an earlier one.  False without memory. */
static bool begin(struct call *call)
{
	struct objects *objects = call->work;

	abandon(call);
	objects->events = tokens_events(call_tokens(call));
	objects->attempts++;
	objects->count = 0;
	objects->cursor[0] = '\0';
	reply_rows_begin(&objects->rows, call, "{oa{sa{sv}}}");
	return objects->rows.reply;
}

/* Appends the next page; the cursor is empty after the last. */
static enum pat_error append_page(struct call *call)
{
	struct objects *objects = call->work;
	char cursor[TOKENS_CURSOR_MAX];
	const struct token_query query = { .cursor = objects->cursor, .limit = OBJECTS_A_TURN };
	enum pat_error error = tokens_list(call_tokens(call), &call->caller, &query, append_object,
		objects, cursor, &call->refusal);

	if (error != PAT_OK)
		return error;
	memcpy(objects->cursor, cursor, sizeof(objects->cursor));
	if (objects->count <= OBJECTS_MAX)
		return PAT_OK;
	call->refusal.why = "too many tokens for one reply; use ListTokens";
	return PAT_ERR_BUSY;
}

/* Appends pages: one, or all after too many attempts. */
static void build(struct call *call)
{
	struct objects *objects = call->work;
	enum pat_error error = PAT_OK;

	if (objects->events != tokens_events(call_tokens(call)) && !begin(call)) {
		call_refuse(call, PAT_ERR_NO_MEMORY, "out of memory");
		return;
	}
	do {
		error = append_page(call);
	} while (error == PAT_OK && objects->cursor[0] != '\0' && objects->attempts > ATTEMPTS_MAX);
	if (error != PAT_OK)
		call_refuse(call, error, call->refusal.why);
	else if (objects->cursor[0] != '\0')
		call_yield(call, build);
	else if (dbus_message_iter_close_container(&objects->rows.to, &objects->rows.rows))
		call_reply(call, TAKE(objects->rows.reply));
	else
		call_refuse(call, PAT_ERR_NO_MEMORY, "out of memory");
}

/* Subscribes before it lists, so that the client misses no change in between. */
static void get_managed_objects(struct call *call)
{
	const char *sender = dbus_message_get_sender(call->message);
	struct clients *clients = call->context->clients;
	struct objects *objects;

	/* A subscription to everybody's tokens stays. */
	if (!clients_has_subscribed(clients, sender) &&
		!clients_subscribe(clients, sender, &call->caller, false)) {
		call_refuse(call, PAT_ERR_BUSY, "too many of your clients are subscribed");
		return;
	}
	objects = call_new_work(call, sizeof(*objects));
	if (!objects)
		return;
	call->abandon = abandon;
	if (begin(call))
		build(call);
	else
		call_refuse(call, PAT_ERR_NO_MEMORY, "out of memory");
}

static const struct bus_method object_methods[] = {
	{ "GetManagedObjects", get_managed_objects,
		.out = { { "objpath_interfaces_and_properties", "a{oa{sa{sv}}}" } } },
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
