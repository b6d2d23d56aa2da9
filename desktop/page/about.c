/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Says what the application is, and its version. */
#include "desktop/page/about.h"

#include <adwaita.h>

#include "common/l10n.h"

void patd_about_present(GtkWindow *parent)
{
	adw_show_about_window(parent, "application-name", _("Access Tokens"), "application-icon",
		"org.patd.Desktop", "version", PAT_VERSION, "comments",
		_("Personal access tokens for logins on this machine"), "license-type",
		GTK_LICENSE_LGPL_2_1,
		/* TRANSLATORS: your names, one a line */
		"translator-credits", _("translator-credits"), NULL);
}
