/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How the client_*.c ask patd: they fill a request of protocol/request.h, which goes over root.sock
 * if root asks on this machine (root_*.c), and over the bus otherwise (bus_*.c).  Private to
 * patctl/client.
 */
#pragma once

#include <dbus/dbus.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/token_format.h"
#include "patctl/base/user_lookup.h"
#include "patctl/client/client.h"
#include "patctl/client/host_errors.h"
#include "patctl/client/message.h"
#include "protocol/answer.h"
#include "protocol/request.h"

#define NO_LIMIT DBUS_TIMEOUT_INFINITE /* for an answer */

struct client {
	struct root *root;         /* see patctl/client/root.h; NULL: it asks over the bus */
	DBusConnection *bus;       /* NULL: it asks over root.sock */
	const char *host;          /* the machine that the bus is of; NULL: this one */
	struct host_errors errors; /* of its ssh */
	char *self;
	uint32_t uid;
	bool may_ask;
	int limit;                 /* milliseconds for an answer */
	struct progress *progress; /* of a call that takes long, and has no limit; else NULL */
	pid_t agent;
	uint64_t damaged; /* of the last client_list() */
	char *patd;       /* the unique name on the bus that the subscription is with; NULL: none */
};

/* What patd answers: the member of the kind of the request. */
struct client_answer {
	union {
		struct answer_manager manager;
		struct answer_page page;
		struct answer_secret secret; /* without a descriptor, if it is sealed */
		struct answer_count count;
		struct answer_check check;
		struct answer_verify_history history;
		struct answer_fleet fleet;
		struct answer_fleet_key fleet_key;
	};
	int fd; /* of the secret, which the caller closes; -1: none */
};

/*
 * Sends request, of whose head only the kind is set, and waits for the answer.  Rows are appended
 * to rows, NULL if there are none to come; on failure a part may be.  ret NULL: the answer has no
 * more.
 */
bool client_ask(struct client *client, struct request *request, struct records *rows,
	struct client_answer *ret, DBusError *error);

/* The two ways. */
bool bus_ask(struct client *client, const struct request *request, struct records *rows,
	struct client_answer *ret, DBusError *error);
bool root_ask(struct client *client, struct request *request, struct records *rows,
	struct client_answer *ret, DBusError *error);

/*
 * Sets a text of a request and its bit of enum request_given; a NULL is not given.  Cut to its
 * field, as UTF-8, a text is still too long for patd's rules.
 */
void give_text(char *field, size_t size, const char *text, uint32_t *given, uint32_t bit);
#define GIVE_TEXT(part, member, text, bit)                                                         \
	give_text((part)->member, sizeof((part)->member), text, &(part)->given, bit)

/* The same for an expiration; EXPIRY_DEFAULT is not given. */
void give_expiry(
	const struct expiry *expiry, uint64_t *lifetime, uint64_t *expires_at, uint32_t *given);

/* The same as give_text() for a user, whose field no longer name may be cut to: false with *error
 * set. */
bool give_user(
	char field[static REQUEST_USER_SIZE], const char *user, uint32_t *given, DBusError *error);

/*
 * The answer of the bus if it has that signature; else NULL, and *error is set.  If patd requires a
 * password a person is asked for it.
 */
DBusMessage *call_ask(
	struct client *client, DBusMessage *call, const char *signature, DBusError *error);

/*
 * Sends a call and waits for the answer, limit milliseconds at most or NO_LIMIT, also to a bus that
 * reads nothing.  Signals are dispatched meanwhile.  NULL with *error set: also if the call is to
 * patd on this machine, which here says, and patd does not start.
 */
DBusMessage *bus_send(
	DBusConnection *bus, DBusMessage *call, int limit, bool here, DBusError *error);

/* As call_ask(), for a call that takes long; signal: that reports the progress. */
DBusMessage *call_with_progress(struct client *client, DBusMessage *call, const char *signature,
	const char *signal, DBusError *error);

/*
 * Lets the bus give the connection its name.  NULL: it was NULL, or is closed now, and *error is
 * set.
 */
DBusConnection *bus_hello(DBusConnection *bus, int limit, DBusError *error);
void bus_close(DBusConnection *bus);

/*
 * A connection to the system bus of this machine: the whole takes at most limit milliseconds.  NULL
 * with *error set.
 */
DBusConnection *bus_connect(int limit, DBusError *error);

/*
 * A connection to the system bus of another machine, by ssh(1) and systemd-stdio-bridge.  Waits for
 * ssh without a limit, since ssh may ask a person.  What ssh writes to standard error goes through
 * *ret_errors.  NULL with *error set.
 */
DBusConnection *host_connect(const char *host, struct host_errors *ret_errors, DBusError *error);

/*
 * Adds to *error, which is set, the machine that it comes from and what to do there, if that is
 * another one.
 */
void client_explain(struct client *client, DBusError *error);

/*
 * Moves *cursor on, see client.h, to the page after this one; false with *error set if that is the
 * same.
 */
bool answer_cursor(uint32_t kind, const struct answer_page *page, char **cursor, DBusError *error);

/* The user of that name.  False with *error set if there is none, or NSS does not say. */
bool owner_find(const char *user, struct system_user *ret, DBusError *error);

/* Sets *error to OUTCOME_ERROR_MALFORMED; false. */
bool answer_malformed(const char *method, DBusError *error);

/* The id at the end of a token's path; false if it is no such path. */
bool answer_id(const char *path, struct pat_id *ret);

/* client_subscribe(), client_wait() and client_now() over the bus. */
bool bus_subscribe(struct client *client, bool all, DBusError *error);
bool bus_wait(struct client *client, bool *ret_lost, DBusError *error);
bool bus_now(struct client *client, uint64_t *ret, DBusError *error);
