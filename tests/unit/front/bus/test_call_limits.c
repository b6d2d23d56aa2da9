/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a client may ask for and be sent, above all while the bus is slow. */
#include "front/bus/bus_message.h"
#include "tests/unit/front/bus/calls_world.h"

static DBusMessage *long_message(void)
{
	static char text[65 * 1024];
	const char *name = text;
	DBusMessage *call = peer_call(TOKEN_PATH, PAT_BUS_TOKEN, "Rename");

	memset(text, 'x', sizeof(text) - 1);
	assert_true(dbus_message_append_args(call, DBUS_TYPE_STRING, &name, DBUS_TYPE_INVALID));
	append_no_options(call);
	return call;
}

static void long_message_refused_at_once(void **state)
{
	(void)state;
	dispatch(long_message());
	identify(GAMES);
	assert_error(take(), DBUS_ERROR_INVALID_ARGS);
	assert_null(peer_take(&w.peer));
}

static void unknown_client_has_few_calls(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < CLIENTS_UNKNOWN_CALLS_MAX + 1; i++)
		call_token("Revoke");
	for (unsigned int i = 0; i < 2; i++) {
		DBusMessage *message = take();

		/* The question comes first. */
		if (i == 0)
			assert_true(dbus_message_is_method_call(
				message, DBUS_INTERFACE_DBUS, "GetConnectionUnixUser"));
		else
			assert_error(dbus_message_ref(message), DBUS_ERROR_LIMITS_EXCEEDED);
		dbus_message_unref(message);
	}
}

/* The account that :1.7 is counted in. */
static struct account *account(void)
{
	return clients_find(w.context.clients, ":1.7")->account;
}

static uint64_t now(void)
{
	uint64_t us;

	assert_int_equal(sd_event_now(w.event, CLOCK_MONOTONIC, &us), 0);
	return us;
}

static void who_was_sent_much_waits_but_for_what_takes_access_away(void **state)
{
	(void)state;
	call_token("Revoke");
	identify(GAMES);
	expect_request(REQUEST_REVOKE);
	/* Weeks of it. */
	assert_true(account_charge(account(), (int64_t)1 << 45, now()));
	call_token("Delete");
	expect_request(REQUEST_DELETE);
	call_token("Restore");
	assert_true(no_request());
	fake_patd_done(&w.patd, NULL);
	expect_reply("");
	/* And is not told any more what it did wrong. */
	call_token("NoSuch");
	assert_true(no_request());
	assert_null(peer_take(&w.peer));
}

/* Sends the bus more than it takes at once. */
static void congest(void)
{
	for (int i = 0; i < 64; i++) {
		DBusMessage *message = long_message();

		assert_true(dbus_connection_send(w.peer.ours, message, NULL));
		dbus_message_unref(message);
	}
	assert_true(message_congested(w.peer.ours));
}

static void what_can_wait_does_while_bus_is_slow(void **state)
{
	(void)state;
	call_token("Revoke");
	identify(GAMES);
	expect_request(REQUEST_REVOKE);
	congest();
	call_token("Delete");
	call_token("Restore");
	while (!fake_patd_take(&w.patd))
		(void)sd_event_run(w.event, 100);
	assert_string_equal(request_word(w.patd.request.head.kind), request_word(REQUEST_DELETE));
	for (int i = 0; i < 20; i++)
		(void)sd_event_run(w.event, 100);
	assert_false(fake_patd_take(&w.patd));
	/* The bus reads again. */
	expect_request(REQUEST_RESTORE);
}

/* That the bus is sent, when it reads again. */
static unsigned int count_refusals(void)
{
	DBusMessage *message = dbus_message_new_signal("/", "org.example.Test", "End");
	unsigned int n = 0;
	bool end = false;

	assert_non_null(message);
	assert_true(dbus_connection_send(w.peer.ours, message, NULL));
	dbus_message_unref(message);
	while (!end) {
		message = take();
		n += dbus_message_is_error(message, DBUS_ERROR_UNKNOWN_METHOD);
		end = dbus_message_is_signal(message, "org.example.Test", "End");
		dbus_message_unref(message);
	}
	return n;
}

static void few_refusals_of_unknown_client_sent_while_bus_is_slow(void **state)
{
	(void)state;
	congest();
	for (unsigned int i = 0; i < 10 * CLIENTS_UNKNOWN_REFUSALS_MAX; i++)
		call_token("NoSuch");
	assert_int_equal(count_refusals(), CLIENTS_UNKNOWN_REFUSALS_MAX);
}

static void few_refusals_sent_while_bus_is_slow(void **state)
{
	(void)state;
	call_token("Revoke");
	identify(GAMES);
	expect_request(REQUEST_REVOKE);
	for (unsigned int i = 0; i < 10 * ACCOUNTS_REFUSALS_BURST; i++)
		call_token("NoSuch");
	assert_int_equal(count_refusals(), 10 * ACCOUNTS_REFUSALS_BURST);
	congest();
	for (unsigned int i = 0; i < 10 * ACCOUNTS_REFUSALS_BURST; i++)
		call_token("NoSuch");
	assert_int_equal(count_refusals(), ACCOUNTS_REFUSALS_BURST);
}

/* Also to what is no call that is counted. */
static void every_reply_counts_as_sent(void **state)
{
	DBusMessage *const calls[] = {
		peer_call(TOKEN_PATH, PAT_BUS_TOKEN, "NoSuch"),
		peer_call(TOKEN_PATH, DBUS_INTERFACE_INTROSPECTABLE, "Introspect"),
		long_message(),
		peer_call(PAT_BUS_PATH, DBUS_INTERFACE_PROPERTIES, "GetAll"),
	};

	(void)state;
	call_token("Revoke");
	identify(GAMES);
	expect_request(REQUEST_REVOKE);
	for (size_t i = 0; i < COUNT(calls); i++) {
		/* No time passes until the loop runs again. */
		(void)account_may_have_more(account(), now());
		account()->bytes = 1;
		dispatch(calls[i]);
		assert_true(account()->bytes < 0);
		dbus_message_unref(take());
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(long_message_refused_at_once),
		TEST(unknown_client_has_few_calls),
		TEST(who_was_sent_much_waits_but_for_what_takes_access_away),
		TEST(every_reply_counts_as_sent),
		TEST(what_can_wait_does_while_bus_is_slow),
		TEST(few_refusals_sent_while_bus_is_slow),
		TEST(few_refusals_of_unknown_client_sent_while_bus_is_slow),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
