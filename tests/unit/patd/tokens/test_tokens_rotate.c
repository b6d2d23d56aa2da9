/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A new secret for a token that stays what it was. */
#include "common/lifetime.h"
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/world.h"

#define GRACE 600

static struct pat_reply log_in(struct world *world, const struct made *made)
{
	const struct pat_request request = request_with(made->secret, &alice);

	return world_verify(world, &request);
}

static enum pat_verdict verdict(struct world *world, const struct made *made)
{
	return (enum pat_verdict)log_in(world, made).verdict;
}

static enum pat_error rotate(struct world *world, const struct made *made, uint64_t grace)
{
	struct made rotated = *made;
	enum pat_error error;

	world->refusal = (struct refusal) { 0 };
	error = tokens_rotate(world->tokens, &root, made->token.id.text,
		&(struct rotation) { .grace = grace }, rotated.secret, &world->refusal);
	/* The secret of nothing is not left about. */
	assert_true(error == PAT_OK || strcmp(rotated.secret, made->secret) == 0 ||
		    sodium_is_zero((const uint8_t *)rotated.secret, sizeof(rotated.secret)));
	return error;
}

static void rotation_changes_only_the_secret(void **state)
{
	struct world *world = *state;
	struct token_request request = request_for(&alice, "laptop");
	struct made old, new;
	struct token before, after;

	request.restrictions[PAT_SERVICES].text = "su";
	request.restrictions[PAT_SOURCES].text = "local,192.0.2.0/24";
	request.restrictions[PAT_HOURS].text = "Mon..Sun";
	request.restrictions[PAT_NOT_BEFORE].number = NOON;
	request.restrictions[PAT_MAX_USES].number = 7;
	world_generate_request(world, &request, &old);
	assert_int_equal(verdict(world, &old), PAT_ACCEPTED);
	before = world_find(world, &old);
	world->time = NOON + 5;
	new = world_rotate(world, &old, GRACE);
	after = world_find(world, &old);

	assert_string_not_equal(new.secret, old.secret);
	assert_memory_equal(new.secret + 4, old.secret + 4, PAT_ID_LEN);
	assert_memory_not_equal(after.verifier, before.verifier, sizeof(after.verifier));
	assert_memory_equal(after.former_verifier, before.verifier, sizeof(after.verifier));
	assert_int_equal(after.rotations, 1);
	assert_int_equal(after.rotated_at, NOON + 5);
	assert_int_equal(after.former_until, NOON + 5 + GRACE);
	assert_int_equal(after.uses, 1);
	/* And so with all the rest. */
	memcpy(after.verifier, before.verifier, sizeof(after.verifier));
	memcpy(after.former_verifier, before.former_verifier, sizeof(after.verifier));
	memcpy(after.mac, before.mac, sizeof(after.mac));
	after.rotations = 0;
	after.rotated_at = 0;
	after.former_until = 0;
	assert_memory_equal(&after, &before, sizeof(after));
}

static void old_secret_works_until_grace_period_ends(void **state)
{
	struct world *world = *state;
	struct made old = world_generate(world, &alice, "laptop");
	struct made new = world_rotate(world, &old, GRACE);
	struct pat_reply reply = log_in(world, &old);

	assert_int_equal(reply.verdict, PAT_ACCEPTED);
	assert_int_equal(reply.replaced_until, NOON + GRACE);
	world->time = NOON + GRACE - 1;
	assert_int_equal(verdict(world, &old), PAT_ACCEPTED);
	world->time = NOON + GRACE;
	assert_int_equal(verdict(world, &old), PAT_ROTATED);
	reply = log_in(world, &new);
	assert_int_equal(reply.verdict, PAT_ACCEPTED);
	assert_int_equal(reply.replaced_until, 0);
	assert_int_equal(world_state(world, &new), TOKEN_ACTIVE);
	world_restart(world);
	assert_int_equal(verdict(world, &old), PAT_ROTATED);
	assert_int_equal(verdict(world, &new), PAT_ACCEPTED);
}

