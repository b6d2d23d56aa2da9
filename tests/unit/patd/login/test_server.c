/* Clients and patd's loop in one thread: each client speaks, the loop turns, the client reads. */
#include <errno.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

#include "patd/login/server.h"
#include "patd/util/ratelimit.h"
#include "tests/unit/patd/heard.h"
#include "tests/unit/patd/world.h"

struct login_world {
	struct world world; /* first: the world's functions take it */
	sd_event *event;
	struct listeners listeners;
	struct login_server *server;
	struct made made; /* alice's */
	struct pat_request request;
};

/* How far patd's loop is behind: what waits for a time from now on need not wait. */
static uint64_t behind_us;

/* In the place of libsystemd's. */
int sd_event_now(sd_event *event, clockid_t clock, uint64_t *ret_us)
{
	struct timespec now;

	(void)event;
	assert_int_equal(clock, CLOCK_MONOTONIC);
	assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &now), 0);
	*ret_us = (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000 - behind_us;
	return 0;
}

static struct sockaddr_un address_of(struct login_world *w, const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	(void)snprintf(
		address.sun_path, sizeof(address.sun_path), "%s/%s", w->world.place.dir, name);
	return address;
}

static int listen_at(struct login_world *w, const char *name, mode_t mode)
{
	struct sockaddr_un address = address_of(w, name);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(chmod(address.sun_path, mode), 0);
	assert_int_equal(listen(fd, 1024), 0);
	return fd;
}

static int set_up(void **state)
{
	struct login_world *w = calloc(1, sizeof(*w));
	struct caller owner = alice;

	assert_non_null(w);
	behind_us = 0;
	world_make(&w->world);
	assert_int_equal(chmod(w->world.place.dir, 0711), 0);
	assert_int_equal(sd_event_new(&w->event), 0);
	w->listeners.root_fd = listen_at(w, "root.sock", 0600);
	w->listeners.user_fd = listen_at(w, "user.sock", 0666);
	assert_int_equal(login_server_new(w->event, &w->listeners, w->world.tokens, &w->server), 0);
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

	login_server_free(w->server);
	sd_event_unref(w->event);
	listeners_close(&w->listeners);
	world_end(&w->world);
	free(w);
	return 0;
}

/* Until the loop has nothing to do. */
static void turn(struct login_world *w)
{
	int r;

	do {
		r = sd_event_run(w->event, 0);
		assert_true(r >= 0);
	} while (r > 0);
	assert_int_equal(sd_event_get_state(w->event), SD_EVENT_INITIAL);
}

