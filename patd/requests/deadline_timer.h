/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A timer for what tokens do by themselves: it wakes up when the next token expires, comes back
 * from a suspension or begins, and has the rules notify their listeners.
 */
#pragma once

#include <systemd/sd-event.h>

#include "patd/tokens/tokens.h"

struct deadline_timer;

/* Deadlines from now on are notified.  tokens must outlive it. */
int deadline_timer_new(sd_event *event, struct tokens *tokens, struct deadline_timer **ret_timer);
void deadline_timer_free(struct deadline_timer *timer);

/* A token changes by itself at that time; 0: never. */
void deadline_timer_consider(struct deadline_timer *timer, uint64_t at);

/* Begins anew from now on: another policy is in force. */
void deadline_timer_restart(struct deadline_timer *timer);
