/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Method calls under way: made, asked about, answered, ended. */
#include "front/bus/call.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "common/bus.h"
#include "common/cleanup.h"
#include "common/l10n.h"
#include "front/bus/bus_message.h"
#include "front/bus/call_turns.h"
#include "front/bus/interface.h"
#include "patd/util/log.h"

#define REPLY_BYTES 256 /* of a short one, with its header */

struct calls {
	const struct bus_context *context;
	LIST_HEAD(call_list, call) all;
	uint64_t serial;
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

static uint64_t now_us(const struct calls *calls)
{
	uint64_t now;

	return sd_event_now(calls->context->event, CLOCK_MONOTONIC, &now) < 0 ? 0 : now;
}

static void request_free(struct request *request)
{
	/* It may have a digest. */
	if (request)
		sodium_memzero(request, request_size(request->head.kind));
	free(request);
}

/* Ends all but the memory, which a look-up that runs still needs. */
static void call_end(struct call *call)
{
	LIST_REMOVE(call, entry);
	/* Others of a user who has gone would be in nobody's count. */
	if (call->looking_up && lookups_cancel(&call->lookup))
		call->looking_up = false;
	call_turns_end(call);
	if (call->abandon)
		call->abandon(call);
	if (call->abandon_question)
		call->abandon_question(call);
	link_cancel(&call->question);
	message_end_question(&call->pending);
	if (call->counted)
		account_end_call(call->account, call->method->takes_access);
	account_unref(call->account);
	request_free(call->request);
	free(call->about);
	free(call->about_command);
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

	for (struct call *call = LIST_FIRST(&calls->all); call; call = next) {
		next = LIST_NEXT(call, entry);
		call_free(call);
	}
}

static bool changes_something(const struct call *call)
{
	if (!call->request)
		return false;
	switch (call->request->head.kind) {
	case REQUEST_GENERATE:
	case REQUEST_REVOKE:
	case REQUEST_RESTORE:
	case REQUEST_RENAME:
	case REQUEST_ROTATE:
	case REQUEST_SET:
	case REQUEST_DELETE:
	case REQUEST_REVOKE_ALL:
	case REQUEST_DISABLE:
	case REQUEST_ENABLE:
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
		if (call->abandon_question || !call->account || !changes_something(call))
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

struct call *call_new(struct calls *calls, DBusConnection *connection, DBusMessage *message)
{
	const char *sender = dbus_message_get_sender(message);
	size_t size = sender ? strlen(sender) + 1 : 0;
	struct call *call = sender ? calloc(1, sizeof(*call) + size) : NULL;

	if (!call) {
		if (!dbus_message_get_no_reply(message))
			(void)send_reply(
				connection, dbus_message_new_error(message, DBUS_ERROR_NO_MEMORY,
						    N_("out of memory")));
		return NULL;
	}
	memcpy(call->sender, sender, size);
	call->calls = calls;
	call->context = calls->context;
	call->client = clients_get(calls->context->clients, sender);
	call->serial = ++calls->serial;
	call->connection = dbus_connection_ref(connection);
	call->message_serial = dbus_message_get_serial(message);
	call->no_reply = dbus_message_get_no_reply(message);
	call->interactive = dbus_message_get_allow_interactive_authorization(message);
	call->about_token = call->about_user = "";
	TAILQ_INIT(&call->behind);
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
	void *call = (char *)question - offsetof(struct call, question);

	return call;
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

static void ask(struct call *call, const struct caller *caller, struct request *request,
	void (*done)(struct question *question, struct link_answer *answer))
{
	int r;

	link_set_caller(request, caller);
	/* Of two requests that is the first. */
	if (request->head.kind != REQUEST_MAY_GENERATE)
		call_turns_pass(call);
	call->question = (struct question) {
		.part = on_part,
		.done = done,
		.urgent = call->method->takes_access || call->caller.uid == 0,
	};
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
	ask(call, &call->caller, call->request, on_done);
}

void call_ask_beside(struct call *call, const struct caller *caller, struct request *request,
	void (*done)(struct call *call, struct link_answer *answer))
{
	call->done = done;
	ask(call, caller, request, on_done_beside);
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

/*
 * Whether its reply is sent.  What is counted is always answered: there are few of those, and they
 * wait for their turn.  All else are refusals, of which there may be so many that they are in the
 * way of the replies to others.
 */
static bool charge(const struct call *call)
{
	struct account *account = call->account  ? call->account
				  : call->client ? call->client->account
						 : NULL;
	const uint64_t now = now_us(call->calls);
	const int64_t bytes = (int64_t)call->reply_bytes + REPLY_BYTES;
	const bool within = !account || account_charge(account, bytes, now);

	if (call->counted)
		return true;
	if (!within || !message_congested(call->connection))
		return within;
	return account ? account_take_refusal(account, now)
		       : call->client && call->client->refused_n++ < CLIENTS_UNKNOWN_REFUSALS_MAX;
}

static dbus_uint32_t send_and_charge(struct call *call, DBusMessage *reply)
{
	cleanup_message DBusMessage *owned = reply;

	return charge(call) && !call->no_reply ? send_reply(call->connection, TAKE(owned)) : 0;
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
	sent_secrets_add(call->context->secrets, send_and_charge(call, reply), id, &call->caller);
	call_free(call);
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
