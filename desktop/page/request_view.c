/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The group of uses that wait. */
#include "desktop/page/request_view.h"

#include "desktop/page/request_row.h"

struct _PatdRequestView {
	AdwBin parent_instance;

	PatdService *service;
	PatdRequestList *requests;
	GtkListBox *list;
};

G_DEFINE_FINAL_TYPE(PatdRequestView, patd_request_view, ADW_TYPE_BIN)

static GtkWidget *create_row(gpointer item, gpointer data)
{
	PatdRequestView *self = data;

	return patd_request_row_new(self->service, item);
}

static void on_items_changed(PatdRequestView *self)
{
	gtk_widget_set_visible(
		GTK_WIDGET(self), g_list_model_get_n_items(G_LIST_MODEL(self->requests)) != 0);
}

static void patd_request_view_dispose(GObject *object)
{
	PatdRequestView *self = PATD_REQUEST_VIEW(object);

	if (self->requests)
		g_signal_handlers_disconnect_by_data(self->requests, self);
	if (self->list)
		gtk_list_box_bind_model(self->list, NULL, NULL, NULL, NULL);
	g_clear_object(&self->requests);
	g_clear_object(&self->service);
	G_OBJECT_CLASS(patd_request_view_parent_class)->dispose(object);
}

static void patd_request_view_class_init(PatdRequestViewClass *class)
{
	GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

	G_OBJECT_CLASS(class)->dispose = patd_request_view_dispose;
	gtk_widget_class_set_template_from_resource(
		widget_class, "/org/patd/Desktop/request_view.ui");
	gtk_widget_class_bind_template_child(widget_class, PatdRequestView, list);
}

static void patd_request_view_init(PatdRequestView *self)
{
	gtk_widget_init_template(GTK_WIDGET(self));
}

void patd_request_view_bind(PatdRequestView *self, PatdService *service, PatdRequestList *requests)
{
	self->service = g_object_ref(service);
	self->requests = g_object_ref(requests);
	gtk_list_box_bind_model(self->list, G_LIST_MODEL(requests), create_row, self, NULL);
	g_signal_connect_swapped(requests, "items-changed", G_CALLBACK(on_items_changed), self);
	on_items_changed(self);
}
