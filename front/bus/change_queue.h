/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tokens that were used, or whose state a change of many tokens affected, each once with its latest
 * row, until signals are sent about them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "front/bus/packed_row.h"
#include "protocol/rows.h"

#define CHANGE_QUEUE_MAX 1024U /* for more tokens at a time there is no signal */

struct change {
	struct pat_id id;
	bool used;
	struct packed_row row;
};

struct change_queue {
	struct change changes[CHANGE_QUEUE_MAX];
	unsigned int n;
};

/* Adds the token, unless the queue is full. */
void change_queue_add(struct change_queue *queue, const struct token_row *row, bool used);

/* If the token is in the queue: the row is a later one; or it was deleted, and leaves the queue. */
void change_queue_update(struct change_queue *queue, const struct token_row *row);
void change_queue_remove(struct change_queue *queue, const struct pat_id *id);

/* Takes the last one out.  False: the queue is empty. */
bool change_queue_take(struct change_queue *queue, struct token_row *ret_row, bool *ret_used);

void change_queue_clear(struct change_queue *queue);
