/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The life of the application, and its actions. */
#include "desktop/application.h"

#include <glib-unix.h>
#include <signal.h>

#include "common/l10n.h"
#include "desktop/base/errors.h"
#include "desktop/client/calls.h"
#include "desktop/notify/notifier.h"
#include "desktop/page/window.h"

#define N_SIGNALS 3 /* that end the application */

struct _PatdApplication {
	AdwApplication parent;
	PatdService *service;
	PatdRequestList *requests;
	PatdNotifier *notifier;   /* NULL: there is no session bus */
	gboolean background;      /* it stays until the session ends */
	PatdWindow *window;       /* NULL: none is open; then no list of tokens is kept either */
	guint signals[N_SIGNALS]; /* sources */
};

G_DEFINE_TYPE(PatdApplication, patd_application, ADW_TYPE_APPLICATION)

/* ---- the window ---- */

static void open_window(PatdApplication *application)
{
	if (!application->window) {
		g_autoptr(PatdTokenList) tokens = patd_token_list_new(application->service);

		application->window = patd_window_new(ADW_APPLICATION(application),
			application->service, tokens, application->requests);
		g_object_add_weak_pointer(
			G_OBJECT(application->window), (gpointer *)&application->window);
	}
	gtk_window_present(GTK_WINDOW(application->window));
}

/* In the window if a person looks at it, else as a notification. */
static void tell(PatdApplication *application, const char *text)
{
	if (application->window && gtk_window_is_active(GTK_WINDOW(application->window)))
		patd_window_toast(application->window, text);
	else if (application->notifier)
		patd_notifier_tell(application->notifier, text);
}

/* ---- actions ---- */

/* A call to patd on behalf of a notification.  Until it is done the application does not end. */
struct errand {
	PatdApplication *application;
	char *id;           /* of a request or a token */
	const char *method; /* static */
	gulong waiting;     /* for the service to be ready; 0: the call was sent */
};

static void on_errand_done(GObject *source, GAsyncResult *result, gpointer data)
{
	struct errand *errand = data;
	g_autoptr(GError) error = NULL;
	g_autofree char *text = NULL;

	if (patd_call_finish(PATD_SERVICE(source), result, &error)) {
		if (g_str_equal(errand->method, "Revoke"))
			text = g_strdup(_("User token successfully revoked"));
	} else if (patd_error_kind(error) != PATD_CANCELLED) {
		text = patd_error_text(error);
	}
	if (text)
		tell(errand->application, text);
	g_application_release(G_APPLICATION(errand->application));
	g_object_unref(errand->application);
	g_free(errand->id);
	g_free(errand);
}

/* The bus may have started the application for this: then patd is not found yet. */
static void run_errand(struct errand *errand)
{
	PatdService *service = errand->application->service;

	if (patd_service_get_state(service) == PATD_SERVICE_CONNECTING)
		return;
	g_clear_signal_handler(&errand->waiting, service);
	if (g_str_equal(errand->method, "Revoke"))
		patd_call_token_id(
			service, errand->id, errand->method, NULL, NULL, on_errand_done, errand);
	else
		patd_call_request(
			service, errand->id, errand->method, NULL, on_errand_done, errand);
}

static void begin_errand(PatdApplication *application, const char *method, GVariant *id)
{
	struct errand *errand = g_new0(struct errand, 1);

	errand->application = g_object_ref(application);
	errand->method = method;
	errand->id = g_variant_dup_string(id, NULL);
	g_application_hold(G_APPLICATION(application));
	errand->waiting = g_signal_connect_swapped(
		application->service, "notify::state", G_CALLBACK(run_errand), errand);
	run_errand(errand);
}

static void on_approve(GSimpleAction *action, GVariant *id, gpointer data)
{
	(void)action;
	begin_errand(data, "Approve", id);
}

static void on_deny(GSimpleAction *action, GVariant *id, gpointer data)
{
	(void)action;
	begin_errand(data, "Deny", id);
}

static void on_revoke(GSimpleAction *action, GVariant *id, gpointer data)
{
	(void)action;
	begin_errand(data, "Revoke", id);
}

static void on_show_token(GSimpleAction *action, GVariant *id, gpointer data)
{
	PatdApplication *application = data;

	(void)action;
	open_window(application);
	patd_window_show_token(application->window, g_variant_get_string(id, NULL));
}

static void on_show_requests(GSimpleAction *action, GVariant *id, gpointer data)
{
	PatdApplication *application = data;

	(void)action;
	(void)id;
	open_window(application);
	patd_window_show_requests(application->window);
}

