/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Connections on user.sock that owe their request, or wait for their verdict. */
#include "front/login/logins.h"

#include <errno.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/wire.h"
#include "front/link/link.h"
#include "front/login/door.h"
#include "patd/util/log.h"

#define CONNECTIONS_MAX 256U                            /* that owe their request */
#define CONNECTIONS_UID_MAX 64U                         /* of one user */
#define ASKED_MAX 256U                                  /* whose verdict is not there yet */
#define ASKED_UID_MAX 32U                               /* of one user */
#define REQUEST_TIMEOUT_US (UINT64_C(3) * 1000 * 1000)  /* as long as pam_pat waits by default */
#define VERDICT_TIMEOUT_US (UINT64_C(65) * 1000 * 1000) /* patd refuses before that */
#define LOG_INTERVAL_US (UINT64_C(60) * 1000 * 1000)

struct user_login {
	TAILQ_ENTRY(user_login) entry;
	struct question question; /* under way: it waits for its verdict */
	struct logins *logins;
	sd_event_source *source;
	struct login_peer peer;
	uint64_t deadline_us;
};

TAILQ_HEAD(login_list, user_login);

struct logins {
	sd_event *event;
	struct closers *closers;
	struct link *link; /* NULL: given up */
	struct door *door;
	sd_event_source *timer;
	struct login_list owing, asked; /* oldest first */
	unsigned int owing_n, asked_n;
	uint64_t logged_us;
};

static uint64_t now_us(const struct logins *logins)
{
	uint64_t now;

	return sd_event_now(logins->event, CLOCK_MONOTONIC, &now) < 0 ? 0 : now;
}

/* All but its descriptor, which somebody else has taken over. */
static void login_free(struct user_login *login)
{
	struct logins *logins = login->logins;

	if (login->question.link) {
		link_cancel(&login->question);
		TAILQ_REMOVE(&logins->asked, login, entry);
		logins->asked_n--;
	} else {
		TAILQ_REMOVE(&logins->owing, login, entry);
		logins->owing_n--;
	}
	sd_event_source_disable_unref(login->source);
	free(login);
}

static void login_end(struct user_login *login)
{
	struct closers *closers = login->logins->closers;
	const struct login_peer peer = login->peer;

	login_free(login);
	login_peer_end(closers, &peer);
}

static void end_all(const struct login_list *list)
{
	struct user_login *next;

	for (struct user_login *login = TAILQ_FIRST(list); login; login = next) {
		next = TAILQ_NEXT(login, entry);
		login_end(login);
	}
}

/* For the oldest; all have the same timeout. */
static int arm_timer(struct logins *logins)
{
	const struct user_login *oldest = TAILQ_FIRST(&logins->owing);
	int r;

	if (!oldest)
		return sd_event_source_set_enabled(logins->timer, SD_EVENT_OFF);
	r = sd_event_source_set_time(logins->timer, oldest->deadline_us);
	return r < 0 ? r : sd_event_source_set_enabled(logins->timer, SD_EVENT_ONESHOT);
}

static int on_request_timeout(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct logins *logins = userdata;
	struct user_login *oldest;

	(void)source;
	while ((oldest = TAILQ_FIRST(&logins->owing)) && oldest->deadline_us <= usec)
		login_end(oldest);
	return arm_timer(logins);
}

static void on_verdict(struct question *question, struct link_answer *answer)
{
	void *asker = (char *)question - offsetof(struct user_login, question);
	struct user_login *login = asker;
	struct logins *logins = login->logins;
	struct pat_reply verdict = { .magic = PAT_REPLY_MAGIC, .verdict = PAT_FAILED };
	const struct login_peer peer = login->peer;

	if (answer->kind == ANSWER_DONE)
		memcpy(&verdict, answer->body, sizeof(verdict));
	else if (answer->error == PAT_ERR_BUSY)
		verdict.verdict = PAT_BUSY;
	/* The question has ended, and the login is among those that were asked. */
	TAILQ_REMOVE(&logins->asked, login, entry);
	logins->asked_n--;
	sd_event_source_disable_unref(login->source);
	free(login);
	login_peer_reply(logins->closers, &peer, &verdict);
}

