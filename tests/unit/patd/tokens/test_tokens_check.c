/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a check of a token says, to whom, and that it changes nothing. */
#include <stdlib.h>
#include <time.h>

#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/world.h"

struct answer {
	enum pat_error error;
	enum pat_verdict verdicts[PAT_VERDICTS];
	unsigned int n;
};

static struct answer check_account(struct world *world, const struct caller *caller,
	const struct made *made, const char *service, const char *rhost, uint32_t account)
{
	const struct pat_request request = request_with(made->secret, &alice);
	struct answer answer = { 0 };

	answer.error = tokens_check(world->tokens, caller, &made->token.id, &request.digest,
		service, rhost, account, answer.verdicts, &answer.n, &world->refusal);
	return answer;
}

static struct answer check(struct world *world, const struct caller *caller,
	const struct made *made, const char *service, const char *rhost)
{
	return check_account(world, caller, made, service, rhost, PAT_ACCOUNT_SEEN);
}

static void assert_says(const struct answer *answer, const enum pat_verdict *verdicts, size_t n)
{
	assert_int_equal(answer->error, PAT_OK);
	assert_int_equal(answer->n, n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(answer->verdicts[i], verdicts[i]);
}

static void check_of_working_token_has_no_verdict(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	struct answer answer = check(world, &alice, &made, NULL, NULL);

	assert_says(&answer, NULL, 0);
	answer = check(world, &root, &made, "sshd", "192.0.2.7");
	assert_says(&answer, NULL, 0);
}

static void check_names_all_reasons_in_order(void **state)
{
	static const enum pat_verdict all[] = { PAT_ROTATED, PAT_NOT_ALLOWED, PAT_REVOKED,
		PAT_DISABLED, PAT_EXPIRED, PAT_WRONG_SERVICE, PAT_WRONG_SOURCE, PAT_OUT_OF_HOURS,
		PAT_EXHAUSTED };
	struct world *world = *state;
	struct token_request request = request_for(&alice, "laptop");
	struct made made;
	struct answer answer;

	request.restrictions[PAT_SERVICES].text = "su";
	request.restrictions[PAT_SOURCES].text = "local";
	request.restrictions[PAT_HOURS].text = "Tue";
	request.restrictions[PAT_MAX_USES].number = 2;
	world_generate_request(world, &request, &made);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
	(void)world_rotate(world, &made, DAY);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
	assert_int_equal(
		tokens_disable(world->tokens, &root, "alice", NULL, &world->refusal), PAT_OK);
	assert_int_equal(world_revoke(world, &made), PAT_OK);
	world->time = NOON + 30 * DAY; /* a Thursday */
	answer = check(world, &alice, &made, "polkit-1", "192.0.2.7");
	assert_says(&answer, all, COUNT(all));
	/* Of what is not asked about nothing is said. */
	answer = check(world, &alice, &made, NULL, NULL);
	assert_int_equal(answer.n, COUNT(all) - 3);
}

static void check_judges_service_and_source_only_when_given(void **state)
{
	static const enum pat_verdict service[] = { PAT_WRONG_SERVICE };
	static const enum pat_verdict source[] = { PAT_WRONG_SOURCE };
	struct world *world = *state;
	struct token_request request = request_for(&alice, "laptop");
	struct made made;
	struct answer answer;

	request.restrictions[PAT_SERVICES].text = "sudo";
	request.restrictions[PAT_SOURCES].text = "192.0.2.0/24";
	world_generate_request(world, &request, &made);
	answer = check(world, &alice, &made, "sudo", "192.0.2.7");
	assert_says(&answer, NULL, 0);
	answer = check(world, &alice, &made, "sshd", NULL);
	assert_says(&answer, service, 1);
	answer = check(world, &alice, &made, NULL, "198.51.100.1");
	assert_says(&answer, source, 1);
	answer = check(world, &alice, &made, NULL, ""); /* local */
	assert_says(&answer, source, 1);
}

/* As a login would be. */
static void scope__check_judges_a_service_that_is_not_local(void **state)
{
	static const enum pat_verdict source[] = { PAT_WRONG_SOURCE };
	static const struct {
		const char *service, *rhost;
		bool permitted;
	} rows[] = {
		{ NULL, "", true },
		{ "sudo", "", true },
		{ "login", "", true },
		{ "monit", "", false },
		{ "sshd", "", false },
		{ "sudo", "unknown", false },
		{ NULL, "UNKNOWN", false },
		{ "sudo", "localhost", false },
		{ "monit", "192.0.2.7", true },
		{ "monit", NULL, true },
	};
	struct world *world = *state;
	struct token_request request = request_for(&alice, "laptop");
	struct made made;

	request.restrictions[PAT_SOURCES].text = "local,192.0.2.0/24";
	world_generate_request(world, &request, &made);
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct answer answer =
			check(world, &alice, &made, rows[i].service, rows[i].rhost);

		assert_says(&answer, source, rows[i].permitted ? 0 : 1);
	}
}

