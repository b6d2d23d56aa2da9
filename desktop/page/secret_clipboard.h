/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A secret in the clipboard, for PATD_SECRET_CLIPBOARD_SECONDS: then, when the window closes and
 * when the application ends it is taken out, unless something else was copied meanwhile.  Clipboard
 * managers are asked not to keep it, and nothing of it outlives the application.
 *
 * Properties: "left" (guint, read-only, notifies each second): seconds until it is taken out, 0 if
 * it is not there.
 */
#pragma once

#include <gtk/gtk.h>

#include "desktop/client/patd_secret.h"

#define PATD_SECRET_CLIPBOARD_SECONDS 60

#define PATD_TYPE_SECRET_CLIPBOARD (patd_secret_clipboard_get_type())
G_DECLARE_FINAL_TYPE(PatdSecretClipboard, patd_secret_clipboard, PATD, SECRET_CLIPBOARD, GObject)

/* The one of that clipboard, which owns it. */
PatdSecretClipboard *patd_secret_clipboard_get(GdkClipboard *clipboard);

void patd_secret_clipboard_copy(PatdSecretClipboard *self, PatdSecret *secret);
void patd_secret_clipboard_clear(PatdSecretClipboard *self);
guint patd_secret_clipboard_get_left(PatdSecretClipboard *self);
