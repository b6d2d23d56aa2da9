/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Look-ups, each of which takes as long as the test wants. */
#include "front/bus/lookups.h"

#include <errno.h>
#include <pwd.h>
#include <semaphore.h>
#include <string.h>

#include "tests/unit/front/subuid.h"

static sd_event *event;
static struct place place;
static struct subids *subids;
static struct accounts *accounts;
static struct lookups *lookups;
static sem_t begun, released;
static unsigned int ended;

/* In place of libc's. */
int getpwuid_r(uid_t uid, struct passwd *entry, char *buffer, size_t size, struct passwd **ret)
{
	(void)uid;
	(void)entry;
	(void)buffer;
	(void)size;
	*ret = NULL;
	sem_post(&begun);
	while (sem_wait(&released) < 0)
		assert_int_equal(errno, EINTR);
	return 0;
}

static void on_done(struct lookup *lookup)
{
	(void)lookup;
	ended++;
}

static void ask(struct lookup *lookup, struct account *account)
{
	*lookup = (struct lookup) { .account = account, .done = on_done };
	lookups_ask(lookups, lookup);
}

static void wait_until_begun(void)
{
	while (sem_wait(&begun) < 0)
		assert_int_equal(errno, EINTR);
}

static void wait_until_ended(unsigned int n)
{
	while (ended < n)
		assert_true(sd_event_run(event, UINT64_MAX) >= 0);
}

static void cancelled_look_up_never_runs(void **state)
{
	struct account *alice = accounts_get(accounts, 1000);
	struct lookup first, second, third;

	(void)state;
	ask(&first, alice);
	ask(&second, alice);
	ask(&third, alice);
	wait_until_begun();
	assert_false(lookups_cancel(&first));
	assert_true(lookups_cancel(&second));
	memset(&second, 0xff, sizeof(second));
	sem_post(&released);
	wait_until_ended(1);
	wait_until_begun();
	sem_post(&released);
	wait_until_ended(2);
	assert_int_equal(sem_trywait(&begun), -1);
	account_unref(alice);
}

static void account_has_one_look_up_at_a_time_also_after_its_clients_have_gone(void **state)
{
	struct account *alice = accounts_get(accounts, 1000), *bob = accounts_get(accounts, 1001);
	struct lookup first, second, bobs;

	(void)state;
	ask(&first, alice);
	account_unref(alice);
	wait_until_begun();
	alice = accounts_get(accounts, 1000);
	assert_ptr_equal(first.account, alice);
	ask(&second, alice);
	ask(&bobs, bob);
	wait_until_begun(); /* it is bob's */
	assert_true(lookups_cancel(&second));
	assert_false(lookups_cancel(&bobs));
	sem_post(&released);
	sem_post(&released);
	wait_until_ended(2);
	account_unref(alice);
	account_unref(bob);
}

static int set_up(void **state)
{
	(void)state;
	ended = 0;
	assert_int_equal(sem_init(&begun, 0, 0), 0);
	assert_int_equal(sem_init(&released, 0, 0), 0);
	place_make(&place);
	assert_int_equal(sd_event_new(&event), 0);
	subids = subuid_of_games(event, &place);
	assert_int_equal(accounts_new(subids, &accounts), 0);
	return lookups_new(event, &lookups);
}

static int tear_down(void **state)
{
	(void)state;
	lookups_free(lookups);
	accounts_free(accounts);
	subids_free(subids);
	sd_event_unref(event);
	place_remove(&place);
	return 0;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(cancelled_look_up_never_runs),
		TEST(account_has_one_look_up_at_a_time_also_after_its_clients_have_gone),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
