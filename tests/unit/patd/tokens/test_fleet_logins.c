/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Logins with fleet tokens at a member, and whose they are there. */
#include "patd/tokens/tokens_fleet.h"
#include "patd/tokens/uses.h"
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/tokens/fleet_worlds.h"
#include "tests/unit/patd/tokens/listing.h"

static const struct caller other_alice = { .uid = 1005, .user = "alice" };

static void fleet__token_of_an_issuer_is_accepted_at_a_member(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop");

	assert_int_equal(fleet_log_in(worlds, &made), PAT_WRONG);
	fleet_sync(worlds);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_ACCEPTED);
	assert_int_equal(world_log_in(&worlds->issuer, &alice, &made), PAT_ACCEPTED);
	assert_int_equal(world_log_in(&worlds->other, &alice, &made), PAT_WRONG);
	world_restart(&worlds->member);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_ACCEPTED);
}

/* A member learns nothing by which it could log in elsewhere. */
static void stolen_database__verifier_of_a_fleet_token_is_not_the_digest(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop");
	struct pat_request request = request_with(made.secret, &alice);
	uint64_t ignored = 0;

	fleet_sync(worlds);
	assert_memory_not_equal(
		made.token.verifier, request.digest.bytes, sizeof(request.digest.bytes));
	memcpy(request.digest.bytes, made.token.verifier, sizeof(request.digest.bytes));
	assert_int_equal(verify_request(worlds->member.tokens, 0, &request, &ignored), PAT_WRONG);
}

static void local_token_goes_nowhere(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = world_generate(&worlds->issuer, &alice, "local");

	fleet_sync(worlds);
	assert_int_equal(tokens_fleet_last(worlds->issuer.tokens), 0);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_WRONG);
}

static void scope__fleet_token_is_for_the_name_whatever_the_uid(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop");
	static const struct caller anna = { .uid = 1000, .user = "anna" };

	fleet_sync(worlds);
	assert_int_equal(world_log_in(&worlds->member, &other_alice, &made), PAT_ACCEPTED);
	assert_int_equal(world_log_in(&worlds->member, &anna, &made), PAT_OTHER_USER);
	assert_int_equal(world_log_in(&worlds->member, &bob, &made), PAT_OTHER_USER);
	/* At its issuer it is bound to the uid as well. */
	assert_int_equal(world_log_in(&worlds->issuer, &other_alice, &made), PAT_OTHER_USER);
}

static void scope__wrong_host_is_refused(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made web = fleet_generate_for(&worlds->issuer, &alice, "web", "WEB*");
	struct made db = fleet_generate_for(&worlds->issuer, &alice, "db", "db1,db2");

	fleet_sync(worlds);
	assert_int_equal(fleet_log_in(worlds, &web), PAT_ACCEPTED);
	assert_int_equal(fleet_log_in(worlds, &db), PAT_WRONG_HOST);
	assert_int_equal(world_log_in(&worlds->issuer, &alice, &web), PAT_WRONG_HOST);
}

static void use_is_recorded_of_who_logged_in(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop");
	struct entry entry;

	fleet_sync(worlds);
	assert_int_equal(world_log_in(&worlds->member, &other_alice, &made), PAT_ACCEPTED);
	entry = world_last_entry(&worlds->member);
	assert_int_equal(entry.event, ENTRY_USED);
	assert_int_equal(entry.uid, other_alice.uid);
	assert_int_equal(world_find(&worlds->member, &made).uid, TOKEN_UID_ANY);
	assert_int_equal(world_state(&worlds->member, &made), TOKEN_ACTIVE);
}

static void uses_stay_where_they_were(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop");
	const struct token_update note = { .note = "mine" };

	fleet_sync(worlds);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_ACCEPTED);
	assert_int_equal(tokens_set(worlds->member.tokens, &alice, made.token.id.text, &note,
				 &worlds->member.refusal),
		PAT_OK);
	assert_int_equal(world_find(&worlds->issuer, &made).uses, 0);
	/* A later version of it takes nothing of that away. */
	assert_int_equal(tokens_rename(worlds->issuer.tokens, &root, made.token.id.text, "desk",
				 &worlds->issuer.refusal),
		PAT_OK);
	fleet_sync(worlds);
	assert_int_equal(world_find(&worlds->member, &made).uses, 1);
	assert_int_equal(world_find(&worlds->member, &made).last_used_at, worlds->member.time);
	assert_string_equal(world_find(&worlds->member, &made).name, "desk");
	assert_string_equal(world_find(&worlds->member, &made).note, "mine");
}

