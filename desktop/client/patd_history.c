/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The history, read backwards page by page, and forwards as it grows. */
#include "desktop/client/patd_history.h"

#include "desktop/base/errors.h"

#define PAGE 64U /* entries that are read backwards at once */

struct _PatdHistory {
	GObject parent;
	PatdService *service;
	char *token; /* NULL: all of the caller */
	gboolean anyone;
	GListStore *store; /* newest first */
	char *cursor;      /* of the next older page; NULL: the first was not read */
	gboolean loading, complete;
	gboolean first;           /* what is read backwards is the first page */
	guint64 after;            /* what is read is newer than this Seq */
	gboolean updating, again; /* reading what is new; and there is more of it */
	GCancellable *calls;      /* until the service is not ready any more */
};

static void model_interface_init(GListModelInterface *interface);

G_DEFINE_FINAL_TYPE_WITH_CODE(PatdHistory, patd_history, G_TYPE_OBJECT,
	G_IMPLEMENT_INTERFACE(G_TYPE_LIST_MODEL, model_interface_init))

enum {
	PROP_LOADING = 1,
	PROP_COMPLETE,
	N_PROPS
};

static GParamSpec *props[N_PROPS];
static guint failed_signal;

static void update(PatdHistory *history);
static void read_older(PatdHistory *history, gboolean interactive);

static guint length(PatdHistory *history)
{
	return g_list_model_get_n_items(G_LIST_MODEL(history->store));
}

static void set_loading(PatdHistory *history, gboolean loading)
{
	if (history->loading == loading)
		return;
	history->loading = loading;
	g_object_notify_by_pspec(G_OBJECT(history), props[PROP_LOADING]);
}

static void set_complete(PatdHistory *history, gboolean complete)
{
	if (history->complete == complete)
		return;
	history->complete = complete;
	g_object_notify_by_pspec(G_OBJECT(history), props[PROP_COMPLETE]);
}

/* While patd is away, nothing has failed: what was asked for is read when it is there again. */
static void fail(PatdHistory *history, const GError *error)
{
	if (patd_error_kind(error) != PATD_OFFLINE)
		g_signal_emit(history, failed_signal, 0, error);
}

static void list(PatdHistory *history, guint64 after, guint32 limit, const char *cursor,
	gboolean interactive, GAsyncReadyCallback callback)
{
	GVariantDict filter;

	g_variant_dict_init(&filter, NULL);
	if (history->token)
		g_variant_dict_insert(&filter, "token", "s", history->token);
	if (history->anyone)
		g_variant_dict_insert(&filter, "all", "b", TRUE);
	if (after > 0)
		g_variant_dict_insert(&filter, "after", "t", after);
	else
		g_variant_dict_insert(&filter, "reverse", "b", TRUE);
	patd_service_call(history->service, PATD_PATH, PATD_MANAGER, "ListHistory",
		g_variant_new("(@a{sv}us)", g_variant_dict_end(&filter), limit, cursor),
		interactive, history->calls, callback, history);
}

static guint64 seq_at(GPtrArray *entries, guint i)
{
	return patd_entry_get_info(g_ptr_array_index(entries, i))->seq;
}

/* The entries that are newer than that Seq, the newest first, of a page in either order. */
static GPtrArray *entries_of(GVariant *page, guint64 after)
{
	GPtrArray *entries = g_ptr_array_new_with_free_func(g_object_unref);

	for (gsize i = 0; i < g_variant_n_children(page); i++) {
		g_autoptr(GVariant) properties = g_variant_get_child_value(page, i);
		g_autoptr(PatdEntry) entry = patd_entry_new(properties);
		const guint64 seq = patd_entry_get_info(entry)->seq;
		const gboolean forwards =
			entries->len > 0 &&
			patd_entry_get_info(g_ptr_array_index(entries, 0))->seq < seq;

		if (seq > after)
			g_ptr_array_insert(entries, forwards ? 0 : -1, g_steal_pointer(&entry));
	}
	return entries;
}

/* Seq of the newest entry; 0: there is none. */
static guint64 newest(PatdHistory *history)
{
	g_autoptr(PatdEntry) entry = g_list_model_get_item(G_LIST_MODEL(history->store), 0);

	return entry ? patd_entry_get_info(entry)->seq : 0;
}

