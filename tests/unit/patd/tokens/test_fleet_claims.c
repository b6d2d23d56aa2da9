/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Uses of limited fleet tokens, each of which the hub counts before it is accepted. */
#include "patd/tokens/tokens_fleet.h"
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/tokens/fleet_worlds.h"

#define CLAIM_S 2 /* how long a login waits */
#define LOGINS_MAX 128

/* A login that was not answered at once. */
struct client {
	char use[APPROVAL_ID_LEN + 1];
	bool waits;
	struct pat_reply reply; /* what was sent last; magic 0: nothing */
};

/* Who serves logins and patd-fleet at one machine. */
struct desk {
	struct world *world;
	struct client logins[LOGINS_MAX];
	size_t logins_n;
	struct fleet_listener fleet;
	struct token_listener listener;
	bool connected; /* patd-fleet */
	uint64_t claim; /* the last that it was asked for; 0: none */
	unsigned int claims;
	struct token claimed; /* by it */
	unsigned int shown, unshown;
	struct approval approval; /* the last that was shown */
};

static bool defer(void *userdata)
{
	(void)userdata;
	return true;
}

static void take(struct client *login, const struct later *later, const struct pat_reply *reply)
{
	login->waits = later->use[0] != '\0';
	assert_true(pat_field_set(login->use, sizeof(login->use), later->use));
	if (!login->waits || reply->verdict == PAT_ASKED)
		login->reply = *reply;
}

static enum pat_verdict on_decided(const char *use, void *userdata)
{
	struct desk *desk = userdata;
	struct later later = { .defer = defer };
	struct pat_reply reply;

	for (size_t i = 0; i < desk->logins_n; i++) {
		struct client *login = &desk->logins[i];

		if (!login->waits || strcmp(login->use, use) != 0)
			continue;
		tokens_conclude_use(desk->world->tokens, use, &later, &reply);
		take(login, &later, &reply);
		return (enum pat_verdict)reply.verdict;
	}
	fail_msg("no login waits as %s", use);
	return PAT_FAILED;
}

static bool on_claim(uint64_t claim, const struct token *token, void *userdata)
{
	struct desk *desk = userdata;

	if (!desk->connected)
		return false;
	desk->claim = claim;
	desk->claimed = *token;
	desk->claims++;
	return true;
}

static bool reaches_hub(void *userdata)
{
	const struct desk *desk = userdata;

	return desk->connected;
}

static void on_approval(const struct approval *approval, bool waits, void *userdata)
{
	struct desk *desk = userdata;

	*(waits ? &desk->shown : &desk->unshown) += 1;
	if (waits)
		desk->approval = *approval;
}

static struct client *log_in_as(
	struct desk *desk, uint32_t caller_uid, const struct caller *user, const struct made *made)
{
	const struct pat_request request = request_with(made->secret, user);
	struct later later = { .defer = defer };
	struct client *login = &desk->logins[desk->logins_n++];
	struct pat_reply reply;

	assert_true(desk->logins_n <= LOGINS_MAX);
	tokens_verify_later(desk->world->tokens, caller_uid, &request, &later, &reply);
	take(login, &later, &reply);
	return login;
}

static struct client *log_in_by(struct desk *desk, uint32_t caller_uid, const struct made *made)
{
	return log_in_as(desk, caller_uid, &alice, made);
}

static struct client *log_in(struct desk *desk, const struct made *made)
{
	return log_in_by(desk, 0, made);
}

static void assert_waits(const struct client *login)
{
	assert_true(login->waits);
	assert_int_equal(login->reply.magic, 0);
}

static void assert_verdict(const struct client *login, enum pat_verdict verdict)
{
	assert_false(login->waits);
	assert_true(pat_reply_check(&login->reply, sizeof(login->reply)));
	assert_int_equal(login->reply.verdict, verdict);
}

/* What the hub says to the last claim: the number of the use, or 0. */
static int hub_says(struct desk *desk, uint64_t which)
{
	return tokens_fleet_take_claim(desk->world->tokens, desk->claim, desk->claimed.issuer,
		&desk->claimed.id, true, which);
}

