/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How the client_*.c send a call and check its answer.  Private to patctl/client. */
#pragma once

#include <dbus/dbus.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/token_format.h"
#include "patctl/client/client.h"
#include "patctl/client/message.h"

struct client {
	DBusConnection *bus;
	const char *host; /* the machine that the bus is of; NULL: this one */
	char *self;
	uint32_t uid;
	bool may_ask;
	bool waits; /* without a limit for an answer, and dispatches signals meanwhile */
	pid_t agent;
	char *patd; /* the unique name on the bus that the subscription is with; NULL: none */
};

/*
 * The answer if it has that signature; else NULL, and *error is set.  If patd requires a password
 * a person is asked for it.
 */
DBusMessage *call_ask(
	struct client *client, DBusMessage *call, const char *signature, DBusError *error);

/* As call_ask(), for a call without results. */
bool call_done(struct client *client, DBusMessage *call, DBusError *error);

/* As call_ask(), for a call with one result, an aa{sv}; *ret untouched on failure. */
bool call_records(struct client *client, DBusMessage *call, const struct record_type *type,
	struct records *ret, DBusError *error);

/*
 * A connection to the system bus of another machine, by ssh(1) and systemd-stdio-bridge.  Waits for
 * ssh without a limit, since ssh may ask a person.  NULL with *error set.
 */
DBusConnection *host_connect(const char *host, DBusError *error);

/*
 * Adds to *error, which is set, the machine that it comes from and what to do there, if that is
 * another one.
 */
void client_explain(const struct client *client, DBusError *error);

/* Sets *error to OUTCOME_ERROR_MALFORMED; false. */
bool answer_malformed(const char *method, DBusError *error);

/*
 * Moves *cursor on, see client.h, to the text after the page at iter; false with *error set if it
 * does not move.
 */
bool answer_cursor(const char *method, DBusMessageIter *iter, char **cursor, DBusError *error);

/* The id at the end of a token's path; false if it is no such path. */
bool answer_id(const char *path, struct pat_id *ret);
