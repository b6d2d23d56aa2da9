/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The view of a history. */
#include "desktop/page/history_view.h"

#include "desktop/base/errors.h"
#include "desktop/client/patd_history.h"
#include "desktop/page/entry_words.h"

struct _PatdHistoryView {
	AdwBin parent_instance;

	PatdHistory *history;
	GtkListBox *list;
	GtkLabel *empty, *error;
	GtkButton *more;
};

G_DEFINE_FINAL_TYPE(PatdHistoryView, patd_history_view, ADW_TYPE_BIN)

static GtkWidget *create_row(gpointer item, gpointer data)
{
	const PatdEntryInfo *entry = patd_entry_get_info(item);
	g_autofree char *sentence = patd_entry_sentence(entry);
	g_autofree char *detail = patd_entry_detail(entry);
	GtkWidget *icon = gtk_image_new_from_icon_name(patd_entry_icon(entry));
	/* Without markup first: texts of others are in it. */
	GtkWidget *row = g_object_new(ADW_TYPE_ACTION_ROW, "use-markup", FALSE, "title", sentence,
		"subtitle", detail, "activatable", FALSE, NULL);

	(void)data;
	adw_action_row_add_prefix(ADW_ACTION_ROW(row), icon);
	return row;
}

static gboolean is_empty(PatdHistoryView *self)
{
	return !self->history || g_list_model_get_n_items(G_LIST_MODEL(self->history)) == 0;
}

/* GTK 4.8 presents a placeholder to a screen reader beside the rows that stand in its place. */
static void refresh(PatdHistoryView *self)
{
	gboolean loading = FALSE, complete = TRUE;

	if (self->history)
		g_object_get(self->history, "loading", &loading, "complete", &complete, NULL);
	gtk_widget_set_visible(GTK_WIDGET(self->empty), complete && is_empty(self));
	gtk_widget_set_visible(GTK_WIDGET(self->more), !complete);
	gtk_widget_set_sensitive(GTK_WIDGET(self->more), !loading);
}

static void on_more(PatdHistoryView *self)
{
	gtk_widget_set_visible(GTK_WIDGET(self->error), FALSE);
	patd_history_load_more(self->history);
}

static void on_failed(PatdHistoryView *self, GError *error)
{
	g_autofree char *text = patd_error_text(error);

	gtk_label_set_text(self->error, text);
	gtk_widget_set_visible(GTK_WIDGET(self->error), TRUE);
}

static void drop_history(PatdHistoryView *self)
{
	if (!self->history)
		return;
	g_signal_handlers_disconnect_by_data(self->history, self);
	if (self->list)
		gtk_list_box_bind_model(self->list, NULL, NULL, NULL, NULL);
	g_clear_object(&self->history);
}

void patd_history_view_show(
	PatdHistoryView *self, PatdService *service, const char *token, gboolean anyone)
{
	drop_history(self);
	gtk_widget_set_visible(GTK_WIDGET(self->error), FALSE);
	if (token) {
		self->history = anyone ? patd_history_new_of_anyone(service, token)
				       : patd_history_new(service, token);
		gtk_list_box_bind_model(
			self->list, G_LIST_MODEL(self->history), create_row, NULL, NULL);
		g_signal_connect_swapped(
			self->history, "notify::loading", G_CALLBACK(refresh), self);
		g_signal_connect_swapped(
			self->history, "notify::complete", G_CALLBACK(refresh), self);
		g_signal_connect_swapped(self->history, "items-changed", G_CALLBACK(refresh), self);
		g_signal_connect_swapped(self->history, "failed", G_CALLBACK(on_failed), self);
	}
	refresh(self);
}

static void patd_history_view_dispose(GObject *object)
{
	drop_history(PATD_HISTORY_VIEW(object));
	G_OBJECT_CLASS(patd_history_view_parent_class)->dispose(object);
}

static void patd_history_view_class_init(PatdHistoryViewClass *class)
{
	GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

	G_OBJECT_CLASS(class)->dispose = patd_history_view_dispose;
	gtk_widget_class_set_template_from_resource(
		widget_class, "/org/patd/Desktop/history_view.ui");
	gtk_widget_class_bind_template_child(widget_class, PatdHistoryView, list);
	gtk_widget_class_bind_template_child(widget_class, PatdHistoryView, empty);
	gtk_widget_class_bind_template_child(widget_class, PatdHistoryView, error);
	gtk_widget_class_bind_template_child(widget_class, PatdHistoryView, more);
	gtk_widget_class_bind_template_callback(widget_class, on_more);
}

static void patd_history_view_init(PatdHistoryView *self)
{
	gtk_widget_init_template(GTK_WIDGET(self));
}
