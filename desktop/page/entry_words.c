/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sentences about entries of the history. */
#include "desktop/page/entry_words.h"

#include "common/l10n.h"
#include "desktop/base/words.h"

static const struct {
	const char *event, *sentence, *icon;
} events[] = {
	{ "generated", N_("Generated"), "list-add-symbolic" },
	{ "used", N_("Used"), "object-select-symbolic" },
	{ "refused", N_("Refused"), "dialog-warning-symbolic" },
	{ "revoked", N_("Revoked"), "window-close-symbolic" },
	{ "suspended", N_("Revoked for a Period"), "media-playback-pause-symbolic" },
	{ "restored", N_("Restored"), "media-playback-start-symbolic" },
	{ "rotated", N_("Rotated"), "view-refresh-symbolic" },
	{ "renamed", N_("Renamed"), "text-x-generic-symbolic" },
	{ "deleted", N_("Deleted"), "user-trash-symbolic" },
	{ "disabled", N_("Disabled"), "changes-prevent-symbolic" },
	{ "enabled", N_("Enabled"), "changes-allow-symbolic" },
	{ "changed", N_("Changed"), "emblem-system-symbolic" },
	{ "session-ended", N_("Session Ended"), "media-playback-stop-symbolic" },
};

/* G_N_ELEMENTS(events) for the word of a later patd. */
static guint find_event(const char *event)
{
	guint i = 0;

	while (i < G_N_ELEMENTS(events) && !g_str_equal(events[i].event, event))
		i++;
	return i;
}

const char *patd_entry_icon(const PatdEntryInfo *entry)
{
	const guint event = find_event(entry->event);

	return event < G_N_ELEMENTS(events) ? events[event].icon : "dialog-question-symbolic";
}

/* " by sshd from 192.0.2.7"; empty if it was no login. */
static char *login_words(const PatdEntryInfo *entry)
{
	g_autofree char *service = patd_words_isolate_code(entry->service);
	g_autofree char *from = patd_words_isolate_code(entry->from);

	if (*service == '\0')
		return g_strdup("");
	if (*from == '\0')
		/* TRANSLATORS: after "Used" or "Refused (expired)" */
		return g_strdup_printf(_(" by %s"), service);
	if (g_str_equal(entry->from, "unknown"))
		return g_strdup_printf(_(" by %s from an unknown source"), service);
	return g_strdup_printf(_(" by %s from %s"), service, from);
}

char *patd_entry_sentence(const PatdEntryInfo *entry)
{
	const guint event = find_event(entry->event);
	const char *word = event < G_N_ELEMENTS(events) ? _(events[event].sentence) : entry->event;
	g_autofree char *login = login_words(entry);

	if (g_str_equal(entry->event, "refused") && *entry->result != '\0')
		/* TRANSLATORS: "Refused", why, and " by sshd from 192.0.2.7" */
		return g_strdup_printf(_("%s (%s)%s"), word, _(entry->result), login);
	return g_strconcat(word, login, NULL);
}

/* part: taken; NULL or empty: nothing. */
static void append(GString *text, char *part)
{
	if (part && *part != '\0')
		g_string_append_printf(text, "%s%s", text->len != 0 ? " · " : "", part);
	g_free(part);
}

/* NULL if it is what goes without saying. */
static char *actor_words(const PatdEntryInfo *entry)
{
	if (g_str_equal(entry->how, "root") || g_str_equal(entry->how, "bus"))
		return g_strdup(_("By root"));
	if (g_str_equal(entry->how, "patd"))
		return g_strdup(_("By patd according to patd.conf"));
	if (g_str_equal(entry->how, "fleet"))
		return g_strdup(_("On another machine"));
	if (g_str_equal(entry->how, "password") && entry->by_uid != entry->uid)
		return g_strdup_printf(_("By the user with UID %u"), entry->by_uid);
	return NULL;
}

/* NULL if both are known. */
static char *new_words(const PatdEntryInfo *entry)
{
	const gboolean network = patd_entry_is_new_network(entry);

	if (network && entry->new_service)
		return g_strdup(_("New network and service"));
	if (network)
		return g_strdup(_("New network"));
	return entry->new_service ? g_strdup(_("New service")) : NULL;
}

static char *detail_words(const PatdEntryInfo *entry)
{
	g_autofree char *detail = patd_words_isolate(entry->detail);

	if (*detail == '\0')
		return NULL;
	if (g_str_equal(entry->event, "renamed"))
		return g_strdup_printf(_("Previously %s"), detail);
	if (g_str_equal(entry->event, "used"))
		return g_strdup_printf(_("Use %s in the fleet"), detail);
	if (g_str_equal(entry->event, "revoked") || g_str_equal(entry->event, "suspended"))
		return g_strdup_printf(_("Reason: %s"), detail);
	return g_steal_pointer(&detail);
}

char *patd_entry_detail(const PatdEntryInfo *entry)
{
	g_autoptr(GString) text = g_string_new(NULL);

	append(text, patd_words_date(entry->at));
	append(text, patd_words_isolate_code(entry->command));
	append(text, actor_words(entry));
	append(text, detail_words(entry));
	append(text, new_words(entry));
	return g_string_free(g_steal_pointer(&text), FALSE);
}
