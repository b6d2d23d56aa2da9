/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verdicts of patd/tokens/tokens.c. */
#include "common/lifetime.h"
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/world.h"

static void owner_is_accepted(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
}

static void accepted_reply_has_the_expiry(void **state)
{
	struct world *world = *state;
	struct made month = world_generate(world, &alice, "month");
	struct token_request token_request = request_for(&alice, "for ever");
	struct made ever;
	struct pat_request request = request_with(month.secret, &alice);
	uint64_t expires_at = 0;

	assert_int_equal(verify_request(world->tokens, 0, &request, &expires_at), PAT_ACCEPTED);
	assert_int_equal(expires_at, NOON + 30 * DAY);
	token_request.has_expires_at = true;
	world_generate_request(world, &token_request, &ever);
	request = request_with(ever.secret, &alice);
	expires_at = 1;
	assert_int_equal(verify_request(world->tokens, 0, &request, &expires_at), PAT_ACCEPTED);
	assert_int_equal(expires_at, PAT_NEVER);
}

static void only_the_right_secret_is_accepted(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	struct pat_request right = request_with(made.secret, &alice);
	uint64_t expires_at = 7;

	for (size_t at = 0; at < sizeof(right.digest.bytes); at++)
		for (int bit = 0; bit < 8; bit++) {
			struct pat_request request = right;

			request.digest.bytes[at] ^= (uint8_t)(1U << bit);
			assert_int_equal(
				verify_request(world->tokens, 0, &request, &expires_at), PAT_WRONG);
		}
	assert_int_equal(expires_at, 7);
}

static void privacy__unknown_id_and_wrong_secret_give_the_same_reply(void **state)
{
	struct world *world = *state;
	char secret[PAT_TOKEN_LEN + 1];
	struct pat_id id;
	struct pat_request request;
	uint64_t expires_at = 7;

	logged_clear();
	pat_token_new(secret, &id);
	request = request_with(secret, &alice);
	assert_int_equal(verify_request(world->tokens, 0, &request, &expires_at), PAT_WRONG);
	assert_int_equal(expires_at, 7);
	assert_nothing_logged();
}

static void secret_of_one_token_is_wrong_for_another(void **state)
{
	struct world *world = *state;
	struct made one = world_generate(world, &alice, "one");
	struct made two = world_generate(world, &alice, "two");
	struct pat_request request = request_with(one.secret, &alice);
	uint64_t expires_at;

	assert_true(pat_field_set(request.id, sizeof(request.id), two.token.id.text));
	assert_int_equal(verify_request(world->tokens, 0, &request, &expires_at), PAT_WRONG);
}

/* Whoever reads the database finds nothing in it that opens a door. */
static void stolen_database__stored_verifier_is_not_the_digest(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	struct pat_request request = request_with(made.secret, &alice);
	uint64_t expires_at;

	assert_memory_not_equal(
		made.token.verifier, request.digest.bytes, sizeof(request.digest.bytes));
	memcpy(request.digest.bytes, made.token.verifier, sizeof(request.digest.bytes));
	assert_int_equal(verify_request(world->tokens, 0, &request, &expires_at), PAT_WRONG);
}

static void scope__other_user_is_refused(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	assert_int_equal(world_log_in(world, &bob, &made), PAT_OTHER_USER);
	assert_int_equal(world_log_in(world, &root, &made), PAT_OTHER_USER);
}

static void scope__recycled_uid_is_refused(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	static const struct caller heir = { .uid = 1000, .user = "anna" };
	static const struct caller renumbered = { .uid = 2000, .user = "alice" };

	assert_int_equal(world_log_in(world, &heir, &made), PAT_OTHER_USER);
	assert_int_equal(world_log_in(world, &renumbered, &made), PAT_OTHER_USER);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
}

static void only_root_asks_for_other_users(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	struct pat_request request = request_with(made.secret, &alice);
	static const struct {
		uint32_t caller;
		enum pat_verdict verdict;
	} table[] = {
		{ 0, PAT_ACCEPTED },
		{ 1000, PAT_ACCEPTED },
		{ 1001, PAT_NOT_ALLOWED },
		{ UINT32_MAX, PAT_NOT_ALLOWED },
		{ 65534, PAT_NOT_ALLOWED },
	};

	for (size_t i = 0; i < COUNT(table); i++) {
		uint64_t expires_at;

		assert_that(verify_request(world->tokens, table[i].caller, &request, &expires_at) ==
				    table[i].verdict,
			"uid %u", table[i].caller);
	}
}

