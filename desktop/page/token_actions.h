/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a person can do with one token, as actions for its menu and its details: "details",
 * "copy-id", "revoke", "restore", "rotate", "rename" and "delete".  Each is enabled while patd
 * would accept it, and follows the token and the service.
 */
#pragma once

#include <gtk/gtk.h>

#include "desktop/client/patd_token.h"
#include "desktop/client/service.h"

/* window: the one for dialogs and toasts, and outlives the group.  Owned by the caller. */
GActionGroup *patd_token_actions_new(GtkWindow *window, PatdService *service, PatdToken *token);
