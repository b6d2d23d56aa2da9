/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What patd.conf says of new tokens, so that the page offers only what patd accepts. */
#pragma once

#include "desktop/client/service.h"

typedef struct {
	guint64 default_lifetime; /* seconds */
	guint64 max_lifetime;     /* seconds; 0: unlimited */
	gboolean allow_never;     /* false as well if max_lifetime is limited */
} PatdPolicy;

/* Reads aa{sv} as GetPolicy returns them.  FALSE: a setting is missing, or has a value that this
 * program does not know; *ret_policy is untouched then. */
gboolean patd_policy_read(GVariant *settings, PatdPolicy *ret_policy);

void patd_policy_get(PatdService *service, GCancellable *cancellable, GAsyncReadyCallback callback,
	gpointer data);
gboolean patd_policy_get_finish(
	PatdService *service, GAsyncResult *result, PatdPolicy *ret_policy, GError **error);
