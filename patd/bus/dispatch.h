/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A method call that comes in: its object and method are found in the tables of interface.h. */
#pragma once

#include "patd/bus/call.h"

/* Serves one method call, now or later. */
void bus_dispatch(struct calls *calls, DBusConnection *connection, DBusMessage *message);
