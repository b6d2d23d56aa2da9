/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls under way.  The test is the bus and the worker. */
#include <errno.h>

#include "patd/bus/call.h"
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/peer.h"

static struct place place;
static struct peer peer;
static struct bus_context context;
static struct calls *calls;
static struct job *submitted;
static int submit_result;
static unsigned int went_on, kept_n;
static struct call *kept[128];
static struct user_lookup last;
static struct caller last_caller;

static void gone(const char *name, void *userdata)
{
	(void)userdata;
	calls_forget(calls, name);
}

/* In the place of patd/util/worker.c's: the test is the worker. */
int worker_submit(struct worker *worker, struct job *job)
{
	(void)worker;
	if (submit_result == 0)
		submitted = job;
	return submit_result;
}

int worker_new(sd_event *event, unsigned int limit, struct worker **ret_worker)
{
	(void)event;
	(void)limit;
	(void)ret_worker;
	return -EBUSY;
}

int worker_set_priority(struct worker *worker, int64_t priority)
{
	(void)worker;
	(void)priority;
	return 0;
}

void worker_free(struct worker *worker)
{
	assert_null(worker);
}

static void go_on(struct call *call)
{
	went_on++;
	last = call->lookup;
	last_caller = call->caller;
	call_reply(call, call_new_reply(call));
}

static void work(void)
{
	submitted->run(submitted);
}

static void hand_back(void)
{
	submitted->done(submitted);
}

static struct call *a_call(void)
{
	DBusMessage *message = peer_call("/", NULL, "Test");
	struct call *call = call_new(calls, peer.ours, message);

	dbus_message_unref(message);
	return call;
}

static void assert_success(DBusMessage *reply)
{
	assert_non_null(reply);
	assert_int_equal(dbus_message_get_type(reply), DBUS_MESSAGE_TYPE_METHOD_RETURN);
	dbus_message_unref(reply);
}

static void user_found_by_name(void **state)
{
	(void)state;
	call_find_user(a_call(), "root", go_on);
	work();
	hand_back();
	assert_int_equal(went_on, 1);
	assert_int_equal(last.uid, 0);
	assert_string_equal(last.name, "root");
	assert_success(peer_take(&peer));
}

static void unknown_user_refused(void **state)
{
	(void)state;
	call_find_user(a_call(), "no such user", go_on);
	work();
	hand_back();
	assert_int_equal(went_on, 0);
	assert_error(peer_take(&peer), pat_error_name(PAT_ERR_UNKNOWN_USER));
}

