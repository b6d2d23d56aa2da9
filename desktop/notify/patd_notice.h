/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The notifications, each made of what patd said.  The caller owns them. */
#pragma once

#include <gio/gio.h>

#include "desktop/client/patd_history.h"
#include "desktop/client/patd_request.h"
#include "desktop/client/patd_token.h"

/*
 * How the notification service reads a body.  One that implements org.gtk.Notifications takes it
 * for plain text, as GNotification documents; GLib passes it unchanged to one of org.freedesktop as
 * well, where "body" is markup, so that a command could draw what it likes.
 */
typedef enum {
	PATD_BODY_PLAIN,
	PATD_BODY_MARKUP,
} PatdBodyFormat;

GNotification *patd_notice_request(const PatdRequestInfo *request, PatdBodyFormat format);
GNotification *patd_notice_expiry(const PatdTokenInfo *token, guint64 now, PatdBodyFormat format);
GNotification *patd_notice_new_place(
	const PatdEntryInfo *entry, guint64 now, PatdBodyFormat format);

/* The outcome of what a button of a notification did. */
GNotification *patd_notice_outcome(const char *text, PatdBodyFormat format);
