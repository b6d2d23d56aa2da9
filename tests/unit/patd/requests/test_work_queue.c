/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whose turn it is, and who finds no place. */
#include <errno.h>
#include <stdlib.h>

#include "patd/requests/work_queue.h"
#include "tests/unit/unit.h"

#define ALICE 1000
#define BOB 1001

static const struct queue_bounds bounds = { .all = 8, .of_uid = 4, .bytes = 1000 };

struct scene {
	struct work_queues queues;
	struct queued items[32];
	unsigned int n;
};

static int set_up(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	assert_non_null(scene);
	work_queues_init(&scene->queues, &bounds);
	*state = scene;
	return 0;
}

static int tear_down(void **state)
{
	struct scene *scene = *state;

	for (unsigned int i = 0; i < scene->n; i++)
		work_queues_remove(&scene->queues, &scene->items[i]);
	assert_int_equal(scene->queues.waiting + scene->queues.taking_away, 0);
	assert_int_equal(scene->queues.bytes, 0);
	assert_false(work_queues_ready(&scene->queues, LANES_ALL));
	free(scene);
	return 0;
}

static int try_sized(
	struct scene *scene, uint32_t uid, enum lane lane, bool takes_away, size_t size)
{
	struct queued *item = &scene->items[scene->n++];

	*item = (struct queued) {
		.uid = uid, .lane = lane, .takes_away = takes_away, .size = size
	};
	return work_queues_add(&scene->queues, item);
}

static struct queued *add(struct scene *scene, uint32_t uid, enum lane lane)
{
	assert_int_equal(try_sized(scene, uid, lane, false, 10), 0);
	return &scene->items[scene->n - 1];
}

static struct queued *next(struct scene *scene)
{
	return work_queues_next(&scene->queues, LANES_ALL);
}

/* Whose turn it is ends. */
static void end(struct scene *scene, const struct queued *expected)
{
	struct queued *item = next(scene);

	assert_ptr_equal(item, expected);
	work_queues_remove(&scene->queues, item);
}

static void uids_take_turns(void **state)
{
	struct scene *scene = *state;
	const struct queued *first = add(scene, ALICE, LANE_READ);
	const struct queued *second = add(scene, ALICE, LANE_READ);
	const struct queued *other = add(scene, BOB, LANE_READ);

	/* It goes on waiting: the other has a turn, whatever the first has still to do. */
	assert_ptr_equal(next(scene), first);
	assert_ptr_equal(next(scene), other);
	end(scene, first);
	end(scene, other);
	end(scene, second);
	assert_null(next(scene));
}

static void lanes_take_turns(void **state)
{
	struct scene *scene = *state;
	const struct queued *read = add(scene, ALICE, LANE_READ);
	const struct queued *change = add(scene, BOB, LANE_CHANGE);
	const struct queued *login = add(scene, BOB, LANE_LOGIN);
	const struct queued *seen[6];
	unsigned int turns[3] = { 0 };

	for (size_t i = 0; i < COUNT(seen); i++) {
		seen[i] = next(scene);
		turns[0] += seen[i] == read;
		turns[1] += seen[i] == change;
		turns[2] += seen[i] == login;
	}
	for (size_t i = 0; i < COUNT(turns); i++)
		assert_int_equal(turns[i], 2);
}

static void changes_of_a_uid_keep_their_order(void **state)
{
	struct scene *scene = *state;
	const struct queued *first = add(scene, ALICE, LANE_CHANGE);
	const struct queued *second = add(scene, ALICE, LANE_CHANGE);

	/* One that takes several turns. */
	assert_ptr_equal(next(scene), first);
	assert_ptr_equal(next(scene), first);
	end(scene, first);
	end(scene, second);
}

static void read_sees_what_was_changed_before_it(void **state)
{
	struct scene *scene = *state;
	const struct queued *before = add(scene, ALICE, LANE_READ);
	const struct queued *change = add(scene, ALICE, LANE_CHANGE);
	const struct queued *after = add(scene, ALICE, LANE_READ);
	const unsigned int reads = 1U << LANE_READ;

	assert_ptr_equal(work_queues_next(&scene->queues, reads), before);
	work_queues_remove(&scene->queues, &scene->items[0]);
	assert_false(work_queues_ready(&scene->queues, reads));
	assert_null(work_queues_next(&scene->queues, reads));
	end(scene, change);
	end(scene, after);
}

