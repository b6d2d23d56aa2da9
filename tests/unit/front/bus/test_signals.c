/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The test is the bus, and takes what patd sends to subscribers. */
#include "front/bus/signals.h"

#include "front/bus/interface.h"
#include "front/bus/token_path.h"
#include "tests/unit/front/subuid.h"
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/peer.h"

#define USES_A_SECOND 1024U
#define USES_A_TURN 32U

static const struct caller root = { .uid = 0, .user = "root" };
static const struct caller alice = { .uid = 1000, .user = "alice" };
static const struct caller bob = { .uid = 1001, .user = "bob" };

struct signals_world {
	struct place place;
	struct peer peer;
	sd_event *event;
	struct subids *subids;
	struct accounts *accounts;
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

static void ignore(struct client *client, void *userdata)
{
	(void)client;
	(void)userdata;
}

static struct client *client_of(struct signals_world *w, const char *name)
{
	struct client *client = clients_get(w->clients, name);

	assert_non_null(client);
	return client;
}

/* The bus is asked who it is, which is not of interest here. */
static void subscribe(struct signals_world *w, const char *name, const struct caller *who, bool all)
{
	DBusMessage *message;

	assert_true(client_subscribe(client_of(w, name), who, all));
	while ((message = peer_take(&w->peer)))
		dbus_message_unref(message);
}

static DBusMessage *next_message(struct signals_world *w)
{
	return peer_take(&w->peer);
}

static struct token_row token_of(const struct caller *who, unsigned int n)
{
	struct token_row row = { .uid = who->uid, .state = "active", .last_used_service = "test" };

