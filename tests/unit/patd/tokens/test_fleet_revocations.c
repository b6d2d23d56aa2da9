/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Revoking fleet tokens: at their issuer, at a member, and by another issuer. */
#include "patd/tokens/tokens_fleet.h"
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/tokens/fleet_worlds.h"

/* What who carries it was told of tokens that are held. */
struct told {
	unsigned int n;
	struct pat_id id;
	char reason[TOKEN_REASON_MAX + 1];
};

static void on_held(const struct pat_id *id, const char *reason, void *userdata)
{
	struct told *told = userdata;

	told->n++;
	told->id = *id;
	assert_true(pat_field_set(told->reason, sizeof(told->reason), reason));
}

static int count_held(const struct token *token, void *userdata)
{
	assert_true(token->held);
	(*(unsigned int *)userdata)++;
	return 0;
}

static unsigned int held_at(struct world *world)
{
	unsigned int n = 0;

	assert_int_equal(tokens_fleet_list_held(world->tokens, count_held, &n), 0);
	return n;
}

static enum pat_error revoke_as(
	struct world *world, const struct caller *caller, const struct made *made, const char *why)
{
	const struct revocation revocation = { .reason = why };

	return tokens_revoke(
		world->tokens, caller, made->token.id.text, &revocation, &world->refusal);
}

static void revocation_at_the_issuer_holds_everywhere(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop");

	fleet_sync(worlds);
	assert_int_equal(revoke_as(&worlds->issuer, &root, &made, "lost"), PAT_OK);
	fleet_sync(worlds);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_REVOKED);
	assert_string_equal(world_find(&worlds->member, &made).revoked_reason, "lost");
	assert_false(world_find(&worlds->member, &made).held);
	assert_int_equal(world_restore(&worlds->issuer, &made), PAT_OK);
	fleet_sync(worlds);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_ACCEPTED);
}

static void revocation__member_holds_at_once_until_the_issuer_has_signed(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop");
	struct told told = { 0 };
	const struct fleet_listener listener = { .held = on_held, .userdata = &told };

	fleet_sync(worlds);
	tokens_fleet_listen(worlds->member.tokens, &listener);
	assert_int_equal(revoke_as(&worlds->member, &bob, &made, NULL), PAT_ERR_DENIED);
	assert_int_equal(revoke_as(&worlds->member, &alice, &made, "lost"), PAT_OK);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_REVOKED);
	assert_int_equal(told.n, 1);
	assert_string_equal(told.id.text, made.token.id.text);
	assert_string_equal(told.reason, "lost");
	assert_int_equal(held_at(&worlds->member), 1);
	/* Whatever the issuer says that does not know of it. */
	assert_int_equal(tokens_rename(worlds->issuer.tokens, &root, made.token.id.text, "x",
				 &worlds->issuer.refusal),
		PAT_OK);
	fleet_sync(worlds);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_REVOKED);
	fleet_refetch(worlds);
	world_restart(&worlds->member);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_REVOKED);
	assert_int_equal(held_at(&worlds->member), 1);

	assert_int_equal(
		tokens_fleet_revoke_for(worlds->issuer.tokens, "web1", &made.token.id, "lost"), 0);
	assert_int_equal(world_log_in(&worlds->issuer, &alice, &made), PAT_REVOKED);
	fleet_sync(worlds);
	assert_int_equal(held_at(&worlds->member), 0);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_REVOKED);
	/* Then it is the issuer's to restore. */
	assert_int_equal(world_restore(&worlds->issuer, &made), PAT_OK);
	fleet_sync(worlds);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_ACCEPTED);
}

/* The hub keeps the latest row alone: a member need not see that it was revoked in between. */
static void hold_ends_with_a_later_restore(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop");

	fleet_sync(worlds);
	assert_int_equal(world_revoke(&worlds->member, &made), PAT_OK);
	worlds_wait(worlds, 60);
	assert_int_equal(
		tokens_fleet_revoke_for(worlds->issuer.tokens, "web1", &made.token.id, ""), 0);
	assert_int_equal(world_restore(&worlds->issuer, &made), PAT_OK);
	fleet_sync(worlds);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_ACCEPTED);
	assert_int_equal(held_at(&worlds->member), 0);
}

