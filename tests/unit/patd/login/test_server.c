/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The login server with the rules of patd/tokens, whose verdicts come at once. */
#include "patd/login/server.h"
#include "patd/login/token_decider.h"
#include "patd/util/ratelimit.h"
#include "protocol/request.h"
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/login/login_clients.h"
#include "tests/unit/patd/tokens/sleeper.h"
#include "tests/unit/patd/world.h"

struct login_world {
	struct world world; /* first: the world's functions take it */
	struct login_client login;
	sd_event *event; /* nothing waits in it */
	struct token_decider *decider;
	struct made made; /* alice's */
	struct pat_request request;
};

static int set_up(void **state)
{
	struct login_world *w = calloc(1, sizeof(*w));
	struct caller owner = alice;
	struct decider decider;

	assert_non_null(w);
	world_make(&w->world);
	assert_true(sd_event_new(&w->event) >= 0);
	assert_int_equal(token_decider_new(w->event, w->world.tokens, &w->decider), 0);
	decider = token_decider_of(w->decider);
	login_begin(&w->login, w->world.place.dir, &decider);
	/* Whoever runs the test, without being root, asks for himself. */
	owner.uid = geteuid() == 0 ? alice.uid : geteuid();
	w->made = world_generate(&w->world, &owner, "laptop");
	w->request = request_with(w->made.secret, &owner);
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct login_world *w = *state;

	login_end(&w->login);
	token_decider_free(w->decider);
	sd_event_unref(w->event);
	world_end(&w->world);
	free(w);
	return 0;
}

static uint32_t verdict_for(
	struct login_world *w, const char *name, const struct pat_request *request)
{
	int fd = connect_to(&w->login, name);

	ask(fd, request);
	turn(&w->login);
	return read_verdict(fd);
}

static void both_ways_to_log_in_are_answered(void **state)
{
	struct login_world *w = *state;
	const uint64_t cookie = pass_on(&w->login, w->request.uid, &w->request);

	assert_int_equal(verdict_on(&w->login, cookie), PAT_ACCEPTED);
	assert_int_equal(verdict_for(w, "root.sock", &w->request), PAT_ACCEPTED);
}

static void reply_has_expiration_only_if_accepted(void **state)
{
	struct login_world *w = *state;
	struct pat_reply reply;
	int fd = connect_to(&w->login, "root.sock");

	ask(fd, &w->request);
	turn(&w->login);
	assert_int_equal(recv(fd, &reply, sizeof(reply), 0), sizeof(reply));
	assert_int_equal(reply.expires_at, w->made.token.expires_at);
	close(fd);
	w->request.digest.bytes[0] ^= 1;
	fd = connect_to(&w->login, "root.sock");
	ask(fd, &w->request);
	turn(&w->login);
	assert_int_equal(recv(fd, &reply, sizeof(reply), 0), sizeof(reply));
	assert_int_equal(reply.verdict, PAT_WRONG);
	assert_int_equal(reply.expires_at, 0);
	close(fd);
}

static void use_is_written_down_before_reply(void **state)
{
	struct login_world *w = *state;
	int fd = connect_to(&w->login, "root.sock");
	bool before;

	ask(fd, &w->request);
	/* Step by step: as long as there is no reply, there need be no use, but not otherwise. */
	do {
		assert_true(sd_event_run(w->login.event, 0) > 0);
		before = world_has_written_down(&w->world, &w->made.token);
	} while (is_waiting(fd));
	assert_true(before);
	close(fd);
}

/* Of the test itself, which runs until its end. */
static int say_session(struct login_world *w, uint32_t event, const char *id)
{
	struct pat_session session = {
		.magic = PAT_SESSION_MAGIC,
		.event = event,
		.uid = w->made.token.uid,
		.pid = (uint32_t)getpid(),
		.start_time = sleeper_start_time(getpid()),
	};
	int fd = connect_to(&w->login, "root.sock");

	pat_field_cut(session.id, sizeof(session.id), id);
	pat_field_cut(session.user, sizeof(session.user), w->made.token.user);
	pat_field_cut(session.service, sizeof(session.service), "sshd");
	assert_int_equal(send(fd, &session, sizeof(session), 0), sizeof(session));
	turn(&w->login);
	return fd;
}