/* Of a token that is not his, a user learns nothing: not even whether the secret matches. */
static void privacy__stranger_learns_nothing(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	struct pat_request request = request_with(made.secret, &alice);
	uint64_t expires_at = 7;

	assert_int_equal(world_revoke(world, &made), PAT_OK);
	assert_int_equal(
		verify_request(world->tokens, bob.uid, &request, &expires_at), PAT_NOT_ALLOWED);
	request.digest.bytes[0] ^= 1;
	assert_int_equal(
		verify_request(world->tokens, bob.uid, &request, &expires_at), PAT_NOT_ALLOWED);
	/* Who asks for himself with another's token has typed the secret, and may know. */
	request.uid = bob.uid;
	assert_int_equal(verify_request(world->tokens, bob.uid, &request, &expires_at), PAT_WRONG);
	assert_int_equal(expires_at, 7);
}

static void revoked_token_is_refused(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	assert_int_equal(world_revoke(world, &made), PAT_OK);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_REVOKED);
	world_restart(world);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_REVOKED);
}

static void restored_token_is_accepted(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	assert_int_equal(world_revoke(world, &made), PAT_OK);
	assert_int_equal(world_restore(world, &made), PAT_OK);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
	assert_int_equal(world_find(world, &made).expires_at, made.token.expires_at);
}

static void deleted_token_is_unknown(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	assert_int_equal(world_revoke(world, &made), PAT_OK);
	assert_int_equal(world_delete(world, &made), PAT_OK);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_WRONG);
}

static void scope__token_expires_at_its_second(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	struct pat_request request = request_with(made.secret, &alice);
	uint64_t expires_at = 0;

	world->time = made.token.expires_at - 1;
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
	assert_int_equal(world_state(world, &made), TOKEN_ACTIVE);
	world->time = made.token.expires_at;
	assert_int_equal(world_log_in(world, &alice, &made), PAT_EXPIRED);
	assert_int_equal(world_state(world, &made), TOKEN_EXPIRED);
	assert_int_equal(verify_request(world->tokens, 0, &request, &expires_at), PAT_EXPIRED);
	assert_int_equal(expires_at, made.token.expires_at);
}

static void token_without_expiry_works_past_year_9999(void **state)
{
	struct world *world = *state;
	struct token_request token_request = request_for(&alice, "for ever");
	struct made made;

	token_request.has_expires_at = true;
	world_generate_request(world, &token_request, &made);
	world->time = PAT_EXPIRES_MAX + DAY;
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
	world->time = INT64_MAX;
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
}

static void revoked_is_reported_before_expired(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	assert_int_equal(world_revoke(world, &made), PAT_OK);
	world->time = made.token.expires_at;
	assert_int_equal(world_log_in(world, &alice, &made), PAT_REVOKED);
	assert_int_equal(world_state(world, &made), TOKEN_REVOKED);
}

static void time__expired_token_stays_expired_when_clock_is_set_back(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	world->time = made.token.expires_at;
	assert_int_equal(world_log_in(world, &alice, &made), PAT_EXPIRED);
	world->time = NOON;
	assert_int_equal(world_log_in(world, &alice, &made), PAT_EXPIRED);
	assert_int_equal(world_state(world, &made), TOKEN_EXPIRED);
}

/* A dead battery: the machine starts in 1970, and has no network yet. */
static void time__expired_token_stays_expired_after_restart_and_clock_set_back(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	struct made other = world_generate(world, &alice, "other");

	world->time = made.token.expires_at;
	assert_int_equal(world_revoke(world, &other), PAT_OK);
	world->time = 0;
	world_restart(world);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_EXPIRED);
}

static void use_advances_the_stored_time(void **state)
{
	struct world *world = *state;
	struct token_request token_request = request_for(&alice, "for ever");
	struct made made = world_generate(world, &alice, "laptop"), ever;

	token_request.has_expires_at = true;
	world_generate_request(world, &token_request, &ever);
	world->time = made.token.expires_at;
	assert_int_equal(world_log_in(world, &alice, &ever), PAT_ACCEPTED);
	world->time = NOON;
	world_restart(world);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_EXPIRED);
}

/* Told once that it has expired, nobody gets in with it again, whatever the clock does. */
static void time__token_refused_as_expired_stays_so_after_restart(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	world->time = made.token.expires_at + 5;
	assert_int_equal(world_log_in(world, &alice, &made), PAT_EXPIRED);
	world->time = NOON;
	world_restart(world);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_EXPIRED);
}