static void revocation__suspension_does_not_end_a_hold(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop");

	fleet_sync(worlds);
	assert_int_equal(world_revoke(&worlds->member, &made), PAT_OK);
	assert_int_equal(world_suspend(&worlds->issuer, &made, 60), PAT_OK);
	fleet_sync(worlds);
	worlds_wait(worlds, 120);
	fleet_sync(worlds);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_REVOKED);
	assert_int_equal(held_at(&worlds->member), 1);
}

/* The issuer's clock is ahead, and it has restored the token before. */
static void time__earlier_restore_does_not_end_a_hold(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop");
	struct token held;

	worlds->issuer.time += 200;
	assert_int_equal(world_revoke(&worlds->issuer, &made), PAT_OK);
	assert_int_equal(world_restore(&worlds->issuer, &made), PAT_OK);
	fleet_sync(worlds);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_ACCEPTED);
	assert_int_equal(world_revoke(&worlds->member, &made), PAT_OK);
	held = world_find(&worlds->member, &made);
	assert_int_equal(held.revoked_at, held.restored_at + 1);
	assert_int_equal(tokens_rename(worlds->issuer.tokens, &root, made.token.id.text, "x",
				 &worlds->issuer.refusal),
		PAT_OK);
	fleet_sync(worlds);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_REVOKED);
	assert_int_equal(held_at(&worlds->member), 1);
}

/* What was suspended is held from now on, and not since then. */
static void revocation__restore_of_a_suspension_does_not_end_a_later_hold(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop");

	assert_int_equal(world_suspend(&worlds->issuer, &made, 1000), PAT_OK);
	fleet_sync(worlds);
	worlds_wait(worlds, 60);
	assert_int_equal(world_restore(&worlds->issuer, &made), PAT_OK);
	worlds_wait(worlds, 60);
	assert_int_equal(world_revoke(&worlds->member, &made), PAT_OK);
	fleet_sync(worlds);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_REVOKED);
	assert_int_equal(held_at(&worlds->member), 1);
}

static void longest_reason_is_carried_out_and_cut_in_the_history(void **state)
{
	static const char *const parts[] = { "r", "\u00E4" };
	struct fleet_worlds *worlds = *state;
	char reason[TOKEN_REASON_MAX + 1], host[FLEET_NAME_LEN_MAX + 1] = "";
	struct made made;

	memset(host, 'h', FLEET_NAME_LEN_MAX);
	fleet_sync(worlds);
	for (size_t i = 0; i < COUNT(parts); i++) {
		reason[0] = '\0';
		while (strlen(reason) + strlen(parts[i]) < sizeof(reason))
			(void)strcat(reason, parts[i]);
		made = fleet_generate(worlds, parts[i]);
		fleet_sync(worlds);
		assert_int_equal(tokens_fleet_revoke_for(
					 worlds->issuer.tokens, host, &made.token.id, reason),
			0);
		assert_memory_equal(
			world_last_entry(&worlds->issuer).detail, host, FLEET_NAME_LEN_MAX);
		fleet_sync(worlds);
		assert_int_equal(world_last_entry(&worlds->member).event, ENTRY_REVOKED);
		assert_int_equal(fleet_log_in(worlds, &made), PAT_REVOKED);
		assert_string_equal(world_find(&worlds->member, &made).revoked_reason, reason);
	}
	world_restart(&worlds->member);
	(void)world_check_history(&worlds->member);
}

static void request_that_fails_changes_nothing(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct tokens *other = worlds->other.tokens;
	struct made made = fleet_generate(worlds, "laptop");
	struct signed_beat beat = fleet_beat_of(&worlds->issuer);

	worlds_trust(&worlds->other, &worlds->issuer);
	fleet_sign(&worlds->issuer, 0, &worlds->parcel);
	assert_int_equal(fleet_put(&worlds->other, ISSUER, &worlds->parcel), 0);
	assert_int_equal(fleet_put_beat(&worlds->other, ISSUER, &beat), 0);
	world_disk(false);
	assert_true(tokens_fleet_revoke_for(other, "web1", &made.token.id, "lost") < 0);
	world_disk(true);
	assert_int_equal(tokens_fleet_last(other), 0);
	assert_int_equal(held_at(&worlds->other), 0);
	assert_int_equal(tokens_fleet_revoke_for(other, "web1", &made.token.id, "lost"), 0);
	assert_int_equal(tokens_fleet_last(other), 1);
	assert_int_equal(held_at(&worlds->other), 1);
	assert_int_equal(world_log_in(&worlds->other, &alice, &made), PAT_REVOKED);
}

