/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events kept for a later turn of the loop. */
#include "patd/requests/event_queue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "patd/util/log.h"

#define INTERVAL_US (UINT64_C(1000) * 1000) /* between two events of a token, at least */
#define A_TURN 16U                          /* events in one turn of the loop */
#define OWNERS_MAX 64U
#define SLOTS ((size_t)2 * EVENTS_MAX) /* a power of two */

/* Tokens, each once. */
struct token_events {
	struct {
		struct pat_id id;
		enum token_event event;
	} events[EVENTS_MAX];
	uint16_t slots[SLOTS]; /* by id: an index into events, plus 1; 0: free */
	unsigned int n;
};

struct owner {
	bool by_name;
	uint32_t uid;
	char user[TOKEN_USER_BYTES_MAX + 1];
};

struct event_queue {
	struct event_sink sink;
	sd_event_source *timer;
	/* Gathered until next_us; then they are due, and of those n told are done with. */
	struct token_events *gathered, *due; /* of both */
	struct token_events both[2];
	unsigned int told;
	uint64_t next_us;
	struct owner owners[OWNERS_MAX];
	unsigned int owners_n;
};

/* FNV-1a */
static size_t slot_of(const struct pat_id *id)
{
	uint32_t hash = 2166136261U;

	for (size_t i = 0; i < PAT_ID_LEN; i++)
		hash = (hash ^ (uint8_t)id->text[i]) * 16777619U;
	return hash % SLOTS;
}

static void token_events_clear(struct token_events *events)
{
	if (events->n > 0)
		memset(events->slots, 0, sizeof(events->slots));
	events->n = 0;
}

static void add(struct token_events *events, enum token_event event, const struct pat_id *id)
{
	size_t slot = slot_of(id);

	for (; events->slots[slot] != 0; slot = (slot + 1) % SLOTS) {
		const unsigned int i = events->slots[slot] - 1U;

		if (memcmp(events->events[i].id.text, id->text, PAT_ID_LEN) != 0)
			continue;
		/* What a use changes is more than what the change of many does. */
		if (event == TOKEN_USED)
			events->events[i].event = event;
		return;
	}
	if (events->n == EVENTS_MAX)
		return;
	events->events[events->n].id = *id;
	events->events[events->n].event = event;
	events->slots[slot] = (uint16_t)++events->n;
}

static void arm(struct event_queue *queue, uint64_t at_us)
{
	if (sd_event_source_set_time(queue->timer, at_us) < 0 ||
		sd_event_source_set_enabled(queue->timer, SD_EVENT_ONESHOT) < 0)
		log_error("cannot set a timer; nobody is told of uses");
}

static bool is_empty(const struct event_queue *queue)
{
	return queue->gathered->n == 0 && queue->due->n == 0 && queue->owners_n == 0;
}

void event_queue_token(struct event_queue *queue, enum token_event event, const struct pat_id *id)
{
	if (is_empty(queue))
		arm(queue, queue->next_us);
	add(queue->gathered, event, id);
}

static bool owner_is_known(const struct event_queue *queue, const struct owner *owner)
{
	for (unsigned int i = 0; i < queue->owners_n; i++) {
		const struct owner *known = &queue->owners[i];

		if (known->by_name == owner->by_name && known->uid == owner->uid &&
			strcmp(known->user, owner->user) == 0)
			return true;
	}
	return false;
}

void event_queue_entry(struct event_queue *queue, bool by_name, uint32_t uid, const char *user)
{
	struct owner owner = { .by_name = by_name, .uid = uid };

	pat_field_cut(owner.user, sizeof(owner.user), user);
	if (owner_is_known(queue, &owner))
		return;
	if (queue->owners_n == OWNERS_MAX) {
		queue->sink.entry(by_name, uid, user, queue->sink.userdata);
		return;
	}
	if (is_empty(queue))
		arm(queue, queue->next_us);
	queue->owners[queue->owners_n++] = owner;
}

/* What was gathered is due from now on, and those of owners are told of. */
static void begin_round(struct event_queue *queue, uint64_t now)
{
	struct token_events *gathered = queue->gathered;

	queue->next_us = now + INTERVAL_US;
	queue->gathered = queue->due;
	queue->due = gathered;
	queue->told = 0;
	for (unsigned int i = 0; i < queue->owners_n; i++)
		queue->sink.entry(queue->owners[i].by_name, queue->owners[i].uid,
			queue->owners[i].user, queue->sink.userdata);
	queue->owners_n = 0;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct event_queue *queue = userdata;
	struct token_events *due;
	uint64_t now;
	int r = sd_event_now(sd_event_source_get_event(source), CLOCK_MONOTONIC, &now);

	(void)usec;
	if (r < 0)
		return r;
	if (queue->due->n == 0)
		begin_round(queue, now);
	due = queue->due;
	for (unsigned int i = 0; i < A_TURN && queue->told < due->n; i++, queue->told++)
		queue->sink.token(due->events[queue->told].event, &due->events[queue->told].id,
			queue->sink.userdata);
	if (queue->told == due->n)
		token_events_clear(due);
	if (!is_empty(queue))
		arm(queue, due->n > 0 ? now : queue->next_us);
	return 0;
}

void event_queue_free(struct event_queue *queue)
{
	if (!queue)
		return;
	sd_event_source_disable_unref(queue->timer);
	free(queue);
}

DEFINE_CLEANUP(event_queue_free, event_queue)

int event_queue_new(sd_event *event, const struct event_sink *sink, struct event_queue **ret_queue)
{
	cleanup_with(event_queue_free) struct event_queue *queue = calloc(1, sizeof(*queue));
	int r;

	if (!queue)
		return -ENOMEM;
	queue->sink = *sink;
	queue->gathered = &queue->both[0];
	queue->due = &queue->both[1];
	r = sd_event_add_time(
		event, &queue->timer, CLOCK_MONOTONIC, UINT64_MAX, 1000, on_timer, queue);
	if (r < 0)
		return r;
	*ret_queue = TAKE(queue);
	return 0;
}
