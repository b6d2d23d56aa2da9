/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A method call under way, from its message to its reply.  The function that has it ends it by
 * exactly one call_reply() or call_refuse().  In between the call may wait, for the bus to say who
 * sent it, for NSS, for polkit, or for patd, and never holds the loop.
 *
 * Its arguments are read from the message at once, into the request that patd will be asked; after
 * that nothing of the message is kept.
 */
#pragma once

#include <dbus/dbus.h>
#include <sys/queue.h>

#include "common/error.h"
#include "front/bus/clients.h"
#include "front/bus/doomed.h"
#include "front/bus/lookups.h"
#include "front/bus/sent_secrets.h"
#include "front/link/link.h"
#include "protocol/rows.h"

/* All calls under way on one connection. */
struct calls;
struct call_turns;

struct bus_method;
struct bus_object;

/* What methods are served with; all outlive the calls. */
struct bus_context {
	sd_event *event;
	struct link *link;
	struct lookups *lookups;
	struct clients *clients;
	struct doomed *doomed;
	struct call_turns *turns;
	struct sent_secrets *secrets;
	/* patd refused call->request: ends the call, or has it asked again later. */
	void (*refused)(struct call *call, const struct link_answer *answer);
};

struct call {
	struct lookup lookup; /* first: a look-up is turned back into its call */
	struct calls *calls;
	const struct bus_context *context;
	LIST_ENTRY(call) entry;
	TAILQ_ENTRY(call) next; /* in the queue that it waits in, if any */
	struct client_calls *queue;
	struct client_calls behind; /* of the same client, wait until this is passed on to patd */
	struct client *client;      /* the sender; NULL: it has left */
	struct account *account;    /* of the sender; NULL: its uid is not known yet */
	bool counted, identified;   /* in the account; its caller is known */
	bool long_counted;          /* among the long answers of the account */
	uint64_t serial;            /* of all calls */

	/* Of the message. */
	DBusConnection *connection;
	dbus_uint32_t message_serial;
	bool no_reply, interactive;
	const struct bus_object *object;
	const struct bus_method *method;
	/* Of Properties: which is asked about; field NULL: all of the interface. */
	const struct bus_interface *interface;
	const struct field *field;
	char id[PAT_ID_LEN + 1]; /* of a token's object: the last element of the path; else "" */

	/* What it waits for: patd, NSS, or polkit. */
	struct question question;
	DBusPendingCall *pending;
	void (*abandon_question)(struct call *call); /* called if it ends while that is open */
	void (*then)(struct call *call);
	bool looking_up;
	bool dropped; /* nothing of it is carried out any more: it ends with its look-up */

	struct caller caller;      /* valid when its method is served */
	bool any_user;             /* one that is looked up need not exist */
	enum action polkit_action; /* that polkit was asked about; ACTION_NONE: it was not */
	enum operation polkit_operation;
	/* Continues the call when polkit has granted that; NULL: patd is asked again. */
	void (*resume)(struct call *call);
	/* For the dialog of polkit, and for its rules; "": not known. */
	const char *about_token, *about_user;
	struct token_row *about;        /* if they are in there */
	const char *about_request;      /* the id of a use that waits, */
	struct approval *about_command; /* and all that is shown of it */

	struct request *request; /* what patd is asked: see call_new_request() */
	void (*part)(struct call *call, const struct link_answer *answer);
	void (*done)(struct call *call, struct link_answer *answer);
	/* Both, while patd is asked something beside. */
	void (*work_part)(struct call *call, const struct link_answer *answer);
	void (*work_done)(struct call *call, struct link_answer *answer);
	void (*abandon)(struct call *call); /* if set, called when the call ends */
	void *work;                         /* of the handler: see call_new_work() */
	size_t reply_bytes;                 /* about how long its reply is */

	char sender[]; /* unique name */
};

int calls_new(const struct bus_context *context, struct calls **ret_calls);

/*
 * Ends all calls without a reply, because the connection has gone.  Those that wait for NSS end
 * with their look-up, and are not carried out.
 */
void calls_drop(struct calls *calls);

/* The client has left: ends those of its calls that change nothing, or wait for a person. */
void calls_forget(struct calls *calls, struct client *client);

/* Refuses all that have not been asked yet: patd has gone. */
void calls_refuse_all(struct calls *calls);

/* NULL is allowed.  No look-up may be under way. */
void calls_free(struct calls *calls);

/* A new call for message; NULL without memory, and then the sender has an error. */
struct call *call_new(struct calls *calls, DBusConnection *connection, DBusMessage *message);

/*
 * Zeroed memory that ends with the call: call->work, in place of an earlier one.  NULL: there is no
 * memory, and the call has ended with a refusal.
 */
void *call_new_work(struct call *call, size_t size);

/* The same for call->request, of that kind. */
struct request *call_new_request(struct call *call, enum request_kind kind);

/*
 * Asks patd call->request, and calls done with the answer.  If the caller lacks something that
 * polkit can grant, polkit is asked and then patd again; if it refuses, that ends the call.
 */
void call_ask(struct call *call, void (*done)(struct call *call, struct link_answer *answer));

/*
 * Asks patd another request about the call, which done gets the answer of, also a refusal.  caller:
 * who asks it.
 */
void call_ask_beside(struct call *call, const struct caller *caller, struct request *request,
	void (*done)(struct call *call, struct link_answer *answer));

/* Tells the sender how far the call is, by that signal of the manager. */
void call_send_progress(const struct call *call, const char *signal, uint64_t done, uint64_t total);

/* A method return to fill; NULL without memory. */
DBusMessage *call_new_reply(const struct call *call);

/* Sends reply, which it takes over, and ends the call.  NULL: out of memory. */
void call_reply(struct call *call, DBusMessage *reply);

/* The same with a reply of those arguments, as for dbus_message_append_args(). */
void call_reply_args(struct call *call, int first_type, ...);

/*
 * The same as call_reply() with the secret of that token, which ends if the bus returns the reply:
 * see front/bus/sent_secrets.h.
 */
void call_reply_secret(struct call *call, DBusMessage *reply, const struct pat_id *id);

/* Sends an error and ends the call.  text is valid UTF-8. */
void call_refuse(struct call *call, enum pat_error error, const char *text);
void call_refuse_named(struct call *call, const char *name, const char *text);
