/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events that are told later, each once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-event.h>

#include "patd/requests/event_queue.h"
#include "tests/unit/patd/logged.h"

struct scene {
	sd_event *event;
	struct event_queue *queue;
	unsigned int tokens, used, entries;
	struct pat_id last;
	char user[64];
};

static void on_token(enum token_event event, const struct pat_id *id, void *userdata)
{
	struct scene *scene = userdata;

	scene->tokens++;
	scene->used += event == TOKEN_USED;
	scene->last = *id;
}

static void on_entry(bool by_name, uint32_t uid, const char *user, void *userdata)
{
	struct scene *scene = userdata;

	scene->entries++;
	(void)snprintf(scene->user, sizeof(scene->user), "%d:%u:%s", by_name, uid, user);
}

static int set_up(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	const struct event_sink sink = { on_token, on_entry, scene };

	assert_non_null(scene);
	assert_true(sd_event_new(&scene->event) >= 0);
	assert_int_equal(event_queue_new(scene->event, &sink, &scene->queue), 0);
	*state = scene;
	return 0;
}

static int tear_down(void **state)
{
	struct scene *scene = *state;

	event_queue_free(scene->queue);
	sd_event_unref(scene->event);
	free(scene);
	return 0;
}

static struct pat_id id_of(unsigned int number)
{
	struct pat_id id;

	(void)snprintf(id.text, sizeof(id.text), "%010u", number);
	return id;
}

static void put(struct scene *scene, enum token_event event, unsigned int number)
{
	const struct pat_id id = id_of(number);

	event_queue_token(scene->queue, event, &id);
}

static void turn(struct scene *scene)
{
	int r;

	do {
		r = sd_event_run(scene->event, 5000);
		assert_true(r >= 0);
	} while (r > 0);
}

static void events_are_told_in_a_later_turn_each_once(void **state)
{
	struct scene *scene = *state;

	for (unsigned int i = 0; i < 100; i++) {
		put(scene, TOKEN_USED, 1);
		event_queue_entry(scene->queue, false, 1000, "alice");
	}
	assert_int_equal(scene->tokens + scene->entries, 0);
	turn(scene);
	assert_int_equal(scene->tokens, 1);
	assert_string_equal(scene->last.text, "0000000001");
	assert_int_equal(scene->entries, 1);
	assert_string_equal(scene->user, "0:1000:alice");
}

static void token_that_is_used_again_is_told_again_after_a_while(void **state)
{
	struct scene *scene = *state;

	put(scene, TOKEN_USED, 1);
	turn(scene);
	put(scene, TOKEN_USED, 1);
	assert_int_equal(scene->tokens, 1);
	while (scene->tokens == 1)
		assert_true(sd_event_run(scene->event, 10 * 1000000) > 0);
	assert_int_equal(scene->tokens, 2);
}

static void use_is_told_though_a_change_came_first(void **state)
{
	struct scene *scene = *state;

	put(scene, TOKEN_BULK_CHANGED, 1);
	put(scene, TOKEN_USED, 1);
	put(scene, TOKEN_USED, 2);
	put(scene, TOKEN_BULK_CHANGED, 2);
	turn(scene);
	assert_int_equal(scene->tokens, 2);
	assert_int_equal(scene->used, 2);
}

/* Each as often as there are, in turns of a few. */
static void thousand_tokens_are_told_over_many_turns(void **state)
{
	struct scene *scene = *state;
	unsigned int turns = 0;

	for (unsigned int i = 0; i < EVENTS_MAX + 100; i++)
		put(scene, TOKEN_BULK_CHANGED, i * 7919);
	while (scene->tokens < EVENTS_MAX) {
		assert_true(sd_event_run(scene->event, 10 * 1000000) > 0);
		turns++;
	}
	assert_true(turns > 10);
	turn(scene);
	assert_int_equal(scene->tokens, EVENTS_MAX);
}

/* As many as there are owners, also above what is kept. */
static void every_owner_is_told(void **state)
{
	struct scene *scene = *state;
	char user[16];

	for (uint32_t uid = 0; uid < 200; uid++) {
		(void)snprintf(user, sizeof(user), "user%u", uid);
		event_queue_entry(scene->queue, false, uid, user);
	}
	event_queue_entry(scene->queue, true, 0, "user0");
	turn(scene);
	assert_int_equal(scene->entries, 201);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(events_are_told_in_a_later_turn_each_once),
		TEST(token_that_is_used_again_is_told_again_after_a_while),
		TEST(use_is_told_though_a_change_came_first),
		TEST(thousand_tokens_are_told_over_many_turns),
		TEST(every_owner_is_told),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
