/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Signals about tokens, each sent only to the clients that have subscribed and may see the token:
 * everybody reads a broadcast on the system bus.
 */
#pragma once

#include <dbus/dbus.h>
#include <systemd/sd-event.h>

#include "patd/bus/clients.h"
#include "patd/tokens/tokens.h"

struct signals;

/* Listens to tokens from now on.  All arguments must outlive it. */
int signals_new(sd_event *event, struct tokens *tokens, struct clients *clients,
	struct signals **ret_signals);
void signals_free(struct signals *signals);

/* The connection to send on; NULL: there is none, and queued signals are discarded. */
void signals_attach(struct signals *signals, DBusConnection *connection);

/* Another policy is in force. */
void signals_restart(struct signals *signals);
