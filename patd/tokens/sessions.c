/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sessions that are open: kept in memory and in the database alike. */
#include "patd/tokens/sessions.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "patd/util/log.h"

#define BOOT_UNKNOWN "unknown"

/* Ids are random, so their first characters spread as well as a hash. */
static struct session_bucket *bucket_of(struct sessions *sessions, const struct pat_id *id)
{
	const unsigned int number = (unsigned char)id->text[0] * 61U +
				    (unsigned char)id->text[1] * 31U + (unsigned char)id->text[2];

	return &sessions->buckets[number % SESSION_BUCKETS];
}

static struct open_session *keep(struct sessions *sessions, const struct session *session)
{
	struct open_session *open = malloc(sizeof(*open));

	if (!open)
		return NULL;
	*open = (struct open_session) { .session = *session, .opened = 1 };
	TAILQ_INSERT_TAIL(&sessions->open, open, entry);
	LIST_INSERT_HEAD(bucket_of(sessions, &session->token), open, of_token);
	sessions->n++;
	return open;
}

/* --- the database --- */

/* In one transaction, as usage: it is on disk within about a second.  What fn returned, or why not.
 */
static int write_usage(
	struct tokens *tokens, int (*fn)(struct store *store, const void *what), const void *what)
{
	struct database *database = tokens->database;
	int r;

	if (database->paused)
		return -EAGAIN;
	if (!transaction_has_room(database))
		return -ENOSPC;
	r = usage_write(database);
	if (r == 0)
		r = fn(tokens->store, what);
	return usage_end(database, r);
}

static int add(struct store *store, const void *session)
{
	return store_write_session(store, session);
}

static int drop(struct store *store, const void *session)
{
	return store_remove_session(store, ((const struct session *)session)->number);
}

static int drop_others(struct store *store, const void *boot)
{
	return store_remove_sessions_before(store, boot);
}

void sessions_write(struct tokens *tokens)
{
	struct open_session *open = TAILQ_FIRST(&tokens->sessions->open);

	if (tokens->sessions->unwritten == 0)
		return;
	for (; open; open = TAILQ_NEXT(open, entry)) {
		if (open->written || write_usage(tokens, add, &open->session) < 0)
			continue;
		open->written = true;
		tokens->sessions->unwritten--;
	}
}

/* --- while patd runs --- */

static bool has_room(const struct sessions *sessions, const char *user)
{
	const struct open_session *open = TAILQ_FIRST(&sessions->open);
	unsigned int own = 0;

	for (; open; open = TAILQ_NEXT(open, entry))
		own += strcmp(open->session.user, user) == 0;
	return sessions->n < SESSIONS_MAX && own < SESSIONS_MAX_PER_USER;
}

struct open_session *sessions_add(struct tokens *tokens, const struct session *session)
{
	struct sessions *sessions = tokens->sessions;
	struct open_session *open;

	if (!has_room(sessions, session->user))
		return NULL;
	open = keep(sessions, session);
	if (!open)
		return NULL;
	open->session.number = ++sessions->last;
	memcpy(open->session.boot, sessions->boot, sizeof(sessions->boot));
	sessions->unwritten++;
	sessions_write(tokens);
	return open;
}

static void forget(struct sessions *sessions, struct open_session *open)
{
	TAILQ_REMOVE(&sessions->open, open, entry);
	LIST_REMOVE(open, of_token);
	sessions->n--;
	sessions->unwritten -= !open->written;
	free(open);
}

void sessions_remove(struct tokens *tokens, struct open_session *open)
{
	(void)write_usage(tokens, drop, &open->session);
	forget(tokens->sessions, open);
}

void sessions_set_ending(struct tokens *tokens, struct open_session *open, bool ending)
{
	if (open->session.ending == ending)
		return;
	open->session.ending = ending;
	tokens->sessions->unwritten += open->written;
	open->written = false;
	sessions_write(tokens);
}

static struct open_session *of_token(struct open_session *open, const struct pat_id *id)
{
	while (open && strcmp(open->session.token.text, id->text) != 0)
		open = LIST_NEXT(open, of_token);
	return open;
}

struct open_session *sessions_first_of(struct sessions *sessions, const struct pat_id *id)
{
	return of_token(LIST_FIRST(bucket_of(sessions, id)), id);
}

struct open_session *sessions_next_of(const struct open_session *open)
{
	return of_token(LIST_NEXT(open, of_token), &open->session.token);
}

struct open_session *sessions_find(struct sessions *sessions, const struct pat_session *session)
{
	struct pat_id id = { "" };
	struct open_session *open;

	pat_field_cut(id.text, sizeof(id.text), session->id);
	for (open = sessions_first_of(sessions, &id); open; open = sessions_next_of(open))
		if (open->session.pid == session->pid &&
			open->session.start_time == session->start_time &&
			strcmp(open->session.service, session->service) == 0)
			return open;
	return NULL;
}

/* --- from patd to patd --- */

static int load(const struct session *session, void *userdata)
{
	struct sessions *sessions = userdata;
	struct open_session *open;

	/* Also where one stays that could not be removed. */
	sessions->last = session->number;
	if (strcmp(session->boot, sessions->boot) != 0 ||
		strcmp(session->boot, BOOT_UNKNOWN) == 0 || sessions->n >= SESSIONS_MAX)
		return 0;
	open = keep(sessions, session);
	if (!open)
		return -ENOMEM;
	open->written = true;
	return 0;
}

int sessions_open(struct tokens *tokens)
{
	struct sessions *sessions = calloc(1, sizeof(*sessions));
	int r;

	if (!sessions)
		return -ENOMEM;
	tokens->sessions = sessions;
	TAILQ_INIT(&sessions->open);
	if (lifespan_boot(tokens->lifespans, sessions->boot) < 0)
		pat_field_cut(sessions->boot, sizeof(sessions->boot), BOOT_UNKNOWN);
	r = store_list_sessions(tokens->store, load, sessions);
	if (r < 0)
		return r;
	if (write_usage(tokens, drop_others, sessions->boot) < 0)
		log_warning("the sessions of an earlier boot could not be removed");
	return 0;
}

void sessions_free(struct sessions *sessions)
{
	struct open_session *next;

	if (!sessions)
		return;
	for (struct open_session *open = TAILQ_FIRST(&sessions->open); open; open = next) {
		next = TAILQ_NEXT(open, entry);
		free(open);
	}
	free(sessions);
}
