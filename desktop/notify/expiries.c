/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tokens that expire soon. */
#include "desktop/notify/expiries.h"

#include "desktop/client/patd_token.h"

#define SOON_S ((guint64)7 * 24 * 3600) /* before its end a token expires soon, at most */
#define SOON_PART 4                     /* or in the last part of so many of its lifetime */
#define PAGE ((guint32)256)

struct PatdExpiries {
	PatdService *service;
	PatdOutbox *outbox;
	PatdSeen *seen;
	GCancellable *cancellable; /* of the call in progress */
	gboolean looking;
};

static guint64 now_s(void)
{
	return (guint64)(g_get_real_time() / G_USEC_PER_SEC);
}

/* A token of a week is not announced as soon as it is there. */
static gboolean expires_soon(const PatdTokenInfo *info, guint64 now)
{
	const guint64 since = MAX(info->created_at, info->rotated_at);
	const guint64 part = info->expires_at > since ? (info->expires_at - since) / SOON_PART : 0;

	return info->expires_at > now && info->expires_at - now <= MIN(SOON_S, part);
}

static void look_at(PatdExpiries *expiries, const PatdTokenInfo *info, guint64 now)
{
	if (info->state == PATD_STATE_ACTIVE && expires_soon(info, now) &&
		patd_seen_add_expiry(expiries->seen, info->id, info->expires_at))
		patd_outbox_send(expiries->outbox, "expiry", info->id,
			patd_notice_expiry(info, now, patd_outbox_get_format(expiries->outbox)));
}

static void list(PatdExpiries *expiries, const char *cursor);

static void on_page(GObject *source, GAsyncResult *result, gpointer data)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply =
		patd_service_call_finish(PATD_SERVICE(source), result, NULL, &error);
	g_autoptr(GVariant) tokens = NULL;
	PatdExpiries *expiries = data;
	const guint64 now = now_s();
	const char *cursor;

	if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
		return;
	expiries->looking = FALSE;
	if (!reply)
		return;
	g_variant_get(reply, "(@aa{sv}&s)", &tokens, &cursor);
	for (gsize i = 0; i < g_variant_n_children(tokens); i++) {
		g_autoptr(GVariant) properties = g_variant_get_child_value(tokens, i);
		g_autoptr(PatdToken) token = patd_token_new(properties);

		if (token)
			look_at(expiries, patd_token_get_info(token), now);
	}
	if (*cursor != '\0') {
		list(expiries, cursor);
		return;
	}
	patd_seen_prune(expiries->seen, now);
	patd_seen_save(expiries->seen);
}

static void list(PatdExpiries *expiries, const char *cursor)
{
	GVariantBuilder filter;

	expiries->looking = TRUE;
	g_variant_builder_init(&filter, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(
		&filter, "{sv}", "expiring_before", g_variant_new_uint64(now_s() + SOON_S));
	g_variant_builder_add(&filter, "{sv}", "state", g_variant_new_string("active"));
	patd_service_call(expiries->service, PATD_PATH, PATD_MANAGER, "ListTokens",
		g_variant_new("(a{sv}us)", &filter, PAGE, cursor), FALSE, expiries->cancellable,
		on_page, expiries);
}

void patd_expiries_look(PatdExpiries *expiries)
{
	if (!expiries->looking)
		list(expiries, "");
}

PatdExpiries *patd_expiries_new(PatdService *service, PatdOutbox *outbox, PatdSeen *seen)
{
	PatdExpiries *expiries = g_new0(PatdExpiries, 1);

	expiries->service = g_object_ref(service);
	expiries->outbox = outbox;
	expiries->seen = seen;
	expiries->cancellable = g_cancellable_new();
	return expiries;
}

void patd_expiries_free(PatdExpiries *expiries)
{
	g_cancellable_cancel(expiries->cancellable);
	g_object_unref(expiries->cancellable);
	g_object_unref(expiries->service);
	g_free(expiries);
}
