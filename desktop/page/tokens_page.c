/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The page of the list, which is in one of its designed states at any time. */
#include "desktop/page/tokens_page.h"

#include "common/l10n.h"
#include "desktop/base/errors.h"
#include "desktop/page/request_view.h"
#include "desktop/page/shown_page.h"
#include "desktop/page/token_view.h"

/* Fewer are seen at a glance. */
#define SEARCH_FROM 10

/* A list that comes sooner needs no spinner, which would only flash. */
#define SPINNER_AFTER_MS 200

/* So long at least a person sees that something was tried. */
#define RETRY_MS 400

struct _PatdTokensPage {
	AdwBin parent_instance;

	PatdService *service;
	PatdTokenList *tokens;
	guint spinner_timer, retry_timer;
	gboolean retry_focus; /* the button had it */
	GtkToggleButton *search_toggle;
	GtkSearchBar *search_bar;
	GtkSearchEntry *search_entry;
	GtkRevealer *notice;
	GtkLabel *notice_label, *command;
	PatdRequestView *requests;
	GtkStack *stack;
	GtkSpinner *spinner;
	PatdTokenView *view;
	AdwStatusPage *offline, *refused, *failed;
};

G_DEFINE_FINAL_TYPE(PatdTokensPage, patd_tokens_page, ADW_TYPE_BIN)

static guint count_tokens(PatdTokensPage *self)
{
	return g_list_model_get_n_items(G_LIST_MODEL(self->tokens));
}

/* Name of the page of the stack. */
static const char *get_state_page(PatdTokensPage *self)
{
	const PatdListState state = patd_token_list_get_state(self->tokens);

	if (count_tokens(self) != 0)
		return patd_token_view_get_shown(self->view) != 0 ? "list" : "no-results";
	if (self->retry_timer != 0)
		return "loading";
	switch (state) {
	case PATD_LIST_LOADING:
		return "loading";
	case PATD_LIST_READY:
		return patd_token_list_is_complete(self->tokens) ? "empty" : "loading";
	case PATD_LIST_OFFLINE:
		return patd_service_get_state(self->service) == PATD_SERVICE_CONNECTING ? "loading"
											: "offline";
	case PATD_LIST_REFUSED:
		return "refused";
	case PATD_LIST_FAILED:
	default:
		return "failed";
	}
}

static char *get_error_text(PatdTokensPage *self)
{
	const GError *error = patd_token_list_get_error(self->tokens);

	return error ? patd_error_text(error) : g_strdup("");
}

/* Why the list that is shown is not what patd would say now; NULL: it is. */
static char *get_notice(PatdTokensPage *self)
{
	const PatdListState state = patd_token_list_get_state(self->tokens);
	const PatdServiceState service = patd_service_get_state(self->service);

	if (count_tokens(self) == 0)
		return NULL;
	if (service == PATD_SERVICE_ABSENT)
		return g_strdup(_("patd is not running. The list may be out of date."));
	if (service == PATD_SERVICE_NO_BUS)
		return g_strdup(_("The system bus is not available. The list may be out of date."));
	if (state == PATD_LIST_REFUSED || state == PATD_LIST_FAILED)
		return get_error_text(self);
	return NULL;
}

static void spin(PatdTokensPage *self)
{
	g_clear_handle_id(&self->spinner_timer, g_source_remove);
	gtk_widget_set_visible(GTK_WIDGET(self->spinner), TRUE);
	gtk_spinner_start(self->spinner);
}

static gboolean on_spinner(gpointer data)
{
	PatdTokensPage *self = data;

	self->spinner_timer = 0;
	spin(self);
	return G_SOURCE_REMOVE;
}

static void set_loading(PatdTokensPage *self, gboolean loading)
{
	/* Who asked for it sees at once that something happens. */
	if (loading && self->retry_timer != 0)
		spin(self);
	else if (loading && self->spinner_timer == 0 &&
		 !gtk_widget_get_visible(GTK_WIDGET(self->spinner)))
		self->spinner_timer = g_timeout_add(SPINNER_AFTER_MS, on_spinner, self);
	if (loading)
		return;
	g_clear_handle_id(&self->spinner_timer, g_source_remove);
	gtk_spinner_stop(self->spinner);
	gtk_widget_set_visible(GTK_WIDGET(self->spinner), FALSE);
}

