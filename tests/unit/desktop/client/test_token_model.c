/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The model of tokens: what listings and signals make of it, and what views are told. */
#include "desktop/client/token_model.h"
#include "tests/unit/unit.h"

/* A view, which knows the model by its changes alone. */
typedef struct {
	PatdTokenModel *model;
	GPtrArray *seen;
	int changes;       /* of the model */
	int token_changes; /* of a token in it */
} View;

static void on_items(GListModel *model, guint position, guint removed, guint added, View *view)
{
	view->changes++;
	assert_true(position + removed <= view->seen->len);
	if (removed > 0)
		g_ptr_array_remove_range(view->seen, position, removed);
	for (guint i = 0; i < added; i++)
		g_ptr_array_insert(view->seen, (int)(position + i),
			g_list_model_get_item(model, position + i));
	assert_int_equal(g_list_model_get_n_items(model), view->seen->len);
}

static void on_token(PatdTokenModel *model, PatdToken *token, View *view)
{
	assert_ptr_equal(patd_token_model_find(model, patd_token_get_info(token)->id), token);
	view->token_changes++;
}

static int setup(void **state)
{
	View *view = g_new0(View, 1);

	view->model = patd_token_model_new();
	view->seen = g_ptr_array_new_with_free_func(g_object_unref);
	g_signal_connect(view->model, "items-changed", G_CALLBACK(on_items), view);
	g_signal_connect(view->model, "token-changed", G_CALLBACK(on_token), view);
	*state = view;
	return 0;
}

static int teardown(void **state)
{
	View *view = *state;

	g_object_unref(view->model);
	g_ptr_array_unref(view->seen);
	g_free(view);
	return 0;
}

static GVariant *page_of(const char *text)
{
	GVariant *page = g_variant_parse(G_VARIANT_TYPE("aa{sv}"), text, NULL, NULL, NULL);

	assert_non_null(page);
	return page;
}

static void take_page_but(View *view, const char *text, const char *except)
{
	g_autoptr(GHashTable) ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GVariant) page = page_of(text);

	if (except)
		(void)g_hash_table_add(ids, g_strdup(except));
	patd_token_model_take_page(view->model, page, ids);
}

static void take_page(View *view, const char *text)
{
	take_page_but(view, text, NULL);
}

static gboolean update(View *view, const char *id, const char *text)
{
	g_autoptr(GVariant) properties =
		g_variant_parse(G_VARIANT_TYPE_VARDICT, text, NULL, NULL, NULL);

	return patd_token_model_update(view->model, id, properties);
}

/* The names in the order of the view, which is that of the model. */
static void assert_names(const View *view, const char *expected)
{
	g_autoptr(GString) names = g_string_new(NULL);

	for (guint i = 0; i < view->seen->len; i++) {
		g_autoptr(PatdToken) token = g_list_model_get_item(G_LIST_MODEL(view->model), i);

		assert_ptr_equal(token, g_ptr_array_index(view->seen, i));
		g_string_append_printf(names, "%s ", patd_token_get_info(token)->name);
	}
	assert_string_equal(names->str, expected);
}

#define TOKEN(id, name) "{'Id': <'" id "'>, 'Name': <'" name "'>}"

static void test_page_is_one_change(void **state)
{
	View *view = *state;

	take_page(view, "[" TOKEN("3", "a") "," TOKEN("1", "b") "," TOKEN("2", "c") "]");
	assert_names(view, "a b c ");
	assert_int_equal(view->changes, 1);
	take_page(view, "[" TOKEN("5", "d") "," TOKEN("4", "e") "]");
	assert_names(view, "a b c d e ");
	assert_int_equal(view->changes, 2);
	assert_int_equal(view->token_changes, 0);
}

static void test_page_that_falls_between_others_is_a_change_for_each_gap(void **state)
{
	View *view = *state;

	take_page(view, "[" TOKEN("1", "b") "," TOKEN("2", "e") "]");
	take_page(view, "[" TOKEN("3", "a") "," TOKEN("4", "c") "," TOKEN("5", "d") "," TOKEN(
				"6", "f") "]");
	assert_names(view, "a b c d e f ");
	assert_int_equal(view->changes, 1 + 3);
}

static void test_page_in_another_order_is_sorted(void **state)
{
	View *view = *state;

	take_page(view, "[" TOKEN("1", "c") "," TOKEN("2", "a") "," TOKEN("3", "b") "]");
	assert_names(view, "a b c ");
}

static void test_token_twice_on_a_page_is_there_once(void **state)
{
	View *view = *state;

	take_page(view, "[" TOKEN("1", "a") "," TOKEN("1", "a") "," TOKEN("1", "b") "]");
	assert_int_equal(g_list_model_get_n_items(G_LIST_MODEL(view->model)), 1);
}

