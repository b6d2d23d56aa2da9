/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A widget that draws a secret, all of it, in as many lines as it needs.  It draws one character
 * after the other, so that no library ever gets the text: an entry or a label would leave copies in
 * memory that nobody wipes, and would hand the text to assistive technologies, to the selection
 * and to drag and drop.
 */
#pragma once

#include <gtk/gtk.h>

#include "desktop/client/patd_secret.h"

#define PATD_TYPE_SECRET_TEXT (patd_secret_text_get_type())
G_DECLARE_FINAL_TYPE(PatdSecretText, patd_secret_text, PATD, SECRET_TEXT, GtkWidget)

/* Keeps a reference until it gets another; NULL: none. */
void patd_secret_text_set(PatdSecretText *self, PatdSecret *secret);
