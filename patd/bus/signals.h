/*
 * Signals about tokens, each sent to those clients alone that follow and may see the token: a
 * broadcast on the system bus is read by everybody.
 */
#ifndef PATD_BUS_SIGNALS_H
#define PATD_BUS_SIGNALS_H

#include <dbus/dbus.h>
#include <systemd/sd-event.h>

#include "patd/bus/clients.h"
#include "patd/tokens/tokens.h"

struct signals;

/* Listens to tokens from now on.  All arguments must outlive it. */
int signals_new(sd_event *event, struct tokens *tokens, struct clients *clients,
	struct signals **ret_signals);
void signals_free(struct signals *signals);

/* Where to send; NULL: nowhere, and what waits to be sent is forgotten. */
void signals_attach(struct signals *signals, DBusConnection *connection);

/* Another policy is in force. */
void signals_renew(struct signals *signals);

#endif
