/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A timer for what tokens do by themselves: it wakes up when the next token expires, comes back
 * from a suspension or begins, and has the rules notify their listeners.
 */
#pragma once

#include <systemd/sd-event.h>

#include "patd/tokens/tokens.h"

struct expiry_timer;

/* Deadlines from now on are notified.  tokens must outlive it. */
int expiry_timer_new(sd_event *event, struct tokens *tokens, struct expiry_timer **ret_expiry);
void expiry_timer_free(struct expiry_timer *expiry);

/* A token changes by itself at that time; 0: never. */
void expiry_timer_consider(struct expiry_timer *expiry, uint64_t at);

/* Begins anew from now on: another policy is in force. */
void expiry_timer_restart(struct expiry_timer *expiry);
