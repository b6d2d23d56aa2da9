/* How far a call is, told to its sender alone. */
#ifndef PATD_BUS_PROGRESS_SIGNAL_H
#define PATD_BUS_PROGRESS_SIGNAL_H

#include "patd/bus/call.h"

/* By a signal of the manager; call->client must be there. */
void bus_tell_progress(const struct call *call, const char *signal, uint64_t done, uint64_t total);

#endif
