/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of patd/tokens/uses: no use is lost, whatever ends patd. */
#include <sys/wait.h>

#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/world.h"

/* patd starts, does that, and is killed. */
static void killed_after(struct world *world,
	void (*fn)(struct world *world, const struct made *made), const struct made *made)
{
	pid_t child;
	int status;

	world_stop(world);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		world_start(world);
		fn(world, made);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	world_start(world);
}

static struct made generate_limited(struct world *world, const char *name, uint64_t max_uses)
{
	struct token_request request = request_for(&alice, name);
	struct made made;

	request.restrictions[PAT_MAX_USES].number = max_uses;
	world_generate_request(world, &request, &made);
	return made;
}

static enum pat_verdict log_in_from(
	struct world *world, const struct made *made, const char *service, const char *rhost)
{
	struct pat_request request = request_with(made->secret, &alice);

	assert_true(pat_field_set(request.service, sizeof(request.service), service));
	assert_true(pat_field_set(request.rhost, sizeof(request.rhost), rhost));
	return world_verify(world, &request).verdict;
}

static void use_three_times(struct world *world, const struct made *made)
{
	assert_int_equal(log_in_from(world, made, "sshd", "192.0.2.7"), PAT_ACCEPTED);
	assert_int_equal(log_in_from(world, made, "sudo", "192.0.2.8"), PAT_ACCEPTED);
	assert_int_equal(log_in_from(world, made, "sudo", "198.51.100.1"), PAT_ACCEPTED);
}

static void uses_survive_a_kill(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	struct token token;

	killed_after(world, use_three_times, &made);
	token = world_find(world, &made);
	assert_int_equal(token.uses, 3);
	assert_int_equal(token.last_used_at, NOON);
	assert_string_equal(token.last_used_service, "sudo");
	assert_string_equal(token.last_used_from, "198.51.100.1");
	assert_int_equal(world_state(world, &made), TOKEN_ACTIVE);
	assert_int_equal(world_check_history(world), 4);
	/* In the database, too. */
	assert_int_equal(world_ask(world, "SELECT uses FROM token"), 3);
	assert_int_equal(world_ask(world, "SELECT count(*) FROM history WHERE event = 1"), 3);
}

static void places_of_use_survive_a_kill(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	killed_after(world, use_three_times, &made);
	assert_int_equal(log_in_from(world, &made, "sshd", "192.0.2.99"), PAT_ACCEPTED);
	assert_false(world_last_entry(world).new_service);
	assert_false(world_last_entry(world).new_network);
	assert_int_equal(log_in_from(world, &made, "login", "203.0.113.1"), PAT_ACCEPTED);
	assert_true(world_last_entry(world).new_service);
	assert_true(world_last_entry(world).new_network);
}

/* Again and again, with a start that finds what it has taken already. */
static void each_use_counts_once(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	for (unsigned int i = 1; i <= 4; i++) {
		killed_after(world, use_three_times, &made);
		if (i == 2)
			world_restart(world);
		assert_int_equal(world_find(world, &made).uses, 3 * i);
		assert_int_equal(world_check_history(world), 1 + 3 * i);
	}
}

static void use_once(struct world *world, const struct made *made)
{
	struct pat_request request = request_with(made->secret, &alice);
	struct pat_reply reply;

	/* Killed right after the reply: nothing is committed at the end of the turn. */
	tokens_verify(world->tokens, 0, &request, &reply);
	assert_int_equal(reply.verdict, PAT_ACCEPTED);
}

static void limited_uses__limited_use_survives_a_kill_after_its_verdict(void **state)
{
	struct world *world = *state;
	struct made made = generate_limited(world, "twice", 2);

	killed_after(world, use_once, &made);
	assert_int_equal(world_find(world, &made).uses, 1);
	killed_after(world, use_once, &made);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_EXHAUSTED);
	(void)world_check_history(world);
}

static void use_new_secret(struct world *world, const struct made *made)
{
	assert_int_equal(world_log_in(world, &alice, made), PAT_ACCEPTED);
}

static void former_secret_stays_ended_after_a_kill(void **state)
{
	struct world *world = *state;
	struct made old = world_generate(world, &alice, "laptop");
	struct made new = world_rotate(world, &old, DAY);

	killed_after(world, use_new_secret, &new);
	assert_int_equal(world_log_in(world, &alice, &old), PAT_ROTATED);
	assert_int_equal(world_log_in(world, &alice, &new), PAT_ACCEPTED);
}

