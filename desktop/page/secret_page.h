/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The page that shows a secret, once: it can be copied, and is gone with the page. */
#pragma once

#include <adwaita.h>

#include "desktop/client/patd_secret.h"

#define PATD_TYPE_SECRET_PAGE (patd_secret_page_get_type())
G_DECLARE_FINAL_TYPE(PatdSecretPage, patd_secret_page, PATD, SECRET_PAGE, AdwBin)

/* title: "Token Generated" */
void patd_secret_page_show(PatdSecretPage *page, PatdSecret *secret, const char *title);

/* Whether its window may close: FALSE if it shows a secret that was never copied.  It asks the
 * person then, and closes the window if that is the answer.  TRUE while it asks: it is tried again.
 */
gboolean patd_secret_page_may_close(PatdSecretPage *page);

/* Lets go of the secret, but not of a copy in the clipboard. */
void patd_secret_page_forget(PatdSecretPage *page);
