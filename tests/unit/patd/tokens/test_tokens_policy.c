/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What patd.conf allows: when a token is generated, and of each that there is. */
#include "common/lifetime.h"
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/world.h"

static enum pat_error generate(
	struct world *world, const struct token_request *request, struct made *ret_made)
{
	world->refusal = (struct refusal) { 0 };
	return tokens_generate(
		world->tokens, &root, request, &ret_made->token, ret_made->secret, &world->refusal);
}

/* ---- generate ---- */

static void generate_refuses_what_the_policy_forbids(void **state)
{
	static const struct {
		const char *what;
		uint64_t max_lifetime, default_lifetime;
		bool no_never;
		bool has_lifetime, has_expires_at; /* the wish */
		uint64_t lifetime, expires_at;
		enum pat_error error;
		uint64_t result;
	} table[] = {
		{ "nothing said", .default_lifetime = 5 * DAY, .result = NOON + 5 * DAY },
		{ "nothing said, at most that", .default_lifetime = DAY, .max_lifetime = DAY,
			.result = NOON + DAY },
		{ "less than the most", .max_lifetime = DAY, .has_lifetime = true, .lifetime = 1,
			.result = NOON + 1 },
		{ "the most", .max_lifetime = DAY, .has_lifetime = true, .lifetime = DAY,
			.result = NOON + DAY },
		{ "a second more", .max_lifetime = DAY, .has_lifetime = true, .lifetime = DAY + 1,
			.error = PAT_ERR_AGAINST_POLICY },
		{ "until the most", .max_lifetime = DAY, .has_expires_at = true,
			.expires_at = NOON + DAY, .result = NOON + DAY },
		{ "until a second more", .max_lifetime = DAY, .has_expires_at = true,
			.expires_at = NOON + DAY + 1, .error = PAT_ERR_AGAINST_POLICY },
		{ "never, where there is a most", .max_lifetime = DAY, .has_expires_at = true,
			.error = PAT_ERR_AGAINST_POLICY },
		{ "never, where it is not allowed", .no_never = true, .has_expires_at = true,
			.error = PAT_ERR_AGAINST_POLICY },
		{ "long, where only never is not allowed", .no_never = true, .has_expires_at = true,
			.expires_at = PAT_EXPIRES_MAX, .result = PAT_EXPIRES_MAX },
		{ "never, where it is allowed", .has_expires_at = true, .result = PAT_NEVER },
	};
	struct world *world = *state;

	for (size_t i = 0; i < COUNT(table); i++) {
		struct token_request request = request_for(&alice, table[i].what);
		struct made made = { .secret = "untouched" };

		world->policy = policy_default;
		world->policy.max_lifetime = table[i].max_lifetime;
		world->policy.allow_never = !table[i].no_never;
		if (table[i].default_lifetime)
			world->policy.default_lifetime = table[i].default_lifetime;
		world_apply_policy(world);
		request.has_lifetime = table[i].has_lifetime;
		request.lifetime = table[i].lifetime;
		request.has_expires_at = table[i].has_expires_at;
		request.expires_at = table[i].expires_at;
		/* Before anybody is asked for a password. */
		assert_that(tokens_may_generate(world->tokens, &alice, &request, &world->refusal) ==
				    (table[i].error ? table[i].error : PAT_ERR_DENIED),
			"%s", table[i].what);
		assert_that(
			generate(world, &request, &made) == table[i].error, "%s", table[i].what);
		if (table[i].error == PAT_OK)
			assert_that(made.token.expires_at == table[i].result, "%s", table[i].what);
		else
			assert_string_equal(made.secret, "untouched");
	}
}

