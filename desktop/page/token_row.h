/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A row of the list of tokens, which the list gives one token after another. */
#pragma once

#include <gtk/gtk.h>

#include "desktop/client/service.h"
#include "desktop/client/token_list.h"

#define PATD_TYPE_TOKEN_ROW (patd_token_row_get_type())
G_DECLARE_FINAL_TYPE(PatdTokenRow, patd_token_row, PATD, TOKEN_ROW, GtkBox)

/* tokens: says whether the owners of tokens are to be shown. */
GtkWidget *patd_token_row_new(PatdService *service, PatdTokenList *tokens);

/* NULL: none. */
void patd_token_row_set_token(PatdTokenRow *row, PatdToken *token);

/* Writes the row anew, since times are relative. */
void patd_token_row_refresh(PatdTokenRow *row);

/* Activates an action of the token, such as "revoke"; nothing if it is not enabled. */
void patd_token_row_activate(PatdTokenRow *row, const char *action);

/* Opens its menu. */
void patd_token_row_popup(PatdTokenRow *row);
