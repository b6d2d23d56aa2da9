/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whose tokens are listed, and how that goes. */
#include "desktop/client/token_list.h"

#include "desktop/base/errors.h"
#include "desktop/client/token_feed.h"

#define PAGE 256U /* tokens in one reply, at most */

struct _PatdTokenList {
	GObject parent;
	PatdService *service;
	PatdTokenModel *model;
	PatdTokenFeed *feed;
	PatdListState state;
	GError *error;
	gboolean everyone, complete;
	gboolean subscribing, subscribed_all; /* what patd is asked for, and what it does */
	gboolean interactive;                 /* a person asked for what goes on */
	gboolean quiet;                       /* nobody did, and nobody shall see it fail */
	GCancellable *subscription;           /* until the service is not ready any more */
};

static void model_interface_init(GListModelInterface *interface);

G_DEFINE_FINAL_TYPE_WITH_CODE(PatdTokenList, patd_token_list, G_TYPE_OBJECT,
	G_IMPLEMENT_INTERFACE(G_TYPE_LIST_MODEL, model_interface_init))

enum {
	PROP_STATE = 1,
	PROP_COMPLETE,
	PROP_EVERYONE,
	N_PROPS
};
enum {
	TOKEN_CHANGED,
	REFUSED_EVERYONE,
	N_SIGNALS
};

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

static void settle(PatdTokenList *list);

static gboolean is_empty(PatdTokenList *list)
{
	return g_list_model_get_n_items(G_LIST_MODEL(list->model)) == 0;
}

/* Whether there is something to show: tokens, or that there are none. */
static gboolean is_known(PatdTokenList *list)
{
	return list->complete || !is_empty(list);
}

/* ---- states ---- */

static void set_state(PatdTokenList *list, PatdListState state, const GError *error)
{
	g_autoptr(GError) former = list->error;

	list->error = error ? g_error_copy(error) : NULL;
	if (list->state == state && !error && !former)
		return;
	list->state = state;
	g_object_notify_by_pspec(G_OBJECT(list), props[PROP_STATE]);
}

static void set_complete(PatdTokenList *list, gboolean complete)
{
	if (list->complete == complete)
		return;
	list->complete = complete;
	g_object_notify_by_pspec(G_OBJECT(list), props[PROP_COMPLETE]);
}

/* An empty page is none to show: the next one may have tokens. */
static void on_page(gpointer data)
{
	PatdTokenList *list = data;

	if (!is_empty(list))
		set_state(list, PATD_LIST_READY, NULL);
}

static void on_done(gpointer data)
{
	PatdTokenList *list = data;

	set_state(list, PATD_LIST_READY, NULL);
	set_complete(list, TRUE);
}

static void refuse_everyone(PatdTokenList *list, const GError *error)
{
	list->everyone = FALSE;
	g_object_notify_by_pspec(G_OBJECT(list), props[PROP_EVERYONE]);
	g_signal_emit(list, signals[REFUSED_EVERYONE], 0, error);
	settle(list);
}

static void on_failed(const GError *error, gpointer data)
{
	PatdTokenList *list = data;
	const PatdErrorKind kind = patd_error_kind(error);
	const gboolean refused = kind == PATD_REFUSED || kind == PATD_NO_DIALOG;

	if (list->quiet)
		return;
	if (refused && list->everyone)
		refuse_everyone(list, error);
	else
		set_state(list, refused ? PATD_LIST_REFUSED : PATD_LIST_FAILED, error);
}

static const PatdTokenFeedEvents events = { on_page, on_done, on_failed };

/* ---- whose tokens ---- */

static void on_subscribed(GObject *source, GAsyncResult *result, gpointer data)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply =
		patd_service_call_finish(PATD_SERVICE(source), result, NULL, &error);
	PatdTokenList *list;

	if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
		return;
	list = data;
	list->subscribing = FALSE;
	if (reply)
		list->subscribed_all = !list->subscribed_all;
	/* Meanwhile a person may have thought better of it. */
	if (reply || list->everyone == list->subscribed_all)
		settle(list);
	else if (list->everyone && patd_error_kind(error) != PATD_OFFLINE)
		refuse_everyone(list, error);
	else
		on_failed(error, list);
}

