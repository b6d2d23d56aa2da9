/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the notifications say, and what their buttons do. */
#include "desktop/notify/patd_notice.h"

#include <string.h>

#include "common/l10n.h"
#include "desktop/base/words.h"

static GNotification *notice_new(
	const char *title, const char *body, PatdBodyFormat format, GNotificationPriority priority)
{
	g_autofree char *escaped =
		format == PATD_BODY_MARKUP ? g_markup_escape_text(body, -1) : g_strdup(body);
	GNotification *notice = g_notification_new(title);

	g_notification_set_body(notice, escaped);
	g_notification_set_priority(notice, priority);
	return notice;
}

GNotification *patd_notice_request(const PatdRequestInfo *request, PatdBodyFormat format)
{
	/* TRANSLATORS: a token, and a service such as sudo */
	g_autofree char *title =
		g_strdup_printf(_("Allow “%s” for %s?"), request->name, request->service);
	g_autoptr(GString) body = g_string_new(NULL);
	GNotification *notice;

	g_string_append(body, request->command);
	if (*request->directory != '\0')
		/* TRANSLATORS: a folder */
		g_string_append_printf(body, _("\nIn %s"), request->directory);
	if (*request->from != '\0' && strcmp(request->from, "unknown") != 0)
		/* TRANSLATORS: an address */
		g_string_append_printf(body, _("\nFrom %s"), request->from);
	notice = notice_new(title, body->str, format, G_NOTIFICATION_PRIORITY_URGENT);
	g_notification_set_default_action_and_target(notice, "app.show-requests", "s", request->id);
	g_notification_add_button_with_target(
		notice, _("Approve"), "app.approve", "s", request->id);
	g_notification_add_button_with_target(notice, _("Deny"), "app.deny", "s", request->id);
	return notice;
}

GNotification *patd_notice_expiry(const PatdTokenInfo *token, guint64 now, PatdBodyFormat format)
{
	g_autofree char *when = patd_words_when(token->expires_at, now);
	/* TRANSLATORS: a token, and "in 3 days" */
	g_autofree char *title = g_strdup_printf(_("Token “%s” expires %s"), token->name, when);
	GNotification *notice = notice_new(title,
		_("Rotate it with another expiration, or generate another token, before it is refused."),
		format, G_NOTIFICATION_PRIORITY_NORMAL);

	g_notification_set_default_action_and_target(notice, "app.show-token", "s", token->id);
	return notice;
}

GNotification *patd_notice_new_place(const PatdEntryInfo *entry, guint64 now, PatdBodyFormat format)
{
	g_autofree char *body = patd_words_last_used(entry->at, entry->service, entry->from, now);
	g_autofree char *title = NULL;
	GNotification *notice;

	title = g_strdup_printf(patd_entry_is_new_network(entry)
					? _("Token “%s” was used from a new network")
					: _("Token “%s” was used through a new service"),
		entry->name);
	notice = notice_new(title, body, format, G_NOTIFICATION_PRIORITY_HIGH);
	g_notification_set_default_action_and_target(notice, "app.show-token", "s", entry->token);
	g_notification_add_button_with_target(notice, _("Revoke"), "app.revoke", "s", entry->token);
	return notice;
}

GNotification *patd_notice_outcome(const char *text, PatdBodyFormat format)
{
	return notice_new(_("Access Tokens"), text, format, G_NOTIFICATION_PRIORITY_NORMAL);
}