static void request_is_recorded_with_its_host(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop");
	struct entry entry;

	assert_int_equal(
		tokens_fleet_revoke_for(worlds->issuer.tokens, "web1", &made.token.id, "lost"), 0);
	entry = world_last_entry(&worlds->issuer);
	assert_int_equal(entry.event, ENTRY_REVOKED);
	assert_int_equal(entry.how, ENTRY_FLEET);
	assert_string_equal(entry.detail, "web1: lost");
	assert_string_equal(world_find(&worlds->issuer, &made).revoked_reason, "lost");
	/* A second time it changes nothing. */
	assert_int_equal(
		tokens_fleet_revoke_for(worlds->issuer.tokens, "web2", &made.token.id, "lost"), 0);
	assert_int_equal(tokens_fleet_last(worlds->issuer.tokens), 2);
}

/* Who may ask for anything gets no more than that a token of the fleet is revoked. */
static void fleet__hostile_member_revokes_no_local_token(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made local = world_generate(&worlds->issuer, &alice, "local");
	struct pat_id unknown = { "0000000000" };

	assert_int_equal(
		tokens_fleet_revoke_for(worlds->issuer.tokens, "web1", &local.token.id, ""),
		-ENOENT);
	assert_int_equal(world_log_in(&worlds->issuer, &alice, &local), PAT_ACCEPTED);
	assert_int_equal(
		tokens_fleet_revoke_for(worlds->issuer.tokens, "web1", &unknown, ""), -ENOENT);
	assert_int_equal(tokens_fleet_last(worlds->issuer.tokens), 0);
	assert_int_equal(
		tokens_fleet_revoke_for(worlds->member.tokens, "web1", &unknown, ""), -ENOENT);
}

static void reason_that_nobody_can_give_revokes_all_the_same(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop");

	assert_int_equal(
		tokens_fleet_revoke_for(worlds->issuer.tokens, "web1", &made.token.id, "a\nb"), 0);
	assert_int_equal(world_log_in(&worlds->issuer, &alice, &made), PAT_REVOKED);
	assert_string_equal(world_find(&worlds->issuer, &made).revoked_reason, "");
}

/* The issuer is away; another one, which knows its tokens, signs the request. */
static struct made revoke_by_other(struct fleet_worlds *worlds, const char *name)
{
	struct made made = fleet_generate(worlds, name);
	struct signed_beat beat = fleet_beat_of(&worlds->issuer);

	fleet_sign(&worlds->issuer, 0, &worlds->parcel);
	assert_int_equal(fleet_put(&worlds->other, ISSUER, &worlds->parcel), 0);
	assert_int_equal(fleet_put_beat(&worlds->other, ISSUER, &beat), 0);
	assert_int_equal(world_log_in(&worlds->other, &alice, &made), PAT_ACCEPTED);
	assert_int_equal(
		tokens_fleet_revoke_for(worlds->other.tokens, "web9", &made.token.id, "stolen"), 0);
	assert_int_equal(world_log_in(&worlds->other, &alice, &made), PAT_REVOKED);
	return made;
}

static void revocation__by_another_issuer_after_the_row(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made;

	worlds_trust(&worlds->other, &worlds->issuer);
	made = revoke_by_other(worlds, "laptop");
	fleet_carry(worlds, &worlds->issuer);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_ACCEPTED);
	fleet_carry(worlds, &worlds->other);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_REVOKED);
	assert_string_equal(world_find(&worlds->member, &made).revoked_reason, "stolen");
	assert_int_equal(held_at(&worlds->member), 1);
	assert_true(fleet_state(&worlds->member, OTHER).complete);
	assert_int_equal(fleet_count(&worlds->member, OTHER), 0);
}