static int connect_to(struct login_world *w, const char *name)
{
	struct sockaddr_un address = address_of(w, name);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

/* As that uid, which the socket remembers from here on.  Only root can. */
static int connect_as(struct login_world *w, uint32_t uid)
{
	int fd;

	assert_int_equal(seteuid(uid), 0);
	fd = connect_to(w, "user.sock");
	assert_int_equal(seteuid(0), 0);
	return fd;
}

static void ask(int fd, const struct pat_request *request)
{
	assert_int_equal(send(fd, request, sizeof(*request), MSG_NOSIGNAL), sizeof(*request));
}

/* The verdict, and that nothing follows it. */
static uint32_t read_verdict(int fd)
{
	struct pat_reply reply;
	ssize_t n = recv(fd, &reply, sizeof(reply), 0);

	assert_that(n >= 0, "no reply: %s", strerror(errno));
	assert_true(pat_reply_check(&reply, (size_t)n));
	assert_int_equal(recv(fd, &n, sizeof(n), 0), 0);
	close(fd);
	return reply.verdict;
}

static bool is_closed(int fd)
{
	char byte;
	ssize_t n = recv(fd, &byte, 1, 0);

	return n == 0 || (n < 0 && errno == ECONNRESET);
}

static bool is_waiting(int fd)
{
	char byte;

	return recv(fd, &byte, 1, 0) < 0 && errno == EAGAIN;
}

static uint32_t verdict_for(
	struct login_world *w, const char *door, const struct pat_request *request)
{
	int fd = connect_to(w, door);

	ask(fd, request);
	turn(w);
	return read_verdict(fd);
}

static void both_doors_answer(void **state)
{
	struct login_world *w = *state;

	assert_int_equal(verdict_for(w, "root.sock", &w->request), PAT_ACCEPTED);
	assert_int_equal(verdict_for(w, "user.sock", &w->request), PAT_ACCEPTED);
}

static void a_reply_tells_the_expiration_and_nothing_else(void **state)
{
	struct login_world *w = *state;
	struct pat_reply reply;
	int fd = connect_to(w, "root.sock");

	ask(fd, &w->request);
	turn(w);
	assert_int_equal(recv(fd, &reply, sizeof(reply), 0), sizeof(reply));
	assert_int_equal(reply.expires_at, w->made.token.expires_at);
	close(fd);
	w->request.digest.bytes[0] ^= 1;
	fd = connect_to(w, "root.sock");
	ask(fd, &w->request);
	turn(w);
	assert_int_equal(recv(fd, &reply, sizeof(reply), 0), sizeof(reply));
	assert_int_equal(reply.verdict, PAT_WRONG);
	assert_int_equal(reply.expires_at, 0);
	close(fd);
}

static void the_use_is_committed_before_the_reply(void **state)
{
	struct login_world *w = *state;
	int fd = connect_to(w, "root.sock");
	int64_t before, after;

	ask(fd, &w->request);
	/* Step by step: as long as there is no reply, there need be no use, but not otherwise. */
	do {
		assert_true(sd_event_run(w->event, 0) > 0);
		before = world_ask(&w->world, "SELECT last_used_at FROM token");
	} while (is_waiting(fd));
	after = world_ask(&w->world, "SELECT last_used_at FROM token");
	assert_int_equal(before, NOON);
	assert_int_equal(after, NOON);
	close(fd);
}

static void a_request_may_come_later_than_the_connection(void **state)
{
	struct login_world *w = *state;
	int fd = connect_to(w, "user.sock");

	turn(w);
	assert_true(is_waiting(fd));
	ask(fd, &w->request);
	turn(w);
	assert_int_equal(read_verdict(fd), PAT_ACCEPTED);
	fd = connect_to(w, "root.sock");
	turn(w);
	assert_true(is_waiting(fd));
	ask(fd, &w->request);
	turn(w);
	assert_int_equal(read_verdict(fd), PAT_ACCEPTED);
}

/* More than fit one transaction. */
static void many_at_once_all_get_their_reply(void **state)
{
	struct login_world *w = *state;
	int fds[200];

	for (size_t i = 0; i < COUNT(fds); i++) {
		struct pat_request request = w->request;

		fds[i] = connect_to(w, "root.sock");
		request.digest.bytes[0] ^= i % 2;
		ask(fds[i], &request);
	}
	turn(w);
	for (size_t i = 0; i < COUNT(fds); i++)
		assert_int_equal(read_verdict(fds[i]), i % 2 == 0 ? PAT_ACCEPTED : PAT_WRONG);
}

static void a_user_asks_for_himself_only(void **state)
{
	struct login_world *w = *state;
	int own, other;

	if (!unit_is_root())
		return;
	own = connect_as(w, alice.uid);
	other = connect_as(w, bob.uid);
	ask(own, &w->request);
	ask(other, &w->request);
	turn(w);
	assert_int_equal(read_verdict(own), PAT_ACCEPTED);
	assert_int_equal(read_verdict(other), PAT_NOT_ALLOWED);
}

/* Each gets an answer, and the ones over the ration another. */
static void a_user_who_asks_too_often_is_told_so(void **state)
{
	struct login_world *w = *state;
	int fds[40 /* REQUESTS_BURST */ + 20], other;
	unsigned int busy = 0;

	if (!unit_is_root())
		return;
	for (size_t i = 0; i < COUNT(fds); i++) {
		fds[i] = connect_as(w, alice.uid);
		ask(fds[i], &w->request);
	}
	turn(w);
	for (size_t i = 0; i < COUNT(fds); i++) {
		uint32_t verdict = read_verdict(fds[i]);

		assert_that(verdict == (i < 40 /* REQUESTS_BURST */ ? PAT_ACCEPTED : PAT_BUSY) ||
				    verdict == PAT_ACCEPTED,
			"%zu: %u", i, verdict);
		busy += verdict == PAT_BUSY;
	}
	/* The machine may have been slow, and some allowance have grown. */
	assert_true(busy > 0);
	/* Nobody else is affected, and root never is. */
	other = connect_as(w, bob.uid);
	ask(other, &w->request);
	turn(w);
	assert_int_equal(read_verdict(other), PAT_NOT_ALLOWED);
	assert_int_equal(verdict_for(w, "root.sock", &w->request), PAT_ACCEPTED);
}

static void roots_door_knows_no_ration(void **state)
{
	struct login_world *w = *state;

	for (int i = 0; i < 3 * 40 /* REQUESTS_BURST */; i++)
		assert_int_equal(verdict_for(w, "root.sock", &w->request), PAT_ACCEPTED);
}

static void what_is_no_request_gets_no_reply(void **state)
{
	struct login_world *w = *state;
	static const char *const doors[] = { "root.sock", "user.sock" };
	struct {
		struct pat_request request;
		char more[64];
	} long_request = { .request = w->request };
	struct pat_request bad_magic = w->request, dirty = w->request, bad_account = w->request;
	const struct pat_reply reply = { .magic = PAT_REPLY_MAGIC, .verdict = PAT_ACCEPTED };
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
		{ "dirty", &dirty, sizeof(dirty) },
		{ "nothing", "", 0 },
	};

	bad_magic.magic++;
	bad_account.account = PAT_ACCOUNT_ALL + 1;
	dirty.tty[63] = 'x';
	heard_clear();
	for (size_t d = 0; d < COUNT(doors); d++)
		for (size_t i = 0; i < COUNT(packets); i++) {
			int fd = connect_to(w, doors[d]);

			assert_int_equal(send(fd, packets[i].bytes, packets[i].size, MSG_NOSIGNAL),
				packets[i].size);
			turn(w);
			assert_that(is_closed(fd), "%s", packets[i].what);
			close(fd);
		}
	/* The operator hears of it, but strangers do not fill the log. */
	assert_heard("malformed");
	assert_null(strstr(strstr(heard, "malformed") + 1, "malformed"));
	assert_int_equal(verdict_for(w, "root.sock", &w->request), PAT_ACCEPTED);
}

