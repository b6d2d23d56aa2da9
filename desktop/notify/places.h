/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the history, and notifies of first uses from a network or through a service. */
#pragma once

#include "desktop/client/service.h"
#include "desktop/notify/notice_outbox.h"
#include "desktop/notify/seen.h"

typedef struct PatdPlaces PatdPlaces;

/* outbox and seen: not owned, outlive it. */
PatdPlaces *patd_places_new(PatdService *service, PatdOutbox *outbox, PatdSeen *seen);

/* Calls in progress end without a word. */
void patd_places_free(PatdPlaces *places);

/* From the start of patd on: finds out where the history has got to. */
void patd_places_begin(PatdPlaces *places);

/* The history has new entries. */
void patd_places_read(PatdPlaces *places);
