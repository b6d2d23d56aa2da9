/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tokens that end with a boot, a login session or a unit. */
#include "patd/tokens/tokens_private.h"
#include "tests/unit/patd/fake_machine.h"
#include "tests/unit/patd/world.h"

#define BOOT_1 "11111111-1111-1111-1111-111111111111\n"
#define BOOT_2 "22222222-2222-2222-2222-222222222222\n"

#define CI "ci.service"
#define SCOPE "session-c2.scope"

/* A machine on which all there is runs; the session is alice's. */
static void start_machine(struct world *world)
{
	static struct lifespans lifespans;

	lifespans = (struct lifespans) { .root = world->place.dir, .session = machine_session };
	machine_boot(&world->place, BOOT_1);
	machine_start(&world->place, CI, MACHINE_ID("a"));
	machine_start(&world->place, SCOPE, MACHINE_ID("b"));
	machine_session_uid = alice.uid;
	machine_session_result = 0;
	tokens_set_lifespans(world->tokens, &lifespans);
}

static enum pat_error generate(struct world *world, const struct caller *caller, const char *name,
	const char *until, struct made *ret)
{
	/* As polkit has it after a password. */
	struct caller granted = *caller;
	struct token_request request = request_for(caller->uid == 0 ? &alice : caller, name);

	granted.granted = ~UINT32_C(0);
	request.restrictions[PAT_UNTIL].text = until;
	world->refusal.why = NULL;
	return tokens_generate(
		world->tokens, &granted, &request, &ret->token, ret->secret, &world->refusal);
}

static struct made make(struct world *world, const char *until)
{
	struct made made;

	assert_that(generate(world, &alice, until, until, &made) == PAT_OK, "%s: %s", until,
		world->refusal.why);
	return made;
}

/* ---- what ends a token, and what does not ---- */

static void nothing(struct world *world)
{
	(void)world;
}

static void patd_restarts(struct world *world)
{
	world_restart(world);
	start_machine(world);
}

static void reboots(struct world *world)
{
	machine_boot(&world->place, BOOT_2);
}

static void boot_unreadable(struct world *world)
{
	assert_int_equal(unlink(place_path(&world->place, "proc/sys/kernel/random/boot_id")), 0);
}

static void unit_stops(struct world *world)
{
	machine_stop(&world->place, CI);
}

/* Systemd's, with nothing left of what it was. */
static void unit_restarts(struct world *world)
{
	machine_start(&world->place, CI, MACHINE_ID("c"));
}

static void other_unit_starts(struct world *world)
{
	machine_start(&world->place, "other.service", MACHINE_ID("d"));
}

static void session_ends(struct world *world)
{
	machine_session_result = -ENXIO;
	machine_stop(&world->place, SCOPE);
}

static void session_closes(struct world *world)
{
	(void)world;
	machine_session_result = -ESHUTDOWN;
}

static void session_id_comes_again(struct world *world)
{
	machine_start(&world->place, SCOPE, MACHINE_ID("e"));
}

static void scope_ends(struct world *world)
{
	machine_stop(&world->place, SCOPE);
}

static const struct {
	const char *until;
	void (*happens)(struct world *world);
	bool ends;
} rules[] = {
	{ "boot", nothing, false },
	{ "boot", patd_restarts, false },
	{ "boot", unit_stops, false },
	{ "boot", session_ends, false },
	{ "boot", reboots, true },
	{ "boot", boot_unreadable, true },
	{ "unit:ci", nothing, false },
	{ "unit:ci", patd_restarts, false },
	{ "unit:ci.service", other_unit_starts, false },
	{ "unit:ci.service", session_ends, false },
	{ "unit:ci.service", unit_stops, true },
	{ "unit:ci", unit_restarts, true },
	{ "unit:session-c2.scope", session_closes, false },
	{ "unit:session-c2.scope", scope_ends, true },
	{ "session:c2", nothing, false },
	{ "session:c2", patd_restarts, false },
	{ "session:c2", unit_stops, false },
	{ "session:c2", session_ends, true },
	{ "session:c2", session_closes, true },
	{ "session:c2", scope_ends, true },
	{ "session:c2", session_id_comes_again, true },
};

static void lifespan__token_ends_with_what_it_is_bound_to_alone(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < COUNT(rules); i++) {
		struct made made;
		enum pat_verdict verdict;

		start_machine(world);
		assert_int_equal(generate(world, &alice, "one", rules[i].until, &made), PAT_OK);
		assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
		rules[i].happens(world);
		verdict = world_log_in(world, &alice, &made);
		assert_that(verdict == (rules[i].ends ? PAT_ENDED : PAT_ACCEPTED),
			"row %zu, %s: %s", i, rules[i].until, verdict_word(verdict));
		assert_int_equal(
			world_state(world, &made), rules[i].ends ? TOKEN_ENDED : TOKEN_ACTIVE);
		assert_int_equal(world_revoke(world, &made), PAT_OK);
		assert_int_equal(world_delete(world, &made), PAT_OK);
	}
}

