/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Requests that wait for their turn: a queue for each uid, and rings of those queues. */
#include "patd/requests/work_queue.h"

#include <errno.h>
#include <stdlib.h>

TAILQ_HEAD(queued_items, queued);

struct uid_queue {
	TAILQ_ENTRY(uid_queue) bucket;
	TAILQ_ENTRY(uid_queue) ring[LANES];
	bool in_ring[LANES];
	uint32_t uid;
	unsigned int waiting, taking_away;
	struct queued_items items[LANES];
};

void work_queues_init(struct work_queues *queues, const struct queue_bounds *bounds)
{
	*queues = (struct work_queues) { .bounds = *bounds };
	for (unsigned int i = 0; i < QUEUE_BUCKETS; i++)
		TAILQ_INIT(&queues->buckets[i]);
	for (unsigned int lane = 0; lane < LANES; lane++)
		TAILQ_INIT(&queues->rings[lane]);
}

static struct uid_queue *find(struct work_queues *queues, uint32_t uid)
{
	struct uid_queue *queue = TAILQ_FIRST(&queues->buckets[uid % QUEUE_BUCKETS]);

	while (queue && queue->uid != uid)
		queue = TAILQ_NEXT(queue, bucket);
	return queue;
}

static struct uid_queue *find_or_make(struct work_queues *queues, uint32_t uid)
{
	struct uid_queue *queue = find(queues, uid);

	if (queue)
		return queue;
	queue = calloc(1, sizeof(*queue));
	if (!queue)
		return NULL;
	queue->uid = uid;
	for (unsigned int lane = 0; lane < LANES; lane++)
		TAILQ_INIT(&queue->items[lane]);
	TAILQ_INSERT_TAIL(&queues->buckets[uid % QUEUE_BUCKETS], queue, bucket);
	return queue;
}

/* What was asked for after a change is not read before it is made. */
static bool may_have_turn(const struct uid_queue *queue, enum lane lane)
{
	const struct queued *first = TAILQ_FIRST(&queue->items[lane]);
	const struct queued *change = TAILQ_FIRST(&queue->items[LANE_CHANGE]);

	return first && (lane != LANE_READ || !change || first->order < change->order);
}

/* After each change of the queue. */
static void update_rings(struct work_queues *queues, struct uid_queue *queue)
{
	for (unsigned int l = 0; l < LANES; l++) {
		const enum lane lane = (enum lane)l;
		const bool may = may_have_turn(queue, lane);

		if (may && !queue->in_ring[lane])
			TAILQ_INSERT_TAIL(&queues->rings[lane], queue, ring[lane]);
		else if (!may && queue->in_ring[lane])
			TAILQ_REMOVE(&queues->rings[lane], queue, ring[lane]);
		queue->in_ring[lane] = may;
	}
}

static void free_if_empty(struct work_queues *queues, struct uid_queue *queue)
{
	if (queue->waiting + queue->taking_away > 0)
		return;
	TAILQ_REMOVE(&queues->buckets[queue->uid % QUEUE_BUCKETS], queue, bucket);
	free(queue);
}

static bool has_room(
	const struct work_queues *queues, const struct uid_queue *queue, const struct queued *item)
{
	const struct queue_bounds *bounds = &queues->bounds;

	if (item->takes_away)
		return queues->taking_away < bounds->all && queue->taking_away < bounds->of_uid;
	return queues->waiting < bounds->all && queue->waiting < bounds->of_uid &&
	       queues->bytes + item->size <= bounds->bytes;
}

int work_queues_add(struct work_queues *queues, struct queued *item)
{
	struct uid_queue *queue = find_or_make(queues, item->uid);

	if (!queue)
		return -ENOMEM;
	if (!has_room(queues, queue, item)) {
		free_if_empty(queues, queue);
		return -EBUSY;
	}
	if (item->takes_away) {
		queues->taking_away++;
		queue->taking_away++;
	} else {
		queues->waiting++;
		queue->waiting++;
		queues->bytes += item->size;
	}
	item->queue = queue;
	item->order = queues->order++;
	TAILQ_INSERT_TAIL(&queue->items[item->lane], item, entry);
	update_rings(queues, queue);
	return 0;
}

void work_queues_remove(struct work_queues *queues, struct queued *item)
{
	struct uid_queue *queue = item->queue;

	if (!queue)
		return;
	if (item->takes_away) {
		queues->taking_away--;
		queue->taking_away--;
	} else {
		queues->waiting--;
		queue->waiting--;
		queues->bytes -= item->size;
	}
	item->queue = NULL;
	TAILQ_REMOVE(&queue->items[item->lane], item, entry);
	update_rings(queues, queue);
	free_if_empty(queues, queue);
}

struct queued *work_queues_next(struct work_queues *queues, unsigned int lanes)
{
	for (unsigned int i = 1; i <= LANES; i++) {
		const enum lane lane = (enum lane)((queues->last + i) % LANES);
		struct uid_queues *ring = &queues->rings[lane];
		struct uid_queue *queue = TAILQ_FIRST(ring);

		if (!queue || (lanes & 1U << lane) == 0)
			continue;
		TAILQ_REMOVE(ring, queue, ring[lane]);
		TAILQ_INSERT_TAIL(ring, queue, ring[lane]);
		queues->last = lane;
		return TAILQ_FIRST(&queue->items[lane]);
	}
	return NULL;
}

void work_queues_step_back(struct work_queues *queues, struct queued *item)
{
	struct uid_queue *queue = item->queue;

	if (!queue || item->lane != LANE_READ)
		return;
	TAILQ_REMOVE(&queue->items[LANE_READ], item, entry);
	TAILQ_INSERT_TAIL(&queue->items[LANE_READ], item, entry);
	update_rings(queues, queue);
}

bool work_queues_ready(const struct work_queues *queues, unsigned int lanes)
{
	for (unsigned int lane = 0; lane < LANES; lane++)
		if ((lanes & 1U << lane) != 0 && !TAILQ_EMPTY(&queues->rings[lane]))
			return true;
	return false;
}
