/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls for which polkit asks a person. */
#include "common/pack.h"
#include "tests/unit/front/bus/calls_world.h"

static void answer_polkit(DBusMessage *question, dbus_bool_t yes)
{
	DBusMessage *reply = dbus_message_new_method_return(question);
	DBusMessageIter to, members, details;
	dbus_bool_t no = FALSE;

	dbus_message_iter_init_append(reply, &to);
	assert_true(dbus_message_iter_open_container(&to, DBUS_TYPE_STRUCT, NULL, &members));
	assert_true(dbus_message_iter_append_basic(&members, DBUS_TYPE_BOOLEAN, &yes));
	assert_true(dbus_message_iter_append_basic(&members, DBUS_TYPE_BOOLEAN, &no));
	assert_true(dbus_message_iter_open_container(&members, DBUS_TYPE_ARRAY, "{ss}", &details));
	assert_true(dbus_message_iter_close_container(&members, &details));
	assert_true(dbus_message_iter_close_container(&to, &members));
	peer_answer(&w.peer, ":1.2", question, reply);
}

static void polkit_asked_for_what_patd_says_is_lacking(void **state)
{
	DBusMessage *question;

	(void)state;
	call_token("Revoke");
	identify(GAMES);
	expect_request(REQUEST_REVOKE);
	fake_patd_refuse(&w.patd, PAT_ERR_DENIED, ACTION_MANAGE_OTHERS, OP_REVOKE, "no");
	question = take_polkit("CheckAuthorization");
	answer_polkit(question, TRUE);
	expect_request(REQUEST_REVOKE);
	assert_int_equal(w.patd.request.head.caller.granted, 1U << ACTION_MANAGE_OTHERS);
	assert_string_equal(w.patd.request.revoke.id, ID);
	/* One question a call. */
	fake_patd_refuse(&w.patd, PAT_ERR_DENIED, ACTION_SET_POLICY, OP_REVOKE, "no");
	assert_error(take(), DBUS_ERROR_ACCESS_DENIED);
}

static void denied_when_polkit_says_no(void **state)
{
	(void)state;
	call_token("Revoke");
	identify(GAMES);
	expect_request(REQUEST_REVOKE);
	fake_patd_refuse(&w.patd, PAT_ERR_DENIED, ACTION_MANAGE_OTHERS, OP_REVOKE, "no");
	answer_polkit(take_polkit("CheckAuthorization"), FALSE);
	assert_error(take(), DBUS_ERROR_ACCESS_DENIED);
	assert_true(no_request());
}

static void question_about_own_token_has_its_name(void **state)
{
	struct token_row row = {
		.id = { ID }, .name = "laptop", .uid = GAMES, .user = "games", .state = "revoked"
	};
	uint8_t packed[8192];
	size_t len = row_pack(token_row_table(), &row, packed);
	DBusMessage *question;
	DBusMessageIter args;

	(void)state;
	call_token("Restore");
	identify(GAMES);
	expect_request(REQUEST_RESTORE);
	fake_patd_refuse(&w.patd, PAT_ERR_DENIED, ACTION_RESTORE_OWN, OP_RESTORE, "no");
	expect_request(REQUEST_GET);
	fake_patd_send(&w.patd,
		&(struct answer_head) {
			.kind = ANSWER_ROWS, .serial = w.patd.request.head.serial, .rows = 1 },
		packed, len);
	fake_patd_done(&w.patd, NULL);
	question = take_polkit("CheckAuthorization");
	assert_true(dbus_message_iter_init(question, &args));
	(void)dbus_message_iter_next(&args);
	(void)dbus_message_iter_next(&args);
	{
		DBusMessageIter dict, entry;
		const char *value;

		dbus_message_iter_recurse(&args, &dict);
		dbus_message_iter_recurse(&dict, &entry);
		(void)dbus_message_iter_next(&entry);
		dbus_message_iter_get_basic(&entry, &value);
		assert_string_equal(value, "laptop");
	}
	answer_polkit(question, TRUE);
	expect_request(REQUEST_RESTORE);
	fake_patd_done(&w.patd, NULL);
	expect_reply("");
}

static void question_cancelled_when_client_leaves(void **state)
{
	(void)state;
	call_token("Revoke");
	identify(GAMES);
	expect_request(REQUEST_REVOKE);
	fake_patd_refuse(&w.patd, PAT_ERR_DENIED, ACTION_MANAGE_OTHERS, OP_REVOKE, "no");
	dbus_message_unref(take_polkit("CheckAuthorization"));
	clients_lost(w.context.clients, ":1.7");
	dbus_message_unref(take_polkit("CancelCheckAuthorization"));
	assert_true(no_request());
	assert_null(peer_take(&w.peer));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(polkit_asked_for_what_patd_says_is_lacking),
		TEST(denied_when_polkit_says_no),
		TEST(question_about_own_token_has_its_name),
		TEST(question_cancelled_when_client_leaves),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
