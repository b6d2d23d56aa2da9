/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The test is the bus: it sees the rules that are added and removed, and answers. */
#include "patd/bus/clients.h"
#include "tests/unit/patd/peer.h"

static struct place place;
static struct peer peer;
static struct clients *clients;
static char gone_name[32];
static unsigned int gone_n;
static struct client *held; /* a reference that ends in gone(), as that of an open question */

static const struct caller alice = { .uid = 1000, .user = "alice" };
static const struct caller bob = { .uid = 1001, .user = "bob" };

static void gone(const char *name, void *userdata)
{
	(void)userdata;
	gone_n++;
	if (held)
		client_unref(held);
	held = NULL;
	(void)snprintf(gone_name, sizeof(gone_name), "%s", name);
}

/* The next call to the bus is that method, with an argument that has text in it. */
static void assert_asked(const char *method, const char *text)
{
	DBusMessage *message = peer_take(&peer);
	const char *argument;

	assert_non_null(message);
	assert_true(dbus_message_is_method_call(message, DBUS_INTERFACE_DBUS, method));
	assert_true(dbus_message_get_args(
		message, NULL, DBUS_TYPE_STRING, &argument, DBUS_TYPE_INVALID));
	assert_non_null(strstr(argument, text));
	dbus_message_unref(message);
}

static void client_watched_while_referenced(void **state)
{
	struct client *client = clients_get(clients, ":1.7");

	(void)state;
	assert_asked("AddMatch", "arg0=':1.7'");
	assert_asked("GetNameOwner", ":1.7");
	assert_ptr_equal(clients_get(clients, ":1.7"), client);
	client_unref(client);
	assert_null(peer_take(&peer));
	client_unref(client);
	assert_asked("RemoveMatch", "arg0=':1.7'");
}

static void gone_called_once_for_client_that_left(void **state)
{
	(void)state;
	assert_true(clients_subscribe(clients, ":1.7", &alice, false));
	clients_lost(clients, ":1.7");
	clients_lost(clients, ":1.7");
	clients_lost(clients, ":1.8");
	assert_int_equal(gone_n, 1);
	assert_string_equal(gone_name, ":1.7");
	assert_null(clients_subscribed(clients, NULL, 1000, "alice"));
}

static void references_may_end_within_gone(void **state)
{
	(void)state;
	held = clients_get(clients, ":1.7");
	assert_true(clients_subscribe(clients, ":1.7", &alice, false));
	clients_lost(clients, ":1.7");
	assert_int_equal(gone_n, 1);
	assert_null(held);
	assert_string_equal(gone_name, ":1.7");
	assert_false(clients_has_subscribed(clients, ":1.7"));
	assert_asked("AddMatch", "arg0=':1.7'");
	assert_asked("GetNameOwner", ":1.7");
	assert_asked("RemoveMatch", "arg0=':1.7'");
	assert_null(peer_take(&peer));
}

/* The question whether :1.7 is there at all. */
static DBusMessage *take_question(void)
{
	DBusMessage *question;

	assert_asked("AddMatch", "arg0=':1.7'");
	question = peer_take(&peer);
	assert_non_null(question);
	assert_true(dbus_message_is_method_call(question, DBUS_INTERFACE_DBUS, "GetNameOwner"));
	return question;
}

static void answer_as(const char *sender, DBusMessage *question, bool there)
{
	DBusMessage *reply =
		there ? dbus_message_new_method_return(question)
		      : dbus_message_new_error(question, DBUS_ERROR_NAME_HAS_NO_OWNER, "gone");

	peer_answer(&peer, sender, question, reply);
}

static void answer(DBusMessage *question, bool there)
{
	answer_as(DBUS_SERVICE_DBUS, question, there);
}

static void client_that_left_before_watch_noticed(void **state)
{
	(void)state;
	assert_true(clients_subscribe(clients, ":1.7", &alice, false));
	answer(take_question(), false);
	assert_int_equal(gone_n, 1);
	assert_null(clients_subscribed(clients, NULL, 1000, "alice"));
}

/* No answer, and one that is not the bus's, say nothing about the client. */
static void leaving_ignored_if_answer_is_not_from_bus(void **state)
{
	(void)state;
	assert_true(clients_subscribe(clients, ":1.7", &alice, false));
	answer_as(":1.8", take_question(), false);
	assert_int_equal(gone_n, 0);
	assert_true(clients_has_subscribed(clients, ":1.7"));
}

static void present_client_kept(void **state)
{
	(void)state;
	assert_true(clients_subscribe(clients, ":1.7", &alice, false));
	answer(take_question(), true);
	assert_int_equal(gone_n, 0);
	assert_true(clients_has_subscribed(clients, ":1.7"));
}

static void late_answer_ignored_after_unsubscribe(void **state)
{
	DBusMessage *question;

	(void)state;
	assert_true(clients_subscribe(clients, ":1.7", &alice, false));
	question = take_question();
	clients_unsubscribe(clients, ":1.7");
	assert_asked("RemoveMatch", "arg0=':1.7'");
	assert_true(clients_subscribe(clients, ":1.7", &alice, false));
	answer(question, false);
	assert_int_equal(gone_n, 0);
	assert_true(clients_has_subscribed(clients, ":1.7"));
}