/* The same unit may run again, under its name; the token of before stays refused. */
static void lifespan__ended_token_never_comes_back(void **state)
{
	struct world *world = *state;

	start_machine(world);
	struct made made = make(world, "unit:ci");

	unit_stops(world);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ENDED);
	unit_restarts(world);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ENDED);
	world_restart(world);
	start_machine(world);
	machine_start(&world->place, CI, MACHINE_ID("c"));
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ENDED);
}

/* As after a restore from a backup there: the machine has the same units. */
static void lifespan__token_has_ended_on_another_machine(void **state)
{
	struct world *world = *state;

	start_machine(world);
	struct made boot = make(world, "boot"), unit = make(world, "unit:ci"),
		    session = make(world, "session:c2");

	world_restart(world);
	assert_int_equal(world_log_in(world, &alice, &boot), PAT_ENDED);
	assert_int_equal(world_log_in(world, &alice, &unit), PAT_ENDED);
	assert_int_equal(world_log_in(world, &alice, &session), PAT_ENDED);
}

/* As of a patd that bound it to nothing in particular. */
static void lifespan__token_without_an_id_has_ended(void **state)
{
	struct world *world = *state;

	start_machine(world);
	struct token token = make(world, "boot").token;

	assert_false(tokens_bond_ended(world->tokens, &token));
	token.limits.until_id[0] = '\0';
	assert_true(tokens_bond_ended(world->tokens, &token));
	(void)strcpy(token.limits.until, "tomorrow");
	assert_true(tokens_bond_ended(world->tokens, &token));
}

/* ---- what can be bound to ---- */

static void token_is_bound_to_what_runs_alone(void **state)
{
	static const struct {
		const char *until, *why;
	} table[] = {
		{ "unit:other", "no system service or scope of this name" },
		{ "session:7", "there is no such login session" },
		{ "session:c 2", "letters and digits" },
		{ "unit:../ci", "no name of a unit" },
		{ "tomorrow", "boot, session or unit" },
	};
	struct world *world = *state;
	struct made made;

	start_machine(world);
	for (size_t i = 0; i < COUNT(table); i++) {
		assert_int_equal(generate(world, &alice, "x", table[i].until, &made),
			PAT_ERR_INVALID_RESTRICTION);
		assert_non_null(strstr(world->refusal.why, table[i].why));
	}
	boot_unreadable(world);
	assert_int_equal(generate(world, &alice, "x", "boot", &made), PAT_ERR_INVALID_RESTRICTION);
	session_closes(world);
	assert_int_equal(
		generate(world, &alice, "x", "session:c2", &made), PAT_ERR_INVALID_RESTRICTION);
}

static void session_is_ones_own_unless_root_says_so(void **state)
{
	struct world *world = *state;
	struct made made;

	start_machine(world);
	assert_int_equal(
		generate(world, &bob, "bob's", "session:c2", &made), PAT_ERR_INVALID_RESTRICTION);
	assert_non_null(strstr(world->refusal.why, "another user's"));
	assert_int_equal(generate(world, &alice, "alice's", "session:c2", &made), PAT_OK);
	assert_int_equal(generate(world, &root, "root's", "session:c2", &made), PAT_OK);
	machine_session_uid = bob.uid;
	assert_int_equal(generate(world, &root, "bound to bob's", "session:c2", &made), PAT_OK);
}

/* Nobody gives a password for what cannot be. */
static void what_does_not_run_is_refused_before_a_password(void **state)
{
	struct world *world = *state;
	struct token_request request = request_for(&alice, "laptop");

	start_machine(world);
	request.restrictions[PAT_UNTIL].text = "unit:other";
	assert_int_equal(tokens_may_generate(world->tokens, &alice, &request, &world->refusal),
		PAT_ERR_INVALID_RESTRICTION);
	request.restrictions[PAT_UNTIL].text = "unit:ci";
	assert_int_equal(tokens_may_generate(world->tokens, &alice, &request, &world->refusal),
		PAT_ERR_DENIED);
}

/* ---- changes ---- */

static enum pat_error set(struct world *world, const struct caller *caller, const struct made *made,
	const char *until)
{
	const struct token_update update = { .restrictions[PAT_UNTIL] = until };

	return tokens_set(world->tokens, caller, made->token.id.text, &update, &world->refusal);
}

