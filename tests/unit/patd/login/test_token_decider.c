/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Logins that wait for the disk, and those that do not. */
#include <dlfcn.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

#include "patd/login/token_decider.h"
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/login/login_clients.h"
#include "tests/unit/patd/world.h"

/* --- in the place of the kernel --- */

static atomic_bool hang; /* each sync of another thread waits for let_go */
static atomic_int failing, syncs;
static sem_t let_go;
static pthread_t main_thread;

int fdatasync(int fd)
{
	static int (*real)(int fd);

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "fdatasync");
	if (pthread_equal(pthread_self(), main_thread))
		return real(fd);
	if (hang)
		assert_int_equal(sem_wait(&let_go), 0);
	syncs++;
	if (failing == 0)
		return real(fd);
	failing--;
	errno = EIO;
	return -1;
}

struct decider_world {
	struct world world;
	struct login_client login;
	struct sync *sync;
	struct token_decider *decider;
};

static void let_all_go(void)
{
	hang = false;
	for (int i = 0; i < 16; i++)
		assert_int_equal(sem_post(&let_go), 0);
}

static struct made generate_limited(struct decider_world *w, uint64_t max_uses)
{
	struct token_request request = request_for(&alice, "limited");
	struct made made;

	request.restrictions[PAT_MAX_USES].number = max_uses;
	world_generate_request(&w->world, &request, &made);
	return made;
}

static int log_in(struct decider_world *w, const struct made *made)
{
	struct pat_request request = request_with(made->secret, &alice);
	int fd = connect_to(&w->login, "root.sock");

	ask(fd, &request);
	return fd;
}

static void turn_until_answered(struct decider_world *w, int fd)
{
	while (is_waiting(fd))
		assert_true(sd_event_run(w->login.event, 10 * 1000000) > 0);
}

/* --- tests --- */

static void limited_uses__limited_use_is_answered_after_its_sync(void **state)
{
	struct decider_world *w = *state;
	struct made made = generate_limited(w, 2);
	int fd;

	hang = true;
	fd = log_in(w, &made);
	turn(&w->login);
	assert_true(is_waiting(fd));
	/* It counts already. */
	assert_int_equal(world_find(&w->world, &made).uses, 1);
	let_all_go();
	turn_until_answered(w, fd);
	assert_int_equal(read_verdict(fd), PAT_ACCEPTED);
}

static void other_logins_do_not_wait(void **state)
{
	struct decider_world *w = *state;
	struct made limited = generate_limited(w, 2), made;
	int first, second;

	made = world_generate(&w->world, &alice, "laptop");
	hang = true;
	first = log_in(w, &limited);
	turn(&w->login);
	second = log_in(w, &made);
	turn(&w->login);
	assert_int_equal(read_verdict(second), PAT_ACCEPTED);
	assert_true(is_waiting(first));
	let_all_go();
	turn_until_answered(w, first);
	assert_int_equal(read_verdict(first), PAT_ACCEPTED);
}

/* However many: those that come during a sync share the next. */
static void logins_share_a_sync(void **state)
{
	enum {
		LOGINS = 40,
		USES = 30
	};
	struct decider_world *w = *state;
	struct made made = generate_limited(w, USES);
	int fds[LOGINS], accepted = 0, before;

	turn(&w->login);
	hang = true;
	for (int i = 0; i < LOGINS; i++) {
		fds[i] = log_in(w, &made);
		turn(&w->login);
	}
	before = syncs;
	let_all_go();
	for (int i = 0; i < LOGINS; i++) {
		turn_until_answered(w, fds[i]);
		accepted += read_verdict(fds[i]) == PAT_ACCEPTED;
	}
	assert_int_equal(accepted, USES);
	assert_true(syncs - before <= 6);
	assert_int_equal(world_find(&w->world, &made).uses, USES);
}

/* The use counts all the same: it may be on disk. */
static void limited_uses__use_whose_sync_fails_is_refused_and_counts(void **state)
{
	struct decider_world *w = *state;
	struct made made = generate_limited(w, 2);
	int fd;

	turn(&w->login);
	failing = 1000;
	fd = log_in(w, &made);
	turn_until_answered(w, fd);
	assert_int_equal(read_verdict(fd), PAT_FAILED);
	failing = 0;
	assert_int_equal(world_find(&w->world, &made).uses, 1);
}

/* The kernel says once that it has dropped something. */
static void failure_of_one_sync_is_mended_before_the_reply(void **state)
{
	struct decider_world *w = *state;
	struct made made = generate_limited(w, 2);
	int fd;

	while (sync_state(w->sync, sync_point(w->sync)) != SYNC_DONE)
		assert_true(sd_event_run(w->login.event, 10 * 1000000) > 0);
	failing = 1;
	fd = log_in(w, &made);
	turn_until_answered(w, fd);
	assert_int_equal(failing, 0);
	assert_int_equal(read_verdict(fd), PAT_ACCEPTED);
}