static void first_use_of_new_secret_ends_the_old_one(void **state)
{
	struct world *world = *state;
	struct made old = world_generate(world, &alice, "laptop");
	struct made new = world_rotate(world, &old, GRACE);
	const struct pat_request request = request_with(new.secret, &alice);
	uint64_t ignored;

	assert_int_equal(verdict(world, &old), PAT_ACCEPTED);
	assert_int_equal(verify_request(world->tokens, 0, &request, &ignored), PAT_ACCEPTED);
	/* On disk before the reply, and not to come back with the clock. */
	assert_true(world_has_written_down(world, &new.token));
	tokens_commit_usage(world->tokens);
	assert_int_equal(verdict(world, &old), PAT_ROTATED);
	world_restart(world);
	assert_int_equal(verdict(world, &old), PAT_ROTATED);
	assert_int_equal(verdict(world, &new), PAT_ACCEPTED);
	assert_int_equal(world_find(world, &new).uses, 3);
}

/* Who has only tried to use it may not have it. */
static void refused_use_of_new_secret_ends_nothing(void **state)
{
	struct world *world = *state;
	struct made old = world_generate(world, &alice, "laptop");
	struct made new = world_rotate(world, &old, GRACE);

	assert_int_equal(world_log_in(world, &bob, &new), PAT_OTHER_USER);
	assert_int_equal(verdict(world, &old), PAT_ACCEPTED);
}

/* A kill, and a clock that is set back, would bring it back. */
static void revocation__end_of_grace_period_is_stored_when_former_secret_is_refused(void **state)
{
	struct world *world = *state;
	struct made old = world_generate(world, &alice, "laptop");

	(void)world_rotate(world, &old, DAY);
	world->time = NOON + DAY + 5;
	assert_int_equal(verdict(world, &old), PAT_ROTATED);
	tokens_commit_usage(world->tokens);
	assert_int_equal(tokens_flush_uses(world->tokens), 0);
	assert_int_equal(
		world_ask(world, "SELECT value FROM meta WHERE key = 'time'"), world->time);
}

static void old_secret_ends_at_once_without_grace_period(void **state)
{
	struct world *world = *state;
	struct made old = world_generate(world, &alice, "laptop");
	struct made new = world_rotate(world, &old, 0);

	assert_int_equal(verdict(world, &old), PAT_ROTATED);
	assert_int_equal(world_find(world, &new).former_until, 0);
	assert_int_equal(verdict(world, &new), PAT_ACCEPTED);
}

static void second_rotation_ends_the_first_grace_period(void **state)
{
	struct world *world = *state;
	struct made first = world_generate(world, &alice, "laptop");
	struct made second = world_rotate(world, &first, GRACE);
	struct made third = world_rotate(world, &second, GRACE);

	assert_int_equal(verdict(world, &first), PAT_ROTATED);
	assert_int_equal(verdict(world, &second), PAT_ACCEPTED);
	assert_int_equal(verdict(world, &third), PAT_ACCEPTED);
	assert_int_equal(verdict(world, &second), PAT_ROTATED);
	assert_int_equal(world_find(world, &third).rotations, 2);
}

/* Whoever finds an old note of a secret is found out. */
static void former_secrets_are_recognized(void **state)
{
	struct world *world = *state;
	struct made all[6];
	struct made stranger = world_generate(world, &alice, "stranger");

	all[0] = world_generate(world, &alice, "laptop");
	for (size_t i = 1; i < COUNT(all); i++)
		all[i] = world_rotate(world, &all[i - 1], 0);
	world_restart(world);
	for (size_t i = 0; i + 1 < COUNT(all); i++) {
		assert_int_equal(verdict(world, &all[i]), PAT_ROTATED);
		assert_int_equal(world_last_entry(world).result, PAT_ROTATED);
	}
	assert_int_equal(verdict(world, &all[COUNT(all) - 1]), PAT_ACCEPTED);
	/* Of that token, and of no other. */
	memcpy(all[0].secret + 4, stranger.secret + 4, PAT_ID_LEN);
	{
		struct pat_request request = request_with(stranger.secret, &alice);

		pat_token_digest(all[0].secret, PAT_TOKEN_LEN, &request.digest);
		assert_int_equal(world_verify(world, &request).verdict, PAT_WRONG);
	}
}

