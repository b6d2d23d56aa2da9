/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs the daily work of patd/tokens: a day after the last time, in slices. */
#pragma once

#include <systemd/sd-event.h>

#include "patd/tokens/tokens.h"

struct daily;

/* fn is called for tokens that expire soon.  tokens must outlive it. */
int daily_new(sd_event *event, struct tokens *tokens, expiring_fn fn, void *userdata,
	struct daily **ret_daily);
/* NULL is allowed. */
void daily_free(struct daily *daily);
