/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The list of tokens, of which only the visible rows are widgets: ten thousand scroll smoothly.
 *
 * Properties: "shown" (guint, read-only, notifies): how many tokens match the search.
 */
#pragma once

#include <adwaita.h>

#include "desktop/client/service.h"
#include "desktop/client/token_list.h"

#define PATD_TYPE_TOKEN_VIEW (patd_token_view_get_type())
G_DECLARE_FINAL_TYPE(PatdTokenView, patd_token_view, PATD, TOKEN_VIEW, AdwBin)

/* Once, before it is shown. */
void patd_token_view_bind(PatdTokenView *view, PatdService *service, PatdTokenList *tokens);

/* Shows only tokens that have the text in their name, id, owner, note or last use. */
void patd_token_view_search(PatdTokenView *view, const char *text);

guint patd_token_view_get_shown(PatdTokenView *view);

/* Writes the visible rows anew. */
void patd_token_view_refresh(PatdTokenView *view);
