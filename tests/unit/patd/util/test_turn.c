/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Turns of the loop, beside a source that is always ready. */
#include "patd/util/turn.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#define TURNS 100U

struct counted {
	struct turn turn;
	unsigned int turns, reads, behind; /* behind: turns since the last read */
};

static void count_turn(void *userdata)
{
	struct counted *counted = userdata;

	counted->turns++;
	/* One turn may come first. */
	assert_between(++counted->behind, 1, 2);
	if (counted->turns < TURNS)
		assert_int_equal(turn_want(&counted->turn), 0);
}

static int count_read(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	struct counted *counted = userdata;

	(void)source;
	(void)fd;
	(void)revents;
	counted->reads++;
	counted->behind = 0;
	return 0;
}

static void what_is_ready_has_its_turn_between_two_turns(void **state)
{
	struct counted counted = { 0 };
	sd_event_source *source;
	sd_event *event;
	int fd = eventfd(1, EFD_CLOEXEC);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(sd_event_new(&event), 0);
	assert_true(sd_event_add_io(event, &source, fd, EPOLLIN, count_read, &counted) >= 0);
	turn_begin(&counted.turn, event, count_turn, &counted);
	assert_int_equal(turn_want(&counted.turn), 0);
	while (counted.turns < TURNS)
		assert_true(sd_event_run(event, UINT64_MAX) > 0);
	/* Nor does the other starve the turns. */
	assert_between(counted.reads, TURNS / 2, 2 * TURNS);
	turn_end(&counted.turn);
	sd_event_source_disable_unref(source);
	sd_event_unref(event);
	(void)close(fd);
}

static void turn_that_is_wanted_twice_comes_once_and_one_that_is_ended_not(void **state)
{
	struct counted counted = { .turns = TURNS };
	sd_event *event;

	(void)state;
	assert_int_equal(sd_event_new(&event), 0);
	turn_begin(&counted.turn, event, count_turn, &counted);
	assert_int_equal(turn_want(&counted.turn), 0);
	assert_int_equal(turn_want(&counted.turn), 0);
	assert_true(sd_event_run(event, UINT64_MAX) > 0);
	assert_int_equal(sd_event_run(event, 0), 0);
	assert_int_equal(counted.turns, TURNS + 1);
	assert_int_equal(turn_want(&counted.turn), 0);
	turn_end(&counted.turn);
	assert_int_equal(sd_event_run(event, 0), 0);
	assert_int_equal(counted.turns, TURNS + 1);
	sd_event_unref(event);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_ready_has_its_turn_between_two_turns),
		cmocka_unit_test(turn_that_is_wanted_twice_comes_once_and_one_that_is_ended_not),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
