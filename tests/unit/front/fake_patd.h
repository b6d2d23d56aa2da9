/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The test is patd: it listens where patd-bus connects, takes requests, and answers. */
#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "protocol/answer.h"
#include "protocol/packet.h"
#include "tests/unit/patd/place.h"

struct fake_patd {
	char path[64];
	int listening, fd;
	struct request request; /* the latest */
};

static inline void fake_patd_listen(struct fake_patd *patd, struct place *place)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	(void)snprintf(patd->path, sizeof(patd->path), "%s/front.sock", place->dir);
	(void)unlink(patd->path);
	(void)strcpy(address.sun_path, patd->path);
	patd->fd = -1;
	patd->listening = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(patd->listening, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(patd->listening, 4), 0);
}

static inline void fake_patd_accept(struct fake_patd *patd)
{
	patd->fd = accept(patd->listening, NULL, NULL);
	assert_true(patd->fd >= 0);
}

static inline void fake_patd_hang_up(struct fake_patd *patd)
{
	assert_int_equal(close(patd->fd), 0);
	patd->fd = -1;
}

static inline void fake_patd_end(struct fake_patd *patd)
{
	if (patd->fd >= 0)
		fake_patd_hang_up(patd);
	assert_int_equal(close(patd->listening), 0);
}

/* Whether a request has come, which is then the latest. */
static inline bool fake_patd_take(struct fake_patd *patd)
{
	ssize_t n = recv(patd->fd, &patd->request, sizeof(patd->request), MSG_DONTWAIT);

	assert_true(n != 0);
	if (n > 0)
		assert_true(request_check(&patd->request, (size_t)n));
	return n > 0;
}

/* The next request is of that kind. */
static inline void fake_patd_expect(struct fake_patd *patd, enum request_kind kind)
{
	struct pollfd poll_fd = { .fd = patd->fd, .events = POLLIN };

	assert_int_equal(poll(&poll_fd, 1, 10000), 1);
	assert_true(fake_patd_take(patd));
	assert_string_equal(request_word(patd->request.head.kind), request_word(kind));
}

static inline void fake_patd_send(
	struct fake_patd *patd, const struct answer_head *head, const void *body, size_t len)
{
	struct answer answer = { .head = *head };

	answer.head.magic = ANSWER_MAGIC;
	if (body)
		memcpy(answer.body, body, len);
	assert_int_equal(packet_send(patd->fd, &answer, sizeof(answer.head) + len, -1, 0), 0);
}

/* To the latest request. */
static inline void fake_patd_done(struct fake_patd *patd, const void *body)
{
	fake_patd_send(patd,
		&(struct answer_head) { .kind = ANSWER_DONE, .serial = patd->request.head.serial },
		body, body ? answer_done_size(patd->request.head.kind) : 0);
}

static inline void fake_patd_refuse(struct fake_patd *patd, enum pat_error error, uint32_t lacks,
	uint32_t operation, const char *why)
{
	fake_patd_send(patd,
		&(struct answer_head) { .kind = ANSWER_REFUSED,
			.serial = patd->request.head.serial,
			.error = error,
			.lacks = lacks,
			.operation = operation },
		why, strlen(why) + 1);
}
