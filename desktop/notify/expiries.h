/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asks which tokens expire soon, and notifies of each once. */
#pragma once

#include "desktop/client/service.h"
#include "desktop/notify/notice_outbox.h"
#include "desktop/notify/seen.h"

typedef struct PatdExpiries PatdExpiries;

/* outbox and seen: not owned, outlive it. */
PatdExpiries *patd_expiries_new(PatdService *service, PatdOutbox *outbox, PatdSeen *seen);

/* Calls in progress end without a word. */
void patd_expiries_free(PatdExpiries *expiries);

/* To be called now and then: no signal tells that a token expires soon. */
void patd_expiries_look(PatdExpiries *expiries);
