/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The window: its pages, its actions, and what goes on while it is open. */
#include "desktop/page/window.h"

#include "common/l10n.h"
#include "desktop/base/errors.h"
#include "desktop/page/about.h"
#include "desktop/page/details_page.h"
#include "desktop/page/generate_form.h"
#include "desktop/page/secret_clipboard.h"
#include "desktop/page/secret_dialog.h"
#include "desktop/page/shown_page.h"
#include "desktop/page/tokens_page.h"

struct _PatdWindow {
	AdwApplicationWindow parent_instance;

	PatdService *service;
	PatdTokenList *tokens;
	char *wanted;   /* the id of a token to show once the list has it; NULL: none */
	guint settling; /* source that looks at the list once it has changed; 0: none */
	guint timer;    /* of the relative times, while the window is visible */
	AdwToastOverlay *toasts;
	AdwLeaflet *leaflet;
	PatdTokensPage *tokens_page;
	PatdDetailsPage *details_page;
};

G_DEFINE_FINAL_TYPE(PatdWindow, patd_window, ADW_TYPE_APPLICATION_WINDOW)

enum {
	PROP_SHOW_EVERYONE = 1,
	N_PROPS,
};

static GParamSpec *properties[N_PROPS];

/* --- pages --- */

static void show_list(PatdWindow *self)
{
	adw_leaflet_set_visible_child(self->leaflet, GTK_WIDGET(self->tokens_page));
}

static void show_details(PatdWindow *self, PatdToken *token)
{
	g_clear_pointer(&self->wanted, g_free);
	patd_details_page_show(self->details_page, self->service, token);
	adw_leaflet_set_visible_child(self->leaflet, GTK_WIDGET(self->details_page));
}

/* What is left is let go: its history costs calls. */
static void on_page(PatdWindow *self)
{
	if (self->service &&
		adw_leaflet_get_visible_child(self->leaflet) == GTK_WIDGET(self->tokens_page))
		patd_details_page_show(self->details_page, self->service, NULL);
}

static gboolean is_listed(PatdWindow *self)
{
	return patd_token_list_get_state(self->tokens) == PATD_LIST_READY &&
	       patd_token_list_is_complete(self->tokens);
}

static void look_for_wanted(PatdWindow *self)
{
	PatdToken *token = patd_token_list_find(self->tokens, self->wanted);

	if (token) {
		show_details(self, token);
	} else if (is_listed(self)) {
		g_clear_pointer(&self->wanted, g_free);
		patd_window_toast(self, _("The token no longer exists"));
	}
}

static gboolean on_settled(gpointer data)
{
	PatdWindow *self = data;
	PatdToken *shown = patd_details_page_get_token(self->details_page);
	const char *id = shown ? patd_token_get_info(shown)->id : NULL;

	self->settling = 0;
	if (id && is_listed(self) && !patd_token_list_find(self->tokens, id))
		show_list(self);
	if (self->wanted)
		look_for_wanted(self);
	return G_SOURCE_REMOVE;
}

/* A token that is renamed is moved: gone from its place, and soon at another. */
static void on_tokens(PatdWindow *self)
{
	if (self->settling == 0)
		self->settling = g_idle_add(on_settled, self);
}

void patd_window_show_token(PatdWindow *self, const char *id)
{
	g_free(self->wanted);
	self->wanted = g_strdup(id);
	look_for_wanted(self);
}

void patd_window_show_requests(PatdWindow *self)
{
	show_list(self);
}

void patd_window_toast(PatdWindow *self, const char *text)
{
	/* A toast takes markup. */
	g_autofree char *markup = g_markup_escape_text(text, -1);

	adw_toast_overlay_add_toast(self->toasts, adw_toast_new(markup));
}

/* --- actions --- */

static void do_toast(GtkWidget *widget, const char *name, GVariant *text)
{
	(void)name;
	patd_window_toast(PATD_WINDOW(widget), g_variant_get_string(text, NULL));
}

static void do_show_token(GtkWidget *widget, const char *name, GVariant *id)
{
	(void)name;
	patd_window_show_token(PATD_WINDOW(widget), g_variant_get_string(id, NULL));
}

static void do_back(GtkWidget *widget, const char *name, GVariant *parameter)
{
	(void)name;
	(void)parameter;
	show_list(PATD_WINDOW(widget));
}

static void do_generate(GtkWidget *widget, const char *name, GVariant *parameter)
{
	PatdWindow *self = PATD_WINDOW(widget);

	(void)name;
	(void)parameter;
	patd_secret_dialog_present(GTK_WINDOW(self), patd_generate_form_new(self->service));
}

static void do_search(GtkWidget *widget, const char *name, GVariant *parameter)
{
	PatdWindow *self = PATD_WINDOW(widget);

	(void)name;
	(void)parameter;
	show_list(self);
	patd_tokens_page_search(self->tokens_page);
}

static void do_about(GtkWidget *widget, const char *name, GVariant *parameter)
{
	(void)name;
	(void)parameter;
	patd_about_present(GTK_WINDOW(widget));
}

static void on_service(PatdWindow *self)
{
	gtk_widget_action_set_enabled(GTK_WIDGET(self), "win.generate",
		patd_service_get_state(self->service) == PATD_SERVICE_READY);
}

static void on_everyone(PatdWindow *self)
{
	g_object_notify_by_pspec(G_OBJECT(self), properties[PROP_SHOW_EVERYONE]);
}

static void on_refused_everyone(PatdWindow *self, GError *error)
{
	g_autofree char *text = patd_error_text(error);

	patd_window_toast(self, text);
}

/* --- while it is open --- */

static gboolean on_minute(gpointer data)
{
	PatdWindow *self = data;

	patd_tokens_page_refresh(self->tokens_page);
	patd_details_page_refresh(self->details_page);
	return G_SOURCE_CONTINUE;
}

