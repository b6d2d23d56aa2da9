/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The uses that wait for an approval, above the list of tokens; hidden while there are none. */
#pragma once

#include <adwaita.h>

#include "desktop/client/request_list.h"
#include "desktop/client/service.h"

#define PATD_TYPE_REQUEST_VIEW (patd_request_view_get_type())
G_DECLARE_FINAL_TYPE(PatdRequestView, patd_request_view, PATD, REQUEST_VIEW, AdwBin)

/* Once, before it is shown. */
void patd_request_view_bind(PatdRequestView *view, PatdService *service, PatdRequestList *requests);
