/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The list of requests, which is short: at most 8 wait for the tokens of one user. */
#include "desktop/client/request_list.h"

#include "desktop/client/patd_token.h"

#define RETRY_S 2U

struct _PatdRequestList {
	GObject parent;
	PatdService *service;
	GListStore *store;
	GCancellable *calls; /* until the service is not ready any more */
	guint retry_timer;
	gboolean listing;
	gboolean again; /* the list that is on its way may be of before a signal */
};

static void model_interface_init(GListModelInterface *interface);

G_DEFINE_FINAL_TYPE_WITH_CODE(PatdRequestList, patd_request_list, G_TYPE_OBJECT,
	G_IMPLEMENT_INTERFACE(G_TYPE_LIST_MODEL, model_interface_init))

static void begin(PatdRequestList *list);

static GType get_item_type(GListModel *model)
{
	(void)model;
	return PATD_TYPE_REQUEST;
}

static guint get_n_items(GListModel *model)
{
	return g_list_model_get_n_items(G_LIST_MODEL(PATD_REQUEST_LIST(model)->store));
}

static gpointer get_item(GListModel *model, guint position)
{
	return g_list_model_get_item(G_LIST_MODEL(PATD_REQUEST_LIST(model)->store), position);
}

/* Who follows the tokens of all users gets their requests, too. */
static gboolean is_own(PatdRequest *request)
{
	const PatdRequestInfo *info = patd_request_get_info(request);

	return patd_owner_is_caller(info->uid, info->user);
}

/* The object that is there, or a new one.  NULL if it is none of ours. */
static PatdRequest *request_of(PatdRequestList *list, GVariant *properties)
{
	g_autoptr(PatdRequest) request = patd_request_new(properties);
	PatdRequest *former;

	if (!request || !is_own(request))
		return NULL;
	former = patd_request_list_find(list, patd_request_get_info(request)->id);
	return former ? g_object_ref(former) : g_steal_pointer(&request);
}

static gboolean has_same(PatdRequestList *list, GPtrArray *requests)
{
	GListModel *model = G_LIST_MODEL(list->store);

	if (g_list_model_get_n_items(model) != requests->len)
		return FALSE;
	for (guint i = 0; i < requests->len; i++) {
		g_autoptr(PatdRequest) request = g_list_model_get_item(model, i);

		if (request != g_ptr_array_index(requests, i))
			return FALSE;
	}
	return TRUE;
}

static void take_all(PatdRequestList *list, GVariant *rows)
{
	g_autoptr(GPtrArray) requests = g_ptr_array_new_with_free_func(g_object_unref);

	for (gsize i = 0; i < g_variant_n_children(rows); i++) {
		g_autoptr(GVariant) properties = g_variant_get_child_value(rows, i);
		PatdRequest *request = request_of(list, properties);

		if (request)
			g_ptr_array_add(requests, request);
	}
	if (!has_same(list, requests))
		g_list_store_splice(list->store, 0, get_n_items(G_LIST_MODEL(list)),
			requests->pdata, requests->len);
}

static gboolean on_retry(gpointer data)
{
	PatdRequestList *list = data;

	list->retry_timer = 0;
	begin(list);
	return G_SOURCE_REMOVE;
}

static void on_listed(GObject *source, GAsyncResult *result, gpointer data)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply =
		patd_service_call_finish(PATD_SERVICE(source), result, NULL, &error);
	PatdRequestList *list;

	if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
		return;
	list = data;
	list->listing = FALSE;
	if (list->again) {
		begin(list);
	} else if (reply) {
		g_autoptr(GVariant) rows = g_variant_get_child_value(reply, 0);

		take_all(list, rows);
	} else {
		/* Somebody waits, perhaps, and there is no button for it. */
		list->retry_timer = g_timeout_add_seconds(RETRY_S, on_retry, list);
	}
}

static void begin(PatdRequestList *list)
{
	g_clear_handle_id(&list->retry_timer, g_source_remove);
	list->listing = TRUE;
	list->again = FALSE;
	patd_service_call(list->service, PATD_PATH, PATD_MANAGER, "ListRequests",
		g_variant_new("(a{sv})", NULL), FALSE, list->calls, on_listed, list);
}

