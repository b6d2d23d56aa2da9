/* How the client_*.c build a call and take its answer; nothing of it is for the verbs. */
#ifndef PATCTL_CLIENT_CLIENT_CALL_H
#define PATCTL_CLIENT_CLIENT_CALL_H

#include <dbus/dbus.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/token_format.h"
#include "patctl/client/client.h"

struct client {
	DBusConnection *bus;
	const char *host; /* the machine that the bus is of; NULL: this one */
	char *self;
	uint32_t uid;
	bool may_ask;
	bool waits; /* for an answer as long as it takes, and hears signals meanwhile */
	pid_t agent;
	char *patd; /* the unique name on the bus that the subscription is with; NULL: none */
};

void message_free(DBusMessage **message);
#define cleanup_message __attribute__((cleanup(message_free)))

/* A call to the manager, or to a token; *ret_args is where its arguments go.  Never NULL. */
DBusMessage *call_manager(const char *method, DBusMessageIter *ret_args);
DBusMessage *call_token(const struct pat_id *id, const char *method, DBusMessageIter *ret_args);

/* Arguments, in their order.  Memory that is out ends patctl. */
void call_string(DBusMessageIter *args, const char *value);
void call_uint32(DBusMessageIter *args, uint32_t value);
void call_bytes(DBusMessageIter *args, const uint8_t *bytes, size_t len);
void call_fd(DBusMessageIter *args, int fd); /* a copy of fd */

/* The a{sv} of options.  A NULL, false or, but for option_uint64, 0 is left out. */
void options_open(DBusMessageIter *args, DBusMessageIter *ret_options);
void option_string(DBusMessageIter *options, const char *key, const char *value);
void option_list(DBusMessageIter *options, const char *key, const char *value); /* at commas */
void option_uint64(DBusMessageIter *options, const char *key, uint64_t value);
void option_nonzero(DBusMessageIter *options, const char *key, uint64_t value);
void option_true(DBusMessageIter *options, const char *key, bool value);
void options_close(DBusMessageIter *args, DBusMessageIter *options);

/* An a{sv} without a key. */
void call_no_options(DBusMessageIter *args);

/*
 * The answer if it has that signature; else NULL, and *error is set.  A person is asked for a
 * password if patd says that it takes one.
 */
DBusMessage *call_ask(
	struct client *client, DBusMessage *call, const char *signature, DBusError *error);

/* As call_ask(), of what answers with nothing. */
bool call_done(struct client *client, DBusMessage *call, DBusError *error);

/* As call_ask(), of what answers with one aa{sv}; *ret untouched on failure. */
bool call_records(struct client *client, DBusMessage *call, const struct shape *shape,
	struct records *ret, DBusError *error);

/* What others say in an error may go to a terminal. */
void call_error_safe(DBusError *error);

/* Has *error, which is set, say of which machine it is, if that is another. */
void client_explain(struct client *client, DBusError *error);

/* Sets *error to OUTCOME_ERROR_MALFORMED; false. */
bool answer_malformed(const char *method, DBusError *error);

/* Moves *cursor on, see client.h; false with *error set if it does not move. */
bool answer_cursor(const char *method, const char *next, char **cursor, DBusError *error);

/* The id at the end of a token's path; false if it is no such path. */
bool answer_id(const char *path, struct pat_id *ret);

#endif
