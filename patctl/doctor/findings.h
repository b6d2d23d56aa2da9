/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The findings of patctl doctor, in the order in which they were found, and their output. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum level {
	LEVEL_OK,
	LEVEL_UNSEEN, /* it could not be examined */
	LEVEL_WARNING,
	LEVEL_PROBLEM,
	LEVELS
};

struct finding {
	enum level level;
	const char *check; /* static: "socket" */
	char **subjects;   /* owned, NULL at the end: what it is about */
	size_t n;
	char *text;
	const char *advice; /* static, NULL for none */
};

struct findings {
	struct finding *items;
	size_t n;
};

/* advice: NULL for none.  It, and check, must be static. */
void found(struct findings *findings, enum level level, const char *check, const char *advice,
	const char *format, ...) __attribute__((format(printf, 5, 6)));

/* The same about a subject.  Equal findings of several subjects become one. */
void found_of(struct findings *findings, const char *subject, enum level level, const char *check,
	const char *advice, const char *format, ...) __attribute__((format(printf, 6, 7)));

/* The worst; LEVEL_OK if there are none. */
enum level findings_worst(const struct findings *findings);

/* A line each on standard output; with quiet only warnings and problems. */
void findings_print(const struct findings *findings, bool quiet);

/* An array; the caller owns it. */
json_t *findings_json(const struct findings *findings);

void findings_clear(struct findings *findings);
