/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One call to the owner of patd's name, for service.c alone. */
#pragma once

#include <gio/gio.h>
#include <gio/gunixfdlist.h>

/* Completes task, which has the cancellable.  body: NULL for (). */
void patd_service_call_start(GDBusConnection *connection, const char *owner, const char *path,
	const char *interface, const char *method, GVariant *body, gboolean interactive,
	GTask *task);

GVariant *patd_service_call_end(GTask *task, GUnixFDList **ret_fds, GError **error);
