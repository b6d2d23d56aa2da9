/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The sessions that tokens have opened, bounded in number: in memory, where a full disk changes
 * nothing, and in the database, for the next patd.
 *
 * A session is open as long as the process that opened it runs, and has not said that it closed it.
 * It is known by that process, its token and its service.
 */
#pragma once

#include <sys/queue.h>

#include "patd/tokens/tokens_private.h"
#include "patd/util/proc.h"

struct open_session {
	TAILQ_ENTRY(open_session) entry;
	LIST_ENTRY(open_session) of_token;
	struct session session;
	unsigned int opened; /* how often, by the same process for the same service */
	bool written;        /* it is in the database, as it is now */
};

#define SESSION_BUCKETS 1024U

struct sessions {
	TAILQ_HEAD(open_sessions, open_session) open;                     /* the oldest first */
	LIST_HEAD(session_bucket, open_session) buckets[SESSION_BUCKETS]; /* by token */
	unsigned int n, unwritten;
	uint64_t last; /* number */
	/* "unknown" where it cannot be read: then no session is known to the next patd. */
	char boot[LIFESPAN_ID_SIZE];
};

/* Takes those that an earlier patd has left.  0, or the store's error. */
int sessions_open(struct tokens *tokens);
/* They stay in the database.  NULL is allowed. */
void sessions_free(struct sessions *sessions);

/* NULL: there are too many, or there is no memory.  It gets its number, and its boot. */
struct open_session *sessions_add(struct tokens *tokens, const struct session *session);
void sessions_remove(struct tokens *tokens, struct open_session *open);

/* The one of that process, token and service; NULL: it is not open. */
struct open_session *sessions_find(struct sessions *sessions, const struct pat_session *session);

/* Writes down those for which there was no way when they were opened, or changed. */
void sessions_write(struct tokens *tokens);

/* It is to be ended, or not any more. */
void sessions_set_ending(struct tokens *tokens, struct open_session *open, bool ending);

/* The first of that token's, and the one after it; NULL: there is none. */
struct open_session *sessions_first_of(struct sessions *sessions, const struct pat_id *id);
struct open_session *sessions_next_of(const struct open_session *open);

static inline bool session_is_open(const struct session *session)
{
	return proc_runs(session->pid, session->start_time);
}
