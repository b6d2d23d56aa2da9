/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The window: the list of tokens with the uses that wait above it, and the details of one token. */
#pragma once

#include <adwaita.h>

#include "desktop/client/request_list.h"
#include "desktop/client/service.h"
#include "desktop/client/token_list.h"

#define PATD_TYPE_WINDOW (patd_window_get_type())
G_DECLARE_FINAL_TYPE(PatdWindow, patd_window, PATD, WINDOW, AdwApplicationWindow)

PatdWindow *patd_window_new(AdwApplication *application, PatdService *service,
	PatdTokenList *tokens, PatdRequestList *requests);

/* The details of the token, at once or as soon as the list has it. */
void patd_window_show_token(PatdWindow *window, const char *id);

/* Back to the list, with the uses that wait in view. */
void patd_window_show_requests(PatdWindow *window);

/* Says a sentence in a toast. */
void patd_window_toast(PatdWindow *window, const char *text);