static void number_of_former_secrets_is_bounded(void **state)
{
	struct world *world = *state;
	struct made first = world_generate(world, &alice, "laptop");
	struct made second = world_rotate(world, &first, 0);
	struct made latest = second;

	for (int i = 0; i < STORE_FORMER_MAX - 1; i++)
		latest = world_rotate(world, &latest, 0);
	assert_int_equal(verdict(world, &first), PAT_ROTATED);
	latest = world_rotate(world, &latest, 0);
	assert_int_equal(verdict(world, &first), PAT_WRONG);
	assert_int_equal(verdict(world, &second), PAT_ROTATED);
	assert_int_equal(verdict(world, &latest), PAT_ACCEPTED);
	assert_int_equal(world_ask(world, "SELECT count(*) FROM former"), STORE_FORMER_MAX);
	assert_int_equal(world_revoke(world, &latest), PAT_OK);
	assert_int_equal(world_delete(world, &latest), PAT_OK);
	assert_int_equal(world_ask(world, "SELECT count(*) FROM former"), 0);
}

static void both_secrets_share_max_uses(void **state)
{
	struct world *world = *state;
	struct token_request request = request_for(&alice, "laptop");
	struct made old, new;

	request.restrictions[PAT_MAX_USES].number = 3;
	world_generate_request(world, &request, &old);
	assert_int_equal(verdict(world, &old), PAT_ACCEPTED);
	new = world_rotate(world, &old, GRACE);
	assert_int_equal(verdict(world, &old), PAT_ACCEPTED);
	assert_int_equal(verdict(world, &new), PAT_ACCEPTED);
	assert_int_equal(verdict(world, &new), PAT_EXHAUSTED);
}

static void revoke_ends_both_secrets(void **state)
{
	struct world *world = *state;
	struct made old = world_generate(world, &alice, "laptop");
	struct made new = world_rotate(world, &old, GRACE);

	assert_int_equal(world_revoke(world, &new), PAT_OK);
	assert_int_equal(verdict(world, &old), PAT_REVOKED);
	assert_int_equal(verdict(world, &new), PAT_REVOKED);
	assert_int_equal(world_restore(world, &new), PAT_OK);
	assert_int_equal(verdict(world, &old), PAT_ACCEPTED);
	assert_int_equal(verdict(world, &new), PAT_ACCEPTED);
	assert_int_equal(verdict(world, &old), PAT_ROTATED);
}

static void former_secret_ends_with_its_token(void **state)
{
	struct world *world = *state;
	struct made old = world_generate(world, &alice, "laptop");

	(void)world_rotate(world, &old, 365 * DAY);
	world->time = old.token.expires_at;
	assert_int_equal(verdict(world, &old), PAT_EXPIRED);
}