static void use_is_recorded_and_refusal_is_not(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	struct made other = world_generate(world, &alice, "other");
	struct pat_request request = request_with(made.secret, &alice);
	uint64_t expires_at;

	assert_int_equal(world_find(world, &made).last_used_at, 0);
	world->time = NOON + 10;
	request.digest.bytes[0] ^= 1;
	assert_int_equal(verify_request(world->tokens, 0, &request, &expires_at), PAT_WRONG);
	assert_int_equal(world_log_in(world, &bob, &made), PAT_OTHER_USER);
	assert_int_equal(world_find(world, &made).last_used_at, 0);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
	assert_int_equal(world_find(world, &made).last_used_at, NOON + 10);
	world->time = NOON + 20;
	assert_int_equal(world_revoke(world, &made), PAT_OK);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_REVOKED);
	assert_int_equal(world_find(world, &made).last_used_at, NOON + 10);
	assert_int_equal(world_find(world, &other).last_used_at, 0);
}

static void service_of_latest_use_is_kept(void **state)
{
	static const struct {
		const char *sent, *kept;
	} table[] = {
		{ "sudo", "sudo" },
		{ "ssh\xC3\xA9", "ssh\xC3\xA9" },
		/* Others send what they like, and it is shown on terminals. */
		{ "\x1B[2J", "?" },
		{ "\xFF", "?" },
		{ "login", "login" },
	};
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	assert_string_equal(world_find(world, &made).last_used_service, "");
	for (size_t i = 0; i < COUNT(table); i++) {
		struct pat_request request = request_with(made.secret, &alice);
		uint64_t expires_at;

		assert_true(pat_field_set(request.service, sizeof(request.service), table[i].sent));
		assert_int_equal(
			verify_request(world->tokens, 0, &request, &expires_at), PAT_ACCEPTED);
		tokens_commit_usage(world->tokens);
		assert_string_equal(world_find(world, &made).last_used_service, table[i].kept);
	}
}

/* Else it could make another that outlives it. */
static void no_token_creates_a_token__token_is_refused_for_polkit(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	struct pat_request request = request_with(made.secret, &alice);
	uint64_t expires_at = 0;

	assert_true(pat_field_set(request.service, sizeof(request.service), "polkit-1"));
	assert_int_equal(verify_request(world->tokens, 0, &request, &expires_at), PAT_NOT_ALLOWED);
	assert_int_equal(world_find(world, &made).last_used_at, 0);
	/* Who does not have the secret learns no more. */
	request.digest.bytes[0] ^= 1;
	assert_int_equal(verify_request(world->tokens, 0, &request, &expires_at), PAT_WRONG);
	tokens_commit_usage(world->tokens);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(no_token_creates_a_token__token_is_refused_for_polkit),
		WORLD_TEST(owner_is_accepted),
		WORLD_TEST(accepted_reply_has_the_expiry),
		WORLD_TEST(only_the_right_secret_is_accepted),
		WORLD_TEST(privacy__unknown_id_and_wrong_secret_give_the_same_reply),
		WORLD_TEST(secret_of_one_token_is_wrong_for_another),
		WORLD_TEST(stolen_database__stored_verifier_is_not_the_digest),
		WORLD_TEST(scope__other_user_is_refused),
		WORLD_TEST(scope__recycled_uid_is_refused),
		WORLD_TEST(only_root_asks_for_other_users),
		WORLD_TEST(privacy__stranger_learns_nothing),
		WORLD_TEST(revoked_token_is_refused),
		WORLD_TEST(restored_token_is_accepted),
		WORLD_TEST(deleted_token_is_unknown),
		WORLD_TEST(scope__token_expires_at_its_second),
		WORLD_TEST(token_without_expiry_works_past_year_9999),
		WORLD_TEST(revoked_is_reported_before_expired),
		WORLD_TEST(time__expired_token_stays_expired_when_clock_is_set_back),
		WORLD_TEST(time__expired_token_stays_expired_after_restart_and_clock_set_back),
		WORLD_TEST(use_advances_the_stored_time),
		WORLD_TEST(time__token_refused_as_expired_stays_so_after_restart),
		WORLD_TEST(use_is_recorded_and_refusal_is_not),
		WORLD_TEST(service_of_latest_use_is_kept),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
