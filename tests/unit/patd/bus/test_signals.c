/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The test is the bus, and takes what patd sends to subscribers. */
#include "patd/bus/signals.h"

#include "patd/bus/token_view.h"
#include "patd/tokens/tokens_private.h"
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/peer.h"
#include "tests/unit/patd/world.h"

#define LATER UINT64_C(4102444800) /* 2100: no end comes by the machine's clock */
#define USES_A_SECOND 1024U
#define USES_A_TURN 32U

struct signals_world {
	struct world world; /* first: the world's functions take it */
	struct peer peer;
	sd_event *event;
	struct clients *clients;
	struct signals *signals;
};

/* Of patd's clock: what it sets for a second from now is due at once, or not in this test. */
static int64_t ahead_us;

/* In the place of libsystemd's. */
int sd_event_now(sd_event *event, clockid_t clock, uint64_t *ret_us)
{
	struct timespec now;

	(void)event;
	assert_int_equal(clock_gettime(clock, &now), 0);
	*ret_us = (uint64_t)(now.tv_sec * 1000000 + now.tv_nsec / 1000 + ahead_us);
	return 0;
}

static void gone(const char *name, void *userdata)
{
	(void)name;
	(void)userdata;
}

/* The bus is told to watch it, which is not of interest here. */
static void subscribe(struct signals_world *w, const char *name, const struct caller *who, bool all)
{
	DBusMessage *message;

	assert_true(clients_subscribe(w->clients, name, who, all));
	while ((message = peer_take(&w->peer)))
		dbus_message_unref(message);
}

/* The next message but HistoryChanged, which comes with everything, in its own time. */
static DBusMessage *next_message(struct signals_world *w)
{
	DBusMessage *message;

	while ((message = peer_take(&w->peer)) &&
		dbus_message_is_signal(message, PAT_BUS_MANAGER, "HistoryChanged"))
		dbus_message_unref(message);
	return message;
}

/* The next message is that signal, to that client; the caller unrefs it. */
static DBusMessage *take(struct signals_world *w, const char *to, const char *path,
	const char *interface, const char *name, const char *types)
{
	DBusMessage *message = next_message(w);

	assert_that(message != NULL, "no %s", name);
	assert_true(dbus_message_is_signal(message, interface, name));
	assert_string_equal(dbus_message_get_destination(message), to);
	assert_string_equal(dbus_message_get_path(message), path);
	assert_string_equal(dbus_message_get_signature(message), types);
	return message;
}

static void assert_added(struct signals_world *w, const char *to)
{
	dbus_message_unref(
		take(w, to, PAT_BUS_PATH, BUS_OBJECT_MANAGER, "InterfacesAdded", "oa{sa{sv}}"));
}

static void assert_removed(struct signals_world *w, const char *to)
{
	dbus_message_unref(
		take(w, to, PAT_BUS_PATH, BUS_OBJECT_MANAGER, "InterfacesRemoved", "oas"));
}

static void assert_changed(struct signals_world *w, const char *to, const struct made *made)
{
	dbus_message_unref(take(w, to, bus_token_path(&made->token.id).text,
		DBUS_INTERFACE_PROPERTIES, "PropertiesChanged", "sa{sv}as"));
}

/* Now, by the world's time. */
static void assert_used(struct signals_world *w, const char *to, const struct made *made)
{
	DBusMessage *message;
	dbus_uint64_t at;
	const char *service;

	assert_changed(w, to, made);
	message = take(w, to, bus_token_path(&made->token.id).text, PAT_BUS_TOKEN, "Used", "ts");
	assert_true(dbus_message_get_args(message, NULL, DBUS_TYPE_UINT64, &at, DBUS_TYPE_STRING,
		&service, DBUS_TYPE_INVALID));
	assert_int_equal(at, w->world.time);
	assert_string_equal(service, "test");
	dbus_message_unref(message);
}

static void assert_quiet(struct signals_world *w)
{
	assert_null(next_message(w));
}

static unsigned int count_messages(struct signals_world *w)
{
	DBusMessage *message;
	unsigned int n = 0;

	while ((message = next_message(w))) {
		dbus_message_unref(message);
		n++;
	}
	return n;
}

static void turn(struct signals_world *w)
{
	while (sd_event_run(w->event, 0) > 0)
		;
}

static void use(struct signals_world *w, const struct made *made)
{
	const struct caller owner = { .uid = made->token.uid, .user = "alice" };

	assert_int_equal(world_log_in(&w->world, &owner, made), PAT_ACCEPTED);
}