static void revocation__by_another_issuer_before_the_row(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made;

	worlds_trust(&worlds->other, &worlds->issuer);
	made = revoke_by_other(worlds, "laptop");
	fleet_carry(worlds, &worlds->other);
	fleet_carry(worlds, &worlds->issuer);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_REVOKED);
	assert_int_equal(held_at(&worlds->member), 1);
	/* The issuer is back, and restores it after that. */
	worlds_wait(worlds, 60);
	assert_int_equal(world_revoke(&worlds->issuer, &made), PAT_OK);
	assert_int_equal(world_restore(&worlds->issuer, &made), PAT_OK);
	fleet_sync(worlds);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_ACCEPTED);
	/* And is asked once more. */
	fleet_sign(&worlds->issuer, 0, &worlds->parcel);
	assert_int_equal(fleet_put(&worlds->other, ISSUER, &worlds->parcel), 0);
	assert_int_equal(
		tokens_fleet_revoke_for(worlds->other.tokens, "web9", &made.token.id, "again"), 0);
	fleet_sync(worlds);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_REVOKED);
}

static void revocation__of_another_issuer_reaches_the_issuer(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made;

	worlds_trust(&worlds->other, &worlds->issuer);
	worlds_trust(&worlds->issuer, &worlds->other);
	made = revoke_by_other(worlds, "laptop");
	fleet_sign(&worlds->other, 0, &worlds->parcel);
	assert_int_equal(fleet_put(&worlds->issuer, OTHER, &worlds->parcel), 0);
	assert_int_equal(world_log_in(&worlds->issuer, &alice, &made), PAT_REVOKED);
	assert_int_equal(tokens_fleet_last(worlds->issuer.tokens), 2);
	/* Restored, it stays so when the same is put again. */
	worlds_wait(worlds, 1);
	assert_int_equal(world_restore(&worlds->issuer, &made), PAT_OK);
	assert_int_equal(tokens_fleet_begin_again(worlds->issuer.tokens, OTHER), 0);
	assert_int_equal(fleet_put(&worlds->issuer, OTHER, &worlds->parcel), 0);
	assert_int_equal(world_log_in(&worlds->issuer, &alice, &made), PAT_ACCEPTED);
}

/* Not taken as long as it is not carried out: it comes again. */
static void revocation__of_another_issuer_is_taken_and_carried_out_in_one(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made;

	worlds_trust(&worlds->other, &worlds->issuer);
	worlds_trust(&worlds->issuer, &worlds->other);
	made = revoke_by_other(worlds, "laptop");
	fleet_sign(&worlds->other, 0, &worlds->parcel);
	world_trigger(&worlds->issuer,
		"CREATE TRIGGER t BEFORE UPDATE ON token BEGIN SELECT RAISE(FAIL, 'no'); END");
	assert_true(fleet_put(&worlds->issuer, OTHER, &worlds->parcel) < 0);
	assert_int_equal(fleet_state(&worlds->issuer, OTHER).number, 0);
	world_edit(&worlds->issuer, "DROP TRIGGER t");
	assert_int_equal(fleet_put(&worlds->issuer, OTHER, &worlds->parcel), 0);
	assert_int_equal(world_log_in(&worlds->issuer, &alice, &made), PAT_REVOKED);
	assert_int_equal(tokens_fleet_last(worlds->issuer.tokens), 2);
	world_restart(&worlds->issuer);
	assert_int_equal(tokens_fleet_last(worlds->issuer.tokens), 2);
	fleet_carry(worlds, &worlds->issuer);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_REVOKED);
}

