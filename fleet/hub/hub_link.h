/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The connection to the hub: one batch of statements at a time, in libpq's pipeline mode.  Made
 * again whenever it is lost, after a pause that grows.  Nothing here waits, but for the look-up of
 * a host name, which libpq does by itself.
 *
 * Statements up to a batch that commits are one transaction of the isolation "repeatable read":
 * they see one snapshot, and all of them take effect, or none.
 */
#pragma once

#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#define HUB_STATEMENTS_MAX 34U
#define HUB_VALUES_MAX 6

#define HUB_CHANNEL "patd_fleet"                  /* wakes members: there are rows */
#define HUB_CHANNEL_REQUESTS "patd_fleet_request" /* wakes issuers: a host asks to revoke */

struct hub_statement {
	const char *sql;
	const char *values[HUB_VALUES_MAX]; /* NULL: no more.  Of the caller, until hub_run()
					       returns. */
	/* Of its result; with others the hub is none, and the connection ends. */
	int columns;
	int rows; /* exactly so many, or HUB_UP_TO() */
};

/* What a LIMIT says, or a key: a hub need not obey either. */
#define HUB_UP_TO(n) (-(n))

/* All are called in the loop. */
struct hub_listener {
	void (*up)(void *userdata);
	/* The batch under way has ended before.  Called for each attempt that fails. */
	void (*down)(const char *why, void *userdata);
	void (*notified)(const char *channel, const char *payload, void *userdata);
	void *userdata;
};

struct hub;

int hub_new(sd_event *event, const struct hub_listener *listener, struct hub **ret_hub);

/* Ends the batch under way.  NULL is allowed. */
void hub_free(struct hub *hub);

/*
 * From now on it is connected by that conninfo as that role, by a connection of its own if it was
 * by another.  "": not connected.
 */
int hub_use(struct hub *hub, const char *conninfo, const char *role);

bool hub_is_up(const struct hub *hub);

/* Of the results, or NULL where the whole batch has failed, and then why. */
struct hub_answer {
	PGresult *results[HUB_STATEMENTS_MAX]; /* of each statement; the hub's */
	const char *why;                       /* NULL: it has not failed */
	const char *state;                     /* SQLSTATE, or "": the connection was lost */
};

/* What it takes of the results it sets to NULL there, and owns. */
typedef void (*hub_answer_fn)(struct hub_answer *answer, void *userdata);

/*
 * Runs n statements, and commits what has been run since the last commit, or leaves that to a later
 * batch.  Rows come in binary.  An answer always comes, and later than this returns.
 */
void hub_run(struct hub *hub, const struct hub_statement *statements, size_t n, bool commit,
	hub_answer_fn fn, void *userdata);

/* Ends the connection, and so what is not committed; it is made again. */
void hub_reset(struct hub *hub, const char *why);

/* Of a result: a field of a row.  Numbers, texts and bytes of the SQL types bigint, text, bytea. */
int64_t hub_number(const PGresult *result, int row, int column);
bool hub_bool(const PGresult *result, int row, int column);
const char *hub_text(const PGresult *result, int row, int column);
const uint8_t *hub_bytes(const PGresult *result, int row, int column, size_t *ret_len);
