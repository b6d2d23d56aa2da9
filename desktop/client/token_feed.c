/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pages of ListTokens, one after the other, and what changes meanwhile. */
#include "desktop/client/token_feed.h"

#include <string.h>

#include "desktop/base/errors.h"

/*
 * Tokens on a page: at first about as many as a window shows, which are soon drawn, and then twice
 * as many each time.  GtkListView makes two hundred rows, whatever is in view: a page of as many
 * would keep the window from answering for a third of a second.
 */
#define PAGE_MIN ((guint32)16)
#define PAGE_MAX ((guint32)256)

struct PatdTokenFeed {
	PatdService *service;
	PatdTokenModel *model;
	const PatdTokenFeedEvents *events;
	gpointer data;
	gulong handler;
	gboolean all, interactive, deaf;
	gboolean following;  /* a listing has begun, after which signals have a meaning */
	gboolean listing;    /* and a page is to come */
	GCancellable *calls; /* of the listing, and after it */
	char *cursor;        /* of the page to ask for next */
	guint32 limit;       /* of that page */
	guint next;          /* the source that does; 0: none */
	/* The ids that signals named since that page was asked for: it may be of before. */
	GHashTable *touched;
};

static void on_page(GObject *source, GAsyncResult *result, gpointer data);

static GVariant *filter_of(const PatdTokenFeed *feed, const char *id)
{
	GVariantDict filter;

	g_variant_dict_init(&filter, NULL);
	if (feed->all)
		g_variant_dict_insert(&filter, "all", "b", TRUE);
	if (id)
		g_variant_dict_insert(&filter, "id_prefix", "s", id);
	return g_variant_dict_end(&filter);
}

/* ---- one token ---- */

typedef struct {
	PatdTokenFeed *feed;
	char *id;
} One;