static void refresh_notice(PatdTokensPage *self)
{
	g_autofree char *notice = get_notice(self);

	/* While it goes, it keeps its words. */
	if (notice)
		gtk_label_set_text(self->notice_label, notice);
	gtk_revealer_set_reveal_child(self->notice, notice != NULL);
	if (notice)
		gtk_widget_add_css_class(GTK_WIDGET(self->view), "stale");
	else
		gtk_widget_remove_css_class(GTK_WIDGET(self->view), "stale");
}

static void refresh_status_pages(PatdTokensPage *self)
{
	const gboolean no_bus = patd_service_get_state(self->service) == PATD_SERVICE_NO_BUS;
	g_autofree char *text = get_error_text(self);
	g_autofree char *markup = g_markup_escape_text(text, -1);

	adw_status_page_set_title(
		self->offline, no_bus ? _("System Bus Not Available") : _("patd Is Not Running"));
	adw_status_page_set_description(self->offline,
		no_bus ? _("patd is reached over the system bus. Ask an administrator to start it:")
		       : _("Ask an administrator to start the service:"));
	gtk_label_set_text(self->command,
		no_bus ? "systemctl start dbus.socket" : "systemctl start patd-bus.service");
	adw_status_page_set_description(self->refused, markup);
	adw_status_page_set_description(self->failed, markup);
}

static void refresh_search(PatdTokensPage *self)
{
	const gboolean offered = count_tokens(self) > SEARCH_FROM ||
				 gtk_search_bar_get_search_mode(self->search_bar);

	gtk_widget_set_visible(GTK_WIDGET(self->search_toggle), offered);
	gtk_search_bar_set_key_capture_widget(self->search_bar, offered ? GTK_WIDGET(self) : NULL);
}

static void refresh(PatdTokensPage *self)
{
	const char *page = NULL;

	if (!self->tokens)
		return;
	page = get_state_page(self);
	refresh_status_pages(self);
	set_loading(self, g_str_equal(page, "loading"));
	gtk_stack_set_visible_child_name(self->stack, page);
	refresh_notice(self);
	refresh_search(self);
}

static void on_everyone(PatdTokensPage *self)
{
	patd_token_view_refresh(self->view);
}

static void on_search_changed(PatdTokensPage *self)
{
	patd_token_view_search(self->view, gtk_editable_get_text(GTK_EDITABLE(self->search_entry)));
	refresh(self);
}

static gboolean on_retried(gpointer data)
{
	PatdTokensPage *self = data;

	self->retry_timer = 0;
	gtk_widget_action_set_enabled(GTK_WIDGET(self), "page.retry", TRUE);
	refresh(self);
	if (self->retry_focus)
		gtk_widget_child_focus(
			gtk_stack_get_visible_child(self->stack), GTK_DIR_TAB_FORWARD);
	return G_SOURCE_REMOVE;
}

static void on_retry(GtkWidget *widget, const char *name, GVariant *parameter)
{
	PatdTokensPage *self = PATD_TOKENS_PAGE(widget);

	(void)name;
	(void)parameter;
	g_clear_handle_id(&self->retry_timer, g_source_remove);
	self->retry_timer = g_timeout_add(RETRY_MS, on_retried, self);
	self->retry_focus = gtk_widget_get_focus_child(GTK_WIDGET(self->stack)) != NULL;
	gtk_widget_action_set_enabled(widget, "page.retry", FALSE);
	refresh(self);
	if (patd_service_get_state(self->service) == PATD_SERVICE_READY)
		patd_token_list_reload(self->tokens);
	else
		patd_service_retry(self->service);
}

