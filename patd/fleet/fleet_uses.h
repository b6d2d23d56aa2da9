/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Uses of fleet tokens that patd-fleet is to be told of: in a later turn of the loop, a few at a
 * time, and of each token at most once a second.  They wait while nobody takes them, the latest of
 * each token; of more than FLEET_USES_MAX tokens, nobody is told.
 */
#pragma once

#include <stdbool.h>
#include <systemd/sd-event.h>

#include "patd/model/token.h"
#include "protocol/fleet.h"

#define FLEET_USES_MAX 4096U

struct fleet_uses;

/* False: not now; it is tried again after fleet_uses_resume(). */
typedef bool (*fleet_use_fn)(const struct fleet_use *use, void *userdata);

/* 0, -ENOMEM, or sd-event's error. */
int fleet_uses_new(sd_event *event, fleet_use_fn fn, void *userdata, struct fleet_uses **ret_uses);
/* NULL is allowed. */
void fleet_uses_free(struct fleet_uses *uses);

/* The token was used, and has that in it. */
void fleet_uses_add(struct fleet_uses *uses, const struct token *token);

void fleet_uses_resume(struct fleet_uses *uses);
