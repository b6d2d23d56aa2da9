/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The confirmation of a deletion, which nothing undoes. */
#include "desktop/page/delete_dialog.h"

#include <adwaita.h>

#include "common/l10n.h"
#include "desktop/base/words.h"
#include "desktop/page/token_call.h"

static void on_response(AdwMessageDialog *dialog, const char *response, gpointer data)
{
	PatdToken *token = data;
	PatdService *service = g_object_get_data(G_OBJECT(dialog), "patd-service");
	GtkWindow *parent = gtk_window_get_transient_for(GTK_WINDOW(dialog));

	if (g_str_equal(response, "delete") && parent)
		patd_token_call(parent, service, token, "Delete", NULL,
			_("User token successfully deleted"));
}

void patd_delete_dialog_present(GtkWindow *parent, PatdService *service, PatdToken *token)
{
	g_autofree char *name = patd_words_isolate(patd_token_get_info(token)->name);
	GtkWidget *widget = adw_message_dialog_new(parent, NULL, NULL);
	AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG(widget);

	adw_message_dialog_format_heading(dialog, _("Delete “%s”?"), name);
	adw_message_dialog_set_body(
		dialog, _("The token cannot be restored after that. Its history is kept."));
	adw_message_dialog_add_responses(
		dialog, "cancel", _("_Cancel"), "delete", _("_Delete"), NULL);
	adw_message_dialog_set_response_appearance(dialog, "delete", ADW_RESPONSE_DESTRUCTIVE);
	adw_message_dialog_set_default_response(dialog, "cancel");
	adw_message_dialog_set_close_response(dialog, "cancel");
	g_object_set_data_full(
		G_OBJECT(dialog), "patd-service", g_object_ref(service), g_object_unref);
	g_signal_connect_data(dialog, "response", G_CALLBACK(on_response), g_object_ref(token),
		(GClosureNotify)(void (*)(void))g_object_unref, 0);
	gtk_window_present(GTK_WINDOW(dialog));
}