static void hub_is_away(struct desk *desk)
{
	assert_int_equal(tokens_fleet_take_claim(desk->world->tokens, desk->claim,
				 desk->claimed.issuer, &desk->claimed.id, false, 0),
		0);
}

struct claims {
	struct fleet_worlds *worlds;
	struct desk member, issuer;
};

static void open_desk(struct desk *desk, struct world *world)
{
	desk->world = world;
	desk->connected = true;
	desk->fleet = (struct fleet_listener) {
		.claim = on_claim,
		.reaches_hub = reaches_hub,
		.userdata = desk,
	};
	desk->listener = (struct token_listener) { .approval = on_approval, .userdata = desk };
	tokens_fleet_listen(world->tokens, &desk->fleet);
	tokens_listen(world->tokens, &desk->listener);
	tokens_on_use_decided(world->tokens, on_decided, desk);
}

static int set_up(void **state)
{
	struct claims *claims = calloc(1, sizeof(*claims));
	void *worlds;

	assert_non_null(claims);
	assert_int_equal(worlds_set_up(&worlds), 0);
	claims->worlds = worlds;
	assert_true(pat_field_set(claims->worlds->issuer.policy.hub,
		sizeof(claims->worlds->issuer.policy.hub), "host=/run/postgresql"));
	world_apply_policy(&claims->worlds->issuer);
	open_desk(&claims->member, &claims->worlds->member);
	open_desk(&claims->issuer, &claims->worlds->issuer);
	*state = claims;
	return 0;
}

static int tear_down(void **state)
{
	struct claims *claims = *state;
	void *worlds = claims->worlds;

	worlds_tear_down(&worlds);
	free(claims);
	return 0;
}

/* A token of so many uses, which the member has, too. */
static struct made generate_for(
	struct claims *claims, const struct caller *user, uint64_t max_uses, bool confirm)
{
	struct token_request request = request_for(user, "limited");
	struct made made;

	request.fleet = true;
	request.restrictions[PAT_MAX_USES].number = max_uses;
	request.restrictions[PAT_CONFIRM].number = confirm;
	world_generate_request(&claims->worlds->issuer, &request, &made);
	fleet_sync(claims->worlds);
	return made;
}

static struct made generate(struct claims *claims, uint64_t max_uses, bool confirm)
{
	return generate_for(claims, &alice, max_uses, confirm);
}

/* The latest entry of the history at the member, about a login. */
static void assert_entry(struct claims *claims, enum pat_verdict result, const char *detail)
{
	const struct entry entry = world_last_entry(&claims->worlds->member);

	assert_int_equal(entry.event, result == PAT_ACCEPTED ? ENTRY_USED : ENTRY_REFUSED);
	assert_int_equal(entry.result, result);
	assert_string_equal(entry.detail, detail);
}

/* --- tests --- */

static void limited_uses__use_is_counted_by_the_hub_before_it_is_accepted(void **state)
{
	struct claims *claims = *state;
	struct desk *member = &claims->member;
	struct made made = generate(claims, 3, false);
	struct client *login = log_in(member, &made);

	assert_waits(login);
	assert_int_equal(world_find(member->world, &made).uses, 0);
	assert_int_equal(member->claims, 1);
	assert_int_not_equal(member->claim, 0);
	assert_string_equal(member->claimed.id.text, made.token.id.text);
	assert_string_equal(member->claimed.issuer, ISSUER);
	assert_int_equal(member->claimed.limits.max_uses, 3);
	assert_int_equal(hub_says(member, 2), 0);
	assert_verdict(login, PAT_ACCEPTED);
	assert_int_equal(world_find(member->world, &made).uses, 1);
	assert_entry(claims, PAT_ACCEPTED, "2/3");
	/* The next is another claim. */
	assert_waits(log_in(member, &made));
	assert_int_equal(member->claims, 2);
}

static void limited_uses__issuer_asks_the_hub_as_well(void **state)
{
	struct claims *claims = *state;
	struct made made = generate(claims, 1, false);
	struct client *login = log_in(&claims->issuer, &made);

	assert_waits(login);
	assert_int_equal(hub_says(&claims->issuer, 1), 0);
	assert_verdict(login, PAT_ACCEPTED);
	login = log_in(&claims->member, &made);
	assert_waits(login);
	assert_int_equal(hub_says(&claims->member, 0), 0);
	assert_verdict(login, PAT_EXHAUSTED);
}

