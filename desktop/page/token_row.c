/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A row of the list of tokens. */
#include "desktop/page/token_row.h"

#include "common/l10n.h"
#include "desktop/base/words.h"
#include "desktop/page/state_pill.h"
#include "desktop/page/token_actions.h"

struct _PatdTokenRow {
	GtkBox parent_instance;

	PatdService *service;
	PatdTokenList *tokens;
	PatdToken *token;
	GActionGroup *actions; /* of the token; NULL until one is needed */
	GMenuModel *menu;
	GtkImage *icon;
	GtkLabel *name, *state, *usage, *expiry;
	GtkMenuButton *menu_button;
};

G_DEFINE_FINAL_TYPE(PatdTokenRow, patd_token_row, GTK_TYPE_BOX)

/* The widget of the list that has the focus is the parent, which a screen reader reads. */
static void refresh_accessible(PatdTokenRow *self, const char *usage, const char *expiry)
{
	GtkWidget *item = gtk_widget_get_parent(GTK_WIDGET(self));
	const PatdTokenInfo *info = patd_token_get_info(self->token);
	/* TRANSLATORS: name, state, last use and expiration of a token */
	g_autofree char *label = g_strdup_printf(
		_("%s, %s, %s, %s"), info->name, patd_state_word(info->state), usage, expiry);
	/* TRANSLATORS: the button that opens the menu of a token */
	g_autofree char *menu = g_strdup_printf(_("Menu of %s"), info->name);

	if (item)
		gtk_accessible_update_property(
			GTK_ACCESSIBLE(item), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
	gtk_accessible_update_property(
		GTK_ACCESSIBLE(self->menu_button), GTK_ACCESSIBLE_PROPERTY_LABEL, menu, -1);
}

/* Of a token that is revoked for a period, what comes first: its restoration. */
static char *expiry_words(const PatdTokenInfo *info, guint64 now)
{
	g_autofree char *when = NULL;

	if (info->state != PATD_STATE_REVOKED || info->revoked_until == 0)
		return patd_words_expiry(info->expires_at, now);
	when = patd_words_when(info->revoked_until, now);
	/* TRANSLATORS: "Restored in 24 hours" */
	return g_strdup_printf(_("Restored %s"), when);
}

void patd_token_row_refresh(PatdTokenRow *self)
{
	const guint64 now = (guint64)(g_get_real_time() / G_USEC_PER_SEC);
	const PatdTokenInfo *info = self->token ? patd_token_get_info(self->token) : NULL;
	g_autofree char *usage = NULL, *expiry = NULL, *second = NULL;

	if (!info)
		return;
	usage = patd_words_last_used(
		info->last_used_at, info->last_used_service, info->last_used_from, now);
	expiry = expiry_words(info, now);
	if (patd_token_list_get_everyone(self->tokens))
		/* TRANSLATORS: the owner of a token, and when it expires */
		second = g_strdup_printf(_("Owner %s · %s"), info->user, expiry);
	gtk_label_set_text(self->name, info->name);
	gtk_label_set_text(self->usage, usage);
	gtk_label_set_text(self->expiry, second ? second : expiry);
	patd_state_pill_set(self->state, info->state);
	patd_state_icon_set(self->icon, info->state);
	refresh_accessible(self, usage, second ? second : expiry);
}

static GActionGroup *get_actions(PatdTokenRow *self)
{
	GtkRoot *root = gtk_widget_get_root(GTK_WIDGET(self));

	if (!self->actions && self->token && root) {
		self->actions =
			patd_token_actions_new(GTK_WINDOW(root), self->service, self->token);
		gtk_widget_insert_action_group(GTK_WIDGET(self), "token", self->actions);
	}
	return self->actions;
}

/* A popover is some forty widgets: most rows never need one. */
static void create_popover(GtkMenuButton *button, gpointer data)
{
	PatdTokenRow *self = data;

	get_actions(self);
	gtk_menu_button_set_popover(button, gtk_popover_menu_new_from_model(self->menu));
}

static void drop_token(PatdTokenRow *self)
{
	if (!self->token)
		return;
	g_signal_handlers_disconnect_by_data(self->token, self);
	g_clear_object(&self->token);
	g_clear_object(&self->actions);
	gtk_widget_insert_action_group(GTK_WIDGET(self), "token", NULL);
	if (self->menu_button && gtk_menu_button_get_popover(self->menu_button)) {
		gtk_menu_button_set_popover(self->menu_button, NULL);
		gtk_menu_button_set_create_popup_func(
			self->menu_button, create_popover, self, NULL);
	}
}

void patd_token_row_set_token(PatdTokenRow *self, PatdToken *token)
{
	if (token == self->token)
		return;
	drop_token(self);
	if (!token)
		return;
	self->token = g_object_ref(token);
	g_signal_connect_swapped(token, "changed", G_CALLBACK(patd_token_row_refresh), self);
	patd_token_row_refresh(self);
}

void patd_token_row_activate(PatdTokenRow *self, const char *action)
{
	GActionGroup *actions = get_actions(self);

	if (actions && g_action_group_get_action_enabled(actions, action))
		g_action_group_activate_action(actions, action, NULL);
	else
		gtk_widget_error_bell(GTK_WIDGET(self));
}

void patd_token_row_popup(PatdTokenRow *self)
{
	gtk_menu_button_popup(self->menu_button);
}

static gboolean on_query_tooltip(
	GtkLabel *label, int x, int y, gboolean keyboard, GtkTooltip *tooltip)
{
	(void)x;
	(void)y;
	(void)keyboard;
	if (!pango_layout_is_ellipsized(gtk_label_get_layout(label)))
		return FALSE;
	gtk_tooltip_set_text(tooltip, gtk_label_get_text(label));
	return TRUE;
}

/* The row comes first, which tells what it is about, and then its button. */
static gboolean patd_token_row_focus(GtkWidget *widget, GtkDirectionType direction)
{
	GtkWidget *item = gtk_widget_get_parent(widget);

	if (item && !gtk_widget_is_focus(item) && !gtk_widget_get_focus_child(widget))
		return FALSE;
	return GTK_WIDGET_CLASS(patd_token_row_parent_class)->focus(widget, direction);
}

static void patd_token_row_dispose(GObject *object)
{
	PatdTokenRow *self = PATD_TOKEN_ROW(object);

	drop_token(self);
	g_clear_object(&self->service);
	g_clear_object(&self->tokens);
	G_OBJECT_CLASS(patd_token_row_parent_class)->dispose(object);
}

static void patd_token_row_class_init(PatdTokenRowClass *class)
{
	GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

	G_OBJECT_CLASS(class)->dispose = patd_token_row_dispose;
	widget_class->focus = patd_token_row_focus;
	gtk_widget_class_set_template_from_resource(widget_class, "/org/patd/Desktop/token_row.ui");
	gtk_widget_class_bind_template_child(widget_class, PatdTokenRow, menu);
	gtk_widget_class_bind_template_child(widget_class, PatdTokenRow, icon);
	gtk_widget_class_bind_template_child(widget_class, PatdTokenRow, name);
	gtk_widget_class_bind_template_child(widget_class, PatdTokenRow, state);
	gtk_widget_class_bind_template_child(widget_class, PatdTokenRow, usage);
	gtk_widget_class_bind_template_child(widget_class, PatdTokenRow, expiry);
	gtk_widget_class_bind_template_child(widget_class, PatdTokenRow, menu_button);
	gtk_widget_class_bind_template_callback(widget_class, on_query_tooltip);
}

static void patd_token_row_init(PatdTokenRow *self)
{
	gtk_widget_init_template(GTK_WIDGET(self));
	gtk_menu_button_set_create_popup_func(self->menu_button, create_popover, self, NULL);
}

GtkWidget *patd_token_row_new(PatdService *service, PatdTokenList *tokens)
{
	PatdTokenRow *self = g_object_new(PATD_TYPE_TOKEN_ROW, NULL);

	self->service = g_object_ref(service);
	self->tokens = g_object_ref(tokens);
	return GTK_WIDGET(self);
}