static void scope__owner_binds_freely_and_unbinds_with_a_password(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	struct entry entry;

	start_machine(world);
	assert_int_equal(set(world, &alice, &made, "unit:ci"), PAT_OK);
	assert_string_equal(world_find(world, &made).limits.until, "unit:ci.service");
	entry = world_last_entry(world);
	assert_int_equal(entry.event, ENTRY_CHANGED);
	assert_string_equal(entry.detail, "until unit:ci.service");
	/* The same once more changes nothing; all else is another thing, or none. */
	assert_int_equal(set(world, &alice, &made, "unit:ci.service"), PAT_OK);
	assert_int_equal(set(world, &alice, &made, "boot"), PAT_ERR_DENIED);
	assert_int_equal(set(world, &alice, &made, "session:c2"), PAT_ERR_DENIED);
	assert_int_equal(set(world, &alice, &made, ""), PAT_ERR_DENIED);
	assert_int_equal(set(world, &root, &made, "boot"), PAT_OK);
	unit_stops(world);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
	assert_int_equal(set(world, &root, &made, ""), PAT_OK);
	assert_string_equal(world_find(world, &made).limits.until_id, "");
	reboots(world);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
}

static void lifespan__nothing_brings_an_ended_token_back(void **state)
{
	struct world *world = *state;
	char secret[PAT_TOKEN_LEN + 1];
	const struct token_update note = { .note = "old" };

	start_machine(world);
	struct made made = make(world, "unit:ci");

	unit_restarts(world);
	assert_int_equal(set(world, &root, &made, "unit:ci"), PAT_ERR_EXPIRED);
	assert_int_equal(set(world, &root, &made, ""), PAT_ERR_EXPIRED);
	assert_int_equal(tokens_rotate(world->tokens, &root, made.token.id.text,
				 &(struct rotation) { 0 }, secret, &world->refusal),
		PAT_ERR_EXPIRED);
	assert_non_null(strstr(world->refusal.why, "has ended"));
	assert_int_equal(
		tokens_set(world->tokens, &alice, made.token.id.text, &note, &world->refusal),
		PAT_OK);
	assert_int_equal(world_revoke(world, &made), PAT_OK);
	assert_int_equal(world_restore(world, &made), PAT_ERR_EXPIRED);
	assert_int_equal(world_delete(world, &made), PAT_OK);
}

static void rotated_token_stays_bound(void **state)
{
	struct world *world = *state;

	start_machine(world);
	struct made made = make(world, "unit:ci"), rotated = world_rotate(world, &made, DAY);

	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
	assert_int_equal(world_log_in(world, &alice, &rotated), PAT_ACCEPTED);
	unit_stops(world);
	assert_int_equal(world_log_in(world, &alice, &rotated), PAT_ENDED);
}

/* ---- what is shown ---- */

static void ended_stands_between_expired_and_exhausted(void **state)
{
	struct world *world = *state;

	start_machine(world);
	struct made made = make(world, "boot");

	reboots(world);
	assert_int_equal(world_state(world, &made), TOKEN_ENDED);
	assert_string_equal(token_state_text(TOKEN_ENDED), "ended");
	world->time += 31 * DAY;
	assert_int_equal(world_state(world, &made), TOKEN_EXPIRED);
	assert_int_equal(world_revoke(world, &made), PAT_OK);
	assert_int_equal(world_state(world, &made), TOKEN_REVOKED);
}

static void check_and_the_history_say_ended(void **state)
{
	enum pat_verdict verdicts[PAT_VERDICTS];
	struct world *world = *state;
	unsigned int n;

	start_machine(world);
	struct made made = make(world, "boot");
	struct pat_request request = request_with(made.secret, &alice);

	reboots(world);
	assert_int_equal(tokens_check(world->tokens, &alice, &made.token.id, &request.digest, NULL,
				 NULL, PAT_ACCOUNT_SEEN, verdicts, &n, &world->refusal),
		PAT_OK);
	assert_int_equal(n, 1);
	assert_int_equal(verdicts[0], PAT_ENDED);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ENDED);
	assert_int_equal(world_last_entry(world).result, PAT_ENDED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(lifespan__token_ends_with_what_it_is_bound_to_alone),
		WORLD_TEST(lifespan__ended_token_never_comes_back),
		WORLD_TEST(lifespan__token_has_ended_on_another_machine),
		WORLD_TEST(lifespan__token_without_an_id_has_ended),
		WORLD_TEST(token_is_bound_to_what_runs_alone),
		WORLD_TEST(session_is_ones_own_unless_root_says_so),
		WORLD_TEST(what_does_not_run_is_refused_before_a_password),
		WORLD_TEST(scope__owner_binds_freely_and_unbinds_with_a_password),
		WORLD_TEST(lifespan__nothing_brings_an_ended_token_back),
		WORLD_TEST(rotated_token_stays_bound),
		WORLD_TEST(ended_stands_between_expired_and_exhausted),
		WORLD_TEST(check_and_the_history_say_ended),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
