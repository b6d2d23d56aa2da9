/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Connections on user.sock, from accept() to the reply. */
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
#include "front/base/subids.h"
#include "front/link/link.h"
#include "patd/util/log.h"
#include "patd/util/ratelimit.h"

#define ACCEPTS_MAX 16U      /* connections taken in one go, before others have their turn */
#define CONNECTIONS_MAX 256U /* that owe their request */
#define ASKED_MAX 256U       /* whose verdict is not there yet */
#define ASKED_UID_MAX 32U    /* of one user */
#define REQUEST_TIMEOUT_US (UINT64_C(3) * 1000 * 1000)  /* as long as pam_pat waits by default */
#define VERDICT_TIMEOUT_US (UINT64_C(65) * 1000 * 1000) /* patd refuses before that */
#define REQUESTS_PER_S 20 /* of the sub-uids of one user on the long run, and at once */
#define REQUESTS_BURST 40
#define LOG_INTERVAL_US (UINT64_C(60) * 1000 * 1000)
#define HELD_MAX 4096U /* connections that wait for a closer: above that no more are taken */
#define HELD_PAUSE_US (UINT64_C(1000) * 1000)

struct user_login {
	TAILQ_ENTRY(user_login) entry;
	struct question question; /* under way: it waits for its verdict */
	struct logins *logins;
	sd_event_source *source;
	int fd;
	uint32_t uid, user; /* of the peer; and whom it counts for */
	uint64_t deadline_us;
};

TAILQ_HEAD(login_list, user_login);

struct logins {
	sd_event *event;
	struct closers *closers;
	struct link *link;
	struct subids *subids;
	struct ratelimit ratelimit;
	sd_event_source *source, *timer, *pause;
	struct login_list owing, asked; /* oldest first */
	unsigned int owing_n, asked_n;
	uint64_t logged_us;
};

static uint64_t now_us(const struct logins *logins)
{
	uint64_t now;

	return sd_event_now(logins->event, CLOCK_MONOTONIC, &now) < 0 ? 0 : now;
}

/* Takes fd over.  What is left unread in it is ended with it, and may have descriptors. */
static void end_connection(struct logins *logins, int fd, uint32_t uid)
{
	(void)shutdown(fd, SHUT_RDWR);
	closers_give_fd(logins->closers, uid, fd);
}

/* The same with a reply.  A client that has gone, or does not read, loses it. */
static void reply(struct logins *logins, int fd, uint32_t uid, const struct pat_reply *reply)
{
	(void)send(fd, reply, sizeof(*reply), MSG_NOSIGNAL | MSG_DONTWAIT);
	end_connection(logins, fd, uid);
}

static void reply_verdict(struct logins *logins, int fd, uint32_t uid, enum pat_verdict verdict)
{
	const struct pat_reply refusal = { .magic = PAT_REPLY_MAGIC, .verdict = verdict };

	reply(logins, fd, uid, &refusal);
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
	struct logins *logins = login->logins;
	const uint32_t uid = login->uid;
	const int fd = login->fd;

	login_free(login);
	end_connection(logins, fd, uid);
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
	struct user_login *login =
		(struct user_login *)(void *)((char *)question -
					      offsetof(struct user_login, question));
	struct logins *logins = login->logins;
	struct pat_reply verdict = { .magic = PAT_REPLY_MAGIC, .verdict = PAT_FAILED };
	const uint32_t uid = login->uid;
	const int fd = login->fd;

	if (answer->kind == ANSWER_DONE)
		memcpy(&verdict, answer->body, sizeof(verdict));
	else if (answer->error == PAT_ERR_BUSY)
		verdict.verdict = PAT_BUSY;
	/* The question has ended, and the login is among those that were asked. */
	TAILQ_REMOVE(&logins->asked, login, entry);
	logins->asked_n--;
	sd_event_source_disable_unref(login->source);
	free(login);
	reply(logins, fd, uid, &verdict);
}

static unsigned int asked_for(const struct logins *logins, uint32_t user)
{
	const struct user_login *login;
	unsigned int n = 0;

	TAILQ_FOREACH(login, &logins->asked, entry)
		n += login->user == user;
	return n;
}

static void refuse(struct user_login *login, enum pat_verdict verdict)
{
	struct logins *logins = login->logins;
	const uint32_t uid = login->uid;
	const int fd = login->fd;

	login_free(login);
	reply_verdict(logins, fd, uid, verdict);
}

/* Has patd decide on the request, which is sent as it is. */
static void ask(struct user_login *login, const struct pat_request *verify)
{
	struct logins *logins = login->logins;
	struct request request = { .head = { .kind = REQUEST_VERIFY } };
	int r;

	/* Who is root has root.sock. */
	if (login->uid == 0) {
		refuse(login, PAT_NOT_ALLOWED);
		return;
	}
	if (logins->asked_n >= ASKED_MAX || asked_for(logins, login->user) >= ASKED_UID_MAX) {
		refuse(login, PAT_BUSY);
		return;
	}
	request.head.caller.uid = login->uid;
	/* Nobody needs its name: this is in the place of one. */
	(void)snprintf(
		request.head.caller.user, sizeof(request.head.caller.user), "%u", login->uid);
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

/*
 * The length of the first packet, which stays where it is; or a negative errno.  -EBADMSG: it has
 * descriptors, which would be closed here if it was received.
 */
static ssize_t peek(int fd)
{
	char byte;
	struct iovec data = { &byte, 1 };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1 };
	ssize_t n = recvmsg(fd, &message, MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT);

	if (n < 0)
		return -errno;
	return message.msg_flags & MSG_CTRUNC ? -EBADMSG : n;
}