static void too_long_user_name_refused(void **state)
{
	char name[TOKEN_USER_BYTES_MAX + 2];

	(void)state;
	memset(name, 'u', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	call_find_user(a_call(), name, go_on);
	assert_null(submitted);
	assert_int_equal(went_on, 0);
	assert_error(peer_take(&peer), pat_error_name(PAT_ERR_UNKNOWN_USER));
}

/* patd ends, and the worker hands back what it never ran: that is no answer. */
static void user_refused_if_lookup_never_ran(void **state)
{
	(void)state;
	call_find_user(a_call(), "root", go_on);
	hand_back();
	assert_int_equal(went_on, 0);
	assert_error(peer_take(&peer), pat_error_name(PAT_ERR_UNKNOWN_USER));
}

/* Whoever generated a token would never see its secret. */
static void call_not_carried_out_after_disconnect(void **state)
{
	(void)state;
	call_find_user(a_call(), "root", go_on);
	work();
	calls_drop(calls);
	hand_back();
	assert_int_equal(went_on, 0);
}

static void busy_if_worker_is_full(void **state)
{
	(void)state;
	submit_result = -EBUSY;
	call_find_user(a_call(), "root", go_on);
	assert_int_equal(went_on, 0);
	assert_error(peer_take(&peer), pat_error_name(PAT_ERR_BUSY));
}

static void calls_above_limit_refused(void **state)
{
	static struct call *all[4096];

	(void)state;
	for (size_t i = 0; i < COUNT(all); i++) {
		all[i] = a_call();
		assert_non_null(all[i]);
	}
	assert_null(a_call());
	assert_error(peer_take(&peer), DBUS_ERROR_LIMITS_EXCEEDED);
	call_reply(all[0], call_new_reply(all[0]));
	all[0] = a_call();
	assert_non_null(all[0]);
	for (size_t i = 0; i < COUNT(all); i++)
		call_refuse(all[i], PAT_ERR_DENIED, "enough");
}

static void no_reply_if_not_expected(void **state)
{
	DBusMessage *message = peer_call("/", NULL, "Test");
	struct call *call;

	(void)state;
	dbus_message_set_no_reply(message, TRUE);
	call = call_new(calls, peer.ours, message);
	dbus_message_unref(message);
	call_reply(call, call_new_reply(call));
	call = a_call();
	call_refuse(call, PAT_ERR_DENIED, "the next one");
	assert_error(peer_take(&peer), pat_error_name(PAT_ERR_DENIED));
}

static void missing_reply_logged(void **state)
{
	(void)state;
	logged_clear();
	call_reply(a_call(), NULL);
	assert_logged("out of memory");
	assert_null(peer_take(&peer));
}

/* The question that patd asks the bus about a sender. */
static DBusMessage *take_question(void)
{
	DBusMessage *question = peer_take(&peer);
	const char *name;

	assert_non_null(question);
	assert_true(dbus_message_is_method_call(
		question, DBUS_INTERFACE_DBUS, "GetConnectionUnixUser"));
	assert_string_equal(dbus_message_get_destination(question), DBUS_SERVICE_DBUS);
	assert_true(
		dbus_message_get_args(question, NULL, DBUS_TYPE_STRING, &name, DBUS_TYPE_INVALID));
	assert_string_equal(name, ":1.7");
	return question;
}

static void answer(DBusMessage *question, const char *sender, dbus_uint32_t uid)
{
	DBusMessage *reply = dbus_message_new_method_return(question);

	assert_true(dbus_message_append_args(reply, DBUS_TYPE_UINT32, &uid, DBUS_TYPE_INVALID));
	peer_answer(&peer, sender, question, reply);
}

static void caller_is_uid_that_bus_gives(void **state)
{
	(void)state;
	call_identify(a_call(), go_on);
	answer(take_question(), DBUS_SERVICE_DBUS, 1);
	assert_int_equal(went_on, 0);
	work();
	hand_back();
	assert_int_equal(went_on, 1);
	assert_int_equal(last_caller.uid, 1);
	assert_string_equal(last_caller.user, "daemon");
	assert_success(peer_take(&peer));
}

/* NSS may hang, and root must get its revoke through. */
static void root_not_looked_up(void **state)
{
	(void)state;
	call_identify(a_call(), go_on);
	answer(take_question(), DBUS_SERVICE_DBUS, 0);
	assert_null(submitted);
	assert_int_equal(went_on, 1);
	assert_int_equal(last_caller.uid, 0);
	assert_string_equal(last_caller.user, "root");
	assert_success(peer_take(&peer));
}

static void keep(struct call *call)
{
	kept[kept_n++] = call;
}

static void calls_of_one_user_limited_and_others_served(void **state)
{
	static const dbus_uint32_t uids[] = { 1, 2, 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(kept); i++) {
		call_identify(a_call(), keep);
		answer(take_question(), DBUS_SERVICE_DBUS, 1);
		work();
		hand_back();
	}
	for (size_t i = 0; i < COUNT(uids); i++) {
		call_identify(a_call(), go_on);
		answer(take_question(), DBUS_SERVICE_DBUS, uids[i]);
		if (uids[i] == 1) {
			assert_error(peer_take(&peer), pat_error_name(PAT_ERR_BUSY));
			continue;
		}
		if (uids[i] != 0) {
			work();
			hand_back();
		}
		assert_success(peer_take(&peer));
	}
	for (size_t i = 0; i < COUNT(kept); i++)
		call_reply(kept[i], call_new_reply(kept[i]));
}

static void yield_once(struct call *call)
{
	call_yield(call, go_on);
}

static void yielded_call_continues_in_later_turn(void **state)
{
	(void)state;
	yield_once(a_call());
	assert_int_equal(went_on, 0);
	assert_true(sd_event_run(context.event, 0) > 0);
	assert_int_equal(went_on, 1);
	assert_success(peer_take(&peer));
	yield_once(a_call());
	calls_drop(calls);
	assert_int_equal(sd_event_run(context.event, 0), 0);
	assert_int_equal(went_on, 1);
}

/* A reply is known by its serial alone, which anybody can guess. */
static void caller_refused_if_answer_is_not_from_bus(void **state)
{
	(void)state;
	call_identify(a_call(), go_on);
	answer(take_question(), ":1.7", 0);
	assert_null(submitted);
	assert_int_equal(went_on, 0);
	assert_error(peer_take(&peer), pat_error_name(PAT_ERR_DENIED));
}

static void caller_without_user_name_refused(void **state)
{
	(void)state;
	call_identify(a_call(), go_on);
	answer(take_question(), DBUS_SERVICE_DBUS, 4000000000U);
	work();
	hand_back();
	assert_int_equal(went_on, 0);
	assert_error(peer_take(&peer), pat_error_name(PAT_ERR_DENIED));
}

static void caller_refused_if_lookup_never_ran(void **state)
{
	(void)state;
	call_identify(a_call(), go_on);
	answer(take_question(), DBUS_SERVICE_DBUS, 1);
	hand_back();
	assert_int_equal(went_on, 0);
	assert_error(peer_take(&peer), pat_error_name(PAT_ERR_DENIED));
}

static void caller_unknown_to_bus_refused(void **state)
{
	DBusMessage *question;

	(void)state;
	call_identify(a_call(), go_on);
	question = take_question();
	peer_answer(&peer, DBUS_SERVICE_DBUS, question,
		dbus_message_new_error(question, DBUS_ERROR_NAME_HAS_NO_OWNER, "gone"));
	assert_error(peer_take(&peer), pat_error_name(PAT_ERR_DENIED));
	assert_int_equal(went_on, 0);
}

static void caller_refused_if_answer_has_wrong_type(void **state)
{
	DBusMessage *question, *reply;
	const char *text = "0";

	(void)state;
	call_identify(a_call(), go_on);
	question = take_question();
	reply = dbus_message_new_method_return(question);
	assert_true(dbus_message_append_args(reply, DBUS_TYPE_STRING, &text, DBUS_TYPE_INVALID));
	peer_answer(&peer, DBUS_SERVICE_DBUS, question, reply);
	assert_error(peer_take(&peer), pat_error_name(PAT_ERR_DENIED));
	assert_int_equal(went_on, 0);
}

static void waiting_calls_end_on_disconnect(void **state)
{
	(void)state;
	for (int i = 0; i < 10; i++)
		call_identify(a_call(), go_on);
	dbus_connection_close(peer.bus);
	peer_turn(&peer);
	calls_drop(calls);
	assert_int_equal(went_on, 0);
	assert_null(submitted);
}

static const struct pat_id one = { "0000000001" }, two = { "0000000002" };

/* The serial of the reply. */
static dbus_uint32_t reply_secret(const struct pat_id *id)
{
	struct call *call = a_call();
	DBusMessage *reply;
	dbus_uint32_t serial;

	call_reply_secret(call, call_new_reply(call), id);
	reply = peer_take(&peer);
	assert_non_null(reply);
	serial = dbus_message_get_serial(reply);
	dbus_message_unref(reply);
	return serial;
}

static void undelivered_secret_found_once_by_serial(void **state)
{
	dbus_uint32_t first = reply_secret(&one), second = reply_secret(&two);
	struct pat_id id = { "untouched" };

	(void)state;
	assert_false(calls_take_undelivered(calls, second + 1, &id));
	assert_false(calls_take_undelivered(calls, 0, &id));
	assert_string_equal(id.text, "untouched");
	assert_true(calls_take_undelivered(calls, second, &id));
	assert_string_equal(id.text, two.text);
	assert_false(calls_take_undelivered(calls, second, &id));
	assert_true(calls_take_undelivered(calls, first, &id));
	assert_string_equal(id.text, one.text);
}

static void oldest_pending_secret_forgotten_at_limit(void **state)
{
	dbus_uint32_t serials[65];
	struct pat_id id;

	(void)state;
	for (size_t i = 0; i < COUNT(serials); i++)
		serials[i] = reply_secret(&one);
	assert_false(calls_take_undelivered(calls, serials[0], &id));
	for (size_t i = 1; i < COUNT(serials); i++)
		assert_true(calls_take_undelivered(calls, serials[i], &id));
}

/* On the next connection serials begin anew. */
static void pending_secrets_forgotten_on_disconnect(void **state)
{
	dbus_uint32_t serial = reply_secret(&one);
	struct pat_id id;

	(void)state;
	calls_drop(calls);
	assert_false(calls_take_undelivered(calls, serial, &id));
}

static int set_up(void **state)
{
	(void)state;
	submitted = NULL;
	submit_result = 0;
	went_on = 0;
	kept_n = 0;
	place_make(&place);
	peer_make(&peer, &place);
	if (sd_event_new(&context.event) < 0 || clients_new(gone, NULL, &context.clients) < 0)
		return -1;
	clients_attach(context.clients, peer.ours);
	return calls_new(&context, &calls);
}

static int tear_down(void **state)
{
	(void)state;
	calls_drop(calls);
	clients_attach(context.clients, NULL);
	peer_end(&peer);
	calls_free(calls);
	clients_free(context.clients);
	sd_event_unref(context.event);
	place_remove(&place);
	return 0;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(user_found_by_name),
		TEST(unknown_user_refused),
		TEST(too_long_user_name_refused),
		TEST(user_refused_if_lookup_never_ran),
		TEST(call_not_carried_out_after_disconnect),
		TEST(busy_if_worker_is_full),
		TEST(calls_above_limit_refused),
		TEST(no_reply_if_not_expected),
		TEST(missing_reply_logged),
		TEST(caller_is_uid_that_bus_gives),
		TEST(root_not_looked_up),
		TEST(calls_of_one_user_limited_and_others_served),
		TEST(yielded_call_continues_in_later_turn),
		TEST(caller_refused_if_answer_is_not_from_bus),
		TEST(caller_without_user_name_refused),
		TEST(caller_refused_if_lookup_never_ran),
		TEST(caller_unknown_to_bus_refused),
		TEST(caller_refused_if_answer_has_wrong_type),
		TEST(waiting_calls_end_on_disconnect),
		TEST(undelivered_secret_found_once_by_serial),
		TEST(oldest_pending_secret_forgotten_at_limit),
		TEST(pending_secrets_forgotten_on_disconnect),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
