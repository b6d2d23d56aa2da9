/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A dialog with a form, and then the secret that patd answered with.  Closed while patd or polkit
 * still decides, it comes back with the secret: otherwise a token might exist that nobody has.
 */
#pragma once

#include "desktop/page/secret_form.h"

/* form: taken, floating. */
void patd_secret_dialog_present(GtkWindow *parent, PatdSecretForm *form);

/* Closes those of the parent, as a person does.  FALSE: one asks whether its secret, which was
 * never copied, may be lost. */
gboolean patd_secret_dialog_close_all(GtkWindow *parent);
