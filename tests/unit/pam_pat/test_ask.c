/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One request to patd, and the ways in which it can fail. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <security/pam_modutil.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>

#include "pam_pat/ask.h"

#define LONG 30000U /* milliseconds that no test waits for */
#define SHORT 50U

/* Of the last that was asked to wait. */
static int given_fd = -1;

static char handle;
#define HANDLE ((pam_handle_t *)&handle)

static char dir[] = "/tmp/test_ask.XXXXXX", path[sizeof(dir) + 8];
static bool unknown;       /* there is no user patd */
static struct passwd patd; /* what NSS would say; by default the user who runs the test */

/* In the place of libpam's. */
struct passwd *pam_modutil_getpwnam(pam_handle_t *pamh, const char *user)
{
	(void)pamh;
	return strcmp(user, "patd") == 0 && !unknown ? &patd : NULL;
}

static int send_error, recv_error; /* of the module's next call; 0: none */

/* In the place of the C library's. */
ssize_t send(int fd, const void *buffer, size_t size, int flags)
{
	if (send_error != 0) {
		errno = send_error;
		send_error = 0;
		return -1;
	}
	return sendto(fd, buffer, size, flags, NULL, 0);
}

static int resets;      /* so many times the end comes with the request unread */
static bool ends_early; /* reports the end before the next reply, as the kernel may do */

/* In the place of the C library's. */
ssize_t recv(int fd, void *buffer, size_t size, int flags)
{
	if (recv_error != 0 && (flags & MSG_TRUNC)) {
		errno = recv_error;
		recv_error = 0;
		return -1;
	}
	if (resets > 0 && (flags & MSG_TRUNC)) {
		resets--;
		errno = ECONNRESET;
		return -1;
	}
	if (ends_early && (flags & MSG_TRUNC)) {
		ends_early = false;
		assert_true(recvfrom(fd, buffer, size, MSG_PEEK, NULL, NULL) > 0);
		memset(buffer, 0, size);
		return 0;
	}
	return recvfrom(fd, buffer, size, flags, NULL, NULL);
}

static const struct pat_request request = {
	.magic = PAT_REQUEST_MAGIC,
	.id = "0123456789",
	.user = "alice",
	.service = "test",
};

struct server {
	int listener;
	unsigned int unread; /* so many connections are closed before, with the request in them */
	bool at_once;        /* or before it was sent */
	const void *packet;  /* NULL: hangs up */
	size_t len;
	union {
		struct pat_request got;
		struct pat_session got_session;
	};
	ssize_t got_len;
	pthread_t thread;
};

static int listen_new(int backlog)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	(void)unlink(path);
	pat_field_cut(address.sun_path, sizeof(address.sun_path), path);
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, backlog), 0);
	return fd;
}

static void *serve(void *data)
{
	struct server *server = data;
	int fd = accept(server->listener, NULL, NULL);

	for (; server->unread > 0; server->unread--) {
		struct pollfd request_waits = { .fd = fd, .events = POLLIN };

		(void)poll(&request_waits, 1, server->at_once ? 0 : -1);
		(void)close(fd);
		fd = accept(server->listener, NULL, NULL);
	}
	server->got_len = recv(fd, &server->got_session, sizeof(server->got_session), 0);
	if (server->packet != NULL)
		(void)send(fd, server->packet, server->len, MSG_NOSIGNAL);
	(void)close(fd);
	return NULL;
}

static int ask_server(struct server *server, struct pat_reply *reply)
{
	int r;

	server->listener = listen_new(8);
	assert_int_equal(pthread_create(&server->thread, NULL, serve, server), 0);
	r = ask(HANDLE, path, LONG, &request, reply, &given_fd);
	assert_int_equal(pthread_join(server->thread, NULL), 0);
	(void)close(server->listener);
	return r;
}

static int ask_one(const void *packet, size_t len, struct server *server, struct pat_reply *reply)
{
	*server = (struct server) { .packet = packet, .len = len };
	return ask_server(server, reply);
}

