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
#include "patd/db/sync.h"
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
	struct sync *sync; /* NULL: each change is on disk at once */
};

static void on_sync(void *userdata);

int calls_new(const struct bus_context *context, struct calls **ret_calls)
{
	struct calls *calls = calloc(1, sizeof(*calls));

	if (!calls)
		return -ENOMEM;
	calls->context = context;
	calls->sync = context->tokens ? tokens_sync(context->tokens) : NULL;
	if (calls->sync && sync_listen(calls->sync, on_sync, calls) < 0) {
		free(calls);
		return -ENOSPC;
	}
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
	if (call->reply)
		dbus_message_unref(call->reply);
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
		if (call->pending || call->turn || call->abandon || call->reply || call->kept)
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
	if (calls && calls->sync)
		sync_unlisten(calls->sync, on_sync, calls);
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

/* What only reads says what is, and does not wait. */
static bool changes_something(struct call *call)
{
	static const char *const methods[] = { "Generate", "GenerateSealed", "Rotate",
		"RotateSealed", "Revoke", "RevokeAll", "Restore", "Rename", "Delete", "Disable",
		"Enable" };
	const char *member = dbus_message_get_member(call->message);

	for (size_t i = 0; member && i < sizeof(methods) / sizeof(methods[0]); i++)
		if (strcmp(member, methods[i]) == 0)
			return true;
	return false;
}

/* It may change something: not while nothing can be changed. */
static void go_on(struct call *call)
{
	call->kept = call->calls->sync && sync_paused(call->calls->sync) && changes_something(call);
	if (!call->kept)
		call->then(call);
}

static int on_turn(sd_event_source *source, void *userdata)
{
	struct call *call = userdata;

	(void)source;
	call->turn = sd_event_source_disable_unref(call->turn);
	go_on(call);
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

static void remember_secret(struct call *call, dbus_uint32_t serial)
{
	struct calls *calls = call->calls;

	if (serial != 0 && call->secret_of.text[0] != '\0')
		calls->pending_secrets[calls->next_pending++ % PENDING_SECRETS_MAX] =
			(struct pending_secret) { .serial = serial, .id = call->secret_of };
}

/* Takes reply over, and ends the call. */
static void send_reply(struct call *call, DBusMessage *reply)
{
	remember_secret(call, send_unless_unwanted(call->connection, call->message, reply));
	call_free(call);
}

/* Whether the reply is still to wait; it is replaced if what it says is not so. */
static bool must_wait(struct call *call)
{
	const struct sync *sync = call->calls->sync;
	enum sync_state state = sync ? sync_state(sync, call->point) : SYNC_DONE;
	struct refusal refusal;
	enum pat_error error;

	if (state != SYNC_FAILED)
		return state == SYNC_WAITING;
	error = dbus_message_get_type(call->reply) == DBUS_MESSAGE_TYPE_ERROR ? PAT_ERR_STORAGE
									      : PAT_OK;
	error = tokens_refuse_unsynced(error, &refusal);
	dbus_message_unref(call->reply);
	call->reply = dbus_message_new_error(call->message, pat_error_name(error), refusal.why);
	call->secret_of.text[0] = '\0';
	return false;
}

static void end_kept(struct call *call)
{
	DBusMessage *reply;

	if (must_wait(call))
		return;
	reply = call->reply;
	call->reply = NULL;
	send_reply(call, reply);
}

/* After each sync, and when changes can be made again. */
static void on_sync(void *userdata)
{
	struct calls *calls = userdata;
	struct call *next;

	for (struct call *call = LIST_FIRST(&calls->all); call; call = next) {
		next = LIST_NEXT(call, entry);
		if (call->reply) {
			end_kept(call);
		} else if (call->kept) {
			call->kept = false;
			call_yield(call, call->then);
		}
	}
}

void call_reply(struct call *call, DBusMessage *reply)
{
	const struct sync *sync = call->calls->sync;

	call->kept = false;
	if (!reply || !sync || !changes_something(call)) {
		send_reply(call, reply);
		return;
	}
	call->reply = reply;
	call->point = sync_point(sync);
	end_kept(call);
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
	call->secret_of = *id;
	call_reply(call, reply);
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
		go_on(call);
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
	go_on(call);
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
