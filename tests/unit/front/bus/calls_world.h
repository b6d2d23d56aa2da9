/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls from the message to the reply: the test is the bus, polkit, and patd. */
#pragma once

#include "front/bus/call_turns.h"
#include "front/bus/call_users.h"
#include "front/bus/interface.h"
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

static inline void on_up(void *userdata)
{
	(void)userdata;
	up = true;
}

static inline void on_down(void *userdata)
{
	(void)userdata;
	up = false;
	calls_refuse_all(w.calls);
}

static inline void on_known(struct client *client, void *userdata)
{
	(void)userdata;
	calls_known(client);
}

static inline void on_gone(struct client *client, void *userdata)
{
	(void)userdata;
	calls_forget(w.calls, client);
}

static inline void turn(void)
{
	(void)sd_event_run(w.event, 100);
	peer_turn(&w.peer);
}

/* The next message to the bus, which the caller unrefs. */
static inline DBusMessage *take(void)
{
	DBusMessage *message = NULL;

	for (int i = 0; !message && i < PATIENCE; i++) {
		(void)sd_event_run(w.event, 100);
		message = peer_take(&w.peer);
	}
	assert_non_null(message);
	return message;
}

static inline void expect_request(enum request_kind kind)
{
	bool taken = false;

	for (int i = 0; !(taken = fake_patd_take(&w.patd)) && i < PATIENCE; i++)
		turn();
	assert_true(taken);
	assert_string_equal(request_word(w.patd.request.head.kind), request_word(kind));
}

static inline bool no_request(void)
{
	for (int i = 0; i < 20; i++)
		turn();
	return !fake_patd_take(&w.patd);
}

static inline void append_no_options(DBusMessage *call)
{
	DBusMessageIter to, dict;

	dbus_message_iter_init_append(call, &to);
	assert_true(dbus_message_iter_open_container(&to, DBUS_TYPE_ARRAY, "{sv}", &dict));
	assert_true(dbus_message_iter_close_container(&to, &dict));
}

static inline void dispatch(DBusMessage *call)
{
	bus_dispatch(w.calls, w.peer.ours, call);
	dbus_message_unref(call);
}

/* A change of the token, as its owner calls for. */
static inline void call_token(const char *method)
{
	DBusMessage *call = peer_call(TOKEN_PATH, PAT_BUS_TOKEN, method);

	append_no_options(call);
	dispatch(call);
}

static inline void call_list_as(const char *client)
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

static inline void call_list(void)
{
	call_list_as(":1.7");
}

static inline void call_generate(void)
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
static inline void identify(dbus_uint32_t uid)
{
	DBusMessage *question = take(), *reply;

	assert_true(dbus_message_is_method_call(
		question, DBUS_INTERFACE_DBUS, "GetConnectionUnixUser"));
	reply = dbus_message_new_method_return(question);
	assert_true(dbus_message_append_args(reply, DBUS_TYPE_UINT32, &uid, DBUS_TYPE_INVALID));
	peer_answer(&w.peer, DBUS_SERVICE_DBUS, question, reply);
}

static inline void expect_reply(const char *signature)
{
	DBusMessage *reply = take();

	assert_int_equal(dbus_message_get_type(reply), DBUS_MESSAGE_TYPE_METHOD_RETURN);
	assert_string_equal(dbus_message_get_destination(reply), ":1.7");
	assert_string_equal(dbus_message_get_signature(reply), signature);
	dbus_message_unref(reply);
}

static inline DBusMessage *take_polkit(const char *method)
{
	DBusMessage *question = take();

	assert_true(dbus_message_is_method_call(
		question, "org.freedesktop.PolicyKit1.Authority", method));
	return question;
}

static inline int set_up(void **state)
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

static inline int tear_down(void **state)
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
