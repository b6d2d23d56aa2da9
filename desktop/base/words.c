/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sentences about times and places. */
#include "desktop/base/words.h"

#include "common/l10n.h"

#define MINUTE G_GUINT64_CONSTANT(60)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define WEEK (7 * DAY)

/* UAX #9: first strong isolate, left-to-right isolate, pop directional isolate. */
#define FSI "\u2068"
#define LRI "\u2066"
#define PDI "\u2069"

static char *format_local(guint64 at, const char *format)
{
	g_autoptr(GDateTime) time = g_date_time_new_from_unix_local((gint64)MIN(at, G_MAXINT64));
	char *text = time ? g_date_time_format(time, format) : NULL;

	return text ? text : g_strdup_printf("%" G_GUINT64_FORMAT, at);
}

/* How many midnights are between the two, local. */
static int days_between(guint64 from, guint64 to)
{
	g_autoptr(GDateTime) one = g_date_time_new_from_unix_local((gint64)MIN(from, G_MAXINT64));
	g_autoptr(GDateTime) other = g_date_time_new_from_unix_local((gint64)MIN(to, G_MAXINT64));
	GDate first, second;

	if (!one || !other)
		return G_MAXINT;
	g_date_clear(&first, 1);
	g_date_clear(&second, 1);
	g_date_set_dmy(&first, (GDateDay)g_date_time_get_day_of_month(one),
		(GDateMonth)g_date_time_get_month(one), (GDateYear)g_date_time_get_year(one));
	g_date_set_dmy(&second, (GDateDay)g_date_time_get_day_of_month(other),
		(GDateMonth)g_date_time_get_month(other), (GDateYear)g_date_time_get_year(other));
	return g_date_days_between(&first, &second);
}

static char *when_past(guint64 at, guint64 now)
{
	const guint64 age = now - at;
	const unsigned long minutes = (unsigned long)(age / MINUTE), hours = age / HOUR;

	if (age < MINUTE)
		return g_strdup(_("just now"));
	if (age < HOUR)
		return g_strdup_printf(P_("%lu minute ago", "%lu minutes ago", minutes), minutes);
	if (days_between(at, now) == 0)
		return g_strdup_printf(P_("%lu hour ago", "%lu hours ago", hours), hours);
	if (days_between(at, now) == 1)
		/* TRANSLATORS: a format of g_date_time_format(), as are the next two */
		/* xgettext:no-c-format */
		return format_local(at, _("yesterday at %H:%M"));
	if (age < WEEK)
		/* xgettext:no-c-format */
		return format_local(at, _("on %A at %H:%M"));
	/* xgettext:no-c-format */
	return format_local(at, _("on %-d %B %Y"));
}

static char *when_future(guint64 at, guint64 now)
{
	const guint64 rest = at - now;
	const unsigned long minutes = (unsigned long)(rest / MINUTE);
	/* A token of 30 days has them for some seconds only. */
	const unsigned long hours = (unsigned long)((rest + MINUTE) / HOUR);
	const unsigned long days = (unsigned long)((rest + HOUR) / DAY);

	if (rest < MINUTE)
		return g_strdup(_("in less than a minute"));
	if (rest < HOUR)
		return g_strdup_printf(P_("in %lu minute", "in %lu minutes", minutes), minutes);
	if (rest < 2 * DAY - HOUR)
		return g_strdup_printf(P_("in %lu hour", "in %lu hours", hours), hours);
	if (rest <= 99 * DAY)
		return g_strdup_printf(P_("in %lu day", "in %lu days", days), days);
	/* xgettext:no-c-format */
	return format_local(at, _("on %-d %B %Y"));
}

char *patd_words_when(guint64 at, guint64 now)
{
	return at <= now ? when_past(at, now) : when_future(at, now);
}