/* The issuer was restored from a backup, and so was its hub. */
static void revocation__what_is_held_is_not_forgotten(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made one = fleet_generate(worlds, "one"), two;
	struct parcel old;
	struct signed_beat old_beat;

	fleet_sign(&worlds->issuer, 0, &old);
	world_edit(&worlds->issuer, "CREATE TABLE was AS SELECT * FROM fleet_issuer");
	two = fleet_generate(worlds, "two");
	fleet_sync(worlds);
	assert_int_equal(world_revoke(&worlds->member, &two), PAT_OK);
	world_edit(&worlds->issuer, "DELETE FROM token WHERE name = 'two'");
	world_stop(&worlds->issuer);
	world_edit(&worlds->issuer, "DELETE FROM fleet_issuer;"
				    " INSERT INTO fleet_issuer SELECT * FROM was; DROP TABLE was");
	world_start(&worlds->issuer);
	old_beat = fleet_beat_of(&worlds->issuer);
	assert_int_equal(old_beat.beat.last, 1);
	assert_int_equal(tokens_fleet_begin_again(worlds->member.tokens, ISSUER), 0);
	assert_int_equal(fleet_put(&worlds->member, ISSUER, &old), 0);
	assert_int_equal(fleet_put_beat(&worlds->member, ISSUER, &old_beat), 0);
	assert_true(fleet_state(&worlds->member, ISSUER).complete);
	assert_int_equal(held_at(&worlds->member), 1);
	assert_int_equal(fleet_log_in(worlds, &one), PAT_ACCEPTED);
	assert_int_equal(fleet_log_in(worlds, &two), PAT_REVOKED);
	/* It goes on, and what its issuer does not know is in nobody's way. */
	(void)fleet_generate(worlds, "three");
	fleet_sync(worlds);
	assert_true(fleet_state(&worlds->member, ISSUER).complete);
	fleet_refetch(worlds);
	assert_true(fleet_state(&worlds->member, ISSUER).complete);
	assert_int_equal(held_at(&worlds->member), 1);
	assert_int_equal(fleet_log_in(worlds, &two), PAT_REVOKED);
	/* Whoever has no more use for it deletes it here. */
	assert_int_equal(world_delete(&worlds->member, &two), PAT_OK);
	fleet_sync(worlds);
	assert_true(fleet_state(&worlds->member, ISSUER).complete);
}

static void deleted_token_is_gone_everywhere(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop");

	fleet_sync(worlds);
	assert_int_equal(world_revoke(&worlds->member, &made), PAT_OK);
	assert_int_equal(world_revoke(&worlds->issuer, &made), PAT_OK);
	assert_int_equal(world_delete(&worlds->issuer, &made), PAT_OK);
	fleet_sync(worlds);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_WRONG);
	assert_int_equal(fleet_count(&worlds->member, ISSUER), 0);
	assert_int_equal(fleet_state(&worlds->member, ISSUER).number, 3);
	assert_true(fleet_state(&worlds->member, ISSUER).complete);
	fleet_refetch(worlds);
	assert_true(fleet_state(&worlds->member, ISSUER).complete);
}

static unsigned int revoke_all(
	struct world *world, const struct caller *caller, uint32_t uid, const char *user)
{
	const struct revocation revocation = { .reason = "all" };
	char place[TOKENS_CURSOR_MAX] = "";
	uint32_t count = 0;

	do {
		assert_int_equal(tokens_revoke_some(world->tokens, caller, user, uid, &revocation,
					 place, &count, &world->refusal),
			PAT_OK);
	} while (place[0] != '\0');
	return count;
}

/* A user who is deleted here is a user elsewhere: see shadow/patd-userdel.in. */
static void root_revokes_all_of_a_uid_without_those_of_the_name(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop");
	struct made local = world_generate(&worlds->member, &alice, "local");

	fleet_sync(worlds);
	assert_int_equal(revoke_all(&worlds->member, &root, alice.uid, "alice"), 1);
	assert_int_equal(fleet_log_in(worlds, &local), PAT_REVOKED);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_ACCEPTED);
	assert_int_equal(revoke_all(&worlds->member, &root, TOKEN_UID_ANY, "alice"), 1);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_REVOKED);
}

static void revoking_all_of_a_user_takes_replicas_along(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made one = fleet_generate(worlds, "one"), two = fleet_generate(worlds, "two");
	struct made local = world_generate(&worlds->member, &alice, "local");

	fleet_sync(worlds);
	assert_int_equal(revoke_all(&worlds->member, &alice, alice.uid, "alice"), 3);
	assert_int_equal(fleet_log_in(worlds, &one), PAT_REVOKED);
	assert_int_equal(fleet_log_in(worlds, &two), PAT_REVOKED);
	assert_int_equal(fleet_log_in(worlds, &local), PAT_REVOKED);
	assert_int_equal(held_at(&worlds->member), 2);
}