static void inactive_token_is_not_rotated(void **state)
{
	struct world *world = *state;
	struct token_request once = request_for(&alice, "once");
	struct made active = world_generate(world, &alice, "active");
	struct made revoked = world_generate(world, &alice, "revoked");
	struct made suspended = world_generate(world, &alice, "suspended");
	struct made exhausted;

	once.restrictions[PAT_MAX_USES].number = 1;
	world_generate_request(world, &once, &exhausted);
	assert_int_equal(verdict(world, &exhausted), PAT_ACCEPTED);
	assert_int_equal(world_revoke(world, &revoked), PAT_OK);
	assert_int_equal(world_suspend(world, &suspended, 60), PAT_OK);
	assert_int_equal(rotate(world, &revoked, GRACE), PAT_ERR_NOT_ACTIVE);
	assert_int_equal(rotate(world, &suspended, GRACE), PAT_ERR_NOT_ACTIVE);
	assert_int_equal(rotate(world, &exhausted, GRACE), PAT_ERR_NOT_ACTIVE);
	assert_int_equal(
		rotate(world, &active, PAT_EXPIRES_MAX - NOON + 1), PAT_ERR_INVALID_RESTRICTION);
	assert_int_equal(rotate(world, &active, UINT64_MAX), PAT_ERR_INVALID_RESTRICTION);
	assert_int_equal(rotate(world, &active, PAT_EXPIRES_MAX - NOON), PAT_OK);
	world->time = NOON + 60;
	assert_int_equal(rotate(world, &suspended, GRACE), PAT_OK);
	world->time = NOON + 30 * DAY;
	assert_int_equal(rotate(world, &active, GRACE), PAT_ERR_EXPIRED);
}

static void rotation_fails_when_clock_is_past_year_9999(void **state)
{
	struct world *world = *state;
	struct token_request request = request_for(&alice, "for ever");
	struct made old;

	request.has_expires_at = true;
	world_generate_request(world, &request, &old);
	world->time = PAT_EXPIRES_MAX + DAY;
	assert_int_equal(rotate(world, &old, INT64_MAX), PAT_ERR_INVALID_RESTRICTION);
	assert_int_equal(rotate(world, &old, 1), PAT_ERR_INVALID_RESTRICTION);
	assert_int_equal(rotate(world, &old, 0), PAT_OK);
}

/* A failing disk, played by a trigger. */
static void failed_write_rotates_nothing(void **state)
{
	struct world *world = *state;
	struct made old = world_generate(world, &alice, "laptop");

	world_trigger(world,
		"CREATE TRIGGER stop BEFORE UPDATE ON token BEGIN SELECT raise(ABORT, 'no'); END");
	assert_int_equal(rotate(world, &old, 0), PAT_ERR_STORAGE);
	world_edit(world, "DROP TRIGGER stop");
	assert_int_equal(verdict(world, &old), PAT_ACCEPTED);
	assert_int_equal(world_ask(world, "SELECT count(*) FROM former"), 0);
	(void)world_check_history(world);
}

/* Else both would work, after a login that was told to go on. */
static void revocation__unwritable_first_use_of_new_secret_is_refused(void **state)
{
	struct world *world = *state;
	struct made old = world_generate(world, &alice, "laptop");
	struct made new = world_rotate(world, &old, GRACE);

	logged_clear();
	world_disk(false);
	assert_int_equal(verdict(world, &new), PAT_FAILED);
	assert_logged("the end of the former secret could not be recorded");
	assert_int_equal(verdict(world, &old), PAT_ACCEPTED);
	assert_int_equal(verdict(world, &new), PAT_FAILED);
	world_disk(true);
	assert_int_equal(verdict(world, &old), PAT_ACCEPTED);
	assert_int_equal(verdict(world, &new), PAT_ACCEPTED);
	assert_int_equal(verdict(world, &old), PAT_ROTATED);
	(void)world_check_history(world);
}

/* What nobody holds the right secret of tells nothing. */
static void wrong_secret_of_rotated_token_is_wrong(void **state)
{
	struct world *world = *state;
	struct made old = world_generate(world, &alice, "laptop");
	struct pat_request request = request_with(old.secret, &alice);

	(void)world_rotate(world, &old, GRACE);
	request.digest.bytes[0] ^= 1;
	assert_int_equal(world_verify(world, &request).verdict, PAT_WRONG);
}

