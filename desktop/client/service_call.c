/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls, and what their replies must be. */
#include "desktop/client/service_call.h"

typedef struct {
	GVariant *body;
	GUnixFDList *fds;
} Reply;

static void reply_free(Reply *reply)
{
	g_variant_unref(reply->body);
	g_clear_object(&reply->fds);
	g_free(reply);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Reply, reply_free)

/* As the contract has them, so that who takes a reply apart need not look. */
static const GVariantType *reply_type(const char *method)
{
	static const struct {
		const char *method, *type;
	} types[] = {
		{ "Generate", "(oh)" },
		{ "Rotate", "(h)" },
		{ "ListTokens", "(aa{sv}s)" },
		{ "ListHistory", "(aa{sv}s)" },
		{ "ListSessions", "(aa{sv}s)" },
		{ "ListRequests", "(aa{sv})" },
		{ "GetPolicy", "(aa{sv})" },
		{ "GetSources", "(aa{sv})" },
		{ "GetAll", "(a{sv})" },
	};

	for (guint i = 0; i < G_N_ELEMENTS(types); i++)
		if (strcmp(types[i].method, method) == 0)
			return G_VARIANT_TYPE(types[i].type);
	return NULL;
}

static void on_reply(GObject *source, GAsyncResult *result, gpointer data)
{
	g_autoptr(GTask) task = data;
	GUnixFDList *fds = NULL;
	GError *error = NULL;
	GVariant *body = g_dbus_connection_call_with_unix_fd_list_finish(
		G_DBUS_CONNECTION(source), &fds, result, &error);
	Reply *reply;

	if (!body) {
		g_task_return_error(task, error);
		return;
	}
	reply = g_new(Reply, 1);
	*reply = (Reply) { .body = body, .fds = fds };
	g_task_return_pointer(task, reply, (GDestroyNotify)(void (*)(void))reply_free);
}

void patd_service_call_start(GDBusConnection *connection, const char *owner, const char *path,
	const char *interface, const char *method, GVariant *body, gboolean interactive,
	GTask *task)
{
	GDBusCallFlags flags = G_DBUS_CALL_FLAGS_NO_AUTO_START;

	if (interactive)
		flags |= G_DBUS_CALL_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION;
	g_dbus_connection_call_with_unix_fd_list(connection, owner, path, interface, method, body,
		reply_type(method), flags, interactive ? G_MAXINT : -1, NULL,
		g_task_get_cancellable(task), on_reply, g_object_ref(task));
}

GVariant *patd_service_call_end(GTask *task, GUnixFDList **ret_fds, GError **error)
{
	g_autoptr(Reply) reply = g_task_propagate_pointer(task, error);

	if (!reply)
		return NULL;
	if (ret_fds)
		*ret_fds = g_steal_pointer(&reply->fds);
	return g_variant_ref(reply->body);
}
