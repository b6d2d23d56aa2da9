/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Listeners are notified of what happens to tokens: by a call, a use or the clock. */
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/world.h"

struct observed {
	unsigned int n;
	enum token_event event;
	struct token token;
};

static void on_event(enum token_event event, const struct token *token, void *userdata)
{
	struct observed *observed = userdata;

	observed->n++;
	observed->event = event;
	observed->token = *token;
}

static void assert_notified(
	struct observed *observed, enum token_event event, const struct made *made)
{
	assert_int_equal(observed->n, 1);
	assert_int_equal(observed->event, event);
	assert_string_equal(observed->token.id.text, made->token.id.text);
	assert_string_equal(observed->token.user, made->token.user);
	observed->n = 0;
}

static void listeners_are_notified_of_changes_but_not_of_refusals(void **state)
{
	struct world *world = *state;
	struct observed observed = { 0 };
	struct token_request again = request_for(&alice, "laptop");
	struct made made, other;

	world_listen(world, on_event, &observed);
	made = world_generate(world, &alice, "laptop");
	assert_notified(&observed, TOKEN_GENERATED, &made);
	assert_int_equal(tokens_generate(world->tokens, &root, &again, &other.token, other.secret,
				 &world->refusal),
		PAT_ERR_NAME_TAKEN);
	assert_int_equal(world_log_in(world, &bob, &made), PAT_OTHER_USER);
	assert_int_equal(world_delete(world, &made), PAT_ERR_NOT_REVOKED);
	assert_int_equal(observed.n, 0);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
	assert_notified(&observed, TOKEN_USED, &made);
	assert_int_equal(world_revoke(world, &made), PAT_OK);
	assert_int_not_equal(observed.token.revoked_at, 0);
	assert_notified(&observed, TOKEN_CHANGED, &made);
	assert_int_equal(world_revoke(world, &made), PAT_OK);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_REVOKED);
	assert_int_equal(observed.n, 0);
	assert_int_equal(world_restore(world, &made), PAT_OK);
	assert_int_equal(observed.token.revoked_at, 0);
	assert_notified(&observed, TOKEN_CHANGED, &made);
	assert_int_equal(world_revoke(world, &made), PAT_OK);
	observed.n = 0;
	assert_int_equal(world_delete(world, &made), PAT_OK);
	assert_notified(&observed, TOKEN_DELETED, &made);
	world_listen(world, NULL, NULL);
	(void)world_generate(world, &alice, "laptop");
	assert_int_equal(observed.n, 0);
}

static void delete_of_damaged_token_is_notified_with_its_id(void **state)
{
	struct world *world = *state;
	struct observed observed = { 0 };
	struct made made = world_generate(world, &alice, "laptop");

	world_edit(world, "UPDATE token SET mac = x'00'");
	world_listen(world, on_event, &observed);
	assert_int_equal(world_delete(world, &made), PAT_OK);
	/* Nobody can read whose it was. */
	(void)strcpy(made.token.user, "");
	assert_notified(&observed, TOKEN_DELETED, &made);
}

static void what_changes_nothing_is_not_notified(void **state)
{
	struct world *world = *state;
	struct observed observed = { 0 };
	struct made made = world_generate(world, &alice, "laptop");

	world_listen(world, on_event, &observed);
	assert_int_equal(world_delete(world, &made), PAT_ERR_NOT_REVOKED);
	(void)world_find(world, &made);
	assert_int_equal(observed.n, 0);
}

static void expiry_is_notified_once_when_it_passes(void **state)
{
	struct world *world = *state;
	struct observed observed = { 0 };
	struct deadline_place end = { .at = NOON };
	struct token_request request = request_for(&alice, "first");
	struct made first, revoked, second;
	uint64_t next = 1;

	assert_int_equal(tokens_notify_deadlines(world->tokens, DEADLINE_END, &end, &next), 0);
	assert_int_equal(next, 0);
	request.has_lifetime = true;
	request.lifetime = 10;
	world_generate_request(world, &request, &first);
	request.name = "revoked";
	world_generate_request(world, &request, &revoked);
	request.name = "second";
	request.lifetime = 20;
	world_generate_request(world, &request, &second);
	request.name = "never";
	request.has_lifetime = false;
	request.has_expires_at = true;
	world_generate_request(world, &request, &(struct made) { 0 });
	assert_int_equal(world_revoke(world, &revoked), PAT_OK);

	world_listen(world, on_event, &observed);
	assert_int_equal(tokens_notify_deadlines(world->tokens, DEADLINE_END, &end, &next), 0);
	assert_int_equal(next, NOON + 10);
	assert_int_equal(observed.n, 0);
	world->time = NOON + 10;
	assert_int_equal(tokens_notify_deadlines(world->tokens, DEADLINE_END, &end, &next), 0);
	assert_int_equal(next, NOON + 20);
	assert_notified(&observed, TOKEN_CHANGED, &first);
	assert_int_equal(tokens_notify_deadlines(world->tokens, DEADLINE_END, &end, &next), 0);
	assert_int_equal(observed.n, 0);
	world->time = NOON + 100;
	assert_int_equal(tokens_notify_deadlines(world->tokens, DEADLINE_END, &end, &next), 0);
	assert_int_equal(next, 0);
	assert_notified(&observed, TOKEN_CHANGED, &second);
}

