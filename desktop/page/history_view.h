/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The history of a token, newest first, by pages. */
#pragma once

#include <adwaita.h>

#include "desktop/client/service.h"

#define PATD_TYPE_HISTORY_VIEW (patd_history_view_get_type())
G_DECLARE_FINAL_TYPE(PatdHistoryView, patd_history_view, PATD, HISTORY_VIEW, AdwBin)

/* token: its id; NULL: none.  anyone: it is another user's, for which polkit may ask. */
void patd_history_view_show(
	PatdHistoryView *view, PatdService *service, const char *token, gboolean anyone);