static void splice(PatdHistory *history, guint position, guint removed, GPtrArray *entries)
{
	if (removed > 0 || entries->len > 0)
		g_list_store_splice(
			history->store, position, removed, entries->pdata, entries->len);
}

/* ---- newer ones ---- */

static void on_newer(GObject *source, GAsyncResult *result, gpointer data)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply =
		patd_service_call_finish(PATD_SERVICE(source), result, NULL, &error);
	g_autoptr(GPtrArray) entries = NULL;
	g_autoptr(GVariant) page = NULL;
	PatdHistory *history = data;
	const char *cursor;

	if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
		return;
	history->updating = FALSE;
	if (!reply) {
		fail(history, error);
		return;
	}
	g_variant_get(reply, "(@aa{sv}&s)", &page, &cursor);
	entries = entries_of(page, newest(history));
	splice(history, 0, 0, entries);
	if (*cursor == '\0') {
		if (history->again)
			update(history);
		return;
	}
	history->updating = TRUE;
	list(history, history->after, 0, cursor, FALSE, on_newer);
}

static void update(PatdHistory *history)
{
	history->again = history->loading || history->updating;
	if (history->again)
		return;
	history->after = newest(history);
	if (history->after == 0) {
		read_older(history, FALSE);
		return;
	}
	history->updating = TRUE;
	list(history, history->after, 0, "", FALSE, on_newer);
}

/* ---- older ones ---- */

static void end_loading(PatdHistory *history)
{
	set_loading(history, FALSE);
	if (history->again)
		update(history);
}

/* What was known before is of the same history, and nothing between the two is missing. */
static gboolean continues(PatdHistory *history, GPtrArray *entries)
{
	g_autoptr(PatdEntry) former = g_list_model_get_item(G_LIST_MODEL(history->store), 0);
	const PatdEntryInfo *known = former ? patd_entry_get_info(former) : NULL;

	for (guint i = 0; known && i < entries->len; i++) {
		const PatdEntryInfo *info = patd_entry_get_info(g_ptr_array_index(entries, i));

		if (info->seq == known->seq)
			return info->at == known->at && strcmp(info->event, known->event) == 0;
	}
	return FALSE;
}

static void take_older(PatdHistory *history, GPtrArray *entries, const char *cursor)
{
	splice(history, length(history), 0, entries);
	g_free(history->cursor);
	history->cursor = g_strdup(cursor);
	set_complete(history, *cursor == '\0');
}

/* The first page, which may come again after patd was away. */
static void take_first(PatdHistory *history, GPtrArray *entries, const char *cursor)
{
	g_autoptr(GPtrArray) none = g_ptr_array_new();

	if (continues(history, entries)) {
		const guint64 known = newest(history);

		while (entries->len > 0 && seq_at(entries, entries->len - 1) <= known)
			g_ptr_array_set_size(entries, (int)entries->len - 1);
		splice(history, 0, 0, entries);
	} else {
		splice(history, 0, length(history), none);
		take_older(history, entries, cursor);
	}
}

static void on_older(GObject *source, GAsyncResult *result, gpointer data)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply =
		patd_service_call_finish(PATD_SERVICE(source), result, NULL, &error);
	g_autoptr(GPtrArray) entries = NULL;
	g_autoptr(GVariant) page = NULL;
	PatdHistory *history = data;
	const char *cursor;
	guint count;

	if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
		return;
	if (!reply) {
		end_loading(history);
		fail(history, error);
		return;
	}
	g_variant_get(reply, "(@aa{sv}&s)", &page, &cursor);
	entries = entries_of(page, 0);
	count = entries->len;
	if (history->first)
		take_first(history, entries, cursor);
	else
		take_older(history, entries, cursor);
	history->first = FALSE;
	/* patd looks at a bounded number of entries for each page, of which none may match. */
	if (count == 0 && !history->complete)
		list(history, 0, PAGE, history->cursor, FALSE, on_older);
	else
		end_loading(history);
}

static void read_older(PatdHistory *history, gboolean interactive)
{
	history->first = history->first || !history->cursor || length(history) == 0;
	set_loading(history, TRUE);
	list(history, 0, PAGE, history->first ? "" : history->cursor, interactive, on_older);
}

