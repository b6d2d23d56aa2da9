/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The model of tokens: rows, and the signals that tell views of them. */
#include "desktop/client/token_model.h"

#include "desktop/client/patd_token_rows.h"

struct _PatdTokenModel {
	GObject parent;
	PatdTokenRows *rows;
	PatdToken *moving; /* not owned: it is between two places; NULL: none is */
};

static void model_interface_init(GListModelInterface *interface);

G_DEFINE_FINAL_TYPE_WITH_CODE(PatdTokenModel, patd_token_model, G_TYPE_OBJECT,
	G_IMPLEMENT_INTERFACE(G_TYPE_LIST_MODEL, model_interface_init))

static guint changed_signal;

/* New tokens whose insertion is not yet told. */
typedef struct {
	guint position, count;
} Run;

static void run_flush(PatdTokenModel *model, Run *run)
{
	const Run done = *run;

	run->count = 0;
	if (done.count > 0)
		g_list_model_items_changed(G_LIST_MODEL(model), done.position, 0, done.count);
}

/* Between this and run_flush() nobody may look at the model. */
static void insert(PatdTokenModel *model, PatdToken *token, Run *run)
{
	guint position;

	/* What follows the run in the order is told with it, everything else after it. */
	position = patd_token_rows_place(model->rows, token);
	if (run->count > 0 && position != run->position + run->count)
		run_flush(model, run);
	position = patd_token_rows_insert(model->rows, token);
	if (run->count == 0)
		run->position = position;
	run->count++;
	patd_token_rows_mark(model->rows, patd_token_get_info(token)->id);
}

static void move(PatdTokenModel *model, PatdToken *token)
{
	g_autoptr(PatdToken) kept = g_object_ref(token);
	const guint from = patd_token_rows_remove(model->rows, patd_token_get_info(token)->id);
	Run run = { 0 };

	model->moving = kept;
	g_list_model_items_changed(G_LIST_MODEL(model), from, 1, 0);
	model->moving = NULL;
	insert(model, kept, &run);
	run_flush(model, &run);
}

gboolean patd_token_model_update(PatdTokenModel *model, const char *id, GVariant *properties)
{
	g_autoptr(PatdToken) token = NULL;

	if (!patd_token_model_find(model, id))
		return FALSE;
	token = g_object_ref(patd_token_model_find(model, id));
	patd_token_rows_mark(model->rows, id);
	if (!patd_token_update(token, properties))
		return TRUE;
	if (patd_token_rows_is_misplaced(model->rows, id))
		move(model, token);
	g_signal_emit(model, changed_signal, 0, token);
	return TRUE;
}

void patd_token_model_take(PatdTokenModel *model, GVariant *properties)
{
	g_autoptr(PatdToken) token = NULL;
	Run run = { 0 };
	const char *id;

	if (g_variant_lookup(properties, "Id", "&s", &id) &&
		patd_token_model_update(model, id, properties))
		return;
	token = patd_token_new(properties);
	if (!token)
		return;
	insert(model, token, &run);
	run_flush(model, &run);
}

/* First those that are there, of which others hear one by one. */
void patd_token_model_take_page(PatdTokenModel *model, GVariant *tokens, GHashTable *newer)
{
	g_autoptr(GPtrArray) added = g_ptr_array_new_with_free_func(g_object_unref);
	Run run = { 0 };

	for (gsize i = 0; i < g_variant_n_children(tokens); i++) {
		g_autoptr(GVariant) properties = g_variant_get_child_value(tokens, i);
		const char *id;
		PatdToken *token;

		if (!g_variant_lookup(properties, "Id", "&s", &id) ||
			(g_hash_table_contains(newer, id) && patd_token_model_find(model, id)) ||
			patd_token_model_update(model, id, properties))
			continue;
		token = patd_token_new(properties);
		if (token)
			g_ptr_array_add(added, token);
	}
	for (guint i = 0; i < added->len; i++) {
		PatdToken *token = g_ptr_array_index(added, i);

		/* A token is in a listing once; one that is not would be in the rows twice. */
		if (!patd_token_model_find(model, patd_token_get_info(token)->id))
			insert(model, token, &run);
	}
	run_flush(model, &run);
}

PatdToken *patd_token_model_find(PatdTokenModel *model, const char *id)
{
	PatdToken *moving = model->moving;

	if (moving && g_str_equal(patd_token_get_info(moving)->id, id))
		return moving;
	return patd_token_rows_find(model->rows, id);
}

void patd_token_model_remove(PatdTokenModel *model, const char *id)
{
	if (patd_token_model_find(model, id))
		g_list_model_items_changed(
			G_LIST_MODEL(model), patd_token_rows_remove(model->rows, id), 1, 0);
}

void patd_token_model_begin(PatdTokenModel *model)
{
	patd_token_rows_unmark(model->rows);
}

void patd_token_model_end(PatdTokenModel *model)
{
	guint position = patd_token_rows_length(model->rows), count;

	while (patd_token_rows_sweep(model->rows, &position, &count))
		g_list_model_items_changed(G_LIST_MODEL(model), position, count, 0);
}

static GType get_item_type(GListModel *model)
{
	(void)model;
	return PATD_TYPE_TOKEN;
}

static guint get_n_items(GListModel *model)
{
	return patd_token_rows_length(PATD_TOKEN_MODEL(model)->rows);
}

static gpointer get_item(GListModel *model, guint position)
{
	PatdToken *token = patd_token_rows_at(PATD_TOKEN_MODEL(model)->rows, position);

	return token ? g_object_ref(token) : NULL;
}

static void model_interface_init(GListModelInterface *interface)
{
	interface->get_item_type = get_item_type;
	interface->get_n_items = get_n_items;
	interface->get_item = get_item;
}

PatdTokenModel *patd_token_model_new(void)
{
	return g_object_new(PATD_TYPE_TOKEN_MODEL, NULL);
}

static void patd_token_model_finalize(GObject *object)
{
	patd_token_rows_free(PATD_TOKEN_MODEL(object)->rows);
	G_OBJECT_CLASS(patd_token_model_parent_class)->finalize(object);
}

static void patd_token_model_class_init(PatdTokenModelClass *class)
{
	G_OBJECT_CLASS(class)->finalize = patd_token_model_finalize;
	changed_signal = g_signal_new("token-changed", PATD_TYPE_TOKEN_MODEL, G_SIGNAL_RUN_LAST, 0,
		NULL, NULL, NULL, G_TYPE_NONE, 1, PATD_TYPE_TOKEN);
}

static void patd_token_model_init(PatdTokenModel *model)
{
	model->rows = patd_token_rows_new();
}
