/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bounds of what clients of patd may send and hold. */
#include <poll.h>

#include "patd/util/listening.h"
#include "tests/unit/patd/requests/requests_world.h"

static void user_above_its_share_is_busy_but_not_for_what_takes_access_away(void **state)
{
	struct requests_world *w = *state;
	const struct made made = world_generate(&w->world, &alice, "laptop");
	const struct request rename = about(w, REQUEST_RENAME, &alice, &made.token.id),
			     revoke = about(w, REQUEST_REVOKE, &alice, &made.token.id),
			     other = about(w, REQUEST_RENAME, &bob, &made.token.id);
	int fd = connect_to(w, FRONT_SOCK);

	disk.paused = true;
	for (unsigned int i = 0; i < 128; i++) {
		send_request(fd, &rename);
		turn(w);
	}
	assert_true(is_waiting(fd));
	assert_int_equal(ask(w, fd, &rename)->head.error, PAT_ERR_BUSY);
	send_request(fd, &revoke);
	send_request(fd, &other);
	turn(w);
	assert_true(is_waiting(fd));
	close(fd);
}

static void connection_that_does_not_read_is_not_served(void **state)
{
	struct requests_world *w = *state;
	struct request list;
	unsigned int sent, answered = 0;
	int fd = connect_to(w, FRONT_SOCK), other = connect_to(w, FRONT_SOCK);

	world_fill(&w->world, 256);
	list = request_of(w, REQUEST_LIST, &alice);
	for (sent = 0; sent < 1000; sent++) {
		if (packet_send(fd, &list, request_size(REQUEST_LIST), -1, MSG_DONTWAIT) < 0)
			break;
		turn(w);
	}
	/* It was not read from any more. */
	assert_between(sent, 2, 500);
	assert_int_equal(ask(w, other, &list)->head.kind, ANSWER_DONE);
	while (answered < sent) {
		while (next_answer(w, fd, REQUEST_LIST))
			answered += w->answer.head.kind == ANSWER_DONE;
		turn(w);
	}
	close(fd);
	close(other);
}

static void malformed_packet_closes_its_connection(void **state)
{
	struct requests_world *w = *state;
	struct request list = request_of(w, REQUEST_LIST, &alice);
	int bad = connect_to(w, FRONT_SOCK), good = connect_to(w, FRONT_SOCK);

	assert_int_equal(send(bad, &list, request_size(REQUEST_LIST) - 1, 0),
		request_size(REQUEST_LIST) - 1);
	turn(w);
	assert_true(is_closed(bad));
	assert_logged("patd-bus sent a malformed request");
	close(bad);
	logged_clear();
	bad = connect_to(w, FRONT_SOCK);
	assert_int_equal(send(bad, "x", 1, 0), 1);
	turn(w);
	assert_true(is_closed(bad));
	assert_nothing_logged();
	assert_int_equal(ask(w, good, &list)->head.kind, ANSWER_DONE);
	close(bad);
	close(good);
}

/* As by kernels that cannot refuse them for us: the socket lets them through. */
static void descriptor_ends_its_connection_unreceived(void **state)
{
	struct requests_world *w = *state;
	const struct request list = request_of(w, REQUEST_LIST, &alice);
	const int on = 1;
	int ends[2], fd, good;
	char byte;

	if (setsockopt(w->listeners.front_fd, SOL_SOCKET, SO_PASSRIGHTS, &on, sizeof(on)) < 0)
		assert_int_equal(errno, ENOPROTOOPT);
	fd = connect_to(w, FRONT_SOCK);
	good = connect_to(w, FRONT_SOCK);
	assert_int_equal(ask(w, fd, &list)->head.kind, ANSWER_DONE);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(packet_send(fd, &list, request_size(REQUEST_LIST), ends[1], 0), 0);
	close(ends[1]);
	turn(w);
	assert_logged("patd-bus passed a descriptor");
	assert_int_equal(ask(w, good, &list)->head.kind, ANSWER_DONE);
	/* It is closed, by somebody else. */
	assert_int_equal(read(ends[0], &byte, 1), 0);
	assert_true(is_closed(fd));
	close(ends[0]);
	close(fd);
	close(good);
}

static void connections_are_bounded(void **state)
{
	struct requests_world *w = *state;
	int fds[6];

	for (size_t i = 0; i < COUNT(fds); i++)
		fds[i] = connect_to(w, FRONT_SOCK);
	turn(w);
	for (size_t i = 0; i < COUNT(fds); i++) {
		struct pollfd hangup = { .fd = fds[i] };

		/* It is closed in a thread. */
		assert_int_equal(poll(&hangup, 1, i >= 4 ? 10000 : 0), i >= 4);
		close(fds[i]);
	}
	turn(w);
	fds[0] = connect_to(w, FRONT_SOCK);
	turn(w);
	assert_false(is_closed(fds[0]));
	close(fds[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		REQUESTS_TEST(user_above_its_share_is_busy_but_not_for_what_takes_access_away),
		REQUESTS_TEST(connection_that_does_not_read_is_not_served),
		REQUESTS_TEST(malformed_packet_closes_its_connection),
		REQUESTS_TEST(descriptor_ends_its_connection_unreceived),
		REQUESTS_TEST(connections_are_bounded),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
