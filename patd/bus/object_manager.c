/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* org.freedesktop.DBus.ObjectManager: the caller's own tokens. */
#include <errno.h>
#include <string.h>

#include "common/cleanup.h"
#include "patd/bus/bus_message.h"
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
	struct call *call;
	DBusMessage *reply;
	DBusMessageIter to, dict;
	unsigned int count, attempts;
	uint64_t events; /* when it was begun */
	char cursor[TOKENS_CURSOR_MAX];
};

static void abandon(struct call *call)
{
	struct objects *objects = call->work;

	if (!objects->reply)
		return;
	dbus_message_iter_abandon_container_if_open(&objects->to, &objects->dict);
	message_free(&objects->reply);
}

static int append_object(const struct token *token, void *userdata)
{
	struct objects *objects = userdata;
	struct bus_path path = bus_token_path(&token->id);
	const char *text = path.text;
	DBusMessageIter entry;
	bool done = dbus_message_iter_open_container(
			    &objects->dict, DBUS_TYPE_DICT_ENTRY, NULL, &entry) &&
		    dbus_message_iter_append_basic(&entry, DBUS_TYPE_OBJECT_PATH, &text) &&
		    token_view_append_interfaces(call_tokens(objects->call), &entry, token) &&
		    dbus_message_iter_close_container(&objects->dict, &entry);

	objects->count++;
	return done ? 0 : -ENOMEM;
}

/* An empty reply, which replaces an earlier one.  False without memory. */
static bool begin(struct objects *objects)
{
	abandon(objects->call);
	objects->events = tokens_events(call_tokens(objects->call));
	objects->attempts++;
	objects->count = 0;
	objects->cursor[0] = '\0';
	objects->reply = call_new_reply(objects->call);
	if (!objects->reply)
		return false;
	dbus_message_iter_init_append(objects->reply, &objects->to);
	return dbus_message_iter_open_container(
		&objects->to, DBUS_TYPE_ARRAY, "{oa{sa{sv}}}", &objects->dict);
}

/* Appends the next page; the cursor is empty after the last. */
static enum pat_error append_page(struct objects *objects, struct refusal *ret_refusal)
{
	char cursor[TOKENS_CURSOR_MAX];
	const struct token_query query = { .cursor = objects->cursor, .limit = OBJECTS_A_TURN };
	enum pat_error error = tokens_list(call_tokens(objects->call), &objects->call->caller,
		&query, append_object, objects, cursor, ret_refusal);

	if (error != PAT_OK)
		return error;
	memcpy(objects->cursor, cursor, sizeof(objects->cursor));
	if (objects->count <= OBJECTS_MAX)
		return PAT_OK;
	ret_refusal->why = "too many tokens for one reply; use ListTokens";
	return PAT_ERR_BUSY;
}

/* Appends pages: one, or all after too many attempts. */
static void build(struct call *call)
{
	struct objects *objects = call->work;
	enum pat_error error = PAT_OK;

	if (objects->events != tokens_events(call_tokens(call)) && !begin(objects)) {
		call_refuse(call, PAT_ERR_NO_MEMORY, "out of memory");
		return;
	}
	do {
		error = append_page(objects, &call->refusal);
	} while (error == PAT_OK && objects->cursor[0] != '\0' && objects->attempts > ATTEMPTS_MAX);
	if (error != PAT_OK)
		call_refuse(call, error, call->refusal.why);
	else if (objects->cursor[0] != '\0')
		call_yield(call, build);
	else if (dbus_message_iter_close_container(&objects->to, &objects->dict))
		call_reply(call, TAKE(objects->reply));
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
	objects->call = call;
	objects->dict = (DBusMessageIter)DBUS_MESSAGE_ITER_INIT_CLOSED;
	call->abandon = abandon;
	if (begin(objects))
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
