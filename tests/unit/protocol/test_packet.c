/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packets, and the one descriptor that may come with one. */
#include <errno.h>
#include <fcntl.h>
#include <stdalign.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "protocol/packet.h"
#include "tests/unit/unit.h"

static void connected(int ends[static 2])
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
}

static void packet_arrives_with_its_descriptor(void **state)
{
	char bytes[16];
	int ends[2], passed;

	(void)state;
	connected(ends);
	assert_int_equal(packet_send(ends[0], "hello", 5, STDIN_FILENO, 0), 0);
	assert_int_equal(packet_receive(ends[1], bytes, sizeof(bytes), 0, &passed), 5);
	assert_memory_equal(bytes, "hello", 5);
	assert_true(passed > STDERR_FILENO);
	assert_true((fcntl(passed, F_GETFD) & FD_CLOEXEC) != 0);
	close(passed);
	assert_int_equal(packet_send(ends[0], "x", 1, -1, 0), 0);
	assert_int_equal(packet_receive(ends[1], bytes, sizeof(bytes), 0, &passed), 1);
	assert_int_equal(passed, -1);
	assert_int_equal(
		packet_receive(ends[1], bytes, sizeof(bytes), MSG_DONTWAIT, &passed), -EAGAIN);
	close(ends[0]);
	assert_int_equal(packet_receive(ends[1], bytes, sizeof(bytes), 0, &passed), 0);
	close(ends[1]);
}

static void packet_too_long_leaves_no_descriptor(void **state)
{
	char bytes[4];
	int ends[2], passed = -1, before, after;

	(void)state;
	connected(ends);
	before = dup(STDIN_FILENO);
	close(before);
	assert_int_equal(packet_send(ends[0], "hello", 5, STDIN_FILENO, 0), 0);
	assert_int_equal(packet_receive(ends[1], bytes, sizeof(bytes), 0, &passed), -EMSGSIZE);
	after = dup(STDIN_FILENO);
	close(after);
	assert_int_equal(before, after);
	close(ends[0]);
	close(ends[1]);
}

static void of_many_descriptors_one_is_installed(void **state)
{
	alignas(struct cmsghdr) char control[CMSG_SPACE(4 * sizeof(int))] = { 0 };
	char byte = 'x';
	struct iovec data = { &byte, 1 };
	struct msghdr message = { .msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	int ends[2], fds[4] = { 0, 0, 0, 0 }, passed, next;

	(void)state;
	connected(ends);
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(fds));
	memcpy(CMSG_DATA(header), fds, sizeof(fds));
	assert_int_equal(sendmsg(ends[0], &message, 0), 1);
	assert_int_equal(packet_receive(ends[1], &byte, 1, 0, &passed), 1);
	assert_true(passed >= 0);
	next = dup(STDIN_FILENO);
	assert_int_equal(next, passed + 1);
	close(next);
	close(passed);
	close(ends[0]);
	close(ends[1]);
}

typedef int (*connect_fn)(const char *path);

static const connect_fn ways_to_connect[] = { packet_connect, packet_connect_at_once };

static void nobody_listening_is_said(void **state)
{
	char path[200];

	(void)state;
	memset(path, 'x', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	for (size_t i = 0; i < COUNT(ways_to_connect); i++) {
		assert_int_equal(ways_to_connect[i]("/nonexistent/socket"), -ENOENT);
		assert_int_equal(ways_to_connect[i](path), -ENAMETOOLONG);
	}
}

static void peer_that_is_gone_is_said(void **state)
{
	int ends[2];

	(void)state;
	connected(ends);
	close(ends[1]);
	assert_int_equal(packet_send(ends[0], "x", 1, -1, 0), -EPIPE);
	close(ends[0]);
}

/* Whoever is at the other end may attach what was not asked for. */
static void what_is_no_descriptor_is_none(void **state)
{
	char bytes[4];
	int ends[2], passed, yes = 1;

	(void)state;
	connected(ends);
	assert_int_equal(setsockopt(ends[1], SOL_SOCKET, SO_PASSCRED, &yes, sizeof(yes)), 0);
	assert_int_equal(packet_send(ends[0], "x", 1, -1, 0), 0);
	assert_int_equal(packet_receive(ends[1], bytes, sizeof(bytes), 0, &passed), 1);
	assert_int_equal(passed, -1);
	assert_int_equal(packet_send(ends[0], "hello", 5, -1, 0), 0);
	assert_int_equal(packet_receive(ends[1], bytes, sizeof(bytes), 0, &passed), -EMSGSIZE);
	close(ends[0]);
	close(ends[1]);
}

/* A socket that does not listen yet. */
static int bound(struct sockaddr_un *address)
{
	int listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	*address = (struct sockaddr_un) { .sun_family = AF_UNIX };
	(void)snprintf(
		address->sun_path, sizeof(address->sun_path), "/tmp/test_packet.%d", getpid());
	assert_int_equal(bind(listener, (const struct sockaddr *)address, sizeof(*address)), 0);
	return listener;
}

static void connection_is_made_to_whoever_listens(void **state)
{
	struct sockaddr_un address;
	int listener = bound(&address), fd;

	(void)state;
	for (size_t i = 0; i < COUNT(ways_to_connect); i++)
		assert_int_equal(ways_to_connect[i](address.sun_path), -ECONNREFUSED);
	assert_int_equal(listen(listener, 1), 0);
	for (size_t i = 0; i < COUNT(ways_to_connect); i++) {
		fd = ways_to_connect[i](address.sun_path);
		assert_true(fd >= 0);
		assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
		close(fd);
	}
	close(listener);
	assert_int_equal(unlink(address.sun_path), 0);
}

static void who_connects_at_once_waits_neither_for_the_queue_nor_for_the_peer(void **state)
{
	struct sockaddr_un address;
	int listener = bound(&address), fd;

	(void)state;
	assert_int_equal(listen(listener, 0), 0);
	fd = packet_connect_at_once(address.sun_path);
	assert_true(fd >= 0);
	assert_int_equal(packet_connect_at_once(address.sun_path), -EAGAIN);
	while (packet_send(fd, "x", 1, -1, 0) == 0)
		;
	assert_int_equal(packet_send(fd, "x", 1, -1, 0), -EAGAIN);
	close(fd);
	close(listener);
	assert_int_equal(unlink(address.sun_path), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packet_arrives_with_its_descriptor),
		cmocka_unit_test(packet_too_long_leaves_no_descriptor),
		cmocka_unit_test(of_many_descriptors_one_is_installed),
		cmocka_unit_test(peer_that_is_gone_is_said),
		cmocka_unit_test(what_is_no_descriptor_is_none),
		cmocka_unit_test(connection_is_made_to_whoever_listens),
		cmocka_unit_test(who_connects_at_once_waits_neither_for_the_queue_nor_for_the_peer),
		cmocka_unit_test(nobody_listening_is_said),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
