/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The way to patd, found again whenever it is lost. */
#include "desktop/client/service.h"

#include "desktop/base/errors.h"
#include "desktop/client/own_issuer.h"
#include "desktop/client/service_call.h"

/* Between two tries; doubled each time. */
#define DELAY_MIN_MS 500U
#define DELAY_MAX_MS 5000U
/* A restart of patd, or of the bus, takes less, and is not worth a word. */
#define GRACE_MS 3000U

struct _PatdService {
	GObject parent;
	GDBusConnection *connection; /* NULL: there is no bus */
	char *owner;                 /* of the name; NULL: nobody */
	PatdServiceState state;
	char *issuer;   /* this machine, as the last owner said it is called; or NULL */
	gboolean asked; /* the owner, for that */
	gboolean subscribed;
	/*
	 * Whether the bus shall be asked to start patd: once when the page starts, and whenever a
	 * person says so.  Whoever stops patd, as for the restore of a backup, wants it stopped:
	 * a page that stays open does not start it again.
	 */
	gboolean may_start;
	gboolean trying;       /* a call is under way, without which nothing goes on */
	GCancellable *attempt; /* of that call; another after each loss */
	guint watch, received; /* of the name, and of the signals of its owner */
	guint retry_timer, grace_timer;
	guint delay_ms; /* until the next try */
};

G_DEFINE_FINAL_TYPE(PatdService, patd_service, G_TYPE_OBJECT)

enum {
	PROP_STATE = 1,
	N_PROPS
};

static GParamSpec *props[N_PROPS];
static guint received_signal;

static void try_now(PatdService *service);

static void set_state(PatdService *service, PatdServiceState state)
{
	if (service->state == state)
		return;
	service->state = state;
	g_object_notify_by_pspec(G_OBJECT(service), props[PROP_STATE]);
}

static void show_trouble(PatdService *service)
{
	g_clear_handle_id(&service->grace_timer, g_source_remove);
	set_state(service, service->connection ? PATD_SERVICE_ABSENT : PATD_SERVICE_NO_BUS);
}

static gboolean on_grace_over(gpointer data)
{
	PatdService *service = data;

	service->grace_timer = 0;
	show_trouble(service);
	return G_SOURCE_REMOVE;
}

/* Not ready: either since just now, or still. */
static void set_unready(PatdService *service)
{
	if (service->state == PATD_SERVICE_READY) {
		service->grace_timer = g_timeout_add(GRACE_MS, on_grace_over, service);
		set_state(service, PATD_SERVICE_CONNECTING);
	} else if (service->grace_timer == 0) {
		show_trouble(service);
	}
}

static void set_ready(PatdService *service)
{
	g_clear_handle_id(&service->grace_timer, g_source_remove);
	set_state(service, PATD_SERVICE_READY);
}

static gboolean on_retry(gpointer data)
{
	PatdService *service = data;

	service->retry_timer = 0;
	try_now(service);
	return G_SOURCE_REMOVE;
}

static void retry_later(PatdService *service)
{
	if (service->retry_timer == 0)
		service->retry_timer = g_timeout_add(service->delay_ms, on_retry, service);
	service->delay_ms = MIN(service->delay_ms * 2, DELAY_MAX_MS);
}

/* What was under way is of an owner or a bus that is no more. */
static void end_attempt(PatdService *service)
{
	g_cancellable_cancel(service->attempt);
	g_object_unref(service->attempt);
	service->attempt = g_cancellable_new();
	service->trying = FALSE;
	g_clear_handle_id(&service->retry_timer, g_source_remove);
}

static void forget_owner(PatdService *service)
{
	end_attempt(service);
	if (service->received != 0)
		g_dbus_connection_signal_unsubscribe(service->connection, service->received);
	service->received = 0;
	service->subscribed = FALSE;
	service->asked = FALSE;
	g_clear_pointer(&service->owner, g_free);
}

static void on_closed(PatdService *service);

static void forget_bus(PatdService *service)
{
	forget_owner(service);
	g_clear_handle_id(&service->watch, g_bus_unwatch_name);
	if (service->connection)
		g_signal_handlers_disconnect_by_func(service->connection, on_closed, service);
	g_clear_object(&service->connection);
}

static void on_closed(PatdService *service)
{
	forget_bus(service);
	set_unready(service);
	retry_later(service);
}

/* ---- patd ---- */

static void on_received(GDBusConnection *connection, const char *sender, const char *path,
	const char *interface, const char *member, GVariant *body, gpointer data)
{
	PatdService *service = data;

	(void)connection;
	(void)sender;
	if (service->state == PATD_SERVICE_READY)
		g_signal_emit(service, received_signal, g_quark_try_string(member), path, interface,
			member, body);
}

