/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tables of methods that the interfaces are made of, each with its handlers in one file. */
#pragma once

#include "patd/bus/call.h"
#include "patd/bus/interface.h"

/* Of the manager; each table is in the file of its name. */
extern const struct bus_method bus_generate_methods[];
extern const struct bus_method bus_list_methods[];
extern const struct bus_method bus_disable_methods[];
extern const struct bus_method bus_check_methods[];
extern const struct bus_method bus_history_methods[];
extern const struct bus_method bus_backup_methods[];

/* Of a token: bus_generate.c, bus_history.c. */
extern const struct bus_method bus_rotate_methods[];
extern const struct bus_method bus_sources_methods[];

/*
 * bus_generate.c: the bus returned the message of that serial, as it could not deliver it.  Deletes
 * the token whose secret is in the message, if there is one.
 */
void bus_secret_undelivered(struct calls *calls, struct tokens *tokens, dbus_uint32_t serial);
