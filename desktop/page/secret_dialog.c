/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The dialog that submits a form, and shows the secret. */
#include "desktop/page/secret_dialog.h"

#include <adwaita.h>

#include "desktop/base/errors.h"
#include "desktop/client/calls.h"
#include "desktop/page/secret_page.h"
#include "desktop/page/shown_page.h"

#define PATD_TYPE_SECRET_DIALOG (patd_secret_dialog_get_type())
G_DECLARE_FINAL_TYPE(PatdSecretDialog, patd_secret_dialog, PATD, SECRET_DIALOG, AdwWindow)

/* Pixels, as in the .ui file. */
#define WIDTH 480

struct _PatdSecretDialog {
	AdwWindow parent_instance;

	PatdSecretForm *form; /* of the box */
	GtkWidget *focus;     /* weak: what had it before patd was asked */
	gboolean busy;
	GtkStack *stack;
	GtkBox *box;
	GtkButton *cancel, *submit;
	GtkSpinner *spinner;
	GtkLabel *error;
	PatdSecretPage *page;
};

G_DEFINE_FINAL_TYPE(PatdSecretDialog, patd_secret_dialog, ADW_TYPE_WINDOW)

static void set_busy(PatdSecretDialog *self, gboolean busy)
{
	GtkWindow *window = GTK_WINDOW(self);

	self->busy = busy;
	/* A text that becomes insensitive with the focus in it goes on to blink. */
	if (busy) {
		g_set_weak_pointer(&self->focus, gtk_window_get_focus(window));
		gtk_window_set_focus(window, NULL);
	}
	gtk_widget_set_sensitive(GTK_WIDGET(self->form), !busy);
	gtk_widget_set_visible(GTK_WIDGET(self->spinner), busy);
	gtk_spinner_set_spinning(self->spinner, busy);
	gtk_widget_action_set_enabled(GTK_WIDGET(self), "dialog.submit", !busy);
	if (!busy && self->focus)
		gtk_widget_grab_focus(self->focus);
}

static void show_secret(PatdSecretDialog *self, PatdSecret *secret)
{
	const PatdSecretFormInterface *interface = PATD_SECRET_FORM_GET_IFACE(self->form);

	gtk_widget_set_visible(GTK_WIDGET(self->cancel), FALSE);
	gtk_widget_set_visible(GTK_WIDGET(self->submit), FALSE);
	gtk_widget_action_set_enabled(GTK_WIDGET(self), "dialog.submit", FALSE);
	gtk_stack_set_visible_child_name(self->stack, "secret");
	patd_secret_page_show(self->page, secret, interface->done_title);
	/* As high as this page needs. */
	gtk_window_set_default_size(GTK_WINDOW(self), WIDTH, -1);
	gtk_window_present(GTK_WINDOW(self));
}

static void show_error(PatdSecretDialog *self, const GError *error)
{
	g_autofree char *text = NULL;

	/* Closed meanwhile: nobody waits for it any more. */
	if (!gtk_widget_get_visible(GTK_WIDGET(self))) {
		gtk_window_destroy(GTK_WINDOW(self));
		return;
	}
	if (PATD_SECRET_FORM_GET_IFACE(self->form)->explain(self->form, error))
		return;
	text = patd_error_text(error);
	gtk_label_set_text(self->error, text);
	gtk_widget_set_visible(GTK_WIDGET(self->error), TRUE);
}

static void on_answer(GObject *source, GAsyncResult *result, gpointer data)
{
	g_autoptr(PatdSecretDialog) self = data;
	g_autoptr(GError) error = NULL;
	g_autoptr(PatdSecret) secret =
		patd_call_secret_finish(PATD_SERVICE(source), result, &error);

	/* Destroyed meanwhile. */
	if (!self->form)
		return;
	set_busy(self, FALSE);
	if (secret)
		show_secret(self, secret);
	else
		show_error(self, error);
}