static void check_recognizes_a_former_secret(void **state)
{
	struct world *world = *state;
	struct made old = world_generate(world, &alice, "laptop");
	struct pat_request request = request_with(old.secret, &alice);
	enum pat_verdict verdicts[PAT_VERDICTS];
	unsigned int n = 7;

	(void)world_rotate(world, &old, GRACE);
	assert_int_equal(tokens_check(world->tokens, &alice, &old.token.id, &request.digest, NULL,
				 NULL, PAT_ACCOUNT_SEEN, verdicts, &n, &world->refusal),
		PAT_OK);
	assert_int_equal(n, 0);
	world->time = NOON + GRACE;
	assert_int_equal(tokens_check(world->tokens, &alice, &old.token.id, &request.digest, NULL,
				 NULL, PAT_ACCOUNT_SEEN, verdicts, &n, &world->refusal),
		PAT_OK);
	assert_int_equal(n, 1);
	assert_int_equal(verdicts[0], PAT_ROTATED);
}

static enum pat_error expire(struct world *world, const struct made *made, struct rotation rotation)
{
	char secret[PAT_TOKEN_LEN + 1];

	world->refusal = (struct refusal) { 0 };
	return tokens_rotate(
		world->tokens, &root, made->token.id.text, &rotation, secret, &world->refusal);
}

static void rotation_gives_the_expiration_that_is_asked_for(void **state)
{
	struct world *world = *state;
	const struct made made = world_generate(world, &alice, "laptop");

	world->time = NOON + 60;
	assert_int_equal(
		expire(world, &made, (struct rotation) { .has_lifetime = true, .lifetime = 90 }),
		PAT_OK);
	assert_int_equal(world_find(world, &made).expires_at, NOON + 60 + 90);
	assert_int_equal(
		expire(world, &made,
			(struct rotation) { .has_expires_at = true, .expires_at = NOON + 1000 }),
		PAT_OK);
	assert_int_equal(world_find(world, &made).expires_at, NOON + 1000);
	assert_int_equal(
		expire(world, &made, (struct rotation) { .has_expires_at = true }), PAT_OK);
	assert_int_equal(world_find(world, &made).expires_at, PAT_NEVER);
	assert_int_equal(expire(world, &made, (struct rotation) { 0 }), PAT_OK);
	assert_int_equal(world_find(world, &made).expires_at, PAT_NEVER);
}

/* What was about to end must not be had for longer with the secret that is to be replaced. */
static void former_secret_ends_when_the_token_would_have_without_another_expiration(void **state)
{
	struct world *world = *state;
	struct token_request request = request_for(&alice, "laptop");
	struct made made;

	request.has_lifetime = true;
	request.lifetime = GRACE / 2;
	world_generate_request(world, &request, &made);
	assert_int_equal(
		expire(world, &made,
			(struct rotation) {
				.grace = GRACE, .has_lifetime = true, .lifetime = 10 * GRACE }),
		PAT_OK);
	assert_int_equal(world_find(world, &made).former_until, NOON + GRACE / 2);
	world->time = NOON + GRACE / 2 - 1;
	assert_int_equal(verdict(world, &made), PAT_ACCEPTED);
	world->time = NOON + GRACE / 2;
	assert_int_equal(verdict(world, &made), PAT_ROTATED);
}

