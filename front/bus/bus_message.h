/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * D-Bus messages: who owns them, how they are filled, and questions to the bus and to others on it.
 *
 * A function that returns a message returns NULL without memory; the caller owns the message.
 */
#pragma once

#include <dbus/dbus.h>
#include <stdarg.h>
#include <stdbool.h>

/* Drops a reference; *message, which may be NULL, is NULL. */
void message_free(DBusMessage **message);
#define cleanup_message __attribute__((cleanup(message_free)))

/* message, which it takes over, with arguments as for dbus_message_append_args(). */
DBusMessage *message_append_valist(DBusMessage *message, int first_type, va_list args);

/* A signal with arguments as for dbus_message_append_args(). */
DBusMessage *message_signal(
	const char *path, const char *interface, const char *name, int first_type, ...);

/* A call of the bus itself, with one string or, if that is NULL, without arguments. */
DBusMessage *message_bus_call(const char *method, const char *argument);

/*
 * Sends question, which it takes over (NULL: out of memory), and calls fn with the answer, or with
 * an error after timeout_ms.  The caller cancels and unrefs *ret_pending.  False if the question
 * could not be sent; then fn is not called, and *ret_pending is untouched.
 */
bool message_ask(DBusConnection *connection, DBusMessage *question, int timeout_ms,
	DBusPendingCallNotifyFunction fn, void *userdata, DBusPendingCall **ret_pending);

/* The answer to a question, in its fn, which forgets the question: *pending is NULL. */
DBusMessage *message_take_answer(DBusPendingCall **pending);

/*
 * So much is on its way to the bus that what can wait does: it comes after all that, and the bus
 * takes less of it the more others send.
 */
bool message_congested(DBusConnection *connection);

/* How soon that is looked at again. */
#define MESSAGE_CONGESTED_US (UINT64_C(10) * 1000)

/* Ends a question: cancels it if it is still open, and forgets it.  *pending may be NULL. */
void message_end_question(DBusPendingCall **pending);