static void on_submit(GtkWidget *widget, const char *action, GVariant *parameter)
{
	PatdSecretDialog *self = PATD_SECRET_DIALOG(widget);
	const PatdSecretFormInterface *interface = PATD_SECRET_FORM_GET_IFACE(self->form);

	(void)action;
	(void)parameter;
	gtk_widget_set_visible(GTK_WIDGET(self->error), FALSE);
	if (!interface->check(self->form))
		return;
	set_busy(self, TRUE);
	interface->call(self->form, on_answer, g_object_ref(self));
}

static gboolean on_close_request(PatdSecretDialog *self)
{
	if (self->busy) {
		gtk_window_set_destroy_with_parent(GTK_WINDOW(self), FALSE);
		gtk_widget_set_visible(GTK_WIDGET(self), FALSE);
		return TRUE;
	}
	if (!patd_secret_page_may_close(self->page))
		return TRUE;
	patd_secret_page_forget(self->page);
	return FALSE;
}

static void patd_secret_dialog_dispose(GObject *object)
{
	PatdSecretDialog *self = PATD_SECRET_DIALOG(object);

	self->form = NULL;
	if (self->page)
		patd_secret_page_forget(self->page);
	g_clear_weak_pointer(&self->focus);
	G_OBJECT_CLASS(patd_secret_dialog_parent_class)->dispose(object);
}

static void patd_secret_dialog_class_init(PatdSecretDialogClass *class)
{
	GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

	G_OBJECT_CLASS(class)->dispose = patd_secret_dialog_dispose;
	g_type_ensure(PATD_TYPE_SECRET_PAGE);
	gtk_widget_class_set_template_from_resource(
		widget_class, "/org/patd/Desktop/secret_dialog.ui");
	gtk_widget_class_bind_template_child(widget_class, PatdSecretDialog, stack);
	gtk_widget_class_bind_template_child(widget_class, PatdSecretDialog, box);
	gtk_widget_class_bind_template_child(widget_class, PatdSecretDialog, cancel);
	gtk_widget_class_bind_template_child(widget_class, PatdSecretDialog, submit);
	gtk_widget_class_bind_template_child(widget_class, PatdSecretDialog, spinner);
	gtk_widget_class_bind_template_child(widget_class, PatdSecretDialog, error);
	gtk_widget_class_bind_template_child(widget_class, PatdSecretDialog, page);
	gtk_widget_class_bind_template_callback(widget_class, on_close_request);
	gtk_widget_class_install_action(widget_class, "dialog.submit", NULL, on_submit);
}

static void patd_secret_dialog_init(PatdSecretDialog *self)
{
	gtk_widget_init_template(GTK_WIDGET(self));
	patd_shown_page_follow(GTK_WIDGET(self->stack));
}

void patd_secret_dialog_present(GtkWindow *parent, PatdSecretForm *form)
{
	const PatdSecretFormInterface *interface = PATD_SECRET_FORM_GET_IFACE(form);
	PatdSecretDialog *self = g_object_new(PATD_TYPE_SECRET_DIALOG, "transient-for", parent,
		"destroy-with-parent", TRUE, "title", interface->title, NULL);

	/* Which does not end before it, if it waits for an answer when the parent is closed. */
	gtk_window_set_application(GTK_WINDOW(self), gtk_window_get_application(parent));
	self->form = form;
	gtk_box_append(self->box, GTK_WIDGET(form));
	gtk_button_set_label(self->submit, interface->submit);
	gtk_window_present(GTK_WINDOW(self));
	/* The form, not the button before it. */
	gtk_widget_child_focus(GTK_WIDGET(form), GTK_DIR_TAB_FORWARD);
}

gboolean patd_secret_dialog_close_all(GtkWindow *parent)
{
	g_autoptr(GList) windows = gtk_window_list_toplevels();
	gboolean done = TRUE;

	for (GList *each = windows; each; each = each->next) {
		g_autoptr(GtkWindow) window = g_object_ref(each->data);

		if (!PATD_IS_SECRET_DIALOG(window) ||
			gtk_window_get_transient_for(window) != parent)
			continue;
		gtk_window_close(window);
		done &= !gtk_widget_get_visible(GTK_WIDGET(window));
	}
	return done;
}