void patd_history_load_more(PatdHistory *history)
{
	if (!history->loading && !history->complete &&
		patd_service_get_state(history->service) == PATD_SERVICE_READY)
		read_older(history, history->anyone);
}

/* ---- signals ---- */

static void on_service_state(PatdHistory *history)
{
	const PatdServiceState state = patd_service_get_state(history->service);

	g_cancellable_cancel(history->calls);
	g_object_unref(history->calls);
	history->calls = g_cancellable_new();
	history->updating = history->again = FALSE;
	if (state == PATD_SERVICE_READY) {
		/* After a restart nobody asked for anything, and nobody is asked for a password. */
		const gboolean interactive = history->anyone && !history->cursor;

		history->first = TRUE;
		read_older(history, interactive);
	} else {
		set_loading(history, state == PATD_SERVICE_CONNECTING && !history->cursor);
	}
}

static GType get_item_type(GListModel *model)
{
	(void)model;
	return PATD_TYPE_ENTRY;
}

static guint get_n_items(GListModel *model)
{
	return length(PATD_HISTORY(model));
}

static gpointer get_item(GListModel *model, guint position)
{
	return g_list_model_get_item(G_LIST_MODEL(PATD_HISTORY(model)->store), position);
}

static void model_interface_init(GListModelInterface *interface)
{
	interface->get_item_type = get_item_type;
	interface->get_n_items = get_n_items;
	interface->get_item = get_item;
}

static PatdHistory *history_new(PatdService *service, const char *token, gboolean anyone)
{
	PatdHistory *history = g_object_new(PATD_TYPE_HISTORY, NULL);

	history->service = g_object_ref(service);
	history->token = g_strdup(token);
	history->anyone = anyone;
	g_signal_connect_swapped(service, "notify::state", G_CALLBACK(on_service_state), history);
	g_signal_connect_swapped(service, "received::HistoryChanged", G_CALLBACK(update), history);
	on_service_state(history);
	return history;
}

PatdHistory *patd_history_new(PatdService *service, const char *token)
{
	return history_new(service, token, FALSE);
}

PatdHistory *patd_history_new_of_anyone(PatdService *service, const char *token)
{
	return history_new(service, token, TRUE);
}

/* ---- the object ---- */

static void patd_history_get_property(GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
	const PatdHistory *history = PATD_HISTORY(object);

	if (id == PROP_LOADING)
		g_value_set_boolean(value, history->loading);
	else if (id == PROP_COMPLETE)
		g_value_set_boolean(value, history->complete);
	else
		G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
}

static void patd_history_dispose(GObject *object)
{
	PatdHistory *history = PATD_HISTORY(object);

	g_cancellable_cancel(history->calls);
	if (history->service)
		g_signal_handlers_disconnect_by_data(history->service, history);
	g_clear_object(&history->service);
	G_OBJECT_CLASS(patd_history_parent_class)->dispose(object);
}

static void patd_history_finalize(GObject *object)
{
	PatdHistory *history = PATD_HISTORY(object);

	g_signal_handlers_disconnect_by_data(history->store, history);
	g_object_unref(history->store);
	g_object_unref(history->calls);
	g_free(history->token);
	g_free(history->cursor);
	G_OBJECT_CLASS(patd_history_parent_class)->finalize(object);
}

static void patd_history_class_init(PatdHistoryClass *class)
{
	GObjectClass *object = G_OBJECT_CLASS(class);

	object->get_property = patd_history_get_property;
	object->dispose = patd_history_dispose;
	object->finalize = patd_history_finalize;
	props[PROP_LOADING] = g_param_spec_boolean(
		"loading", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
	props[PROP_COMPLETE] = g_param_spec_boolean(
		"complete", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
	g_object_class_install_properties(object, N_PROPS, props);
	failed_signal = g_signal_new("failed", PATD_TYPE_HISTORY, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
		NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void patd_history_init(PatdHistory *history)
{
	history->store = g_list_store_new(PATD_TYPE_ENTRY);
	history->calls = g_cancellable_new();
	g_signal_connect_swapped(
		history->store, "items-changed", G_CALLBACK(g_list_model_items_changed), history);
}
