/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls of one client and of several: which waits for which. */
#include "tests/unit/front/bus/calls_world.h"

static void one_long_answer_of_a_client_at_a_time(void **state)
{
	struct answer_page page = { .cursor = "" };

	(void)state;
	call_list();
	call_list();
	identify(GAMES);
	expect_request(REQUEST_LIST);
	assert_true(no_request());
	call_token("Revoke");
	expect_request(REQUEST_REVOKE);
	fake_patd_done(&w.patd, NULL);
	expect_reply("");
	w.patd.request.head.kind = REQUEST_LIST;
	w.patd.request.head.serial--;
	fake_patd_done(&w.patd, &page);
	expect_reply("aa{sv}s");
	expect_request(REQUEST_LIST);
	fake_patd_done(&w.patd, &page);
	expect_reply("aa{sv}s");
}

static void few_long_answers_of_a_user_at_a_time(void **state)
{
	struct answer_page page = { .cursor = "" };
	char name[] = ":1.x";
	unsigned int n;

	(void)state;
	for (n = 0; n < ACCOUNTS_LONG_ANSWERS_MAX; n++) {
		name[3] = (char)('a' + n);
		call_list_as(name);
		identify(GAMES);
		expect_request(REQUEST_LIST);
	}
	call_list_as(":1.y");
	identify(GAMES);
	assert_true(no_request());
	call_list_as(":1.root");
	identify(0);
	expect_request(REQUEST_LIST);
	/* Who leaves makes room, too. */
	clients_lost(w.context.clients, ":1.a");
	expect_request(REQUEST_CANCEL);
	expect_request(REQUEST_LIST);
	fake_patd_done(&w.patd, &page);
	dbus_message_unref(take());
}

static void later_calls_of_client_wait_for_both_steps_of_generate(void **state)
{
	struct answer_secret secret = { .id = ID };

	(void)state;
	call_generate();
	call_token("Revoke");
	call_list();
	identify(0);
	expect_request(REQUEST_MAY_GENERATE);
	assert_true(no_request());
	fake_patd_done(&w.patd, NULL);
	expect_request(REQUEST_GENERATE);
	/* Not for its answer. */
	expect_request(REQUEST_REVOKE);
	expect_request(REQUEST_LIST);
	w.patd.request.head.kind = REQUEST_GENERATE;
	w.patd.request.head.serial -= 2;
	fake_patd_done(&w.patd, &secret);
	expect_reply("oay");
}

static void calls_of_others_do_not_wait_for_it(void **state)
{
	DBusMessage *call = peer_call(TOKEN_PATH, PAT_BUS_TOKEN, "Revoke");

	(void)state;
	call_generate();
	identify(0);
	expect_request(REQUEST_MAY_GENERATE);
	append_no_options(call);
	assert_true(dbus_message_set_sender(call, ":1.8"));
	dispatch(call);
	identify(0);
	expect_request(REQUEST_REVOKE);
}

static void later_calls_served_while_a_person_is_asked(void **state)
{
	(void)state;
	call_generate();
	call_token("Revoke");
	identify(GAMES);
	expect_request(REQUEST_MAY_GENERATE);
	fake_patd_refuse(&w.patd, PAT_ERR_DENIED, ACTION_GENERATE_OWN, OP_GENERATE, "no");
	dbus_message_unref(take_polkit("CheckAuthorization"));
	expect_request(REQUEST_REVOKE);
}

static void later_calls_served_when_one_is_refused(void **state)
{
	(void)state;
	call_generate();
	call_token("Revoke");
	call_token("Delete");
	identify(GAMES);
	expect_request(REQUEST_MAY_GENERATE);
	fake_patd_refuse(&w.patd, PAT_ERR_INVALID_NAME, 0, 0, "no");
	assert_error(take(), "org.patd.Tokens1.Error.InvalidName");
	expect_request(REQUEST_REVOKE);
	expect_request(REQUEST_DELETE);
}

static void changes_behind_carried_out_in_order_though_client_left(void **state)
{
	(void)state;
	call_generate();
	call_token("Revoke");
	call_list();
	call_token("Delete");
	identify(GAMES);
	expect_request(REQUEST_MAY_GENERATE);
	assert_true(no_request());
	clients_lost(w.context.clients, ":1.7");
	expect_request(REQUEST_CANCEL); /* nobody would have the secret */
	expect_request(REQUEST_REVOKE);
	expect_request(REQUEST_DELETE);
	assert_true(no_request());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_long_answer_of_a_client_at_a_time),
		TEST(few_long_answers_of_a_user_at_a_time),
		TEST(later_calls_of_client_wait_for_both_steps_of_generate),
		TEST(calls_of_others_do_not_wait_for_it),
		TEST(later_calls_served_while_a_person_is_asked),
		TEST(later_calls_served_when_one_is_refused),
		TEST(changes_behind_carried_out_in_order_though_client_left),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
