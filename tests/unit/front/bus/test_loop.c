/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A libdbus connection in the sd-event loop. */
#include "front/bus/loop.h"

#include <pthread.h>
#include <sys/socket.h>

#include "tests/unit/patd/peer.h"

static struct place place;
static struct peer peer;
static sd_event *event;
static struct bus_loop *loop;
static unsigned int came; /* messages that patd's end was given */
static bool gone, timed_out, keep;
static DBusMessage *kept; /* the first, if it is to be kept */

static DBusHandlerResult on_message(
	DBusConnection *connection, DBusMessage *message, void *userdata)
{
	(void)connection;
	(void)userdata;
	came++;
	if (keep && !kept)
		kept = dbus_message_ref(message);
	if (dbus_message_is_signal(message, DBUS_INTERFACE_LOCAL, "Disconnected"))
		gone = true;
	return DBUS_HANDLER_RESULT_HANDLED;
}

static unsigned int dispatched; /* messages that libdbus is done with */

static void on_dispatched(void *userdata)
{
	(void)userdata;
	dispatched = came;
}

static bool stuck;

static void on_stuck(void *userdata)
{
	(void)userdata;
	stuck = true;
}

static const struct bus_loop_listener listener = { on_dispatched, on_stuck, NULL };

static void send_signal(DBusConnection *from, const char *text)
{
	DBusMessage *signal = dbus_message_new_signal("/", "org.example.Test", "Test");

	assert_non_null(signal);
	assert_true(dbus_message_append_args(signal, DBUS_TYPE_STRING, &text, DBUS_TYPE_INVALID));
	assert_true(dbus_connection_send(from, signal, NULL));
	dbus_message_unref(signal);
}

static void turn(void)
{
	assert_true(sd_event_run(event, 10 * 1000000) > 0);
}

static void incoming_message_dispatched(void **state)
{
	(void)state;
	send_signal(peer.bus, "hello");
	dbus_connection_flush(peer.bus);
	while (came < 1)
		turn();
}

/* Whoever floods the bus delays a login by one message. */
static void one_message_per_turn(void **state)
{
	(void)state;
	for (int i = 0; i < 20; i++)
		send_signal(peer.bus, "hello");
	dbus_connection_flush(peer.bus);
	while (came < 20) {
		unsigned int before = came;

		turn();
		assert_between(came, before, before + 1);
	}
}

static void told_when_libdbus_is_done_with_message(void **state)
{
	(void)state;
	send_signal(peer.bus, "hello");
	dbus_connection_flush(peer.bus);
	while (dispatched < 1)
		turn();
	assert_int_equal(came, 1);
}

static void *end_kept(void *userdata)
{
	(void)userdata;
	keep = false;
	dbus_message_unref(kept);
	kept = NULL;
	return NULL;
}