static void on_used(const struct token *token, void *userdata)
{
	*(struct token *)userdata = *token;
}

static void use_is_told_to_who_carries_it(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop");
	struct made local = world_generate(&worlds->member, &alice, "local");
	struct token used = { 0 };
	const struct fleet_listener listener = { .used = on_used, .userdata = &used };

	fleet_sync(worlds);
	tokens_fleet_listen(worlds->member.tokens, &listener);
	assert_int_equal(fleet_log_in(worlds, &local), PAT_ACCEPTED);
	assert_string_equal(used.id.text, "");
	assert_int_equal(fleet_log_in(worlds, &made), PAT_ACCEPTED);
	assert_string_equal(used.id.text, made.token.id.text);
	assert_int_equal(used.uses, 1);
	assert_string_equal(used.last_used_service, "su");
}

struct used_list {
	struct token tokens[4];
	size_t n;
};

static int list_used(const struct token *token, void *userdata)
{
	struct used_list *used = userdata;

	assert_true(used->n < COUNT(used->tokens));
	used->tokens[used->n++] = *token;
	return 0;
}

/* Also those whose use is in memory alone, as after a start. */
static void those_of_others_used_last_can_be_told_of_again(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct world *member = &worlds->member;
	struct made made[] = { fleet_generate(worlds, "first"), fleet_generate(worlds, "second"),
		fleet_generate(worlds, "third") };
	struct made local = world_generate(member, &alice, "local");
	struct used_list used = { 0 };

	(void)fleet_generate(worlds, "unused");
	fleet_sync(worlds);
	for (size_t i = 0; i < COUNT(made); i++) {
		worlds_wait(worlds, 1);
		assert_int_equal(fleet_log_in(worlds, &made[i]), PAT_ACCEPTED);
	}
	assert_int_equal(fleet_log_in(worlds, &made[1]), PAT_ACCEPTED);
	assert_int_equal(fleet_log_in(worlds, &local), PAT_ACCEPTED);
	worlds_wait(worlds, 1);
	assert_int_equal(fleet_log_in(worlds, &made[0]), PAT_ACCEPTED);
	world_restart(member);
	assert_int_equal(tokens_fleet_list_used(member->tokens, 2, list_used, &used), 0);
	assert_int_equal(used.n, 2);
	assert_string_equal(used.tokens[0].id.text, made[0].token.id.text);
	assert_int_equal(used.tokens[0].uses, 2);
	assert_int_equal(used.tokens[0].last_used_at, member->time);
	assert_string_equal(used.tokens[0].last_used_service, "su");
	used.n = 0;
	assert_int_equal(tokens_fleet_list_used(member->tokens, 4, list_used, &used), 0);
	assert_int_equal(used.n, 3);
	/* Its own are nobody else's to learn of. */
	assert_int_equal(world_log_in(&worlds->issuer, &alice, &made[0]), PAT_ACCEPTED);
	used.n = 0;
	assert_int_equal(tokens_fleet_list_used(worlds->issuer.tokens, 4, list_used, &used), 0);
	assert_int_equal(used.n, 0);
}

static void integrity__use_of_an_altered_row_is_told_to_nobody(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct world *member = &worlds->member;
	struct made made = fleet_generate(worlds, "laptop");
	struct used_list used = { 0 };

	fleet_sync(worlds);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_ACCEPTED);
	assert_int_equal(tokens_fleet_list_used(member->tokens, 4, list_used, &used), 0);
	assert_int_equal(used.n, 1);
	world_edit(member, "UPDATE token SET uses = uses + 1 WHERE issuer <> ''");
	used.n = 0;
	assert_int_equal(tokens_fleet_list_used(member->tokens, 4, list_used, &used), 0);
	assert_int_equal(used.n, 0);
}

