/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The view of the list of tokens: rows, search and keys. */
#include "desktop/page/token_view.h"

#include <string.h>

#include "desktop/page/token_row.h"

struct _PatdTokenView {
	AdwBin parent_instance;

	PatdService *service;
	PatdTokenList *tokens;
	char *needle; /* folded; empty: all are shown */
	GtkFilter *filter;
	GListModel *model; /* what the filter lets through */
	GtkListView *list;
};

G_DEFINE_FINAL_TYPE(PatdTokenView, patd_token_view, ADW_TYPE_BIN)

enum {
	PROP_SHOWN = 1,
	N_PROPS,
};

static GParamSpec *properties[N_PROPS];

static gboolean has(const char *text, const char *needle)
{
	g_autofree char *folded = NULL;

	if (*text == '\0')
		return FALSE;
	folded = g_utf8_casefold(text, -1);
	return strstr(folded, needle) != NULL;
}

static gboolean matches(gpointer item, gpointer data)
{
	const PatdTokenView *self = data;
	const PatdTokenInfo *info = patd_token_get_info(item);

	return *self->needle == '\0' || has(info->name, self->needle) ||
	       has(info->id, self->needle) || has(info->user, self->needle) ||
	       has(info->note, self->needle) || has(info->last_used_service, self->needle) ||
	       has(info->last_used_from, self->needle);
}

static void on_setup(PatdTokenView *self, GtkListItem *item)
{
	gtk_list_item_set_child(item, patd_token_row_new(self->service, self->tokens));
}

static void on_bind(PatdTokenView *self, GtkListItem *item)
{
	(void)self;
	patd_token_row_set_token(
		PATD_TOKEN_ROW(gtk_list_item_get_child(item)), gtk_list_item_get_item(item));
}

static void on_unbind(PatdTokenView *self, GtkListItem *item)
{
	(void)self;
	patd_token_row_set_token(PATD_TOKEN_ROW(gtk_list_item_get_child(item)), NULL);
}

static void on_activate(PatdTokenView *self, guint position)
{
	g_autoptr(PatdToken) token = g_list_model_get_item(self->model, position);

	if (token)
		gtk_widget_activate_action(
			GTK_WIDGET(self), "win.show-token", "s", patd_token_get_info(token)->id);
}

static void on_items_changed(PatdTokenView *self)
{
	g_object_notify_by_pspec(G_OBJECT(self), properties[PROP_SHOWN]);
}

/* The row that has the focus, or the one in which something has it. */
static PatdTokenRow *get_focus_row(PatdTokenView *self)
{
	GtkWidget *item = gtk_widget_get_focus_child(GTK_WIDGET(self->list));
	GtkWidget *row = item ? gtk_widget_get_first_child(item) : NULL;

	return row && PATD_IS_TOKEN_ROW(row) ? PATD_TOKEN_ROW(row) : NULL;
}

static void on_row_action(GtkWidget *widget, const char *name, GVariant *parameter)
{
	PatdTokenRow *row = get_focus_row(PATD_TOKEN_VIEW(widget));

	(void)parameter;
	if (row)
		patd_token_row_activate(row, name + strlen("row."));
}

static void on_row_menu(GtkWidget *widget, const char *name, GVariant *parameter)
{
	PatdTokenRow *row = get_focus_row(PATD_TOKEN_VIEW(widget));

	(void)name;
	(void)parameter;
	if (row)
		patd_token_row_popup(row);
}

static void get_property(GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
	(void)id;
	(void)pspec;
	g_value_set_uint(value, patd_token_view_get_shown(PATD_TOKEN_VIEW(object)));
}

static void patd_token_view_dispose(GObject *object)
{
	PatdTokenView *self = PATD_TOKEN_VIEW(object);

	if (self->model)
		g_signal_handlers_disconnect_by_data(self->model, self);
	if (self->filter)
		gtk_custom_filter_set_filter_func(
			GTK_CUSTOM_FILTER(self->filter), NULL, NULL, NULL);
	if (self->list)
		gtk_list_view_set_model(self->list, NULL);
	g_clear_object(&self->model);
	g_clear_object(&self->filter);
	g_clear_object(&self->tokens);
	g_clear_object(&self->service);
	g_clear_pointer(&self->needle, g_free);
	G_OBJECT_CLASS(patd_token_view_parent_class)->dispose(object);
}

