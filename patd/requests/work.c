/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Requests under way, and their answers. */
#include "patd/requests/work.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/l10n.h"
#include "common/pack.h"
#include "patd/requests/requests_private.h"

#define EFFORT_FIRST 48U /* rows: about 0.2 ms */

struct work *work_new(struct request_peer *peer, const struct service *service,
	const struct request *packet, size_t len, const struct caller *caller)
{
	const size_t size = offsetof(struct work, request) + len;
	struct work *work = malloc(size);

	if (!work)
		return NULL;
	memset(work, 0, offsetof(struct work, request));
	memcpy(&work->request, packet, len);
	work->service = service;
	work->queued.uid = caller->uid;
	work->queued.lane = work->service->lane;
	work->queued.takes_away = work->service->takes_away;
	work->queued.size = size;
	work->peer = peer;
	work->caller = *caller;
	work->effort = EFFORT_FIRST;
	work->held_fd = -1;
	LIST_INSERT_HEAD(&peer->works, work, of_peer);
	return work;
}

void work_move(struct work *work, struct works *list)
{
	if (work->list)
		TAILQ_REMOVE(work->list, work, entry);
	work->list = list;
	if (list)
		TAILQ_INSERT_TAIL(list, work, entry);
}

void work_free(struct work *work, bool delivered)
{
	if (work->service->end)
		work->service->end(work, delivered);
	work_queues_remove(&work->peer->queues, &work->queued);
	if (work->list == &work->peer->requests->held) {
		work->peer->held--;
		work->peer->held_bytes -= work->queued.size;
	}
	work_move(work, NULL);
	LIST_REMOVE(work, of_peer);
	if (work->held_fd >= 0)
		(void)close(work->held_fd);
	free(work->held);
	free(work->state);
	/* It may have a digest. */
	sodium_memzero(&work->request, work->queued.size - offsetof(struct work, request));
	free(work);
}

void *work_state(struct work *work, size_t size)
{
	if (!work->state)
		work->state = calloc(1, size);
	if (work->state)
		return work->state;
	(void)work_refuse_for(work, PAT_ERR_NO_MEMORY, N_("out of memory, nothing was changed"));
	return NULL;
}

static struct answer_head head_of(const struct work *work, enum answer_kind kind)
{
	return (struct answer_head) {
		.magic = ANSWER_MAGIC,
		.kind = kind,
		.serial = work->request.head.serial,
	};
}

static void hold(struct work *work, const struct answer *answer, size_t size, int passed)
{
	work_queues_remove(&work->peer->queues, &work->queued);
	work->held = malloc(size);
	work->held_fd = passed < 0 ? -1 : fcntl(passed, F_DUPFD_CLOEXEC, 0);
	if (!work->held || (passed >= 0 && work->held_fd < 0)) {
		/* Who asked must not take silence for a failure. */
		request_peer_fail(work->peer);
		return;
	}
	memcpy(work->held, answer, size);
	work->held_size = size;
	work->peer->held++;
	work->peer->held_bytes += work->queued.size;
	work_move(work, &work->peer->requests->held);
}

/*
 * The last answer, of whatever kind: the one place that decides whether it waits for the disk.
 * Also that of a change that was refused, or was made before, may tell of one that is not there
 * yet.
 */
static enum progress answer(struct work *work, struct answer *answer, size_t size, int passed)
{
	const struct sync *sync = work->peer->requests->context.sync;

	if (work->service->lane == LANE_CHANGE) {
		work->point = sync_point(sync);
		if (sync_state(sync, work->point) != SYNC_DONE) {
			hold(work, answer, size, passed);
			return WORK_ANSWERED;
		}
	}
	work_free(work, request_peer_send(work->peer, answer, size, passed));
	return WORK_ANSWERED;
}

enum progress work_done(struct work *work, const void *body, size_t size, int passed)
{
	struct answer *to = &work->peer->requests->answer;

	to->head = head_of(work, ANSWER_DONE);
	if (size > 0)
		memcpy(to->body, body, size);
	return answer(work, to, sizeof(to->head) + size, passed);
}

