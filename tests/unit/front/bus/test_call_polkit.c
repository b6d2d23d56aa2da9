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

/* The value of that detail of a question to polkit; NULL: it has none. */
static const char *detail(DBusMessage *question, const char *wanted)
{
	DBusMessageIter args, dict, entry;
	const char *key, *value;

	assert_true(dbus_message_iter_init(question, &args));
	(void)dbus_message_iter_next(&args);
	(void)dbus_message_iter_next(&args);
	dbus_message_iter_recurse(&args, &dict);
	for (; dbus_message_iter_get_arg_type(&dict) != DBUS_TYPE_INVALID;
		(void)dbus_message_iter_next(&dict)) {
		dbus_message_iter_recurse(&dict, &entry);
		dbus_message_iter_get_basic(&entry, &key);
		(void)dbus_message_iter_next(&entry);
		dbus_message_iter_get_basic(&entry, &value);
		if (strcmp(key, wanted) == 0)
			return value;
	}
	return NULL;
}

static void question_about_own_token_has_its_name(void **state)
{
	struct token_row row = {
		.id = { ID }, .name = "laptop", .uid = GAMES, .user = "games", .state = "revoked"
	};
	uint8_t packed[8192];
	size_t len = row_pack(token_row_table(), &row, packed);
	DBusMessage *question;

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
	assert_string_equal(detail(question, "token"), "laptop");
	answer_polkit(question, TRUE);
	expect_request(REQUEST_RESTORE);
	fake_patd_done(&w.patd, NULL);
	expect_reply("");
}

/* A call about a use of another user's token, for which polkit must be asked. */
static void call_approve(void)
{
	DBusMessage *call = peer_call(PAT_BUS_PATH, PAT_BUS_MANAGER, "Approve");
	const char *id = "abcdef";

	assert_true(dbus_message_append_args(call, DBUS_TYPE_STRING, &id, DBUS_TYPE_INVALID));
	append_no_options(call);
	dispatch(call);
	identify(GAMES);
	expect_request(REQUEST_APPROVE);
	fake_patd_refuse(&w.patd, PAT_ERR_DENIED, ACTION_CONFIRM_OTHERS, OP_APPROVE, "no");
	expect_request(REQUEST_LIST_APPROVALS);
	assert_string_equal(w.patd.request.approvals.id, id);
	assert_int_equal(w.patd.request.approvals.given, GIVEN_ALL);
}

static void question_about_anothers_use_has_its_command_and_no_token(void **state)
{
	const struct approval approval = { .id = "abcdef",
		.token = { ID },
		.name = "agent",
		.user = "daemon",
		.service = "sudo",
		.process.command = "sudo reboot" };
	uint8_t packed[8192];
	size_t len = row_pack(&approval_table, &approval, packed);
	DBusMessage *question;

	(void)state;
	call_approve();
	fake_patd_send(&w.patd,
		&(struct answer_head) {
			.kind = ANSWER_ROWS, .serial = w.patd.request.head.serial, .rows = 1 },
		packed, len);
	fake_patd_done(&w.patd, NULL);
	question = take_polkit("CheckAuthorization");
	assert_string_equal(detail(question, "command"), "sudo reboot");
	assert_string_equal(detail(question, "service"), "sudo");
	assert_string_equal(detail(question, "user"), "daemon");
	assert_string_equal(detail(question, "request"), "abcdef");
	assert_string_equal(detail(question, "token"), "");
	answer_polkit(question, TRUE);
	expect_request(REQUEST_APPROVE);
	/* What was granted for the text of the dialog was for that alone. */
	assert_int_equal(w.patd.request.head.caller.granted, 1U << ACTION_CONFIRM_OTHERS);
	fake_patd_done(&w.patd, NULL);
	expect_reply("");
}

static void nobody_asked_about_a_use_that_has_ended(void **state)
{
	(void)state;
	call_approve();
	fake_patd_done(&w.patd, NULL);
	expect_request(REQUEST_APPROVE);
	assert_int_equal(w.patd.request.head.caller.granted, 0);
	fake_patd_refuse(&w.patd, PAT_ERR_NOT_FOUND, ACTION_NONE, OP_APPROVE, "gone");
	assert_error(take(), "org.patd.Tokens1.Error.NotFound");
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
		TEST(question_about_anothers_use_has_its_command_and_no_token),
		TEST(nobody_asked_about_a_use_that_has_ended),
		TEST(question_cancelled_when_client_leaves),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