static void use_and_change(struct world *world, const struct made *made)
{
	use_three_times(world, made);
	assert_int_equal(world_revoke(world, made), PAT_OK);
	assert_int_equal(log_in_from(world, made, "sudo", ""), PAT_REVOKED);
	assert_int_equal(world_restore(world, made), PAT_OK);
	use_three_times(world, made);
}

static void changes_among_uses_survive_a_kill(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	killed_after(world, use_and_change, &made);
	assert_int_equal(world_find(world, &made).uses, 6);
	assert_int_equal(world_check_history(world), 10);
	assert_int_equal(world_state(world, &made), TOKEN_ACTIVE);
}

static void delete_after_use(struct world *world, const struct made *made)
{
	use_three_times(world, made);
	assert_int_equal(world_revoke(world, made), PAT_OK);
	assert_int_equal(world_delete(world, made), PAT_OK);
}

static void deleted_token_is_not_brought_back_by_its_uses(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	killed_after(world, delete_after_use, &made);
	assert_int_equal(world_ask(world, "SELECT count(*) FROM token"), 0);
	assert_int_equal(world_ask(world, "SELECT count(*) FROM seen"), 0);
	assert_int_equal(world_check_history(world), 6);
}

static void altered_token_stays_so_after_its_uses(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	world_stop(world);
	world_start(world);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
	world_edit(world, "UPDATE token SET expires_at = 0");
	world_restart(world);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_WRONG);
	assert_int_equal(world_state(world, &made), TOKEN_ALTERED);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_WRONG);
}

/* More than are kept in memory. */
static void uses_of_many_tokens_are_all_counted(void **state)
{
	enum {
		MANY = 1100
	};
	struct world *world = *state;
	struct made *made = calloc(MANY, sizeof(*made));
	char name[16];

	assert_non_null(made);
	world->policy.max_tokens = POLICY_UNLIMITED;
	world_apply_policy(world);
	for (unsigned int i = 0; i < MANY; i++) {
		(void)snprintf(name, sizeof(name), "name %u", i);
		made[i] = world_generate(world, &alice, name);
	}
	for (unsigned int round = 1; round <= 3; round++)
		for (unsigned int i = 0; i < MANY; i++) {
			assert_int_equal(world_log_in(world, &alice, &made[i]), PAT_ACCEPTED);
			assert_int_equal(world_find(world, &made[i]).uses, round);
		}
	world_restart(world);
	assert_int_equal(world_ask(world, "SELECT count(*) FROM token WHERE uses = 3"), MANY);
	(void)world_check_history(world);
	free(made);
}

static void lists_have_the_latest_uses(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	use_three_times(world, &made);
	assert_int_equal(world_ask(world, "SELECT uses FROM token"), 0);
	assert_int_equal(world_find(world, &made).uses, 3);
	assert_int_equal(world_last_entry(world).event, ENTRY_USED);
	assert_string_equal(world_last_entry(world).rhost, "198.51.100.1");
	assert_int_equal(world_check_history(world), 4);
}

/* patd starts, limits hold, and nothing is lost. */
static void uses_of_an_earlier_patd_count_on_a_disk_that_takes_nothing(void **state)
{
	struct world *world = *state;
	struct made limited = generate_limited(world, "once", 1);
	struct made made = world_generate(world, &alice, "laptop");

	killed_after(world, use_once, &limited);
	killed_after(world, use_three_times, &made);
	killed_after(world, use_three_times, &made);
	world_stop(world);
	world_edit(world, "UPDATE meta SET value = 0 WHERE key = 'usage'");
	world_disk(false);
	world_start(world);
	assert_int_equal(world_log_in(world, &alice, &limited), PAT_EXHAUSTED);
	assert_int_equal(world_find(world, &made).uses, 6);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
	world_disk(true);
	(void)world_check_history(world);
	world_restart(world);
	assert_int_equal(world_find(world, &limited).uses, 1);
	assert_true(world_find(world, &made).uses >= 6);
	(void)world_check_history(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(uses_survive_a_kill),
		WORLD_TEST(places_of_use_survive_a_kill),
		WORLD_TEST(each_use_counts_once),
		WORLD_TEST(limited_uses__limited_use_survives_a_kill_after_its_verdict),
		WORLD_TEST(former_secret_stays_ended_after_a_kill),
		WORLD_TEST(changes_among_uses_survive_a_kill),
		WORLD_TEST(deleted_token_is_not_brought_back_by_its_uses),
		WORLD_TEST(altered_token_stays_so_after_its_uses),
		WORLD_TEST(uses_of_many_tokens_are_all_counted),
		WORLD_TEST(lists_have_the_latest_uses),
		WORLD_TEST(uses_of_an_earlier_patd_count_on_a_disk_that_takes_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
