/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * patd on the system bus: the connection, the owner of org.patd.Tokens1, calls, and signals of that
 * owner alone, since any program on the bus may send a signal to this one.
 *
 * Heals by itself: a new owner of the name, or a new bus, becomes PATD_SERVICE_READY again, and who
 * follows "notify::state" lists anew.  The service subscribes to the signals of the caller's own
 * tokens before it says so, so that no change between a listing and its signals is lost.
 *
 * The bus is asked to start patd once in the beginning, and by patd_service_retry(): whoever has
 * stopped patd, as for the restore of a backup, wants it stopped, and an open page leaves it so.
 *
 * Properties: "state" (PatdServiceState, read-only, notifies).
 * Signals: "received" (const char *path, const char *interface, const char *member, GVariant
 * *body): a signal of patd, while the state is PATD_SERVICE_READY; detailed by the member.
 */
#pragma once

#include <gio/gio.h>
#include <gio/gunixfdlist.h>

#define PATD_NAME "org.patd.Tokens1"
#define PATD_PATH "/org/patd/Tokens1"
#define PATD_TOKEN_PATH "/org/patd/Tokens1/token/" /* followed by the id */
#define PATD_MANAGER "org.patd.Tokens1.Manager"
#define PATD_TOKEN_INTERFACE "org.patd.Tokens1.Token"

typedef enum {
	PATD_SERVICE_CONNECTING, /* the first seconds; later states say what is wrong */
	PATD_SERVICE_READY,
	PATD_SERVICE_ABSENT, /* a bus, but nobody has the name, and starting it failed */
	PATD_SERVICE_NO_BUS,
} PatdServiceState;

#define PATD_TYPE_SERVICE (patd_service_get_type())
G_DECLARE_FINAL_TYPE(PatdService, patd_service, PATD, SERVICE, GObject)

/* Connects at once, without blocking. */
PatdService *patd_service_new(void);
PatdServiceState patd_service_get_state(PatdService *service);

/*
 * The name of this machine as an issuer of fleet tokens, as it was when the service became ready;
 * "": it is none, or patd did not say.  The service's.
 */
const char *patd_service_get_issuer(PatdService *service);

/* Tries at once what it would try again by itself later. */
void patd_service_retry(PatdService *service);

/*
 * Calls a method of patd.  body: floating or not, NULL for ().  interactive: polkit may show a
 * dialog, for which a person takes minutes, so there is no timeout.
 */
void patd_service_call(PatdService *service, const char *path, const char *interface,
	const char *method, GVariant *body, gboolean interactive, GCancellable *cancellable,
	GAsyncReadyCallback callback, gpointer data);

/* The reply, NULL with error set; ret_fds may be NULL. */
GVariant *patd_service_call_finish(
	PatdService *service, GAsyncResult *result, GUnixFDList **ret_fds, GError **error);
