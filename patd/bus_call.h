/*
 * A method call under way.  Whoever has it ends it by exactly one call_reply() or call_refuse().
 * In between it may wait, for the bus to say who sent it or for NSS, and never holds the loop.
 */
#ifndef PATD_BUS_CALL_H
#define PATD_BUS_CALL_H

#include <dbus/dbus.h>
#include <sys/queue.h>

#include "patd/tokens.h"
#include "patd/users.h"
#include "patd/worker.h"

/* All calls under way on one connection. */
struct calls;

struct bus_method;
struct bus_object;

struct call {
	struct user_lookup lookup; /* first: a job is turned back into its call */
	struct calls *calls;
	LIST_ENTRY(call) entry;
	DBusConnection *connection;
	DBusMessage *message;
	DBusPendingCall *pending;
	void (*then)(struct call *call);
	bool dropped; /* the connection has gone: nothing of it is carried out */

	struct caller caller; /* stands after call_identify() */
	const struct bus_object *object;
	const struct bus_method *method;
	const char *id; /* of a token's object: the last element of the path; else NULL */
};

int calls_new(struct tokens *tokens, struct worker *worker, struct calls **ret_calls);

/*
 * Ends all calls without a reply, because the connection has gone.  Those that wait for the
 * worker end with their job, and are not carried out.
 */
void calls_drop(struct calls *calls);

/* NULL is allowed.  No job may be under way. */
void calls_free(struct calls *calls);

/*
 * A new call for message.  NULL if too many are under way, or without memory; then the sender
 * has been told.
 */
struct call *call_new(struct calls *calls, DBusConnection *connection, DBusMessage *message);

struct tokens *call_tokens(const struct call *call);

/* Finds out who sent it, then goes on with then(); whose sender is not known is refused. */
void call_identify(struct call *call, void (*then)(struct call *call));

/*
 * Finds the user of that name, then goes on with then(), which finds it in call->lookup; an
 * unknown one is refused.
 */
void call_find_user(struct call *call, const char *name, void (*then)(struct call *call));

/* A method return to fill; NULL without memory. */
DBusMessage *call_new_reply(const struct call *call);

/* Sends reply, which it takes over, and ends the call.  NULL: out of memory. */
void call_reply(struct call *call, DBusMessage *reply);

/* Sends an error and ends the call.  text is valid UTF-8. */
void call_refuse(struct call *call, enum pat_error error, const char *text);
void call_refuse_named(struct call *call, const char *name, const char *text);

#endif
