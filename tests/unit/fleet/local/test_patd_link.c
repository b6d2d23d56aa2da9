/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The connection to patd: what is asked, and what is told while a question is under way. */
#include "fleet/local/patd_link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/unit/patd/logged.h"

struct talk {
	char folder[32];
	struct sockaddr_un address; /* in it */
	sd_event *event;
	struct patd_link *link;
	int listening, fd; /* the end of patd; -1: not connected */
	unsigned int up, down, unasked;
	/* What became of the question. */
	unsigned int answers;
	bool lost;
	uint32_t kind;
	struct fleet_message message; /* the latest that patd has received */
};

static void on_up(void *userdata)
{
	((struct talk *)userdata)->up++;
}

static void on_down(void *userdata)
{
	((struct talk *)userdata)->down++;
}

static void on_unasked(const struct fleet_message *message, void *userdata)
{
	(void)message;
	((struct talk *)userdata)->unasked++;
}

static bool on_answer(const struct fleet_message *answer, void *userdata)
{
	struct talk *talk = userdata;

	talk->answers++;
	talk->lost = !answer;
	talk->kind = answer ? answer->head.kind : FLEET_KINDS;
	return false;
}

/* Until that is more than 0. */
static void run_until(struct talk *talk, const unsigned int *count)
{
	while (*count == 0)
		assert_true(sd_event_run(talk->event, UINT64_MAX) >= 0);
}

static int set_up(void **state)
{
	struct talk *talk = calloc(1, sizeof(*talk));
	const struct patd_listener listener = { on_up, on_down, on_unasked, talk };

	assert_non_null(talk);
	(void)strcpy(talk->folder, "/tmp/test_patd.XXXXXX");
	assert_non_null(mkdtemp(talk->folder));
	talk->address.sun_family = AF_UNIX;
	(void)snprintf(talk->address.sun_path, sizeof(talk->address.sun_path), "%s/%s",
		talk->folder, PAT_FLEET_SOCKET);
	talk->listening = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(talk->listening, (const struct sockaddr *)&talk->address,
				 sizeof(talk->address)),
		0);
	assert_int_equal(listen(talk->listening, 1), 0);
	assert_int_equal(sd_event_new(&talk->event), 0);
	assert_int_equal(
		patd_link_new(talk->event, talk->address.sun_path, &listener, &talk->link), 0);
	run_until(talk, &talk->up);
	talk->fd = accept(talk->listening, NULL, NULL);
	assert_true(talk->fd >= 0);
	logged_clear();
	*state = talk;
	return 0;
}

static int tear_down(void **state)
{
	struct talk *talk = *state;

	patd_link_free(talk->link);
	close(talk->fd);
	close(talk->listening);
	sd_event_unref(talk->event);
	(void)unlink(talk->address.sun_path);
	(void)rmdir(talk->folder);
	free(talk);
	return 0;
}

static void ask(struct talk *talk)
{
	(void)patd_link_message(talk->link, FLEET_GET_BEAT);
	patd_link_ask(talk->link, 0, on_answer, talk);
}

static void tell(struct talk *talk)
{
	const struct fleet_claim claim = {
		.serial = 1,
		.issuer = "hq",
		.id = "0123456789",
		.claimed = FLEET_CLAIM_USED_UP,
	};

	patd_link_tell(talk->link, FLEET_PUT_CLAIM, &claim, sizeof(claim));
}

/* The serial of the next message that patd gets, which is of that kind. */
static uint64_t receive(struct talk *talk, uint32_t kind)
{
	const ssize_t n = recv(talk->fd, &talk->message, sizeof(talk->message), MSG_DONTWAIT);

	assert_true(n > 0);
	assert_true(fleet_message_check(&talk->message, (size_t)n));
	assert_int_equal(talk->message.head.kind, kind);
	return talk->message.head.serial;
}

static void answer(struct talk *talk, uint32_t kind, uint64_t serial)
{
	static struct fleet_message message;
	const size_t size = kind == FLEET_REFUSED ? sizeof(struct fleet_refusal) : 0;

	message.head = (struct fleet_head) { FLEET_MAGIC, kind, serial };
	assert_int_equal(send(talk->fd, &message, sizeof(message.head) + size, 0),
		(ssize_t)(sizeof(message.head) + size));
}

static void a_question_gets_its_answer_whatever_is_told_meanwhile(void **state)
{
	struct talk *talk = *state;
	uint64_t before, asked, after;

	tell(talk);
	ask(talk);
	tell(talk);
	before = receive(talk, FLEET_PUT_CLAIM);
	asked = receive(talk, FLEET_GET_BEAT);
	after = receive(talk, FLEET_PUT_CLAIM);
	answer(talk, FLEET_REFUSED, before);
	answer(talk, FLEET_DONE, asked);
	answer(talk, FLEET_REFUSED, after);
	run_until(talk, &talk->answers);
	assert_false(talk->lost);
	assert_int_equal(talk->kind, FLEET_DONE);
	/* The next one, too. */
	talk->answers = 0;
	ask(talk);
	answer(talk, FLEET_REFUSED, receive(talk, FLEET_GET_BEAT));
	run_until(talk, &talk->answers);
	assert_int_equal(talk->kind, FLEET_REFUSED);
	assert_int_equal(talk->answers, 1);
	assert_int_equal(talk->down, 0);
}

static void an_answer_to_nothing_ends_the_connection(void **state)
{
	struct talk *talk = *state;

	tell(talk);
	answer(talk, FLEET_DONE, receive(talk, FLEET_PUT_CLAIM) + 1);
	run_until(talk, &talk->down);
	assert_non_null(strstr(logged, "what is no answer"));
}

static void an_answer_that_comes_twice_ends_the_connection(void **state)
{
	struct talk *talk = *state;
	uint64_t serial;

	tell(talk);
	serial = receive(talk, FLEET_PUT_CLAIM);
	answer(talk, FLEET_DONE, serial);
	answer(talk, FLEET_DONE, serial);
	run_until(talk, &talk->down);
}

/* However long patd takes. */
static void what_is_told_and_not_answered_is_bounded(void **state)
{
	struct talk *talk = *state;
	unsigned int n = 0;

	for (unsigned int i = 0; i < 1000; i++)
		tell(talk);
	while (recv(talk->fd, &talk->message, sizeof(talk->message), MSG_DONTWAIT) > 0)
		n++;
	assert_between(n, 64, 256);
	assert_int_equal(talk->down, 0);
}

static void a_question_ends_with_the_connection(void **state)
{
	struct talk *talk = *state;

	ask(talk);
	(void)shutdown(talk->fd, SHUT_RDWR);
	run_until(talk, &talk->down);
	assert_int_equal(talk->answers, 1);
	assert_true(talk->lost);
	/* What is told then is lost, and harms nobody. */
	tell(talk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_question_gets_its_answer_whatever_is_told_meanwhile, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			an_answer_to_nothing_ends_the_connection, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			an_answer_that_comes_twice_ends_the_connection, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_is_told_and_not_answered_is_bounded, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_question_ends_with_the_connection, set_up, tear_down),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
