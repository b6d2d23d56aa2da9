/* HistoryChanged: once a second at most, to those clients that follow and may see what is new. */
#ifndef PATD_BUS_HISTORY_SIGNAL_H
#define PATD_BUS_HISTORY_SIGNAL_H

#include <systemd/sd-event.h>

#include "patd/bus/clients.h"
#include "patd/model/entry.h"

struct history_signal;

/* All arguments must outlive it. */
int history_signal_new(
	sd_event *event, struct clients *clients, struct history_signal **ret_changes);
/* NULL is allowed. */
void history_signal_free(struct history_signal *changes);

/* That entry has come into the history. */
void history_signal_consider(struct history_signal *changes, const struct entry *entry);

#endif
