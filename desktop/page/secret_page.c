/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shows a secret, and lets go of it. */
#include "desktop/page/secret_page.h"

#include "common/l10n.h"
#include "desktop/page/secret_clipboard.h"
#include "desktop/page/secret_text.h"

struct _PatdSecretPage {
	AdwBin parent_instance;

	PatdSecret *secret; /* NULL: not shown yet, or no more */
	gboolean copied;
	GtkWindow *question;            /* weak: whether it may be lost */
	PatdSecretClipboard *clipboard; /* not owned; NULL until something was copied */
	GtkLabel *heading, *countdown;
	PatdSecretText *text;
	GtkButton *copy;
};

G_DEFINE_FINAL_TYPE(PatdSecretPage, patd_secret_page, ADW_TYPE_BIN)

static void show_countdown(PatdSecretPage *self)
{
	const guint left = self->clipboard ? patd_secret_clipboard_get_left(self->clipboard) : 0;
	const unsigned long seconds = left;
	g_autofree char *text = NULL;

	if (!self->copied)
		text = g_strdup_printf(
			P_("A copy is removed from the clipboard after %d second.",
				"A copy is removed from the clipboard after %d seconds.",
				PATD_SECRET_CLIPBOARD_SECONDS),
			PATD_SECRET_CLIPBOARD_SECONDS);
	else if (left == 0)
		text = g_strdup(_("The token is no longer in the clipboard."));
	else
		text = g_strdup_printf(
			P_("Copied. The token is removed from the clipboard in %lu second.",
				"Copied. The token is removed from the clipboard in %lu seconds.",
				seconds),
			seconds);
	gtk_label_set_text(self->countdown, text);
}

static void on_copy(PatdSecretPage *self)
{
	if (!self->secret)
		return;
	if (!self->clipboard) {
		self->clipboard =
			patd_secret_clipboard_get(gtk_widget_get_clipboard(GTK_WIDGET(self)));
		g_signal_connect_object(self->clipboard, "notify::left", G_CALLBACK(show_countdown),
			self, G_CONNECT_SWAPPED);
	}
	self->copied = TRUE;
	patd_secret_clipboard_copy(self->clipboard, self->secret);
}

static void on_copy_key(GtkWidget *widget, const char *name, GVariant *parameter)
{
	(void)name;
	(void)parameter;
	on_copy(PATD_SECRET_PAGE(widget));
}

static gboolean on_idle(gpointer window)
{
	gtk_window_close(GTK_WINDOW(window));
	return G_SOURCE_REMOVE;
}

/* The question ends before the window that it is transient for: libadwaita 1.2 needs that one until
 * then. */
static void on_response(PatdSecretPage *self, const char *response)
{
	GtkRoot *window = gtk_widget_get_root(GTK_WIDGET(self));

	if (!g_str_equal(response, "close") || !window)
		return;
	patd_secret_page_forget(self);
	(void)g_idle_add_full(
		G_PRIORITY_DEFAULT_IDLE, on_idle, g_object_ref(window), g_object_unref);
}

gboolean patd_secret_page_may_close(PatdSecretPage *self)
{
	GtkWidget *widget = NULL;
	AdwMessageDialog *dialog = NULL;

	/* Who closes it again while it asks, has answered. */
	if (!self->secret || self->copied || self->question)
		return TRUE;
	widget = adw_message_dialog_new(GTK_WINDOW(gtk_widget_get_root(GTK_WIDGET(self))),
		_("Close Without Copying?"), _("The token will not be shown again."));
	dialog = ADW_MESSAGE_DIALOG(widget);
	adw_message_dialog_add_responses(
		dialog, "cancel", _("_Cancel"), "close", _("C_lose"), NULL);
	adw_message_dialog_set_response_appearance(dialog, "close", ADW_RESPONSE_DESTRUCTIVE);
	adw_message_dialog_set_default_response(dialog, "cancel");
	adw_message_dialog_set_close_response(dialog, "cancel");
	g_signal_connect_object(
		dialog, "response", G_CALLBACK(on_response), self, G_CONNECT_SWAPPED);
	g_set_weak_pointer(&self->question, GTK_WINDOW(dialog));
	gtk_window_present(self->question);
	return FALSE;
}

void patd_secret_page_show(PatdSecretPage *self, PatdSecret *secret, const char *title)
{
	self->secret = patd_secret_ref(secret);
	gtk_label_set_text(self->heading, title);
	patd_secret_text_set(self->text, secret);
	show_countdown(self);
	gtk_widget_grab_focus(GTK_WIDGET(self->copy));
}

void patd_secret_page_forget(PatdSecretPage *self)
{
	if (self->text)
		patd_secret_text_set(self->text, NULL);
	g_clear_pointer(&self->secret, patd_secret_unref);
}

static void patd_secret_page_dispose(GObject *object)
{
	PatdSecretPage *self = PATD_SECRET_PAGE(object);

	patd_secret_page_forget(self);
	g_clear_weak_pointer(&self->question);
	G_OBJECT_CLASS(patd_secret_page_parent_class)->dispose(object);
}

static void patd_secret_page_class_init(PatdSecretPageClass *class)
{
	GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

	G_OBJECT_CLASS(class)->dispose = patd_secret_page_dispose;
	g_type_ensure(PATD_TYPE_SECRET_TEXT);
	gtk_widget_class_set_template_from_resource(
		widget_class, "/org/patd/Desktop/secret_page.ui");
	gtk_widget_class_bind_template_child(widget_class, PatdSecretPage, heading);
	gtk_widget_class_bind_template_child(widget_class, PatdSecretPage, countdown);
	gtk_widget_class_bind_template_child(widget_class, PatdSecretPage, text);
	gtk_widget_class_bind_template_child(widget_class, PatdSecretPage, copy);
	gtk_widget_class_bind_template_callback(widget_class, on_copy);
	gtk_widget_class_install_action(widget_class, "secret.copy", NULL, on_copy_key);
	gtk_widget_class_add_binding_action(
		widget_class, GDK_KEY_c, GDK_CONTROL_MASK, "secret.copy", NULL);
	gtk_widget_class_add_binding_action(
		widget_class, GDK_KEY_Insert, GDK_CONTROL_MASK, "secret.copy", NULL);
}

static void patd_secret_page_init(PatdSecretPage *self)
{
	gtk_widget_init_template(GTK_WIDGET(self));
}