static void on_policy(GObject *source, GAsyncResult *result, gpointer data)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply =
		g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
	g_autoptr(GVariant) settings = reply ? g_variant_get_child_value(reply, 0) : NULL;
	PatdService *service;

	if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
		return;
	service = data;
	service->trying = FALSE;
	if (!settings && patd_error_kind(error) == PATD_OFFLINE) {
		retry_later(service);
		return;
	}
	service->asked = TRUE;
	g_clear_pointer(&service->issuer, g_free);
	if (settings)
		service->issuer = patd_own_issuer_read(settings);
	try_now(service);
}

static void ask_policy(PatdService *service)
{
	service->trying = TRUE;
	g_dbus_connection_call(service->connection, service->owner, PATD_PATH, PATD_MANAGER,
		"GetPolicy", NULL, G_VARIANT_TYPE("(aa{sv})"), G_DBUS_CALL_FLAGS_NO_AUTO_START, -1,
		service->attempt, on_policy, service);
}

static void on_subscribed(GObject *source, GAsyncResult *result, gpointer data)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply =
		g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
	PatdService *service;

	if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
		return;
	service = data;
	service->trying = FALSE;
	service->subscribed = reply != NULL;
	if (reply && service->state == PATD_SERVICE_READY) {
		/* It was usable, but not followed: list anew. */
		g_object_notify_by_pspec(G_OBJECT(service), props[PROP_STATE]);
	} else if (reply || patd_error_kind(error) != PATD_OFFLINE) {
		/* patd refuses, for a reason that it also gives for the calls to come. */
		set_ready(service);
	}
	if (reply)
		service->delay_ms = DELAY_MIN_MS;
	else
		retry_later(service);
}

static void subscribe(PatdService *service)
{
	GVariant *options = g_variant_new("(@a{sv})", g_variant_new("a{sv}", NULL));

	service->trying = TRUE;
	g_dbus_connection_call(service->connection, service->owner, PATD_PATH, PATD_MANAGER,
		"Subscribe", options, G_VARIANT_TYPE_UNIT, G_DBUS_CALL_FLAGS_NO_AUTO_START, -1,
		service->attempt, on_subscribed, service);
}

static void on_appeared(
	GDBusConnection *connection, const char *name, const char *owner, gpointer data)
{
	PatdService *service = data;

	(void)name;
	forget_owner(service);
	set_unready(service);
	service->may_start = FALSE;
	service->owner = g_strdup(owner);
	/* patd sends them to this connection, so that the bus needs no rule. */
	service->received = g_dbus_connection_signal_subscribe(connection, owner, NULL, NULL, NULL,
		NULL, G_DBUS_SIGNAL_FLAGS_NO_MATCH_RULE, on_received, service, NULL);
	try_now(service);
}

static void on_vanished(GDBusConnection *connection, const char *name, gpointer data)
{
	PatdService *service = data;

	(void)connection;
	(void)name;
	/* Without a connection it is on_closed() that goes on. */
	if (!service->connection || g_dbus_connection_is_closed(service->connection))
		return;
	forget_owner(service);
	set_unready(service);
	try_now(service);
}

static void on_started(GObject *source, GAsyncResult *result, gpointer data)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply =
		g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
	PatdService *service;

	if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
		return;
	service = data;
	service->trying = FALSE;
	/* Otherwise on_appeared() was called, or will be. */
	if (!reply)
		show_trouble(service);
}

static void start_patd(PatdService *service)
{
	if (!service->may_start)
		return;
	service->may_start = FALSE;
	service->trying = TRUE;
	g_dbus_connection_call(service->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
		"org.freedesktop.DBus", "StartServiceByName", g_variant_new("(su)", PATD_NAME, 0),
		G_VARIANT_TYPE("(u)"), G_DBUS_CALL_FLAGS_NONE, -1, service->attempt, on_started,
		service);
}

/* ---- the bus ---- */

static void on_connected(GObject *source, GAsyncResult *result, gpointer data)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GDBusConnection) connection =
		g_dbus_connection_new_for_address_finish(result, &error);
	PatdService *service;

	(void)source;
	if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
		return;
	service = data;
	service->trying = FALSE;
	if (!connection) {
		set_unready(service);
		retry_later(service);
		return;
	}
	service->delay_ms = DELAY_MIN_MS;
	service->connection = g_steal_pointer(&connection);
	g_dbus_connection_set_exit_on_close(service->connection, FALSE);
	g_signal_connect_swapped(service->connection, "closed", G_CALLBACK(on_closed), service);
	if (g_dbus_connection_is_closed(service->connection))
		on_closed(service);
	else
		service->watch = g_bus_watch_name_on_connection(service->connection, PATD_NAME,
			G_BUS_NAME_WATCHER_FLAGS_NONE, on_appeared, on_vanished, service, NULL);
}