static void on_added(PatdRequestList *list, GVariant *body)
{
	g_autoptr(GVariant) properties = NULL;
	g_autoptr(PatdRequest) request = NULL;

	if (!g_variant_is_of_type(body, G_VARIANT_TYPE("(a{sv})")))
		return;
	properties = g_variant_get_child_value(body, 0);
	request = request_of(list, properties);
	if (request && !g_list_store_find(list->store, request, NULL))
		g_list_store_append(list->store, request);
}

static void on_removed(PatdRequestList *list, GVariant *body)
{
	PatdRequest *request;
	const char *id;
	guint position;

	if (!g_variant_is_of_type(body, G_VARIANT_TYPE("(s)")))
		return;
	g_variant_get(body, "(&s)", &id);
	request = patd_request_list_find(list, id);
	if (request && g_list_store_find(list->store, request, &position))
		g_list_store_remove(list->store, position);
}

static void on_received(PatdRequestList *list, const char *path, const char *interface,
	const char *member, GVariant *body)
{
	const gboolean added = strcmp(member, "RequestAdded") == 0;

	(void)path;
	(void)interface;
	if (!added && strcmp(member, "RequestRemoved") != 0)
		return;
	list->again = list->listing;
	if (added)
		on_added(list, body);
	else
		on_removed(list, body);
}

static void on_service_state(PatdRequestList *list)
{
	const PatdServiceState state = patd_service_get_state(list->service);

	g_cancellable_cancel(list->calls);
	g_object_unref(list->calls);
	list->calls = g_cancellable_new();
	g_clear_handle_id(&list->retry_timer, g_source_remove);
	list->listing = FALSE;
	if (state == PATD_SERVICE_READY)
		begin(list);
	else if (state != PATD_SERVICE_CONNECTING && get_n_items(G_LIST_MODEL(list)) > 0)
		/* patd refuses what waits when it ends. */
		g_list_store_remove_all(list->store);
}

PatdRequest *patd_request_list_find(PatdRequestList *list, const char *id)
{
	GListModel *model = G_LIST_MODEL(list->store);

	for (guint i = 0; i < g_list_model_get_n_items(model); i++) {
		g_autoptr(PatdRequest) request = g_list_model_get_item(model, i);

		if (strcmp(patd_request_get_info(request)->id, id) == 0)
			return request;
	}
	return NULL;
}

static void model_interface_init(GListModelInterface *interface)
{
	interface->get_item_type = get_item_type;
	interface->get_n_items = get_n_items;
	interface->get_item = get_item;
}

PatdRequestList *patd_request_list_new(PatdService *service)
{
	PatdRequestList *list = g_object_new(PATD_TYPE_REQUEST_LIST, NULL);

	list->service = g_object_ref(service);
	g_signal_connect_swapped(service, "notify::state", G_CALLBACK(on_service_state), list);
	g_signal_connect_swapped(service, "received", G_CALLBACK(on_received), list);
	on_service_state(list);
	return list;
}

static void patd_request_list_dispose(GObject *object)
{
	PatdRequestList *list = PATD_REQUEST_LIST(object);

	g_cancellable_cancel(list->calls);
	g_clear_handle_id(&list->retry_timer, g_source_remove);
	if (list->service)
		g_signal_handlers_disconnect_by_data(list->service, list);
	g_clear_object(&list->service);
	G_OBJECT_CLASS(patd_request_list_parent_class)->dispose(object);
}

static void patd_request_list_finalize(GObject *object)
{
	PatdRequestList *list = PATD_REQUEST_LIST(object);

	g_signal_handlers_disconnect_by_data(list->store, list);
	g_object_unref(list->store);
	g_object_unref(list->calls);
	G_OBJECT_CLASS(patd_request_list_parent_class)->finalize(object);
}

static void patd_request_list_class_init(PatdRequestListClass *class)
{
	G_OBJECT_CLASS(class)->dispose = patd_request_list_dispose;
	G_OBJECT_CLASS(class)->finalize = patd_request_list_finalize;
}

static void patd_request_list_init(PatdRequestList *list)
{
	list->store = g_list_store_new(PATD_TYPE_REQUEST);
	list->calls = g_cancellable_new();
	g_signal_connect_swapped(
		list->store, "items-changed", G_CALLBACK(g_list_model_items_changed), list);
}