static void many_expiries_at_once_are_notified_in_parts(void **state)
{
	struct world *world = *state;
	struct observed observed = { 0 };
	struct deadline_place end = { .at = NOON };
	uint64_t next = 1;

	world_fill(world, 200);
	world_edit(world, "UPDATE token SET expires_at = 1700000010");
	world_listen(world, on_event, &observed);
	world->time = NOON + 10;
	for (unsigned int turns = 0; next != 0; turns++) {
		assert_between(turns, 0, 200 / 16 + 1);
		assert_int_equal(
			tokens_notify_deadlines(world->tokens, DEADLINE_END, &end, &next), 0);
	}
	assert_int_equal(observed.n, 200);
}

/* What happens by itself at a time: begins, comes back, or ends as the policy says. */
static void each_kind_of_deadline_is_notified_when_it_passes(void **state)
{
	struct world *world = *state;
	struct token_request request = request_for(&alice, "pending");
	struct made pending, suspended, ending;
	struct {
		enum deadline deadline;
		const struct made *made;
		uint64_t at;
	} table[] = {
		{ DEADLINE_START, &pending, NOON + 10 },
		{ DEADLINE_RESTORE, &suspended, NOON + 20 },
		{ DEADLINE_CREATION, &ending, NOON + 5 + 7 * DAY },
	};

	ending = world_generate(world, &alice, "ending");
	assert_int_equal(world_revoke(world, &ending), PAT_OK);
	suspended = world_generate(world, &alice, "suspended");
	assert_int_equal(world_revoke(world, &suspended), PAT_OK);
	assert_int_equal(world_restore(world, &suspended), PAT_OK);
	assert_int_equal(world_suspend(world, &suspended, 20), PAT_OK);
	request.restrictions[PAT_NOT_BEFORE].number = NOON + 10;
	world_generate_request(world, &request, &pending);
	world->time = NOON + 5;
	ending = world_generate(world, &bob, "ending");
	world->policy.max_lifetime = 7 * DAY;
	world_apply_policy(world);
	for (size_t i = 0; i < COUNT(table); i++) {
		struct deadline_place place =
			tokens_deadlines_from(world->tokens, table[i].deadline);
		struct observed observed = { 0 };
		uint64_t next = 1;

		world_listen(world, on_event, &observed);
		world->time = table[i].at - 1;
		do
			assert_int_equal(tokens_notify_deadlines(
						 world->tokens, table[i].deadline, &place, &next),
				0);
		while (next != 0 && next <= world->time);
		assert_int_equal(next, table[i].at);
		observed.n = 0;
		world->time = table[i].at;
		assert_int_equal(
			tokens_notify_deadlines(world->tokens, table[i].deadline, &place, &next),
			0);
		assert_int_equal(next, 0);
		assert_notified(&observed, TOKEN_CHANGED, table[i].made);
		world_listen(world, NULL, NULL);
	}
}

static void creation_is_no_deadline_without_max_lifetime(void **state)
{
	struct world *world = *state;
	struct deadline_place place = { 0 };
	struct observed observed = { 0 };
	uint64_t next = 1;

	(void)world_generate(world, &alice, "laptop");
	world_listen(world, on_event, &observed);
	world->time = NOON + 100 * DAY;
	assert_int_equal(
		tokens_notify_deadlines(world->tokens, DEADLINE_CREATION, &place, &next), 0);
	assert_int_equal(next, 0);
	assert_int_equal(observed.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(listeners_are_notified_of_changes_but_not_of_refusals),
		WORLD_TEST(delete_of_damaged_token_is_notified_with_its_id),
		WORLD_TEST(what_changes_nothing_is_not_notified),
		WORLD_TEST(expiry_is_notified_once_when_it_passes),
		WORLD_TEST(many_expiries_at_once_are_notified_in_parts),
		WORLD_TEST(each_kind_of_deadline_is_notified_when_it_passes),
		WORLD_TEST(creation_is_no_deadline_without_max_lifetime),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