static void subscriber_sees_own_tokens_or_all(void **state)
{
	struct client *client;

	(void)state;
	assert_true(clients_subscribe(clients, ":1.7", &alice, false));
	client = clients_subscribed(clients, NULL, 1000, "alice");
	assert_non_null(client);
	assert_string_equal(client->name, ":1.7");
	assert_null(clients_subscribed(clients, client, 1000, "alice"));
	assert_null(clients_subscribed(clients, NULL, 1000, "anna"));
	assert_null(clients_subscribed(clients, NULL, 1001, "bob"));
	assert_true(clients_subscribe(clients, ":1.7", &alice, true));
	assert_non_null(clients_subscribed(clients, NULL, 1001, "bob"));
	/* Following is one reference, however often it is asked for. */
	clients_unsubscribe(clients, ":1.7");
	clients_unsubscribe(clients, ":1.7");
	clients_unsubscribe(clients, ":1.8");
	assert_null(clients_subscribed(clients, NULL, 1000, "alice"));
	assert_asked("AddMatch", "arg0=':1.7'");
	assert_asked("GetNameOwner", ":1.7");
	assert_asked("RemoveMatch", "arg0=':1.7'");
	assert_null(peer_take(&peer));
}

static void client_watched_after_unsubscribe_while_referenced(void **state)
{
	struct client *client = clients_get(clients, ":1.7");

	(void)state;
	assert_false(clients_has_subscribed(clients, ":1.7"));
	assert_true(clients_subscribe(clients, ":1.7", &alice, false));
	assert_true(clients_has_subscribed(clients, ":1.7"));
	assert_false(clients_has_subscribed(clients, ":1.8"));
	clients_unsubscribe(clients, ":1.7");
	assert_false(clients_has_subscribed(clients, ":1.7"));
	assert_asked("AddMatch", "arg0=':1.7'");
	assert_asked("GetNameOwner", ":1.7");
	assert_null(peer_take(&peer));
	client_unref(client);
	assert_asked("RemoveMatch", "arg0=':1.7'");
}

static void each_subscriber_found_once(void **state)
{
	static const char *const names[] = { ":1.1", ":1.2", ":1.3", ":1.4" };
	struct client *client = NULL;
	unsigned int found = 0;

	(void)state;
	assert_true(clients_subscribe(clients, names[0], &alice, false));
	assert_true(clients_subscribe(clients, names[1], &bob, false));
	assert_true(clients_subscribe(clients, names[2], &alice, true));
	assert_non_null(clients_get(clients, names[3]));
	while ((client = clients_subscribed(clients, client, 1000, "alice")))
		for (size_t i = 0; i < COUNT(names); i++)
			if (strcmp(client->name, names[i]) == 0)
				found += 1U << 4 * i;
	assert_int_equal(found, 0x0101);
}

static void subscriptions_of_one_user_limited(void **state)
{
	char name[16];

	(void)state;
	for (unsigned int i = 0; i < CLIENTS_SUBSCRIBED_MAX; i++) {
		(void)snprintf(name, sizeof(name), ":1.%u", i);
		assert_true(clients_subscribe(clients, name, &alice, false));
	}
	assert_false(clients_subscribe(clients, ":2.0", &alice, false));
	assert_true(clients_subscribe(clients, ":1.0", &alice, false));
	assert_true(clients_subscribe(clients, ":2.0", &bob, false));
	clients_unsubscribe(clients, ":1.0");
	assert_true(clients_subscribe(clients, ":2.1", &alice, false));
}

static void clients_above_limit_refused(void **state)
{
	char name[16];

	(void)state;
	for (unsigned int i = 0; i < CLIENTS_MAX; i++) {
		(void)snprintf(name, sizeof(name), ":1.%u", i);
		assert_non_null(clients_get(clients, name));
	}
	assert_null(clients_get(clients, ":2.0"));
	assert_false(clients_subscribe(clients, ":2.0", &alice, false));
	assert_non_null(clients_get(clients, ":1.0"));
	assert_true(clients_subscribe(clients, ":1.0", &alice, false));
	clients_lost(clients, ":1.1");
	assert_non_null(clients_get(clients, ":2.0"));
}

static void no_clients_without_connection(void **state)
{
	DBusMessage *question;

	(void)state;
	assert_true(clients_subscribe(clients, ":1.7", &alice, false));
	question = take_question();
	clients_attach(clients, NULL);
	assert_null(clients_subscribed(clients, NULL, 1000, "alice"));
	assert_null(clients_get(clients, ":1.7"));
	assert_false(clients_subscribe(clients, ":1.7", &alice, false));
	answer(question, false);
	assert_int_equal(gone_n, 0);
	/* On the next one all are new. */
	clients_attach(clients, peer.ours);
	assert_true(clients_subscribe(clients, ":1.7", &alice, false));
	assert_asked("AddMatch", "arg0=':1.7'");
}

static int set_up(void **state)
{
	(void)state;
	gone_n = 0;
	held = NULL;
	place_make(&place);
	peer_make(&peer, &place);
	if (clients_new(gone, NULL, &clients) < 0)
		return -1;
	clients_attach(clients, peer.ours);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	clients_attach(clients, NULL);
	clients_free(clients);
	peer_end(&peer);
	place_remove(&place);
	return 0;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(client_watched_while_referenced),
		TEST(gone_called_once_for_client_that_left),
		TEST(references_may_end_within_gone),
		TEST(client_that_left_before_watch_noticed),
		TEST(leaving_ignored_if_answer_is_not_from_bus),
		TEST(present_client_kept),
		TEST(late_answer_ignored_after_unsubscribe),
		TEST(subscriber_sees_own_tokens_or_all),
		TEST(client_watched_after_unsubscribe_while_referenced),
		TEST(each_subscriber_found_once),
		TEST(subscriptions_of_one_user_limited),
		TEST(clients_above_limit_refused),
		TEST(no_clients_without_connection),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
