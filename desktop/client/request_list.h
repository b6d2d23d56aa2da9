/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The uses of the caller's tokens that wait for an approval: a GListModel of PatdRequest, the
 * oldest first.  It lists anew whenever the service becomes ready, and drops what patd says has
 * ended.
 */
#pragma once

#include "desktop/client/patd_request.h"
#include "desktop/client/service.h"

#define PATD_TYPE_REQUEST_LIST (patd_request_list_get_type())
G_DECLARE_FINAL_TYPE(PatdRequestList, patd_request_list, PATD, REQUEST_LIST, GObject)

PatdRequestList *patd_request_list_new(PatdService *service);

/* NULL if it has ended. */
PatdRequest *patd_request_list_find(PatdRequestList *list, const char *id);
