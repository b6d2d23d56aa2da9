/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The system bus of another machine, reached by ssh(1) and systemd-stdio-bridge. */
#pragma once

#include <dbus/dbus.h>
#include <stdint.h>

/* Waits for ssh without a limit, since ssh may ask a person.  NULL with *error set. */
DBusConnection *host_connect(const char *host, DBusError *error);

/* Adds to *error, which is set, the machine that it comes from, and what to do there. */
void host_explain(const char *host, DBusConnection *bus, DBusError *error);
