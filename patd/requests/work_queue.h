/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The requests of one connection that wait for their turn: by who asks, bounded for each and for
 * all, and served one uid after the other, so that nobody waits for what somebody else asks for.
 *
 * Who asks gets its changes made in the order in which it asked for them, and reads what they
 * made of the tokens.  Its logins and changes do not wait for what it reads.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

/* Lanes take turns, too. */
enum lane {
	LANE_LOGIN,
	LANE_CHANGE,
	LANE_READ,
	LANES
};

#define LANES_ALL ((1U << LANES) - 1)

struct uid_queue;

/* The first member of what waits, whose owner sets uid, lane, takes_away and size. */
struct queued {
	TAILQ_ENTRY(queued) entry;
	struct uid_queue *queue; /* NULL: it does not wait */
	uint64_t order;          /* in which they came */
	uint32_t uid;
	enum lane lane;
	bool takes_away; /* access: counted apart, so that other requests cannot keep it out */
	size_t size;     /* bytes */
};

struct queue_bounds {
	unsigned int all, of_uid; /* requests; and so many again of those that take access away */
	size_t bytes;             /* of all but those */
};

TAILQ_HEAD(uid_queues, uid_queue);

#define QUEUE_BUCKETS 64U

struct work_queues {
	struct queue_bounds bounds;
	struct uid_queues buckets[QUEUE_BUCKETS]; /* by uid */
	struct uid_queues rings[LANES];           /* those whose turn may be */
	enum lane last;                           /* that had its turn */
	uint64_t order;
	unsigned int waiting, taking_away;
	size_t bytes;
};

void work_queues_init(struct work_queues *queues, const struct queue_bounds *bounds);

/* It waits from now on.  -EBUSY: too many do; or -ENOMEM. */
int work_queues_add(struct work_queues *queues, struct queued *item);

/* It does not wait any more, if it did. */
void work_queues_remove(struct work_queues *queues, struct queued *item);

/*
 * Whose turn it is, of those lanes (1 << lane); NULL: nobody's.  It goes on waiting, and those of
 * other uids come before it is returned again.
 */
struct queued *work_queues_next(struct work_queues *queues, unsigned int lanes);

/* Other reads of the same uid come before it. */
void work_queues_step_back(struct work_queues *queues, struct queued *item);

/* Whether work_queues_next() would return one. */
bool work_queues_ready(const struct work_queues *queues, unsigned int lanes);
