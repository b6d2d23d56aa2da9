/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of patd/db/sync. */
#include <sys/stat.h>

#include "patd/db/sync.h"
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/world.h"

struct sync_world {
	struct world world;
	sd_event *event;
	struct worker *worker;
	struct sync *sync;
	struct made made;
};

/* 0: nothing was asked for. */
static uint64_t asked_for_us;

/* In the place of libsystemd's: at once, so that nobody waits. */
int sd_event_source_set_time_relative(sd_event_source *source, uint64_t usec)
{
	asked_for_us = usec;
	return sd_event_source_set_time(source, 0);
}

/* Whether the name is in the database itself, and not in its log alone. */
static bool is_folded_in(struct sync_world *w, const char *name)
{
	static char bytes[1 << 18];
	size_t size = place_read(&w->world.place, "patd.db", bytes, sizeof(bytes));

	return memmem(bytes, size, name, strlen(name)) != NULL;
}

static void turn_until_folded_in(struct sync_world *w, const char *name)
{
	while (!is_folded_in(w, name))
		assert_true(sd_event_run(w->event, 10 * 1000000) > 0);
}

/* Something for the loop to do, as a login would be. */
static int nothing(sd_event_source *source, void *userdata)
{
	(void)source;
	(void)userdata;
	return 0;
}

/* Until the loop is idle, with a job in the worker perhaps. */
static void wake(struct sync_world *w)
{
	sd_event_source *source = NULL;

	assert_true(sd_event_add_defer(w->event, &source, nothing, NULL) >= 0);
	while (sd_event_run(w->event, 0) > 0)
		;
	sd_event_source_disable_unref(source);
}

static void change_is_folded_in_within_a_second(void **state)
{
	struct sync_world *w = *state;

	(void)world_generate(&w->world, &alice, "findmefindme");
	assert_false(is_folded_in(w, "findmefindme"));
	wake(w);
	assert_in_range(asked_for_us, 1, 1000000);
	turn_until_folded_in(w, "findmefindme");
	assert_false(w->world.database->unsynced);
}

static void change_during_a_sync_is_synced_later(void **state)
{
	struct sync_world *w = *state;

	(void)world_generate(&w->world, &alice, "first-name");
	wake(w);
	assert_false(w->world.database->unsynced);
	/* The sync is under way, and may or may not see this one. */
	(void)world_generate(&w->world, &alice, "second-name");
	wake(w);
	turn_until_folded_in(w, "second-name");
	assert_true(is_folded_in(w, "first-name"));
}

static void usage_is_synced_too(void **state)
{
	struct sync_world *w = *state;

	wake(w);
	turn_until_folded_in(w, "laptop");
	assert_int_equal(world_log_in(&w->world, &alice, &w->made), PAT_ACCEPTED);
	assert_true(w->world.database->unsynced);
	while (w->world.database->unsynced)
		wake(w);
}

static void idle_patd_does_not_sync(void **state)
{
	struct sync_world *w = *state;

	wake(w);
	turn_until_folded_in(w, "laptop");
	asked_for_us = 0;
	wake(w);
	assert_int_equal(asked_for_us, 0);
}

static int set_up(void **state)
{
	struct sync_world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	asked_for_us = 0;
	world_make(&w->world);
	assert_int_equal(sd_event_new(&w->event), 0);
	assert_int_equal(worker_new(w->event, 1, &w->worker), 0);
	assert_int_equal(sync_new(w->event, w->worker, w->world.database, &w->sync), 0);
	w->made = world_generate(&w->world, &alice, "laptop");
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct sync_world *w = *state;

	worker_free(w->worker);
	sync_free(w->sync);
	sync_free(NULL);
	sd_event_unref(w->event);
	world_end(&w->world);
	free(w);
	return 0;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(change_is_folded_in_within_a_second),
		TEST(change_during_a_sync_is_synced_later),
		TEST(usage_is_synced_too),
		TEST(idle_patd_does_not_sync),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
