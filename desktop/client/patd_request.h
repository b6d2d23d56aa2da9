/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A use of a token that waits for an approval, as ListRequests and RequestAdded describe it. */
#pragma once

#include <gio/gio.h>

typedef struct {
	char *id, *token, *name, *user, *service, *from, *tty, *command, *directory, *parent;
	guint64 at, until; /* seconds since 1970 UTC */
	guint32 uid, pid, parent_pid, started_by_uid;
} PatdRequestInfo;

#define PATD_TYPE_REQUEST (patd_request_get_type())
G_DECLARE_FINAL_TYPE(PatdRequest, patd_request, PATD, REQUEST, GObject)

/* NULL if it has no Id. */
PatdRequest *patd_request_new(GVariant *properties);
const PatdRequestInfo *patd_request_get_info(PatdRequest *request);