static void one_free(One *one)
{
	g_free(one->id);
	g_free(one);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(One, one_free)

/* NULL if there is none. */
static GVariant *properties_in(GVariant *reply)
{
	g_autoptr(GVariant) first = g_variant_get_child_value(reply, 0);

	if (g_variant_is_of_type(first, G_VARIANT_TYPE_VARDICT))
		return g_steal_pointer(&first);
	return g_variant_n_children(first) > 0 ? g_variant_get_child_value(first, 0) : NULL;
}

static void on_one(GObject *source, GAsyncResult *result, gpointer data)
{
	g_autoptr(One) one = data;
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply =
		patd_service_call_finish(PATD_SERVICE(source), result, NULL, &error);
	g_autoptr(GVariant) properties = reply ? properties_in(reply) : NULL;

	if (properties)
		patd_token_model_take(one->feed->model, properties);
	else if (reply || patd_error_kind(error) == PATD_GONE)
		patd_token_model_remove(one->feed->model, one->id);
}

/* Only the owner may read the properties of an object.  Among the tokens of all users patd finds
 * one by its id at once, but among those of one user it looks at each. */
static void fetch_one(PatdTokenFeed *feed, const char *id)
{
	g_autofree char *path = g_strconcat(PATD_TOKEN_PATH, id, NULL);
	One *one = g_new(One, 1);

	*one = (One) { .feed = feed, .id = g_strdup(id) };
	if (feed->all)
		patd_service_call(feed->service, PATD_PATH, PATD_MANAGER, "ListTokens",
			g_variant_new("(@a{sv}us)", filter_of(feed, id), 1, ""), FALSE, feed->calls,
			on_one, one);
	else
		patd_service_call(feed->service, path, "org.freedesktop.DBus.Properties", "GetAll",
			g_variant_new("(s)", PATD_TOKEN_INTERFACE), FALSE, feed->calls, on_one,
			one);
}

/* ---- the listing ---- */

static void ask_page(PatdTokenFeed *feed, const char *cursor)
{
	patd_service_call(feed->service, PATD_PATH, PATD_MANAGER, "ListTokens",
		g_variant_new("(@a{sv}us)", filter_of(feed, NULL), feed->limit, cursor),
		feed->interactive, feed->calls, on_page, feed);
}

static gboolean on_next(gpointer data)
{
	PatdTokenFeed *feed = data;

	feed->next = 0;
	feed->limit = MIN(feed->limit * 2, PAGE_MAX);
	ask_page(feed, feed->cursor);
	return G_SOURCE_REMOVE;
}

/* After what there is has been drawn: the next page must not delay it, nor what a person does. */
static void ask_next_page(PatdTokenFeed *feed, const char *cursor)
{
	g_free(feed->cursor);
	feed->cursor = g_strdup(cursor);
	feed->next = g_idle_add_full(G_PRIORITY_DEFAULT_IDLE, on_next, feed, NULL);
}

/* What a signal named meanwhile, the page may know from before: it is asked for again. */
static void fetch_touched(PatdTokenFeed *feed, GVariant *tokens, GHashTable *touched)
{
	for (gsize i = 0; i < g_variant_n_children(tokens); i++) {
		g_autoptr(GVariant) properties = g_variant_get_child_value(tokens, i);
		const char *id;

		if (g_variant_lookup(properties, "Id", "&s", &id) &&
			g_hash_table_contains(touched, id))
			fetch_one(feed, id);
	}
}

static GHashTable *ids_new(void)
{
	return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

static void on_page(GObject *source, GAsyncResult *result, gpointer data)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply =
		patd_service_call_finish(PATD_SERVICE(source), result, NULL, &error);
	g_autoptr(GHashTable) touched = NULL;
	g_autoptr(GVariant) tokens = NULL;
	PatdTokenFeed *feed = data;
	const char *cursor;

	if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
		return;
	if (!reply) {
		feed->listing = FALSE;
		feed->events->failed(error, feed->data);
		return;
	}
	g_variant_get(reply, "(@aa{sv}&s)", &tokens, &cursor);
	touched = g_steal_pointer(&feed->touched);
	feed->touched = ids_new();
	if (*cursor != '\0')
		ask_next_page(feed, cursor);
	patd_token_model_take_page(feed->model, tokens, touched);
	if (g_hash_table_size(touched) > 0)
		fetch_touched(feed, tokens, touched);
	if (*cursor != '\0') {
		feed->events->page(feed->data);
		return;
	}
	feed->listing = FALSE;
	patd_token_model_end(feed->model);
	feed->events->done(feed->data);
}

void patd_token_feed_stop(PatdTokenFeed *feed)
{
	g_cancellable_cancel(feed->calls);
	g_object_unref(feed->calls);
	feed->calls = g_cancellable_new();
	g_clear_handle_id(&feed->next, g_source_remove);
	feed->following = feed->listing = FALSE;
}

void patd_token_feed_list(PatdTokenFeed *feed, gboolean all, gboolean interactive)
{
	patd_token_feed_stop(feed);
	feed->all = all;
	feed->interactive = interactive;
	feed->following = feed->listing = TRUE;
	g_hash_table_remove_all(feed->touched);
	patd_token_model_begin(feed->model);
	feed->limit = PAGE_MIN;
	ask_page(feed, "");
}

/* ---- signals ---- */

static void touch(PatdTokenFeed *feed, const char *id)
{
	if (feed->listing)
		(void)g_hash_table_add(feed->touched, g_strdup(id));
}

static void on_added(PatdTokenFeed *feed, GVariant *body)
{
	g_autoptr(GVariant) interfaces = NULL, properties = NULL;
	const char *path, *id, *user;
	guint32 uid;

	if (!g_variant_is_of_type(body, G_VARIANT_TYPE("(oa{sa{sv}})")))
		return;
	g_variant_get(body, "(&o@a{sa{sv}})", &path, &interfaces);
	properties =
		g_variant_lookup_value(interfaces, PATD_TOKEN_INTERFACE, G_VARIANT_TYPE_VARDICT);
	if (!properties || !g_variant_lookup(properties, "Id", "&s", &id) ||
		!g_variant_lookup(properties, "Uid", "u", &uid) ||
		!g_variant_lookup(properties, "User", "&s", &user) ||
		(!feed->all && !patd_owner_is_caller(uid, user)))
		return;
	touch(feed, id);
	patd_token_model_take(feed->model, properties);
}

static void on_removed(PatdTokenFeed *feed, GVariant *body)
{
	const char *path;

	if (!g_variant_is_of_type(body, G_VARIANT_TYPE("(oas)")))
		return;
	g_variant_get_child(body, 0, "&o", &path);
	if (!g_str_has_prefix(path, PATD_TOKEN_PATH))
		return;
	path += strlen(PATD_TOKEN_PATH);
	touch(feed, path);
	patd_token_model_remove(feed->model, path);
}

static gboolean has_name(GVariant *changed)
{
	const char *name;

	return g_variant_lookup(changed, "Name", "&s", &name);
}

static void on_changed(PatdTokenFeed *feed, const char *path, GVariant *body)
{
	g_autoptr(GVariant) changed = NULL, invalidated = NULL;
	const char *interface, *id;

	if (!g_str_has_prefix(path, PATD_TOKEN_PATH) ||
		!g_variant_is_of_type(body, G_VARIANT_TYPE("(sa{sv}as)")))
		return;
	g_variant_get(body, "(&s@a{sv}@as)", &interface, &changed, &invalidated);
	if (strcmp(interface, PATD_TOKEN_INTERFACE) != 0)
		return;
	id = path + strlen(PATD_TOKEN_PATH);
	touch(feed, id);
	/* One that is not there is on a page to come, as long as there is one, unless its new name
	 * is on a page before. */
	if (patd_token_model_update(feed->model, id, changed)
			? g_variant_n_children(invalidated) > 0
			: !feed->listing || has_name(changed))
		fetch_one(feed, id);
}

/* Not "Used": PropertiesChanged comes with it, and says the same. */
static void on_received(PatdTokenFeed *feed, const char *path, const char *interface,
	const char *member, GVariant *body)
{
	(void)interface;
	if (!feed->following || feed->deaf)
		return;
	if (strcmp(member, "InterfacesAdded") == 0)
		on_added(feed, body);
	else if (strcmp(member, "InterfacesRemoved") == 0)
		on_removed(feed, body);
	else if (strcmp(member, "PropertiesChanged") == 0)
		on_changed(feed, path, body);
}

void patd_token_feed_set_deaf(PatdTokenFeed *feed, gboolean deaf)
{
	feed->deaf = deaf;
}

PatdTokenFeed *patd_token_feed_new(PatdService *service, PatdTokenModel *model,
	const PatdTokenFeedEvents *events, gpointer data)
{
	PatdTokenFeed *feed = g_new0(PatdTokenFeed, 1);

	feed->service = g_object_ref(service);
	feed->model = g_object_ref(model);
	feed->events = events;
	feed->data = data;
	feed->calls = g_cancellable_new();
	feed->touched = ids_new();
	feed->handler =
		g_signal_connect_swapped(service, "received", G_CALLBACK(on_received), feed);
	return feed;
}

void patd_token_feed_free(PatdTokenFeed *feed)
{
	g_signal_handler_disconnect(feed->service, feed->handler);
	g_clear_handle_id(&feed->next, g_source_remove);
	g_free(feed->cursor);
	g_cancellable_cancel(feed->calls);
	g_object_unref(feed->calls);
	g_hash_table_unref(feed->touched);
	g_object_unref(feed->model);
	g_object_unref(feed->service);
	g_free(feed);
}
