/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Pages of which one is shown, as of a GtkStack or an AdwLeaflet.  The others do not exist for the
 * eye, but GTK 4.8 presents them to a screen reader.
 */
#pragma once

#include <gtk/gtk.h>

/* From now on assistive technologies see the visible child alone.  pages: has that property. */
void patd_shown_page_follow(GtkWidget *pages);
