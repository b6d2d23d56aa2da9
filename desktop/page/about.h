/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The window about the application. */
#pragma once

#include <gtk/gtk.h>

void patd_about_present(GtkWindow *parent);
