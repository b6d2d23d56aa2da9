/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Method calls under way: counted, identified, asked, answered. */
#include "front/bus/call.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "common/bus.h"
#include "common/cleanup.h"
#include "common/l10n.h"
#include "front/bus/bus_message.h"
#include "front/bus/interface.h"
#include "patd/util/log.h"

#define REPLY_BYTES 256 /* of a short one, with its header */

/* How soon a call is looked at again whose uid has been sent too much. */
#define PACE_US (UINT64_C(100) * 1000)

/* The latest replies with a secret: the bus returns an error for one at once, or never. */
#define PENDING_SECRETS_MAX 64U

struct pending_secret {
	dbus_uint32_t serial; /* of the reply; 0: none */
	struct pat_id id;
	struct caller caller;
};

struct calls {
	const struct bus_context *context;
	LIST_HEAD(call_list, call) all;
	uint64_t serial;
	struct client_calls waiting; /* with a long answer: for their turn */
	sd_event_source *turn, *pace;
	struct pending_secret pending_secrets[PENDING_SECRETS_MAX];
	unsigned int next_pending;
};

DEFINE_CLEANUP(calls_free, calls)

static uint64_t now_us(const struct calls *calls)
{
	uint64_t now;

	return sd_event_now(calls->context->event, CLOCK_MONOTONIC, &now) < 0 ? 0 : now;
}

/* The first call that waits, and may begin. */
static struct call *first_ready(struct calls *calls)
{
	struct call *call;

	TAILQ_FOREACH(call, &calls->waiting, next)
		if (!call->client || (!call->client->at_work &&
					     account_may_have_more(call->account, now_us(calls))))
			return call;
	return NULL;
}

/* One call a turn of the loop begins. */
static int start_waiting(struct calls *calls)
{
	struct call *call = first_ready(calls);

	if (!call)
		return TAILQ_EMPTY(&calls->waiting) ? 0
		       : sd_event_source_set_time_relative(calls->pace, PACE_US) < 0
			       ? 0
			       : sd_event_source_set_enabled(calls->pace, SD_EVENT_ONESHOT);
	TAILQ_REMOVE(&calls->waiting, call, next);
	call->queue = NULL;
	if (call->client)
		call->client->at_work = call;
	call->method->serve(call);
	return TAILQ_EMPTY(&calls->waiting)
		       ? 0
		       : sd_event_source_set_enabled(calls->turn, SD_EVENT_ONESHOT);
}

static int on_turn(sd_event_source *source, void *userdata)
{
	(void)source;
	return start_waiting(userdata);
}

static int on_pace(sd_event_source *source, uint64_t usec, void *userdata)
{
	(void)source;
	(void)usec;
	return start_waiting(userdata);
}

int calls_new(const struct bus_context *context, struct calls **ret_calls)
{
	cleanup_with(calls_free) struct calls *calls = calloc(1, sizeof(*calls));
	int r;

	if (!calls)
		return -ENOMEM;
	calls->context = context;
	TAILQ_INIT(&calls->waiting);
	r = sd_event_add_defer(context->event, &calls->turn, on_turn, calls);
	if (r < 0)
		return r;
	r = sd_event_source_set_enabled(calls->turn, SD_EVENT_OFF);
	if (r < 0)
		return r;
	r = sd_event_add_time(context->event, &calls->pace, CLOCK_MONOTONIC, UINT64_MAX,
		PACE_US / 4, on_pace, calls);
	if (r < 0)
		return r;
	*ret_calls = TAKE(calls);
	return 0;
}

static void leave_queue(struct call *call)
{
	if (!call->queue)
		return;
	if (call->client && call->queue == &call->client->unknown)
		client_end_unknown(call->client);
	TAILQ_REMOVE(call->queue, call, next);
	call->queue = NULL;
}

void call_end_turn(struct call *call)
{
	if (!call->client || call->client->at_work != call)
		return;
	call->client->at_work = NULL;
	if (!TAILQ_EMPTY(&call->calls->waiting))
		(void)sd_event_source_set_enabled(call->calls->turn, SD_EVENT_ONESHOT);
}

static void request_free(struct request *request)
{
	/* It may have a digest. */
	if (request)
		sodium_memzero(request, request_size(request->head.kind));
	free(request);
}