static void changes_signalled_to_owner(void **state)
{
	struct signals_world *w = *state;
	struct made made;

	subscribe(w, ":1.7", &alice, false);
	made = world_generate(&w->world, &alice, "laptop");
	assert_added(w, ":1.7");
	assert_int_equal(world_revoke(&w->world, &made), PAT_OK);
	assert_changed(w, ":1.7", &made);
	assert_int_equal(world_restore(&w->world, &made), PAT_OK);
	assert_changed(w, ":1.7", &made);
	use(w, &made);
	turn(w);
	assert_used(w, ":1.7", &made);
	assert_int_equal(world_revoke(&w->world, &made), PAT_OK);
	assert_changed(w, ":1.7", &made);
	assert_int_equal(world_delete(&w->world, &made), PAT_OK);
	assert_removed(w, ":1.7");
	assert_quiet(w);
}

static void no_signals_to_others(void **state)
{
	static const struct caller heir = { .uid = 1000, .user = "anna" };
	static const struct caller renumbered = { .uid = 1002, .user = "alice" };
	struct signals_world *w = *state;
	struct made made;

	subscribe(w, ":1.1", &bob, false);
	subscribe(w, ":1.2", &root, false);
	subscribe(w, ":1.3", &heir, false);
	subscribe(w, ":1.4", &renumbered, false);
	made = world_generate(&w->world, &alice, "laptop");
	use(w, &made);
	turn(w);
	assert_int_equal(world_revoke(&w->world, &made), PAT_OK);
	assert_int_equal(world_delete(&w->world, &made), PAT_OK);
	assert_quiet(w);
}

static void subscriber_to_all_gets_signals_of_all(void **state)
{
	struct signals_world *w = *state;

	subscribe(w, ":1.1", &root, true);
	(void)world_generate(&w->world, &alice, "laptop");
	assert_added(w, ":1.1");
	(void)world_generate(&w->world, &bob, "laptop");
	assert_added(w, ":1.1");
	subscribe(w, ":1.7", &alice, false);
	(void)world_generate(&w->world, &alice, "phone");
	assert_int_equal(count_messages(w), 2);
}

static void no_signals_after_unsubscribe(void **state)
{
	struct signals_world *w = *state;
	struct made made = world_generate(&w->world, &alice, "laptop");
	DBusMessage *message;

	subscribe(w, ":1.7", &alice, false);
	use(w, &made);
	clients_unsubscribe(w->clients, ":1.7");
	message = next_message(w);
	assert_true(dbus_message_is_method_call(message, DBUS_INTERFACE_DBUS, "RemoveMatch"));
	dbus_message_unref(message);
	turn(w);
	(void)world_generate(&w->world, &alice, "phone");
	assert_quiet(w);
}

/* Somebody waits for the verdict. */
static void use_signalled_in_later_turn(void **state)
{
	struct signals_world *w = *state;
	struct made made = world_generate(&w->world, &alice, "laptop");

	subscribe(w, ":1.7", &alice, false);
	use(w, &made);
	assert_quiet(w);
	turn(w);
	assert_used(w, ":1.7", &made);
}

static void uses_signalled_once_a_second_with_latest(void **state)
{
	struct signals_world *w = *state;
	struct made made = world_generate(&w->world, &alice, "laptop");
	struct made other = world_generate(&w->world, &alice, "phone");

	subscribe(w, ":1.7", &alice, false);
	use(w, &made);
	w->world.time += 1;
	use(w, &made);
	turn(w);
	assert_used(w, ":1.7", &made);
	assert_quiet(w);
	/* Within the second, whichever it is. */
	use(w, &made);
	use(w, &other);
	turn(w);
	assert_quiet(w);
}

static void uses_signalled_again_after_a_second(void **state)
{
	struct signals_world *w = *state;
	struct made made = world_generate(&w->world, &alice, "laptop");

	ahead_us = -1000000;
	subscribe(w, ":1.7", &alice, false);
	for (int i = 0; i < 3; i++) {
		use(w, &made);
		use(w, &made);
		turn(w);
		assert_used(w, ":1.7", &made);
		assert_quiet(w);
	}
}

static void use_of_deleted_token_not_signalled(void **state)
{
	struct signals_world *w = *state;
	struct made made = world_generate(&w->world, &alice, "laptop");

	subscribe(w, ":1.7", &alice, false);
	use(w, &made);
	assert_int_equal(world_revoke(&w->world, &made), PAT_OK);
	assert_changed(w, ":1.7", &made);
	assert_int_equal(world_delete(&w->world, &made), PAT_OK);
	assert_removed(w, ":1.7");
	turn(w);
	assert_quiet(w);
}

