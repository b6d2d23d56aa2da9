/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A token on the bus: the path of its object, and its interfaces. */
#pragma once

#include <dbus/dbus.h>
#include <stdbool.h>

#include "common/bus.h"
#include "common/token_format.h"
#include "protocol/rows.h"

struct bus_path {
	char text[sizeof(PAT_BUS_TOKEN_PATH "/") + PAT_ID_LEN];
};

/* The path of a token's object. */
struct bus_path bus_token_path(const char *id);

/* The properties that uses change, and those that change otherwise; each ends with NULL. */
extern const char *const bus_token_use[], *const bus_token_lifecycle[];

/* The value of EmitsChangedSignal of that property. */
const char *bus_token_changes(const char *property);

/* Appends a{sa{sv}}: the interfaces with properties, and theirs.  False without memory. */
bool bus_token_append_interfaces(DBusMessageIter *to, const struct token_row *row);
