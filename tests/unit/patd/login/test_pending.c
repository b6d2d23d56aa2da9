/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The login server with a decider whose verdicts come later: who waits, how many, and how long. */
#include <sodium.h>

#include "patd/login/pending.h"
#include "patd/login/server.h"
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/login/login_clients.h"
#include "tests/unit/patd/place.h"

#define ALICE 1000
#define BOB 1001

/* What a request's service has the decider do. */
#define NOW "now"           /* accept */
#define LATER "later"       /* defer, or whatever verification_defer() makes of it */
#define RELEASE "release"   /* accept, and the oldest deferred with it */
#define AT_ONCE "at-once"   /* defer, and reply before decide() returns */
#define UNDECIDED "nothing" /* leave the reply as it is */

struct scene {
	struct place place;
	struct login_client login;
	uint64_t deferred[PENDING_MAX + 1], cancelled[PENDING_MAX + 1];
	size_t deferred_n, cancelled_n;
	uint32_t caller_uid; /* of the last request */
	int watched;         /* has had no reply at a commit */
	bool committed, replies_in_commit;
};

static const struct pat_reply accepted = {
	.magic = PAT_REPLY_MAGIC,
	.verdict = PAT_ACCEPTED,
	.expires_at = 7,
};

static void decide(struct verification *verification, uint32_t caller_uid,
	const struct pat_request *request, struct pat_reply *ret_reply, void *userdata)
{
	struct scene *scene = userdata;
	uint64_t id;

	scene->caller_uid = caller_uid;
	if (strcmp(request->service, UNDECIDED) == 0)
		return;
	if (strcmp(request->service, LATER) == 0 || strcmp(request->service, AT_ONCE) == 0) {
		int r = verification_defer(verification, &id);

		if (r == 0)
			scene->deferred[scene->deferred_n++] = id;
		if (r == 0 && strcmp(request->service, AT_ONCE) == 0)
			assert_int_equal(login_server_reply(scene->login.server, id, &accepted), 0);
		ret_reply->verdict = r == -EBUSY ? PAT_BUSY : PAT_WRONG;
		return;
	}
	if (strcmp(request->service, RELEASE) == 0)
		assert_int_equal(
			login_server_reply(scene->login.server, scene->deferred[0], &accepted), 0);
	*ret_reply = accepted;
}

static void cancel(uint64_t id, void *userdata)
{
	struct scene *scene = userdata;

	scene->cancelled[scene->cancelled_n++] = id;
}

static void commit(void *userdata)
{
	struct scene *scene = userdata;

	scene->committed = true;
	if (scene->watched >= 0)
		assert_true(is_waiting(scene->watched));
	if (scene->replies_in_commit)
		assert_int_equal(
			login_server_reply(scene->login.server, scene->deferred[0], &accepted),
			-EDEADLK);
}

static bool is_verifier(uint32_t uid, void *userdata)
{
	(void)uid;
	(void)userdata;
	return true;
}

static int set_up(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	const struct decider decider = {
		.decide = decide,
		.cancel = cancel,
		.commit = commit,
		.is_verifier = is_verifier,
		.userdata = scene,
	};

	assert_non_null(scene);
	assert_true(sodium_init() >= 0);
	place_make(&scene->place);
	scene->watched = -1;
	login_begin(&scene->login, scene->place.dir, &decider);
	*state = scene;
	return 0;
}

static int tear_down(void **state)
{
	struct scene *scene = *state;

	login_end(&scene->login);
	place_remove(&scene->place);
	free(scene);
	return 0;
}

static struct pat_request request_of(uint32_t uid, const char *service)
{
	struct pat_request request = { .magic = PAT_REQUEST_MAGIC, .uid = uid };

	assert_true(pat_field_set(request.id, sizeof(request.id), "0123456789"));
	assert_true(pat_field_set(request.user, sizeof(request.user), "alice"));
	assert_true(pat_field_set(request.service, sizeof(request.service), service));
	assert_true(pat_request_check(&request, sizeof(request)));
	return request;
}

/* Sends, and turns the loop. */
static int ask_for(const struct scene *scene, int fd, uint32_t uid, const char *service)
{
	const struct pat_request request = request_of(uid, service);

	ask(fd, &request);
	turn(&scene->login);
	return fd;
}

static int log_in(const struct scene *scene, uint32_t uid, const char *service)
{
	return ask_for(scene, connect_to(&scene->login, PAT_ROOT_SOCKET), uid, service);
}

static int reply_to(struct scene *scene, size_t n, const struct pat_reply *reply)
{
	return login_server_reply(scene->login.server, scene->deferred[n], reply);
}

