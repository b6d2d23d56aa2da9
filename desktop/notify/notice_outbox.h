/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the notifications leave, and how the service on the other side reads them. */
#pragma once

#include <gio/gio.h>

#include "desktop/notify/patd_notice.h"

typedef struct PatdOutbox PatdOutbox;

/* application: not owned, outlives the outbox; is registered on a session bus. */
PatdOutbox *patd_outbox_new(GApplication *application);
void patd_outbox_free(PatdOutbox *outbox);

/* Looks once, without returning to the main loop. */
PatdBodyFormat patd_outbox_get_format(PatdOutbox *outbox);

/* kind and id together name a notification, which replaces a former one of that name.  Takes the
 * notice. */
void patd_outbox_send(PatdOutbox *outbox, const char *kind, const char *id, GNotification *notice);
void patd_outbox_withdraw(PatdOutbox *outbox, const char *kind, const char *id);