static void max_tokens_limits_the_tokens_of_a_user(void **state)
{
	static const struct caller heir = { .uid = 2000, .user = "alice" };
	struct world *world = *state;
	struct token_request request = request_for(&alice, "third");
	struct made first, made;

	world->policy.max_tokens = 2;
	world_apply_policy(world);
	first = world_generate(world, &alice, "first");
	(void)world_generate(world, &alice, "second");
	assert_int_equal(generate(world, &request, &made), PAT_ERR_AGAINST_POLICY);
	assert_int_equal(tokens_may_generate(world->tokens, &alice, &request, &world->refusal),
		PAT_ERR_AGAINST_POLICY);
	/* Others have theirs, and who has the name now. */
	(void)world_generate(world, &bob, "first");
	(void)world_generate(world, &heir, "first");
	/* A revoked one counts until it is deleted. */
	assert_int_equal(world_revoke(world, &first), PAT_OK);
	assert_int_equal(generate(world, &request, &made), PAT_ERR_AGAINST_POLICY);
	assert_int_equal(world_delete(world, &first), PAT_OK);
	assert_int_equal(generate(world, &request, &made), PAT_OK);
	request.name = "fourth";
	assert_int_equal(generate(world, &request, &made), PAT_ERR_AGAINST_POLICY);
	world->policy.max_tokens = POLICY_UNLIMITED;
	world_apply_policy(world);
	assert_int_equal(generate(world, &request, &made), PAT_OK);
}

/* ---- a policy that became stricter ---- */

static void shorter_lives(struct policy *policy)
{
	policy->max_lifetime = DAY;
}

static void no_never(struct policy *policy)
{
	policy->allow_never = false;
}

static void few_services(struct policy *policy)
{
	(void)strcpy(policy->self_services, "cron");
}

static void no_unused(struct policy *policy)
{
	policy->revoke_unused = DAY;
}

static void no_locked(struct policy *policy)
{
	policy->deny_locked = true;
}

static void few_tokens(struct policy *policy)
{
	policy->max_tokens = 1;
}

static const struct {
	const char *what;
	void (*tighten)(struct policy *policy);
	enum pat_verdict verdict;
} stricter[] = {
	{ "max_lifetime", shorter_lives, PAT_EXPIRED },
	{ "allow_never", no_never, PAT_AGAINST_POLICY },
	{ "self_services", few_services, PAT_AGAINST_POLICY },
	{ "revoke_unused", no_unused, PAT_REVOKED },
	{ "deny_locked", no_locked, PAT_ACCOUNT_CLOSED },
	{ "max_tokens", few_tokens, PAT_ACCEPTED },
};

/* That never expires, made by alice herself. */
static struct made generate_own(struct world *world, const char *name)
{
	const struct caller granted = {
		.uid = 1000, .user = "alice", .granted = 1U << ACTION_GENERATE_OWN
	};
	struct token_request request = request_for(&alice, name);
	struct made made;

	request.has_expires_at = true;
	assert_int_equal(tokens_generate(world->tokens, &granted, &request, &made.token,
				 made.secret, &world->refusal),
		PAT_OK);
	assert_int_equal(made.token.created_by, 1000);
	return made;
}

static void stricter_policy_applies_to_existing_tokens(void **state)
{
	struct world *world = *state;
	struct made other = generate_own(world, "other");

	for (size_t i = 0; i < COUNT(stricter); i++) {
		struct made made = generate_own(world, stricter[i].what);
		struct pat_request request = request_with(made.secret, &alice);

		request.account = PAT_ACCOUNT_SEEN | PAT_ACCOUNT_LOCKED;
		assert_int_equal(world_verify(world, &request).verdict, PAT_ACCEPTED);
		world->time += DAY;
		stricter[i].tighten(&world->policy);
		world_apply_policy(world);
		assert_that(world_verify(world, &request).verdict == stricter[i].verdict, "%s",
			stricter[i].what);
		/* And never keeps anybody from taking access away. */
		assert_that(tokens_revoke(world->tokens, &alice, made.token.id.text,
				    &(const struct revocation) { 0 }, &world->refusal) == PAT_OK,
			"%s", stricter[i].what);
		assert_that(world_verify(world, &request).verdict == PAT_REVOKED ||
				    stricter[i].verdict == PAT_ACCOUNT_CLOSED,
			"%s", stricter[i].what);
		assert_that(tokens_delete(world->tokens, &alice, made.token.id.text,
				    &world->refusal) == PAT_OK,
			"%s", stricter[i].what);
		world->policy = policy_default;
		world_apply_policy(world);
	}
	/* What was not revoked meanwhile is as good as before. */
	assert_int_equal(world_log_in(world, &alice, &other), PAT_ACCEPTED);
	(void)world_check_history(world);
}