static void late_verdict_reaches_its_login_while_others_are_served(void **state)
{
	struct scene *scene = *state;
	int late = log_in(scene, ALICE, LATER), same = log_in(scene, ALICE, LATER);

	assert_true(is_waiting(late));
	assert_int_equal(read_verdict(log_in(scene, BOB, NOW)), PAT_ACCEPTED);
	assert_int_equal(read_verdict(log_in(scene, ALICE, NOW)), PAT_ACCEPTED);
	assert_true(is_waiting(late));
	assert_int_equal(reply_to(scene, 0, &accepted), 0);
	assert_int_equal(read_verdict(late), PAT_ACCEPTED);
	assert_true(is_waiting(same));
	assert_int_equal(scene->cancelled_n, 0);
	close(same);
}

static void late_verdicts_come_in_any_order(void **state)
{
	struct scene *scene = *state;
	struct pat_reply reply = accepted;
	int fds[5];

	for (size_t i = 0; i < COUNT(fds); i++)
		fds[i] = log_in(scene, ALICE, LATER);
	for (size_t i = COUNT(fds); i-- > 0;) {
		reply.expires_at = 100 + i;
		assert_int_equal(reply_to(scene, i, &reply), 0);
	}
	for (size_t i = 0; i < COUNT(fds); i++) {
		assert_int_equal(read_reply(fds[i]).expires_at, 100 + i);
		for (size_t k = 0; k < i; k++)
			assert_true(scene->deferred[i] != scene->deferred[k]);
	}
	assert_int_equal(scene->cancelled_n, 0);
}

static void late_reply_follows_commit(void **state)
{
	struct scene *scene = *state;
	int fd = log_in(scene, ALICE, LATER);

	scene->committed = false;
	scene->watched = fd;
	assert_int_equal(reply_to(scene, 0, &accepted), 0);
	assert_true(scene->committed);
	assert_int_equal(read_verdict(fd), PAT_ACCEPTED);
}

static void verdict_from_within_commit_is_refused(void **state)
{
	struct scene *scene = *state;
	int late = log_in(scene, ALICE, LATER);

	scene->replies_in_commit = true;
	assert_int_equal(read_verdict(log_in(scene, BOB, NOW)), PAT_ACCEPTED);
	assert_true(is_waiting(late));
	scene->replies_in_commit = false;
	assert_int_equal(reply_to(scene, 0, &accepted), 0);
	assert_int_equal(read_verdict(late), PAT_ACCEPTED);
}

static void request_after_connection_can_be_deferred(void **state)
{
	struct scene *scene = *state;
	int fd = connect_to(&scene->login, PAT_ROOT_SOCKET);

	turn(&scene->login);
	(void)ask_for(scene, fd, ALICE, LATER);
	assert_int_equal(scene->caller_uid, geteuid());
	assert_true(is_waiting(fd));
	assert_int_equal(reply_to(scene, 0, &accepted), 0);
	assert_int_equal(read_verdict(fd), PAT_ACCEPTED);
}

static uint64_t pass_on_for(
	struct scene *scene, uint32_t caller_uid, uint32_t uid, const char *service)
{
	const struct pat_request request = request_of(uid, service);

	return pass_on(&scene->login, caller_uid, &request);
}

static void request_that_was_passed_on_can_be_deferred(void **state)
{
	struct scene *scene = *state;
	const uint64_t late = pass_on_for(scene, BOB, ALICE, LATER);

	assert_int_equal(scene->caller_uid, BOB);
	assert_true(is_undecided(&scene->login, late));
	assert_int_equal(
		verdict_on(&scene->login, pass_on_for(scene, BOB, ALICE, NOW)), PAT_ACCEPTED);
	assert_true(is_undecided(&scene->login, late));
	assert_int_equal(reply_to(scene, 0, &accepted), 0);
	assert_int_equal(verdict_on(&scene->login, late), PAT_ACCEPTED);
	assert_int_equal(
		verdict_on(&scene->login, pass_on_for(scene, BOB, ALICE, AT_ONCE)), PAT_ACCEPTED);
}

/* In the middle of a batch of requests, each of which has its reply queued. */
static void verdict_of_one_login_can_release_another(void **state)
{
	struct scene *scene = *state;
	int late = log_in(scene, ALICE, LATER), fds[40];

	for (size_t i = 0; i < COUNT(fds); i++) {
		const struct pat_request request = request_of(BOB, i == 15 ? RELEASE : NOW);

		fds[i] = connect_to(&scene->login, PAT_ROOT_SOCKET);
		ask(fds[i], &request);
	}
	turn(&scene->login);
	for (size_t i = 0; i < COUNT(fds); i++)
		assert_int_equal(read_verdict(fds[i]), PAT_ACCEPTED);
	assert_int_equal(read_verdict(late), PAT_ACCEPTED);
}

static void deferred_verdict_can_come_before_decide_returns(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(read_verdict(log_in(scene, ALICE, AT_ONCE)), PAT_ACCEPTED);
	assert_int_equal(reply_to(scene, 0, &accepted), -ENOENT);
}

