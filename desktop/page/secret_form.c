/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The interface of forms whose answer is a secret. */
#include "desktop/page/secret_form.h"

G_DEFINE_INTERFACE(PatdSecretForm, patd_secret_form, GTK_TYPE_WIDGET)

static void patd_secret_form_default_init(PatdSecretFormInterface *interface)
{
	(void)interface;
}