static void request_is_sent_and_reply_received(void **state)
{
	const struct pat_reply sent = { PAT_REPLY_MAGIC, PAT_ACCEPTED, 1234567890, 2345678901 };
	struct pat_reply reply = { 0 };
	struct server server;

	(void)state;
	assert_int_equal(ask_one(&sent, sizeof(sent), &server, &reply), 0);
	assert_memory_equal(&reply, &sent, sizeof(sent));
	assert_int_equal(server.got_len, sizeof(request));
	assert_memory_equal(&server.got, &request, sizeof(request));
}

static const struct pat_session session = {
	.magic = PAT_SESSION_MAGIC,
	.event = PAT_SESSION_OPENS,
	.pid = 42,
	.id = "0123456789",
	.user = "alice",
	.service = "test",
	.logind = "c2",
};

static int ask_session_of(struct server *server, struct pat_reply *reply)
{
	int r;

	server->listener = listen_new(8);
	assert_int_equal(pthread_create(&server->thread, NULL, serve, server), 0);
	r = ask_session(HANDLE, path, LONG, &session, reply);
	assert_int_equal(pthread_join(server->thread, NULL), 0);
	(void)close(server->listener);
	return r;
}

/* Once more where patd has not read it, as a request. */
static void session_is_sent_and_reply_received(void **state)
{
	const struct pat_reply sent = { PAT_REPLY_MAGIC, PAT_REVOKED, 0, 0 };

	(void)state;
	for (unsigned int unread = 0; unread < 2; unread++) {
		struct server server = { .unread = unread, .packet = &sent, .len = sizeof(sent) };
		struct pat_reply reply = { 0 };

		assert_int_equal(ask_session_of(&server, &reply), 0);
		assert_memory_equal(&reply, &sent, sizeof(sent));
		assert_int_equal(server.got_len, sizeof(session));
		assert_memory_equal(&server.got_session, &session, sizeof(session));
	}
}

static int lowest_free(void);

static void nobody_is_asked_about_a_session(void **state)
{
	const struct pat_reply sent = { PAT_REPLY_MAGIC, PAT_ASKED, 60, 0 };
	struct server server = { .packet = &sent, .len = sizeof(sent) };
	struct pat_reply reply = { 0 };
	const int before = lowest_free();

	(void)state;
	assert_int_equal(ask_session_of(&server, &reply), -EPROTO);
	assert_int_equal(reply.magic, 0);
	assert_int_equal(lowest_free(), before);
	server = (struct server) { 0 };
	assert_int_equal(ask_session_of(&server, &reply), -ECONNRESET);
	assert_int_equal(reply.magic, 0);
}

static void connection_is_kept_only_where_a_person_is_asked(void **state)
{
	const struct pat_reply sent = { PAT_REPLY_MAGIC, PAT_ASKED, 60, 0 };
	struct pat_reply reply = { 0 };
	struct server server;
	struct pollfd end;

	(void)state;
	assert_int_equal(given_fd, -1);
	assert_int_equal(ask_one(&sent, sizeof(sent), &server, &reply), 0);
	assert_memory_equal(&reply, &sent, sizeof(sent));
	assert_true(given_fd > STDERR_FILENO);
	end = (struct pollfd) { .fd = given_fd, .events = POLLIN };
	assert_int_equal(poll(&end, 1, LONG), 1);
	(void)close(given_fd);
	given_fd = -1;
}

static void reply_is_received_after_an_end_reported_too_early(void **state)
{
	const struct pat_reply sent = { PAT_REPLY_MAGIC, PAT_ACCEPTED, 0, 0 };
	struct pat_reply reply = { 0 };
	struct server server;

	(void)state;
	ends_early = true;
	assert_int_equal(ask_one(&sent, sizeof(sent), &server, &reply), 0);
	assert_false(ends_early);
	assert_memory_equal(&reply, &sent, sizeof(sent));
}

