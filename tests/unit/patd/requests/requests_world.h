/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The server of requests and its clients in one thread: each client sends, the loop turns, the
 * client reads.  The disk is the test's: what is changed is on it when the test says so.  Included
 * once, by a program's one source file.
 */
#pragma once

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "common/pack.h"
#include "patd/backup/online.h"
#include "patd/login/server.h"
#include "patd/login/token_decider.h"
#include "patd/requests/requests.h"
#include "protocol/answer.h"
#include "protocol/packet.h"
#include "protocol/rows.h"
#include "tests/unit/patd/fake_sync.h"
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/world.h"

#define ROOT_SOCK "root.sock"
#define FRONT_SOCK "front.sock"

/* With everything that polkit can grant, and more. */
static const struct caller granted = { .uid = 1000, .user = "alice", .granted = UINT32_MAX };

/* --- the server --- */

struct requests_world {
	struct world world; /* first: the world's functions take it */
	sd_event *event;
	struct listeners listeners;
	struct token_decider *decider;
	struct login_server *login_server;
	struct backups *backups;
	struct policy_set *policy;
	struct requests *requests;
	char user_socket[128]; /* of patd-bus */
	uint64_t serial;
	struct answer answer; /* the latest */
	size_t len;
	int passed;
};

static inline void serving_begin(struct requests_world *w)
{
	struct requests_context context;
	struct decider decider;

	assert_int_equal(token_decider_new(w->event, w->world.tokens, &w->decider), 0);
	decider = token_decider_of(w->decider);
	assert_int_equal(login_server_new(w->event, &w->listeners, &decider, &w->login_server), 0);
	token_decider_serve(w->decider, w->login_server);
	assert_int_equal(
		backups_new(w->event, &disk, w->world.place.dir, w->world.key, &w->backups), 0);
	(void)snprintf(w->user_socket, sizeof(w->user_socket), "%s/user.sock", w->world.place.dir);
	context = (struct requests_context) { w->world.tokens, w->backups, &disk, w->login_server,
		w->user_socket, NULL };
	assert_int_equal(requests_new(w->event, w->listeners.front_fd, &context, &w->requests), 0);
	requests_set_policy(w->requests, w->policy);
}

static inline void serving_end(struct requests_world *w)
{
	backups_free(w->backups);
	requests_free(w->requests);
	login_server_free(w->login_server);
	token_decider_free(w->decider);
}

static inline int requests_set_up(void **state)
{
	struct requests_world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	world_make(&w->world);
	/* After the machine's, by which timers go: no deadline of a token comes. */
	w->world.time = UINT64_C(4102444800);
	disk = (struct sync) { .state = SYNC_DONE };
	assert_int_equal(sd_event_new(&w->event), 0);
	assert_int_equal(policy_read(w->world.place.dir, NULL, NULL, &w->policy), 0);
	assert_int_equal(listeners_open(w->world.place.dir, &w->listeners), 0);
	serving_begin(w);
	logged_clear();
	*state = w;
	return 0;
}

static inline int requests_tear_down(void **state)
{
	struct requests_world *w = *state;

	serving_end(w);
	listeners_close(&w->listeners);
	policy_free(w->policy);
	sd_event_unref(w->event);
	world_end(&w->world);
	free(w);
	return 0;
}

#define REQUESTS_TEST(test)                                                                        \
	cmocka_unit_test_setup_teardown(test, requests_set_up, requests_tear_down)

/* Until the loop has nothing to do, but for timers. */
static inline void turn(struct requests_world *w)
{
	int r;

	do {
		r = sd_event_run(w->event, 2000);
		assert_true(r >= 0);
	} while (r > 0);
}

/* What the disk does from now on, and that it is told. */
static inline void disk_becomes(struct requests_world *w, enum sync_state state)
{
	disk.state = state;
	disk.fn(disk.userdata);
	turn(w);
}

/* --- clients --- */

static inline int connect_to(struct requests_world *w, const char *name)
{
	int fd = packet_connect(place_path(&w->world.place, name));

	assert_true(fd >= 0);
	return fd;
}

static inline struct request request_of(
	struct requests_world *w, enum request_kind kind, const struct caller *caller)
{
	struct request request = {
		.head = { REQUEST_MAGIC, kind, ++w->serial, { caller->uid, caller->granted, "" } },
	};

	assert_true(pat_field_set(
		request.head.caller.user, sizeof(request.head.caller.user), caller->user));
	return request;
}

static inline void send_request(int fd, const struct request *request)
{
	assert_int_equal(packet_send(fd, request, request_size(request->head.kind), -1, 0), 0);
}

/* Whether there is an answer; of events none is counted.  It is w->answer. */
static inline bool next_answer(struct requests_world *w, int fd, uint32_t kind)
{
	ssize_t n = packet_receive(fd, &w->answer, sizeof(w->answer), MSG_DONTWAIT, &w->passed);

	if (n == -EAGAIN)
		return false;
	assert_true(n > 0);
	w->len = (size_t)n;
	assert_true(answer_check(
		&w->answer, w->len, w->answer.head.serial == 0 ? REQUEST_KINDS : kind));
	return true;
}

static inline bool is_last(const struct answer *answer)
{
	return answer->head.kind == ANSWER_DONE || answer->head.kind == ANSWER_REFUSED;
}

/* The last answer to a request of that kind; rows and events before it are skipped. */
static inline const struct answer *last_answer(struct requests_world *w, int fd, uint32_t kind)
{
	do
		assert_true(next_answer(w, fd, kind));
	while (!is_last(&w->answer));
	return &w->answer;
}

static inline const struct answer *ask(
	struct requests_world *w, int fd, const struct request *request)
{
	send_request(fd, request);
	turn(w);
	return last_answer(w, fd, request->head.kind);
}

static inline bool is_closed(int fd)
{
	struct answer answer;
	int passed;
	ssize_t n;

	do
		n = packet_receive(fd, &answer, sizeof(answer), MSG_DONTWAIT, &passed);
	while (n > 0);
	return n == 0 || n == -ECONNRESET;
}

static inline bool is_waiting(int fd)
{
	char byte;

	return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

/* For a token. */
static inline struct request about(struct requests_world *w, enum request_kind kind,
	const struct caller *caller, const struct pat_id *id)
{
	struct request request = request_of(w, kind, caller);

	/* All parts that begin with an id. */
	assert_true(pat_field_set(request.token.id, sizeof(request.token.id), id->text));
	return request;
}

static inline struct request to_generate(
	struct requests_world *w, const struct caller *caller, const char *name)
{
	struct request request = request_of(w, REQUEST_GENERATE, caller);

	assert_true(pat_field_set(request.generate.name, sizeof(request.generate.name), name));
	return request;
}

static inline bool exists(struct requests_world *w, const char *name)
{
	char sql[128];

	(void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM token WHERE name = '%s'", name);
	return world_ask(&w->world, sql) == 1;
}