static void undecided_request_is_refused(void **state)
{
	assert_int_equal(read_verdict(log_in(*state, ALICE, UNDECIDED)), PAT_FAILED);
}

static void login_past_timeout_is_refused_and_cancelled(void **state)
{
	struct scene *scene = *state;
	int late, later;

	behind_us = PENDING_TIMEOUT_S * UINT64_C(1000000) - 1000;
	late = log_in(scene, ALICE, LATER);
	behind_us = 0;
	later = log_in(scene, BOB, LATER);
	logged_clear();
	while (is_waiting(late))
		assert_true(sd_event_run(scene->login.event, 10 * 1000000) > 0);
	assert_int_equal(read_verdict(late), PAT_FAILED);
	assert_logged("a login of uid 1000 was refused: its verdict did not come in time\n");
	assert_int_equal(scene->cancelled_n, 1);
	assert_true(scene->cancelled[0] == scene->deferred[0]);
	/* The verdict that comes after all opens nothing, and another one is not touched. */
	assert_int_equal(reply_to(scene, 0, &accepted), -ENOENT);
	assert_true(is_waiting(later));
	assert_int_equal(reply_to(scene, 1, &accepted), 0);
	assert_int_equal(read_verdict(later), PAT_ACCEPTED);
}

/* The deadline of one is not that of all. */
static void timeouts_follow_one_another(void **state)
{
	struct scene *scene = *state;
	int fds[3];

	for (size_t i = 0; i < COUNT(fds); i++) {
		behind_us = PENDING_TIMEOUT_S * UINT64_C(1000000) - i * 300000;
		fds[i] = log_in(scene, ALICE, LATER);
	}
	for (size_t i = 0; i < COUNT(fds); i++) {
		while (scene->cancelled_n == i)
			assert_true(sd_event_run(scene->login.event, 10 * 1000000) > 0);
		assert_int_equal(scene->cancelled_n, i + 1);
		assert_true(scene->cancelled[i] == scene->deferred[i]);
		assert_int_equal(read_verdict(fds[i]), PAT_FAILED);
	}
}

static void hang_up_cancels(void **state)
{
	struct scene *scene = *state;
	int gone = log_in(scene, ALICE, LATER), other = log_in(scene, ALICE, LATER);

	close(gone);
	turn(&scene->login);
	assert_int_equal(scene->cancelled_n, 1);
	assert_true(scene->cancelled[0] == scene->deferred[0]);
	assert_int_equal(reply_to(scene, 0, &accepted), -ENOENT);
	assert_int_equal(reply_to(scene, 1, &accepted), 0);
	assert_int_equal(read_verdict(other), PAT_ACCEPTED);
}

static void client_that_only_ends_sending_still_waits(void **state)
{
	struct scene *scene = *state;
	int fd = log_in(scene, ALICE, LATER);

	assert_int_equal(shutdown(fd, SHUT_WR), 0);
	turn(&scene->login);
	assert_int_equal(scene->cancelled_n, 0);
	assert_int_equal(reply_to(scene, 0, &accepted), 0);
	assert_int_equal(read_verdict(fd), PAT_ACCEPTED);
}

static void user_above_own_places_is_busy(void **state)
{
	struct scene *scene = *state;
	int fds[PENDING_MAX_PER_UID], other;

	for (size_t i = 0; i < COUNT(fds); i++)
		fds[i] = log_in(scene, ALICE, LATER);
	assert_int_equal(read_verdict(log_in(scene, ALICE, LATER)), PAT_BUSY);
	assert_int_equal(read_verdict(log_in(scene, ALICE, NOW)), PAT_ACCEPTED);
	other = log_in(scene, BOB, LATER);
	assert_true(is_waiting(other));
	close(other);
	/* A place is free again after a verdict, and after a hang-up. */
	assert_int_equal(reply_to(scene, 0, &accepted), 0);
	assert_int_equal(read_verdict(fds[0]), PAT_ACCEPTED);
	fds[0] = log_in(scene, ALICE, LATER);
	assert_true(is_waiting(fds[0]));
	close(fds[1]);
	turn(&scene->login);
	fds[1] = log_in(scene, ALICE, LATER);
	assert_true(is_waiting(fds[1]));
	assert_int_equal(read_verdict(log_in(scene, ALICE, LATER)), PAT_BUSY);
	for (size_t i = 0; i < COUNT(fds); i++)
		close(fds[i]);
}