static void issuer_learns_of_a_later_use(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop");
	struct tokens *tokens = worlds->issuer.tokens;
	const struct pat_id *id = &made.token.id;
	const uint64_t number = tokens_fleet_last(tokens);

	worlds_wait(worlds, 100);
	assert_int_equal(
		tokens_fleet_take_use(tokens, "web1", id, NOON + 50, "sshd", "192.0.2.1", 1), 0);
	assert_int_equal(world_find(&worlds->issuer, &made).last_used_at, NOON + 50);
	assert_string_equal(world_find(&worlds->issuer, &made).last_used_service, "sshd");
	assert_string_equal(world_find(&worlds->issuer, &made).last_used_from, "192.0.2.1 on web1");
	assert_int_equal(world_find(&worlds->issuer, &made).uses, 1);
	/* An earlier one, told later. */
	assert_int_equal(tokens_fleet_take_use(tokens, "web2", id, NOON + 40, "sshd", "", 7), 0);
	assert_int_equal(world_find(&worlds->issuer, &made).last_used_at, NOON + 50);
	/* Of a clock that is ahead. */
	assert_int_equal(tokens_fleet_take_use(tokens, "web2", id, NOON + 1000, "su", "", 8), 0);
	assert_int_equal(world_find(&worlds->issuer, &made).last_used_at, NOON + 100);
	assert_string_equal(world_find(&worlds->issuer, &made).last_used_from, "local on web2");
	/* A use is signed by nobody. */
	assert_int_equal(tokens_fleet_last(tokens), number);
	world_restart(&worlds->issuer);
	assert_int_equal(world_find(&worlds->issuer, &made).uses, 2);
}

/* What the usage log does not read back would keep patd from starting. */
static void fleet__hostile_member_use_of_no_host_is_refused(void **state)
{
	static const char *const hosts[] = { "", "web\n1", "web\xFF", "\xE2\x80\xAE", "web 1",
		"-" };
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop");
	struct tokens *tokens = worlds->issuer.tokens;
	const struct pat_id *id = &made.token.id;

	for (size_t i = 0; i < COUNT(hosts); i++) {
		assert_int_equal(
			tokens_fleet_take_use(tokens, hosts[i], id, NOON, "su", "", 1), -EINVAL);
		assert_int_equal(tokens_fleet_revoke_for(tokens, hosts[i], id, ""), -EINVAL);
	}
	assert_int_equal(world_find(&worlds->issuer, &made).uses, 0);
	assert_int_equal(world_log_in(&worlds->issuer, &alice, &made), PAT_ACCEPTED);
}

static void fleet__hostile_member_use_with_any_bytes_is_read_back(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop");
	struct tokens *tokens = worlds->issuer.tokens;
	char source[256] = "", host[FLEET_NAME_LEN_MAX + 1] = "";
	struct token token;

	/* A character of two bytes is where the text is cut, or after it. */
	memset(host, 'h', FLEET_NAME_LEN_MAX);
	for (size_t i = 0; i + 2 < sizeof(source); i += 2)
		memcpy(source + i, "\u00E4", 2);
	worlds_wait(worlds, 10);
	assert_int_equal(
		tokens_fleet_take_use(tokens, host, &made.token.id, NOON + 1, "\n\xFF", source, 1),
		0);
	assert_int_equal(tokens_fleet_take_use(
				 tokens, host, &made.token.id, NOON + 2, "sshd", source + 1, 2),
		0);
	world_restart(&worlds->issuer);
	token = world_find(&worlds->issuer, &made);
	assert_int_equal(token.uses, 2);
	assert_memory_equal(token.last_used_from, "? on hhh", 8);
	assert_int_equal(world_log_in(&worlds->issuer, &alice, &made), PAT_ACCEPTED);
}

static void integrity__use_that_the_log_would_not_read_back_is_refused(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop");
	struct token token = world_find(&worlds->issuer, &made);

	token.uses = 1;
	(void)strcpy(token.last_used_from, "a\nb");
	assert_int_equal(uses_gather(worlds->issuer.tokens, &token, NULL, NULL), -EINVAL);
	assert_int_equal(world_find(&worlds->issuer, &made).uses, 0);
}

