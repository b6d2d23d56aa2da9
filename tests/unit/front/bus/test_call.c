/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A call from the message to the reply, and what becomes of it when one side goes. */
#include "common/pack.h"
#include "tests/unit/front/bus/calls_world.h"

static void call_becomes_request_and_answer_reply(void **state)
{
	(void)state;
	call_token("Revoke");
	identify(GAMES);
	expect_request(REQUEST_REVOKE);
	assert_int_equal(w.patd.request.head.caller.uid, GAMES);
	assert_string_equal(w.patd.request.head.caller.user, "games");
	assert_int_equal(w.patd.request.head.caller.granted, 0);
	assert_string_equal(w.patd.request.revoke.id, ID);
	fake_patd_done(&w.patd, NULL);
	expect_reply("");
}

static void root_served_without_nss(void **state)
{
	(void)state;
	call_token("Revoke");
	identify(0);
	expect_request(REQUEST_REVOKE);
	assert_string_equal(w.patd.request.head.caller.user, "root");
	fake_patd_refuse(&w.patd, PAT_ERR_NOT_FOUND, 0, 0, "no such token");
	assert_error(take(), "org.patd.Tokens1.Error.NotFound");
}

static void change_carried_out_though_client_left(void **state)
{
	(void)state;
	call_token("Revoke");
	identify(GAMES);
	expect_request(REQUEST_REVOKE);
	clients_lost(w.context.clients, ":1.7");
	assert_true(no_request()); /* it is not cancelled */
	fake_patd_done(&w.patd, NULL);
	expect_reply("");
}

static void read_ends_when_client_leaves(void **state)
{
	(void)state;
	call_list();
	call_list();
	identify(GAMES);
	expect_request(REQUEST_LIST);
	clients_lost(w.context.clients, ":1.7");
	expect_request(REQUEST_CANCEL);
	assert_true(no_request());
}

static void calls_refused_when_patd_goes(void **state)
{
	(void)state;
	call_token("Revoke");
	call_list();
	identify(GAMES);
	expect_request(REQUEST_REVOKE);
	fake_patd_hang_up(&w.patd);
	for (int i = 0; i < 2; i++)
		assert_error(take(), DBUS_ERROR_LIMITS_EXCEEDED);
}

static void objects_have_what_happened_while_they_were_listed(void **state)
{
	struct token_row row = {
		.id = { ID }, .name = "laptop", .uid = 0, .user = "root", .state = "active"
	};
	struct answer_page page = { .cursor = "cursor" };
	uint8_t packed[8192];
	size_t len = row_pack(token_row_table(), &row, packed);
	DBusMessage *reply;
	DBusMessageIter args, dict, entry;
	const char *path;

	(void)state;
	dispatch(peer_call(PAT_BUS_PATH, BUS_OBJECT_MANAGER, "GetManagedObjects"));
	identify(0);
	expect_request(REQUEST_LIST);
	fake_patd_send(&w.patd,
		&(struct answer_head) {
			.kind = ANSWER_ROWS, .serial = w.patd.request.head.serial, .rows = 1 },
		packed, len);
	fake_patd_done(&w.patd, &page);
	expect_request(REQUEST_LIST);
	assert_string_equal(w.patd.request.list.cursor, "cursor");
	/* One is deleted, and another is made. */
	bus_objects_event(TOKEN_DELETED, &row);
	(void)strcpy(row.id.text, "abcdefghij");
	bus_objects_event(TOKEN_GENERATED, &row);
	row.uid = 1;
	bus_objects_event(TOKEN_GENERATED, &row);
	page.cursor[0] = '\0';
	fake_patd_done(&w.patd, &page);
	reply = take();
	assert_string_equal(dbus_message_get_signature(reply), "a{oa{sa{sv}}}");
	assert_true(dbus_message_iter_init(reply, &args));
	dbus_message_iter_recurse(&args, &dict);
	dbus_message_iter_recurse(&dict, &entry);
	dbus_message_iter_get_basic(&entry, &path);
	assert_string_equal(path, PAT_BUS_TOKEN_PATH "/abcdefghij");
	assert_false(dbus_message_iter_next(&dict));
	dbus_message_unref(reply);
}

static void undelivered_secret_ends_its_token(void **state)
{
	struct answer_secret secret = { .id = ID };
	DBusMessage *reply;

	(void)state;
	call_generate();
	identify(0);
	expect_request(REQUEST_MAY_GENERATE);
	assert_int_equal(w.patd.request.generate.given, GIVEN_RECIPIENT);
	fake_patd_done(&w.patd, NULL);
	expect_request(REQUEST_GENERATE);
	assert_string_equal(w.patd.request.generate.user, "root");
	fake_patd_done(&w.patd, &secret);
	reply = take();
	assert_string_equal(dbus_message_get_signature(reply), "oay");
	sent_secrets_returned(&w.secrets, w.context.link, dbus_message_get_serial(reply));
	sent_secrets_returned(&w.secrets, w.context.link, dbus_message_get_serial(reply));
	dbus_message_unref(reply);
	expect_request(REQUEST_REVOKE);
	assert_string_equal(w.patd.request.revoke.id, ID);
	fake_patd_done(&w.patd, NULL);
	expect_request(REQUEST_DELETE);
	fake_patd_done(&w.patd, NULL);
	assert_true(no_request());
	assert_logged("could not be delivered");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(call_becomes_request_and_answer_reply),
		TEST(root_served_without_nss),
		TEST(change_carried_out_though_client_left),
		TEST(read_ends_when_client_leaves),
		TEST(calls_refused_when_patd_goes),
		TEST(objects_have_what_happened_while_they_were_listed),
		TEST(undelivered_secret_ends_its_token),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
