/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sessions that are to be ended: the test is systemd-logind, and the bus. */
#include "front/bus/logind.h"

#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/peer.h"

#define LOGIND "org.freedesktop.login1"
#define SESSION "/org/freedesktop/login1/session/c2"
#define SESSIONS_AT_A_TIME 16

static struct place place;
static struct peer peer;
static struct logind *logind;

static void end(uint32_t pid)
{
	const struct session_row session = { .number = pid, .pid = pid };

	logind_end_session(logind, &session);
}

static void end_by_id(uint32_t pid)
{
	const struct session_row session = { .number = pid, .pid = pid, .logind = "c2" };

	logind_end_session(logind, &session);
}

static DBusMessage *take(const char *interface, const char *method)
{
	DBusMessage *question = peer_take(&peer);

	assert_non_null(question);
	assert_string_equal(dbus_message_get_destination(question), LOGIND);
	assert_true(dbus_message_is_method_call(question, interface, method));
	return question;
}

static DBusMessage *take_find(uint32_t pid)
{
	DBusMessage *question = take(LOGIND ".Manager", "GetSessionByPID");
	dbus_uint32_t asked = 0;

	assert_true(
		dbus_message_get_args(question, NULL, DBUS_TYPE_UINT32, &asked, DBUS_TYPE_INVALID));
	assert_int_equal(asked, pid);
	return question;
}

static DBusMessage *take_find_by_id(void)
{
	DBusMessage *question = take(LOGIND ".Manager", "GetSession");
	const char *asked = NULL;

	assert_true(
		dbus_message_get_args(question, NULL, DBUS_TYPE_STRING, &asked, DBUS_TYPE_INVALID));
	assert_string_equal(asked, "c2");
	return question;
}

static DBusMessage *take_leader(void)
{
	DBusMessage *question = take(DBUS_INTERFACE_PROPERTIES, "Get");

	assert_string_equal(dbus_message_get_path(question), SESSION);
	return question;
}

static DBusMessage *take_terminate(void)
{
	DBusMessage *question = take(LOGIND ".Session", "Terminate");

	assert_string_equal(dbus_message_get_path(question), SESSION);
	return question;
}

static void answer(DBusMessage *question)
{
	peer_answer(&peer, ":1.1", question, dbus_message_new_method_return(question));
}

static void answer_session(DBusMessage *question)
{
	DBusMessage *reply = dbus_message_new_method_return(question);
	const char *path = SESSION;

	assert_true(
		dbus_message_append_args(reply, DBUS_TYPE_OBJECT_PATH, &path, DBUS_TYPE_INVALID));
	peer_answer(&peer, ":1.1", question, reply);
}

static void answer_leader(DBusMessage *question, dbus_uint32_t pid)
{
	DBusMessage *reply = dbus_message_new_method_return(question);
	DBusMessageIter to, variant;

	dbus_message_iter_init_append(reply, &to);
	assert_true(dbus_message_iter_open_container(&to, DBUS_TYPE_VARIANT, "u", &variant));
	assert_true(dbus_message_iter_append_basic(&variant, DBUS_TYPE_UINT32, &pid));
	assert_true(dbus_message_iter_close_container(&to, &variant));
	peer_answer(&peer, ":1.1", question, reply);
}

static void answer_error(DBusMessage *question, const char *error)
{
	peer_answer(&peer, ":1.1", question, dbus_message_new_error(question, error, "no"));
}

static void assert_asks_nothing(void)
{
	assert_null(peer_take(&peer));
}

static void session_that_the_process_leads_is_ended(void **state)
{
	(void)state;
	end(4711);
	answer_session(take_find(4711));
	answer_leader(take_leader(), 4711);
	answer(take_terminate());
	assert_asks_nothing();
	assert_nothing_logged();
}

static void session_that_another_process_leads_is_not_ended(void **state)
{
	(void)state;
	end(4711);
	answer_session(take_find(4711));
	answer_leader(take_leader(), 4700);
	assert_asks_nothing();
	assert_nothing_logged();
}

/* Its pid may be that of another session's process by now. */
static void session_with_an_id_is_found_by_it(void **state)
{
	(void)state;
	end_by_id(4711);
	answer_error(take_find_by_id(), LOGIND ".NoSuchSession");
	assert_asks_nothing();
	end_by_id(4711);
	answer_session(take_find_by_id());
	answer_leader(take_leader(), 4711);
	answer(take_terminate());
	assert_asks_nothing();
	assert_nothing_logged();
}