/* Not g_bus_get(): that connection is never made anew. */
static void connect_bus(PatdService *service)
{
	g_autofree char *address = g_dbus_address_get_for_bus_sync(G_BUS_TYPE_SYSTEM, NULL, NULL);

	if (!address) {
		set_unready(service);
		retry_later(service);
		return;
	}
	service->trying = TRUE;
	g_dbus_connection_new_for_address(address,
		G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
			G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
		NULL, service->attempt, on_connected, service);
}

static void try_now(PatdService *service)
{
	if (service->trying)
		return;
	g_clear_handle_id(&service->retry_timer, g_source_remove);
	if (!service->connection)
		connect_bus(service);
	else if (!service->owner)
		start_patd(service);
	else if (!service->asked)
		ask_policy(service);
	else if (!service->subscribed)
		subscribe(service);
}

/* ---- for others ---- */

void patd_service_retry(PatdService *service)
{
	if (service->state == PATD_SERVICE_READY)
		return;
	if (service->grace_timer == 0)
		service->grace_timer = g_timeout_add(GRACE_MS, on_grace_over, service);
	set_state(service, PATD_SERVICE_CONNECTING);
	service->may_start = TRUE;
	service->delay_ms = DELAY_MIN_MS;
	try_now(service);
}

void patd_service_call(PatdService *service, const char *path, const char *interface,
	const char *method, GVariant *body, gboolean interactive, GCancellable *cancellable,
	GAsyncReadyCallback callback, gpointer data)
{
	g_autoptr(GTask) task = g_task_new(service, cancellable, callback, data);
	g_autoptr(GVariant) owned = body ? g_variant_ref_sink(body) : NULL;

	g_task_set_source_tag(task, patd_service_call);
	if (service->state != PATD_SERVICE_READY)
		g_task_return_new_error(
			task, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED, "patd is not connected");
	else
		patd_service_call_start(service->connection, service->owner, path, interface,
			method, owned, interactive, task);
}

GVariant *patd_service_call_finish(
	PatdService *service, GAsyncResult *result, GUnixFDList **ret_fds, GError **error)
{
	g_return_val_if_fail(g_task_is_valid(result, service), NULL);
	return patd_service_call_end(G_TASK(result), ret_fds, error);
}

PatdServiceState patd_service_get_state(PatdService *service)
{
	return service->state;
}

const char *patd_service_get_issuer(PatdService *service)
{
	return service->issuer ? service->issuer : "";
}

PatdService *patd_service_new(void)
{
	return g_object_new(PATD_TYPE_SERVICE, NULL);
}

static void patd_service_get_property(GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
	if (id == PROP_STATE)
		g_value_set_int(value, (int)PATD_SERVICE(object)->state);
	else
		G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
}

static void patd_service_dispose(GObject *object)
{
	PatdService *service = PATD_SERVICE(object);

	forget_bus(service);
	g_clear_handle_id(&service->grace_timer, g_source_remove);
	G_OBJECT_CLASS(patd_service_parent_class)->dispose(object);
}

static void patd_service_finalize(GObject *object)
{
	g_object_unref(PATD_SERVICE(object)->attempt);
	g_free(PATD_SERVICE(object)->issuer);
	G_OBJECT_CLASS(patd_service_parent_class)->finalize(object);
}

static void patd_service_class_init(PatdServiceClass *class)
{
	GObjectClass *object = G_OBJECT_CLASS(class);

	object->get_property = patd_service_get_property;
	object->dispose = patd_service_dispose;
	object->finalize = patd_service_finalize;
	props[PROP_STATE] =
		g_param_spec_int("state", NULL, NULL, PATD_SERVICE_CONNECTING, PATD_SERVICE_NO_BUS,
			PATD_SERVICE_CONNECTING, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
	g_object_class_install_properties(object, N_PROPS, props);
	received_signal = g_signal_new("received", PATD_TYPE_SERVICE,
		G_SIGNAL_RUN_LAST | G_SIGNAL_DETAILED, 0, NULL, NULL, NULL, G_TYPE_NONE, 4,
		G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_VARIANT);
}

static void patd_service_init(PatdService *service)
{
	service->attempt = g_cancellable_new();
	service->delay_ms = DELAY_MIN_MS;
	service->may_start = TRUE;
	service->grace_timer = g_timeout_add(GRACE_MS, on_grace_over, service);
	try_now(service);
}
