/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A connection of patd-fleet: what is taken from it, and what becomes of one that does not read. */
#include "patd/fleet/fleet_peer.h"

#include <stdlib.h>
#include <sys/socket.h>

#include "protocol/packet.h"
#include "tests/unit/patd/logged.h"

struct talk {
	sd_event *event;
	struct fleet_peer *peer;
	int fd; /* the other end */
	unsigned int asked, drained, ended;
	struct fleet_peer_calls calls;
};

static void on_ask(const struct fleet_message *question, void *userdata)
{
	struct talk *talk = userdata;

	assert_int_equal(question->head.kind, FLEET_HELLO);
	talk->asked++;
}

static void on_drained(void *userdata)
{
	((struct talk *)userdata)->drained++;
}

static void on_ended(void *userdata)
{
	((struct talk *)userdata)->ended++;
}

static int set_up(void **state)
{
	struct talk *talk = calloc(1, sizeof(*talk));
	int fds[2];

	assert_non_null(talk);
	talk->calls = (struct fleet_peer_calls) { on_ask, on_drained, on_ended, 60 * 1000000 };
	assert_int_equal(sd_event_new(&talk->event), 0);
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), 0);
	talk->fd = fds[1];
	assert_int_equal(fleet_peer_new(talk->event, fds[0], &talk->calls, talk, &talk->peer), 0);
	logged_clear();
	*state = talk;
	return 0;
}

static int tear_down(void **state)
{
	struct talk *talk = *state;

	fleet_peer_free(talk->peer);
	close(talk->fd);
	sd_event_unref(talk->event);
	free(talk);
	return 0;
}

static void turn(struct talk *talk)
{
	int r;

	do {
		r = sd_event_run(talk->event, 2000);
		assert_true(r >= 0);
	} while (r > 0);
}

static void send_hello(struct talk *talk)
{
	const struct fleet_head hello = { FLEET_MAGIC, FLEET_HELLO, 1 };

	assert_int_equal(send(talk->fd, &hello, sizeof(hello), 0), sizeof(hello));
}

/* A message of that size, until the socket takes no more, and some. */
static size_t fill(struct talk *talk)
{
	static const uint8_t body[FLEET_BODY_MAX];
	const struct fleet_head head = { FLEET_MAGIC, FLEET_ROWS, 1 };
	size_t n = 0;

	while (fleet_peer_has_room(talk->peer)) {
		fleet_peer_send(talk->peer, &head, body, sizeof(body));
		n++;
	}
	return n;
}

static size_t receive_all(struct talk *talk)
{
	static struct fleet_message message;
	size_t n = 0;

	for (;;) {
		while (recv(talk->fd, &message, sizeof(message), 0) > 0)
			n++;
		if (talk->drained > 0)
			return n;
		assert_true(sd_event_run(talk->event, UINT64_MAX) >= 0);
	}
}

static void question_comes_once_and_the_next_after_its_answer(void **state)
{
	struct talk *talk = *state;

	send_hello(talk);
	send_hello(talk);
	turn(talk);
	assert_int_equal(talk->asked, 1);
	fleet_peer_answered(talk->peer);
	turn(talk);
	assert_int_equal(talk->asked, 2);
}

static void no_question_is_read_while_something_waits(void **state)
{
	struct talk *talk = *state;
	const size_t n = fill(talk);

	send_hello(talk);
	turn(talk);
	assert_int_equal(talk->asked, 0);
	assert_int_equal(receive_all(talk), n);
	turn(talk);
	assert_int_equal(talk->asked, 1);
	assert_true(fleet_peer_has_room(talk->peer));
}

static void peer_that_takes_nothing_is_closed(void **state)
{
	struct talk *talk = *state;

	talk->calls.patience_us = 1;
	(void)fill(talk);
	while (talk->ended == 0)
		assert_true(sd_event_run(talk->event, UINT64_MAX) >= 0);
	assert_logged("does not read");
	turn(talk);
	assert_int_equal(talk->ended, 1);
	assert_false(fleet_peer_has_room(talk->peer));
}

static void answer_is_not_a_question(void **state)
{
	const struct fleet_head done = { FLEET_MAGIC, FLEET_DONE, 1 };
	struct talk *talk = *state;

	assert_int_equal(send(talk->fd, &done, sizeof(done), 0), sizeof(done));
	turn(talk);
	assert_int_equal(talk->ended, 1);
	assert_int_equal(talk->asked, 0);
	assert_logged("malformed");
}

static void end_of_the_connection_is_seen(void **state)
{
	struct talk *talk = *state;

	send_hello(talk);
	turn(talk);
	/* Also while nothing is read. */
	assert_int_equal(shutdown(talk->fd, SHUT_RDWR), 0);
	turn(talk);
	assert_int_equal(talk->ended, 1);
	assert_string_equal(logged, "");
	fleet_peer_answered(talk->peer);
	(void)fill(talk);
	turn(talk);
	assert_int_equal(talk->ended, 1);
}

static void passed_descriptor_ends_the_connection(void **state)
{
	struct talk *talk = *state;
	const struct fleet_head hello = { FLEET_MAGIC, FLEET_HELLO, 1 };

	if (packet_send(talk->fd, &hello, sizeof(hello), talk->fd, 0) < 0)
		skip(); /* the kernel refuses it */
	turn(talk);
	assert_int_equal(talk->ended, 1);
	assert_logged("descriptor");
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(question_comes_once_and_the_next_after_its_answer),
		TEST(no_question_is_read_while_something_waits),
		TEST(peer_that_takes_nothing_is_closed),
		TEST(answer_is_not_a_question),
		TEST(end_of_the_connection_is_seen),
		TEST(passed_descriptor_ends_the_connection),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
