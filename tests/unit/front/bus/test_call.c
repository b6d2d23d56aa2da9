/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls from the message to the reply: the test is the bus, polkit, and patd. */
#include "front/bus/interface.h"

#include "common/pack.h"
#include "front/bus/bus_message.h"
#include "front/bus/call_turns.h"
#include "front/bus/call_users.h"
#include "front/bus/polkit.h"
#include "front/bus/token_path.h"
#include "tests/unit/front/fake_patd.h"
#include "tests/unit/front/subuid.h"
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/peer.h"

#define ID "0123456789"
#define TOKEN_PATH PAT_BUS_TOKEN_PATH "/" ID
#define PATIENCE 100000

struct calls_world {
	struct place place;
	struct peer peer;
	struct fake_patd patd;
	sd_event *event;
	struct closers *closers;
	struct subids *subids;
	struct accounts *accounts;
	struct bus_context context;
	struct calls *calls;
	struct sent_secrets secrets;
};

static struct calls_world w;
static bool up;

static void on_up(void *userdata)
{
	(void)userdata;
	up = true;
}

static void on_down(void *userdata)
{
	(void)userdata;
	up = false;
	calls_refuse_all(w.calls);
}

static void on_known(struct client *client, void *userdata)
{
	(void)userdata;
	calls_known(client);
}

static void on_gone(struct client *client, void *userdata)
{
	(void)userdata;
	calls_forget(w.calls, client);
}

static void turn(void)
{
	(void)sd_event_run(w.event, 100);
	peer_turn(&w.peer);
}

/* The next message to the bus, which the caller unrefs. */
static DBusMessage *take(void)
{
	DBusMessage *message = NULL;

	for (int i = 0; !message && i < PATIENCE; i++) {
		(void)sd_event_run(w.event, 100);
		message = peer_take(&w.peer);
	}
	assert_non_null(message);
	return message;
}

static void expect_request(enum request_kind kind)
{
	bool taken = false;

	for (int i = 0; !(taken = fake_patd_take(&w.patd)) && i < PATIENCE; i++)
		turn();
	assert_true(taken);
	assert_string_equal(request_word(w.patd.request.head.kind), request_word(kind));
}

static bool no_request(void)
{
	for (int i = 0; i < 20; i++)
		turn();
	return !fake_patd_take(&w.patd);
}

static void append_no_options(DBusMessage *call)
{
	DBusMessageIter to, dict;

	dbus_message_iter_init_append(call, &to);
	assert_true(dbus_message_iter_open_container(&to, DBUS_TYPE_ARRAY, "{sv}", &dict));
	assert_true(dbus_message_iter_close_container(&to, &dict));
}

static void dispatch(DBusMessage *call)
{
	bus_dispatch(w.calls, w.peer.ours, call);
	dbus_message_unref(call);
}

/* A change of the token, as its owner calls for. */
static void call_token(const char *method)
{
	DBusMessage *call = peer_call(TOKEN_PATH, PAT_BUS_TOKEN, method);

	append_no_options(call);
	dispatch(call);
}

static void call_list_as(const char *client)
{
	DBusMessage *call = peer_call(PAT_BUS_PATH, PAT_BUS_MANAGER, "ListTokens");
	dbus_uint32_t limit = 0;
	const char *cursor = "";

	append_no_options(call);
	assert_true(dbus_message_append_args(
		call, DBUS_TYPE_UINT32, &limit, DBUS_TYPE_STRING, &cursor, DBUS_TYPE_INVALID));
	assert_true(dbus_message_set_sender(call, client));
	dispatch(call);
}

static void call_list(void)
{
	call_list_as(":1.7");
}

static void call_generate(void)
{
	/* The base point: any valid key. */
	static const uint8_t key[32] = { 9 };
	const uint8_t *bytes = key;
	const char *name = "laptop";
	DBusMessage *call = peer_call(PAT_BUS_PATH, PAT_BUS_MANAGER, "GenerateSealed");

	assert_true(dbus_message_append_args(call, DBUS_TYPE_STRING, &name, DBUS_TYPE_ARRAY,
		DBUS_TYPE_BYTE, &bytes, (int)sizeof(key), DBUS_TYPE_INVALID));
	append_no_options(call);
	dispatch(call);
}

