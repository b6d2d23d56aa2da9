/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Notifications of the session: a use that waits for an approval, with Approve and Deny, until it
 * is answered; once each, a token that expires soon, and a first use from a new network or through
 * a new service.  Only of the caller's own tokens.
 *
 * A notification calls the actions of the application: "app.approve", "app.deny" and
 * "app.show-requests" with the id of a request, "app.show-token" with the id of a token.
 */
#pragma once

#include <gio/gio.h>

#include "desktop/client/request_list.h"
#include "desktop/client/service.h"

#define PATD_TYPE_NOTIFIER (patd_notifier_get_type())
G_DECLARE_FINAL_TYPE(PatdNotifier, patd_notifier, PATD, NOTIFIER, GObject)

/* application: not owned, outlives the notifier; is registered on a session bus. */
PatdNotifier *patd_notifier_new(
	GApplication *application, PatdService *service, PatdRequestList *requests);

/* The outcome of an action, for a person who does not look at the window. */
void patd_notifier_tell(PatdNotifier *notifier, const char *text);
