/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a login leaves behind, beside its entry of the history: what of the token a use changes, and
 * where the token was used.  All values are absolute, so that a record can be taken twice.
 */
#pragma once

#include "patd/model/sources.h"
#include "patd/model/token.h"

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

/* The order of their fields is part of the format of the usage log. */
extern const struct table use_table, seen_table;

void use_of(const struct token *token, struct use *ret_use);

/* Makes the use the token's latest, unless the token has a later one: then false. */
bool use_apply(const struct use *use, struct token *token);
