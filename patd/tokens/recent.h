/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tokens that were asked for lately with the secret they have, as the database has them, and where
 * they were used.  A look-up in the database is a third of what an answer takes.
 *
 * What is here counts for one version of the database (see store_version()): whatever is written,
 * all of it is forgotten, so that nothing here can outlive a revocation.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "patd/model/sources.h"
#include "patd/model/token.h"

#define RECENT_MAX 16U

struct recent {
	uint64_t version;
	unsigned int count, next;
	struct recent_token {
		struct token token;
		bool has_place; /* where it was used, and had been before */
		char service[PAT_SERVICE_MAX + 1];
		char network[SOURCES_NETWORK_MAX];
	} tokens[RECENT_MAX];
};

/* NULL: it is not known.  version: that of the database now, 0: it has none. */
struct recent_token *recent_find(struct recent *recent, uint64_t version, const char *id);

/* In place of the oldest.  It is not known yet.  NULL: version is 0, and nothing is kept. */
struct recent_token *recent_keep(
	struct recent *recent, uint64_t version, const struct token *token);

/* Whether the token was used there before, as far as is remembered.  NULL: no. */
bool recent_knows(const struct recent_token *recent, const char *service, const char *network);
void recent_learn(struct recent_token *recent, const char *service, const char *network);