static void nobody_tells_of_uses_of_other_tokens(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made local = world_generate(&worlds->issuer, &alice, "local");
	struct made made = fleet_generate(worlds, "laptop");

	fleet_sync(worlds);
	assert_int_equal(tokens_fleet_take_use(
				 worlds->issuer.tokens, "web1", &local.token.id, NOON, "su", "", 1),
		-ENOENT);
	assert_int_equal(tokens_fleet_take_use(
				 worlds->member.tokens, "web1", &made.token.id, NOON, "su", "", 1),
		-ENOENT);
}

static void owner_by_name_has_the_token_in_the_own_list(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct token_query query = { .cursor = "" };
	char cursor[TOKENS_CURSOR_MAX];
	struct listing listing;

	(void)fleet_generate(worlds, "fleet1");
	(void)fleet_generate(worlds, "fleet2");
	(void)fleet_generate_for(&worlds->other, &alice, "fleet1", NULL);
	(void)fleet_generate_for(&worlds->issuer, &bob, "bobs", NULL);
	(void)world_generate(&worlds->member, &alice, "local1");
	(void)world_generate(&worlds->member, &alice, "local2");
	fleet_sync(worlds);
	assert_int_equal(list(&worlds->member, &alice, &query, &listing, cursor), PAT_OK);
	assert_string_equal(listing.names, "local1 local2 fleet1 fleet1 fleet2 ");
	query.name = "fleet1";
	assert_int_equal(list(&worlds->member, &alice, &query, &listing, cursor), PAT_OK);
	assert_string_equal(listing.names, "fleet1 fleet1 ");
	/* Under another uid they are theirs all the same. */
	query.name = NULL;
	assert_int_equal(list(&worlds->member, &other_alice, &query, &listing, cursor), PAT_OK);
	assert_string_equal(listing.names, "fleet1 fleet1 fleet2 ");
}

static void pages_of_the_own_list_have_each_token_once(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct token_query query = { .limit = 1 };
	char cursor[TOKENS_CURSOR_MAX] = "", names[64] = "";
	struct listing listing;

	(void)fleet_generate(worlds, "b");
	(void)fleet_generate_for(&worlds->other, &alice, "b", NULL);
	(void)world_generate(&worlds->member, &alice, "a");
	(void)world_generate(&worlds->member, &alice, "c");
	fleet_sync(worlds);
	do {
		char from[TOKENS_CURSOR_MAX];

		(void)strcpy(from, cursor);
		query.cursor = from;
		assert_int_equal(list(&worlds->member, &alice, &query, &listing, cursor), PAT_OK);
		assert_true(strlen(names) + strlen(listing.names) < sizeof(names));
		(void)strcat(names, listing.names);
	} while (cursor[0] != '\0');
	assert_string_equal(names, "a c b b ");
}

static int count_entry(const struct entry *entry, void *userdata)
{
	assert_string_equal(entry->user, "alice");
	(*(unsigned int *)userdata)++;
	return 0;
}

static unsigned int own_entries(struct world *world, const struct caller *caller)
{
	const struct history_query query = { .cursor = "" };
	char cursor[TOKENS_CURSOR_MAX];
	unsigned int n = 0;

	assert_int_equal(tokens_list_history(world->tokens, caller, &query, count_entry, &n, cursor,
				 &world->refusal),
		PAT_OK);
	return n;
}

static void owner_by_name_has_its_entries_in_the_own_history(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made;

	fleet_sync(worlds);
	made = fleet_generate(worlds, "laptop");
	fleet_sync(worlds);
	assert_int_equal(own_entries(&worlds->member, &alice), 1);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_ACCEPTED);
	assert_int_equal(own_entries(&worlds->member, &alice), 2);
	assert_int_equal(own_entries(&worlds->member, &bob), 0);
	/* A login is of the uid that has logged in. */
	assert_int_equal(own_entries(&worlds->member, &other_alice), 1);
	/* Also before they are in the database. */
	assert_int_equal(world_log_in(&worlds->member, &bob, &made), PAT_OTHER_USER);
	assert_int_equal(own_entries(&worlds->member, &alice), 3);
}