/* Ends all but the memory, which a look-up may still need. */
static void call_end(struct call *call)
{
	LIST_REMOVE(call, entry);
	leave_queue(call);
	call_end_turn(call);
	if (call->abandon)
		call->abandon(call);
	if (call->abandon_question)
		call->abandon_question(call);
	link_cancel(&call->question);
	message_end_question(&call->pending);
	if (call->account)
		account_end_call(call->account, call->method->takes_access);
	account_unref(call->account);
	request_free(call->request);
	free(call->about);
	free(call->work);
	dbus_connection_unref(call->connection);
	call->dropped = true;
}

static void call_free(struct call *call)
{
	call_end(call);
	if (!call->looking_up)
		free(call);
}

void calls_drop(struct calls *calls)
{
	struct call *next;

	/* On the next connection serials begin anew. */
	memset(calls->pending_secrets, 0, sizeof(calls->pending_secrets));
	for (struct call *call = LIST_FIRST(&calls->all); call; call = next) {
		next = LIST_NEXT(call, entry);
		call_free(call);
	}
}

/* Whether patd is asked for what nobody wants any more when the client has left. */
static bool only_reads(const struct call *call)
{
	if (!call->request)
		return false;
	switch (call->request->head.kind) {
	case REQUEST_LIST:
	case REQUEST_GET:
	case REQUEST_MAY_GENERATE:
	case REQUEST_LIST_DISABLED:
	case REQUEST_CHECK:
	case REQUEST_HISTORY:
	case REQUEST_SOURCES:
	case REQUEST_VERIFY_HISTORY:
		return true;
	default:
		return false;
	}
}

void calls_forget(struct calls *calls, struct client *client)
{
	struct call *next;

	for (struct call *call = LIST_FIRST(&calls->all); call; call = next) {
		next = LIST_NEXT(call, entry);
		if (call->client != client)
			continue;
		if (call->abandon_question || call->queue || only_reads(call))
			call_free(call);
		else
			call->client = NULL;
	}
}

void calls_refuse_all(struct calls *calls)
{
	struct call *next;

	for (struct call *call = LIST_FIRST(&calls->all); call; call = next) {
		next = LIST_NEXT(call, entry);
		call_refuse(call, PAT_ERR_BUSY, N_("patd was restarted; try again"));
	}
}

void calls_free(struct calls *calls)
{
	if (!calls)
		return;
	sd_event_source_disable_unref(calls->turn);
	sd_event_source_disable_unref(calls->pace);
	free(calls);
}

/* Takes reply over.  Its serial, 0 if it was not sent. */
static dbus_uint32_t send_reply(DBusConnection *connection, DBusMessage *reply)
{
	cleanup_message DBusMessage *owned = reply;
	dbus_uint32_t serial = 0;

	/* Fails without memory only, and on a closed connection goes nowhere. */
	if (!owned || !dbus_connection_send(connection, owned, &serial))
		log_error("a reply on the bus was lost: out of memory");
	return serial;
}

void call_refuse_message(
	DBusConnection *connection, DBusMessage *message, const char *name, const char *text)
{
	if (!dbus_message_get_no_reply(message))
		(void)send_reply(connection, dbus_message_new_error(message, name, text));
}

struct call *call_new(struct calls *calls, DBusConnection *connection, DBusMessage *message)
{
	const char *sender = dbus_message_get_sender(message);
	size_t size = sender ? strlen(sender) + 1 : 0;
	struct call *call = sender ? calloc(1, sizeof(*call) + size) : NULL;

	if (!call) {
		call_refuse_message(connection, message, DBUS_ERROR_NO_MEMORY, N_("out of memory"));
		return NULL;
	}
	memcpy(call->sender, sender, size);
	call->calls = calls;
	call->context = calls->context;
	call->serial = ++calls->serial;
	call->connection = dbus_connection_ref(connection);
	call->message_serial = dbus_message_get_serial(message);
	call->no_reply = dbus_message_get_no_reply(message);
	call->interactive = dbus_message_get_allow_interactive_authorization(message);
	call->about_token = call->about_user = "";
	LIST_INSERT_HEAD(&calls->all, call, entry);
	return call;
}

