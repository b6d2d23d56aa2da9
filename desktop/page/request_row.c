/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The row of a use that waits: neither answer is suggested, and neither has the focus at first. */
#include "desktop/page/request_row.h"

#include "common/l10n.h"
#include "desktop/base/errors.h"
#include "desktop/base/words.h"
#include "desktop/client/calls.h"

#define PATD_TYPE_REQUEST_ROW (patd_request_row_get_type())
G_DECLARE_FINAL_TYPE(PatdRequestRow, patd_request_row, PATD, REQUEST_ROW, GtkListBoxRow)

struct _PatdRequestRow {
	GtkListBoxRow parent_instance;

	PatdService *service;
	PatdRequest *request;
	guint timer;
	GtkLabel *command, *origin, *left;
	GtkBox *buttons;
	GtkButton *deny, *approve;
};

G_DEFINE_FINAL_TYPE(PatdRequestRow, patd_request_row, GTK_TYPE_LIST_BOX_ROW)

static gboolean on_second(gpointer data)
{
	PatdRequestRow *self = data;
	const guint64 until = patd_request_get_info(self->request)->until;
	g_autofree char *left =
		patd_words_left(until, (guint64)(g_get_real_time() / G_USEC_PER_SEC));
	g_autofree char *text = g_strdup_printf(_("Refused in %s unless approved"), left);

	gtk_label_set_text(self->left, text);
	return G_SOURCE_CONTINUE;
}

static void on_map(PatdRequestRow *self)
{
	if (self->timer == 0)
		self->timer = g_timeout_add_seconds(1, on_second, self);
	on_second(self);
}

static void on_unmap(PatdRequestRow *self)
{
	g_clear_handle_id(&self->timer, g_source_remove);
}

/* What has ended leaves the list by itself; why it did is nobody's question then. */
static void on_answered(GObject *source, GAsyncResult *result, gpointer data)
{
	g_autoptr(PatdRequestRow) self = data;
	g_autoptr(GError) error = NULL;
	g_autofree char *text = NULL;

	if (patd_call_finish(PATD_SERVICE(source), result, &error) || !self->service)
		return;
	gtk_widget_set_sensitive(GTK_WIDGET(self->buttons), TRUE);
	text = patd_error_text(error);
	gtk_widget_activate_action(GTK_WIDGET(self), "win.toast", "s", text);
}

static void answer(PatdRequestRow *self, const char *method)
{
	gtk_widget_set_sensitive(GTK_WIDGET(self->buttons), FALSE);
	patd_call_request(self->service, patd_request_get_info(self->request)->id, method, NULL,
		on_answered, g_object_ref(self));
}

static void on_deny(PatdRequestRow *self)
{
	answer(self, "Deny");
}

static void on_approve(PatdRequestRow *self)
{
	answer(self, "Approve");
}

/* part: taken. */
static void append(GString *text, char *part)
{
	if (text->len != 0)
		g_string_append(text, " · ");
	g_string_append(text, part);
	g_free(part);
}

static char *origin_text(const PatdRequestInfo *info)
{
	g_autoptr(GString) text = g_string_new(NULL);
	g_autofree char *name = patd_words_isolate(info->name);
	g_autofree char *from = patd_words_isolate_code(info->from);
	g_autofree char *directory = patd_words_isolate_code(info->directory);
	g_autofree char *parent = patd_words_isolate_code(info->parent);

	append(text, g_strdup_printf(_("Token %s"), name));
	append(text, g_strdup_printf(_("Service %s"), info->service));
	if (g_str_equal(info->from, "unknown"))
		append(text, g_strdup(_("From an unknown source")));
	else if (*info->from != '\0')
		append(text, g_strdup_printf(_("From %s"), from));
	if (*info->tty != '\0')
		append(text, g_strdup_printf(_("Terminal %s"), info->tty));
	if (*info->directory != '\0')
		append(text, g_strdup_printf(_("Directory %s"), directory));
	if (*info->parent != '\0')
		append(text, g_strdup_printf(_("Started by %s"), parent));
	return g_string_free(g_steal_pointer(&text), FALSE);
}

static void name_button(GtkButton *button, const char *label)
{
	gtk_accessible_update_property(
		GTK_ACCESSIBLE(button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

static void patd_request_row_dispose(GObject *object)
{
	PatdRequestRow *self = PATD_REQUEST_ROW(object);

	g_clear_handle_id(&self->timer, g_source_remove);
	g_clear_object(&self->service);
	g_clear_object(&self->request);
	G_OBJECT_CLASS(patd_request_row_parent_class)->dispose(object);
}

static void patd_request_row_class_init(PatdRequestRowClass *class)
{
	GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

	G_OBJECT_CLASS(class)->dispose = patd_request_row_dispose;
	gtk_widget_class_set_template_from_resource(
		widget_class, "/org/patd/Desktop/request_row.ui");
	gtk_widget_class_bind_template_child(widget_class, PatdRequestRow, command);
	gtk_widget_class_bind_template_child(widget_class, PatdRequestRow, origin);
	gtk_widget_class_bind_template_child(widget_class, PatdRequestRow, left);
	gtk_widget_class_bind_template_child(widget_class, PatdRequestRow, buttons);
	gtk_widget_class_bind_template_child(widget_class, PatdRequestRow, deny);
	gtk_widget_class_bind_template_child(widget_class, PatdRequestRow, approve);
	gtk_widget_class_bind_template_callback(widget_class, on_deny);
	gtk_widget_class_bind_template_callback(widget_class, on_approve);
}

static void patd_request_row_init(PatdRequestRow *self)
{
	gtk_widget_init_template(GTK_WIDGET(self));
	gtk_widget_set_direction(GTK_WIDGET(self->command), GTK_TEXT_DIR_LTR);
	g_signal_connect(self, "map", G_CALLBACK(on_map), NULL);
	g_signal_connect(self, "unmap", G_CALLBACK(on_unmap), NULL);
}

GtkWidget *patd_request_row_new(PatdService *service, PatdRequest *request)
{
	PatdRequestRow *self = g_object_new(PATD_TYPE_REQUEST_ROW, NULL);
	const PatdRequestInfo *info = patd_request_get_info(request);
	g_autofree char *origin = origin_text(info);
	/* A service without a command line of its own is named instead. */
	const char *command = *info->command ? info->command : info->service;
	/* TRANSLATORS: for a screen reader: the command that is approved or denied */
	g_autofree char *approve = g_strdup_printf(_("Approve %s"), command);
	g_autofree char *deny = g_strdup_printf(_("Deny %s"), command);

	self->service = g_object_ref(service);
	self->request = g_object_ref(request);
	gtk_label_set_text(self->command, command);
	gtk_label_set_text(self->origin, origin);
	name_button(self->approve, approve);
	name_button(self->deny, deny);
	return GTK_WIDGET(self);
}
