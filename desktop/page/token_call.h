/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A call about a token whose outcome is told in a toast of the window. */
#pragma once

#include <gtk/gtk.h>

#include "desktop/client/calls.h"

/*
 * Calls "Revoke", "Restore" or "Delete".  options: as for patd_call_token().  success: what the
 * toast says then, translated and static.  If the window is gone by then, nobody is told.
 */
void patd_token_call(GtkWindow *window, PatdService *service, PatdToken *token, const char *method,
	GVariant *options, const char *success);

/* Says a sentence in a toast of the window: its action "win.toast". */
void patd_say(GtkWindow *window, const char *text);

/* The same of an error; nothing if it was a cancellation. */
void patd_say_error(GtkWindow *window, const GError *error);