void call_send_progress(const struct call *call, const char *signal, uint64_t done, uint64_t total)
{
	if (call->client)
		client_send(call->client,
			message_signal(PAT_BUS_PATH, PAT_BUS_MANAGER, signal, DBUS_TYPE_UINT64,
				&done, DBUS_TYPE_UINT64, &total, DBUS_TYPE_INVALID));
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

struct request *call_new_request(struct call *call, enum request_kind kind)
{
	struct request *request = calloc(1, request_size(kind));

	if (!request) {
		call_refuse(call, PAT_ERR_NO_MEMORY, N_("out of memory, nothing was changed"));
		return NULL;
	}
	request->head.kind = kind;
	request_free(call->request);
	call->request = request;
	return request;
}

static struct call *call_of(struct question *question)
{
	return (struct call *)(void *)((char *)question - offsetof(struct call, question));
}

static void on_part(struct question *question, const struct link_answer *answer)
{
	struct call *call = call_of(question);

	if (call->part)
		call->part(call, answer);
}

static void on_done(struct question *question, struct link_answer *answer)
{
	struct call *call = call_of(question);

	if (answer->kind == ANSWER_REFUSED)
		call->context->refused(call, answer);
	else
		call->done(call, answer);
}

static void on_done_beside(struct question *question, struct link_answer *answer)
{
	struct call *call = call_of(question);

	call->done(call, answer);
}

static void ask(struct call *call, struct request *request,
	void (*done)(struct question *question, struct link_answer *answer))
{
	struct request_caller *caller = &request->head.caller;
	int r;

	caller->uid = call->caller.uid;
	caller->granted = call->caller.granted;
	(void)pat_field_set(caller->user, sizeof(caller->user), call->caller.user);
	call->question = (struct question) { .part = on_part, .done = done };
	r = link_ask(call->context->link, &call->question, request, 0);
	if (r == -ENOMEM)
		call_refuse(call, PAT_ERR_NO_MEMORY, N_("out of memory, nothing was changed"));
	else if (r == -EBUSY)
		call_refuse(call, PAT_ERR_BUSY, N_("too many calls are in progress; try again"));
	else if (r < 0)
		call_refuse(call, PAT_ERR_BUSY, N_("patd is being restarted; try again"));
}

void call_ask(struct call *call, void (*done)(struct call *call, struct link_answer *answer))
{
	call->done = done;
	ask(call, call->request, on_done);
}

void call_ask_beside(struct call *call, struct request *request,
	void (*done)(struct call *call, struct link_answer *answer))
{
	call->done = done;
	ask(call, request, on_done_beside);
}

DBusMessage *call_new_reply(const struct call *call)
{
	cleanup_message DBusMessage *reply = dbus_message_new(DBUS_MESSAGE_TYPE_METHOD_RETURN);

	if (!reply || !dbus_message_set_destination(reply, call->sender) ||
		!dbus_message_set_reply_serial(reply, call->message_serial))
		return NULL;
	dbus_message_set_no_reply(reply, TRUE);
	return TAKE(reply);
}

static dbus_uint32_t send_and_charge(struct call *call, DBusMessage *reply)
{
	cleanup_message DBusMessage *owned = reply;

	if (call->account)
		account_charge(call->account, (int64_t)call->reply_bytes + REPLY_BYTES,
			now_us(call->calls));
	return call->no_reply ? 0 : send_reply(call->connection, TAKE(owned));
}

void call_reply(struct call *call, DBusMessage *reply)
{
	(void)send_and_charge(call, reply);
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
	dbus_uint32_t serial = send_and_charge(call, reply);

	if (serial != 0)
		calls->pending_secrets[calls->next_pending++ % PENDING_SECRETS_MAX] =
			(struct pending_secret) {
				.serial = serial, .id = *id, .caller = call->caller
			};
	call_free(call);
}

bool calls_take_undelivered(
	struct calls *calls, dbus_uint32_t serial, struct pat_id *ret_id, struct caller *ret_caller)
{
	for (unsigned int i = 0; serial != 0 && i < PENDING_SECRETS_MAX; i++) {
		struct pending_secret *pending = &calls->pending_secrets[i];

		if (pending->serial != serial)
			continue;
		*ret_id = pending->id;
		*ret_caller = pending->caller;
		pending->serial = 0;
		return true;
	}
	return false;
}

void call_refuse_named(struct call *call, const char *name, const char *text)
{
	cleanup_message DBusMessage *error = dbus_message_new(DBUS_MESSAGE_TYPE_ERROR);

	if (error && (!dbus_message_set_error_name(error, name) ||
			     !dbus_message_set_destination(error, call->sender) ||
			     !dbus_message_set_reply_serial(error, call->message_serial) ||
			     !dbus_message_append_args(
				     error, DBUS_TYPE_STRING, &text, DBUS_TYPE_INVALID)))
		message_free(&error);
	if (error)
		dbus_message_set_no_reply(error, TRUE);
	call_reply(call, TAKE(error));
}

void call_refuse(struct call *call, enum pat_error error, const char *text)
{
	call_refuse_named(call, pat_error_name(error), text);
}

/* Its sender is known, and the call is counted: it waits for its turn if its answer is long. */
static void serve(struct call *call)
{
	struct calls *calls = call->calls;

	if (!link_is_up(call->context->link)) {
		call_refuse(call, PAT_ERR_BUSY, N_("patd is being restarted; try again"));
	} else if (call->method->long_answer) {
		call->queue = &calls->waiting;
		TAILQ_INSERT_TAIL(&calls->waiting, call, next);
		(void)sd_event_source_set_enabled(calls->turn, SD_EVENT_ONESHOT);
	} else {
		call->method->serve(call);
	}
}

/* False: it was dropped, and has ended. */
static bool still_wanted(struct call *call)
{
	call->looking_up = false;
	if (call->dropped)
		free(call);
	else
		return true;
	return false;
}

static void on_user(struct lookup *lookup)
{
	struct call *call = (struct call *)lookup;

	if (!still_wanted(call))
		return;
	if (lookup->user.result == 0 || call->any_user)
		call->then(call);
	else if (lookup->user.result == -ENOENT)
		call_refuse(call, PAT_ERR_UNKNOWN_USER, N_("no such user"));
	else
		call_refuse(call, PAT_ERR_UNKNOWN_USER, N_("the user could not be looked up"));
}

static void look_up(struct call *call, void (*done)(struct lookup *lookup))
{
	call->looking_up = true;
	call->lookup.account = call->account;
	call->lookup.done = done;
	lookups_ask(call->context->lookups, &call->lookup);
}

void call_find_user(struct call *call, const char *name, void (*then)(struct call *call))
{
	struct user_lookup *user = &call->lookup.user;

	if (!pat_field_set(user->name, sizeof(user->name), name)) {
		call_refuse(call, PAT_ERR_UNKNOWN_USER, N_("no such user: the name is too long"));
		return;
	}
	user->by_name = true;
	call->then = then;
	look_up(call, on_user);
}

/* The caller is the user in call->lookup. */
static void set_caller(struct call *call)
{
	call->caller.uid = call->lookup.user.uid;
	memcpy(call->caller.user, call->lookup.user.name, sizeof(call->caller.user));
	serve(call);
}

static void on_caller(struct lookup *lookup)
{
	struct call *call = (struct call *)lookup;

	if (!still_wanted(call))
		return;
	if (lookup->user.result < 0)
		call_refuse(call, PAT_ERR_DENIED, N_("the calling user is unknown to the system"));
	else
		set_caller(call);
}

/* The uid of the sender is known. */
static void count(struct call *call)
{
	struct account *account = call->client->account;
	struct user_lookup *user = &call->lookup.user;

	if (!account_take_call(account, call->method->takes_access)) {
		call_refuse(call, PAT_ERR_BUSY,
			N_("too many of your calls are in progress; try "
			   "again"));
		return;
	}
	call->account = account_ref(account);
	user->by_name = false;
	user->uid = call->caller.uid = call->client->uid;
	if (user->uid == 0) {
		/* NSS may hang without a network, and a revocation by root must not wait for it. */
		(void)pat_field_set(user->name, sizeof(user->name), "root");
		set_caller(call);
		return;
	}
	look_up(call, on_caller);
}

void calls_known(struct calls *calls, struct client *client)
{
	struct call *next;

	(void)calls;
	for (struct call *call = TAILQ_FIRST(&client->unknown); call; call = next) {
		next = TAILQ_NEXT(call, next);
		leave_queue(call);
		if (client->account)
			count(call);
		else
			call_refuse(
				call, PAT_ERR_DENIED, N_("the bus does not name the calling user"));
	}
}

void call_identify(struct call *call)
{
	call->client = clients_get(call->context->clients, call->sender);
	if (!call->client) {
		call_refuse(call, PAT_ERR_DENIED, N_("cannot ask the bus for the calling user"));
	} else if (call->client->account) {
		count(call);
	} else if (client_take_unknown(call->client)) {
		call->queue = &call->client->unknown;
		TAILQ_INSERT_TAIL(call->queue, call, next);
	} else {
		call_refuse(call, PAT_ERR_BUSY, N_("too many calls are in progress; try again"));
	}
}