	(void)snprintf(row.id.text, sizeof(row.id.text), "%010u", n);
	(void)snprintf(row.name, sizeof(row.name), "token %u", n);
	(void)snprintf(row.user, sizeof(row.user), "%s", who->user);
	return row;
}

static void tell(struct signals_world *w, enum token_event event, const struct token_row *row)
{
	signals_token(w->signals, event, row);
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

static void assert_changed(struct signals_world *w, const char *to, const struct token_row *row)
{
	dbus_message_unref(take(w, to, bus_token_path(row->id.text).text, DBUS_INTERFACE_PROPERTIES,
		"PropertiesChanged", "sa{sv}as"));
}

static void assert_used(struct signals_world *w, const char *to, const struct token_row *row)
{
	DBusMessage *message;
	dbus_uint64_t at;
	const char *service;

	assert_changed(w, to, row);
	message = take(w, to, bus_token_path(row->id.text).text, PAT_BUS_TOKEN, "Used", "ts");
	assert_true(dbus_message_get_args(message, NULL, DBUS_TYPE_UINT64, &at, DBUS_TYPE_STRING,
		&service, DBUS_TYPE_INVALID));
	assert_int_equal(at, row->last_used_at);
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

static void use(struct signals_world *w, struct token_row *row)
{
	row->last_used_at++;
	row->uses++;
	tell(w, TOKEN_USED, row);
}

static void changes_signalled_to_owner(void **state)
{
	struct signals_world *w = *state;
	struct token_row row = token_of(&alice, 1);

	subscribe(w, ":1.7", &alice, false);
	tell(w, TOKEN_GENERATED, &row);
	assert_added(w, ":1.7");
	tell(w, TOKEN_CHANGED, &row);
	assert_changed(w, ":1.7", &row);
	use(w, &row);
	turn(w);
	assert_used(w, ":1.7", &row);
	tell(w, TOKEN_DELETED, &row);
	assert_removed(w, ":1.7");
	assert_quiet(w);
}

static void no_signals_to_others(void **state)
{
	static const struct caller heir = { .uid = 1000, .user = "anna" };
	static const struct caller renumbered = { .uid = 1002, .user = "alice" };
	struct signals_world *w = *state;
	struct token_row row = token_of(&alice, 1);

	subscribe(w, ":1.1", &bob, false);
	subscribe(w, ":1.2", &root, false);
	subscribe(w, ":1.3", &heir, false);
	subscribe(w, ":1.4", &renumbered, false);
	tell(w, TOKEN_GENERATED, &row);
	use(w, &row);
	turn(w);
	tell(w, TOKEN_CHANGED, &row);
	tell(w, TOKEN_DELETED, &row);
	assert_quiet(w);
}

static void subscriber_to_all_gets_signals_of_all(void **state)
{
	struct signals_world *w = *state;
	const struct token_row hers = token_of(&alice, 1), his = token_of(&bob, 2);

	subscribe(w, ":1.1", &root, true);
	tell(w, TOKEN_GENERATED, &hers);
	assert_added(w, ":1.1");
	tell(w, TOKEN_GENERATED, &his);
	assert_added(w, ":1.1");
	subscribe(w, ":1.7", &alice, false);
	tell(w, TOKEN_GENERATED, &hers);
	assert_int_equal(count_messages(w), 2);
}

static void no_signals_after_unsubscribe(void **state)
{
	struct signals_world *w = *state;
	struct token_row row = token_of(&alice, 1);

	subscribe(w, ":1.7", &alice, false);
	use(w, &row);
	client_unsubscribe(client_of(w, ":1.7"));
	turn(w);
	tell(w, TOKEN_GENERATED, &row);
	while (next_message(w))
		fail_msg("a signal was sent");
}

static void uses_signalled_once_a_second_with_latest(void **state)
{
	struct signals_world *w = *state;
	struct token_row row = token_of(&alice, 1), other = token_of(&alice, 2);

	subscribe(w, ":1.7", &alice, false);
	use(w, &row);
	assert_quiet(w);
	use(w, &row);
	turn(w);
	assert_used(w, ":1.7", &row);
	assert_quiet(w);
	/* Within the second, whichever it is. */
	use(w, &row);
	use(w, &other);
	turn(w);
	assert_quiet(w);
}

static void uses_signalled_again_after_a_second(void **state)
{
	struct signals_world *w = *state;
	struct token_row row = token_of(&alice, 1);

	ahead_us = -1000000;
	subscribe(w, ":1.7", &alice, false);
	for (int i = 0; i < 3; i++) {
		use(w, &row);
		use(w, &row);
		turn(w);
		assert_used(w, ":1.7", &row);
		assert_quiet(w);
	}
}

/* Else a client would believe that the token still was as it was used. */
static void queued_use_has_what_changed_since(void **state)
{
	struct signals_world *w = *state;
	struct token_row row = token_of(&alice, 1);
	DBusMessage *message;
	DBusMessageIter args, dict, entry, value;
	const char *text;

	subscribe(w, ":1.7", &alice, false);
	use(w, &row);
	(void)strcpy(row.state, "revoked");
	tell(w, TOKEN_CHANGED, &row);
	assert_changed(w, ":1.7", &row);
	turn(w);
	message = next_message(w);
	assert_true(dbus_message_iter_init(message, &args));
	(void)dbus_message_iter_next(&args);
	dbus_message_iter_recurse(&args, &dict);
	dbus_message_iter_recurse(&dict, &entry);
	dbus_message_iter_get_basic(&entry, &text);
	assert_string_equal(text, "State");
	(void)dbus_message_iter_next(&entry);
	dbus_message_iter_recurse(&entry, &value);
	dbus_message_iter_get_basic(&value, &text);
	assert_string_equal(text, "revoked");
	dbus_message_unref(message);
	assert_int_equal(count_messages(w), 1);
}

static void use_of_deleted_token_not_signalled(void **state)
{
	struct signals_world *w = *state;
	struct token_row row = token_of(&alice, 1);

	subscribe(w, ":1.7", &alice, false);
	use(w, &row);
	tell(w, TOKEN_DELETED, &row);
	assert_removed(w, ":1.7");
	turn(w);
	assert_quiet(w);
}

static void use_many(struct signals_world *w, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		struct token_row row = token_of(&alice, i);

		use(w, &row);
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
	unsigned int n = 0;

	subscribe(w, ":1.7", &alice, false);
	use_many(w, USES_A_SECOND + 1);
	/* As fast as the bus takes them. */
	while (n < 2 * USES_A_SECOND) {
		assert_true(sd_event_run(w->event, 1000000) > 0);
		n += count_messages(w);
	}
	assert_int_equal(n, 2 * USES_A_SECOND);
	turn(w);
	assert_quiet(w);
}

static void queue_discarded_on_disconnect(void **state)
{
	struct signals_world *w = *state;
	struct token_row row = token_of(&alice, 1);

	subscribe(w, ":1.7", &alice, false);
	use(w, &row);
	signals_attach(w->signals, NULL);
	clients_attach(w->clients, NULL);
	use(w, &row);
	tell(w, TOKEN_GENERATED, &row);
	turn(w);
	clients_attach(w->clients, w->peer.ours);
	signals_attach(w->signals, w->peer.ours);
	subscribe(w, ":1.7", &alice, false);
	turn(w);
	assert_quiet(w);
	use(w, &row);
	turn(w);
	assert_used(w, ":1.7", &row);
}

static void new_history_told_to_whom_it_concerns(void **state)
{
	const struct answer_entry entry = { .uid = 1000, .user = "alice" };
	struct signals_world *w = *state;

	subscribe(w, ":1.7", &alice, false);
	subscribe(w, ":1.8", &bob, false);
	signals_entry(w->signals, &entry);
	turn(w);
	dbus_message_unref(take(w, ":1.7", PAT_BUS_PATH, PAT_BUS_MANAGER, "HistoryChanged", ""));
	assert_quiet(w);
}

static int set_up(void **state)
{
	const struct clients_events events = { ignore, ignore, NULL };
	struct signals_world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	ahead_us = INT64_C(3600) * 1000000;
	place_make(&w->place);
	peer_make(&w->peer, &w->place);
	assert_int_equal(sd_event_new(&w->event), 0);
	w->subids = subuid_of_games(w->event, &w->place);
	assert_int_equal(accounts_new(w->subids, &w->accounts), 0);
	assert_int_equal(clients_new(&events, w->accounts, &w->clients), 0);
	assert_int_equal(signals_new(w->event, w->clients, &w->signals), 0);
	clients_attach(w->clients, w->peer.ours);
	signals_attach(w->signals, w->peer.ours);
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct signals_world *w = *state;

	signals_free(w->signals);
	signals_free(NULL);
	clients_attach(w->clients, NULL);
	clients_free(w->clients);
	accounts_free(w->accounts);
	subids_free(w->subids);
	sd_event_unref(w->event);
	peer_end(&w->peer);
	place_remove(&w->place);
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
		TEST(uses_signalled_once_a_second_with_latest),
		TEST(uses_signalled_again_after_a_second),
		TEST(queued_use_has_what_changed_since),
		TEST(use_of_deleted_token_not_signalled),
		TEST(many_uses_signalled_in_parts),
		TEST(uses_above_limit_not_signalled),
		TEST(queue_discarded_on_disconnect),
		TEST(new_history_told_to_whom_it_concerns),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