static unsigned int asked_for(const struct logins *logins, uint32_t user)
{
	const struct user_login *login;
	unsigned int n = 0;

	TAILQ_FOREACH(login, &logins->asked, entry)
		n += login->peer.user == user;
	return n;
}

static void refuse(struct user_login *login, enum pat_verdict verdict)
{
	struct closers *closers = login->logins->closers;
	const struct login_peer peer = login->peer;

	login_free(login);
	login_peer_refuse(closers, &peer, verdict);
}

/* Has patd decide on the request, which is sent as it is. */
static void ask(struct user_login *login, const struct pat_request *verify)
{
	struct logins *logins = login->logins;
	struct request request = { .head = { .kind = REQUEST_VERIFY } };
	unsigned int asked;
	int r;

	/* Who is root has root.sock. */
	if (login->peer.uid == 0) {
		refuse(login, PAT_NOT_ALLOWED);
		return;
	}
	asked = asked_for(logins, login->peer.user);
	/* Whoever has none has room for one. */
	if (asked >= ASKED_UID_MAX || (asked > 0 && logins->asked_n >= ASKED_MAX)) {
		refuse(login, PAT_BUSY);
		return;
	}
	request.head.caller.uid = login->peer.uid;
	/* Nobody needs its name: this is in the place of one. */
	(void)snprintf(
		request.head.caller.user, sizeof(request.head.caller.user), "%u", login->peer.uid);
	request.verify = *verify;
	login->question = (struct question) { .done = on_verdict };
	r = link_ask(logins->link, &login->question, &request, VERDICT_TIMEOUT_US);
	sodium_memzero(&request.verify, sizeof(request.verify));
	if (r < 0) {
		refuse(login, PAT_FAILED);
		return;
	}
	TAILQ_REMOVE(&logins->owing, login, entry);
	logins->owing_n--;
	TAILQ_INSERT_TAIL(&logins->asked, login, entry);
	logins->asked_n++;
	/* That the client hangs up is still told. */
	(void)sd_event_source_set_io_events(login->source, 0);
}

/* Once a minute at most, whatever strangers send. */
static void log_malformed(struct logins *logins, uint32_t uid)
{
	uint64_t now = now_us(logins);

	if (logins->logged_us != 0 && now - logins->logged_us < LOG_INTERVAL_US)
		return;
	logins->logged_us = now;
	log_warning("uid %u sent a malformed verification request", uid);
}

/* Takes the request if it is there, and there is somebody to ask. */
static void serve(struct user_login *login)
{
	struct logins *logins = login->logins;
	struct pat_request request;
	ssize_t n;

	if (!link_is_up(logins->link))
		return;
	n = login_peer_peek(login->peer.fd);
	if (n == -EAGAIN || n == -EINTR)
		return;
	if (n > 0)
		n = recv(login->peer.fd, &request, sizeof(request), MSG_DONTWAIT | MSG_TRUNC);
	if (n > 0 && pat_request_check(&request, (size_t)n)) {
		ask(login, &request);
	} else {
		if (n > 0 || n == -EBADMSG)
			log_malformed(logins, login->peer.uid);
		login_end(login);
	}
	sodium_memzero(&request, sizeof(request));
}

static int on_io(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	struct user_login *login = userdata;

	(void)source;
	(void)fd;
	if (login->question.link || (revents & EPOLLIN) == 0)
		login_end(login); /* the client has hung up */
	else
		serve(login);
	return 0;
}

static uint32_t events_wanted(const struct logins *logins)
{
	return link_is_up(logins->link) ? (uint32_t)EPOLLIN : 0U;
}

