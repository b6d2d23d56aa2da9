/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The state that lists show of a token of another machine, and how a member is rid of it. */
#include "patd/tokens/tokens_fleet.h"
#include "tests/unit/patd/tokens/fleet_worlds.h"
#include "tests/unit/patd/tokens/listing.h"

static void trust_nobody(struct fleet_worlds *worlds)
{
	worlds->member.policy.issuers_n = 0;
	world_apply_policy(&worlds->member);
}

static enum token_state state_of(struct fleet_worlds *worlds, const struct made *made)
{
	return world_state(&worlds->member, made);
}

/* What no login accepts is nowhere shown as active. */
static void state_says_that_what_is_known_is_too_old(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop");
	struct made local = world_generate(&worlds->member, &alice, "local");

	fleet_sync(worlds);
	assert_int_equal(state_of(worlds, &made), TOKEN_ACTIVE);
	worlds_wait(worlds, worlds->member.policy.max_staleness + 1);
	assert_int_equal(state_of(worlds, &made), TOKEN_STALE);
	assert_int_equal(state_of(worlds, &local), TOKEN_ACTIVE);
	assert_int_equal(world_state(&worlds->issuer, &made), TOKEN_ACTIVE);
	fleet_sync(worlds);
	assert_int_equal(state_of(worlds, &made), TOKEN_ACTIVE);
	assert_string_equal(token_state_text(TOKEN_STALE), "stale");
}

static void revoked_token_is_shown_as_revoked_whatever_its_age(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop");

	assert_int_equal(world_revoke(&worlds->issuer, &made), PAT_OK);
	fleet_sync(worlds);
	worlds_wait(worlds, worlds->member.policy.max_staleness + 1);
	assert_int_equal(state_of(worlds, &made), TOKEN_REVOKED);
}

static void state_says_that_the_issuer_is_trusted_no_more(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop"),
		    revoked = fleet_generate(worlds, "old");

	assert_int_equal(world_revoke(&worlds->issuer, &revoked), PAT_OK);
	fleet_sync(worlds);
	trust_nobody(worlds);
	assert_int_equal(state_of(worlds, &made), TOKEN_UNKNOWN_ISSUER);
	assert_int_equal(state_of(worlds, &revoked), TOKEN_UNKNOWN_ISSUER);
	assert_string_equal(token_state_text(TOKEN_UNKNOWN_ISSUER), "unknown-issuer");
}

static void list_state(struct fleet_worlds *worlds, const char *state, struct listing *ret)
{
	const struct token_query query = { .all = true, .state = state, .cursor = "" };
	char cursor[TOKENS_CURSOR_MAX];

	assert_int_equal(list(&worlds->member, &root, &query, ret, cursor), PAT_OK);
}

static void list_finds_tokens_of_other_machines_by_their_state(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct listing listing;

	(void)fleet_generate(worlds, "shared");
	(void)world_generate(&worlds->member, &alice, "local");
	fleet_sync(worlds);
	list_state(worlds, "stale", &listing);
	assert_string_equal(listing.names, "");
	worlds_wait(worlds, worlds->member.policy.max_staleness + 1);
	list_state(worlds, "stale", &listing);
	assert_string_equal(listing.names, "shared ");
	list_state(worlds, "active", &listing);
	assert_string_equal(listing.names, "local ");
	trust_nobody(worlds);
	list_state(worlds, "unknown-issuer", &listing);
	assert_string_equal(listing.names, "shared ");
	list_state(worlds, "stale", &listing);
	assert_string_equal(listing.names, "");
}

static void on_held(const struct pat_id *id, const char *reason, void *userdata)
{
	(void)id;
	(void)reason;
	(*(unsigned int *)userdata)++;
}

/* Of an issuer that is trusted no more, without revoking it where others still trust that one. */
static void token_of_an_unknown_issuer_is_deleted_here_alone(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop");
	struct token ignored;
	unsigned int held = 0;
	const struct fleet_listener listener = {
		.held = on_held,
		.userdata = &held,
	};

	fleet_sync(worlds);
	assert_int_equal(world_delete(&worlds->member, &made), PAT_ERR_NOT_REVOKED);
	trust_nobody(worlds);
	tokens_fleet_listen(worlds->member.tokens, &listener);
	assert_int_equal(tokens_delete(worlds->member.tokens, &bob, made.token.id.text,
				 &worlds->member.refusal),
		PAT_ERR_DENIED);
	assert_int_equal(world_delete(&worlds->member, &made), PAT_OK);
	tokens_fleet_listen(worlds->member.tokens, NULL);
	assert_int_equal(held, 0);
	assert_int_equal(tokens_find(worlds->member.tokens, &root, made.token.id.text, &ignored,
				 &worlds->member.refusal),
		PAT_ERR_NOT_FOUND);
	assert_int_equal(world_last_entry(&worlds->member).event, ENTRY_DELETED);
	assert_int_equal(world_state(&worlds->issuer, &made), TOKEN_ACTIVE);
}

/* Nothing of what was deleted meanwhile stays away when the issuer is trusted again. */
static void fleet__issuer_that_is_trusted_again_brings_its_tokens_back(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop");

	fleet_sync(worlds);
	trust_nobody(worlds);
	assert_int_equal(world_delete(&worlds->member, &made), PAT_OK);
	worlds->member.policy.issuers_n = 2;
	world_apply_policy(&worlds->member);
	fleet_sync(worlds);
	/* Not complete, so that patd-fleet puts all anew. */
	assert_false(fleet_state(&worlds->member, ISSUER).complete);
	fleet_refetch(worlds);
	assert_true(fleet_state(&worlds->member, ISSUER).complete);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_ACCEPTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLDS_TEST(state_says_that_what_is_known_is_too_old),
		WORLDS_TEST(revoked_token_is_shown_as_revoked_whatever_its_age),
		WORLDS_TEST(state_says_that_the_issuer_is_trusted_no_more),
		WORLDS_TEST(list_finds_tokens_of_other_machines_by_their_state),
		WORLDS_TEST(token_of_an_unknown_issuer_is_deleted_here_alone),
		WORLDS_TEST(fleet__issuer_that_is_trusted_again_brings_its_tokens_back),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