static void limited_uses__none_left_at_the_hub_is_refused_as_used_up(void **state)
{
	struct claims *claims = *state;
	struct made made = generate(claims, 3, false);
	struct client *login = log_in(&claims->member, &made);

	assert_int_equal(hub_says(&claims->member, 0), 0);
	assert_verdict(login, PAT_EXHAUSTED);
	assert_entry(claims, PAT_EXHAUSTED, "");
	assert_int_equal(world_find(claims->member.world, &made).uses, 0);
}

/* A hub that was put back, or is not what it should be. */
static void limited_uses__use_above_the_limit_is_refused_whatever_the_hub_says(void **state)
{
	struct claims *claims = *state;
	struct made made = generate(claims, 2, false);
	struct client *login = log_in(&claims->member, &made);

	logged_clear();
	assert_int_equal(hub_says(&claims->member, 3), 0);
	assert_logged("counted a use 3");
	assert_verdict(login, PAT_EXHAUSTED);
	for (int i = 0; i < 2; i++) {
		login = log_in(&claims->member, &made);
		assert_int_equal(hub_says(&claims->member, 1), 0);
		assert_verdict(login, PAT_ACCEPTED);
	}
	/* No more than that here, and the hub is not even asked. */
	assert_verdict(log_in(&claims->member, &made), PAT_EXHAUSTED);
	assert_int_equal(claims->member.claims, 3);
}

static void limited_uses__hub_that_is_away_refuses(void **state)
{
	struct claims *claims = *state;
	struct made made = generate(claims, 3, false);
	struct client *login = log_in(&claims->member, &made);

	hub_is_away(&claims->member);
	assert_verdict(login, PAT_UNCLAIMED);
	assert_entry(claims, PAT_UNCLAIMED, "");
	claims->member.connected = false;
	assert_verdict(log_in(&claims->member, &made), PAT_UNCLAIMED);
	assert_int_equal(claims->member.claims, 1);
	tokens_fleet_listen(claims->member.world->tokens, NULL);
	assert_verdict(log_in(&claims->member, &made), PAT_UNCLAIMED);
	assert_int_equal(world_check_history(claims->member.world), 3);
	assert_int_equal(world_find(claims->member.world, &made).uses, 0);
}

static void limited_uses__answer_that_does_not_come_in_time_refuses(void **state)
{
	struct claims *claims = *state;
	struct made made = generate(claims, 3, false);
	struct client *login = log_in(&claims->member, &made);

	assert_int_equal(tokens_expire_waiting(claims->member.world->tokens), CLAIM_S * 1000000);
	worlds_wait(claims->worlds, CLAIM_S - 1);
	assert_int_equal(tokens_expire_waiting(claims->member.world->tokens), 1000000);
	assert_waits(login);
	worlds_wait(claims->worlds, 1);
	assert_int_equal(tokens_expire_waiting(claims->member.world->tokens), 0);
	assert_verdict(login, PAT_UNCLAIMED);
	/* What comes after that is of nobody. */
	assert_int_equal(hub_says(&claims->member, 1), 0);
	assert_verdict(login, PAT_UNCLAIMED);
	assert_int_equal(world_find(claims->member.world, &made).uses, 0);
}

static void limited_uses__patd_fleet_that_goes_refuses_what_waits_for_it(void **state)
{
	struct claims *claims = *state;
	struct made made = generate(claims, 3, false);
	struct client *first = log_in(&claims->member, &made), *second;

	second = log_in(&claims->member, &made);
	tokens_fleet_lose_claims(claims->member.world->tokens);
	assert_verdict(first, PAT_UNCLAIMED);
	assert_verdict(second, PAT_UNCLAIMED);
}

