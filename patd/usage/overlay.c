/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A table of uses by id, and their order. */
#include "patd/usage/overlay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#define BUCKETS 256U

struct pending_use {
	struct use use; /* first: what is handed out is turned back */
	LIST_ENTRY(pending_use) bucket;
	TAILQ_ENTRY(pending_use) order;
	uint64_t seq;
};

struct overlay {
	LIST_HEAD(use_bucket, pending_use) buckets[BUCKETS];
	TAILQ_HEAD(pending_uses, pending_use) order; /* the oldest first */
	unsigned int count;
};

/* Ids are random. */
static size_t bucket_of(const struct pat_id *id)
{
	return (size_t)((unsigned char)id->text[0] * 61U + (unsigned char)id->text[1] * 7U +
			(unsigned char)id->text[2]) %
	       BUCKETS;
}

int overlay_new(struct overlay **ret_overlay)
{
	struct overlay *overlay = calloc(1, sizeof(*overlay));

	if (!overlay)
		return -ENOMEM;
	TAILQ_INIT(&overlay->order);
	*ret_overlay = overlay;
	return 0;
}

static void drop(struct overlay *overlay, struct pending_use *pending)
{
	LIST_REMOVE(pending, bucket);
	TAILQ_REMOVE(&overlay->order, pending, order);
	overlay->count--;
	free(pending);
}

void overlay_free(struct overlay *overlay)
{
	struct pending_use *next;

	if (!overlay)
		return;
	for (struct pending_use *use = TAILQ_FIRST(&overlay->order); use; use = next) {
		next = TAILQ_NEXT(use, order);
		drop(overlay, use);
	}
	free(overlay);
}

unsigned int overlay_count(const struct overlay *overlay)
{
	return overlay->count;
}

static struct pending_use *find(const struct overlay *overlay, const struct pat_id *id)
{
	struct pending_use *pending = LIST_FIRST(&overlay->buckets[bucket_of(id)]);

	for (; pending; pending = LIST_NEXT(pending, bucket))
		if (strcmp(pending->use.id.text, id->text) == 0)
			return pending;
	return NULL;
}

const struct use *overlay_find(const struct overlay *overlay, const struct pat_id *id)
{
	const struct pending_use *pending = overlay->count > 0 ? find(overlay, id) : NULL;

	return pending ? &pending->use : NULL;
}

static int add(struct overlay *overlay, const struct use *use, uint64_t seq)
{
	struct pending_use *pending = malloc(sizeof(*pending));

	if (!pending)
		return -ENOMEM;
	pending->use = *use;
	pending->seq = seq;
	LIST_INSERT_HEAD(&overlay->buckets[bucket_of(&use->id)], pending, bucket);
	TAILQ_INSERT_TAIL(&overlay->order, pending, order);
	overlay->count++;
	return 0;
}

int overlay_put(struct overlay *overlay, const struct use *use, uint64_t seq)
{
	struct pending_use *pending = find(overlay, &use->id);

	if (!pending)
		return overlay->count >= OVERLAY_MAX ? -ENOSPC : add(overlay, use, seq);
	pending->use = *use;
	return 0;
}

int overlay_put_beyond(struct overlay *overlay, const struct use *use)
{
	struct pending_use *pending = find(overlay, &use->id);

	if (!pending)
		return add(overlay, use, 1);
	if (pending->use.uses < use->uses)
		pending->use = *use;
	return 0;
}

void overlay_remove(struct overlay *overlay, const struct pat_id *id)
{
	struct pending_use *pending = find(overlay, id);

	if (pending)
		drop(overlay, pending);
}

const struct use *overlay_oldest(const struct overlay *overlay)
{
	const struct pending_use *pending = TAILQ_FIRST(&overlay->order);

	return pending ? &pending->use : NULL;
}

const struct use *overlay_next(const struct use *use)
{
	const struct pending_use *pending = TAILQ_NEXT((const struct pending_use *)use, order);

	return pending ? &pending->use : NULL;
}

uint64_t overlay_seq(const struct use *use)
{
	return ((const struct pending_use *)use)->seq;
}