static void check_judges_the_account_as_a_login_does(void **state)
{
	static const enum pat_verdict closed[] = { PAT_ACCOUNT_CLOSED };
	static const struct {
		uint32_t account;
		bool deny_locked, closed;
	} cases[] = {
		{ PAT_ACCOUNT_SEEN, false, false },
		{ PAT_ACCOUNT_SEEN, true, false },
		{ PAT_ACCOUNT_SEEN | PAT_ACCOUNT_EXPIRED, false, true },
		{ PAT_ACCOUNT_SEEN | PAT_ACCOUNT_LOCKED, false, false },
		{ PAT_ACCOUNT_SEEN | PAT_ACCOUNT_LOCKED, true, true },
		{ 0, false, false },
		{ 0, true, true },
	};
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct answer answer;

		world->policy.deny_locked = cases[i].deny_locked;
		world_apply_policy(world);
		answer = check_account(world, &root, &made, "sshd", NULL, cases[i].account);
		assert_says(&answer, closed, cases[i].closed ? 1 : 0);
	}
}

/* Else it would be a way to guess, or to find out whose a token is. */
static void check_answers_only_owner_and_root(void **state)
{
	static const struct caller heir = { .uid = 1000, .user = "anna" };
	static const struct caller manager = {
		.uid = 1001, .user = "bob", .granted = 1U << ACTION_MANAGE_OTHERS
	};
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	assert_int_equal(check(world, &bob, &made, NULL, NULL).error, PAT_ERR_NOT_FOUND);
	assert_int_equal(check(world, &heir, &made, NULL, NULL).error, PAT_ERR_NOT_FOUND);
	assert_int_equal(check(world, &manager, &made, NULL, NULL).error, PAT_ERR_NOT_FOUND);
	assert_int_equal(check(world, &root, &made, NULL, NULL).error, PAT_OK);
}

static void check_with_wrong_secret_finds_no_token(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	struct made other = world_generate(world, &alice, "other");
	struct made wrong = made;

	(void)strcpy(wrong.secret, other.secret);
	assert_int_equal(check(world, &alice, &wrong, NULL, NULL).error, PAT_ERR_NOT_FOUND);
	assert_int_equal(check(world, &root, &wrong, NULL, NULL).error, PAT_ERR_NOT_FOUND);
	(void)strcpy(wrong.token.id.text, "0000000000");
	assert_int_equal(check(world, &root, &wrong, NULL, NULL).error, PAT_ERR_NOT_FOUND);
	world_edit(world, "UPDATE token SET expires_at = 0 WHERE name = 'laptop'");
	assert_int_equal(check(world, &alice, &made, NULL, NULL).error, PAT_ERR_NOT_FOUND);
	world_edit(world, "UPDATE token SET mac = x'00' WHERE name = 'other'");
	assert_int_equal(check(world, &alice, &other, NULL, NULL).error, PAT_ERR_STORAGE);
}

/* Unlike a login, which revokes what was unused for too long, and leaves an entry. */
static void check_changes_nothing(void **state)
{
	static const enum pat_verdict revoked[] = { PAT_REVOKED };
	struct world *world = *state;
	struct made old = world_generate(world, &alice, "laptop");
	struct made new = world_rotate(world, &old, 10 * DAY);
	struct token before = world_find(world, &new), after;
	uint64_t entries = world_check_history(world);
	struct answer answer;

	assert_int_equal(check(world, &alice, &new, "sshd", "192.0.2.7").n, 0);
	/* The one before works on. */
	assert_int_equal(check(world, &alice, &old, "sshd", "192.0.2.7").n, 0);
	world->policy.revoke_unused = DAY;
	world_apply_policy(world);
	world->time = NOON + DAY;
	answer = check(world, &alice, &new, NULL, NULL);
	assert_says(&answer, revoked, 1);
	tokens_commit_usage(world->tokens);
	after = world_find(world, &new);
	assert_memory_equal(&after, &before, sizeof(after));
	assert_int_equal(world_check_history(world), entries);
	assert_int_equal(world_ask(world, "SELECT count(*) FROM seen"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(check_of_working_token_has_no_verdict),
		WORLD_TEST(check_names_all_reasons_in_order),
		WORLD_TEST(check_judges_service_and_source_only_when_given),
		WORLD_TEST(scope__check_judges_a_service_that_is_not_local),
		WORLD_TEST(check_judges_the_account_as_a_login_does),
		WORLD_TEST(check_answers_only_owner_and_root),
		WORLD_TEST(check_with_wrong_secret_finds_no_token),
		WORLD_TEST(check_changes_nothing),
	};

	if (setenv("TZ", "UTC", 1) < 0)
		return 1;
	tzset();
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