/* The bus says who the client is. */
static void identify(dbus_uint32_t uid)
{
	DBusMessage *question = take(), *reply;

	assert_true(dbus_message_is_method_call(
		question, DBUS_INTERFACE_DBUS, "GetConnectionUnixUser"));
	reply = dbus_message_new_method_return(question);
	assert_true(dbus_message_append_args(reply, DBUS_TYPE_UINT32, &uid, DBUS_TYPE_INVALID));
	peer_answer(&w.peer, DBUS_SERVICE_DBUS, question, reply);
}

static void expect_reply(const char *signature)
{
	DBusMessage *reply = take();

	assert_int_equal(dbus_message_get_type(reply), DBUS_MESSAGE_TYPE_METHOD_RETURN);
	assert_string_equal(dbus_message_get_destination(reply), ":1.7");
	assert_string_equal(dbus_message_get_signature(reply), signature);
	dbus_message_unref(reply);
}

static DBusMessage *take_polkit(const char *method)
{
	DBusMessage *question = take();

	assert_true(dbus_message_is_method_call(
		question, "org.freedesktop.PolicyKit1.Authority", method));
	return question;
}

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

static void one_long_answer_of_a_client_at_a_time(void **state)
{
	struct answer_page page = { "" };

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
	struct answer_page page = { "" };
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
	struct answer_page page = { "cursor" };
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

static int set_up(void **state)
{
	const struct clients_events events = { on_known, on_gone, NULL };
	const struct link_listener listener = { .up = on_up, .down = on_down };

	(void)state;
	memset(&w, 0, sizeof(w));
	up = false;
	logged_clear();
	place_make(&w.place);
	peer_make(&w.peer, &w.place);
	fake_patd_listen(&w.patd, &w.place);
	assert_int_equal(sd_event_new(&w.event), 0);
	w.context.event = w.event;
	w.context.refused = polkit_refuse;
	w.context.secrets = &w.secrets;
	assert_int_equal(call_turns_new(w.event, &w.context.turns), 0);
	assert_int_equal(closers_new(&w.closers), 0);
	w.subids = subuid_of_games(w.event, &w.place);
	assert_int_equal(accounts_new(w.subids, &w.accounts), 0);
	assert_int_equal(clients_new(&events, w.accounts, &w.context.clients), 0);
	assert_int_equal(doomed_new(w.closers, w.context.clients, &w.context.doomed), 0);
	assert_int_equal(lookups_new(w.event, &w.context.lookups), 0);
	assert_int_equal(calls_new(&w.context, &w.calls), 0);
	assert_int_equal(link_new(w.event, w.patd.path, &listener, &w.context.link), 0);
	while (!up)
		turn();
	fake_patd_accept(&w.patd);
	clients_attach(w.context.clients, w.peer.ours);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	calls_drop(w.calls);
	clients_attach(w.context.clients, NULL);
	lookups_free(w.context.lookups);
	calls_free(w.calls);
	call_turns_free(w.context.turns);
	doomed_free(w.context.doomed);
	clients_free(w.context.clients);
	accounts_free(w.accounts);
	subids_free(w.subids);
	link_free(w.context.link);
	closers_free(w.closers);
	fake_patd_end(&w.patd);
	sd_event_unref(w.event);
	peer_end(&w.peer);
	place_remove(&w.place);
	return 0;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(call_becomes_request_and_answer_reply),
		TEST(root_served_without_nss),
		TEST(long_message_refused_at_once),
		TEST(unknown_client_has_few_calls),
		TEST(polkit_asked_for_what_patd_says_is_lacking),
		TEST(denied_when_polkit_says_no),
		TEST(question_about_own_token_has_its_name),
		TEST(question_cancelled_when_client_leaves),
		TEST(change_carried_out_though_client_left),
		TEST(one_long_answer_of_a_client_at_a_time),
		TEST(few_long_answers_of_a_user_at_a_time),
		TEST(later_calls_of_client_wait_for_both_steps_of_generate),
		TEST(calls_of_others_do_not_wait_for_it),
		TEST(later_calls_served_while_a_person_is_asked),
		TEST(later_calls_served_when_one_is_refused),
		TEST(changes_behind_carried_out_in_order_though_client_left),
		TEST(who_was_sent_much_waits_but_for_what_takes_access_away),
		TEST(every_reply_counts_as_sent),
		TEST(what_can_wait_does_while_bus_is_slow),
		TEST(few_refusals_sent_while_bus_is_slow),
		TEST(few_refusals_of_unknown_client_sent_while_bus_is_slow),
		TEST(read_ends_when_client_leaves),
		TEST(calls_refused_when_patd_goes),
		TEST(objects_have_what_happened_while_they_were_listed),
		TEST(undelivered_secret_ends_its_token),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
