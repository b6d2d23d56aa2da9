/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the page has patd do.  Each call allows a dialog of polkit.  Errors are those of the bus,
 * for patd_error_kind() and patd_error_text().  options: an a{sv} as the contract says, floating or
 * not, NULL for none.
 */
#pragma once

#include "desktop/client/patd_request.h"
#include "desktop/client/patd_secret.h"
#include "desktop/client/patd_token.h"
#include "desktop/client/service.h"

/* The methods of a token that return nothing: "Revoke", "Restore", "Delete", "Set". */
void patd_call_token(PatdService *service, PatdToken *token, const char *method, GVariant *options,
	GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);

/* The same of a token that no list has, by its id. */
void patd_call_token_id(PatdService *service, const char *id, const char *method, GVariant *options,
	GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);

void patd_call_rename(PatdService *service, PatdToken *token, const char *name,
	GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);

/* "Approve" or "Deny". */
void patd_call_request(PatdService *service, const char *request_id, const char *method,
	GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);

/* For the four above. */
gboolean patd_call_finish(PatdService *service, GAsyncResult *result, GError **error);

void patd_call_generate(PatdService *service, const char *name, GVariant *options,
	GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);

void patd_call_rotate(PatdService *service, PatdToken *token, GVariant *options,
	GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);

/* For the two above.  The secret, which nobody gets again; NULL with error set. */
PatdSecret *patd_call_secret_finish(PatdService *service, GAsyncResult *result, GError **error);
