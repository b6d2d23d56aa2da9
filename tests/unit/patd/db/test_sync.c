/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of patd/db/sync. */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "patd/db/sync.h"
#include "patd/db/wal.h"
#include "patd/util/process.h"
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/world.h"

struct sync_world {
	struct world world;
	sd_event *event;
	struct sync *sync;
	struct made made;
	unsigned int told;
};

/* --- in the place of the kernel --- */

static atomic_int failing_syncs; /* so many of the WAL fail */
static atomic_bool hang;         /* each of another thread waits for let_go */
static atomic_int wal_syncs, main_syncs;
static sem_t let_go, hung; /* hung: once for each that waits */
static pthread_t main_thread;

static bool is_wal(int fd)
{
	char link[64], path[256];
	ssize_t n;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path));
	return n > 4 && strncmp(path + n - 4, "-wal", 4) == 0;
}

int fdatasync(int fd)
{
	static int (*real)(int fd);

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "fdatasync");
	if (pthread_equal(pthread_self(), main_thread)) {
		main_syncs++;
	} else if (hang) {
		assert_int_equal(sem_post(&hung), 0);
		assert_int_equal(sem_wait(&let_go), 0);
	}
	if (!is_wal(fd))
		return real(fd);
	wal_syncs++;
	if (failing_syncs > 0) {
		failing_syncs--;
		errno = EIO;
		return -1;
	}
	return real(fd);
}

/* At once, so that nobody waits; 0: nothing was asked for. */
static uint64_t asked_for_us;
static sd_event_source *asked_for;
static bool timers_fire;

int sd_event_source_set_time_relative(sd_event_source *source, uint64_t usec)
{
	asked_for_us = usec;
	asked_for = source;
	return sd_event_source_set_time(source, timers_fire ? 0 : UINT64_MAX);
}

/* --- the loop --- */

static void count(void *userdata)
{
	struct sync_world *w = userdata;

	w->told++;
}

static int nothing(sd_event_source *source, void *userdata)
{
	(void)source;
	(void)userdata;
	return 0;
}

/* Until the loop has nothing to do, with a job in the thread perhaps. */
static void turn(struct sync_world *w)
{
	sd_event_source *source = NULL;

	assert_true(sd_event_add_defer(w->event, &source, nothing, NULL) >= 0);
	while (sd_event_run(w->event, 0) > 0)
		;
	sd_event_source_disable_unref(source);
}

/* The timer that was set last. */
static void fire(struct sync_world *w)
{
	assert_true(sd_event_source_set_time(asked_for, 0) >= 0);
	turn(w);
}

static void turn_until(struct sync_world *w, enum sync_state state, uint64_t point)
{
	turn(w);
	while (sync_state(w->sync, point) != state)
		assert_true(sd_event_run(w->event, 10 * 1000000) > 0);
}

static off_t wal_bytes(struct sync_world *w)
{
	return place_stat(&w->world.place, "patd.db-wal").st_size;
}

static void turn_until_folded(struct sync_world *w)
{
	turn(w);
	while (wal_bytes(w) > 0 || sync_paused(w->sync))
		assert_true(sd_event_run(w->event, 10 * 1000000) > 0);
}

/* --- tests --- */

static void change_is_done_when_its_sync_is(void **state)
{
	struct sync_world *w = *state;
	uint64_t point;

	hang = true;
	(void)world_generate(&w->world, &alice, "phone");
	point = sync_point(w->sync);
	assert_int_equal(sync_state(w->sync, point), SYNC_WAITING);
	turn(w);
	assert_int_equal(sync_state(w->sync, point), SYNC_WAITING);
	hang = false;
	assert_int_equal(sem_post(&let_go), 0);
	turn_until(w, SYNC_DONE, point);
	assert_true(w->told > 0);
}