static void a_request_in_pieces_is_none(void **state)
{
	struct login_world *w = *state;
	int fd = connect_to(w, "root.sock");

	assert_int_equal(send(fd, &w->request, 300, MSG_NOSIGNAL), 300);
	turn(w);
	assert_true(is_closed(fd));
	assert_true(send(fd, (const char *)&w->request + 300, 396, MSG_NOSIGNAL) < 0);
	close(fd);
}

static void a_connection_brings_one_request(void **state)
{
	struct login_world *w = *state;
	int fd = connect_to(w, "root.sock");

	ask(fd, &w->request);
	turn(w);
	assert_true(send(fd, &w->request, sizeof(w->request), MSG_NOSIGNAL) < 0);
	assert_int_equal(read_verdict(fd), PAT_ACCEPTED);
}

static void who_goes_away_is_not_missed(void **state)
{
	struct login_world *w = *state;
	int fd;

	/* Before patd looked; after; with a request that nobody waits for; half closed. */
	close(connect_to(w, "root.sock"));
	turn(w);
	fd = connect_to(w, "root.sock");
	turn(w);
	close(fd);
	turn(w);
	fd = connect_to(w, "root.sock");
	ask(fd, &w->request);
	close(fd);
	turn(w);
	fd = connect_to(w, "root.sock");
	turn(w);
	assert_int_equal(shutdown(fd, SHUT_WR), 0);
	turn(w);
	assert_true(is_closed(fd));
	close(fd);
	fd = connect_to(w, "root.sock");
	ask(fd, &w->request);
	assert_int_equal(shutdown(fd, SHUT_RD), 0);
	turn(w);
	close(fd);
	assert_int_equal(verdict_for(w, "root.sock", &w->request), PAT_ACCEPTED);
}

static void who_keeps_silent_is_shown_out(void **state)
{
	struct login_world *w = *state;
	int silent, patient;

	behind_us = 3 * 1000000 - 1000;
	silent = connect_to(w, "user.sock");
	turn(w);
	behind_us = 0;
	patient = connect_to(w, "user.sock");
	while (is_waiting(silent))
		assert_true(sd_event_run(w->event, 10 * 1000000) > 0);
	assert_true(is_closed(silent));
	turn(w);
	assert_true(is_waiting(patient));
	ask(patient, &w->request);
	turn(w);
	assert_int_equal(read_verdict(patient), PAT_ACCEPTED);
	close(silent);
}

/* As many as are let wait, and more: who has been silent longest makes room. */
static void the_silent_keep_nobody_out(void **state)
{
	static int fds[300];
	struct login_world *w = *state;
	unsigned int closed = 0;

	for (size_t i = 0; i < COUNT(fds); i++)
		fds[i] = connect_to(w, "root.sock");
	turn(w);
	assert_int_equal(verdict_for(w, "root.sock", &w->request), PAT_ACCEPTED);
	assert_true(is_closed(fds[0]));
	assert_true(is_waiting(fds[COUNT(fds) - 1]));
	for (size_t i = 0; i < COUNT(fds); i++) {
		closed += is_closed(fds[i]);
		close(fds[i]);
	}
	assert_in_range(closed, COUNT(fds) - 256, COUNT(fds) - 255);
	turn(w);
	assert_int_equal(verdict_for(w, "root.sock", &w->request), PAT_ACCEPTED);
}

