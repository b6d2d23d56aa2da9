/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verification sockets: of systemd, or of our own. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "patd/login/listeners.h"
#include "patd/util/listening.h"
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/place.h"

static struct place place;

static struct sockaddr_un address_of(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	assert_true(strlen(path) < sizeof(address.sun_path));
	(void)strcpy(address.sun_path, path);
	return address;
}

static int listener_at(const char *path, int type)
{
	struct sockaddr_un address = address_of(path);
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 1), 0);
	return fd;
}

static int connected_to(const char *path)
{
	struct sockaddr_un address = address_of(path);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	close(fd);
	return -1;
}

static bool is_nonblocking(int fd)
{
	return (fcntl(fd, F_GETFL) & O_NONBLOCK) != 0;
}

static bool is_closed_on_exec(int fd)
{
	return (fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0;
}

static void sockets_have_their_modes(void **state)
{
	struct listeners listeners;
	struct stat st;

	(void)state;
	assert_int_equal(listeners_open(place.dir, &listeners), 0);
	st = place_stat(&place, "root.sock");
	assert_true(S_ISSOCK(st.st_mode));
	assert_int_equal(st.st_mode & 07777, 0600);
	st = place_stat(&place, "front.sock");
	assert_true(S_ISSOCK(st.st_mode));
	assert_int_equal(st.st_mode & 07777, 0600);
	st = place_stat(&place, "fleet.sock");
	assert_true(S_ISSOCK(st.st_mode));
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_true(is_nonblocking(listeners.fleet_fd) && is_closed_on_exec(listeners.fleet_fd));
	assert_true(is_nonblocking(listeners.root_fd) && is_nonblocking(listeners.front_fd));
	assert_true(is_closed_on_exec(listeners.root_fd) && is_closed_on_exec(listeners.front_fd));
	listeners_close(&listeners);
}

static void all_sockets_accept_connections(void **state)
{
	struct listeners listeners;
	int fd;

	(void)state;
	assert_int_equal(listeners_open(place.dir, &listeners), 0);
	fd = connected_to(place_path(&place, "root.sock"));
	assert_true(fd >= 0);
	close(fd);
	fd = connected_to(place_path(&place, "front.sock"));
	assert_true(fd >= 0);
	close(fd);
	fd = connected_to(place_path(&place, "fleet.sock"));
	assert_true(fd >= 0);
	close(fd);
	listeners_close(&listeners);
}

static void closed_sockets_leave_no_files(void **state)
{
	struct listeners listeners;

	(void)state;
	assert_int_equal(listeners_open(place.dir, &listeners), 0);
	listeners_close(&listeners);
	assert_false(place_has(&place, "root.sock"));
	assert_false(place_has(&place, "front.sock"));
	assert_false(place_has(&place, "fleet.sock"));
}

/* What is accepted inherits it. */
static void sockets_take_no_descriptors_where_the_kernel_can_refuse_them(void **state)
{
	struct listeners listeners;
	int passes = 1, fds[3];
	socklen_t size = sizeof(passes);

	(void)state;
	assert_int_equal(listeners_open(place.dir, &listeners), 0);
	fds[0] = listeners.root_fd;
	fds[1] = listeners.front_fd;
	fds[2] = listeners.fleet_fd;
	for (size_t i = 0; i < COUNT(fds); i++)
		if (getsockopt(fds[i], SOL_SOCKET, SO_PASSRIGHTS, &passes, &size) == 0)
			assert_int_equal(passes, 0);
		else
			assert_int_equal(errno, ENOPROTOOPT);
	listeners_close(&listeners);
}

static void runtime_directory_is_made_for_all_users(void **state)
{
	struct listeners listeners;
	char dir[64];

	(void)state;
	(void)snprintf(dir, sizeof(dir), "%s/run", place.dir);
	assert_int_equal(listeners_open(dir, &listeners), 0);
	assert_int_equal(place_stat(&place, "run").st_mode & 07777, 0755);
	listeners_close(&listeners);
}

static void stale_socket_is_replaced(void **state)
{
	struct listeners listeners;

	(void)state;
	close(listener_at(place_path(&place, "root.sock"), SOCK_SEQPACKET));
	close(listener_at(place_path(&place, "front.sock"), SOCK_SEQPACKET));
	assert_int_equal(listeners_open(place.dir, &listeners), 0);
	close(connected_to(place_path(&place, "root.sock")));
	listeners_close(&listeners);
}

static void live_socket_is_left_alone(void **state)
{
	static const int types[] = { SOCK_SEQPACKET, SOCK_STREAM };
	struct listeners listeners = { .root_fd = 77, .root_path = place.dir };

	(void)state;
	for (size_t i = 0; i < COUNT(types); i++) {
		int fd = listener_at(place_path(&place, "front.sock"), types[i]);

		logged_clear();
		assert_int_equal(listeners_open(place.dir, &listeners), -EADDRINUSE);
		assert_logged("front.sock");
		assert_true(place_has(&place, "front.sock"));
		/* The socket that was opened first is closed again. */
		assert_false(place_has(&place, "root.sock"));
		assert_int_equal(listeners.root_fd, 77);
		close(fd);
		assert_int_equal(unlink(place_path(&place, "front.sock")), 0);
	}
}

static void live_socket_with_full_queue_is_left_alone(void **state)
{
	struct listeners listeners;
	int listener = listener_at(place_path(&place, "root.sock"), SOCK_SEQPACKET), fds[8];

	(void)state;
	for (size_t i = 0; i < COUNT(fds); i++) {
		struct sockaddr_un address = address_of(place.path);

		fds[i] = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		assert_true(fds[i] >= 0);
		(void)connect(fds[i], (const struct sockaddr *)&address, sizeof(address));
	}
	assert_int_equal(listeners_open(place.dir, &listeners), -EADDRINUSE);
	for (size_t i = 0; i < COUNT(fds); i++)
		close(fds[i]);
	close(listener);
}

static void file_that_is_no_socket_is_not_removed(void **state)
{
	struct listeners listeners;

	(void)state;
	place_write(&place, "root.sock", 0600, "precious", 8);
	logged_clear();
	assert_true(listeners_open(place.dir, &listeners) < 0);
	assert_logged("root.sock");
	assert_int_equal(place_stat(&place, "root.sock").st_size, 8);
	assert_int_equal(unlink(place_path(&place, "root.sock")), 0);
	assert_int_equal(mkdir(place_path(&place, "root.sock"), 0700), 0);
	assert_true(listeners_open(place.dir, &listeners) < 0);
	assert_true(place_has(&place, "root.sock"));
}

static void long_path_is_refused(void **state)
{
	struct listeners listeners;
	char dir[256];

	(void)state;
	(void)snprintf(dir, sizeof(dir), "%s/%.*s", place.dir, 90,
		"123456789012345678901234567890123456789012345678901234567890"
		"123456789012345678901234567890");
	logged_clear();
	assert_int_equal(listeners_open(dir, &listeners), -ENAMETOOLONG);
	assert_logged("too long");
}

static void impossible_directory_is_refused(void **state)
{
	struct listeners listeners;
	char dir[64];

	(void)state;
	(void)snprintf(dir, sizeof(dir), "%s/no/such", place.dir);
	logged_clear();
	assert_int_equal(listeners_open(dir, &listeners), -ENOENT);
	assert_logged("cannot make the runtime directory");
}

/*
 * As systemd does it: descriptors from 3 on, blocking unless the unit says otherwise, and the
 * environment about them.  In a child, which exits with what check() says of the outcome.
 */
static void pass(const char *names, const int *types, size_t count,
	bool (*check)(int r, const struct listeners *listeners))
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		struct listeners listeners = { .root_fd = -1, .front_fd = -1, .fleet_fd = -1 };
		char number[32];
		bool good;
		int r;

		for (size_t i = 0; i < count; i++) {
			char name[32];
			int fd;

			(void)snprintf(name, sizeof(name), "passed-%zu", i);
			fd = listener_at(place_path(&place, name), types[i]);
			if (fd != 3 + (int)i && dup2(fd, 3 + (int)i) < 0)
				_exit(2);
			(void)fcntl(3 + (int)i, F_SETFD, 0);
		}
		(void)snprintf(number, sizeof(number), "%d", (int)getpid());
		(void)setenv("LISTEN_PID", number, 1);
		(void)snprintf(number, sizeof(number), "%zu", count);
		(void)setenv("LISTEN_FDS", number, 1);
		(void)setenv("LISTEN_FDNAMES", names, 1);
		logged_clear();
		r = listeners_open(place.dir, &listeners);
		good = check(r, &listeners);
		if (r == 0)
			listeners_close(&listeners);
		_exit(good ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static bool passed_are_taken(int r, const struct listeners *listeners)
{
	return r == 0 && listeners->root_fd == 4 && listeners->front_fd == 3 &&
	       !listeners->root_path && !listeners->front_path && is_closed_on_exec(3) &&
	       is_closed_on_exec(4) && !place_has(&place, "root.sock") && listeners->fleet_fd == -1;
}

static void passed_sockets_are_taken_by_name(void **state)
{
	static const int types[] = { SOCK_SEQPACKET, SOCK_SEQPACKET };

	(void)state;
	pass("front:root", types, 2, passed_are_taken);
	/* They are systemd's: their paths stay. */
	assert_true(place_has(&place, "passed-0"));
}

static bool fleet_is_taken(int r, const struct listeners *listeners)
{
	return r == 0 && listeners->fleet_fd == 4 && !listeners->fleet_path && is_nonblocking(4) &&
	       is_closed_on_exec(4);
}

/* It is there where patd-fleet is installed. */
static void fleet_socket_may_be_passed(void **state)
{
	static const int types[] = { SOCK_SEQPACKET, SOCK_SEQPACKET, SOCK_SEQPACKET };

	(void)state;
	pass("front:fleet:root", types, 3, fleet_is_taken);
}

static bool passed_are_nonblocking(int r, const struct listeners *listeners)
{
	return r == 0 && is_nonblocking(listeners->root_fd) && is_nonblocking(listeners->front_fd);
}

/* patd accepts until there is none left: on a blocking socket it would wait there for ever. */
static void passed_sockets_never_block(void **state)
{
	static const int types[] = { SOCK_SEQPACKET, SOCK_SEQPACKET };

	(void)state;
	pass("root:front", types, 2, passed_are_nonblocking);
}

static bool passed_are_refused(int r, const struct listeners *listeners)
{
	return r == -EINVAL && listeners->root_fd == -1 &&
	       (strstr(logged, "systemd passed") || strstr(logged, "systemd did not pass"));
}

static void other_passed_sockets_are_refused(void **state)
{
	static const struct {
		const char *names;
		int types[3];
		size_t count;
	} table[] = {
		{ "root", { SOCK_SEQPACKET }, 1 },
		{ "front", { SOCK_SEQPACKET }, 1 },
		{ "root:root", { SOCK_SEQPACKET, SOCK_SEQPACKET }, 2 },
		{ "root:other", { SOCK_SEQPACKET, SOCK_SEQPACKET }, 2 },
		{ "root:fleet", { SOCK_SEQPACKET, SOCK_SEQPACKET }, 2 },
		{ "root:front:extra", { SOCK_SEQPACKET, SOCK_SEQPACKET, SOCK_SEQPACKET }, 3 },
		{ "root:front", { SOCK_SEQPACKET, SOCK_STREAM }, 2 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		print_message("# %s\n", table[i].names);
		pass(table[i].names, table[i].types, table[i].count, passed_are_refused);
		for (size_t n = 0; n < table[i].count; n++) {
			char name[32];

			(void)snprintf(name, sizeof(name), "passed-%zu", n);
			assert_int_equal(unlink(place_path(&place, name)), 0);
		}
	}
}

static int set_up(void **state)
{
	(void)state;
	place_make(&place);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	place_remove(&place);
	return 0;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sockets_have_their_modes),
		TEST(all_sockets_accept_connections),
		TEST(closed_sockets_leave_no_files),
		TEST(sockets_take_no_descriptors_where_the_kernel_can_refuse_them),
		TEST(runtime_directory_is_made_for_all_users),
		TEST(stale_socket_is_replaced),
		TEST(live_socket_is_left_alone),
		TEST(live_socket_with_full_queue_is_left_alone),
		TEST(file_that_is_no_socket_is_not_removed),
		TEST(long_path_is_refused),
		TEST(impossible_directory_is_refused),
		TEST(passed_sockets_are_taken_by_name),
		TEST(fleet_socket_may_be_passed),
		TEST(passed_sockets_never_block),
		TEST(other_passed_sockets_are_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
