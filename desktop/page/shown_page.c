/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hides pages that are not shown from assistive technologies. */
#include "desktop/page/shown_page.h"

/* By a state and not by GtkWidget:visible: a page that goes stays visible until it is gone, and one
 * that a swipe brings back must be there from the beginning. */
static void on_visible_child(GtkWidget *pages)
{
	g_autoptr(GtkWidget) shown = NULL;

	g_object_get(pages, "visible-child", &shown, NULL);
	for (GtkWidget *page = gtk_widget_get_first_child(pages); page;
		page = gtk_widget_get_next_sibling(page))
		gtk_accessible_update_state(
			GTK_ACCESSIBLE(page), GTK_ACCESSIBLE_STATE_HIDDEN, page != shown, -1);
}

void patd_shown_page_follow(GtkWidget *pages)
{
	g_signal_connect(pages, "notify::visible-child", G_CALLBACK(on_visible_child), NULL);
	on_visible_child(pages);
}