/* In no list yet.  NULL: without memory; peer stays the caller's. */
static struct user_login *login_new(struct logins *logins, const struct login_peer *peer)
{
	struct user_login *login = calloc(1, sizeof(*login));

	if (!login)
		return NULL;
	login->logins = logins;
	login->peer = *peer;
	login->deadline_us = now_us(logins) + REQUEST_TIMEOUT_US;
	if (sd_event_add_io(logins->event, &login->source, peer->fd, events_wanted(logins), on_io,
		    login) < 0) {
		free(login);
		return NULL;
	}
	return login;
}

/* The one that has been silent longest goes. */
static bool make_room(void *userdata)
{
	struct logins *logins = userdata;
	struct user_login *oldest = TAILQ_FIRST(&logins->owing);

	if (!oldest)
		return false;
	login_end(oldest);
	return true;
}

/* So that one user's silent connections do not cost others theirs. */
static void make_room_of(struct logins *logins, uint32_t user)
{
	struct user_login *login, *oldest = NULL;
	unsigned int n = 0;

	TAILQ_FOREACH(login, &logins->owing, entry)
		if (login->peer.user == user) {
			oldest = oldest ? oldest : login;
			n++;
		}
	if (oldest && n >= CONNECTIONS_UID_MAX)
		login_end(oldest);
}

static void on_came(const struct login_peer *peer, void *userdata)
{
	struct logins *logins = userdata;
	struct user_login *login;

	if (!logins->link) {
		login_peer_end(logins->closers, peer);
		return;
	}
	make_room_of(logins, peer->user);
	if (logins->owing_n >= CONNECTIONS_MAX)
		(void)make_room(logins);
	login = login_new(logins, peer);
	if (!login) {
		login_peer_end(logins->closers, peer);
		return;
	}
	TAILQ_INSERT_TAIL(&logins->owing, login, entry);
	logins->owing_n++;
	(void)arm_timer(logins);
	serve(login);
}

/* patd is there, or not: requests are read, or wait where they are. */
static void on_link(void *userdata)
{
	struct logins *logins = userdata;
	struct user_login *login;

	TAILQ_FOREACH(login, &logins->owing, entry)
		(void)sd_event_source_set_io_events(login->source, events_wanted(logins));
}

DEFINE_CLEANUP(logins_free, logins)

int logins_new(sd_event *event, int user_fd, const char *patd, const char *subuid,
	struct closers *closers, struct logins **ret_logins)
{
	cleanup_with(logins_free) struct logins *logins = calloc(1, sizeof(*logins));
	int r;

	if (!logins)
		return -ENOMEM;
	const struct door_keeper keeper = { on_came, make_room, logins };
	const struct link_listener listener = {
		.up = on_link, .down = on_link, .userdata = logins
	};

	logins->event = sd_event_ref(event);
	logins->closers = closers;
	TAILQ_INIT(&logins->owing);
	TAILQ_INIT(&logins->asked);
	if ((r = link_new(event, patd, &listener, &logins->link)) < 0 ||
		(r = sd_event_add_time(event, &logins->timer, CLOCK_MONOTONIC, UINT64_MAX, 0,
			 on_request_timeout, logins)) < 0 ||
		(r = door_new(event, user_fd, subuid, closers, &keeper, &logins->door)) < 0)
		return r;
	*ret_logins = TAKE(logins);
	return 0;
}

void logins_give_up(struct logins *logins)
{
	/* Those that wait for a verdict are told. */
	link_free(logins->link);
	logins->link = NULL;
	end_all(&logins->owing);
}

void logins_free(struct logins *logins)
{
	if (!logins)
		return;
	end_all(&logins->owing);
	end_all(&logins->asked);
	link_free(logins->link);
	door_free(logins->door);
	sd_event_source_disable_unref(logins->timer);
	sd_event_unref(logins->event);
	free(logins);
}