char *patd_words_date(guint64 at)
{
	/* TRANSLATORS: a format of g_date_time_format(): date and time */
	/* xgettext:no-c-format */
	return format_local(at, _("%-d %B %Y, %H:%M"));
}

char *patd_words_period(guint64 seconds)
{
	const unsigned long days = (unsigned long)(seconds / DAY), hours = seconds / HOUR,
			    minutes = (unsigned long)(seconds / MINUTE);

	if (seconds >= DAY && seconds % DAY == 0)
		return g_strdup_printf(P_("%lu day", "%lu days", days), days);
	if (seconds >= HOUR && seconds % HOUR == 0)
		return g_strdup_printf(P_("%lu hour", "%lu hours", hours), hours);
	if (seconds >= MINUTE && seconds % MINUTE == 0)
		return g_strdup_printf(P_("%lu minute", "%lu minutes", minutes), minutes);
	return g_strdup_printf(
		P_("%lu second", "%lu seconds", (unsigned long)seconds), (unsigned long)seconds);
}

char *patd_words_left(guint64 at, guint64 now)
{
	const unsigned long left = at > now ? (unsigned long)(at - now) : 0;
	g_autofree char *minutes = NULL, *seconds = NULL;

	if (left < MINUTE)
		return patd_words_period(left);
	minutes = patd_words_period(left - left % MINUTE);
	if (left >= HOUR || left % MINUTE == 0)
		return g_steal_pointer(&minutes);
	seconds = patd_words_period(left % MINUTE);
	/* TRANSLATORS: "1 minute" and "5 seconds" */
	return g_strdup_printf(_("%s %s"), minutes, seconds);
}

char *patd_words_last_used(guint64 at, const char *service, const char *from, guint64 now)
{
	g_autofree char *when = at != 0 ? patd_words_when(at, now) : NULL;
	g_autofree char *by = patd_words_isolate_code(service);
	g_autofree char *place = patd_words_isolate_code(from);

	if (!when)
		return g_strdup(_("Not used"));
	if (*service == '\0')
		return g_strdup_printf(_("Last used %s"), when);
	if (*from == '\0')
		/* TRANSLATORS: "Last used 5 minutes ago by sudo" */
		return g_strdup_printf(_("Last used %s by %s"), when, by);
	if (g_str_equal(from, "unknown"))
		return g_strdup_printf(_("Last used %s by %s from an unknown source"), when, by);
	return g_strdup_printf(_("Last used %s by %s from %s"), when, by, place);
}

char *patd_words_expiry(guint64 expires_at, guint64 now)
{
	g_autofree char *when = NULL;

	if (expires_at == 0)
		return g_strdup(_("Never expires"));
	when = patd_words_when(expires_at, now);
	return expires_at <= now ? g_strdup_printf(_("Expired %s"), when)
				 : g_strdup_printf(_("Expires %s"), when);
}

/* Whether it has letters of a script that is written from right to left. */
static gboolean has_right_to_left(const char *text)
{
	for (const char *at = text; *at != '\0'; at = g_utf8_find_next_char(at, NULL)) {
		const gunichar c = g_utf8_get_char(at);

		if ((c >= 0x590 && c <= 0x8ff) || (c >= 0xfb1d && c <= 0xfdff) ||
			(c >= 0xfe70 && c <= 0xfeff) || (c >= 0x10800 && c <= 0x10fff) ||
			(c >= 0x1e800 && c <= 0x1efff))
			return TRUE;
	}
	return FALSE;
}

/* Where all runs from left to right, isolates would only trouble who copies the text. */
static char *isolate(const char *text, const char *begin)
{
	if (*text == '\0' || !(has_right_to_left(text) || has_right_to_left(_("Not used"))))
		return g_strdup(text);
	return g_strconcat(begin, text, PDI, NULL);
}

char *patd_words_isolate(const char *text)
{
	return isolate(text, FSI);
}

char *patd_words_isolate_code(const char *text)
{
	return isolate(text, LRI);
}