static void on_map(PatdWindow *self)
{
	if (self->timer == 0)
		self->timer = g_timeout_add_seconds(60, on_minute, self);
	on_minute(self);
}

static void on_unmap(PatdWindow *self)
{
	g_clear_handle_id(&self->timer, g_source_remove);
}

static void on_active(PatdWindow *self)
{
	if (self->tokens && gtk_window_is_active(GTK_WINDOW(self)))
		patd_token_list_refresh_unsignalled(self->tokens);
}

static gboolean on_close_request(PatdWindow *self)
{
	if (!patd_secret_dialog_close_all(GTK_WINDOW(self)))
		return TRUE;
	patd_secret_clipboard_clear(
		patd_secret_clipboard_get(gtk_widget_get_clipboard(GTK_WIDGET(self))));
	return FALSE;
}

static void get_property(GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
	PatdWindow *self = PATD_WINDOW(object);

	(void)id;
	(void)pspec;
	g_value_set_boolean(value, self->tokens && patd_token_list_get_everyone(self->tokens));
}

static void set_property(GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
	PatdWindow *self = PATD_WINDOW(object);

	(void)id;
	(void)pspec;
	if (self->tokens)
		patd_token_list_set_everyone(self->tokens, g_value_get_boolean(value));
}

static void patd_window_dispose(GObject *object)
{
	PatdWindow *self = PATD_WINDOW(object);

	g_clear_handle_id(&self->timer, g_source_remove);
	g_clear_handle_id(&self->settling, g_source_remove);
	if (self->service)
		g_signal_handlers_disconnect_by_data(self->service, self);
	if (self->tokens)
		g_signal_handlers_disconnect_by_data(self->tokens, self);
	g_clear_object(&self->service);
	g_clear_object(&self->tokens);
	g_clear_pointer(&self->wanted, g_free);
	G_OBJECT_CLASS(patd_window_parent_class)->dispose(object);
}

static void install_actions(GtkWidgetClass *class)
{
	gtk_widget_class_install_action(class, "win.toast", "s", do_toast);
	gtk_widget_class_install_action(class, "win.show-token", "s", do_show_token);
	gtk_widget_class_install_action(class, "win.back", NULL, do_back);
	gtk_widget_class_install_action(class, "win.generate", NULL, do_generate);
	gtk_widget_class_install_action(class, "win.search", NULL, do_search);
	gtk_widget_class_install_action(class, "win.about", NULL, do_about);
	gtk_widget_class_install_property_action(class, "win.show-everyone", "show-everyone");
	gtk_widget_class_add_binding_action(
		class, GDK_KEY_n, GDK_CONTROL_MASK, "win.generate", NULL);
	gtk_widget_class_add_binding_action(class, GDK_KEY_f, GDK_CONTROL_MASK, "win.search", NULL);
	gtk_widget_class_add_binding_action(class, GDK_KEY_Escape, 0, "win.back", NULL);
}

static void patd_window_class_init(PatdWindowClass *class)
{
	GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

	G_OBJECT_CLASS(class)->get_property = get_property;
	G_OBJECT_CLASS(class)->set_property = set_property;
	G_OBJECT_CLASS(class)->dispose = patd_window_dispose;
	properties[PROP_SHOW_EVERYONE] = g_param_spec_boolean("show-everyone", NULL, NULL, FALSE,
		G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
	g_object_class_install_properties(G_OBJECT_CLASS(class), N_PROPS, properties);
	g_type_ensure(PATD_TYPE_TOKENS_PAGE);
	g_type_ensure(PATD_TYPE_DETAILS_PAGE);
	gtk_widget_class_set_template_from_resource(widget_class, "/org/patd/Desktop/window.ui");
	gtk_widget_class_bind_template_child(widget_class, PatdWindow, toasts);
	gtk_widget_class_bind_template_child(widget_class, PatdWindow, leaflet);
	gtk_widget_class_bind_template_child(widget_class, PatdWindow, tokens_page);
	gtk_widget_class_bind_template_child(widget_class, PatdWindow, details_page);
	gtk_widget_class_bind_template_callback(widget_class, on_close_request);
	gtk_widget_class_bind_template_callback(widget_class, on_map);
	gtk_widget_class_bind_template_callback(widget_class, on_unmap);
	gtk_widget_class_bind_template_callback(widget_class, on_active);
	gtk_widget_class_bind_template_callback(widget_class, on_page);
	install_actions(widget_class);
}

static void patd_window_init(PatdWindow *self)
{
	gtk_widget_init_template(GTK_WIDGET(self));
	patd_shown_page_follow(GTK_WIDGET(self->leaflet));
}

PatdWindow *patd_window_new(AdwApplication *application, PatdService *service,
	PatdTokenList *tokens, PatdRequestList *requests)
{
	PatdWindow *self = g_object_new(PATD_TYPE_WINDOW, "application", application, NULL);

	self->service = g_object_ref(service);
	self->tokens = g_object_ref(tokens);
	patd_tokens_page_bind(self->tokens_page, service, tokens, requests);
	g_signal_connect_swapped(service, "notify::state", G_CALLBACK(on_service), self);
	g_signal_connect_swapped(tokens, "items-changed", G_CALLBACK(on_tokens), self);
	g_signal_connect_swapped(tokens, "notify::state", G_CALLBACK(on_tokens), self);
	g_signal_connect_swapped(tokens, "notify::complete", G_CALLBACK(on_tokens), self);
	g_signal_connect_swapped(tokens, "notify::everyone", G_CALLBACK(on_everyone), self);
	g_signal_connect_swapped(tokens, "refused-everyone", G_CALLBACK(on_refused_everyone), self);
	on_service(self);
	return self;
}
