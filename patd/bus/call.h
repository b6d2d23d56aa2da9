/*
 * A method call under way.  Whoever has it ends it by exactly one call_reply() or call_refuse().
 * In between it may wait, for the bus to say who sent it or for NSS, and never holds the loop.
 */
#ifndef PATD_BUS_CALL_H
#define PATD_BUS_CALL_H

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

struct call {
	struct user_lookup lookup; /* first: a job is turned back into its call */
	struct calls *calls;
	LIST_ENTRY(call) entry;
	DBusConnection *connection;
	DBusMessage *message;
	uint64_t serial; /* of all calls */
	/* What it waits for: a reply, a turn of the loop, or the worker. */
	DBusPendingCall *pending;
	sd_event_source *turn;
	void (*then)(struct call *call);
	void (*abandon)(struct call *call); /* if set, called where it ends */
	void *work;                         /* of whoever serves it: see call_new_work() */
	bool dropped; /* the connection has gone: nothing of it is carried out */

	struct caller caller; /* stands after call_identify() */
	bool counted;         /* among those of caller.uid */
	bool any_user;        /* one that is looked up need not be there */
	struct client *client;
	enum action polkit_action;
	const struct bus_object *object;
	const struct bus_method *method;
	const char *id; /* of a token's object: the last element of the path; else NULL */
};

/* All but ret_calls must outlive it. */
int calls_new(sd_event *event, struct worker *worker, struct tokens *tokens,
	struct clients *clients, struct calls **ret_calls);

/*
 * Ends all calls without a reply, because the connection has gone.  Those that wait for the
 * worker end with their job, and are not carried out.
 */
void calls_drop(struct calls *calls);

/* Ends those of a sender that has left the bus for which polkit has a question open. */
void calls_forget(struct calls *calls, const char *sender);

/* NULL is allowed.  No job may be under way. */
void calls_free(struct calls *calls);

/*
 * A new call for message.  NULL if too many are under way, or without memory; then the sender
 * has been told.
 */
struct call *call_new(struct calls *calls, DBusConnection *connection, DBusMessage *message);

/* What is in force of patd.conf, for those who ask; policy must stay. */
void calls_set_policy(struct calls *calls, const struct policy_set *policy);
const struct policy_set *call_policy(const struct call *call);

/* What makes backups, which must stay. */
void calls_set_backups(struct calls *calls, struct backups *backups);
struct backups *call_backups(const struct call *call);

struct tokens *call_tokens(const struct call *call);
struct clients *call_clients(const struct call *call);

/* A reference to the sender; see clients_get(). */
struct client *call_get_client(const struct call *call);

/*
 * Zeroed memory for whoever serves the call, which ends with it: call->work, in the place of what
 * there is, as a call that polkit has allowed is served from its beginning.  NULL without memory.
 */
void *call_new_work(struct call *call, size_t size);

/* Goes on with then() in a later turn of the loop, after what is more urgent. */
void call_yield(struct call *call, void (*then)(struct call *call));

/* Finds out who sent it, then goes on with then(); whose sender is not known is refused. */
void call_identify(struct call *call, void (*then)(struct call *call));

/*
 * Finds the user of that name, then goes on with then(), which finds it in call->lookup; an
 * unknown one is refused.
 */
void call_find_user(struct call *call, const char *name, void (*then)(struct call *call));

/* The same, but a user who is not found has the name that was given. */
void call_find_any_user(struct call *call, const char *name, void (*then)(struct call *call));

/* A method return to fill; NULL without memory. */
DBusMessage *call_new_reply(const struct call *call);

/* Sends reply, which it takes over, and ends the call.  NULL: out of memory. */
void call_reply(struct call *call, DBusMessage *reply);

/* The same for a reply that has the secret of that token: if it comes back, so does the token. */
void call_reply_secret(struct call *call, DBusMessage *reply, const struct pat_id *id);

/* The bus could not deliver the message of that serial. */
void calls_undelivered(struct calls *calls, dbus_uint32_t serial);

/* Sends an error and ends the call.  text is valid UTF-8. */
void call_refuse(struct call *call, enum pat_error error, const char *text);
void call_refuse_named(struct call *call, const char *name, const char *text);

#endif
