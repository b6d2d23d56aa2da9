/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a login leaves behind: what of the token a use changes, its entry of the history, where the
 * token was used, and when.  All values are absolute, so that a record can be taken twice.
 */
#pragma once

#include "patd/model/entry.h"
#include "patd/model/sources.h"

struct use {
	struct pat_id id;
	uint32_t rotations; /* of the token: former_until is about that secret */
	uint64_t uses, last_used_at, former_until;
	char service[PAT_SERVICE_MAX + 1];
	char from[sizeof(((struct token *)0)->last_used_from)];
};

/* See history_look(). */
struct seen {
	struct pat_id id;
	char service[PAT_SERVICE_MAX + 1];
	char network[SOURCES_NETWORK_MAX];
};

/* The latest time seen. */
struct usage_time {
	uint64_t now;
};

/* The numbers are part of the format of the usage log. */
enum usage_kind {
	USAGE_USE = 1,
	USAGE_ENTRY,
	USAGE_SEEN,
	USAGE_TIME,
	USAGE_KINDS
};

/* A record of any kind. */
union usage_record {
	struct use use;
	struct entry entry;
	struct seen seen;
	struct usage_time time;
};

/* Of the records of that kind; NULL: there is no such kind. */
const struct table *usage_table(unsigned int kind);

void use_of(const struct token *token, struct use *ret_use);

/* Whether the usage log reads it back as it is: else all that follows it there would be lost. */
bool use_writable(const struct use *use);

/* Makes the use the token's latest, unless the token has a later one: then false. */
bool use_apply(const struct use *use, struct token *token);