static void session_that_is_to_be_ended_twice_has_one_place(void **state)
{
	DBusMessage *question;

	(void)state;
	end(4711);
	question = take_find(4711);
	end(4711);
	assert_asks_nothing();
	answer_error(question, LOGIND ".NoSessionForPID");
	assert_asks_nothing();
	end(4711);
	answer_error(take_find(4711), LOGIND ".NoSessionForPID");
}

static void answer_of_another_type_ends_nothing(void **state)
{
	(void)state;
	end(4711);
	answer(take_find(4711));
	assert_asks_nothing();
	end(4711);
	answer_session(take_find(4711));
	answer(take_leader());
	assert_asks_nothing();
}

static void process_without_session_is_nothing_to_report(void **state)
{
	(void)state;
	end(4711);
	answer_error(take_find(4711), LOGIND ".NoSessionForPID");
	end(4711);
	answer_session(take_find(4711));
	answer_error(take_leader(), DBUS_ERROR_UNKNOWN_OBJECT);
	assert_asks_nothing();
	assert_nothing_logged();
}

static void fail_to_end(void)
{
	end(4711);
	answer_session(take_find(4711));
	answer_leader(take_leader(), 4711);
	answer_error(take_terminate(), DBUS_ERROR_ACCESS_DENIED);
}

static void failure_is_logged_once_until_a_session_is_ended(void **state)
{
	(void)state;
	fail_to_end();
	assert_logged("does not let patd-bus end sessions");
	logged_clear();
	fail_to_end();
	assert_nothing_logged();
	end(4711);
	answer_session(take_find(4711));
	answer_leader(take_leader(), 4711);
	answer(take_terminate());
	fail_to_end();
	assert_logged("does not let patd-bus end sessions");
}

static void so_many_are_under_way_at_a_time(void **state)
{
	DBusMessage *questions[SESSIONS_AT_A_TIME];

	(void)state;
	for (uint32_t i = 0; i < SESSIONS_AT_A_TIME + 2; i++)
		end(4711 + i);
	for (uint32_t i = 0; i < SESSIONS_AT_A_TIME; i++)
		questions[i] = take_find(4711 + i);
	assert_asks_nothing();
	answer_error(questions[3], LOGIND ".NoSessionForPID");
	answer_error(take_find(4711 + SESSIONS_AT_A_TIME), LOGIND ".NoSessionForPID");
	answer_session(questions[0]);
	answer_error(take_find(4711 + SESSIONS_AT_A_TIME + 1), LOGIND ".NoSessionForPID");
	answer_leader(take_leader(), 4711);
	answer(take_terminate());
	assert_asks_nothing();
	for (uint32_t i = 1; i < SESSIONS_AT_A_TIME; i++)
		if (i != 3)
			dbus_message_unref(questions[i]);
}

static void ended_by_the_next_connection_if_one_is_lost(void **state)
{
	(void)state;
	end(4711);
	answer_session(take_find(4711));
	dbus_message_unref(take_leader());
	logind_attach(logind, NULL);
	end(4712);
	assert_asks_nothing();
	logind_attach(logind, peer.ours);
	answer_session(take_find(4711));
	answer_error(take_find(4712), LOGIND ".NoSessionForPID");
	answer_leader(take_leader(), 4711);
	answer(take_terminate());
	assert_asks_nothing();
}

static void what_waits_is_forgotten_with_patd(void **state)
{
	(void)state;
	logind_attach(logind, NULL);
	end(4711);
	logind_forget(logind);
	logind_attach(logind, peer.ours);
	assert_asks_nothing();
}

static int set_up(void **state)
{
	(void)state;
	logged_clear();
	place_make(&place);
	peer_make(&peer, &place);
	assert_int_equal(logind_new(&logind), 0);
	logind_attach(logind, peer.ours);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	logind_free(logind);
	peer_end(&peer);
	place_remove(&place);
	return 0;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(session_that_the_process_leads_is_ended),
		TEST(session_that_another_process_leads_is_not_ended),
		TEST(session_with_an_id_is_found_by_it),
		TEST(session_that_is_to_be_ended_twice_has_one_place),
		TEST(answer_of_another_type_ends_nothing),
		TEST(process_without_session_is_nothing_to_report),
		TEST(failure_is_logged_once_until_a_session_is_ended),
		TEST(so_many_are_under_way_at_a_time),
		TEST(ended_by_the_next_connection_if_one_is_lost),
		TEST(what_waits_is_forgotten_with_patd),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