static void invalid_reply_is_refused(void **state)
{
	const struct pat_reply good[2] = { { PAT_REPLY_MAGIC, PAT_ACCEPTED, 0, 0 } };
	const struct pat_reply magic = { PAT_REQUEST_MAGIC, PAT_ACCEPTED, 0, 0 };
	const struct pat_reply verdict = { PAT_REPLY_MAGIC, PAT_VERDICTS, 0, 0 };
	const struct {
		const void *packet;
		size_t len;
		int error;
	} bad[] = {
		{ NULL, 0, -ECONNRESET },
		{ good, 1, -EPROTO },
		{ good, sizeof(good[0]) - 1, -EPROTO },
		{ good, sizeof(good[0]) + 1, -EPROTO },
		{ good, sizeof(good), -EPROTO },
		{ &magic, sizeof(magic), -EPROTO },
		{ &verdict, sizeof(verdict), -EPROTO },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct pat_reply reply = { 0 };
		struct server server;

		assert_int_equal(ask_one(bad[i].packet, bad[i].len, &server, &reply), bad[i].error);
		assert_int_equal(reply.verdict, PAT_WRONG);
		assert_int_equal(reply.magic, 0);
	}
}

static void foreign_listener_gets_no_request(void **state)
{
	uid_t self = geteuid();
	struct pat_reply reply;
	char byte;
	int listener, fd;

	(void)state;
	/* Root is trusted whatever NSS says: it listens as another. */
	if (self == 0)
		assert_int_equal(seteuid(65534), 0);
	patd.pw_uid = geteuid() + 1;
	listener = listen_new(8);
	if (self == 0) {
		assert_int_equal(seteuid(0), 0);
		(void)prctl(PR_SET_DUMPABLE, 1); /* which LeakSanitizer asks for */
	}

	assert_int_equal(ask(HANDLE, path, LONG, &request, &reply, &given_fd), -EPERM);
	fd = accept(listener, NULL, NULL);
	assert_int_equal(recv(fd, &byte, 1, 0), 0);
	(void)close(fd);
	unknown = true;
	assert_int_equal(ask(HANDLE, path, LONG, &request, &reply, &given_fd), -EPERM);
	unknown = false;
	/* patd's own is asked: it is the answer that does not come. */
	patd.pw_uid--;
	assert_int_equal(ask(HANDLE, path, SHORT, &request, &reply, &given_fd), -ETIMEDOUT);
	(void)close(listener);
	patd.pw_uid = self;
}

/* EPIPE alone does not count: patd may have answered before it closed the connection. */
static void no_lockout__connection_that_fails_is_an_error(void **state)
{
	int listener = listen_new(8);
	struct pat_reply reply;

	(void)state;
	patd.pw_uid = geteuid();
	send_error = ENOBUFS;
	assert_int_equal(ask(HANDLE, path, LONG, &request, &reply, &given_fd), -ENOBUFS);
	send_error = EPIPE;
	assert_int_equal(ask(HANDLE, path, SHORT, &request, &reply, &given_fd), -ETIMEDOUT);
	recv_error = EINTR;
	assert_int_equal(ask(HANDLE, path, SHORT, &request, &reply, &given_fd), -ETIMEDOUT);
	(void)close(listener);
}

/* As where systemd ends what waits for a patd that has crashed. */
static void no_lockout__request_left_unread_is_sent_once_more(void **state)
{
	const struct pat_reply sent = { PAT_REPLY_MAGIC, PAT_ACCEPTED, 0, 0 };

	(void)state;
	for (int at_once = 0; at_once < 2; at_once++) {
		struct server server = {
			.unread = 1, .at_once = at_once, .packet = &sent, .len = sizeof(sent)
		};
		struct pat_reply reply = { 0 };

		send_error = at_once ? EPIPE : 0;
		assert_int_equal(ask_server(&server, &reply), 0);
		assert_memory_equal(&reply, &sent, sizeof(sent));
		assert_int_equal(server.got_len, sizeof(request));
		assert_memory_equal(&server.got, &request, sizeof(request));
	}
}

