/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Messages of D-Bus: the calls that patctl makes, built argument by argument. */
#pragma once

#include <dbus/dbus.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/token_format.h"

void message_free(DBusMessage **message);
#define cleanup_message __attribute__((cleanup(message_free)))

/* Whom a call is to: the name on the bus, an object of its, and an interface of that. */
struct peer {
	const char *name, *path, *interface;
};

extern const struct peer peer_bus; /* the bus itself */

/* A call; *ret_args is where its arguments go.  Never NULL. */
DBusMessage *call_new(const struct peer *peer, const char *method, DBusMessageIter *ret_args);

/* The same to patd: to the manager, or to a token. */
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