static void session_opens_and_closes_by_roots_word(void **state)
{
	struct login_world *w = *state;
	const struct pat_id *id = &w->made.token.id;
	int fd;

	if (geteuid() != 0) {
		fd = say_session(w, PAT_SESSION_OPENS, id->text);
		assert_true(is_closed(fd));
		close(fd);
		return;
	}
	assert_int_equal(read_verdict(say_session(w, PAT_SESSION_OPENS, id->text)), PAT_ACCEPTED);
	assert_int_equal(tokens_count_sessions(w->world.tokens, id), 1);
	assert_int_equal(read_verdict(say_session(w, PAT_SESSION_OPENS, "0000000000")), PAT_WRONG);
	assert_int_equal(read_verdict(say_session(w, PAT_SESSION_CLOSES, id->text)), PAT_ACCEPTED);
	assert_int_equal(tokens_count_sessions(w->world.tokens, id), 0);
}

static void late_request_is_answered(void **state)
{
	struct login_world *w = *state;
	int fd = connect_to(&w->login, "root.sock");

	turn(&w->login);
	assert_true(is_waiting(fd));
	ask(fd, &w->request);
	turn(&w->login);
	assert_int_equal(read_verdict(fd), PAT_ACCEPTED);
}

/* More than fit one transaction. */
static void two_hundred_requests_each_get_their_reply(void **state)
{
	struct login_world *w = *state;
	int fds[200];

	for (size_t i = 0; i < COUNT(fds); i++) {
		struct pat_request request = w->request;

		fds[i] = connect_to(&w->login, "root.sock");
		request.digest.bytes[0] ^= i % 2;
		ask(fds[i], &request);
	}
	turn(&w->login);
	for (size_t i = 0; i < COUNT(fds); i++)
		assert_int_equal(read_verdict(fds[i]), i % 2 == 0 ? PAT_ACCEPTED : PAT_WRONG);
}

static void user_asking_for_another_is_not_allowed(void **state)
{
	struct login_world *w = *state;
	const uint32_t owner = w->request.uid;
	const uint64_t own = pass_on(&w->login, owner, &w->request),
		       other = pass_on(&w->login, owner + 1, &w->request);

	assert_int_equal(verdict_on(&w->login, own), PAT_ACCEPTED);
	assert_int_equal(verdict_on(&w->login, other), PAT_NOT_ALLOWED);
}

/* Each gets an answer, and the ones above the limit another. */
static void user_above_rate_limit_is_busy(void **state)
{
	struct login_world *w = *state;
	const uint32_t owner = w->request.uid;
	unsigned int busy = 0;

	for (unsigned int i = 0; i < 40 /* REQUESTS_BURST */ + 20; i++) {
		uint32_t verdict = verdict_on(&w->login, pass_on(&w->login, owner, &w->request));

		assert_that(verdict == (i < 40 /* REQUESTS_BURST */ ? PAT_ACCEPTED : PAT_BUSY) ||
				    verdict == PAT_ACCEPTED,
			"%u: %u", i, verdict);
		busy += verdict == PAT_BUSY;
	}
	/* The machine may have been slow, and some allowance have grown. */
	assert_true(busy > 0);
	/* Nobody else is affected, and root never is. */
	assert_int_equal(
		verdict_on(&w->login, pass_on(&w->login, owner + 1, &w->request)), PAT_NOT_ALLOWED);
	assert_int_equal(verdict_for(w, "root.sock", &w->request), PAT_ACCEPTED);
}

static void root_socket_has_no_rate_limit(void **state)
{
	struct login_world *w = *state;

	for (int i = 0; i < 3 * 40 /* REQUESTS_BURST */; i++)
		assert_int_equal(verdict_for(w, "root.sock", &w->request), PAT_ACCEPTED);
}