static void shown_expiry_is_that_of_the_policy(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	const struct pat_request request = request_with(made.secret, &alice);
	struct pat_reply reply;

	world->policy.max_lifetime = DAY;
	world_apply_policy(world);
	assert_int_equal(tokens_end(world->tokens, &made.token), NOON + DAY);
	assert_int_equal(tokens_next_deadline(world->tokens, &made.token), NOON + DAY);
	world->time = NOON + DAY - 1;
	reply = world_verify(world, &request);
	assert_int_equal(reply.verdict, PAT_ACCEPTED);
	assert_int_equal(reply.expires_at, NOON + DAY);
	world->time = NOON + DAY;
	reply = world_verify(world, &request);
	assert_int_equal(reply.verdict, PAT_EXPIRED);
	assert_int_equal(reply.expires_at, NOON + DAY);
	assert_int_equal(world_state(world, &made), TOKEN_EXPIRED);
	assert_int_equal(tokens_next_deadline(world->tokens, &made.token), 0);
	/* Nor can it be restored, or given another secret. */
	assert_int_equal(world_revoke(world, &made), PAT_OK);
	assert_int_equal(world_restore(world, &made), PAT_ERR_EXPIRED);
	/* The token itself is as it was. */
	assert_int_equal(world_find(world, &made).expires_at, NOON + 30 * DAY);
	world->policy.max_lifetime = 40 * DAY;
	world_apply_policy(world);
	assert_int_equal(world_restore(world, &made), PAT_OK);
	assert_int_equal(world_verify(world, &request).expires_at, NOON + 30 * DAY);
}

static void token_expired_by_policy_is_not_rotated(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	world->policy.max_lifetime = DAY;
	world_apply_policy(world);
	world->time = NOON + DAY;
	assert_int_equal(tokens_rotate(world->tokens, &root, made.token.id.text,
				 &(struct rotation) { 0 }, made.secret, &world->refusal),
		PAT_ERR_EXPIRED);
}

/* ---- unused for too long ---- */

static void token_unused_for_too_long_is_revoked_at_login(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	struct token found;

	world->policy.revoke_unused = DAY;
	world_apply_policy(world);
	world->time = NOON + DAY - 1;
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
	world->time += DAY;
	assert_int_equal(world_log_in(world, &alice, &made), PAT_REVOKED);
	found = world_find(world, &made);
	assert_int_equal(found.revoked_at, world->time);
	assert_int_equal(found.revoked_until, 0);
	assert_string_equal(found.revoked_reason, "unused for too long");
	assert_int_equal(world_last_entry(world).event, ENTRY_REVOKED);
	assert_int_equal(world_last_entry(world).how, ENTRY_PATD);
	/* It stays so, whatever becomes of the policy, until somebody restores it. */
	world->policy.revoke_unused = POLICY_UNLIMITED;
	world_apply_policy(world);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_REVOKED);
	world->policy.revoke_unused = DAY;
	world_apply_policy(world);
	world->time += 3 * DAY;
	assert_int_equal(world_restore(world, &made), PAT_OK);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
	(void)world_check_history(world);
}

/* Who logs in by a wrong secret, or as another, does not keep a token alive, nor end it. */
static void wrong_secret_does_not_revoke_an_unused_token(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	struct pat_request request = request_with(made.secret, &alice);

	world->policy.revoke_unused = DAY;
	world_apply_policy(world);
	world->time = NOON + DAY;
	request.digest.bytes[0] ^= 1;
	assert_int_equal(world_verify(world, &request).verdict, PAT_WRONG);
	assert_int_equal(world_log_in(world, &bob, &made), PAT_OTHER_USER);
	assert_int_equal(world_find(world, &made).revoked_at, 0);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_REVOKED);
	assert_int_equal(world_find(world, &made).revoked_at, NOON + DAY);
}

static void unused_token_is_denied_when_it_cannot_be_revoked(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	world->policy.revoke_unused = DAY;
	world_apply_policy(world);
	world->time = NOON + DAY;
	world_trigger(world,
		"CREATE TRIGGER stop BEFORE UPDATE ON token BEGIN SELECT raise(ABORT, 'no'); END");
	logged_clear();
	assert_int_equal(world_log_in(world, &alice, &made), PAT_REVOKED);
	assert_logged("could not be revoked");
	world_edit(world, "DROP TRIGGER stop");
	assert_int_equal(world_find(world, &made).revoked_at, 0);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_REVOKED);
	assert_int_equal(world_find(world, &made).revoked_at, NOON + DAY);
	(void)world_check_history(world);
}

