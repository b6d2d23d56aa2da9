/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * When a call is served.  Calls of one client are, in the order in which it sent them, each as soon
 * as patd has been asked for what the one before it changes; so none waits for a person, or for the
 * disk.  Long answers of a client come one after the other, and whoever was sent too much waits,
 * but for what takes access away.
 */
#pragma once

#include <systemd/sd-event.h>

#include "front/bus/call.h"

struct call_turns;

int call_turns_new(sd_event *event, struct call_turns **ret_turns);
/* No call may be left.  NULL is allowed. */
void call_turns_free(struct call_turns *turns);

/* It is counted: those that its client sends from now on come after it. */
void call_turns_enter(struct call *call);
/* Its caller is known: has method->serve() called, now or in its turn. */
void call_turns_begin(struct call *call);

/* It waits until the uid of its client is known.  False: too many do. */
bool call_turns_wait_for_uid(struct call *call);
/* That is known. */
void call_turns_uid_known(struct call *call);

/* patd is asked for what the call changes: those sent after it may be served. */
void call_turns_pass(struct call *call);

/* It waits for a person, or ends: it has no turn, and nothing waits for it. */
void call_turns_end(struct call *call);