static void the_silent_at_one_door_leave_the_other_alone(void **state)
{
	static int fds[300];
	struct login_world *w = *state;
	int fd;

	if (!unit_is_root())
		return;
	fd = connect_to(w, "root.sock");
	turn(w);
	for (size_t i = 0; i < COUNT(fds); i++)
		fds[i] = connect_as(w, (uint32_t)(2000 + i / 10));
	turn(w);
	assert_true(is_waiting(fd));
	ask(fd, &w->request);
	turn(w);
	assert_int_equal(read_verdict(fd), PAT_ACCEPTED);
	for (size_t i = 0; i < COUNT(fds); i++)
		close(fds[i]);
}

static void root_comes_first(void **state)
{
	struct login_world *w = *state;
	int users[30], fd;

	for (size_t i = 0; i < COUNT(users); i++) {
		users[i] = connect_to(w, "user.sock");
		ask(users[i], &w->request);
	}
	fd = connect_to(w, "root.sock");
	ask(fd, &w->request);
	while (is_waiting(fd))
		assert_true(sd_event_run(w->event, 0) > 0);
	for (size_t i = 0; i < COUNT(users); i++)
		assert_true(is_waiting(users[i]));
	close(fd);
	turn(w);
	for (size_t i = 0; i < COUNT(users); i++)
		assert_int_equal(read_verdict(users[i]), PAT_ACCEPTED);
}

/* With no descriptor left, those that are held are freed, and nobody waits for ever. */
static void a_lack_of_descriptors_passes(void **state)
{
	struct login_world *w = *state;
	struct rlimit limit, none;
	int silent[4], fds[4];

	for (size_t i = 0; i < COUNT(silent); i++)
		silent[i] = connect_to(w, "user.sock");
	turn(w);
	for (size_t i = 0; i < COUNT(fds); i++) {
		fds[i] = connect_to(w, "root.sock");
		ask(fds[i], &w->request);
	}
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = limit;
	/* The next descriptor would be the one after the last; patd may have but one more. */
	none.rlim_cur = (rlim_t)fds[COUNT(fds) - 1] + 2;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	for (int i = 0; i < 100; i++)
		assert_true(sd_event_run(w->event, 0) >= 0);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	for (size_t i = 0; i < COUNT(fds); i++)
		assert_int_equal(read_verdict(fds[i]), PAT_ACCEPTED);
	for (size_t i = 0; i < COUNT(silent); i++)
		close(silent[i]);
}

static void what_was_decided_is_told_at_the_end(void **state)
{
	struct login_world *w = *state;
	int decided = connect_to(w, "root.sock"), silent = connect_to(w, "user.sock");

	turn(w);
	ask(decided, &w->request);
	/* One step: the request is read, the reply is due. */
	assert_true(sd_event_run(w->event, 0) > 0);
	login_server_free(w->server);
	w->server = NULL;
	assert_int_equal(read_verdict(decided), PAT_ACCEPTED);
	assert_true(is_closed(silent));
	close(silent);
	assert_int_equal(world_ask(&w->world, "SELECT last_used_at FROM token"), NOON);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(both_doors_answer),
		TEST(a_reply_tells_the_expiration_and_nothing_else),
		TEST(the_use_is_committed_before_the_reply),
		TEST(a_request_may_come_later_than_the_connection),
		TEST(many_at_once_all_get_their_reply),
		TEST(a_user_asks_for_himself_only),
		TEST(a_user_who_asks_too_often_is_told_so),
		TEST(roots_door_knows_no_ration),
		TEST(what_is_no_request_gets_no_reply),
		TEST(a_request_in_pieces_is_none),
		TEST(a_connection_brings_one_request),
		TEST(who_goes_away_is_not_missed),
		TEST(who_keeps_silent_is_shown_out),
		TEST(the_silent_keep_nobody_out),
		TEST(the_silent_at_one_door_leave_the_other_alone),
		TEST(root_comes_first),
		TEST(a_lack_of_descriptors_passes),
		TEST(what_was_decided_is_told_at_the_end),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