static void limited_uses__answer_to_one_claim_is_for_no_other(void **state)
{
	struct claims *claims = *state;
	struct desk *member = &claims->member;
	struct made made = generate(claims, 3, false);
	struct client *first = log_in(member, &made), *second;
	const uint64_t claim = member->claim;
	struct tokens *tokens = member->world->tokens;
	const struct pat_id other = { .text = "0123456789" };

	second = log_in(member, &made);
	assert_int_not_equal(member->claim, claim);
	assert_int_equal(
		tokens_fleet_take_claim(tokens, claim, OTHER, &made.token.id, true, 1), -EINVAL);
	assert_int_equal(tokens_fleet_take_claim(tokens, claim, ISSUER, &other, true, 1), -EINVAL);
	assert_int_equal(
		tokens_fleet_take_claim(tokens, claim + 7, ISSUER, &made.token.id, true, 1), 0);
	assert_int_equal(tokens_fleet_take_claim(tokens, 0, ISSUER, &made.token.id, true, 1), 0);
	assert_waits(first);
	assert_waits(second);
	assert_int_equal(
		tokens_fleet_take_claim(tokens, claim, ISSUER, &made.token.id, true, 1), 0);
	assert_verdict(first, PAT_ACCEPTED);
	assert_waits(second);
	/* Once. */
	assert_int_equal(
		tokens_fleet_take_claim(tokens, claim, ISSUER, &made.token.id, true, 1), 0);
	assert_waits(second);
	assert_int_equal(world_find(member->world, &made).uses, 1);
}

static void limited_uses__revocation_refuses_what_waits_at_once(void **state)
{
	struct claims *claims = *state;
	struct made made = generate(claims, 3, false);
	struct client *login = log_in(&claims->member, &made);

	assert_int_equal(world_revoke(claims->member.world, &made), PAT_OK);
	tokens_recheck_waiting(claims->member.world->tokens);
	assert_verdict(login, PAT_REVOKED);
	assert_int_equal(hub_says(&claims->member, 1), 0);
	assert_verdict(login, PAT_REVOKED);
}

static void limited_uses__rules_are_asked_again_after_the_claim(void **state)
{
	struct claims *claims = *state;
	struct made made = generate(claims, 3, false);
	struct client *login = log_in(&claims->member, &made);

	assert_int_equal(world_revoke(claims->member.world, &made), PAT_OK);
	assert_int_equal(hub_says(&claims->member, 1), 0);
	assert_verdict(login, PAT_REVOKED);
	assert_int_equal(world_find(claims->member.world, &made).uses, 0);
}

static void no_use_is_claimed_for_what_is_refused_anyway(void **state)
{
	struct claims *claims = *state;
	struct made made = generate(claims, 3, false);

	worlds_wait(claims->worlds, 3600);
	assert_verdict(log_in(&claims->member, &made), PAT_STALE);
	assert_verdict(log_in_by(&claims->member, 4711, &made), PAT_NOT_ALLOWED);
	assert_int_equal(claims->member.claims, 0);
}

static void unlimited_and_local_tokens_ask_nobody(void **state)
{
	struct claims *claims = *state;
	struct made made = generate(claims, 0, false), local;
	struct token_request request = request_for(&alice, "local");

	assert_verdict(log_in(&claims->member, &made), PAT_ACCEPTED);
	request.restrictions[PAT_MAX_USES].number = 1;
	world_generate_request(claims->member.world, &request, &local);
	assert_verdict(log_in(&claims->member, &local), PAT_ACCEPTED);
	assert_verdict(log_in(&claims->member, &local), PAT_EXHAUSTED);
	assert_int_equal(claims->member.claims, 0);
}

/* Of a program of the user's own; who cannot wait is refused. */
static void any_caller_that_may_ask_can_wait_for_a_claim(void **state)
{
	struct claims *claims = *state;
	struct made made = generate(claims, 3, false);
	struct client *login = log_in_by(&claims->member, alice.uid, &made);

	assert_waits(login);
	assert_int_equal(hub_says(&claims->member, 1), 0);
	assert_verdict(login, PAT_ACCEPTED);
	assert_int_equal(world_last_entry(claims->member.world).by_uid, alice.uid);
	assert_int_equal(fleet_log_in(claims->worlds, &made), PAT_UNCLAIMED);
	assert_int_equal(claims->member.claims, 1);
}