/* Of a person, it closes the window: in the background the notifications go on. */
static void on_quit(GSimpleAction *action, GVariant *parameter, gpointer data)
{
	PatdApplication *application = data;

	(void)action;
	(void)parameter;
	if (application->window)
		gtk_window_close(GTK_WINDOW(application->window));
	else
		g_application_quit(G_APPLICATION(application));
}

static const GActionEntry actions[] = {
	{ .name = "approve", .activate = on_approve, .parameter_type = "s" },
	{ .name = "deny", .activate = on_deny, .parameter_type = "s" },
	{ .name = "revoke", .activate = on_revoke, .parameter_type = "s" },
	{ .name = "show-token", .activate = on_show_token, .parameter_type = "s" },
	{ .name = "show-requests", .activate = on_show_requests, .parameter_type = "s" },
	{ .name = "quit", .activate = on_quit },
};

/* ---- the application ---- */

/* In order, so that a secret leaves the clipboard. */
static gboolean on_signal(gpointer data)
{
	g_application_quit(G_APPLICATION(data));
	return G_SOURCE_CONTINUE;
}

static void watch_signals(PatdApplication *application)
{
	static const int numbers[] = { SIGTERM, SIGINT, SIGHUP };

	G_STATIC_ASSERT(G_N_ELEMENTS(numbers) == N_SIGNALS);
	for (guint i = 0; i < N_SIGNALS; i++)
		application->signals[i] = g_unix_signal_add(numbers[i], on_signal, application);
}

static void patd_application_startup(GApplication *base)
{
	PatdApplication *application = PATD_APPLICATION(base);
	static const char *const quit[] = { "<Control>q", NULL };
	static const char *const close[] = { "<Control>w", NULL };
	const GDBusConnection *session = g_application_get_dbus_connection(base);

	G_APPLICATION_CLASS(patd_application_parent_class)->startup(base);
	g_action_map_add_action_entries(
		G_ACTION_MAP(application), actions, G_N_ELEMENTS(actions), application);
	gtk_application_set_accels_for_action(GTK_APPLICATION(base), "app.quit", quit);
	gtk_application_set_accels_for_action(GTK_APPLICATION(base), "window.close", close);
	gtk_window_set_default_icon_name(PATD_APPLICATION_ID);

	watch_signals(application);
	application->service = patd_service_new();
	application->requests = patd_request_list_new(application->service);
	if (session)
		application->notifier =
			patd_notifier_new(base, application->service, application->requests);
	if (application->background)
		g_application_hold(base);
}

static void patd_application_activate(GApplication *base)
{
	open_window(PATD_APPLICATION(base));
}

static void patd_application_shutdown(GApplication *base)
{
	PatdApplication *application = PATD_APPLICATION(base);

	for (guint i = 0; i < N_SIGNALS; i++)
		g_clear_handle_id(&application->signals[i], g_source_remove);
	g_clear_object(&application->notifier);
	g_clear_object(&application->requests);
	g_clear_object(&application->service);
	G_APPLICATION_CLASS(patd_application_parent_class)->shutdown(base);
}

static int patd_application_handle_local_options(GApplication *base, GVariantDict *options)
{
	PATD_APPLICATION(base)->background = g_variant_dict_contains(options, "background");
	if (!g_variant_dict_contains(options, "version"))
		return -1; /* go on */
	g_print("patd-desktop " PAT_VERSION "\n");
	return 0;
}

static void patd_application_class_init(PatdApplicationClass *class)
{
	GApplicationClass *application_class = G_APPLICATION_CLASS(class);

	application_class->handle_local_options = patd_application_handle_local_options;
	application_class->startup = patd_application_startup;
	application_class->activate = patd_application_activate;
	application_class->shutdown = patd_application_shutdown;
}

static void patd_application_init(PatdApplication *application)
{
	g_application_add_main_option(G_APPLICATION(application), "background", 0,
		G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE,
		_("Stay without a window, for notifications"), NULL);
	g_application_add_main_option(G_APPLICATION(application), "version", 0, G_OPTION_FLAG_NONE,
		G_OPTION_ARG_NONE, _("Show the version and exit"), NULL);
}

PatdApplication *patd_application_new(void)
{
	return g_object_new(PATD_TYPE_APPLICATION, "application-id", PATD_APPLICATION_ID, "flags",
		G_APPLICATION_DEFAULT_FLAGS, "resource-base-path", "/org/patd/Desktop", NULL);
}