static void subscribe(PatdTokenList *list)
{
	GVariantDict options;

	list->subscribing = TRUE;
	/* The own tokens stay, and are followed, until a person has answered. */
	if (!list->everyone)
		patd_token_feed_stop(list->feed);
	g_variant_dict_init(&options, NULL);
	if (list->everyone)
		g_variant_dict_insert(&options, "all", "b", TRUE);
	patd_service_call(list->service, PATD_PATH, PATD_MANAGER, "Subscribe",
		g_variant_new("(@a{sv})", g_variant_dict_end(&options)), list->interactive,
		list->subscription, on_subscribed, list);
}

/* Comes closer to what is wanted by one step, if none is under way. */
static void settle(PatdTokenList *list)
{
	patd_token_feed_set_deaf(
		list->feed, !list->everyone && (list->subscribing || list->subscribed_all));
	if (list->subscribing || patd_service_get_state(list->service) != PATD_SERVICE_READY)
		return;
	if (list->everyone != list->subscribed_all) {
		subscribe(list);
	} else {
		patd_token_feed_list(list->feed, list->everyone, list->interactive);
		list->interactive = FALSE;
	}
}

/* Lists, and shows how it goes. */
static void begin(PatdTokenList *list, gboolean interactive)
{
	list->interactive = interactive;
	list->quiet = FALSE;
	if (!is_known(list))
		set_state(list, PATD_LIST_LOADING, NULL);
	set_complete(list, FALSE);
	settle(list);
}

static void on_service_state(PatdTokenList *list)
{
	const PatdServiceState state = patd_service_get_state(list->service);

	patd_token_feed_stop(list->feed);
	g_cancellable_cancel(list->subscription);
	g_object_unref(list->subscription);
	list->subscription = g_cancellable_new();
	list->subscribing = list->subscribed_all = FALSE;
	switch (state) {
	case PATD_SERVICE_READY:
		begin(list, FALSE);
		break;
	case PATD_SERVICE_CONNECTING:
		/* It takes moments, most of the time, during which the former tokens stay. */
		set_state(list, is_known(list) ? PATD_LIST_READY : PATD_LIST_LOADING, NULL);
		break;
	case PATD_SERVICE_ABSENT:
	case PATD_SERVICE_NO_BUS:
	default:
		set_state(list, PATD_LIST_OFFLINE, NULL);
		break;
	}
}

void patd_token_list_set_everyone(PatdTokenList *list, gboolean everyone)
{
	if (list->everyone == everyone)
		return;
	list->everyone = everyone;
	g_object_notify_by_pspec(G_OBJECT(list), props[PROP_EVERYONE]);
	begin(list, TRUE);
}

gboolean patd_token_list_get_everyone(PatdTokenList *list)
{
	return list->everyone;
}

void patd_token_list_reload(PatdTokenList *list)
{
	begin(list, TRUE);
}

/* Whether one changes its state without a signal. */
static gboolean has_unsignalled(PatdTokenList *list)
{
	GListModel *model = G_LIST_MODEL(list->model);

	for (guint i = 0; i < g_list_model_get_n_items(model); i++) {
		g_autoptr(PatdToken) token = g_list_model_get_item(model, i);

		if (*patd_token_get_info(token)->until != '\0' ||
			*patd_token_get_info(token)->issuer != '\0')
			return TRUE;
	}
	return FALSE;
}

/* A list of one page is listed anyway: no signal tells of another patd.conf, either, or that all
 * users are disabled. */
void patd_token_list_refresh_unsignalled(PatdTokenList *list)
{
	if (!list->complete || list->subscribing ||
		(g_list_model_get_n_items(G_LIST_MODEL(list->model)) > PAGE &&
			!has_unsignalled(list)))
		return;
	list->quiet = TRUE;
	list->interactive = FALSE;
	settle(list);
}

/* ---- what is in it ---- */

PatdListState patd_token_list_get_state(PatdTokenList *list)
{
	return list->state;
}

gboolean patd_token_list_is_complete(PatdTokenList *list)
{
	return list->complete;
}

const GError *patd_token_list_get_error(PatdTokenList *list)
{
	return list->error;
}

PatdToken *patd_token_list_find(PatdTokenList *list, const char *id)
{
	return patd_token_model_find(list->model, id);
}

static void on_token_changed(PatdTokenList *list, PatdToken *token)
{
	g_signal_emit(list, signals[TOKEN_CHANGED], 0, token);
}

static GType get_item_type(GListModel *model)
{
	(void)model;
	return PATD_TYPE_TOKEN;
}