static void privacy__stranger_does_not_find_it(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop");
	struct token token;

	fleet_sync(worlds);
	assert_int_equal(tokens_find(worlds->member.tokens, &bob, made.token.id.text, &token,
				 &worlds->member.refusal),
		PAT_ERR_NOT_FOUND);
	assert_int_equal(tokens_find(worlds->member.tokens, &other_alice, made.token.id.text,
				 &token, &worlds->member.refusal),
		PAT_OK);
}

static void replica_is_changed_at_its_issuer_alone(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop");
	const char *id = made.token.id.text;
	struct world *member = &worlds->member;
	struct refusal *refusal = &member->refusal;
	const struct rotation rotation = { 0 };
	const struct token_update shorter = { .has_lifetime = true, .lifetime = DAY };
	struct token_update services = { .note = "mine" };
	char secret[PAT_TOKEN_LEN + 1];

	services.restrictions[PAT_SERVICES] = "su";
	fleet_sync(worlds);
	assert_int_equal(
		tokens_rename(member->tokens, &root, id, "x", refusal), PAT_ERR_NOT_ISSUER);
	assert_non_null(strstr(refusal->why, "issuer"));
	assert_int_equal(tokens_rotate(member->tokens, &root, id, &rotation, secret, refusal),
		PAT_ERR_NOT_ISSUER);
	assert_int_equal(
		tokens_set(member->tokens, &root, id, &shorter, refusal), PAT_ERR_NOT_ISSUER);
	assert_int_equal(
		tokens_set(member->tokens, &root, id, &services, refusal), PAT_ERR_NOT_ISSUER);
	assert_int_equal(world_suspend(member, &made, 60), PAT_ERR_NOT_ISSUER);
	assert_int_equal(world_revoke(member, &made), PAT_OK);
	assert_int_equal(world_restore(member, &made), PAT_ERR_NOT_ISSUER);
	assert_int_equal(world_delete(member, &made), PAT_ERR_NOT_ISSUER);
}

static void what_no_fleet_token_can_be_is_refused(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct token_request request = request_for(&alice, "laptop");
	char secret[PAT_TOKEN_LEN + 1];
	struct refusal refusal;
	struct token token;

	request.fleet = true;
	assert_int_equal(
		tokens_generate(worlds->member.tokens, &root, &request, &token, secret, &refusal),
		PAT_ERR_NOT_ISSUER);
	assert_int_equal(tokens_may_generate(worlds->member.tokens, &root, &request, &refusal),
		PAT_ERR_NOT_ISSUER);
	request.restrictions[PAT_UNTIL].text = "boot";
	assert_int_equal(
		tokens_generate(worlds->issuer.tokens, &root, &request, &token, secret, &refusal),
		PAT_ERR_INVALID_RESTRICTION);
	request.restrictions[PAT_UNTIL].text = NULL;
	request.restrictions[PAT_MAX_USES].number = 3;
	assert_int_equal(
		tokens_generate(worlds->issuer.tokens, &root, &request, &token, secret, &refusal),
		PAT_ERR_INVALID_RESTRICTION);
	request.restrictions[PAT_MAX_USES].number = 0;
	request.restrictions[PAT_HOSTS].text = "web*";
	request.fleet = false;
	assert_int_equal(
		tokens_generate(worlds->issuer.tokens, &root, &request, &token, secret, &refusal),
		PAT_ERR_INVALID_RESTRICTION);
	request.fleet = true;
	assert_int_equal(
		tokens_generate(worlds->issuer.tokens, &root, &request, &token, secret, &refusal),
		PAT_OK);
}

static void daily_work_leaves_what_others_issued_alone(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop");
	struct daily_work work = { 0 };

	fleet_sync(worlds);
	worlds->member.policy.revoke_unused = DAY;
	worlds->member.policy.delete_ended = DAY;
	world_apply_policy(&worlds->member);
	worlds_wait(worlds, 100 * DAY);
	while (!work.done)
		assert_int_equal(tokens_daily_some(worlds->member.tokens, &work, NULL, NULL), 0);
	assert_int_equal(world_find(&worlds->member, &made).revoked_at, 0);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_EXPIRED);
}