static void requests_for_what_is_revoked_change_nothing(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct world *issuer = &worlds->issuer;
	struct made made = fleet_generate(worlds, "laptop");
	char reason[16];

	for (unsigned int i = 0; i < 5; i++) {
		(void)snprintf(reason, sizeof(reason), "reason %u", i);
		assert_int_equal(
			tokens_fleet_revoke_for(issuer->tokens, "web9", &made.token.id, reason), 0);
	}
	assert_int_equal(tokens_fleet_last(issuer->tokens), 2);
	assert_string_equal(world_find(issuer, &made).revoked_reason, "reason 0");
	/* But for one that says more: nobody restores it then. */
	for (unsigned int i = 0; i < 2; i++)
		assert_int_equal(tokens_fleet_revoke_for(issuer->tokens, "web9", &made.token.id,
					 TOKEN_REASON_COMPROMISED),
			0);
	assert_int_equal(tokens_fleet_last(issuer->tokens), 3);
	assert_int_equal(world_check_history(issuer), 3);
}

/* One of its own marks was altered: the set is made of the others. */
static void integrity__altered_revocation_is_made_anew(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct world *other = &worlds->other;
	struct made made = fleet_generate(worlds, "laptop");

	worlds_trust(other, &worlds->issuer);
	fleet_sign(&worlds->issuer, 0, &worlds->parcel);
	assert_int_equal(fleet_put(other, ISSUER, &worlds->parcel), 0);
	fleet_sync(worlds);
	assert_int_equal(tokens_fleet_revoke_for(other->tokens, "web9", &made.token.id, "lost"), 0);
	fleet_sync(worlds);
	assert_true(fleet_state(&worlds->member, OTHER).complete);
	world_edit(other, "UPDATE fleet_mark SET revoked_at = 1");
	assert_int_equal(
		tokens_fleet_revoke_for(other->tokens, "web9", &made.token.id, "again"), 0);
	fleet_sync(worlds);
	assert_true(fleet_state(&worlds->member, OTHER).complete);
}

/* Nobody can say which of the two came later. */
static void revocation__restore_in_the_second_of_a_hold_does_not_end_it(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop");

	fleet_sync(worlds);
	assert_int_equal(world_revoke(&worlds->member, &made), PAT_OK);
	assert_int_equal(world_suspend(&worlds->issuer, &made, 60), PAT_OK);
	assert_int_equal(world_restore(&worlds->issuer, &made), PAT_OK);
	fleet_sync(worlds);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_REVOKED);
	assert_int_equal(held_at(&worlds->member), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLDS_TEST(revocation_at_the_issuer_holds_everywhere),
		WORLDS_TEST(revocation__member_holds_at_once_until_the_issuer_has_signed),
		WORLDS_TEST(hold_ends_with_a_later_restore),
		WORLDS_TEST(revocation__suspension_does_not_end_a_hold),
		WORLDS_TEST(time__earlier_restore_does_not_end_a_hold),
		WORLDS_TEST(revocation__restore_of_a_suspension_does_not_end_a_later_hold),
		WORLDS_TEST(longest_reason_is_carried_out_and_cut_in_the_history),
		WORLDS_TEST(request_that_fails_changes_nothing),
		WORLDS_TEST(request_is_recorded_with_its_host),
		WORLDS_TEST(fleet__hostile_member_revokes_no_local_token),
		WORLDS_TEST(reason_that_nobody_can_give_revokes_all_the_same),
		WORLDS_TEST(revocation__by_another_issuer_after_the_row),
		WORLDS_TEST(revocation__by_another_issuer_before_the_row),
		WORLDS_TEST(revocation__of_another_issuer_reaches_the_issuer),
		WORLDS_TEST(revocation__of_another_issuer_is_taken_and_carried_out_in_one),
		WORLDS_TEST(revocation__what_is_held_is_not_forgotten),
		WORLDS_TEST(revocation__restore_in_the_second_of_a_hold_does_not_end_it),
		WORLDS_TEST(requests_for_what_is_revoked_change_nothing),
		WORLDS_TEST(integrity__altered_revocation_is_made_anew),
		WORLDS_TEST(deleted_token_is_gone_everywhere),
		WORLDS_TEST(root_revokes_all_of_a_uid_without_those_of_the_name),
		WORLDS_TEST(revoking_all_of_a_user_takes_replicas_along),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
