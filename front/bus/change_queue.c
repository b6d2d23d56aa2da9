/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A queue of tokens about which signals are to be sent. */
#include "front/bus/change_queue.h"

#include <stdlib.h>
#include <string.h>

#include "common/pack.h"

static struct change *find_change(struct change_queue *queue, const struct pat_id *id)
{
	for (unsigned int i = 0; i < queue->n; i++)
		if (memcmp(queue->changes[i].id.text, id->text, PAT_ID_LEN) == 0)
			return &queue->changes[i];
	return NULL;
}

/* Without memory the former row stays. */
static void set_row(struct change *change, const struct token_row *row)
{
	static uint8_t *packed;

	/* Made once. */
	if (!packed)
		packed = malloc(row_size_max(token_row_table()));
	if (packed)
		(void)packed_row_set(
			&change->row, packed, row_pack(token_row_table(), row, packed));
}

void change_queue_add(struct change_queue *queue, const struct token_row *row, bool used)
{
	struct change *change = find_change(queue, &row->id);

	if (!change) {
		if (queue->n == CHANGE_QUEUE_MAX)
			return;
		change = &queue->changes[queue->n++];
		*change = (struct change) { .id = row->id };
	}
	change->used = change->used || used;
	set_row(change, row);
}

void change_queue_update(struct change_queue *queue, const struct token_row *row)
{
	struct change *change = find_change(queue, &row->id);

	if (change)
		set_row(change, row);
}

static void drop(struct change_queue *queue, struct change *change)
{
	packed_row_clear(&change->row);
	*change = queue->changes[--queue->n];
}

void change_queue_remove(struct change_queue *queue, const struct pat_id *id)
{
	struct change *change = find_change(queue, id);

	if (change)
		drop(queue, change);
}

bool change_queue_take(struct change_queue *queue, struct token_row *ret_row, bool *ret_used)
{
	bool taken = false;

	/* One whose row found no memory is dropped. */
	while (!taken && queue->n > 0) {
		struct change *change = &queue->changes[queue->n - 1];

		*ret_used = change->used;
		taken = change->row.bytes && row_unpack(token_row_table(), change->row.bytes,
						     change->row.len, ret_row) > 0;
		drop(queue, change);
	}
	return taken;
}

void change_queue_clear(struct change_queue *queue)
{
	while (queue->n > 0)
		drop(queue, &queue->changes[queue->n - 1]);
}
