/* org.freedesktop.DBus.ObjectManager: the caller's own tokens. */
#include <errno.h>
#include <string.h>

#include "patd/bus/dispatch.h"
#include "patd/bus/token_object.h"

/*
 * All objects are one reply, of some 600 bytes each, and a user can ask for many at once.  Who
 * has more tokens lists them page by page.
 */
#define OBJECTS_MAX 1024U
#define OBJECTS_A_TURN 64U

/*
 * The reply comes after the signals of what has happened meanwhile, and clients believe what
 * comes last.  So it is begun anew when something has; after so many times all is done in one
 * turn.
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
	dbus_message_unref(objects->reply);
	objects->reply = NULL;
}

/* Ends the call, with the reply or with that refusal. */
static void finish(struct objects *objects, enum pat_error error, const char *why)
{
	struct call *call = objects->call;
	DBusMessage *reply = objects->reply;

	if (error != PAT_OK) {
		call_refuse(call, error, why);
		return;
	}
	objects->reply = NULL;
	call_reply(call, reply);
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
		    bus_token_append_interfaces(call_tokens(objects->call), &entry, token) &&
		    dbus_message_iter_close_container(&objects->dict, &entry);

	objects->count++;
	return done ? 0 : -ENOMEM;
}

/* An empty reply, in the place of what there is.  False without memory. */
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

/* PAT_OK: on to the next page, if the cursor is not empty. */
static enum pat_error append_page(struct objects *objects, const char **ret_why)
{
	char cursor[TOKENS_CURSOR_MAX];
	struct token_query query = { .cursor = objects->cursor, .limit = OBJECTS_A_TURN };
	struct refusal refusal;
	enum pat_error error = tokens_list(call_tokens(objects->call), &objects->call->caller,
		&query, append_object, objects, cursor, &refusal);

	if (error != PAT_OK) {
		*ret_why = refusal.why;
		return error;
	}
	memcpy(objects->cursor, cursor, sizeof(objects->cursor));
	if (objects->count > OBJECTS_MAX) {
		*ret_why = "too many tokens for one reply; use ListTokens";
		return PAT_ERR_BUSY;
	}
	return PAT_OK;
}

static void go_on(struct call *call)
{
	struct objects *objects = call->work;
	const char *why = "out of memory";
	enum pat_error error = PAT_OK;

	if (objects->events != tokens_events(call_tokens(call)) && !begin(objects)) {
		finish(objects, PAT_ERR_NO_MEMORY, why);
		return;
	}
	do {
		error = append_page(objects, &why);
	} while (error == PAT_OK && objects->cursor[0] != '\0' && objects->attempts > ATTEMPTS_MAX);
	if (error == PAT_OK && objects->cursor[0] != '\0') {
		call_yield(call, go_on);
		return;
	}
	if (error == PAT_OK && !dbus_message_iter_close_container(&objects->to, &objects->dict))
		error = PAT_ERR_NO_MEMORY;
	finish(objects, error, why);
}

/* Subscribes before it looks, so that nothing happens unseen in between. */
static void get_managed_objects(struct call *call)
{
	const char *sender = dbus_message_get_sender(call->message);
	struct clients *clients = call_clients(call);
	struct objects *objects;

	/* Who follows all goes on to. */
	if (!clients_follows(clients, sender) &&
		!clients_follow(clients, sender, &call->caller, false)) {
		call_refuse(call, PAT_ERR_BUSY, "too many of your clients are subscribed");
		return;
	}
	objects = call_new_work(call, sizeof(*objects));
	if (!objects) {
		call_refuse(call, PAT_ERR_NO_MEMORY, "out of memory");
		return;
	}
	objects->call = call;
	objects->dict = (DBusMessageIter)DBUS_MESSAGE_ITER_INIT_CLOSED;
	call->abandon = abandon;
	if (begin(objects))
		go_on(call);
	else
		finish(objects, PAT_ERR_NO_MEMORY, "out of memory");
}

static const struct bus_method methods[] = {
	{
		.name = "GetManagedObjects",
		.out = { { "objpath_interfaces_and_properties", "a{oa{sa{sv}}}" } },
		.handle = get_managed_objects,
	},
	{ 0 },
};

static const struct bus_signal signals[] = {
	{
		.name = "InterfacesAdded",
		.args = { { "object_path", "o" }, { "interfaces_and_properties", "a{sa{sv}}" } },
	},
	{
		.name = "InterfacesRemoved",
		.args = { { "object_path", "o" }, { "interfaces", "as" } },
	},
	{ 0 },
};

const struct bus_interface bus_object_manager_interface = {
	.name = BUS_OBJECT_MANAGER,
	.methods = methods,
	.signals = signals,
};