static size_t put_refusal(struct answer *to, enum pat_error error, const char *why)
{
	const size_t len = strnlen(why, ANSWER_WHY_SIZE - 1);

	to->head.kind = ANSWER_REFUSED;
	to->head.error = error;
	memcpy(to->body, why, len);
	to->body[len] = '\0';
	return sizeof(to->head) + len + 1;
}

enum progress work_refuse(struct work *work, enum pat_error error)
{
	struct answer *to = &work->peer->requests->answer;
	const struct refusal *refusal = &work->refusal;

	to->head = head_of(work, ANSWER_REFUSED);
	to->head.lacks = error == PAT_ERR_DENIED ? refusal->lacks : ACTION_NONE;
	to->head.operation = refusal->operation;
	return answer(work, to, put_refusal(to, error, refusal->why ? refusal->why : ""), -1);
}

enum progress work_refuse_for(struct work *work, enum pat_error error, const char *why)
{
	work->refusal = (struct refusal) { .why = why };
	return work_refuse(work, error);
}

enum progress work_end(struct work *work, enum pat_error error)
{
	return error == PAT_OK ? work_done(work, NULL, 0, -1) : work_refuse(work, error);
}

void work_turn_away(struct work *work, enum pat_error error, const char *why)
{
	struct answer *to = &work->peer->requests->answer;
	size_t size;

	to->head = head_of(work, ANSWER_REFUSED);
	size = put_refusal(to, error, why);
	work_free(work, request_peer_send(work->peer, to, size, -1));
}

void work_progress(struct work *work, uint64_t done, uint64_t total, int passed)
{
	const struct answer_progress progress = { done, total };
	struct {
		struct answer_head head;
		struct answer_progress body;
	} packet = { head_of(work, ANSWER_PROGRESS), progress };

	(void)request_peer_send(work->peer, &packet, sizeof(packet), passed);
}

/* --- rows --- */

struct rows rows_begin(struct work *work)
{
	return (struct rows) { .work = work };
}

void rows_end(struct rows *rows)
{
	struct answer *to = &rows->work->peer->requests->answer;

	if (rows->n == 0)
		return;
	to->head = head_of(rows->work, ANSWER_ROWS);
	to->head.rows = rows->n;
	(void)request_peer_send(rows->work->peer, to, sizeof(to->head) + rows->used, -1);
	rows->used = 0;
	rows->n = 0;
}

void rows_add(struct rows *rows, const struct table *table, const void *record)
{
	struct answer *to = &rows->work->peer->requests->answer;

	if (rows->used + row_size_max(table) > sizeof(to->body))
		rows_end(rows);
	rows->used += row_pack(table, record, to->body + rows->used);
	rows->n++;
	rows->added++;
}

/* --- changes that wait for the disk --- */

/* What was changed is so, and may be lost: to say less, or more, would be wrong. */
static void release_failed(struct work *work)
{
	struct answer *to = &work->peer->requests->answer;
	const bool made = work->held->kind == ANSWER_DONE;
	const enum pat_error error = tokens_refuse_unsynced(
		made ? PAT_OK : (enum pat_error)work->held->error, &work->refusal);
	const char *why = work->refusal.why;
	size_t size;

	if (made && work->service->not_on_disk)
		why = work->service->not_on_disk;
	to->head = head_of(work, ANSWER_REFUSED);
	size = put_refusal(to, error, why);
	(void)request_peer_send(work->peer, to, size, -1);
	work_free(work, false);
}

void works_release(struct requests *requests)
{
	struct work *work = TAILQ_FIRST(&requests->held), *next;

	for (; work; work = next) {
		const enum sync_state state = sync_state(requests->context.sync, work->point);

		if (state == SYNC_WAITING)
			return;
		next = TAILQ_NEXT(work, entry);
		if (state == SYNC_FAILED)
			release_failed(work);
		else
			work_free(work, request_peer_send(work->peer, work->held, work->held_size,
						work->held_fd));
	}
}