/* The loop goes on meanwhile, and one more sync covers all that came. */
static void changes_during_a_sync_share_the_next(void **state)
{
	struct sync_world *w = *state;
	uint64_t first, last;
	int syncs = wal_syncs;

	hang = true;
	(void)world_generate(&w->world, &alice, "one");
	first = sync_point(w->sync);
	turn(w);
	(void)world_generate(&w->world, &alice, "two");
	(void)world_generate(&w->world, &alice, "three");
	last = sync_point(w->sync);
	turn(w);
	assert_int_equal(sem_post(&let_go), 0);
	turn_until(w, SYNC_DONE, first);
	assert_int_equal(sync_state(w->sync, last), SYNC_WAITING);
	hang = false;
	assert_int_equal(sem_post(&let_go), 0);
	turn_until(w, SYNC_DONE, last);
	assert_int_equal(wal_syncs, syncs + 2);
}

static void loop_never_syncs(void **state)
{
	struct sync_world *w = *state;

	main_syncs = 0;
	timers_fire = true;
	for (int i = 0; i < 5; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "name %d", i);
		(void)world_generate(&w->world, &alice, name);
		turn_until(w, SYNC_DONE, sync_point(w->sync));
		turn_until_folded(w);
	}
	assert_int_equal(main_syncs, 0);
}

static void wal_is_folded_in_a_second_after_the_last_change(void **state)
{
	struct sync_world *w = *state;

	asked_for_us = 0;
	timers_fire = true;
	(void)world_generate(&w->world, &alice, "phone");
	assert_true(wal_bytes(w) > 0);
	turn_until_folded(w);
	assert_int_equal(asked_for_us, 1000000);
	assert_int_equal(sync_state(w->sync, sync_point(w->sync)), SYNC_DONE);
	/* Then there is nothing to do. */
	asked_for_us = 0;
	turn(w);
	assert_int_equal(asked_for_us, 0);
}

static void nothing_is_written_during_a_fold(void **state)
{
	struct sync_world *w = *state;
	struct token_request request = request_for(&alice, "another");
	struct made made;

	timers_fire = true;
	hang = true;
	(void)world_generate(&w->world, &alice, "phone");
	/* One by one: with more let go than wait, a fold could begin and end unseen. */
	turn(w);
	while (!sync_paused(w->sync)) {
		assert_int_equal(sem_wait(&hung), 0);
		assert_int_equal(sem_post(&let_go), 0);
		assert_true(sd_event_run(w->event, 10 * 1000000) > 0);
		turn(w);
	}
	assert_int_equal(tokens_generate(w->world.tokens, &root, &request, &made.token, made.secret,
				 &w->world.refusal),
		PAT_ERR_BUSY);
	w->told = 0;
	hang = false;
	for (int i = 0; i < 8; i++)
		assert_int_equal(sem_post(&let_go), 0);
	turn_until_folded(w);
	assert_true(w->told > 0);
	(void)world_generate(&w->world, &alice, "another");
}

static void large_wal_is_folded_in_without_waiting(void **state)
{
	struct sync_world *w = *state;

	for (int i = 0; wal_bytes(w) <= (off_t)SYNC_WAL_MAX; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "name %d", i);
		(void)world_generate(&w->world, &alice, name);
	}
	turn_until_folded(w);
}

static void reader_delays_the_fold(void **state)
{
	struct sync_world *w = *state;

	timers_fire = true;
	(void)world_generate(&w->world, &alice, "first");
	turn_until_folded(w);
	timers_fire = false;
	sync_hold(w->sync);
	(void)world_generate(&w->world, &alice, "phone");
	turn_until(w, SYNC_DONE, sync_point(w->sync));
	fire(w);
	assert_false(sync_paused(w->sync));
	assert_true(wal_bytes(w) > 0);
	sync_release(w->sync);
	turn_until_folded(w);
}

