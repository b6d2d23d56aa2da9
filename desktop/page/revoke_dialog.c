/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The dialog before a revocation. */
#include "desktop/page/revoke_dialog.h"

#include <adwaita.h>

#include "common/l10n.h"
#include "desktop/base/words.h"
#include "desktop/page/token_call.h"

#define PATD_TYPE_REVOKE_DIALOG (patd_revoke_dialog_get_type())
G_DECLARE_FINAL_TYPE(PatdRevokeDialog, patd_revoke_dialog, PATD, REVOKE_DIALOG, AdwMessageDialog)

struct _PatdRevokeDialog {
	AdwMessageDialog parent_instance;

	PatdService *service;
	PatdToken *token;
	AdwComboRow *period;
	AdwEntryRow *reason;
	AdwActionRow *sessions_row;
	GtkSwitch *sessions;
};

G_DEFINE_FINAL_TYPE(PatdRevokeDialog, patd_revoke_dialog, ADW_TYPE_MESSAGE_DIALOG)

/* In the order of the items of the .ui file; 0: until it is restored. */
static const guint64 periods[] = { 0, 3600, 86400, 604800, 0 };

/* The last item: patd never restores a token that was revoked for this reason. */
static const char compromised[] = "compromised";

static gboolean is_compromised(PatdRevokeDialog *self)
{
	return adw_combo_row_get_selected(self->period) == G_N_ELEMENTS(periods) - 1;
}

static GVariant *collect_options(PatdRevokeDialog *self)
{
	const guint selected = adw_combo_row_get_selected(self->period);
	const guint64 period = selected < G_N_ELEMENTS(periods) ? periods[selected] : 0;
	g_autofree char *typed = g_strdup(gtk_editable_get_text(GTK_EDITABLE(self->reason)));
	const char *reason = is_compromised(self) ? compromised : g_strstrip(typed);
	g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

	if (period != 0)
		g_variant_builder_add(&builder, "{sv}", "for", g_variant_new_uint64(period));
	if (*reason != '\0')
		g_variant_builder_add(&builder, "{sv}", "reason", g_variant_new_string(reason));
	if (gtk_switch_get_active(self->sessions))
		g_variant_builder_add(
			&builder, "{sv}", "end_sessions", g_variant_new_boolean(TRUE));
	return g_variant_builder_end(&builder);
}

static void on_response(PatdRevokeDialog *self, const char *response)
{
	GtkWindow *parent = gtk_window_get_transient_for(GTK_WINDOW(self));

	if (g_str_equal(response, "revoke") && parent)
		patd_token_call(parent, self->service, self->token, "Revoke", collect_options(self),
			_("User token successfully revoked"));
}

static void on_period(PatdRevokeDialog *self)
{
	gtk_widget_set_sensitive(GTK_WIDGET(self->reason), !is_compromised(self));
}

static void patd_revoke_dialog_dispose(GObject *object)
{
	PatdRevokeDialog *self = PATD_REVOKE_DIALOG(object);

	g_clear_object(&self->service);
	g_clear_object(&self->token);
	G_OBJECT_CLASS(patd_revoke_dialog_parent_class)->dispose(object);
}

static void patd_revoke_dialog_class_init(PatdRevokeDialogClass *class)
{
	GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

	G_OBJECT_CLASS(class)->dispose = patd_revoke_dialog_dispose;
	gtk_widget_class_set_template_from_resource(
		widget_class, "/org/patd/Desktop/revoke_dialog.ui");
	gtk_widget_class_bind_template_child(widget_class, PatdRevokeDialog, period);
	gtk_widget_class_bind_template_child(widget_class, PatdRevokeDialog, reason);
	gtk_widget_class_bind_template_child(widget_class, PatdRevokeDialog, sessions_row);
	gtk_widget_class_bind_template_child(widget_class, PatdRevokeDialog, sessions);
	gtk_widget_class_bind_template_callback(widget_class, on_response);
	gtk_widget_class_bind_template_callback(widget_class, on_period);
}

static void patd_revoke_dialog_init(PatdRevokeDialog *self)
{
	gtk_widget_init_template(GTK_WIDGET(self));
}

void patd_revoke_dialog_present(GtkWindow *parent, PatdService *service, PatdToken *token)
{
	const PatdTokenInfo *info = patd_token_get_info(token);
	g_autofree char *name = patd_words_isolate(info->name);
	const unsigned long sessions = info->sessions;
	g_autofree char *count = g_strdup_printf(
		P_("%lu session is open", "%lu sessions are open", sessions), sessions);
	PatdRevokeDialog *self =
		g_object_new(PATD_TYPE_REVOKE_DIALOG, "transient-for", parent, NULL);

	self->service = g_object_ref(service);
	self->token = g_object_ref(token);
	adw_message_dialog_format_heading(ADW_MESSAGE_DIALOG(self), _("Revoke “%s”?"), name);
	adw_action_row_set_subtitle(self->sessions_row, count);
	gtk_widget_set_visible(GTK_WIDGET(self->sessions_row), sessions != 0);
	gtk_window_present(GTK_WINDOW(self));
}
