/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The page about one token. */
#include "desktop/page/details_page.h"

#include "common/l10n.h"
#include "desktop/page/history_view.h"
#include "desktop/page/state_pill.h"
#include "desktop/page/token_actions.h"
#include "desktop/page/token_facts.h"
#include "desktop/page/token_hint.h"

struct _PatdDetailsPage {
	AdwBin parent_instance;

	PatdService *service;
	PatdToken *token;
	GPtrArray *rows; /* AdwActionRow, not owned: one for each fact, in their order */
	AdwWindowTitle *title;
	GtkScrolledWindow *scroller;
	GtkLabel *name, *state, *hint;
	GtkWidget *revoke, *restore, *rotate, *rename, *delete;
	AdwPreferencesGroup *status, *restrictions, *about;
	PatdHistoryView *history;
};

G_DEFINE_FINAL_TYPE(PatdDetailsPage, patd_details_page, ADW_TYPE_BIN)

static void create_rows(PatdDetailsPage *self)
{
	AdwPreferencesGroup *const groups[PATD_FACTS_GROUPS] = {
		[PATD_FACTS_STATUS] = self->status,
		[PATD_FACTS_RESTRICTIONS] = self->restrictions,
		[PATD_FACTS_ABOUT] = self->about,
	};

	self->rows = g_ptr_array_new();
	for (const PatdFact *fact = patd_token_facts; fact->title; fact++) {
		/* Without markup first: names and notes are in it. */
		GtkWidget *row = g_object_new(ADW_TYPE_ACTION_ROW, "use-markup", FALSE, "title",
			_(fact->title), "activatable", FALSE, NULL);

		gtk_widget_add_css_class(row, "fact");
		adw_preferences_group_add(groups[fact->group], row);
		g_ptr_array_add(self->rows, row);
	}
}

static void refresh_rows(PatdDetailsPage *self, const PatdTokenInfo *info)
{
	const guint64 now = (guint64)(g_get_real_time() / G_USEC_PER_SEC);
	gboolean restricted = FALSE;

	for (guint i = 0; i < self->rows->len; i++) {
		const PatdFact *fact = &patd_token_facts[i];
		GtkWidget *row = g_ptr_array_index(self->rows, i);
		g_autofree char *words = fact->words(info, now);

		gtk_widget_set_visible(row, words != NULL);
		if (words)
			adw_action_row_set_subtitle(ADW_ACTION_ROW(row), words);
		restricted |= words && fact->group == PATD_FACTS_RESTRICTIONS;
	}
	gtk_widget_set_visible(GTK_WIDGET(self->restrictions), restricted);
}

/* What patd would refuse is left out. */
static void refresh_buttons(
	PatdDetailsPage *self, const PatdTokenInfo *info, const char *own_issuer)
{
	const gboolean revoked = info->state == PATD_STATE_REVOKED;
	const gboolean foreign = patd_token_is_foreign(info, own_issuer);

	gtk_widget_set_visible(self->revoke, !revoked || info->revoked_until != 0);
	gtk_widget_set_visible(self->restore, revoked && !foreign);
	gtk_widget_set_visible(self->rotate, !revoked && !foreign);
	gtk_widget_set_visible(self->rename, !foreign);
	gtk_widget_set_visible(self->delete, patd_token_is_deletable(info, own_issuer));
}

void patd_details_page_refresh(PatdDetailsPage *self)
{
	const PatdTokenInfo *info = self->token ? patd_token_get_info(self->token) : NULL;
	const char *own_issuer = NULL;
	g_autofree char *hint = NULL;

	if (!info)
		return;
	own_issuer = patd_service_get_issuer(self->service);
	hint = patd_token_hint(info, own_issuer);
	adw_window_title_set_title(self->title, info->name);
	gtk_label_set_text(self->name, info->name);
	patd_state_pill_set(self->state, info->state);
	gtk_widget_set_visible(GTK_WIDGET(self->hint), hint != NULL);
	gtk_label_set_text(self->hint, hint ? hint : "");
	refresh_buttons(self, info, own_issuer);
	refresh_rows(self, info);
}