/* The kernel says once that it has dropped something. */
static void failed_sync_is_written_back_before_anybody_is_told(void **state)
{
	struct sync_world *w = *state;
	uint64_t point;

	failing_syncs = 1;
	(void)world_generate(&w->world, &alice, "phone");
	point = sync_point(w->sync);
	turn_until(w, SYNC_DONE, point);
	assert_int_equal(failing_syncs, 0);
	assert_false(sync_failing(w->sync));
}

static void lasting_failure_is_told_and_only_access_is_taken_away(void **state)
{
	struct sync_world *w = *state;
	uint64_t point;

	failing_syncs = 1000;
	(void)world_generate(&w->world, &alice, "phone");
	point = sync_point(w->sync);
	logged_clear();
	turn_until(w, SYNC_FAILED, point);
	assert_true(sync_failing(w->sync));
	assert_logged("cannot be put on disk");
	/* What is refused is refused; a revoke holds, and its reply waits to be told the same. */
	assert_int_equal(tokens_rename(w->world.tokens, &root, w->made.token.id.text, "other",
				 &w->world.refusal),
		PAT_ERR_STORAGE);
	assert_int_equal(world_revoke(&w->world, &w->made), PAT_OK);
	assert_int_equal(world_log_in(&w->world, &alice, &w->made), PAT_REVOKED);
	assert_int_equal(sync_state(w->sync, sync_point(w->sync)), SYNC_WAITING);
	/* The next attempt is a second later. */
	assert_int_equal(asked_for_us, 1000000);
	timers_fire = true;
	fire(w);
	turn_until(w, SYNC_FAILED, sync_point(w->sync));
	failing_syncs = 0;
	turn_until(w, SYNC_DONE, sync_point(w->sync));
	assert_false(sync_failing(w->sync));
	assert_int_equal(tokens_rename(w->world.tokens, &root, w->made.token.id.text, "other",
				 &w->world.refusal),
		PAT_OK);
}

/* Under the eyes of SQLite, whose index has them. */
static void lost_changes_end_patd(void **state)
{
	struct sync_world *w = *state;
	uint64_t point;

	failing_syncs = 1;
	(void)world_generate(&w->world, &alice, "phone");
	point = sync_point(w->sync);
	assert_int_equal(truncate(place_path(&w->world.place, WAL_FILE), 0), 0);
	logged_clear();
	assert_int_equal(process_loop_run(w->event), -EIO);
	assert_logged("the disk lost changes");
	assert_int_equal(sync_state(w->sync, point), SYNC_FAILED);
}

static int set_up(void **state)
{
	struct sync_world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	main_thread = pthread_self();
	failing_syncs = 0;
	hang = false;
	timers_fire = false;
	assert_int_equal(sem_init(&let_go, 0, 0), 0);
	assert_int_equal(sem_init(&hung, 0, 0), 0);
	world_make(&w->world);
	assert_int_equal(sd_event_new(&w->event), 0);
	assert_int_equal(sync_new(w->event, w->world.database, &w->sync), 0);
	assert_int_equal(sync_listen(w->sync, count, w), 0);
	w->made = world_generate(&w->world, &alice, "laptop");
	turn_until(w, SYNC_DONE, sync_point(w->sync));
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct sync_world *w = *state;

	failing_syncs = 0;
	hang = false;
	sync_unlisten(w->sync, count, w);
	sync_free(w->sync);
	sync_free(NULL);
	sd_event_unref(w->event);
	world_end(&w->world);
	(void)sem_destroy(&let_go);
	(void)sem_destroy(&hung);
	free(w);
	return 0;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(change_is_done_when_its_sync_is),
		TEST(changes_during_a_sync_share_the_next),
		TEST(loop_never_syncs),
		TEST(wal_is_folded_in_a_second_after_the_last_change),
		TEST(nothing_is_written_during_a_fold),
		TEST(large_wal_is_folded_in_without_waiting),
		TEST(reader_delays_the_fold),
		TEST(failed_sync_is_written_back_before_anybody_is_told),
		TEST(lasting_failure_is_told_and_only_access_is_taken_away),
		TEST(lost_changes_end_patd),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
