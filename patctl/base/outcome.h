/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The exit codes of patctl, which patctl(1) promises, and the D-Bus errors that lead to them. */
#pragma once

#include <dbus/dbus.h>
#include <stdbool.h>

enum outcome {
	OUTCOME_DONE = 0,
	OUTCOME_FAILED = 1,   /* an item failed for a reason that is not below */
	OUTCOME_USAGE = 2,    /* arguments, a name or an expiry that can never be right */
	OUTCOME_DECLINED = 3, /* the answer was no, or there was nobody to ask */
	OUTCOME_NOT_FOUND = 4,
	OUTCOME_DENIED = 5,
	OUTCOME_UNREACHABLE = 8,
};

/* Errors of our own, beside those of the bus and of patd. */
#define OUTCOME_ERROR_AMBIGUOUS "org.patd.Patctl.Error.Ambiguous"
#define OUTCOME_ERROR_NO_TERMINAL "org.patd.Patctl.Error.NoTerminal" /* and so it was denied */
/* A person was asked for a password on the terminal, and so it was denied. */
#define OUTCOME_ERROR_NOT_AUTHENTICATED "org.patd.Patctl.Error.NotAuthenticated"
#define OUTCOME_ERROR_HOST_UNREACHABLE "org.patd.Patctl.Error.HostUnreachable"
#define OUTCOME_ERROR_HOST_DENIED "org.patd.Patctl.Error.HostDenied"
#define OUTCOME_ERROR_HOST_POLICY "org.patd.Patctl.Error.HostPolicy"
#define OUTCOME_ERROR_NOT_STARTED "org.patd.Patctl.Error.NotStarted"
#define OUTCOME_ERROR_MALFORMED "org.patd.Patctl.Error.Malformed"

struct outcome_info {
	enum outcome outcome;
	const char *word;   /* for programs: "not-found" */
	const char *advice; /* what to do about it, for people; NULL if the message is enough */
};

/* Replaces *error, of whose members name and the arguments may be. */
void error_replace(DBusError *error, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Makes the message of *error, which is of another process, safe for a terminal: to be done before
 * a message of ours is made from it.
 */
void error_make_safe(DBusError *error);

/* The row for error, which must be set.  Static, never NULL. */
const struct outcome_info *outcome_of(const DBusError *error);

/* Whether patd was asked and did not answer, so that it may have done what it was asked for. */
bool outcome_unanswered(const DBusError *error);

/*
 * The outcome of several items: that of all of them where they agree, else OUTCOME_FAILED.
 * sofar is that of the items before, count how many they were.
 */
enum outcome outcome_join(enum outcome sofar, unsigned int count, enum outcome next);

/* "patctl: SUBJECT: ...", the error's message and the advice.  subject may be NULL. */
void outcome_complain(const char *subject, const DBusError *error);

/* The same, then frees error and returns its outcome. */
enum outcome outcome_fail(const char *subject, DBusError *error);