static void describe(struct desk *desk, const struct client *login)
{
	const struct pat_process process = {
		.magic = PAT_PROCESS_MAGIC,
		.pid = 4711,
		.uid = alice.uid,
		.command = "sudo\0id",
		.command_len = sizeof("sudo\0id"),
	};

	assert_int_equal(login->reply.verdict, PAT_ASKED);
	assert_int_equal(tokens_describe_approval(desk->world->tokens, login->use, &process), 0);
}

static enum pat_error answer(struct desk *desk, bool approve)
{
	return tokens_answer_approval(
		desk->world->tokens, &root, desk->approval.id, approve, &desk->world->refusal);
}

static void confirmed_uses__use_is_claimed_after_the_word_and_nobody_is_asked_again(void **state)
{
	struct claims *claims = *state;
	struct desk *member = &claims->member;
	struct made made = generate(claims, 3, true);
	struct client *login = log_in(member, &made);
	struct entry entry;

	describe(member, login);
	assert_int_equal(member->shown, 1);
	assert_int_equal(member->claims, 0);
	assert_int_equal(answer(member, true), PAT_OK);
	assert_true(login->waits);
	assert_int_equal(member->claims, 1);
	assert_int_equal(member->unshown, 1);
	assert_int_equal(answer(member, false), PAT_ERR_NOT_FOUND);
	assert_int_equal(tokens_expire_waiting(member->world->tokens), CLAIM_S * 1000000);
	assert_int_equal(hub_says(member, 1), 0);
	assert_verdict(login, PAT_ACCEPTED);
	assert_int_equal(member->unshown, 1);
	entry = world_last_entry(member->world);
	assert_true(entry.answered);
	assert_string_equal(entry.command, "sudo id");
	assert_string_equal(entry.detail, "1/3");
}

static void confirmed_uses__denied_use_is_not_claimed(void **state)
{
	struct claims *claims = *state;
	struct made made = generate(claims, 3, true);
	struct client *login = log_in(&claims->member, &made);

	describe(&claims->member, login);
	assert_int_equal(answer(&claims->member, false), PAT_OK);
	assert_verdict(login, PAT_DENIED);
	login = log_in(&claims->member, &made);
	describe(&claims->member, login);
	worlds_wait(claims->worlds, 60);
	assert_int_equal(tokens_expire_waiting(claims->member.world->tokens), 0);
	assert_verdict(login, PAT_UNCONFIRMED);
	assert_int_equal(claims->member.claims, 0);
}

static void who_approves_is_told_that_the_hub_is_away(void **state)
{
	struct claims *claims = *state;
	struct made made = generate(claims, 3, true);
	struct client *login = log_in(&claims->member, &made);

	describe(&claims->member, login);
	claims->member.connected = false;
	assert_int_equal(answer(&claims->member, true), PAT_ERR_NOT_ACTIVE);
	assert_non_null(claims->member.world->refusal.why);
	assert_verdict(login, PAT_UNCLAIMED);
	assert_int_equal(claims->member.unshown, 1);
}

static void login_that_gives_up_is_refused_and_its_claim_is_spent(void **state)
{
	struct claims *claims = *state;
	struct made made = generate(claims, 3, false);
	struct client *login = log_in(&claims->member, &made);

	login->waits = false;
	tokens_abandon_use(claims->member.world->tokens, login->use);
	assert_entry(claims, PAT_UNCLAIMED, "");
	assert_int_equal(hub_says(&claims->member, 1), 0);
	assert_int_equal(world_find(claims->member.world, &made).uses, 0);
	assert_int_equal(tokens_expire_waiting(claims->member.world->tokens), 0);
}

static void no_more_than_so_many_of_a_user_wait(void **state)
{
	struct claims *claims = *state;
	struct made made = generate(claims, 1000, false);

	for (unsigned int i = 0; i < CLAIMS_MAX_PER_USER; i++)
		assert_waits(log_in(&claims->member, &made));
	assert_verdict(log_in(&claims->member, &made), PAT_BUSY);
	assert_int_equal(claims->member.claims, CLAIMS_MAX_PER_USER);
	assert_int_equal(hub_says(&claims->member, 1), 0);
	assert_waits(log_in(&claims->member, &made));
}

