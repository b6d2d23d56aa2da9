/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The second page of the window: all about one token, what can be done with it, its history. */
#pragma once

#include <adwaita.h>

#include "desktop/client/patd_token.h"
#include "desktop/client/service.h"

#define PATD_TYPE_DETAILS_PAGE (patd_details_page_get_type())
G_DECLARE_FINAL_TYPE(PatdDetailsPage, patd_details_page, PATD, DETAILS_PAGE, AdwBin)

/* token: NULL: none, when the page is left. */
void patd_details_page_show(PatdDetailsPage *page, PatdService *service, PatdToken *token);

/* NULL: none. */
PatdToken *patd_details_page_get_token(PatdDetailsPage *page);

/* Writes what is relative to the time anew. */
void patd_details_page_refresh(PatdDetailsPage *page);