void patd_details_page_show(PatdDetailsPage *self, PatdService *service, PatdToken *token)
{
	GtkRoot *root = gtk_widget_get_root(GTK_WIDGET(self));
	GActionGroup *actions = NULL;
	const PatdTokenInfo *info = token ? patd_token_get_info(token) : NULL;

	if (self->token)
		g_signal_handlers_disconnect_by_data(self->token, self);
	gtk_widget_insert_action_group(GTK_WIDGET(self), "token", NULL);
	g_set_object(&self->token, token);
	g_set_object(&self->service, service);
	patd_history_view_show(self->history, service, info ? info->id : NULL,
		info && !patd_owner_is_caller(info->uid, info->user));
	if (!token || !root)
		return;
	actions = patd_token_actions_new(GTK_WINDOW(root), service, token);
	gtk_widget_insert_action_group(GTK_WIDGET(self), "token", actions);
	g_object_unref(actions);
	g_signal_connect_swapped(token, "changed", G_CALLBACK(patd_details_page_refresh), self);
	gtk_adjustment_set_value(gtk_scrolled_window_get_vadjustment(self->scroller), 0);
	patd_details_page_refresh(self);
}

PatdToken *patd_details_page_get_token(PatdDetailsPage *self)
{
	return self->token;
}

static void patd_details_page_dispose(GObject *object)
{
	PatdDetailsPage *self = PATD_DETAILS_PAGE(object);

	if (self->token)
		g_signal_handlers_disconnect_by_data(self->token, self);
	g_clear_object(&self->token);
	g_clear_object(&self->service);
	g_clear_pointer(&self->rows, g_ptr_array_unref);
	G_OBJECT_CLASS(patd_details_page_parent_class)->dispose(object);
}

static void bind_children(GtkWidgetClass *class)
{
	gtk_widget_class_bind_template_child(class, PatdDetailsPage, title);
	gtk_widget_class_bind_template_child(class, PatdDetailsPage, scroller);
	gtk_widget_class_bind_template_child(class, PatdDetailsPage, name);
	gtk_widget_class_bind_template_child(class, PatdDetailsPage, state);
	gtk_widget_class_bind_template_child(class, PatdDetailsPage, hint);
	gtk_widget_class_bind_template_child(class, PatdDetailsPage, revoke);
	gtk_widget_class_bind_template_child(class, PatdDetailsPage, restore);
	gtk_widget_class_bind_template_child(class, PatdDetailsPage, rotate);
	gtk_widget_class_bind_template_child(class, PatdDetailsPage, rename);
	gtk_widget_class_bind_template_child(class, PatdDetailsPage, delete);
	gtk_widget_class_bind_template_child(class, PatdDetailsPage, status);
	gtk_widget_class_bind_template_child(class, PatdDetailsPage, restrictions);
	gtk_widget_class_bind_template_child(class, PatdDetailsPage, about);
	gtk_widget_class_bind_template_child(class, PatdDetailsPage, history);
}

static void patd_details_page_class_init(PatdDetailsPageClass *class)
{
	GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

	G_OBJECT_CLASS(class)->dispose = patd_details_page_dispose;
	g_type_ensure(PATD_TYPE_HISTORY_VIEW);
	gtk_widget_class_set_template_from_resource(
		widget_class, "/org/patd/Desktop/details_page.ui");
	bind_children(widget_class);
}

static void patd_details_page_init(PatdDetailsPage *self)
{
	g_autoptr(GSimpleActionGroup) none = g_simple_action_group_new();

	/* Buttons see the actions of a later group only where there was one before them. */
	gtk_widget_insert_action_group(GTK_WIDGET(self), "token", G_ACTION_GROUP(none));
	gtk_widget_init_template(GTK_WIDGET(self));
	create_rows(self);
}