/* The uid of all fleet tokens is the same, and of no user. */
static void no_more_wait_of_one_user_than_leave_room_for_another(void **state)
{
	struct claims *claims = *state;
	struct made made = generate(claims, 1000, false);
	struct made other = generate_for(claims, &bob, 1000, false);

	for (unsigned int i = 0; i < CLAIMS_MAX_PER_USER; i++)
		assert_waits(log_in(&claims->member, &made));
	assert_verdict(log_in(&claims->member, &made), PAT_BUSY);
	assert_waits(log_in_as(&claims->member, 0, &bob, &other));
}

static void check_says_whether_the_uses_can_be_counted(void **state)
{
	struct claims *claims = *state;
	struct world *member = claims->member.world;
	struct made made = generate(claims, 3, false);
	const struct pat_request request = request_with(made.secret, &alice);
	enum pat_verdict verdicts[PAT_VERDICTS];

	for (int reached = 0; reached <= 1; reached++) {
		unsigned int n;

		claims->member.connected = reached;
		assert_int_equal(
			tokens_check(member->tokens, &alice, &made.token.id, &request.digest, NULL,
				NULL, PAT_ACCOUNT_SEEN, verdicts, &n, &member->refusal),
			PAT_OK);
		assert_int_equal(n, !reached);
		assert_true(reached || verdicts[0] == PAT_UNCLAIMED);
	}
	assert_int_equal(claims->member.claims, 0);
}

static void limited_token_is_generated_only_where_there_is_a_hub(void **state)
{
	struct claims *claims = *state;
	struct world *issuer = &claims->worlds->issuer;
	struct token_request request = request_for(&alice, "limited");
	char secret[PAT_TOKEN_LEN + 1];
	struct token token;

	request.fleet = true;
	request.restrictions[PAT_MAX_USES].number = 3;
	issuer->policy.hub[0] = '\0';
	world_apply_policy(issuer);
	assert_int_equal(
		tokens_generate(issuer->tokens, &root, &request, &token, secret, &issuer->refusal),
		PAT_ERR_INVALID_RESTRICTION);
	assert_non_null(strstr(issuer->refusal.why, "hub"));
	assert_int_equal(tokens_may_generate(issuer->tokens, &root, &request, &issuer->refusal),
		PAT_ERR_INVALID_RESTRICTION);
	request.fleet = false;
	assert_int_equal(
		tokens_generate(issuer->tokens, &root, &request, &token, secret, &issuer->refusal),
		PAT_OK);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(limited_uses__use_is_counted_by_the_hub_before_it_is_accepted),
		TEST(limited_uses__issuer_asks_the_hub_as_well),
		TEST(limited_uses__none_left_at_the_hub_is_refused_as_used_up),
		TEST(limited_uses__use_above_the_limit_is_refused_whatever_the_hub_says),
		TEST(limited_uses__hub_that_is_away_refuses),
		TEST(limited_uses__answer_that_does_not_come_in_time_refuses),
		TEST(limited_uses__patd_fleet_that_goes_refuses_what_waits_for_it),
		TEST(limited_uses__answer_to_one_claim_is_for_no_other),
		TEST(limited_uses__revocation_refuses_what_waits_at_once),
		TEST(limited_uses__rules_are_asked_again_after_the_claim),
		TEST(no_use_is_claimed_for_what_is_refused_anyway),
		TEST(unlimited_and_local_tokens_ask_nobody),
		TEST(any_caller_that_may_ask_can_wait_for_a_claim),
		TEST(confirmed_uses__use_is_claimed_after_the_word_and_nobody_is_asked_again),
		TEST(confirmed_uses__denied_use_is_not_claimed),
		TEST(who_approves_is_told_that_the_hub_is_away),
		TEST(login_that_gives_up_is_refused_and_its_claim_is_spent),
		TEST(no_more_than_so_many_of_a_user_wait),
		TEST(no_more_wait_of_one_user_than_leave_room_for_another),
		TEST(check_says_whether_the_uses_can_be_counted),
		TEST(limited_token_is_generated_only_where_there_is_a_hub),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