/* ---- verifiers ---- */

static void verifier_account_asks_for_others_at_its_services(void **state)
{
	static const struct {
		uint32_t caller;
		const char *service;
		enum pat_verdict verdict;
	} table[] = {
		{ 0, "sudo", PAT_ACCEPTED },
		{ 1000, "sudo", PAT_ACCEPTED },
		{ 1001, "postgresql", PAT_NOT_ALLOWED },
		{ 70, "postgresql", PAT_ACCEPTED },
		{ 70, "postgresql-15", PAT_ACCEPTED },
		{ 70, "sudo", PAT_NOT_ALLOWED },
		{ 71, "dovecot", PAT_ACCEPTED },
		{ 71, "postgresql", PAT_NOT_ALLOWED },
	};
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	world->policy.verifiers[0] =
		(struct verifier) { .user = "postgres", .uid = 70, .services = "postgresql*" };
	world->policy.verifiers[1] =
		(struct verifier) { .user = "dovecot", .uid = 71, .services = "dovecot" };
	world->policy.verifiers_n = 2;
	world_apply_policy(world);
	for (size_t i = 0; i < COUNT(table); i++) {
		struct pat_request request = request_with(made.secret, &alice);
		struct pat_reply reply;

		pat_field_cut(request.service, sizeof(request.service), table[i].service);
		tokens_verify(world->tokens, table[i].caller, &request, &reply);
		tokens_commit_usage(world->tokens);
		assert_that(reply.verdict == table[i].verdict, "%u at %s", table[i].caller,
			table[i].service);
	}
	world->policy.verifiers_n = 0;
	world_apply_policy(world);
	{
		struct pat_request request = request_with(made.secret, &alice);
		struct pat_reply reply;

		pat_field_cut(request.service, sizeof(request.service), "dovecot");
		tokens_verify(world->tokens, 71, &request, &reply);
		assert_int_equal(reply.verdict, PAT_NOT_ALLOWED);
	}
}

/* ---- the account ---- */

static void account_state_from_the_module_counts(void **state)
{
	static const struct {
		uint32_t account;
		enum pat_verdict mild, strict; /* deny_locked */
	} table[] = {
		{ 0, PAT_ACCEPTED, PAT_ACCOUNT_CLOSED },
		{ PAT_ACCOUNT_SEEN, PAT_ACCEPTED, PAT_ACCEPTED },
		{ PAT_ACCOUNT_SEEN | PAT_ACCOUNT_LOCKED, PAT_ACCEPTED, PAT_ACCOUNT_CLOSED },
		{ PAT_ACCOUNT_SEEN | PAT_ACCOUNT_EXPIRED, PAT_ACCOUNT_CLOSED, PAT_ACCOUNT_CLOSED },
		{ PAT_ACCOUNT_ALL, PAT_ACCOUNT_CLOSED, PAT_ACCOUNT_CLOSED },
	};
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	struct pat_request request = request_with(made.secret, &alice);

	for (size_t i = 0; i < COUNT(table); i++) {
		request.account = table[i].account;
		world->policy.deny_locked = false;
		world_apply_policy(world);
		assert_that(world_verify(world, &request).verdict == table[i].mild, "row %zu", i);
		world->policy.deny_locked = true;
		world_apply_policy(world);
		assert_that(world_verify(world, &request).verdict == table[i].strict, "row %zu", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(generate_refuses_what_the_policy_forbids),
		WORLD_TEST(max_tokens_limits_the_tokens_of_a_user),
		WORLD_TEST(stricter_policy_applies_to_existing_tokens),
		WORLD_TEST(shown_expiry_is_that_of_the_policy),
		WORLD_TEST(token_expired_by_policy_is_not_rotated),
		WORLD_TEST(token_unused_for_too_long_is_revoked_at_login),
		WORLD_TEST(wrong_secret_does_not_revoke_an_unused_token),
		WORLD_TEST(unused_token_is_denied_when_it_cannot_be_revoked),
		WORLD_TEST(verifier_account_asks_for_others_at_its_services),
		WORLD_TEST(account_state_from_the_module_counts),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
