/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A request under way, from its packet to its last answer, which is one work_done() or
 * work_refuse().  In between it waits for its turn, for its verdict, or for the disk.
 */
#pragma once

#include "patd/requests/work_queue.h"
#include "patd/tokens/tokens.h"
#include "protocol/answer.h"

struct requests;
struct request_peer;
struct work;

/* What a turn has brought it to. */
enum progress {
	WORK_ANSWERED, /* by work_done() or work_refuse() */
	WORK_GOES_ON,  /* another turn is needed */
	WORK_WAITS     /* for something else than a turn, which answers */
};

/* How requests of a kind are served: one row a kind, in request_table.c. */
struct service {
	enum lane lane;
	bool takes_away; /* access */
	bool root_only;  /* not over front.sock */
	/* Why a change that was made is refused if it is not on disk; NULL: what is always said. */
	const char *not_on_disk;
	enum progress (*serve)(struct work *work);
	/* If set, called when it ends, without an answer that arrived unless delivered. */
	void (*end)(struct work *work, bool delivered);
};

TAILQ_HEAD(works, work);

struct work {
	struct queued queued; /* first: what waits is turned back into its work */
	struct request_peer *peer;
	LIST_ENTRY(work) of_peer;
	TAILQ_ENTRY(work) entry; /* in list */
	struct works *list;      /* of requests; NULL: none */
	const struct service *service;
	struct caller caller;
	struct refusal refusal;
	void *state;     /* of the handler: see work_state() */
	uint32_t effort; /* rows to look at in a turn */
	uint64_t cookie; /* of a login that waits for its verdict */
	/* Of a change that waits for the disk: the point, and the answer. */
	uint64_t point;
	struct answer_head *held;
	size_t held_size;
	int held_fd;
	struct request request; /* only as much of it as its kind has */
};

/* NULL without memory.  packet passed request_check(), and was sent for that caller. */
struct work *work_new(struct request_peer *peer, const struct service *service,
	const struct request *packet, size_t len, const struct caller *caller);

/* It ends.  delivered: its answer has been sent. */
void work_free(struct work *work, bool delivered);

/* It is in that list from now on, and in no other; NULL: in none. */
void work_move(struct work *work, struct works *list);

/* Memory that ends with it, all zeros at the first call.  NULL: none, and it has been refused. */
void *work_state(struct work *work, size_t size);

/*
 * The answer, after which the work may be gone; that of a change is sent when everything is on disk
 * that was changed so far.  body: as protocol/answer.h has it for its kind.  passed: a descriptor
 * to be sent with it, of which a copy is made, or -1.
 */
enum progress work_done(struct work *work, const void *body, size_t size, int passed);

/* The same: error, with work->refusal. */
enum progress work_refuse(struct work *work, enum pat_error error);
enum progress work_refuse_for(struct work *work, enum pat_error error, const char *why);

/* work_done() without a body if error is PAT_OK, else work_refuse(). */
enum progress work_end(struct work *work, enum pat_error error);

/* Refuses it before its turn: nothing has been done, and nothing is waited for. */
void work_turn_away(struct work *work, enum pat_error error, const char *why);

/* Not the last answer.  passed: as above. */
void work_progress(struct work *work, uint64_t done, uint64_t total, int passed);

/* Rows, gathered in requests->answer from rows_begin() to rows_end(), within one turn. */
struct rows {
	struct work *work;
	size_t used;
	uint32_t n;     /* gathered */
	uint32_t added; /* in all */
};

struct rows rows_begin(struct work *work);
void rows_add(struct rows *rows, const struct table *table, const void *record);
/* Sends those that have not been sent. */
void rows_end(struct rows *rows);

/* The answers of changes that are on disk by now. */
void works_release(struct requests *requests);