static void client_that_leaves_is_forgotten_and_its_use_counts(void **state)
{
	struct decider_world *w = *state;
	struct made made = generate_limited(w, 3);
	int fd;

	hang = true;
	close(log_in(w, &made));
	turn(&w->login);
	fd = log_in(w, &made);
	turn(&w->login);
	let_all_go();
	turn_until_answered(w, fd);
	assert_int_equal(read_verdict(fd), PAT_ACCEPTED);
	assert_int_equal(world_find(&w->world, &made).uses, 2);
}

static void wait_until_all_is_on_disk(struct decider_world *w)
{
	while (sync_state(w->sync, sync_point(w->sync)) != SYNC_DONE)
		assert_true(sd_event_run(w->login.event, 10 * 1000000) > 0);
}

static enum pat_verdict verdict_of_login(struct decider_world *w, const struct made *made)
{
	int fd = log_in(w, made);

	turn_until_answered(w, fd);
	return read_verdict(fd);
}

/* A power cut would bring the former secret back, after a login that was told to go on. */
static void revocation__logins_with_new_secret_wait_until_the_former_ended_on_disk(void **state)
{
	struct decider_world *w = *state;
	struct made old = world_generate(&w->world, &alice, "laptop"), other;
	struct made new = world_rotate(&w->world, &old, DAY);
	int first, second;

	other = world_generate(&w->world, &alice, "other");
	wait_until_all_is_on_disk(w);
	hang = true;
	first = log_in(w, &new);
	turn(&w->login);
	second = log_in(w, &new);
	turn(&w->login);
	assert_int_equal(verdict_of_login(w, &old), PAT_ROTATED);
	assert_int_equal(verdict_of_login(w, &other), PAT_ACCEPTED);
	assert_true(is_waiting(first));
	assert_true(is_waiting(second));
	let_all_go();
	turn_until_answered(w, first);
	turn_until_answered(w, second);
	assert_int_equal(read_verdict(first), PAT_ACCEPTED);
	assert_int_equal(read_verdict(second), PAT_ACCEPTED);
}

static void revocation__new_secret_is_refused_until_the_former_ended_on_disk(void **state)
{
	struct decider_world *w = *state;
	struct made old = world_generate(&w->world, &alice, "laptop");
	struct made new = world_rotate(&w->world, &old, DAY);

	wait_until_all_is_on_disk(w);
	failing = 1000;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(verdict_of_login(w, &new), PAT_FAILED);
		assert_int_equal(verdict_of_login(w, &old), PAT_ROTATED);
	}
	failing = 0;
	while (verdict_of_login(w, &new) != PAT_ACCEPTED)
		;
	assert_int_equal(verdict_of_login(w, &old), PAT_ROTATED);
}

static int set_up(void **state)
{
	struct decider_world *w = calloc(1, sizeof(*w));
	struct decider decider;

	assert_non_null(w);
	main_thread = pthread_self();
	hang = false;
	failing = 0;
	assert_int_equal(sem_init(&let_go, 0, 0), 0);
	world_make(&w->world);
	assert_true(sd_event_new(&w->login.event) >= 0);
	assert_int_equal(sync_new(w->login.event, w->world.database, &w->sync), 0);
	assert_int_equal(tokens_start(w->world.tokens, w->login.event), 0);
	assert_int_equal(token_decider_new(w->login.event, w->world.tokens, &w->decider), 0);
	decider = token_decider_of(w->decider);
	login_begin(&w->login, w->world.place.dir, &decider);
	token_decider_serve(w->decider, w->login.server);
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct decider_world *w = *state;

	let_all_go();
	failing = 0;
	login_server_free(w->login.server);
	w->login.server = NULL;
	token_decider_free(w->decider);
	tokens_stop(w->world.tokens);
	sync_free(w->sync);
	login_end(&w->login);
	world_end(&w->world);
	(void)sem_destroy(&let_go);
	free(w);
	return 0;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(limited_uses__limited_use_is_answered_after_its_sync),
		TEST(other_logins_do_not_wait),
		TEST(logins_share_a_sync),
		TEST(limited_uses__use_whose_sync_fails_is_refused_and_counts),
		TEST(failure_of_one_sync_is_mended_before_the_reply),
		TEST(client_that_leaves_is_forgotten_and_its_use_counts),
		TEST(revocation__logins_with_new_secret_wait_until_the_former_ended_on_disk),
		TEST(revocation__new_secret_is_refused_until_the_former_ended_on_disk),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
