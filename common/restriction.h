/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a token can be restricted to: one row for each restriction, which patd and patctl share.
 * Options, properties, columns, JSON and what patctl prints are made from it by loops.
 *
 * patd adds how a value is parsed and what it permits: see patd/model/limits.h.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/option.h"
#include "common/verdict.h"

enum restriction_kind {
	RESTRICTION_LIST,  /* items with commas between them; an "as" on the bus */
	RESTRICTION_TEXT,  /* an "s" on the bus */
	RESTRICTION_TIME,  /* seconds since 1970 UTC; a "t" on the bus */
	RESTRICTION_COUNT, /* 1 or more; a "t" on the bus */
	RESTRICTION_FLAG,  /* a "b" on the bus */
};

/* The order in which patctl shows them. */
enum pat_restriction {
	PAT_SERVICES,
	PAT_SOURCES,
	PAT_HOURS,
	PAT_NOT_BEFORE,
	PAT_MAX_USES,
	PAT_CONFIRM,
	PAT_UNTIL,
	PAT_HOSTS,
	PAT_RESTRICTIONS
};

/* Strings are static; an empty text or list and the number 0 are "not restricted". */
struct restriction {
	const char *name;     /* option of Generate, column of the database, key of JSON */
	const char *property; /* of org.patd.Tokens1.Token */
	enum restriction_kind kind;
	enum pat_verdict verdict;  /* of a login that it does not permit */
	struct option_info option; /* of patctl generate */
	const char *label; /* of its line in patctl show; NULL: show prints it beside another */
	const char *word;  /* under LIMITS in patctl list */
	bool added_later;  /* an earlier version of patd, on another machine, lacks it */
};

extern const struct restriction restrictions[PAT_RESTRICTIONS];

/* A value as somebody asks for it; the kind of the restriction says which member counts. */
struct restriction_value {
	const char *text; /* as people write it, items of a list with commas; NULL or "": none */
	uint64_t number;  /* 0: no restriction; 1 for a flag */
};

/* Whether a value of that kind is a number, a uint64_t.  A flag is a bool. */
#define RESTRICTION_IS_NUMBER(kind) ((kind) == RESTRICTION_TIME || (kind) == RESTRICTION_COUNT)
/* Or a text, be it a list, a char[]. */
#define RESTRICTION_IS_WRITTEN(kind) ((kind) == RESTRICTION_LIST || (kind) == RESTRICTION_TEXT)
