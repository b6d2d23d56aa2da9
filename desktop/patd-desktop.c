/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* patd-desktop: prepares the process and runs the application. */
#include <libintl.h>
#include <locale.h>
#include <sys/resource.h>

#include "common/l10n.h"
#include "desktop/application.h"

/* The secret of a new token must not get into a core file. */
static void deny_core_files(void)
{
	const struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
}

/*
 * A page of text is drawn once and then rests: without OpenGL it starts sooner and takes half of
 * the memory (make bench-desktop).  Who has set one of these knows better.
 */
static void draw_without_gl(void)
{
	(void)g_setenv("GSK_RENDERER", "cairo", FALSE);
	if (gtk_get_minor_version() < 16)
		(void)g_setenv("GDK_DEBUG", "gl-disable", FALSE);
	else
		(void)g_setenv("GDK_DISABLE", "gl,vulkan", FALSE);
}

int main(int argc, char **argv)
{
	g_autoptr(PatdApplication) application = NULL;

	deny_core_files();
	(void)setlocale(LC_ALL, "");
	(void)bindtextdomain(PAT_DOMAIN, PAT_LOCALE_DIR);
	(void)bind_textdomain_codeset(PAT_DOMAIN, "UTF-8");
	draw_without_gl();
	application = patd_application_new();
	return g_application_run(G_APPLICATION(application), argc, argv);
}
