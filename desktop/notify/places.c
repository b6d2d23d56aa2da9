/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The entries of the history, each looked at once. */
#include "desktop/notify/places.h"

#include "desktop/client/patd_entry.h"

#define PAGE ((guint32)256)

struct PatdPlaces {
	PatdService *service;
	PatdOutbox *outbox;
	PatdSeen *seen;
	GCancellable *cancellable; /* of the call in progress */
	gboolean reading;
	gboolean more; /* the history changed meanwhile */
	guint64 after; /* the entry after which the reading began */
};

static guint64 now_s(void)
{
	return (guint64)(g_get_real_time() / G_USEC_PER_SEC);
}

/* What was said of a token does not hold any more. */
static void take_back(PatdPlaces *places, const PatdEntryInfo *info)
{
	static const char *const events[] = { "revoked", "deleted", "rotated", "changed", NULL };

	if (!g_strv_contains(events, info->event))
		return;
	patd_outbox_withdraw(places->outbox, "expiry", info->token);
	if (!g_str_equal(info->event, "changed"))
		patd_outbox_withdraw(places->outbox, "place", info->token);
}

static void look_at(PatdPlaces *places, const PatdEntryInfo *info)
{
	guint64 last;

	if (patd_seen_get_entry(places->seen, &last) && info->seq <= last)
		return;
	patd_seen_set_entry(places->seen, info->seq);
	take_back(places, info);
	if (g_str_equal(info->event, "used") &&
		(info->new_service || patd_entry_is_new_network(info)))
		patd_outbox_send(places->outbox, "place", info->token,
			patd_notice_new_place(
				info, now_s(), patd_outbox_get_format(places->outbox)));
}

static void look_at_all(PatdPlaces *places, GVariant *entries)
{
	for (gsize i = 0; i < g_variant_n_children(entries); i++) {
		g_autoptr(GVariant) properties = g_variant_get_child_value(entries, i);
		g_autoptr(PatdEntry) entry = patd_entry_new(properties);

		if (entry)
			look_at(places, patd_entry_get_info(entry));
	}
	patd_seen_save(places->seen);
}

/* NULL if there is nothing to go on with: places may have been freed, or the call failed, and the
 * next look tries again. */
static GVariant *take_reply(GObject *source, GAsyncResult *result, PatdPlaces *places)
{
	g_autoptr(GError) error = NULL;
	GVariant *reply = patd_service_call_finish(PATD_SERVICE(source), result, NULL, &error);

	if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
		places->reading = FALSE;
	return reply;
}

static void list(PatdPlaces *places, GVariantBuilder *filter, guint32 limit, const char *cursor,
	GAsyncReadyCallback callback)
{
	places->reading = TRUE;
	patd_service_call(places->service, PATD_PATH, PATD_MANAGER, "ListHistory",
		g_variant_new("(a{sv}us)", filter, limit, cursor), FALSE, places->cancellable,
		callback, places);
}

static void list_entries(PatdPlaces *places, const char *cursor);

static void on_entries(GObject *source, GAsyncResult *result, gpointer data)
{
	PatdPlaces *places = data;
	g_autoptr(GVariant) reply = take_reply(source, result, places);
	g_autoptr(GVariant) entries = NULL;
	const char *cursor;

	if (!reply)
		return;
	g_variant_get(reply, "(@aa{sv}&s)", &entries, &cursor);
	look_at_all(places, entries);
	if (*cursor != '\0')
		list_entries(places, cursor);
	else if (places->more)
		patd_places_read(places);
}

static void list_entries(PatdPlaces *places, const char *cursor)
{
	GVariantBuilder filter;

	g_variant_builder_init(&filter, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(&filter, "{sv}", "after", g_variant_new_uint64(places->after));
	list(places, &filter, PAGE, cursor, on_entries);
}

void patd_places_read(PatdPlaces *places)
{
	places->more = places->reading;
	if (!places->reading && patd_seen_get_entry(places->seen, &places->after))
		list_entries(places, "");
}

static void list_latest(PatdPlaces *places, const char *cursor);

/* Where to begin if nothing was ever looked at, and again if the database is that of a backup,
 * whose history is shorter. */
static void on_latest(GObject *source, GAsyncResult *result, gpointer data)
{
	PatdPlaces *places = data;
	g_autoptr(GVariant) reply = take_reply(source, result, places);
	g_autoptr(GVariant) entries = NULL;
	guint64 latest = 0, last;
	const char *cursor;

	if (!reply)
		return;
	g_variant_get(reply, "(@aa{sv}&s)", &entries, &cursor);
	if (g_variant_n_children(entries) > 0) {
		g_autoptr(GVariant) properties = g_variant_get_child_value(entries, 0);

		(void)g_variant_lookup(properties, "Seq", "t", &latest);
	} else if (*cursor != '\0') {
		list_latest(places, cursor);
		return;
	}
	if (!patd_seen_get_entry(places->seen, &last) || last > latest)
		patd_seen_set_entry(places->seen, latest);
	patd_seen_save(places->seen);
	patd_places_read(places);
}

static void list_latest(PatdPlaces *places, const char *cursor)
{
	GVariantBuilder filter;

	g_variant_builder_init(&filter, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(&filter, "{sv}", "reverse", g_variant_new_boolean(TRUE));
	list(places, &filter, 1, cursor, on_latest);
}

void patd_places_begin(PatdPlaces *places)
{
	if (!places->reading)
		list_latest(places, "");
}

PatdPlaces *patd_places_new(PatdService *service, PatdOutbox *outbox, PatdSeen *seen)
{
	PatdPlaces *places = g_new0(PatdPlaces, 1);

	places->service = g_object_ref(service);
	places->outbox = outbox;
	places->seen = seen;
	places->cancellable = g_cancellable_new();
	return places;
}

void patd_places_free(PatdPlaces *places)
{
	g_cancellable_cancel(places->cancellable);
	g_object_unref(places->cancellable);
	g_object_unref(places->service);
	g_free(places);
}
