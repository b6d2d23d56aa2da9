/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Method calls under way: counted, identified, answered. */
#include "patd/bus/call.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/bus.h"
#include "common/cleanup.h"
#include "common/l10n.h"
#include "patd/bus/bus_message.h"
#include "patd/util/log.h"

#define CALLS_MAX 4096U    /* under way at a time */
#define CALLS_UID_MAX 128U /* of one uid, so that no user can take them all; root may */

/* The latest replies with a secret: the bus returns an error for one at once, or never. */
#define PENDING_SECRETS_MAX 64U

struct pending_secret {
	dbus_uint32_t serial; /* of the reply; 0: none */
	struct pat_id id;
};

struct calls {
	const struct bus_context *context;
	LIST_HEAD(call_list, call) all;
	unsigned int count;
	uint64_t serial;
	struct pending_secret pending_secrets[PENDING_SECRETS_MAX];
	unsigned int next_pending;
};

int calls_new(const struct bus_context *context, struct calls **ret_calls)
{
	struct calls *calls = calloc(1, sizeof(*calls));

	if (!calls)
		return -ENOMEM;
	calls->context = context;
	*ret_calls = calls;
	return 0;
}

static void call_free(struct call *call)
{
	LIST_REMOVE(call, entry);
	call->calls->count--;
	if (call->abandon)
		call->abandon(call);
	call_unwatch_sender(call);
	free(call->work);
	sd_event_source_disable_unref(call->turn);
	message_end_question(&call->pending);
	dbus_message_unref(call->message);
	dbus_connection_unref(call->connection);
	free(call);
}

/* Those that wait for the worker end when it is done. */
void calls_drop(struct calls *calls)
{
	struct call *next;

	/* On the next connection serials begin anew. */
	memset(calls->pending_secrets, 0, sizeof(calls->pending_secrets));
	for (struct call *call = LIST_FIRST(&calls->all); call; call = next) {
		next = LIST_NEXT(call, entry);
		if (call->pending || call->turn || call->abandon)
			call_free(call);
		else
			call->dropped = true;
	}
}

void calls_forget(struct calls *calls, const char *sender)
{
	struct call *next;

	for (struct call *call = LIST_FIRST(&calls->all); call; call = next) {
		next = LIST_NEXT(call, entry);
		if (call->client && strcmp(call->client->name, sender) == 0)
			call_free(call);
	}
}

void calls_free(struct calls *calls)
{
	free(calls);
}

/* Takes reply over.  Its serial, 0 if it was not sent. */
static dbus_uint32_t send_unless_unwanted(
	DBusConnection *connection, DBusMessage *call, DBusMessage *reply)
{
	cleanup_message DBusMessage *owned = reply;
	dbus_uint32_t serial = 0;

	/* Fails without memory only, and on a closed connection goes nowhere. */
	if (!owned || (!dbus_message_get_no_reply(call) &&
			      !dbus_connection_send(connection, owned, &serial)))
		log_error("a reply on the bus was lost: out of memory");
	return serial;
}

struct call *call_new(struct calls *calls, DBusConnection *connection, DBusMessage *message)
{
	struct call *call = calls->count < CALLS_MAX ? calloc(1, sizeof(*call)) : NULL;

	if (!call) {
		(void)send_unless_unwanted(connection, message,
			dbus_message_new_error(message, DBUS_ERROR_LIMITS_EXCEEDED,
				N_("too many calls are in progress; try again")));
		return NULL;
	}
	call->calls = calls;
	call->context = calls->context;
	call->serial = ++calls->serial;
	call->connection = dbus_connection_ref(connection);
	call->message = dbus_message_ref(message);
	LIST_INSERT_HEAD(&calls->all, call, entry);
	calls->count++;
	return call;
}

bool call_watch_sender(struct call *call)
{
	if (!call->client)
		call->client =
			clients_get(call->context->clients, dbus_message_get_sender(call->message));
	return call->client;
}

void call_unwatch_sender(struct call *call)
{
	if (call->client)
		client_unref(call->client);
	call->client = NULL;
}

void call_send_progress(const struct call *call, const char *signal, uint64_t done, uint64_t total)
{
	client_send(call->client,
		message_signal(PAT_BUS_PATH, PAT_BUS_MANAGER, signal, DBUS_TYPE_UINT64, &done,
			DBUS_TYPE_UINT64, &total, DBUS_TYPE_INVALID));
}

void *call_new_work(struct call *call, size_t size)
{
	void *work = calloc(1, size);

	if (!work) {
		call_refuse(call, PAT_ERR_NO_MEMORY, N_("out of memory, nothing was changed"));
		return NULL;
	}
	free(call->work);
	call->work = work;
	return work;
}

static int on_turn(sd_event_source *source, void *userdata)
{
	struct call *call = userdata;

	(void)source;
	call->turn = sd_event_source_disable_unref(call->turn);
	call->then(call);
	return 0;
}

void call_yield(struct call *call, void (*then)(struct call *call))
{
	call->then = then;
	if (sd_event_add_defer(call->context->event, &call->turn, on_turn, call) < 0)
		call_refuse(call, PAT_ERR_NO_MEMORY, N_("out of memory"));
}

DBusMessage *call_new_reply(const struct call *call)
{
	return dbus_message_new_method_return(call->message);
}

void call_reply(struct call *call, DBusMessage *reply)
{
	(void)send_unless_unwanted(call->connection, call->message, reply);
	call_free(call);
}

