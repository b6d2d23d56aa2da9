/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Stores the latest time seen about once an hour, so that a kill of patd cannot undo more. */
#pragma once

#include <systemd/sd-event.h>

#include "patd/tokens/tokens.h"

struct hourly;

/* tokens must outlive it. */
int hourly_new(sd_event *event, struct tokens *tokens, struct hourly **ret_hourly);
/* NULL is allowed. */
void hourly_free(struct hourly *hourly);
