/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The world's time is not the machine's, by which the timer goes: at NOON all its times have
 * passed, and LATER none will.
 */
#include "patd/requests/deadline_timer.h"
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/world.h"

#define LATER UINT64_C(4102444800) /* 2100 */

struct timer_world {
	struct world world; /* first: the world's functions take it */
	sd_event *event;
	struct deadline_timer *timer;
	unsigned int notified;
	struct token last; /* that was notified */
};

static void on_event(enum token_event event, const struct token *token, void *userdata)
{
	struct timer_world *w = userdata;

	if (event != TOKEN_CHANGED)
		return;
	w->notified++;
	w->last = *token;
}

static void begin(struct timer_world *w)
{
	assert_int_equal(deadline_timer_new(w->event, w->world.tokens, &w->timer), 0);
}

static void turn(struct timer_world *w)
{
	for (int i = 0; i < 10; i++)
		assert_true(sd_event_run(w->event, 0) >= 0);
}

static bool is_idle(struct timer_world *w)
{
	turn(w);
	return sd_event_run(w->event, 0) == 0;
}

static struct made generate(struct timer_world *w, const char *name, uint64_t lifetime)
{
	struct token_request request = request_for(&alice, name);
	struct made made;

	request.has_lifetime = true;
	request.lifetime = lifetime;
	world_generate_request(&w->world, &request, &made);
	return made;
}

static void expiry_notified_when_it_comes(void **state)
{
	struct timer_world *w = *state;

	(void)generate(w, "first", 10);
	(void)generate(w, "second", 20);
	begin(w);
	turn(w);
	assert_int_equal(w->notified, 0);
	w->world.time = NOON + 10;
	turn(w);
	assert_int_equal(w->notified, 1);
	assert_string_equal(w->last.name, "first");
	w->world.time = NOON + 20;
	assert_true(is_idle(w));
	assert_int_equal(w->notified, 2);
	assert_string_equal(w->last.name, "second");
}

static void earlier_expiry_not_notified(void **state)
{
	struct timer_world *w = *state;

	(void)generate(w, "laptop", 10);
	w->world.time = NOON + 11;
	begin(w);
	assert_true(is_idle(w));
	assert_int_equal(w->notified, 0);
}

static void loop_idle_until_distant_expiry(void **state)
{
	struct timer_world *w = *state;

	w->world.time = LATER;
	(void)generate(w, "laptop", 10);
	begin(w);
	assert_true(is_idle(w));
	deadline_timer_consider(w->timer, LATER + 5);
	assert_true(is_idle(w));
	assert_int_equal(w->notified, 0);
}

static void no_timer_without_expiry(void **state)
{
	struct timer_world *w = *state;

	begin(w);
	deadline_timer_consider(w->timer, 0);
	assert_true(is_idle(w));
	deadline_timer_consider(w->timer, 0);
	assert_true(is_idle(w));
}

static void later_tokens_notified_in_order_of_expiry(void **state)
{
	struct timer_world *w = *state;
	struct made made;

	begin(w);
	assert_true(is_idle(w));
	made = generate(w, "later", 20);
	deadline_timer_consider(w->timer, made.token.expires_at);
	made = generate(w, "sooner", 10);
	deadline_timer_consider(w->timer, made.token.expires_at);
	w->world.time = NOON + 10;
	turn(w);
	assert_int_equal(w->notified, 1);
	assert_string_equal(w->last.name, "sooner");
	w->world.time = NOON + 20;
	assert_true(is_idle(w));
	assert_int_equal(w->notified, 2);
	assert_string_equal(w->last.name, "later");
}

/* One that ends sooner may be in the database. */
static void new_token_does_not_delay_earlier_expiry(void **state)
{
	struct timer_world *w = *state;

	(void)generate(w, "laptop", 10);
	begin(w);
	deadline_timer_consider(w->timer, LATER);
	turn(w);
	w->world.time = NOON + 10;
	turn(w);
	assert_int_equal(w->notified, 1);
}

/* Until there is another token. */
static void failing_database_not_polled(void **state)
{
	struct timer_world *w = *state;

	(void)generate(w, "laptop", 10);
	begin(w);
	world_edit(&w->world, "ALTER TABLE token RENAME TO gone");
	logged_clear();
	assert_true(is_idle(w));
	assert_logged("the database failed");
	world_edit(&w->world, "ALTER TABLE gone RENAME TO token");
	w->world.time = NOON + 10;
	assert_true(is_idle(w));
	assert_int_equal(w->notified, 0);
	deadline_timer_consider(w->timer, NOON + 30);
	turn(w);
	assert_int_equal(w->notified, 1);
}

static int set_up(void **state)
{
	struct timer_world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	world_make(&w->world);
	assert_int_equal(sd_event_new(&w->event), 0);
	world_listen(&w->world, on_event, w);
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct timer_world *w = *state;

	deadline_timer_free(w->timer);
	sd_event_unref(w->event);
	world_end(&w->world);
	free(w);
	return 0;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(expiry_notified_when_it_comes),
		TEST(earlier_expiry_not_notified),
		TEST(loop_idle_until_distant_expiry),
		TEST(no_timer_without_expiry),
		TEST(later_tokens_notified_in_order_of_expiry),
		TEST(new_token_does_not_delay_earlier_expiry),
		TEST(failing_database_not_polled),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