/* Whomever it asks for: what a user's process sends may name anyone. */
static void user_socket_counts_who_asks(void **state)
{
	struct scene *scene = *state;

	for (uint32_t i = 0; i < PENDING_MAX_PER_UID; i++)
		assert_true(is_undecided(&scene->login, pass_on_for(scene, BOB, ALICE + i, LATER)));
	assert_int_equal(verdict_on(&scene->login, pass_on_for(scene, BOB, 2000, LATER)), PAT_BUSY);
	assert_int_equal(scene->deferred_n, PENDING_MAX_PER_UID);
}

static void users_leave_half_the_places_to_root_socket(void **state)
{
	struct scene *scene = *state;
	int late;

	for (uint32_t i = 0; i < PENDING_MAX_USER_SOCKET; i++) {
		const uint32_t uid = 2000 + i / PENDING_MAX_PER_UID;

		assert_true(is_undecided(&scene->login, pass_on_for(scene, uid, uid, LATER)));
	}
	assert_int_equal(verdict_on(&scene->login, pass_on_for(scene, BOB, BOB, LATER)), PAT_BUSY);
	assert_int_equal(scene->deferred_n, PENDING_MAX_USER_SOCKET);
	late = log_in(scene, ALICE, LATER);
	assert_int_equal(reply_to(scene, PENDING_MAX_USER_SOCKET, &accepted), 0);
	assert_int_equal(read_verdict(late), PAT_ACCEPTED);
}

static void last_places_are_for_logins_as_root(void **state)
{
	const size_t users = PENDING_MAX - PENDING_MAX_PER_UID;
	struct scene *scene = *state;
	static int fds[PENDING_MAX];

	for (size_t i = 0; i < PENDING_MAX; i++) {
		uint32_t uid = i < users ? 2000 + (uint32_t)(i / PENDING_MAX_PER_UID) : 0;

		fds[i] = log_in(scene, uid, LATER);
		if (i == users - 1)
			assert_int_equal(read_verdict(log_in(scene, ALICE, LATER)), PAT_BUSY);
	}
	assert_int_equal(scene->deferred_n, PENDING_MAX);
	assert_int_equal(read_verdict(log_in(scene, 0, LATER)), PAT_BUSY);
	assert_int_equal(read_verdict(log_in(scene, 0, NOW)), PAT_ACCEPTED);
	for (size_t i = 0; i < PENDING_MAX; i++)
		close(fds[i]);
	turn(&scene->login);
	assert_int_equal(scene->cancelled_n, PENDING_MAX);
}

static void freed_server_refuses_and_cancels(void **state)
{
	struct scene *scene = *state;
	int first = log_in(scene, ALICE, LATER), second = log_in(scene, BOB, LATER);
	const uint64_t third = pass_on_for(scene, ALICE, ALICE, LATER);

	login_server_free(scene->login.server);
	scene->login.server = NULL;
	assert_int_equal(read_verdict(first), PAT_FAILED);
	assert_int_equal(read_verdict(second), PAT_FAILED);
	assert_int_equal(verdict_on(&scene->login, third), PAT_FAILED);
	assert_int_equal(scene->cancelled_n, 3);
}

/* Else no login would get a descriptor until one of those that wait has its verdict. */
static void lack_of_descriptors_refuses_oldest(void **state)
{
	struct scene *scene = *state;
	int late[4], fd;
	struct rlimit limit, none;

	for (size_t i = 0; i < COUNT(late); i++)
		late[i] = log_in(scene, ALICE, LATER);
	fd = connect_to(&scene->login, PAT_ROOT_SOCKET);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = limit;
	none.rlim_cur = (rlim_t)fd + 1;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	(void)ask_for(scene, fd, BOB, NOW);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_int_equal(read_verdict(fd), PAT_ACCEPTED);
	assert_int_equal(read_verdict(late[0]), PAT_FAILED);
	assert_int_equal(scene->cancelled_n, 1);
	for (size_t i = 1; i < COUNT(late); i++) {
		assert_true(is_waiting(late[i]));
		close(late[i]);
	}
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(late_verdict_reaches_its_login_while_others_are_served),
		TEST(late_verdicts_come_in_any_order),
		TEST(late_reply_follows_commit),
		TEST(verdict_from_within_commit_is_refused),
		TEST(request_after_connection_can_be_deferred),
		TEST(request_that_was_passed_on_can_be_deferred),
		TEST(verdict_of_one_login_can_release_another),
		TEST(deferred_verdict_can_come_before_decide_returns),
		TEST(undecided_request_is_refused),
		TEST(login_past_timeout_is_refused_and_cancelled),
		TEST(timeouts_follow_one_another),
		TEST(hang_up_cancels),
		TEST(client_that_only_ends_sending_still_waits),
		TEST(user_above_own_places_is_busy),
		TEST(user_socket_counts_who_asks),
		TEST(users_leave_half_the_places_to_root_socket),
		TEST(last_places_are_for_logins_as_root),
		TEST(freed_server_refuses_and_cancels),
		TEST(lack_of_descriptors_refuses_oldest),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
