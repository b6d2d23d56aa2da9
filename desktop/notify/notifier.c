/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* When to look for what a person should know, and the uses that wait. */
#include "desktop/notify/notifier.h"

#include "desktop/client/patd_token.h"
#include "desktop/notify/expiries.h"
#include "desktop/notify/notice_outbox.h"
#include "desktop/notify/places.h"
#include "desktop/notify/seen.h"

#define LOOK_S 900 /* how often to look for what no signal tells, or what failed */

struct _PatdNotifier {
	GObject parent;
	PatdService *service;
	PatdRequestList *requests;
	PatdOutbox *outbox;
	PatdSeen *seen;
	PatdPlaces *places;
	PatdExpiries *expiries;
	GPtrArray *shown; /* the ids of the requests with a notification */
	gboolean present; /* there is a notification service */
	guint timer, watch;
};

G_DEFINE_TYPE(PatdNotifier, patd_notifier, G_TYPE_OBJECT)

/* ---- uses that wait ---- */

static void withdraw_ended(PatdNotifier *notifier)
{
	for (guint i = notifier->shown->len; i-- > 0;) {
		const char *id = g_ptr_array_index(notifier->shown, i);

		if (patd_request_list_find(notifier->requests, id))
			continue;
		patd_outbox_withdraw(notifier->outbox, "request", id);
		(void)g_ptr_array_remove_index_fast(notifier->shown, i);
	}
}

static gboolean is_shown(PatdNotifier *notifier, const char *id)
{
	return g_ptr_array_find_with_equal_func(notifier->shown, id, g_str_equal, NULL);
}

static void on_requests(PatdNotifier *notifier)
{
	GListModel *model = G_LIST_MODEL(notifier->requests);

	if (!notifier->present)
		return;
	withdraw_ended(notifier);
	for (guint i = 0; i < g_list_model_get_n_items(model); i++) {
		g_autoptr(PatdRequest) request = g_list_model_get_item(model, i);
		const PatdRequestInfo *info = patd_request_get_info(request);

		/* An administrator who lists the tokens of all is not asked for them. */
		if (!patd_owner_is_caller(info->uid, info->user) || is_shown(notifier, info->id))
			continue;
		g_ptr_array_add(notifier->shown, g_strdup(info->id));
		patd_outbox_send(notifier->outbox, "request", info->id,
			patd_notice_request(info, patd_outbox_get_format(notifier->outbox)));
	}
}

/* Their buttons would start the application again, for what may have ended by then. */
static void withdraw_all(PatdNotifier *notifier)
{
	for (guint i = 0; i < notifier->shown->len; i++)
		patd_outbox_withdraw(
			notifier->outbox, "request", g_ptr_array_index(notifier->shown, i));
	g_ptr_array_set_size(notifier->shown, 0);
}

/* ---- when to look ---- */

static void look(PatdNotifier *notifier)
{
	if (!notifier->present || patd_service_get_state(notifier->service) != PATD_SERVICE_READY)
		return;
	patd_places_begin(notifier->places);
	patd_expiries_look(notifier->expiries);
}

static void on_history(PatdNotifier *notifier)
{
	if (notifier->present)
		patd_places_read(notifier->places);
}

static gboolean on_timer(gpointer data)
{
	look(data);
	return G_SOURCE_CONTINUE;
}

/* A session starts its programs in any order, and what is sent before somebody can show it is lost.
 */
static void on_present(GDBusConnection *bus, const char *name, const char *owner, gpointer data)
{
	PatdNotifier *notifier = data;

	(void)bus;
	(void)name;
	(void)owner;
	notifier->present = TRUE;
	look(notifier);
	on_requests(notifier);
}

static void on_absent(GDBusConnection *bus, const char *name, gpointer data)
{
	PatdNotifier *notifier = data;

	(void)bus;
	(void)name;
	notifier->present = FALSE;
	/* The notifications have gone with the service. */
	g_ptr_array_set_size(notifier->shown, 0);
}

void patd_notifier_tell(PatdNotifier *notifier, const char *text)
{
	patd_outbox_send(notifier->outbox, "outcome", "last",
		patd_notice_outcome(text, patd_outbox_get_format(notifier->outbox)));
}

/* ---- the object ---- */

static void patd_notifier_dispose(GObject *object)
{
	PatdNotifier *notifier = PATD_NOTIFIER(object);

	withdraw_all(notifier);
	g_clear_handle_id(&notifier->timer, g_source_remove);
	g_clear_handle_id(&notifier->watch, g_bus_unwatch_name);
	g_clear_pointer(&notifier->places, patd_places_free);
	g_clear_pointer(&notifier->expiries, patd_expiries_free);
	g_clear_object(&notifier->service);
	g_clear_object(&notifier->requests);
	G_OBJECT_CLASS(patd_notifier_parent_class)->dispose(object);
}

static void patd_notifier_finalize(GObject *object)
{
	PatdNotifier *notifier = PATD_NOTIFIER(object);

	g_ptr_array_unref(notifier->shown);
	patd_seen_free(notifier->seen);
	patd_outbox_free(notifier->outbox);
	G_OBJECT_CLASS(patd_notifier_parent_class)->finalize(object);
}

static void patd_notifier_class_init(PatdNotifierClass *class)
{
	G_OBJECT_CLASS(class)->dispose = patd_notifier_dispose;
	G_OBJECT_CLASS(class)->finalize = patd_notifier_finalize;
}

static void patd_notifier_init(PatdNotifier *notifier)
{
	/* Several machines may share a home. */
	g_autofree char *name = g_strconcat("notifications-", g_get_host_name(), NULL);
	g_autofree char *path =
		g_build_filename(g_get_user_state_dir(), "patd-desktop", name, NULL);

	notifier->seen = patd_seen_load(path);
	notifier->shown = g_ptr_array_new_with_free_func(g_free);
}

PatdNotifier *patd_notifier_new(
	GApplication *application, PatdService *service, PatdRequestList *requests)
{
	PatdNotifier *notifier = g_object_new(PATD_TYPE_NOTIFIER, NULL);

	notifier->service = g_object_ref(service);
	notifier->requests = g_object_ref(requests);
	notifier->outbox = patd_outbox_new(application);
	notifier->places = patd_places_new(service, notifier->outbox, notifier->seen);
	notifier->expiries = patd_expiries_new(service, notifier->outbox, notifier->seen);
	notifier->watch = g_bus_watch_name_on_connection(
		g_application_get_dbus_connection(application), "org.freedesktop.Notifications",
		G_BUS_NAME_WATCHER_FLAGS_AUTO_START, on_present, on_absent, notifier, NULL);
	notifier->timer = g_timeout_add_seconds(LOOK_S, on_timer, notifier);
	g_signal_connect_object(
		service, "notify::state", G_CALLBACK(look), notifier, G_CONNECT_SWAPPED);
	g_signal_connect_object(service, "received::HistoryChanged", G_CALLBACK(on_history),
		notifier, G_CONNECT_SWAPPED);
	g_signal_connect_object(
		requests, "items-changed", G_CALLBACK(on_requests), notifier, G_CONNECT_SWAPPED);
	return notifier;
}
