/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the reserve of patd/db/transaction. */
#include <sched.h>
#include <sys/mount.h>

#include "patd/db/sync.h"
#include "patd/db/transaction.h"
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/world.h"

static struct place place;
static int dir_fd;

static void reserve_file_is_private(void **state)
{
	struct stat st;

	(void)state;
	reserve_make(dir_fd);
	st = place_stat(&place, "reserve");
	assert_int_equal(st.st_mode & 07777, 0600);
	/* Really allocated, in blocks of 512 bytes. */
	assert_true(st.st_size >= 64 * 1024 && st.st_blocks * 512 >= st.st_size);
}

static void reserve_is_made_once_and_released_once(void **state)
{
	struct stat first, second;

	(void)state;
	assert_false(reserve_release(dir_fd));
	reserve_make(dir_fd);
	first = place_stat(&place, "reserve");
	reserve_make(dir_fd);
	second = place_stat(&place, "reserve");
	assert_int_equal(first.st_ino, second.st_ino);
	logged_clear();
	assert_true(reserve_release(dir_fd));
	assert_logged("the disk is full");
	assert_false(place_has(&place, "reserve"));
	assert_false(reserve_release(dir_fd));
	reserve_make(dir_fd);
	assert_true(place_has(&place, "reserve"));
}

/* A small disk of our own, full to the last byte. */
static void availability__full_disk_allows_revoke_and_login(void **state)
{
	struct world world = { .time = NOON, .policy = policy_default };
	static const uint8_t bytes[KEY_LEN];
	struct token_request request = request_for(&alice, "one more");
	struct made made, used, more;
	char block[4096] = { 1 };
	int fd;

	(void)state;
	/* In a name space that goes with this process, however it ends. */
	if (!unit_is_root() || unshare(CLONE_NEWNS) < 0)
		return;
	assert_int_equal(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	assert_int_equal(mount("none", place.dir, "tmpfs", 0, "size=1m,mode=0700"), 0);
	world.place = place;
	assert_true(sodium_init() >= 0);
	assert_int_equal(key_new(bytes, &world.key), 0);
	world_start(&world);
	made = world_generate(&world, &alice, "laptop");
	used = world_generate(&world, &alice, "phone");
	fd = open(place_path(&place, "filling"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	for (size_t size = sizeof(block); size > 0; size /= 2)
		while (write(fd, block, size) > 0)
			;
	close(fd);

	/* Nothing new fits, but what there is goes on. */
	for (int i = 0; i < 40; i++) {
		enum pat_error error = tokens_generate(
			world.tokens, &root, &request, &more.token, more.secret, &world.refusal);

		if (error == PAT_ERR_STORAGE)
			break;
		/* The log's blocks in use had room for some. */
		assert_int_equal(error, PAT_OK);
		request.name = more.token.id.text;
		assert_true(i < 39);
	}
	assert_string_equal(world.refusal.why, "the disk is full; nothing was changed");
	assert_true(place_has(&place, "reserve"));
	for (int i = 0; i < 100; i++)
		assert_int_equal(world_log_in(&world, &alice, &used), PAT_ACCEPTED);
	logged_clear();
	assert_int_equal(world_revoke(&world, &made), PAT_OK);
	assert_logged("using the space reserved for revoking");
	assert_int_equal(world_log_in(&world, &alice, &made), PAT_REVOKED);
	world_restart(&world);
	assert_int_equal(world_log_in(&world, &alice, &made), PAT_REVOKED);

	world_stop(&world);
	key_free(world.key);
	close(dir_fd);
	dir_fd = -1;
	assert_int_equal(umount(place.dir), 0);
}

static void fill_disk(void)
{
	int fd = open(
		place_path(&place, "filling"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	char block[4096] = { 1 };

	assert_true(fd >= 0);
	for (size_t size = sizeof(block); size > 0; size /= 2)
		while (write(fd, block, size) > 0)
			;
	close(fd);
}

/* Turns the loop until the revoke is made: during a fold it is kept. */
static void revoke_surely(struct world *world, sd_event *event, const struct made *made)
{
	enum pat_error error;

	while ((error = world_revoke(world, made)) == PAT_ERR_BUSY)
		assert_true(sd_event_run(event, 10 * 1000000) >= 0);
	assert_that(error == PAT_OK, "%s", world->refusal.why);
	while (sync_state(world->database->sync, sync_point(world->database->sync)) == SYNC_WAITING)
		assert_true(sd_event_run(event, 10 * 1000000) >= 0);
}

/* However long the disk stays full, and whatever else is asked for. */
static void full_disk_allows_every_revoke_and_counts_every_use(void **state)
{
	enum {
		MANY = 200,
		USES = 50
	};
	struct world world = { .time = NOON, .policy = policy_default };
	static const uint8_t bytes[KEY_LEN];
	struct token_request limited_request = request_for(&alice, "limited");
	struct token_request more_request = request_for(&bob, "more");
	struct made *made = calloc(MANY, sizeof(*made)), limited, more;
	struct sync *sync;
	sd_event *event;

	(void)state;
	assert_non_null(made);
	if (!unit_is_root() || unshare(CLONE_NEWNS) < 0) {
		free(made);
		return;
	}
	assert_int_equal(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	assert_int_equal(mount("none", place.dir, "tmpfs", 0, "size=32m,mode=0700"), 0);
	world.place = place;
	assert_int_equal(key_new(bytes, &world.key), 0);
	world_start(&world);
	assert_int_equal(sd_event_new(&event), 0);
	assert_int_equal(sync_new(event, world.database, &sync), 0);
	for (unsigned int i = 0; i < MANY; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "name %u", i);
		made[i] = world_generate(&world, &alice, name);
	}
	limited_request.restrictions[PAT_MAX_USES].number = USES;
	world_generate_request(&world, &limited_request, &limited);
	while (sync_state(sync, sync_point(sync)) == SYNC_WAITING)
		assert_true(sd_event_run(event, 10 * 1000000) >= 0);
	fill_disk();

	for (unsigned int i = 0; i < MANY; i++) {
		(void)tokens_generate(world.tokens, &root, &more_request, &more.token, more.secret,
			&world.refusal);
		if (i < USES)
			assert_int_equal(world_log_in(&world, &alice, &limited), PAT_ACCEPTED);
		assert_int_equal(world_log_in(&world, &alice, &made[i]), PAT_ACCEPTED);
		revoke_surely(&world, event, &made[i]);
		assert_int_equal(world_log_in(&world, &alice, &made[i]), PAT_REVOKED);
	}
	assert_int_equal(world_log_in(&world, &alice, &limited), PAT_EXHAUSTED);
	sync_free(sync);
	sd_event_unref(event);
	/* It ends and starts there, too. */
	world_restart(&world);
	assert_int_equal(world_log_in(&world, &alice, &limited), PAT_EXHAUSTED);
	assert_int_equal(world_log_in(&world, &alice, &made[MANY - 1]), PAT_REVOKED);
	(void)world_check_history(&world);

	world_stop(&world);
	key_free(world.key);
	free(made);
	close(dir_fd);
	dir_fd = -1;
	assert_int_equal(umount(place.dir), 0);
}

static int set_up(void **state)
{
	(void)state;
	place_make(&place);
	dir_fd = open(place.dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return dir_fd < 0 ? -1 : 0;
}

static int tear_down(void **state)
{
	(void)state;
	if (dir_fd >= 0)
		close(dir_fd);
	place_remove(&place);
	return 0;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(reserve_file_is_private),
		TEST(reserve_is_made_once_and_released_once),
		TEST(availability__full_disk_allows_revoke_and_login),
		TEST(full_disk_allows_every_revoke_and_counts_every_use),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