void call_reply_args(struct call *call, int first_type, ...)
{
	DBusMessage *reply = call_new_reply(call);
	va_list args;

	va_start(args, first_type);
	reply = message_append_valist(reply, first_type, args);
	va_end(args);
	call_reply(call, reply);
}

void call_reply_secret(struct call *call, DBusMessage *reply, const struct pat_id *id)
{
	struct calls *calls = call->calls;
	dbus_uint32_t serial = send_unless_unwanted(call->connection, call->message, reply);

	if (serial != 0)
		calls->pending_secrets[calls->next_pending++ % PENDING_SECRETS_MAX] =
			(struct pending_secret) { .serial = serial, .id = *id };
	call_free(call);
}

bool calls_take_undelivered(struct calls *calls, dbus_uint32_t serial, struct pat_id *ret_id)
{
	for (unsigned int i = 0; serial != 0 && i < PENDING_SECRETS_MAX; i++) {
		struct pending_secret *pending = &calls->pending_secrets[i];

		if (pending->serial != serial)
			continue;
		*ret_id = pending->id;
		pending->serial = 0;
		return true;
	}
	return false;
}

void call_refuse_named(struct call *call, const char *name, const char *text)
{
	call_reply(call, dbus_message_new_error(call->message, name, text));
}

void call_refuse(struct call *call, enum pat_error error, const char *text)
{
	call_refuse_named(call, pat_error_name(error), text);
}

static void look_up(struct call *call, void (*done)(struct job *job))
{
	call->lookup.job = (struct job) { .run = users_run, .done = done };
	call->lookup.result = -ECANCELED; /* it may never run */
	if (worker_submit(call->context->worker, &call->lookup.job) < 0)
		call_refuse(call, PAT_ERR_BUSY,
			N_("too many authentication requests are in "
			   "progress; try again"));
}

static void on_user(struct job *job)
{
	struct call *call = (struct call *)job;

	if (call->dropped)
		call_free(call);
	else if (call->lookup.result == 0 || call->any_user)
		call->then(call);
	else if (call->lookup.result == -ENOENT)
		call_refuse(call, PAT_ERR_UNKNOWN_USER, N_("no such user"));
	else
		call_refuse(call, PAT_ERR_UNKNOWN_USER, N_("the user could not be looked up"));
}

void call_find_user(struct call *call, const char *name, void (*then)(struct call *call))
{
	if (!pat_field_set(call->lookup.name, sizeof(call->lookup.name), name)) {
		call_refuse(call, PAT_ERR_UNKNOWN_USER, N_("no such user: the name is too long"));
		return;
	}
	call->lookup.by_name = true;
	call->then = then;
	look_up(call, on_user);
}

static unsigned int count_of(const struct calls *calls, uint32_t uid)
{
	const struct call *call;
	unsigned int n = 0;

	LIST_FOREACH(call, &calls->all, entry)
		if (call->counted && call->caller.uid == uid)
			n++;
	return n;
}

/* The caller is the user in call->lookup. */
static void set_caller(struct call *call)
{
	call->caller.uid = call->lookup.uid;
	memcpy(call->caller.user, call->lookup.name, sizeof(call->caller.user));
	call->then(call);
}

static void on_caller(struct job *job)
{
	struct call *call = (struct call *)job;

	if (call->dropped)
		call_free(call);
	else if (call->lookup.result < 0)
		call_refuse(call, PAT_ERR_DENIED, N_("the calling user is unknown to the system"));
	else
		set_caller(call);
}

static void on_uid(DBusPendingCall *pending, void *userdata)
{
	struct call *call = userdata;
	cleanup_message DBusMessage *reply = message_take_answer(&call->pending);
	dbus_uint32_t uid;

	(void)pending;
	/* A reply is matched by its serial, which anybody can guess: it must be the bus's. */
	if (dbus_message_get_type(reply) != DBUS_MESSAGE_TYPE_METHOD_RETURN ||
		!dbus_message_has_sender(reply, DBUS_SERVICE_DBUS) ||
		!dbus_message_get_args(reply, NULL, DBUS_TYPE_UINT32, &uid, DBUS_TYPE_INVALID)) {
		call_refuse(call, PAT_ERR_DENIED, N_("the bus does not name the calling user"));
		return;
	}
	call->lookup.by_name = false;
	call->lookup.uid = uid;
	if (uid == 0) {
		/* NSS may hang without a network, and a revocation by root must not wait for it. */
		(void)pat_field_set(call->lookup.name, sizeof(call->lookup.name), "root");
		set_caller(call);
		return;
	}
	if (count_of(call->calls, uid) >= CALLS_UID_MAX) {
		call_refuse(call, PAT_ERR_BUSY,
			N_("too many of your calls are in progress; try "
			   "again"));
		return;
	}
	call->caller.uid = uid;
	call->counted = true;
	look_up(call, on_caller);
}

void call_identify(struct call *call, void (*then)(struct call *call))
{
	const char *sender = dbus_message_get_sender(call->message);

	call->then = then;
	/* It authenticated the sender when that connected. */
	if (!sender ||
		!message_ask(call->connection, message_bus_call("GetConnectionUnixUser", sender),
			DBUS_TIMEOUT_USE_DEFAULT, on_uid, call, &call->pending))
		call_refuse(call, PAT_ERR_DENIED, N_("cannot ask the bus for the calling user"));
}
