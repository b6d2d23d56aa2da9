/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The first page of the window: the list of tokens with the uses that wait above it, or why there
 * is no list, and what to do.
 */
#pragma once

#include <adwaita.h>

#include "desktop/client/request_list.h"
#include "desktop/client/service.h"
#include "desktop/client/token_list.h"

#define PATD_TYPE_TOKENS_PAGE (patd_tokens_page_get_type())
G_DECLARE_FINAL_TYPE(PatdTokensPage, patd_tokens_page, PATD, TOKENS_PAGE, AdwBin)

/* Once, before it is shown. */
void patd_tokens_page_bind(PatdTokensPage *page, PatdService *service, PatdTokenList *tokens,
	PatdRequestList *requests);

/* Opens the search; nothing if there are so few tokens that none is offered. */
void patd_tokens_page_search(PatdTokensPage *page);

/* Writes what is relative to the time anew. */
void patd_tokens_page_refresh(PatdTokensPage *page);
