/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls patd about a token, and tells the outcome. */
#include "desktop/page/token_call.h"

#include "desktop/base/errors.h"

typedef struct {
	GWeakRef window;
	const char *success;
} Call;

static void call_free(Call *call)
{
	g_weak_ref_clear(&call->window);
	g_free(call);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Call, call_free)

static void on_done(GObject *source, GAsyncResult *result, gpointer data)
{
	g_autoptr(Call) call = data;
	g_autoptr(GtkWindow) window = g_weak_ref_get(&call->window);
	g_autoptr(GError) error = NULL;
	const gboolean done = patd_call_finish(PATD_SERVICE(source), result, &error);

	if (window && done)
		patd_say(window, call->success);
	else if (window)
		patd_say_error(window, error);
}

void patd_token_call(GtkWindow *window, PatdService *service, PatdToken *token, const char *method,
	GVariant *options, const char *success)
{
	Call *call = g_new0(Call, 1);

	g_weak_ref_init(&call->window, window);
	call->success = success;
	patd_call_token(service, token, method, options, NULL, on_done, call);
}

void patd_say(GtkWindow *window, const char *text)
{
	gtk_widget_activate_action(GTK_WIDGET(window), "win.toast", "s", text);
}

void patd_say_error(GtkWindow *window, const GError *error)
{
	g_autofree char *text = NULL;

	if (patd_error_kind(error) == PATD_CANCELLED)
		return;
	text = patd_error_text(error);
	patd_say(window, text);
}