static void malformed_request_is_closed_and_logged_once(void **state)
{
	struct login_world *w = *state;
	struct {
		struct pat_request request;
		char more[64];
	} long_request = { .request = w->request };
	struct pat_request bad_magic = w->request, dirty = w->request, bad_account = w->request;
	const struct pat_reply reply = { .magic = PAT_REPLY_MAGIC, .verdict = PAT_ACCEPTED };
	const struct request_head other = { .magic = REQUEST_MAGIC };
	const struct {
		const char *what;
		const void *bytes;
		size_t size;
	} packets[] = {
		{ "a byte", "x", 1 },
		{ "a reply", &reply, sizeof(reply) },
		{ "an unknown account bit", &bad_account, sizeof(bad_account) },
		{ "cut short", &w->request, sizeof(w->request) - 1 },
		{ "a byte more", &long_request, sizeof(w->request) + 1 },
		{ "much more", &long_request, sizeof(long_request) },
		{ "another magic", &bad_magic, sizeof(bad_magic) },
		{ "that of requests, which nobody serves", &other, sizeof(other) },
		{ "dirty", &dirty, sizeof(dirty) },
		{ "nothing", "", 0 },
	};

	bad_magic.magic++;
	bad_account.account = PAT_ACCOUNT_ALL + 1;
	dirty.tty[63] = 'x';
	logged_clear();
	for (size_t i = 0; i < COUNT(packets); i++) {
		int fd = connect_to(&w->login, "root.sock");

		assert_int_equal(
			send(fd, packets[i].bytes, packets[i].size, MSG_NOSIGNAL), packets[i].size);
		turn(&w->login);
		assert_that(is_closed(fd), "%s", packets[i].what);
		close(fd);
	}
	/* It is logged, but strangers cannot fill the log. */
	assert_logged("malformed");
	assert_null(strstr(strstr(logged, "malformed") + 1, "malformed"));
	assert_int_equal(verdict_for(w, "root.sock", &w->request), PAT_ACCEPTED);
}

struct taken {
	int fd;
	uint32_t magic;
	size_t len;
};

static void take(int fd, const void *packet, size_t len, void *userdata)
{
	struct taken *taken = userdata;

	taken->fd = fd;
	memcpy(&taken->magic, packet, sizeof(taken->magic));
	taken->len = len;
}

/* From then on it is not the login server's, which gives it no time and does not read from it. */
static void connection_of_requests_is_handed_over(void **state)
{
	struct login_world *w = *state;
	const struct request packet = { .head = { .magic = REQUEST_MAGIC } };
	struct taken taken = { .fd = -1 };
	int fd;

	if (!unit_is_root())
		return;
	login_server_set_others(
		w->login.server, &(const struct login_others) { .take = take, .userdata = &taken });
	fd = connect_to(&w->login, "root.sock");
	turn(&w->login);
	assert_int_equal(send(fd, &packet, sizeof(packet), 0), sizeof(packet));
	turn(&w->login);
	assert_true(taken.fd >= 0);
	assert_int_equal(taken.magic, REQUEST_MAGIC);
	assert_int_equal(taken.len, sizeof(packet));
	assert_int_equal(send(fd, "x", 1, 0), 1);
	turn(&w->login);
	assert_true(is_waiting(fd));
	close(fd);
	close(taken.fd);
	assert_int_equal(verdict_for(w, "root.sock", &w->request), PAT_ACCEPTED);
}

static void request_in_pieces_is_closed(void **state)
{
	struct login_world *w = *state;
	int fd = connect_to(&w->login, "root.sock");

	assert_int_equal(send(fd, &w->request, 300, MSG_NOSIGNAL), 300);
	turn(&w->login);
	assert_true(is_closed(fd));
	assert_true(send(fd, (const char *)&w->request + 300, 396, MSG_NOSIGNAL) < 0);
	close(fd);
}

static void second_request_is_refused(void **state)
{
	struct login_world *w = *state;
	int fd = connect_to(&w->login, "root.sock");

	ask(fd, &w->request);
	turn(&w->login);
	assert_true(send(fd, &w->request, sizeof(w->request), MSG_NOSIGNAL) < 0);
	assert_int_equal(read_verdict(fd), PAT_ACCEPTED);
}

static void server_survives_clients_that_hang_up(void **state)
{
	struct login_world *w = *state;
	int fd;

	/* Before patd looked; after; with a request that nobody waits for; half closed. */
	close(connect_to(&w->login, "root.sock"));
	turn(&w->login);
	fd = connect_to(&w->login, "root.sock");
	turn(&w->login);
	close(fd);
	turn(&w->login);
	fd = connect_to(&w->login, "root.sock");
	ask(fd, &w->request);
	close(fd);
	turn(&w->login);
	fd = connect_to(&w->login, "root.sock");
	turn(&w->login);
	assert_int_equal(shutdown(fd, SHUT_WR), 0);
	turn(&w->login);
	assert_true(is_closed(fd));
	close(fd);
	fd = connect_to(&w->login, "root.sock");
	ask(fd, &w->request);
	assert_int_equal(shutdown(fd, SHUT_RD), 0);
	turn(&w->login);
	close(fd);
	assert_int_equal(verdict_for(w, "root.sock", &w->request), PAT_ACCEPTED);
}

