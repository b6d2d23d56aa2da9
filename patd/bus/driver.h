/* Questions on the bus, to the bus itself (its driver, in the specification's word) and others. */
#ifndef PATD_BUS_DRIVER_H
#define PATD_BUS_DRIVER_H

#include <dbus/dbus.h>
#include <stdbool.h>

/* A call to the bus, with one string or, if that is NULL, none.  NULL without memory. */
DBusMessage *driver_call(const char *method, const char *argument);

/*
 * Sends question, which it takes over (NULL: out of memory), and has fn called with the answer,
 * or with an error after patience milliseconds.  *ret_pending is the caller's, to cancel and to
 * unref.  False if it could not be sent; then fn is not called, and there is no *ret_pending.
 */
bool driver_ask(DBusConnection *connection, DBusMessage *question, int patience,
	DBusPendingCallNotifyFunction fn, void *userdata, DBusPendingCall **ret_pending);

#endif
