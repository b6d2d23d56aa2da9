/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Uses that are not in the database yet, the latest of each token.  Whoever reads a token applies
 * what is here to it.
 */
#pragma once

#include "patd/usage/use.h"

#define OVERLAY_MAX 1024U /* tokens; about 400 bytes each */

struct overlay;

int overlay_new(struct overlay **ret_overlay);
/* NULL is allowed. */
void overlay_free(struct overlay *overlay);

unsigned int overlay_count(const struct overlay *overlay);

/* NULL: there is none.  Valid until the next change of the overlay. */
const struct use *overlay_find(const struct overlay *overlay, const struct pat_id *id);

/*
 * seq: of the batch in the usage log that has it; kept of the first since the token was taken out
 * last.  -ENOSPC: OVERLAY_MAX tokens are there.
 */
int overlay_put(struct overlay *overlay, const struct use *use, uint64_t seq);
/* The same at a start: however many there are, and only if it is a later one. */
int overlay_put_beyond(struct overlay *overlay, const struct use *use);

/* None of the token is there then. */
void overlay_remove(struct overlay *overlay, const struct pat_id *id);

/* The one that is there longest, and the one after it; NULL: no further. */
const struct use *overlay_oldest(const struct overlay *overlay);
const struct use *overlay_next(const struct use *use);

uint64_t overlay_seq(const struct use *use);
