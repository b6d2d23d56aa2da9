/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sends and withdraws notifications of the application. */
#include "desktop/notify/notice_outbox.h"

struct PatdOutbox {
	GApplication *application;
	gboolean knows_format;
	PatdBodyFormat format;
};

PatdOutbox *patd_outbox_new(GApplication *application)
{
	PatdOutbox *outbox = g_new0(PatdOutbox, 1);

	outbox->application = application;
	return outbox;
}

void patd_outbox_free(PatdOutbox *outbox)
{
	g_free(outbox);
}

/* GLib looks for that name at the first notification, and stays with what it found. */
PatdBodyFormat patd_outbox_get_format(PatdOutbox *outbox)
{
	g_autoptr(GVariant) reply = NULL;
	gboolean owned = FALSE;

	if (outbox->knows_format)
		return outbox->format;
	reply = g_dbus_connection_call_sync(g_application_get_dbus_connection(outbox->application),
		"org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
		"NameHasOwner", g_variant_new("(s)", "org.gtk.Notifications"),
		G_VARIANT_TYPE("(b)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
	if (reply)
		g_variant_get(reply, "(b)", &owned);
	outbox->knows_format = TRUE;
	outbox->format = owned ? PATD_BODY_PLAIN : PATD_BODY_MARKUP;
	return outbox->format;
}

void patd_outbox_send(PatdOutbox *outbox, const char *kind, const char *id, GNotification *notice)
{
	g_autofree char *name = g_strdup_printf("%s-%s", kind, id);

	g_application_send_notification(outbox->application, name, notice);
	g_object_unref(notice);
}

void patd_outbox_withdraw(PatdOutbox *outbox, const char *kind, const char *id)
{
	g_autofree char *name = g_strdup_printf("%s-%s", kind, id);

	g_application_withdraw_notification(outbox->application, name);
}