static void request_left_unread_twice_is_an_error(void **state)
{
	int listener = listen_new(8);
	struct pat_reply reply;

	(void)state;
	resets = 2;
	assert_int_equal(ask(HANDLE, path, LONG, &request, &reply, &given_fd), -ECONNRESET);
	assert_int_equal(resets, 0);
	(void)close(listener);
}

/* patd has read it, and may have counted a use. */
static void limited_uses__request_that_was_read_is_not_sent_again(void **state)
{
	struct pat_reply reply = { 0 };
	struct server server;
	struct pollfd second;

	(void)state;
	server = (struct server) { .listener = listen_new(8) };
	second = (struct pollfd) { .fd = server.listener, .events = POLLIN };
	assert_int_equal(pthread_create(&server.thread, NULL, serve, &server), 0);
	assert_int_equal(ask(HANDLE, path, LONG, &request, &reply, &given_fd), -ECONNRESET);
	assert_int_equal(pthread_join(server.thread, NULL), 0);
	assert_int_equal(server.got_len, sizeof(request));
	assert_int_equal(poll(&second, 1, 0), 0);
	(void)close(server.listener);
}

static void each_problem_has_a_sentence(void **state)
{
	static const int errors[] = { ETIMEDOUT, EPERM, ECANCELED, ECONNRESET, EPROTO, ENOENT,
		EMFILE };

	(void)state;
	for (size_t i = 0; i < COUNT(errors); i++)
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(ask_problem(-errors[i]), ask_problem(-errors[j]));
	assert_string_equal(ask_problem(-ENOENT), ask_problem(-ECONNREFUSED));
	assert_string_equal(ask_problem(-EMFILE), strerror(EMFILE));
}

static void missing_listener_is_an_error(void **state)
{
	struct pat_reply reply;
	char endless[256];

	(void)state;
	(void)close(listen_new(8));
	assert_int_equal(ask(HANDLE, path, LONG, &request, &reply, &given_fd), -ECONNREFUSED);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(ask(HANDLE, path, LONG, &request, &reply, &given_fd), -ENOENT);
	memset(endless, 'x', sizeof(endless) - 1);
	endless[sizeof(endless) - 1] = '\0';
	assert_int_equal(ask(HANDLE, endless, LONG, &request, &reply, &given_fd), -ENAMETOOLONG);
}

