/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The test is the bus: it says who the clients are, and that they leave. */
#include "front/bus/clients.h"
#include "tests/unit/front/subuid.h"
#include "tests/unit/patd/peer.h"

static struct place place;
static struct peer peer;
static sd_event *event;
static struct subids *subids;
static struct accounts *accounts;
static struct clients *clients;
static char gone_name[32];
static unsigned int gone_n, known_n;

static const struct caller alice = { .uid = 1000, .user = "alice" };
static const struct caller bob = { .uid = 1001, .user = "bob" };

static void known(struct client *client, void *userdata)
{
	(void)client;
	(void)userdata;
	known_n++;
}

static void gone(struct client *client, void *userdata)
{
	(void)userdata;
	gone_n++;
	(void)snprintf(gone_name, sizeof(gone_name), "%s", client->name);
}

/* The question of whom that client is. */
static DBusMessage *take_question_about(const char *client)
{
	DBusMessage *question = peer_take(&peer);
	const char *name;

	assert_non_null(question);
	assert_true(dbus_message_is_method_call(
		question, DBUS_INTERFACE_DBUS, "GetConnectionUnixUser"));
	assert_true(
		dbus_message_get_args(question, NULL, DBUS_TYPE_STRING, &name, DBUS_TYPE_INVALID));
	assert_string_equal(name, client);
	return question;
}

static DBusMessage *take_question(void)
{
	return take_question_about(":1.7");
}

static void answer_as(const char *sender, DBusMessage *question, dbus_uint32_t uid)
{
	DBusMessage *reply = dbus_message_new_method_return(question);

	assert_true(dbus_message_append_args(reply, DBUS_TYPE_UINT32, &uid, DBUS_TYPE_INVALID));
	peer_answer(&peer, sender, question, reply);
}

static struct client *client_of(const char *name, dbus_uint32_t uid)
{
	struct client *client = clients_get(clients, name);

	answer_as(DBUS_SERVICE_DBUS, take_question_about(name), uid);
	return client;
}

static void uid_asked_once_and_kept(void **state)
{
	struct client *client = clients_get(clients, ":1.7");

	(void)state;
	assert_ptr_equal(clients_get(clients, ":1.7"), client);
	answer_as(DBUS_SERVICE_DBUS, take_question(), 1000);
	assert_int_equal(known_n, 1);
	assert_int_equal(client->account->uid, 1000);
	assert_ptr_equal(clients_get(clients, ":1.7"), client);
	assert_null(peer_take(&peer));
}

static void clients_of_one_uid_share_its_account(void **state)
{
	struct client *client = clients_get(clients, ":1.7"), *other;
	struct account *account;

	(void)state;
	answer_as(DBUS_SERVICE_DBUS, take_question(), 1000);
	account = accounts_get(accounts, 1000);
	assert_ptr_equal(client->account, account);
	clients_lost(clients, ":1.7");
	other = clients_get(clients, ":1.7");
	answer_as(DBUS_SERVICE_DBUS, take_question(), 1000);
	assert_ptr_equal(other->account, account);
	account_unref(account);
}

static void sub_uid_kept_and_counted_for_its_owner(void **state)
{
	struct client *client = client_of(":1.7", GAMES_SUB_UID);

	(void)state;
	assert_int_equal(client->uid, GAMES_SUB_UID);
	assert_int_equal(client->account->uid, GAMES);
}

static void answer_of_another_says_nothing(void **state)
{
	struct client *client = clients_get(clients, ":1.7");

	(void)state;
	answer_as(":1.8", take_question(), 0);
	assert_int_equal(known_n, 1);
	assert_null(client->account);
	/* And the bus is asked again. */
	assert_non_null(clients_get(clients, ":1.7"));
	answer_as(DBUS_SERVICE_DBUS, take_question(), 1000);
	assert_int_equal(client->account->uid, 1000);
}

static void calls_bounded_until_uid_is_known(void **state)
{
	struct client *client = clients_get(clients, ":1.7");

	(void)state;
	for (unsigned int i = 0; i < CLIENTS_UNKNOWN_CALLS_MAX; i++)
		assert_true(client_take_unknown(client));
	assert_false(client_take_unknown(client));
	client_end_unknown(client);
	assert_true(client_take_unknown(client));
	for (unsigned int i = 0; i < CLIENTS_UNKNOWN_CALLS_MAX; i++)
		client_end_unknown(client);
}

static void departures_watched_by_one_rule(void **state)
{
	DBusMessage *message;
	const char *rule;

	(void)state;
	assert_true(clients_watch(clients));
	message = peer_take(&peer);
	assert_true(dbus_message_is_method_call(message, DBUS_INTERFACE_DBUS, "AddMatch"));
	assert_true(
		dbus_message_get_args(message, NULL, DBUS_TYPE_STRING, &rule, DBUS_TYPE_INVALID));
	assert_non_null(strstr(rule, "member='NameOwnerChanged',arg2=''"));
	assert_non_null(strstr(rule, "sender='" DBUS_SERVICE_DBUS "'"));
	dbus_message_unref(message);
}