static void changes_do_not_wait_for_reads(void **state)
{
	struct scene *scene = *state;
	const struct queued *read = add(scene, ALICE, LANE_READ);
	const struct queued *change = add(scene, ALICE, LANE_CHANGE);

	assert_ptr_equal(work_queues_next(&scene->queues, 1U << LANE_CHANGE), change);
	end(scene, read);
}

static void long_read_lets_others_of_its_uid_by(void **state)
{
	struct scene *scene = *state;
	struct queued *large = add(scene, ALICE, LANE_READ);
	const struct queued *small = add(scene, ALICE, LANE_READ);

	assert_ptr_equal(next(scene), large);
	work_queues_step_back(&scene->queues, large);
	end(scene, small);
	end(scene, large);
}

static void lane_that_is_closed_has_no_turn(void **state)
{
	struct scene *scene = *state;
	const struct queued *change = add(scene, ALICE, LANE_CHANGE);
	const unsigned int others = LANES_ALL & ~(1U << LANE_CHANGE);

	assert_false(work_queues_ready(&scene->queues, others));
	assert_null(work_queues_next(&scene->queues, others));
	end(scene, change);
}

static void places_are_bounded_for_a_uid_and_for_all(void **state)
{
	struct scene *scene = *state;

	for (unsigned int i = 0; i < bounds.of_uid; i++)
		(void)add(scene, ALICE, LANE_READ);
	assert_int_equal(try_sized(scene, ALICE, LANE_CHANGE, false, 10), -EBUSY);
	for (uint32_t i = 0; i < bounds.all - bounds.of_uid; i++)
		(void)add(scene, BOB + i, LANE_READ);
	assert_int_equal(try_sized(scene, BOB, LANE_READ, false, 10), -EBUSY);
	work_queues_remove(&scene->queues, &scene->items[0]);
	(void)add(scene, ALICE, LANE_READ);
}

static void bytes_are_bounded(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(try_sized(scene, ALICE, LANE_READ, false, bounds.bytes), 0);
	assert_int_equal(try_sized(scene, BOB, LANE_READ, false, 1), -EBUSY);
	assert_int_equal(try_sized(scene, BOB, LANE_CHANGE, true, 1), 0);
}

static void what_takes_access_away_has_places_of_its_own(void **state)
{
	struct scene *scene = *state;

	for (unsigned int i = 0; i < bounds.of_uid; i++)
		(void)add(scene, ALICE, LANE_READ);
	for (unsigned int i = 0; i < bounds.of_uid; i++)
		assert_int_equal(try_sized(scene, ALICE, LANE_CHANGE, true, 10), 0);
	assert_int_equal(try_sized(scene, ALICE, LANE_CHANGE, true, 10), -EBUSY);
	assert_int_equal(try_sized(scene, BOB, LANE_CHANGE, true, 10), 0);
}

/* As when its connection is closed. */
static void item_can_be_removed_wherever_it_waits(void **state)
{
	struct scene *scene = *state;
	struct queued *first = add(scene, ALICE, LANE_CHANGE);
	struct queued *middle = add(scene, ALICE, LANE_CHANGE);
	const struct queued *last = add(scene, ALICE, LANE_CHANGE);

	work_queues_remove(&scene->queues, middle);
	work_queues_remove(&scene->queues, middle);
	assert_ptr_equal(next(scene), first);
	work_queues_remove(&scene->queues, first);
	end(scene, last);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(uids_take_turns),
		TEST(lanes_take_turns),
		TEST(changes_of_a_uid_keep_their_order),
		TEST(read_sees_what_was_changed_before_it),
		TEST(changes_do_not_wait_for_reads),
		TEST(long_read_lets_others_of_its_uid_by),
		TEST(lane_that_is_closed_has_no_turn),
		TEST(places_are_bounded_for_a_uid_and_for_all),
		TEST(bytes_are_bounded),
		TEST(what_takes_access_away_has_places_of_its_own),
		TEST(item_can_be_removed_wherever_it_waits),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
