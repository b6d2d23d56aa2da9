/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Two ends of a D-Bus connection in one process and thread: patd's, and the bus's, which the
 * test plays.
 */
#pragma once

#include <dbus/dbus.h>
#include <poll.h>

#include "tests/unit/patd/place.h"

struct peer {
	DBusServer *server;
	DBusWatch *listening;
	DBusConnection *ours, *bus;
};

static inline void peer_greet(DBusServer *server, DBusConnection *connection, void *userdata)
{
	struct peer *peer = userdata;

	(void)server;
	peer->bus = dbus_connection_ref(connection);
}

static inline dbus_bool_t peer_add_watch(DBusWatch *watch, void *userdata)
{
	struct peer *peer = userdata;

	peer->listening = watch;
	return TRUE;
}

static inline void peer_remove_watch(DBusWatch *watch, void *userdata)
{
	(void)watch;
	(void)userdata;
}

/* Passes on what is to be sent and received, until neither end has anything. */
static inline void peer_turn(struct peer *peer)
{
	for (int i = 0; i < 10; i++) {
		DBusConnection *const both[] = { peer->ours, peer->bus };

		for (size_t c = 0; c < COUNT(both); c++) {
			if (!dbus_connection_get_is_connected(both[c]))
				continue;
			(void)dbus_connection_read_write(both[c], 0);
			/* What comes to the bus is for the test to pop. */
			while (both[c] == peer->ours &&
				dbus_connection_dispatch(both[c]) == DBUS_DISPATCH_DATA_REMAINS)
				;
		}
	}
}

static inline void peer_make(struct peer *peer, struct place *place)
{
	char address[64];

	(void)snprintf(address, sizeof(address), "unix:path=%s/bus", place->dir);
	*peer = (struct peer) { .server = dbus_server_listen(address, NULL) };
	assert_non_null(peer->server);
	dbus_server_set_new_connection_function(peer->server, peer_greet, peer, NULL);
	assert_true(dbus_server_set_watch_functions(
		peer->server, peer_add_watch, peer_remove_watch, NULL, peer, NULL));
	peer->ours = dbus_connection_open_private(address, NULL);
	assert_non_null(peer->ours);
	dbus_connection_set_exit_on_disconnect(peer->ours, FALSE);
	while (!peer->bus) {
		struct pollfd poll_fd = { .fd = dbus_watch_get_unix_fd(peer->listening),
			.events = POLLIN };

		assert_int_equal(poll(&poll_fd, 1, 10000), 1);
		assert_true(dbus_watch_handle(peer->listening, DBUS_WATCH_READABLE));
	}
	while (!dbus_connection_get_is_authenticated(peer->ours) ||
		!dbus_connection_get_is_authenticated(peer->bus))
		peer_turn(peer);
}

static inline void peer_end(struct peer *peer)
{
	dbus_connection_close(peer->ours);
	dbus_connection_unref(peer->ours);
	dbus_connection_close(peer->bus);
	dbus_connection_unref(peer->bus);
	dbus_server_disconnect(peer->server);
	dbus_server_unref(peer->server);
}

/* The next message that patd sent, NULL if there is none; the caller unrefs it. */
static inline DBusMessage *peer_take(struct peer *peer)
{
	peer_turn(peer);
	return dbus_connection_pop_message(peer->bus);
}

/* Sends the reply to a question of patd as that sender; takes over both. */
static inline void peer_answer(
	struct peer *peer, const char *sender, DBusMessage *question, DBusMessage *reply)
{
	assert_non_null(reply);
	assert_true(dbus_message_set_sender(reply, sender));
	assert_true(dbus_connection_send(peer->bus, reply, NULL));
	dbus_message_unref(reply);
	dbus_message_unref(question);
	peer_turn(peer);
}

/* A call as the bus would deliver it. */
static inline DBusMessage *peer_call(const char *path, const char *interface, const char *member)
{
	static dbus_uint32_t serial;
	DBusMessage *call = dbus_message_new_method_call(NULL, path, interface, member);

	assert_non_null(call);
	assert_true(dbus_message_set_sender(call, ":1.7"));
	dbus_message_set_serial(call, ++serial);
	return call;
}

/* That it is an error of that name, which goes to the caller. */
static inline void assert_error(DBusMessage *reply, const char *name)
{
	assert_non_null(reply);
	assert_int_equal(dbus_message_get_type(reply), DBUS_MESSAGE_TYPE_ERROR);
	assert_string_equal(dbus_message_get_error_name(reply), name);
	assert_string_equal(dbus_message_get_destination(reply), ":1.7");
	dbus_message_unref(reply);
}