static void gone_called_once_for_client_that_left(void **state)
{
	(void)state;
	assert_true(client_subscribe(clients_get(clients, ":1.7"), &alice, false));
	clients_lost(clients, ":1.7");
	clients_lost(clients, ":1.7");
	clients_lost(clients, ":1.8");
	assert_int_equal(gone_n, 1);
	assert_string_equal(gone_name, ":1.7");
	assert_null(clients_find(clients, ":1.7"));
	assert_null(clients_subscribed(clients, NULL, 1000, "alice"));
}

static void subscriber_sees_own_tokens_or_all(void **state)
{
	struct client *client = clients_get(clients, ":1.7");

	(void)state;
	assert_true(client_subscribe(client, &alice, false));
	assert_ptr_equal(clients_subscribed(clients, NULL, 1000, "alice"), client);
	assert_null(clients_subscribed(clients, client, 1000, "alice"));
	assert_null(clients_subscribed(clients, NULL, 1000, "anna"));
	assert_null(clients_subscribed(clients, NULL, 1001, "bob"));
	assert_true(client_subscribe(client, &alice, true));
	assert_non_null(clients_subscribed(clients, NULL, 1001, "bob"));
	client_unsubscribe(client);
	client_unsubscribe(client);
	assert_null(clients_subscribed(clients, NULL, 1000, "alice"));
	assert_non_null(clients_find(clients, ":1.7"));
}

static void each_subscriber_found_once(void **state)
{
	static const char *const names[] = { ":1.1", ":1.2", ":1.3", ":1.4" };
	struct client *client = NULL;
	unsigned int found = 0;

	(void)state;
	assert_true(client_subscribe(clients_get(clients, names[0]), &alice, false));
	assert_true(client_subscribe(clients_get(clients, names[1]), &bob, false));
	assert_true(client_subscribe(clients_get(clients, names[2]), &alice, true));
	assert_non_null(clients_get(clients, names[3]));
	while ((client = clients_subscribed(clients, client, 1000, "alice")))
		for (size_t i = 0; i < COUNT(names); i++)
			if (strcmp(client->name, names[i]) == 0)
				found += 1U << 4 * i;
	assert_int_equal(found, 0x0101);
	clients_unsubscribe_all(clients);
	assert_null(clients_next_subscriber(clients, NULL));
}

static void subscriptions_of_one_user_limited(void **state)
{
	struct client *again = NULL;
	char name[16];

	(void)state;
	for (unsigned int i = 0; i < CLIENTS_SUBSCRIBED_MAX; i++) {
		(void)snprintf(name, sizeof(name), ":1.%u", i);
		again = client_of(name, i == 0 ? GAMES : GAMES_SUB_UID + i);
		assert_true(client_subscribe(again, &alice, false));
	}
	assert_false(client_subscribe(client_of(":2.0", GAMES), &alice, false));
	assert_true(client_subscribe(again, &alice, false));
	assert_true(client_subscribe(client_of(":2.1", bob.uid), &bob, false));
	client_unsubscribe(again);
	assert_true(client_subscribe(client_of(":2.2", GAMES), &alice, false));
}

static void no_clients_without_connection(void **state)
{
	DBusMessage *question;

	(void)state;
	assert_true(client_subscribe(clients_get(clients, ":1.7"), &alice, false));
	question = take_question();
	clients_attach(clients, NULL);
	assert_int_equal(gone_n, 1);
	assert_null(clients_subscribed(clients, NULL, 1000, "alice"));
	assert_null(clients_get(clients, ":1.7"));
	answer_as(DBUS_SERVICE_DBUS, question, 1000);
	assert_int_equal(known_n, 0);
	/* On the next one all are new. */
	clients_attach(clients, peer.ours);
	assert_non_null(clients_get(clients, ":1.7"));
	dbus_message_unref(take_question());
}

static int set_up(void **state)
{
	const struct clients_events events = { known, gone, NULL };

	(void)state;
	gone_n = known_n = 0;
	place_make(&place);
	peer_make(&peer, &place);
	assert_int_equal(sd_event_new(&event), 0);
	subids = subuid_of_games(event, &place);
	assert_int_equal(accounts_new(subids, &accounts), 0);
	assert_int_equal(clients_new(&events, accounts, &clients), 0);
	clients_attach(clients, peer.ours);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	clients_attach(clients, NULL);
	clients_free(clients);
	accounts_free(accounts);
	subids_free(subids);
	sd_event_unref(event);
	peer_end(&peer);
	place_remove(&place);
	return 0;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(uid_asked_once_and_kept),
		TEST(clients_of_one_uid_share_its_account),
		TEST(sub_uid_kept_and_counted_for_its_owner),
		TEST(answer_of_another_says_nothing),
		TEST(calls_bounded_until_uid_is_known),
		TEST(departures_watched_by_one_rule),
		TEST(gone_called_once_for_client_that_left),
		TEST(subscriber_sees_own_tokens_or_all),
		TEST(each_subscriber_found_once),
		TEST(subscriptions_of_one_user_limited),
		TEST(no_clients_without_connection),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
