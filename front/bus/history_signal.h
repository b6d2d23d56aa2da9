/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * HistoryChanged: sent once a second at most, to the clients that have subscribed and may see a new
 * entry.
 */
#pragma once

#include <systemd/sd-event.h>

#include "front/bus/clients.h"
#include "protocol/answer.h"

struct history_signal;

/* All arguments must outlive it. */
int history_signal_new(
	sd_event *event, struct clients *clients, struct history_signal **ret_history);
/* NULL is allowed. */
void history_signal_free(struct history_signal *history);

/* That entry was added to the history. */
void history_signal_consider(struct history_signal *history, const struct answer_entry *entry);