static void rotated_secret_works_everywhere(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop"), rotated, last;

	fleet_sync(worlds);
	rotated = world_rotate(&worlds->issuer, &made, 3600);
	fleet_sync(worlds);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_ACCEPTED);
	assert_int_equal(fleet_log_in(worlds, &rotated), PAT_ACCEPTED);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_ROTATED);
	/* The end of the former secret here is no news of its issuer. */
	assert_int_equal(tokens_rename(worlds->issuer.tokens, &root, made.token.id.text, "desk",
				 &worlds->issuer.refusal),
		PAT_OK);
	fleet_sync(worlds);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_ROTATED);
	last = world_rotate(&worlds->issuer, &rotated, 0);
	fleet_sync(worlds);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_ROTATED);
	assert_int_equal(fleet_log_in(worlds, &rotated), PAT_ROTATED);
	assert_int_equal(fleet_log_in(worlds, &last), PAT_ACCEPTED);
}

static void check_says_what_a_login_would_be_told(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate_for(&worlds->issuer, &alice, "db", "db1");
	struct pat_request request = request_with(made.secret, &alice);
	enum pat_verdict verdicts[PAT_VERDICTS];
	unsigned int n;

	fleet_sync(worlds);
	worlds_wait(worlds, 3600);
	assert_int_equal(
		tokens_check(worlds->member.tokens, &alice, &made.token.id, &request.digest, "su",
			NULL, 0, verdicts, &n, &worlds->member.refusal),
		PAT_OK);
	assert_int_equal(n, 2);
	assert_int_equal(verdicts[0], PAT_STALE);
	assert_int_equal(verdicts[1], PAT_WRONG_HOST);
}

/* The clocks of issuers are no clock of ours. */
static void time__issuer_that_is_ahead_does_not_move_our_clock(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made local = world_generate(&worlds->member, &alice, "local");

	worlds->issuer.time += 1000 * DAY;
	(void)fleet_generate(worlds, "laptop");
	fleet_carry(worlds, &worlds->issuer);
	world_restart(&worlds->member);
	assert_int_equal(tokens_now(worlds->member.tokens), NOON);
	assert_int_equal(fleet_log_in(worlds, &local), PAT_ACCEPTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLDS_TEST(fleet__token_of_an_issuer_is_accepted_at_a_member),
		WORLDS_TEST(stolen_database__verifier_of_a_fleet_token_is_not_the_digest),
		WORLDS_TEST(local_token_goes_nowhere),
		WORLDS_TEST(scope__fleet_token_is_for_the_name_whatever_the_uid),
		WORLDS_TEST(scope__wrong_host_is_refused),
		WORLDS_TEST(use_is_recorded_of_who_logged_in),
		WORLDS_TEST(uses_stay_where_they_were),
		WORLDS_TEST(use_is_told_to_who_carries_it),
		WORLDS_TEST(those_of_others_used_last_can_be_told_of_again),
		WORLDS_TEST(integrity__use_of_an_altered_row_is_told_to_nobody),
		WORLDS_TEST(issuer_learns_of_a_later_use),
		WORLDS_TEST(fleet__hostile_member_use_of_no_host_is_refused),
		WORLDS_TEST(fleet__hostile_member_use_with_any_bytes_is_read_back),
		WORLDS_TEST(integrity__use_that_the_log_would_not_read_back_is_refused),
		WORLDS_TEST(nobody_tells_of_uses_of_other_tokens),
		WORLDS_TEST(owner_by_name_has_the_token_in_the_own_list),
		WORLDS_TEST(pages_of_the_own_list_have_each_token_once),
		WORLDS_TEST(owner_by_name_has_its_entries_in_the_own_history),
		WORLDS_TEST(privacy__stranger_does_not_find_it),
		WORLDS_TEST(replica_is_changed_at_its_issuer_alone),
		WORLDS_TEST(what_no_fleet_token_can_be_is_refused),
		WORLDS_TEST(daily_work_leaves_what_others_issued_alone),
		WORLDS_TEST(rotated_secret_works_everywhere),
		WORLDS_TEST(check_says_what_a_login_would_be_told),
		WORLDS_TEST(time__issuer_that_is_ahead_does_not_move_our_clock),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
