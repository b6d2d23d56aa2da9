/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is known of a token, as rows with a title and words: one table for all of them. */
#pragma once

#include "desktop/client/patd_token.h"

typedef enum {
	PATD_FACTS_STATUS,
	PATD_FACTS_RESTRICTIONS,
	PATD_FACTS_ABOUT,
	PATD_FACTS_GROUPS,
} PatdFactsGroup;

typedef struct {
	PatdFactsGroup group;
	const char *title; /* for _() */
	/* Owned by the caller; NULL: there is nothing to say.  now: seconds since 1970 UTC. */
	char *(*words)(const PatdTokenInfo *token, guint64 now);
} PatdFact;

/* In the order in which they are shown; the last one has no title. */
extern const PatdFact patd_token_facts[];