static void patd_tokens_page_dispose(GObject *object)
{
	PatdTokensPage *self = PATD_TOKENS_PAGE(object);

	g_clear_handle_id(&self->spinner_timer, g_source_remove);
	g_clear_handle_id(&self->retry_timer, g_source_remove);
	if (self->tokens)
		g_signal_handlers_disconnect_by_data(self->tokens, self);
	if (self->service)
		g_signal_handlers_disconnect_by_data(self->service, self);
	g_clear_object(&self->tokens);
	g_clear_object(&self->service);
	G_OBJECT_CLASS(patd_tokens_page_parent_class)->dispose(object);
}

static void bind_children(GtkWidgetClass *class)
{
	gtk_widget_class_bind_template_child(class, PatdTokensPage, search_toggle);
	gtk_widget_class_bind_template_child(class, PatdTokensPage, search_bar);
	gtk_widget_class_bind_template_child(class, PatdTokensPage, search_entry);
	gtk_widget_class_bind_template_child(class, PatdTokensPage, notice);
	gtk_widget_class_bind_template_child(class, PatdTokensPage, notice_label);
	gtk_widget_class_bind_template_child(class, PatdTokensPage, command);
	gtk_widget_class_bind_template_child(class, PatdTokensPage, requests);
	gtk_widget_class_bind_template_child(class, PatdTokensPage, stack);
	gtk_widget_class_bind_template_child(class, PatdTokensPage, spinner);
	gtk_widget_class_bind_template_child(class, PatdTokensPage, view);
	gtk_widget_class_bind_template_child(class, PatdTokensPage, offline);
	gtk_widget_class_bind_template_child(class, PatdTokensPage, refused);
	gtk_widget_class_bind_template_child(class, PatdTokensPage, failed);
}

static void patd_tokens_page_class_init(PatdTokensPageClass *class)
{
	GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

	G_OBJECT_CLASS(class)->dispose = patd_tokens_page_dispose;
	g_type_ensure(PATD_TYPE_REQUEST_VIEW);
	g_type_ensure(PATD_TYPE_TOKEN_VIEW);
	gtk_widget_class_set_template_from_resource(
		widget_class, "/org/patd/Desktop/tokens_page.ui");
	bind_children(widget_class);
	gtk_widget_class_bind_template_callback(widget_class, on_search_changed);
	gtk_widget_class_bind_template_callback(widget_class, refresh);
	gtk_widget_class_install_action(widget_class, "page.retry", NULL, on_retry);
}

static void patd_tokens_page_init(PatdTokensPage *self)
{
	gtk_widget_init_template(GTK_WIDGET(self));
	patd_shown_page_follow(GTK_WIDGET(self->stack));
	gtk_search_bar_connect_entry(self->search_bar, GTK_EDITABLE(self->search_entry));
	gtk_widget_set_direction(GTK_WIDGET(self->command), GTK_TEXT_DIR_LTR);
}

void patd_tokens_page_bind(PatdTokensPage *self, PatdService *service, PatdTokenList *tokens,
	PatdRequestList *requests)
{
	self->service = g_object_ref(service);
	self->tokens = g_object_ref(tokens);
	patd_token_view_bind(self->view, service, tokens);
	patd_request_view_bind(self->requests, service, requests);
	g_signal_connect_swapped(service, "notify::state", G_CALLBACK(refresh), self);
	g_signal_connect_swapped(tokens, "notify::state", G_CALLBACK(refresh), self);
	g_signal_connect_swapped(tokens, "notify::complete", G_CALLBACK(refresh), self);
	g_signal_connect_swapped(tokens, "notify::everyone", G_CALLBACK(on_everyone), self);
	g_signal_connect_swapped(tokens, "items-changed", G_CALLBACK(refresh), self);
	refresh(self);
}

void patd_tokens_page_search(PatdTokensPage *self)
{
	if (!gtk_widget_get_visible(GTK_WIDGET(self->search_toggle)))
		return;
	gtk_search_bar_set_search_mode(self->search_bar, TRUE);
	gtk_widget_grab_focus(GTK_WIDGET(self->search_entry));
}

void patd_tokens_page_refresh(PatdTokensPage *self)
{
	patd_token_view_refresh(self->view);
}
