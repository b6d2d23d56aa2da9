/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Messages and descriptors of strangers that are to be ended, once the bus has told whose they are:
 * to close them may block, and blocks a thread for that uid.
 */
#pragma once

#include <dbus/dbus.h>

#include "front/base/closers.h"
#include "front/bus/clients.h"

struct doomed;

int doomed_new(struct closers *closers, struct clients *clients, struct doomed **ret_doomed);
/* Hands over what is left.  NULL is allowed. */
void doomed_free(struct doomed *doomed);

/* A reference to the message, whose own is not the last one then. */
void doomed_message(struct doomed *doomed, DBusMessage *message);

/* A descriptor that came from that sender, taken over. */
void doomed_fd(struct doomed *doomed, const char *sender, int fd);

/* Hands over to threads what is of known senders, or of such as have left. */
void doomed_settle(struct doomed *doomed);