/* Takes the request if it is there, and there is somebody to ask. */
static void serve(struct user_login *login)
{
	struct logins *logins = login->logins;
	struct pat_request request;
	ssize_t n;

	if (!link_is_up(logins->link))
		return;
	n = peek(login->fd);
	if (n == -EAGAIN || n == -EINTR)
		return;
	if (n > 0)
		n = recv(login->fd, &request, sizeof(request), MSG_DONTWAIT | MSG_TRUNC);
	if (n > 0 && pat_request_check(&request, (size_t)n)) {
		ask(login, &request);
	} else {
		if (n > 0 || n == -EBADMSG)
			log_malformed(logins, login->uid);
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

/* In no list yet.  NULL: without memory; fd stays the caller's. */
static struct user_login *login_new(struct logins *logins, int fd, uint32_t uid, uint32_t user)
{
	struct user_login *login = calloc(1, sizeof(*login));

	if (!login)
		return NULL;
	login->logins = logins;
	login->fd = fd;
	login->uid = uid;
	login->user = user;
	login->deadline_us = now_us(logins) + REQUEST_TIMEOUT_US;
	if (sd_event_add_io(
		    logins->event, &login->source, fd, events_wanted(logins), on_io, login) < 0) {
		free(login);
		return NULL;
	}
	return login;
}

/* Takes fd over. */
static void add(struct logins *logins, int fd, uint32_t uid, uint32_t user)
{
	struct user_login *login;

	/* The connection that has been silent longest makes room. */
	if (logins->owing_n >= CONNECTIONS_MAX)
		login_end(TAILQ_FIRST(&logins->owing));
	login = login_new(logins, fd, uid, user);
	if (!login) {
		end_connection(logins, fd, uid);
		return;
	}
	TAILQ_INSERT_TAIL(&logins->owing, login, entry);
	logins->owing_n++;
	(void)arm_timer(logins);
	serve(login);
}

/*
 * patd has a ration for each uid.  That of a user is also that of the user's sub-uids, all of which
 * are counted here.
 */
static bool within_ration(struct logins *logins, uint32_t uid, uint32_t user)
{
	return ratelimit_take(&logins->ratelimit, user, now_us(logins)) || uid == user;
}

/* Its request is left unread, but received, so that the client sees the reply. */
static void turn_away(struct logins *logins, int fd, uint32_t uid)
{
	char byte;

	if (peek(fd) >= 0)
		(void)recv(fd, &byte, sizeof(byte), MSG_DONTWAIT);
	reply_verdict(logins, fd, uid, PAT_BUSY);
}

/* Takes fd over, of a client that has just connected. */
static void accept_client(struct logins *logins, int fd)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);
	uint32_t user;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0) {
		end_connection(logins, fd, CLOSERS_ANYBODY);
		return;
	}
	user = subids_owner(logins->subids, peer.uid);
	if (within_ration(logins, peer.uid, user))
		add(logins, fd, peer.uid, user);
	else
		turn_away(logins, fd, peer.uid);
}

/* Those that wait for a closer are ended one day; until then no more are taken. */
static void pause_accepting(struct logins *logins)
{
	(void)sd_event_source_set_enabled(logins->source, SD_EVENT_OFF);
	(void)sd_event_source_set_time_relative(logins->pause, HELD_PAUSE_US);
	(void)sd_event_source_set_enabled(logins->pause, SD_EVENT_ONESHOT);
}

static int on_pause(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct logins *logins = userdata;

	(void)source;
	(void)usec;
	return sd_event_source_set_enabled(logins->source, SD_EVENT_ON);
}

static int on_connect(sd_event_source *source, int listening, uint32_t revents, void *userdata)
{
	struct logins *logins = userdata;

	(void)source;
	(void)revents;
	for (unsigned int i = 0; i < ACCEPTS_MAX; i++) {
		int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd >= 0) {
			accept_client(logins, fd);
			continue;
		}
		/* The one that has been silent longest goes, and the loop comes back here. */
		if ((errno == EMFILE || errno == ENFILE) && !TAILQ_EMPTY(&logins->owing))
			login_end(TAILQ_FIRST(&logins->owing));
		else if (errno == EMFILE || errno == ENFILE)
			pause_accepting(logins);
		break;
	}
	if (closers_held(logins->closers) > HELD_MAX)
		pause_accepting(logins);
	return 0;
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
	const struct link_listener listener = {
		.up = on_link, .down = on_link, .userdata = logins
	};

	logins->event = sd_event_ref(event);
	logins->closers = closers;
	logins->ratelimit.cost_us = UINT64_C(1000000) / REQUESTS_PER_S;
	logins->ratelimit.burst = REQUESTS_BURST;
	TAILQ_INIT(&logins->owing);
	TAILQ_INIT(&logins->asked);
	if ((r = subids_new(event, subuid, &logins->subids)) < 0 ||
		(r = link_new(event, patd, &listener, &logins->link)) < 0 ||
		(r = sd_event_add_time(event, &logins->timer, CLOCK_MONOTONIC, UINT64_MAX, 0,
			 on_request_timeout, logins)) < 0 ||
		(r = sd_event_add_time(event, &logins->pause, CLOCK_MONOTONIC, UINT64_MAX, 0,
			 on_pause, logins)) < 0 ||
		(r = sd_event_add_io(
			 event, &logins->source, user_fd, EPOLLIN, on_connect, logins)) < 0)
		return r;
	*ret_logins = TAKE(logins);
	return 0;
}

void logins_free(struct logins *logins)
{
	if (!logins)
		return;
	end_all(&logins->owing);
	end_all(&logins->asked);
	link_free(logins->link);
	subids_free(logins->subids);
	sd_event_source_disable_unref(logins->source);
	sd_event_source_disable_unref(logins->timer);
	sd_event_source_disable_unref(logins->pause);
	sd_event_unref(logins->event);
	free(logins);
}
