/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sentences of the page about tokens, entries and requests, translated.  Pure: the time is a
 * parameter, seconds since 1970 UTC.  Each text belongs to the caller.
 *
 * What comes from outside, such as a name or an address, is isolated in a sentence (Unicode UAX
 * #9) if it or the language is written from right to left.
 */
#pragma once

#include <glib.h>

/* "just now", "5 minutes ago", "yesterday at 14:02", "on 3 March 2026"; "in 30 days" for the
 * future. */
char *patd_words_when(guint64 at, guint64 now);

/* The whole date and time, local. */
char *patd_words_date(guint64 at);

/* A period in the largest unit that is exact: "30 days", "12 hours". */
char *patd_words_period(guint64 seconds);

/* The time until at, rounded down: "1 minute 5 seconds", "12 seconds". */
char *patd_words_left(guint64 at, guint64 now);

/* "Last used 5 minutes ago by sudo", with "from 192.0.2.7" where a remote host was said; "Not
 * used". */
char *patd_words_last_used(guint64 at, const char *service, const char *from, guint64 now);

/* "Expires in 30 days", "Expired 3 days ago", "Never expires". */
char *patd_words_expiry(guint64 expires_at, guint64 now);

/* For a sentence: a text that takes its direction from itself, as a name does. */
char *patd_words_isolate(const char *text);

/* The same of a text that is read from left to right in any language: a command, an address. */
char *patd_words_isolate_code(const char *text);