static void test_rename_moves_and_keeps_the_object(void **state)
{
	View *view = *state;
	PatdToken *token;

	take_page(view, "[" TOKEN("1", "a") "," TOKEN("2", "b") "," TOKEN("3", "c") "]");
	token = patd_token_model_find(view->model, "1");
	assert_true(update(view, "1", "{'Name': <'z'>}"));
	assert_names(view, "b c z ");
	assert_ptr_equal(patd_token_model_find(view->model, "1"), token);
	assert_int_equal(view->token_changes, 1);
	assert_true(update(view, "1", "{'Name': <'bb'>}"));
	assert_names(view, "b bb c ");
}

static void test_change_that_leaves_the_order_changes_no_rows(void **state)
{
	View *view = *state;

	take_page(view, "[" TOKEN("1", "a") "," TOKEN("2", "c") "]");
	assert_true(update(view, "1", "{'Name': <'b'>, 'Uses': <uint64 1>}"));
	assert_true(update(view, "1", "{'Uses': <uint64 1>}"));
	assert_int_equal(view->changes, 1);
	assert_int_equal(view->token_changes, 1);
	assert_false(update(view, "9", "{'Uses': <uint64 1>}"));
}

static void test_listing_keeps_objects_and_drops_what_is_gone(void **state)
{
	View *view = *state;
	PatdToken *kept;

	take_page(view, "[" TOKEN("1", "a") "," TOKEN("2", "b") "," TOKEN("3", "c") "," TOKEN(
				"4", "d") "," TOKEN("5", "e") "]");
	kept = patd_token_model_find(view->model, "3");
	patd_token_model_begin(view->model);
	take_page(view, "[" TOKEN("3", "c") "," TOKEN("6", "g") "]");
	assert_names(view, "a b c d e g ");
	view->changes = 0;
	patd_token_model_end(view->model);
	assert_names(view, "c g ");
	/* Those that follow each other go together. */
	assert_int_equal(view->changes, 2);
	assert_ptr_equal(patd_token_model_find(view->model, "3"), kept);
	assert_null(patd_token_model_find(view->model, "1"));
}

static void test_listing_keeps_what_a_signal_named_meanwhile(void **state)
{
	View *view = *state;
	g_autoptr(GVariant) added =
		g_variant_parse(G_VARIANT_TYPE_VARDICT, TOKEN("2", "b"), NULL, NULL, NULL);

	take_page(view, "[" TOKEN("1", "a") "," TOKEN("3", "c") "]");
	patd_token_model_begin(view->model);
	patd_token_model_take(view->model, added);
	assert_true(update(view, "1", "{'Uses': <uint64 1>}"));
	patd_token_model_end(view->model);
	assert_names(view, "a b ");
}

static void test_page_is_older_than_what_a_signal_said_meanwhile(void **state)
{
	View *view = *state;

	take_page(view, "[" TOKEN("2", "new") "]");
	take_page_but(view, "[" TOKEN("1", "a") "," TOKEN("2", "old") "]", "2");
	assert_names(view, "a new ");
}

/* The signal may have named only what changed: the list is complete even if nothing more is heard.
 */
static void test_page_gives_a_token_that_a_signal_named_and_nobody_has(void **state)
{
	View *view = *state;

	take_page_but(view, "[" TOKEN("1", "a") "," TOKEN("2", "b") "]", "2");
	assert_names(view, "a b ");
}

static void test_removed_is_gone_and_unknown_is_nothing(void **state)
{
	View *view = *state;

	take_page(view, "[" TOKEN("1", "a") "," TOKEN("2", "b") "]");
	patd_token_model_remove(view->model, "1");
	patd_token_model_remove(view->model, "1");
	assert_names(view, "b ");
	assert_int_equal(view->changes, 2);
	assert_null(g_list_model_get_item(G_LIST_MODEL(view->model), 1));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_page_is_one_change),
		TEST(test_page_that_falls_between_others_is_a_change_for_each_gap),
		TEST(test_page_in_another_order_is_sorted),
		TEST(test_token_twice_on_a_page_is_there_once),
		TEST(test_rename_moves_and_keeps_the_object),
		TEST(test_change_that_leaves_the_order_changes_no_rows),
		TEST(test_listing_keeps_objects_and_drops_what_is_gone),
		TEST(test_listing_keeps_what_a_signal_named_meanwhile),
		TEST(test_page_is_older_than_what_a_signal_said_meanwhile),
		TEST(test_page_gives_a_token_that_a_signal_named_and_nobody_has),
		TEST(test_removed_is_gone_and_unknown_is_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