static int64_t msec(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void missing_reply_times_out(void **state)
{
	int listener = listen_new(8);
	int64_t start = msec();
	struct pat_reply reply;

	(void)state;
	assert_int_equal(ask(HANDLE, path, SHORT, &request, &reply, &given_fd), -ETIMEDOUT);
	assert_true(msec() - start >= SHORT);
	(void)close(listener);
}

static int fill_backlog(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	pat_field_cut(address.sun_path, sizeof(address.sun_path), path);
	assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static void full_backlog_times_out(void **state)
{
	int listener = listen_new(0);
	int waiting = fill_backlog();
	int64_t start = msec();
	struct pat_reply reply;

	(void)state;
	assert_int_equal(ask(HANDLE, path, SHORT, &request, &reply, &given_fd), -ETIMEDOUT);
	assert_true(msec() - start >= SHORT);
	(void)close(waiting);
	(void)close(listener);
}

static void *serve_second(void *data)
{
	const struct server *server = data;

	(void)close(accept(server->listener, NULL, NULL));
	return serve(data);
}

static void connect_waits_for_a_full_backlog(void **state)
{
	const struct pat_reply sent = { PAT_REPLY_MAGIC, PAT_ACCEPTED, 0, 0 };
	struct server server = { .listener = listen_new(0), .packet = &sent, .len = sizeof(sent) };
	int waiting = fill_backlog();
	struct pat_reply reply;

	(void)state;
	assert_int_equal(pthread_create(&server.thread, NULL, serve_second, &server), 0);
	assert_int_equal(ask(HANDLE, path, LONG, &request, &reply, &given_fd), 0);
	assert_int_equal(reply.verdict, PAT_ACCEPTED);
	assert_int_equal(pthread_join(server.thread, NULL), 0);
	(void)close(waiting);
	(void)close(server.listener);
}

static volatile sig_atomic_t interruptions;

static void interrupt(int signal)
{
	(void)signal;
	interruptions++;
}

static void signals_do_not_change_the_timeout(void **state)
{
	const struct sigaction action = { .sa_handler = interrupt };
	const struct itimerval often = { { 0, 2000 }, { 0, 2000 } }, never = { 0 };

	(void)state;
	assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
	for (int full = 0; full <= 1; full++) {
		int listener = listen_new(full ? 0 : 8);
		int waiting = full ? fill_backlog() : -1;
		int64_t start = msec();
		struct pat_reply reply;

		interruptions = 0;
		assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
		assert_int_equal(ask(HANDLE, path, SHORT, &request, &reply, &given_fd), -ETIMEDOUT);
		assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
		assert_true(interruptions > 1);
		assert_true(msec() - start >= SHORT);
		assert_true(msec() - start < LONG);
		if (full)
			(void)close(waiting);
		(void)close(listener);
	}
}

static void missing_descriptors_are_an_error(void **state)
{
	struct rlimit limit, none;
	struct pat_reply reply;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = limit;
	none.rlim_cur = 0;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_int_equal(ask(HANDLE, path, LONG, &request, &reply, &given_fd), -EMFILE);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static int lowest_free(void)
{
	int fd = open("/", O_PATH | O_CLOEXEC);

	(void)close(fd);
	return fd;
}

static void descriptors_0_to_2_are_not_used_and_none_leaks(void **state)
{
	const struct pat_reply sent = { PAT_REPLY_MAGIC, PAT_ACCEPTED, 0, 0 };
	int in = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	int before = lowest_free();
	struct pat_reply reply;
	struct server server;

	(void)state;
	assert_int_equal(ask_one(&sent, sizeof(sent), &server, &reply), 0);
	assert_int_equal(lowest_free(), before);

	/* The listener of the test takes the place first, as the host might. */
	(void)close(STDIN_FILENO);
	assert_int_equal(ask_one(&sent, sizeof(sent), &server, &reply), 0);
	assert_int_equal(lowest_free(), STDIN_FILENO);
	assert_int_equal(ask(HANDLE, "/nowhere", LONG, &request, &reply, &given_fd), -ENOENT);
	assert_int_equal(lowest_free(), STDIN_FILENO);
	if (in >= 0)
		assert_int_equal(dup2(in, STDIN_FILENO), STDIN_FILENO);
}

static int setup(void **state)
{
	(void)state;
	patd.pw_uid = geteuid();
	if (mkdtemp(dir) == NULL || chmod(dir, 0777) < 0)
		return -1;
	(void)snprintf(path, sizeof(path), "%s/socket", dir);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	(void)unlink(path);
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(request_is_sent_and_reply_received),
		cmocka_unit_test(session_is_sent_and_reply_received),
		cmocka_unit_test(nobody_is_asked_about_a_session),
		cmocka_unit_test(connection_is_kept_only_where_a_person_is_asked),
		cmocka_unit_test(reply_is_received_after_an_end_reported_too_early),
		cmocka_unit_test(invalid_reply_is_refused),
		cmocka_unit_test(foreign_listener_gets_no_request),
		cmocka_unit_test(no_lockout__connection_that_fails_is_an_error),
		cmocka_unit_test(no_lockout__request_left_unread_is_sent_once_more),
		cmocka_unit_test(request_left_unread_twice_is_an_error),
		cmocka_unit_test(limited_uses__request_that_was_read_is_not_sent_again),
		cmocka_unit_test(each_problem_has_a_sentence),
		cmocka_unit_test(missing_listener_is_an_error),
		cmocka_unit_test(missing_reply_times_out),
		cmocka_unit_test(full_backlog_times_out),
		cmocka_unit_test(connect_waits_for_a_full_backlog),
		cmocka_unit_test(signals_do_not_change_the_timeout),
		cmocka_unit_test(missing_descriptors_are_an_error),
		cmocka_unit_test(descriptors_0_to_2_are_not_used_and_none_leaks),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