/* libdbus stops reading above its bound, and a message that ends in another thread lifts that. */
static void message_may_end_in_another_thread(void **state)
{
	static char text[4096];
	pthread_t thread;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	dbus_connection_set_max_received_size(peer.ours, 1024);
	keep = true;
	send_signal(peer.bus, text);
	dbus_connection_flush(peer.bus);
	while (!kept)
		turn();
	send_signal(peer.bus, "hello");
	dbus_connection_flush(peer.bus);
	while (sd_event_run(event, 0) > 0)
		;
	assert_int_equal(came, 1);
	assert_int_equal(pthread_create(&thread, NULL, end_kept, NULL), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	while (came < 2)
		turn();
}

static void outgoing_message_written(void **state)
{
	DBusMessage *message = NULL;

	(void)state;
	send_signal(peer.ours, "hello");
	while (!message) {
		(void)sd_event_run(event, 0);
		(void)dbus_connection_read_write(peer.bus, 0);
		message = dbus_connection_pop_message(peer.bus);
	}
	assert_true(dbus_message_is_signal(message, "org.example.Test", "Test"));
	dbus_message_unref(message);
}

/* More than a socket holds: written when the reader makes room, without a wait in between. */
static void slow_reader_gets_everything(void **state)
{
	static char text[1 << 20];
	unsigned int got = 0;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	for (int i = 0; i < 8; i++)
		send_signal(peer.ours, text);
	/* The loop comes to rest with most of it still there. */
	while (sd_event_run(event, 0) > 0)
		;
	assert_true(dbus_connection_has_messages_to_send(peer.ours));
	while (got < 8) {
		DBusMessage *message;

		(void)sd_event_run(event, 0);
		(void)dbus_connection_read_write(peer.bus, 0);
		while ((message = dbus_connection_pop_message(peer.bus))) {
			got++;
			dbus_message_unref(message);
		}
	}
	while (sd_event_run(event, 0) > 0)
		;
	assert_false(dbus_connection_has_messages_to_send(peer.ours));
}

static void loop_idle_without_messages(void **state)
{
	(void)state;
	while (sd_event_run(event, 0) > 0)
		;
	assert_int_equal(sd_event_run(event, 0), 0);
}

static void on_reply(DBusPendingCall *pending, void *userdata)
{
	(void)userdata;
	timed_out = dbus_pending_call_get_completed(pending);
}

static void missing_reply_times_out(void **state)
{
	DBusMessage *call = dbus_message_new_method_call(NULL, "/", "org.example.Test", "Test");
	DBusPendingCall *pending;

	(void)state;
	assert_non_null(call);
	assert_true(dbus_connection_send_with_reply(peer.ours, call, &pending, 1));
	assert_true(dbus_pending_call_set_notify(pending, on_reply, NULL, NULL));
	while (!timed_out)
		turn();
	dbus_pending_call_unref(pending);
	dbus_message_unref(call);
}

static void disconnect_noticed(void **state)
{
	(void)state;
	dbus_connection_close(peer.bus);
	while (!gone)
		turn();
	while (sd_event_run(event, 0) > 0)
		;
}

static void no_events_after_detach(void **state)
{
	DBusMessage *call = dbus_message_new_method_call(NULL, "/", "org.example.Test", "Test");
	DBusPendingCall *pending;

	(void)state;
	assert_non_null(call);
	assert_true(dbus_connection_send_with_reply(peer.ours, call, &pending, 1));
	assert_true(dbus_pending_call_set_notify(pending, on_reply, NULL, NULL));
	send_signal(peer.bus, "hello");
	dbus_connection_flush(peer.bus);
	bus_loop_detach(loop);
	loop = NULL;
	bus_loop_detach(NULL);
	assert_int_equal(sd_event_run(event, 0), 0);
	assert_int_equal(came, 0);
	assert_false(timed_out);
	dbus_pending_call_cancel(pending);
	dbus_pending_call_unref(pending);
	dbus_message_unref(call);
	/* And all goes on once it is attached again. */
	assert_int_equal(bus_loop_attach(event, peer.ours, &listener, &loop), 0);
	while (came < 1)
		turn();
}

/* More than its socket takes; the bus reads nothing. */
static void bus_that_takes_nothing_noticed(void **state)
{
	static char text[4 * 1024], taken[4 * sizeof(text)];
	int fd;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	for (int i = 0; i < 256; i++)
		send_signal(peer.ours, text);
	assert_true(dbus_connection_get_unix_fd(peer.bus, &fd));
	/* Nor is it stuck while it takes a little from time to time. */
	for (int looks = 0; looks < 5; looks++) {
		turn();
		assert_true(recv(fd, taken, sizeof(taken), 0) > 0);
		assert_false(stuck);
	}
	while (!stuck)
		turn();
}

static int set_up(void **state)
{
	(void)state;
	came = 0;
	dispatched = 0;
	gone = timed_out = keep = stuck = false;
	place_make(&place);
	peer_make(&peer, &place);
	assert_true(dbus_connection_add_filter(peer.ours, on_message, NULL, NULL));
	assert_int_equal(sd_event_new(&event), 0);
	return bus_loop_attach(event, peer.ours, &listener, &loop);
}

static int tear_down(void **state)
{
	(void)state;
	bus_loop_detach(loop);
	loop = NULL;
	dbus_connection_remove_filter(peer.ours, on_message, NULL);
	peer_end(&peer);
	sd_event_unref(event);
	place_remove(&place);
	return 0;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(incoming_message_dispatched),
		TEST(one_message_per_turn),
		TEST(told_when_libdbus_is_done_with_message),
		TEST(message_may_end_in_another_thread),
		TEST(outgoing_message_written),
		TEST(slow_reader_gets_everything),
		TEST(loop_idle_without_messages),
		TEST(missing_reply_times_out),
		TEST(bus_that_takes_nothing_noticed),
		TEST(disconnect_noticed),
		TEST(no_events_after_detach),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
