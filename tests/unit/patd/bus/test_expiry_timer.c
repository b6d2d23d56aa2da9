/*
 * The world's time is not the machine's, by which the timer goes: at NOON all its times have
 * passed, and LATER none will.
 */
#include "patd/bus/expiry_timer.h"
#include "tests/unit/patd/heard.h"
#include "tests/unit/patd/world.h"

#define LATER UINT64_C(4102444800) /* 2100 */

struct timer_world {
	struct world world; /* first: the world's functions take it */
	sd_event *event;
	struct expiry_timer *timer;
	unsigned int told;
	struct token last; /* that was told of */
};

static void hear(enum token_event event, const struct token *token, void *userdata)
{
	struct timer_world *w = userdata;

	if (event != TOKEN_CHANGED)
		return;
	w->told++;
	w->last = *token;
}

static void begin(struct timer_world *w)
{
	assert_int_equal(expiry_timer_new(w->event, w->world.tokens, &w->timer), 0);
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

static void an_end_is_told_when_it_comes(void **state)
{
	struct timer_world *w = *state;

	(void)generate(w, "first", 10);
	(void)generate(w, "second", 20);
	begin(w);
	turn(w);
	assert_int_equal(w->told, 0);
	w->world.time = NOON + 10;
	turn(w);
	assert_int_equal(w->told, 1);
	assert_string_equal(w->last.name, "first");
	w->world.time = NOON + 20;
	assert_true(is_idle(w));
	assert_int_equal(w->told, 2);
	assert_string_equal(w->last.name, "second");
}

static void what_had_ended_before_is_not_told(void **state)
{
	struct timer_world *w = *state;

	(void)generate(w, "laptop", 10);
	w->world.time = NOON + 11;
	begin(w);
	assert_true(is_idle(w));
	assert_int_equal(w->told, 0);
}

static void an_end_far_away_does_not_turn_the_loop(void **state)
{
	struct timer_world *w = *state;

	w->world.time = LATER;
	(void)generate(w, "laptop", 10);
	begin(w);
	assert_true(is_idle(w));
	expiry_timer_consider(w->timer, LATER + 5);
	assert_true(is_idle(w));
	assert_int_equal(w->told, 0);
}

static void what_never_ends_needs_no_timer(void **state)
{
	struct timer_world *w = *state;

	begin(w);
	expiry_timer_consider(w->timer, 0);
	assert_true(is_idle(w));
	expiry_timer_consider(w->timer, 0);
	assert_true(is_idle(w));
}

static void a_token_made_meanwhile_is_told_of_in_its_turn(void **state)
{
	struct timer_world *w = *state;
	struct made made;

	begin(w);
	assert_true(is_idle(w));
	made = generate(w, "later", 20);
	expiry_timer_consider(w->timer, made.token.expires_at);
	made = generate(w, "sooner", 10);
	expiry_timer_consider(w->timer, made.token.expires_at);
	w->world.time = NOON + 10;
	turn(w);
	assert_int_equal(w->told, 1);
	assert_string_equal(w->last.name, "sooner");
	w->world.time = NOON + 20;
	assert_true(is_idle(w));
	assert_int_equal(w->told, 2);
	assert_string_equal(w->last.name, "later");
}

/* One that ends sooner may be in the database. */
static void a_token_made_at_once_does_not_put_off_the_others(void **state)
{
	struct timer_world *w = *state;

	(void)generate(w, "laptop", 10);
	begin(w);
	expiry_timer_consider(w->timer, LATER);
	turn(w);
	w->world.time = NOON + 10;
	turn(w);
	assert_int_equal(w->told, 1);
}

/* Until there is another token. */
static void a_database_that_fails_is_not_asked_again_and_again(void **state)
{
	struct timer_world *w = *state;

	(void)generate(w, "laptop", 10);
	begin(w);
	world_edit(&w->world, "ALTER TABLE token RENAME TO gone");
	heard_clear();
	assert_true(is_idle(w));
	assert_heard("the database failed");
	world_edit(&w->world, "ALTER TABLE gone RENAME TO token");
	w->world.time = NOON + 10;
	assert_true(is_idle(w));
	assert_int_equal(w->told, 0);
	expiry_timer_consider(w->timer, NOON + 30);
	turn(w);
	assert_int_equal(w->told, 1);
}

static int set_up(void **state)
{
	struct timer_world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	world_make(&w->world);
	assert_int_equal(sd_event_new(&w->event), 0);
	world_listen(&w->world, hear, w);
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct timer_world *w = *state;

	expiry_timer_free(w->timer);
	sd_event_unref(w->event);
	world_end(&w->world);
	free(w);
	return 0;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_end_is_told_when_it_comes),
		TEST(what_had_ended_before_is_not_told),
		TEST(an_end_far_away_does_not_turn_the_loop),
		TEST(what_never_ends_needs_no_timer),
		TEST(a_token_made_meanwhile_is_told_of_in_its_turn),
		TEST(a_token_made_at_once_does_not_put_off_the_others),
		TEST(a_database_that_fails_is_not_asked_again_and_again),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