static void add_keys(GtkWidgetClass *class)
{
	gtk_widget_class_install_action(class, "row.delete", NULL, on_row_action);
	gtk_widget_class_install_action(class, "row.rename", NULL, on_row_action);
	gtk_widget_class_install_action(class, "row.menu", NULL, on_row_menu);
	gtk_widget_class_add_binding_action(class, GDK_KEY_Delete, 0, "row.delete", NULL);
	gtk_widget_class_add_binding_action(class, GDK_KEY_KP_Delete, 0, "row.delete", NULL);
	gtk_widget_class_add_binding_action(class, GDK_KEY_F2, 0, "row.rename", NULL);
	gtk_widget_class_add_binding_action(class, GDK_KEY_Menu, 0, "row.menu", NULL);
	gtk_widget_class_add_binding_action(class, GDK_KEY_F10, GDK_SHIFT_MASK, "row.menu", NULL);
}

static void patd_token_view_class_init(PatdTokenViewClass *class)
{
	GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

	G_OBJECT_CLASS(class)->get_property = get_property;
	G_OBJECT_CLASS(class)->dispose = patd_token_view_dispose;
	properties[PROP_SHOWN] = g_param_spec_uint(
		"shown", NULL, NULL, 0, G_MAXUINT, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
	g_object_class_install_properties(G_OBJECT_CLASS(class), N_PROPS, properties);
	gtk_widget_class_set_template_from_resource(
		widget_class, "/org/patd/Desktop/token_view.ui");
	gtk_widget_class_bind_template_child(widget_class, PatdTokenView, list);
	gtk_widget_class_bind_template_callback(widget_class, on_activate);
	gtk_widget_class_bind_template_callback(widget_class, on_setup);
	gtk_widget_class_bind_template_callback(widget_class, on_bind);
	gtk_widget_class_bind_template_callback(widget_class, on_unbind);
	add_keys(widget_class);
}

static void patd_token_view_init(PatdTokenView *self)
{
	self->needle = g_strdup("");
	gtk_widget_init_template(GTK_WIDGET(self));
}

void patd_token_view_bind(PatdTokenView *self, PatdService *service, PatdTokenList *tokens)
{
	GtkFilterListModel *filtered = NULL;
	g_autoptr(GtkNoSelection) selection = NULL;

	self->service = g_object_ref(service);
	self->tokens = g_object_ref(tokens);
	self->filter = GTK_FILTER(gtk_custom_filter_new(matches, self, NULL));
	filtered = gtk_filter_list_model_new(
		G_LIST_MODEL(g_object_ref(tokens)), g_object_ref(self->filter));
	self->model = G_LIST_MODEL(filtered);
	g_signal_connect_swapped(filtered, "items-changed", G_CALLBACK(on_items_changed), self);
	selection = gtk_no_selection_new(G_LIST_MODEL(g_object_ref(filtered)));
	gtk_list_view_set_model(self->list, GTK_SELECTION_MODEL(selection));
}

void patd_token_view_search(PatdTokenView *self, const char *text)
{
	g_autofree char *needle = g_utf8_casefold(text, -1);
	GtkFilterChange change = GTK_FILTER_CHANGE_DIFFERENT;

	g_strstrip(needle);
	if (g_str_equal(needle, self->needle))
		return;
	if (strstr(needle, self->needle))
		change = GTK_FILTER_CHANGE_MORE_STRICT;
	else if (strstr(self->needle, needle))
		change = GTK_FILTER_CHANGE_LESS_STRICT;
	g_free(self->needle);
	self->needle = g_steal_pointer(&needle);
	gtk_filter_changed(self->filter, change);
}

guint patd_token_view_get_shown(PatdTokenView *self)
{
	return self->model ? g_list_model_get_n_items(self->model) : 0;
}

void patd_token_view_refresh(PatdTokenView *self)
{
	GtkWidget *item = gtk_widget_get_first_child(GTK_WIDGET(self->list));

	for (; item; item = gtk_widget_get_next_sibling(item)) {
		GtkWidget *row = gtk_widget_get_first_child(item);

		if (row && PATD_IS_TOKEN_ROW(row))
			patd_token_row_refresh(PATD_TOKEN_ROW(row));
	}
}