static void silent_connection_is_closed_at_timeout(void **state)
{
	struct login_world *w = *state;
	int silent, patient;

	behind_us = 3 * 1000000 - 1000;
	silent = connect_to(&w->login, "root.sock");
	turn(&w->login);
	behind_us = 0;
	patient = connect_to(&w->login, "root.sock");
	while (is_waiting(silent))
		assert_true(sd_event_run(w->login.event, 10 * 1000000) > 0);
	assert_true(is_closed(silent));
	turn(&w->login);
	assert_true(is_waiting(patient));
	ask(patient, &w->request);
	turn(&w->login);
	assert_int_equal(read_verdict(patient), PAT_ACCEPTED);
	close(silent);
}

/* As many as are let wait, and more: who has been silent longest makes room. */
static void oldest_silent_connection_makes_room(void **state)
{
	static int fds[300];
	struct login_world *w = *state;
	unsigned int closed = 0;

	for (size_t i = 0; i < COUNT(fds); i++)
		fds[i] = connect_to(&w->login, "root.sock");
	turn(&w->login);
	assert_int_equal(verdict_for(w, "root.sock", &w->request), PAT_ACCEPTED);
	assert_true(is_closed(fds[0]));
	assert_true(is_waiting(fds[COUNT(fds) - 1]));
	for (size_t i = 0; i < COUNT(fds); i++) {
		closed += is_closed(fds[i]);
		close(fds[i]);
	}
	assert_between(closed, COUNT(fds) - 256, COUNT(fds) - 255);
	turn(&w->login);
	assert_int_equal(verdict_for(w, "root.sock", &w->request), PAT_ACCEPTED);
}

/* With no descriptor left, those that are held are freed, and nobody waits for ever. */
static void lack_of_descriptors_closes_silent_connections(void **state)
{
	struct login_world *w = *state;
	struct rlimit limit, none;
	int silent[4], fds[4];

	for (size_t i = 0; i < COUNT(silent); i++)
		silent[i] = connect_to(&w->login, "root.sock");
	turn(&w->login);
	for (size_t i = 0; i < COUNT(fds); i++) {
		fds[i] = connect_to(&w->login, "root.sock");
		ask(fds[i], &w->request);
	}
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = limit;
	/* The next descriptor would be the one after the last; patd may have but one more. */
	none.rlim_cur = (rlim_t)fds[COUNT(fds) - 1] + 2;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	for (int i = 0; i < 100; i++)
		assert_true(sd_event_run(w->login.event, 0) >= 0);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	for (size_t i = 0; i < COUNT(fds); i++)
		assert_int_equal(read_verdict(fds[i]), PAT_ACCEPTED);
	for (size_t i = 0; i < COUNT(silent); i++)
		close(silent[i]);
}

static void freed_server_has_sent_replies_and_closes_the_rest(void **state)
{
	struct login_world *w = *state;
	int decided = connect_to(&w->login, "root.sock"),
	    silent = connect_to(&w->login, "root.sock");

	turn(&w->login);
	ask(decided, &w->request);
	/* One step: the request is read, the reply is due. */
	assert_true(sd_event_run(w->login.event, 0) > 0);
	login_server_free(w->login.server);
	w->login.server = NULL;
	assert_int_equal(read_verdict(decided), PAT_ACCEPTED);
	assert_true(is_closed(silent));
	close(silent);
	assert_true(world_has_written_down(&w->world, &w->made.token));
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(both_ways_to_log_in_are_answered),
		TEST(reply_has_expiration_only_if_accepted),
		TEST(use_is_written_down_before_reply),
		TEST(session_opens_and_closes_by_roots_word),
		TEST(late_request_is_answered),
		TEST(two_hundred_requests_each_get_their_reply),
		TEST(user_asking_for_another_is_not_allowed),
		TEST(user_above_rate_limit_is_busy),
		TEST(root_socket_has_no_rate_limit),
		TEST(malformed_request_is_closed_and_logged_once),
		TEST(connection_of_requests_is_handed_over),
		TEST(request_in_pieces_is_closed),
		TEST(second_request_is_refused),
		TEST(server_survives_clients_that_hang_up),
		TEST(silent_connection_is_closed_at_timeout),
		TEST(oldest_silent_connection_makes_room),
		TEST(lack_of_descriptors_closes_silent_connections),
		TEST(freed_server_has_sent_replies_and_closes_the_rest),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
