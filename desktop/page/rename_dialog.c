/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The dialog for another name, which stays until patd has taken it. */
#include "desktop/page/rename_dialog.h"

#include <adwaita.h>

#include "common/l10n.h"
#include "desktop/base/errors.h"
#include "desktop/client/calls.h"
#include "desktop/page/error_row.h"
#include "desktop/page/token_call.h"

#define PATD_TYPE_RENAME_DIALOG (patd_rename_dialog_get_type())
G_DECLARE_FINAL_TYPE(PatdRenameDialog, patd_rename_dialog, PATD, RENAME_DIALOG, AdwWindow)

struct _PatdRenameDialog {
	AdwWindow parent_instance;

	PatdService *service;
	PatdToken *token;
	gboolean busy;
	AdwEntryRow *name;
	PatdErrorRow *error;
};

G_DEFINE_FINAL_TYPE(PatdRenameDialog, patd_rename_dialog, ADW_TYPE_WINDOW)

static const char *get_name(PatdRenameDialog *self)
{
	return gtk_editable_get_text(GTK_EDITABLE(self->name));
}

static void refresh(PatdRenameDialog *self)
{
	const char *name = get_name(self);
	const gboolean differs =
		self->token && !g_str_equal(name, patd_token_get_info(self->token)->name);

	gtk_widget_set_sensitive(GTK_WIDGET(self->name), !self->busy);
	gtk_widget_action_set_enabled(
		GTK_WIDGET(self), "dialog.rename", !self->busy && *name != '\0' && differs);
}

static void on_changed(PatdRenameDialog *self)
{
	patd_error_row_set(self->error, GTK_WIDGET(self->name), NULL);
	refresh(self);
}

static void on_renamed(GObject *source, GAsyncResult *result, gpointer data)
{
	g_autoptr(PatdRenameDialog) self = data;
	GtkWindow *parent = gtk_window_get_transient_for(GTK_WINDOW(self));
	g_autoptr(GError) error = NULL;
	g_autofree char *text = NULL;
	const gboolean done = patd_call_finish(PATD_SERVICE(source), result, &error);

	self->busy = FALSE;
	/* Closed meanwhile. */
	if (!self->token)
		return;
	refresh(self);
	if (!done) {
		text = patd_error_text(error);
		patd_error_row_set(self->error, GTK_WIDGET(self->name), text);
		return;
	}
	if (parent)
		patd_say(parent, _("User token successfully renamed"));
	gtk_window_destroy(GTK_WINDOW(self));
}

static void on_rename(GtkWidget *widget, const char *action, GVariant *parameter)
{
	PatdRenameDialog *self = PATD_RENAME_DIALOG(widget);

	(void)action;
	(void)parameter;
	self->busy = TRUE;
	/* A text that becomes insensitive with the focus in it goes on to blink. */
	gtk_window_set_focus(GTK_WINDOW(self), NULL);
	refresh(self);
	patd_call_rename(
		self->service, self->token, get_name(self), NULL, on_renamed, g_object_ref(self));
}

static void patd_rename_dialog_dispose(GObject *object)
{
	PatdRenameDialog *self = PATD_RENAME_DIALOG(object);

	g_clear_object(&self->service);
	g_clear_object(&self->token);
	G_OBJECT_CLASS(patd_rename_dialog_parent_class)->dispose(object);
}

static void patd_rename_dialog_class_init(PatdRenameDialogClass *class)
{
	GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

	G_OBJECT_CLASS(class)->dispose = patd_rename_dialog_dispose;
	g_type_ensure(PATD_TYPE_ERROR_ROW);
	gtk_widget_class_set_template_from_resource(
		widget_class, "/org/patd/Desktop/rename_dialog.ui");
	gtk_widget_class_bind_template_child(widget_class, PatdRenameDialog, name);
	gtk_widget_class_bind_template_child(widget_class, PatdRenameDialog, error);
	gtk_widget_class_bind_template_callback(widget_class, on_changed);
	gtk_widget_class_install_action(widget_class, "dialog.rename", NULL, on_rename);
}

static void patd_rename_dialog_init(PatdRenameDialog *self)
{
	gtk_widget_init_template(GTK_WIDGET(self));
}

void patd_rename_dialog_present(GtkWindow *parent, PatdService *service, PatdToken *token)
{
	PatdRenameDialog *self =
		g_object_new(PATD_TYPE_RENAME_DIALOG, "transient-for", parent, NULL);

	self->service = g_object_ref(service);
	self->token = g_object_ref(token);
	gtk_editable_set_text(GTK_EDITABLE(self->name), patd_token_get_info(token)->name);
	refresh(self);
	gtk_window_present(GTK_WINDOW(self));
	gtk_editable_select_region(GTK_EDITABLE(self->name), 0, -1);
}