/* As in a set: what an administrator let end is not the owner's to prolong. */
static void scope__expiration_that_an_administrator_gave_is_changed_by_one_alone(void **state)
{
	static const struct caller owner = {
		.uid = 1000, .user = "alice", .granted = 1U << ACTION_ROTATE_OWN
	};
	static const struct caller administrator = {
		.uid = 1001, .user = "bob", .granted = 1U << ACTION_MANAGE_OTHERS
	};
	const struct rotation longer = { .has_lifetime = true, .lifetime = 90 * DAY };
	struct world *world = *state;
	const struct made made = world_generate(world, &alice, "given");
	struct made rotated = made;

	assert_int_equal(tokens_rotate(world->tokens, &owner, made.token.id.text, &longer,
				 rotated.secret, &world->refusal),
		PAT_ERR_DENIED);
	assert_int_equal(world->refusal.lacks, ACTION_MANAGE_OTHERS);
	assert_int_equal(world->refusal.operation, OP_ROTATE_EXPIRY);
	assert_int_equal(world_find(world, &made).rotations, 0);
	assert_int_equal(tokens_rotate(world->tokens, &owner, made.token.id.text,
				 &(struct rotation) { 0 }, rotated.secret, &world->refusal),
		PAT_OK);
	assert_int_equal(tokens_rotate(world->tokens, &administrator, made.token.id.text, &longer,
				 rotated.secret, &world->refusal),
		PAT_OK);
	assert_int_equal(world_find(world, &made).expires_at, NOON + 90 * DAY);
}

static void rotation_to_an_expiration_that_no_new_token_may_have_changes_nothing(void **state)
{
	struct world *world = *state;
	const struct made made = world_generate(world, &alice, "laptop");
	const struct token before = world_find(world, &made);
	struct token after;

	world->policy.max_lifetime = 40 * UINT64_C(86400);
	world_apply_policy(world);
	world->time = NOON + 10 * 86400;

	assert_int_equal(expire(world, &made,
				 (struct rotation) { .has_expires_at = true, .expires_at = NOON }),
		PAT_ERR_INVALID_EXPIRY);
	assert_int_equal(expire(world, &made, (struct rotation) { .has_lifetime = true }),
		PAT_ERR_INVALID_EXPIRY);
	assert_int_equal(expire(world, &made, (struct rotation) { .has_expires_at = true }),
		PAT_ERR_AGAINST_POLICY);
	/* The longest lifetime is that of the token, not of its secret. */
	assert_int_equal(
		expire(world, &made,
			(struct rotation) { .has_lifetime = true, .lifetime = 30 * 86400 + 1 }),
		PAT_ERR_AGAINST_POLICY);
	after = world_find(world, &made);
	assert_int_equal(after.expires_at, before.expires_at);
	assert_int_equal(after.rotations, 0);
	assert_int_equal(
		expire(world, &made,
			(struct rotation) { .has_lifetime = true, .lifetime = 30 * 86400 }),
		PAT_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(rotation_changes_only_the_secret),
		WORLD_TEST(old_secret_works_until_grace_period_ends),
		WORLD_TEST(first_use_of_new_secret_ends_the_old_one),
		WORLD_TEST(refused_use_of_new_secret_ends_nothing),
		WORLD_TEST(revocation__end_of_grace_period_is_stored_when_former_secret_is_refused),
		WORLD_TEST(old_secret_ends_at_once_without_grace_period),
		WORLD_TEST(second_rotation_ends_the_first_grace_period),
		WORLD_TEST(former_secrets_are_recognized),
		WORLD_TEST(number_of_former_secrets_is_bounded),
		WORLD_TEST(both_secrets_share_max_uses),
		WORLD_TEST(revoke_ends_both_secrets),
		WORLD_TEST(former_secret_ends_with_its_token),
		WORLD_TEST(inactive_token_is_not_rotated),
		WORLD_TEST(rotation_fails_when_clock_is_past_year_9999),
		WORLD_TEST(failed_write_rotates_nothing),
		WORLD_TEST(revocation__unwritable_first_use_of_new_secret_is_refused),
		WORLD_TEST(wrong_secret_of_rotated_token_is_wrong),
		WORLD_TEST(check_recognizes_a_former_secret),
		WORLD_TEST(rotation_gives_the_expiration_that_is_asked_for),
		WORLD_TEST(former_secret_ends_when_the_token_would_have_without_another_expiration),
		WORLD_TEST(scope__expiration_that_an_administrator_gave_is_changed_by_one_alone),
		WORLD_TEST(rotation_to_an_expiration_that_no_new_token_may_have_changes_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
