/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A use that waits for an approval, with Approve and Deny and the time that is left. */
#pragma once

#include <gtk/gtk.h>

#include "desktop/client/patd_request.h"
#include "desktop/client/service.h"

GtkWidget *patd_request_row_new(PatdService *service, PatdRequest *request);