/* Alice's, as many, each used. */
static void use_many(struct signals_world *w, unsigned int count)
{
	struct token token = { .uid = alice.uid };
	char sql[512];

	(void)strcpy(token.user, alice.user);
	(void)snprintf(sql, sizeof(sql),
		"WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %u) "
		"INSERT INTO token SELECT printf('%%010d', i), 'alice', 1000, i, " WORLD_ROW_REST
		" FROM n",
		count - 1);
	world_edit(&w->world, sql);
	for (unsigned int i = 0; i < count; i++) {
		(void)snprintf(token.id.text, sizeof(token.id.text), "%010u", i);
		tokens_notify(w->world.tokens, TOKEN_USED, &token);
	}
}

static void many_uses_signalled_in_parts(void **state)
{
	struct signals_world *w = *state;

	turn(w);
	subscribe(w, ":1.7", &alice, false);
	use_many(w, 2 * USES_A_TURN + 1);
	for (unsigned int i = 0; i < 2; i++) {
		assert_true(sd_event_run(w->event, 0) > 0);
		assert_int_equal(count_messages(w), 2 * USES_A_TURN);
	}
	assert_true(sd_event_run(w->event, 0) > 0);
	assert_int_equal(count_messages(w), 2);
	assert_int_equal(sd_event_run(w->event, 0), 0);
}

static void uses_above_limit_not_signalled(void **state)
{
	struct signals_world *w = *state;

	subscribe(w, ":1.7", &alice, false);
	use_many(w, USES_A_SECOND + 1);
	turn(w);
	assert_int_equal(count_messages(w), 2 * USES_A_SECOND);
}

static void queue_discarded_on_disconnect(void **state)
{
	struct signals_world *w = *state;
	struct made made = world_generate(&w->world, &alice, "laptop");

	subscribe(w, ":1.7", &alice, false);
	use(w, &made);
	signals_attach(w->signals, NULL);
	clients_attach(w->clients, NULL);
	use(w, &made);
	(void)world_generate(&w->world, &alice, "phone");
	turn(w);
	clients_attach(w->clients, w->peer.ours);
	signals_attach(w->signals, w->peer.ours);
	subscribe(w, ":1.7", &alice, false);
	turn(w);
	assert_quiet(w);
	use(w, &made);
	turn(w);
	assert_used(w, ":1.7", &made);
}

/* Else patd's memory would be that of a follower who does not read. */
static void connection_closed_if_bus_takes_nothing(void **state)
{
	struct signals_world *w = *state;
	struct made made = world_generate(&w->world, &alice, "laptop");
	unsigned int sent = 0;

	subscribe(w, ":1.7", &alice, false);
	while (dbus_connection_get_is_connected(w->peer.ours)) {
		assert_in_range(
			dbus_connection_get_outgoing_size(w->peer.ours), 0, 16 * 1024 * 1024);
		tokens_notify(w->world.tokens, TOKEN_GENERATED, &made.token);
		assert_in_range(++sent, 1, 1000000);
	}
	assert_true(sent > 1000);
}

static void no_signals_after_free(void **state)
{
	struct signals_world *w = *state;
	struct made made = world_generate(&w->world, &alice, "laptop");

	subscribe(w, ":1.7", &alice, false);
	use(w, &made);
	signals_free(w->signals);
	w->signals = NULL;
	signals_free(NULL);
	(void)world_generate(&w->world, &alice, "phone");
	turn(w);
	assert_quiet(w);
}

static int set_up(void **state)
{
	struct signals_world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	ahead_us = INT64_C(3600) * 1000000;
	world_make(&w->world);
	w->world.time = LATER;
	peer_make(&w->peer, &w->world.place);
	assert_int_equal(sd_event_new(&w->event), 0);
	assert_int_equal(clients_new(gone, NULL, &w->clients), 0);
	assert_int_equal(signals_new(w->event, w->world.tokens, w->clients, &w->signals), 0);
	clients_attach(w->clients, w->peer.ours);
	signals_attach(w->signals, w->peer.ours);
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct signals_world *w = *state;

	signals_free(w->signals);
	clients_attach(w->clients, NULL);
	clients_free(w->clients);
	sd_event_unref(w->event);
	peer_end(&w->peer);
	world_end(&w->world);
	free(w);
	return 0;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(changes_signalled_to_owner),
		TEST(no_signals_to_others),
		TEST(subscriber_to_all_gets_signals_of_all),
		TEST(no_signals_after_unsubscribe),
		TEST(use_signalled_in_later_turn),
		TEST(uses_signalled_once_a_second_with_latest),
		TEST(uses_signalled_again_after_a_second),
		TEST(use_of_deleted_token_not_signalled),
		TEST(many_uses_signalled_in_parts),
		TEST(uses_above_limit_not_signalled),
		TEST(queue_discarded_on_disconnect),
		TEST(connection_closed_if_bus_takes_nothing),
		TEST(no_signals_after_free),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
