/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A balanced tree of tokens, and a table of their ids. */
#include "desktop/client/patd_token_rows.h"

typedef struct {
	PatdToken *token;
	guint mark; /* the round in which it was marked last */
} Row;

struct PatdTokenRows {
	GSequence *sequence; /* of Row */
	GHashTable *by_id;   /* GSequenceIter by the id, which belongs to the token */
	guint round;
};

static void row_free(gpointer data)
{
	Row *row = data;

	g_object_unref(row->token);
	g_free(row);
}

static int compare(gconstpointer one, gconstpointer other, gpointer data)
{
	(void)data;
	return patd_token_compare(((const Row *)one)->token, ((const Row *)other)->token);
}

PatdTokenRows *patd_token_rows_new(void)
{
	PatdTokenRows *rows = g_new0(PatdTokenRows, 1);

	rows->sequence = g_sequence_new(row_free);
	rows->by_id = g_hash_table_new(g_str_hash, g_str_equal);
	rows->round = 1;
	return rows;
}

void patd_token_rows_free(PatdTokenRows *rows)
{
	g_hash_table_unref(rows->by_id);
	g_sequence_free(rows->sequence);
	g_free(rows);
}

guint patd_token_rows_length(const PatdTokenRows *rows)
{
	return g_hash_table_size(rows->by_id);
}

PatdToken *patd_token_rows_at(const PatdTokenRows *rows, guint position)
{
	const Row *row;

	if (position >= patd_token_rows_length(rows))
		return NULL;
	row = g_sequence_get(g_sequence_get_iter_at_pos(rows->sequence, (int)position));
	return row->token;
}

PatdToken *patd_token_rows_find(const PatdTokenRows *rows, const char *id)
{
	GSequenceIter *iter = g_hash_table_lookup(rows->by_id, id);

	return iter ? ((Row *)g_sequence_get(iter))->token : NULL;
}

guint patd_token_rows_place(const PatdTokenRows *rows, PatdToken *token)
{
	Row row = { .token = token };

	return (guint)g_sequence_iter_get_position(
		g_sequence_search(rows->sequence, &row, compare, NULL));
}

guint patd_token_rows_insert(PatdTokenRows *rows, PatdToken *token)
{
	Row *row = g_new0(Row, 1);
	GSequenceIter *iter;

	row->token = g_object_ref(token);
	iter = g_sequence_insert_sorted(rows->sequence, row, compare, NULL);
	(void)g_hash_table_insert(
		rows->by_id, (gpointer)(guintptr)patd_token_get_info(token)->id, iter);
	return (guint)g_sequence_iter_get_position(iter);
}

guint patd_token_rows_remove(PatdTokenRows *rows, const char *id)
{
	GSequenceIter *iter = g_hash_table_lookup(rows->by_id, id);
	const guint position = (guint)g_sequence_iter_get_position(iter);

	(void)g_hash_table_remove(rows->by_id, id);
	g_sequence_remove(iter);
	return position;
}

gboolean patd_token_rows_is_misplaced(const PatdTokenRows *rows, const char *id)
{
	GSequenceIter *iter = g_hash_table_lookup(rows->by_id, id),
		      *next = g_sequence_iter_next(iter);
	const Row *row = g_sequence_get(iter);

	if (!g_sequence_iter_is_begin(iter) &&
		compare(g_sequence_get(g_sequence_iter_prev(iter)), row, NULL) > 0)
		return TRUE;
	return !g_sequence_iter_is_end(next) && compare(row, g_sequence_get(next), NULL) > 0;
}

void patd_token_rows_unmark(PatdTokenRows *rows)
{
	rows->round++;
}

void patd_token_rows_mark(PatdTokenRows *rows, const char *id)
{
	GSequenceIter *iter = g_hash_table_lookup(rows->by_id, id);

	if (iter)
		((Row *)g_sequence_get(iter))->mark = rows->round;
}

static gboolean is_marked(const PatdTokenRows *rows, GSequenceIter *iter)
{
	return ((const Row *)g_sequence_get(iter))->mark == rows->round;
}

gboolean patd_token_rows_sweep(PatdTokenRows *rows, guint *position, guint *ret_count)
{
	GSequenceIter *iter = g_sequence_get_iter_at_pos(rows->sequence, (int)*position);
	guint count = 0;

	while (!g_sequence_iter_is_begin(iter) && is_marked(rows, g_sequence_iter_prev(iter)))
		iter = g_sequence_iter_prev(iter);
	while (!g_sequence_iter_is_begin(iter) && !is_marked(rows, g_sequence_iter_prev(iter))) {
		GSequenceIter *gone = g_sequence_iter_prev(iter);
		const Row *row = g_sequence_get(gone);

		(void)g_hash_table_remove(rows->by_id, patd_token_get_info(row->token)->id);
		g_sequence_remove(gone);
		count++;
	}
	if (count == 0)
		return FALSE;
	*position = (guint)g_sequence_iter_get_position(iter);
	*ret_count = count;
	return TRUE;
}
