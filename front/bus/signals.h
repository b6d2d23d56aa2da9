/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Signals about tokens, each sent only to the clients that have subscribed and may see the token:
 * everybody reads a broadcast on the system bus.
 */
#pragma once

#include <dbus/dbus.h>
#include <systemd/sd-event.h>

#include "front/bus/clients.h"
#include "protocol/answer.h"
#include "protocol/rows.h"

struct signals;

/* All arguments must outlive it. */
int signals_new(sd_event *event, struct clients *clients, struct signals **ret_signals);
void signals_free(struct signals *signals);

/* The connection to send on; NULL: there is none, and queued signals are discarded. */
void signals_attach(struct signals *signals, DBusConnection *connection);

/* What patd tells. */
void signals_token(struct signals *signals, enum token_event event, const struct token_row *token);
/* To those who may decide about it. */
void signals_approval(struct signals *signals, const struct approval *approval, bool waits);

void signals_entry(struct signals *signals, const struct answer_entry *entry);
