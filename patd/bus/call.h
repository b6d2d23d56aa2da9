/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A method call under way, from its message to its reply.  The function that has it ends it by
 * exactly one call_reply() or call_refuse().  In between the call may wait, for the bus to say who
 * sent it or for NSS, and never holds the loop.
 */
#pragma once

#include <dbus/dbus.h>
#include <sys/queue.h>

#include "patd/backup/online.h"
#include "patd/bus/clients.h"
#include "patd/policy/policy.h"
#include "patd/tokens/tokens.h"
#include "patd/util/users.h"
#include "patd/util/worker.h"

/* All calls under way on one connection. */
struct calls;

struct bus_method;
struct bus_object;

/* What methods are served with; all outlive the calls. */
struct bus_context {
	sd_event *event;
	struct worker *worker;
	struct tokens *tokens;
	struct clients *clients;
	struct backups *backups;
	const struct policy_set *policy; /* the settings in force */
};

struct call {
	struct user_lookup lookup; /* first: a job is turned back into its call */
	struct calls *calls;
	const struct bus_context *context;
	LIST_ENTRY(call) entry;
	DBusConnection *connection;
	DBusMessage *message;
	uint64_t serial; /* of all calls */
	/* What it waits for: a reply, a turn of the loop, or the worker. */
	DBusPendingCall *pending;
	sd_event_source *turn;
	void (*then)(struct call *call);
	void (*abandon)(struct call *call); /* if set, called when the call ends */
	void *work;                         /* of the handler: see call_new_work() */
	bool dropped;       /* the connection has gone: nothing of it is carried out */
	bool kept;          /* until something can be changed */
	DBusMessage *reply; /* until the sync that covers it is done */
	uint64_t point;
	struct pat_id secret_of; /* whose secret is in the reply; "": none */

	struct caller caller;   /* valid after call_identify() */
	bool counted;           /* among those of caller.uid */
	bool any_user;          /* one that is looked up need not exist */
	struct refusal refusal; /* the reason, with the error that a rule returned */
	struct client *client;  /* the sender, if it is watched: see call_watch_sender() */
	enum action polkit_action;
	/* Continues the call when polkit has granted polkit_action; NULL: its handler does. */
	void (*resume)(struct call *call);
	const struct bus_object *object;
	const struct bus_method *method;
	const char *id; /* of a token's object: the last element of the path; else NULL */
};

int calls_new(const struct bus_context *context, struct calls **ret_calls);

/*
 * Ends all calls without a reply, because the connection has gone.  Those that wait for the
 * worker end with their job, and are not carried out.
 */
void calls_drop(struct calls *calls);

/* Ends those whose sender is watched, and has left the bus. */
void calls_forget(struct calls *calls, const char *sender);

/* NULL is allowed.  No job may be under way. */
void calls_free(struct calls *calls);

static inline struct tokens *call_tokens(const struct call *call)
{
	return call->context->tokens;
}

/* A new call for message.  NULL: too many are under way, or no memory; the sender has an error. */
struct call *call_new(struct calls *calls, DBusConnection *connection, DBusMessage *message);

/*
 * Sets call->client: from now on the call ends when its sender leaves the bus.  False if too many
 * clients are watched, or without memory; see clients_get().
 */
bool call_watch_sender(struct call *call);
void call_unwatch_sender(struct call *call);

/* Tells the watched sender how far the call is, by that signal of the manager. */
void call_send_progress(const struct call *call, const char *signal, uint64_t done, uint64_t total);

/*
 * Zeroed memory that ends with the call: call->work, in place of an earlier one.  NULL: there is no
 * memory, and the call has ended with a refusal.
 */
void *call_new_work(struct call *call, size_t size);

/* Continues with then() in a later turn of the loop, after more urgent work. */
void call_yield(struct call *call, void (*then)(struct call *call));

/* Finds out who sent it, then continues with then(); refuses a sender that is not known. */
void call_identify(struct call *call, void (*then)(struct call *call));

/*
 * Looks up the user of that name, then continues with then(), which reads call->lookup; refuses
 * an unknown user, who with call->any_user has the name that was given.
 */
void call_find_user(struct call *call, const char *name, void (*then)(struct call *call));

/* A method return to fill; NULL without memory. */
DBusMessage *call_new_reply(const struct call *call);

/* Sends reply, which it takes over, and ends the call.  NULL: out of memory. */
void call_reply(struct call *call, DBusMessage *reply);

/* The same with a reply of those arguments, as for dbus_message_append_args(). */
void call_reply_args(struct call *call, int first_type, ...);

/*
 * The same as call_reply() with the secret of that token.  The bus returns such a reply if the
 * sender's connection takes no descriptors: see calls_take_undelivered().
 */
void call_reply_secret(struct call *call, DBusMessage *reply, const struct pat_id *id);

/* Whether the message of that serial was the reply with the secret of *ret_id; once for each. */
bool calls_take_undelivered(struct calls *calls, dbus_uint32_t serial, struct pat_id *ret_id);

/* Sends an error and ends the call.  text is valid UTF-8. */
void call_refuse(struct call *call, enum pat_error error, const char *text);
void call_refuse_named(struct call *call, const char *name, const char *text);
