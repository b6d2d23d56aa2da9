/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The calls of the page, and the secrets that two of them return. */
#include "desktop/client/calls.h"

#include <unistd.h>

static GVariant *options_or_none(GVariant *options)
{
	return options ? options : g_variant_new("a{sv}", NULL);
}

static void call_path(PatdService *service, const char *path, const char *method, GVariant *body,
	GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
	patd_service_call(service, path, PATD_TOKEN_INTERFACE, method, body, TRUE, cancellable,
		callback, data);
}

void patd_call_token(PatdService *service, PatdToken *token, const char *method, GVariant *options,
	GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
	patd_call_token_id(service, patd_token_get_info(token)->id, method, options, cancellable,
		callback, data);
}

void patd_call_token_id(PatdService *service, const char *id, const char *method, GVariant *options,
	GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
	g_autofree char *path = g_strconcat(PATD_TOKEN_PATH, id, NULL);
	GVariant *body = g_variant_ref_sink(g_variant_new("(@a{sv})", options_or_none(options)));

	/* What a program of the session passes to an action may be anything. */
	if (g_variant_is_object_path(path))
		call_path(service, path, method, body, cancellable, callback, data);
	else
		g_task_report_new_error(service, callback, data, patd_call_token_id, G_IO_ERROR,
			G_IO_ERROR_INVALID_ARGUMENT, "“%s” is not the id of a token", id);
	g_variant_unref(body);
}

void patd_call_rename(PatdService *service, PatdToken *token, const char *name,
	GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
	g_autofree char *path = patd_token_dup_path(token);

	call_path(service, path, "Rename", g_variant_new("(sa{sv})", name, NULL), cancellable,
		callback, data);
}

void patd_call_request(PatdService *service, const char *request_id, const char *method,
	GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
	patd_service_call(service, PATD_PATH, PATD_MANAGER, method,
		g_variant_new("(sa{sv})", request_id, NULL), TRUE, cancellable, callback, data);
}

gboolean patd_call_finish(PatdService *service, GAsyncResult *result, GError **error)
{
	g_autoptr(GVariant) reply = patd_service_call_finish(service, result, NULL, error);

	return reply != NULL;
}

void patd_call_generate(PatdService *service, const char *name, GVariant *options,
	GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
	patd_service_call(service, PATD_PATH, PATD_MANAGER, "Generate",
		g_variant_new("(s@a{sv})", name, options_or_none(options)), TRUE, cancellable,
		callback, data);
}

void patd_call_rotate(PatdService *service, PatdToken *token, GVariant *options,
	GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
	patd_call_token(service, token, "Rotate", options, cancellable, callback, data);
}

PatdSecret *patd_call_secret_finish(PatdService *service, GAsyncResult *result, GError **error)
{
	g_autoptr(GUnixFDList) fds = NULL;
	g_autoptr(GVariant) reply = patd_service_call_finish(service, result, &fds, error);
	g_autoptr(GVariant) handle = NULL;
	PatdSecret *secret;
	int fd;

	if (!reply)
		return NULL;
	handle = g_variant_get_child_value(reply, g_variant_n_children(reply) - 1);
	if (!fds || g_variant_get_handle(handle) < 0 ||
		g_variant_get_handle(handle) >= g_unix_fd_list_get_length(fds)) {
		g_set_error_literal(
			error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "patd passed no token");
		return NULL;
	}
	fd = g_unix_fd_list_get(fds, g_variant_get_handle(handle), error);
	if (fd < 0)
		return NULL;
	secret = patd_secret_read(fd, error);
	(void)close(fd);
	return secret;
}