static guint get_n_items(GListModel *model)
{
	return g_list_model_get_n_items(G_LIST_MODEL(PATD_TOKEN_LIST(model)->model));
}

static gpointer get_item(GListModel *model, guint position)
{
	return g_list_model_get_item(G_LIST_MODEL(PATD_TOKEN_LIST(model)->model), position);
}

static void model_interface_init(GListModelInterface *interface)
{
	interface->get_item_type = get_item_type;
	interface->get_n_items = get_n_items;
	interface->get_item = get_item;
}

/* ---- the object ---- */

PatdTokenList *patd_token_list_new(PatdService *service)
{
	PatdTokenList *list = g_object_new(PATD_TYPE_TOKEN_LIST, NULL);

	list->service = g_object_ref(service);
	list->feed = patd_token_feed_new(service, list->model, &events, list);
	g_signal_connect_swapped(service, "notify::state", G_CALLBACK(on_service_state), list);
	on_service_state(list);
	return list;
}

static void patd_token_list_get_property(
	GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
	const PatdTokenList *list = PATD_TOKEN_LIST(object);

	if (id == PROP_STATE)
		g_value_set_int(value, (int)list->state);
	else if (id == PROP_COMPLETE)
		g_value_set_boolean(value, list->complete);
	else if (id == PROP_EVERYONE)
		g_value_set_boolean(value, list->everyone);
	else
		G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
}

static void patd_token_list_set_property(
	GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
	if (id == PROP_EVERYONE)
		patd_token_list_set_everyone(PATD_TOKEN_LIST(object), g_value_get_boolean(value));
	else
		G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
}

/* The subscription is that of the connection, which outlives the list. */
static void follow_own(PatdTokenList *list)
{
	if (list->subscribed_all || (list->subscribing && list->everyone))
		patd_service_call(list->service, PATD_PATH, PATD_MANAGER, "Subscribe",
			g_variant_new("(a{sv})", NULL), FALSE, NULL, NULL, NULL);
}

static void patd_token_list_dispose(GObject *object)
{
	PatdTokenList *list = PATD_TOKEN_LIST(object);

	g_cancellable_cancel(list->subscription);
	g_clear_pointer(&list->feed, patd_token_feed_free);
	if (list->service) {
		g_signal_handlers_disconnect_by_func(list->service, on_service_state, list);
		follow_own(list);
	}
	g_clear_object(&list->service);
	G_OBJECT_CLASS(patd_token_list_parent_class)->dispose(object);
}

static void patd_token_list_finalize(GObject *object)
{
	PatdTokenList *list = PATD_TOKEN_LIST(object);

	g_signal_handlers_disconnect_by_data(list->model, list);
	g_object_unref(list->model);
	g_object_unref(list->subscription);
	g_clear_error(&list->error);
	G_OBJECT_CLASS(patd_token_list_parent_class)->finalize(object);
}

static void patd_token_list_class_init(PatdTokenListClass *class)
{
	GObjectClass *object = G_OBJECT_CLASS(class);

	object->get_property = patd_token_list_get_property;
	object->set_property = patd_token_list_set_property;
	object->dispose = patd_token_list_dispose;
	object->finalize = patd_token_list_finalize;
	props[PROP_STATE] = g_param_spec_int("state", NULL, NULL, PATD_LIST_LOADING,
		PATD_LIST_FAILED, PATD_LIST_LOADING, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
	props[PROP_COMPLETE] = g_param_spec_boolean(
		"complete", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
	props[PROP_EVERYONE] = g_param_spec_boolean("everyone", NULL, NULL, FALSE,
		G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
	g_object_class_install_properties(object, N_PROPS, props);
	signals[TOKEN_CHANGED] = g_signal_new("token-changed", PATD_TYPE_TOKEN_LIST,
		G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, PATD_TYPE_TOKEN);
	signals[REFUSED_EVERYONE] = g_signal_new("refused-everyone", PATD_TYPE_TOKEN_LIST,
		G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void patd_token_list_init(PatdTokenList *list)
{
	list->model = patd_token_model_new();
	list->subscription = g_cancellable_new();
	g_signal_connect_swapped(list->model, "token-changed", G_CALLBACK(on_token_changed), list);
	g_signal_connect_swapped(
		list->model, "items-changed", G_CALLBACK(g_list_model_items_changed), list);
}
