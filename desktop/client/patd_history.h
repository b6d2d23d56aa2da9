/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The history of a token, or of all tokens of the caller: a GListModel of PatdEntry, newest first.
 * The first page comes at once, further ones when the view asks for them; new entries come on top.
 *
 * Properties, which notify: "loading" (gboolean), "complete" (gboolean): the oldest entry is there.
 * Signals: "failed" (GError *).
 */
#pragma once

#include "desktop/client/patd_entry.h"
#include "desktop/client/service.h"

#define PATD_TYPE_HISTORY (patd_history_get_type())
G_DECLARE_FINAL_TYPE(PatdHistory, patd_history, PATD, HISTORY, GObject)

/* token: the id of one; NULL for all of the caller. */
PatdHistory *patd_history_new(PatdService *service, const char *token);

/* Of a token of any user, for which polkit may ask for an administrator's password. */
PatdHistory *patd_history_new_of_anyone(PatdService *service, const char *token);

void patd_history_load_more(PatdHistory *history);
