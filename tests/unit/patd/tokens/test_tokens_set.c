/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Another expiration, other restrictions and another note for a token that stays what it was. */
#include <stdio.h>
#include <stdlib.h>

#include "common/lifetime.h"
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/schema_before.h"
#include "tests/unit/patd/world.h"

static const struct caller alice_asked = {
	.uid = 1000, .user = "alice", .granted = 1U << ACTION_RESTORE_OWN
};
static const struct caller bob_asked = {
	.uid = 1001, .user = "bob", .granted = 1U << ACTION_MANAGE_OTHERS
};

/* clang-format off */
#define SERVICES(text) { .restrictions[PAT_SERVICES] = (text) }
#define SOURCES(text) { .restrictions[PAT_SOURCES] = (text) }
#define HOURS(text) { .restrictions[PAT_HOURS] = (text) }
#define EXPIRES(at) { .has_expires_at = true, .expires_at = (at) }
#define NOTE(text) { .note = (text) }
/* clang-format on */

/* A token that alice made herself, for sudo and su from 10.0.0.0/8 on weekdays, for 30 days. */
static struct made make(struct world *world, const char *name)
{
	static const struct caller maker = {
		.uid = 1000, .user = "alice", .granted = 1U << ACTION_GENERATE_OWN
	};
	struct token_request request = request_for(&alice, name);
	struct made made;

	request.restrictions[PAT_SERVICES].text = "su*,test";
	request.restrictions[PAT_SOURCES].text = "10.0.0.0/8";
	request.restrictions[PAT_HOURS].text = "Mon..Fri";
	request.note = "blue";
	assert_int_equal(tokens_generate(world->tokens, &maker, &request, &made.token, made.secret,
				 &world->refusal),
		PAT_OK);
	return made;
}

static enum pat_error set(struct world *world, const struct caller *caller, const struct made *made,
	struct token_update update)
{
	world->refusal = (struct refusal) { 0 };
	return tokens_set(world->tokens, caller, made->token.id.text, &update, &world->refusal);
}

static void what_is_not_given_stays(void **state)
{
	struct world *world = *state;
	const struct made made = make(world, "laptop");
	struct token before = world_find(world, &made), after;

	assert_int_equal(set(world, &root, &made, (struct token_update)SERVICES("sudo")), PAT_OK);
	after = world_find(world, &made);
	assert_string_equal(after.limits.services, "sudo");
	(void)strcpy(after.limits.services, before.limits.services);
	memset(after.limits.services + strlen(before.limits.services), 0,
		sizeof(after.limits.services) - strlen(before.limits.services));
	memcpy(after.mac, before.mac, sizeof(after.mac));
	assert_memory_equal(&after, &before, sizeof(after));
}

/* ---- who may ---- */

static const struct {
	const char *what;
	struct token_update update;
	bool free; /* to its owner */
} changes[] = {
	{ "fewer services", SERVICES("sudo"), true },
	{ "a network within", SOURCES("10.1.0.0/16"), true },
	{ "a part of the hours", HOURS("Mon 08:00-12:00"), true },
	{ "an earlier end", EXPIRES(NOON + DAY), true },
	{ "another note", NOTE("red"), true },
	{ "no note", NOTE(""), true },
	{ "all at once",
		{ .has_lifetime = true,
			.lifetime = DAY,
			.restrictions = { "sudo", "10.1.2.3", "Tue" },
			.note = "" },
		true },
	{ "another service", SERVICES("sshd"), false },
	{ "a wider pattern", SERVICES("s*,test"), false },
	{ "all services", SERVICES(""), false },
	{ "a wider network", SOURCES("10.0.0.0/7"), false },
	{ "all sources", SOURCES(""), false },
	{ "an hour more", HOURS("Mon..Fri; Sat 00:00-01:00"), false },
	{ "all hours", HOURS(""), false },
	{ "a later end", EXPIRES(NOON + 31 * DAY), false },
	{ "no end", EXPIRES(PAT_NEVER), false },
	{ "a longer life", { .has_lifetime = true, .lifetime = 31 * DAY }, false },
	{ "less and more", { .restrictions = { "sudo", "", NULL } }, false },
	{ "a note and more", { .restrictions = { "" }, .note = "red" }, false },
};

static bool is_alike(const struct token *a, const struct token *b)
{
	return memcmp(a->mac, b->mac, sizeof(a->mac)) == 0;
}

static void scope__widening_asks_and_narrowing_does_not(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < COUNT(changes); i++) {
		char name[32];
		struct made made;
		struct token before, after;
		enum pat_error error;

		(void)snprintf(name, sizeof(name), "token %zu", i);
		made = make(world, name);
		before = world_find(world, &made);
		error = set(world, &alice, &made, changes[i].update);
		after = world_find(world, &made);
		if (changes[i].free) {
			assert_that(error == PAT_OK, "%s", changes[i].what);
			assert_that(!is_alike(&before, &after), "%s", changes[i].what);
			continue;
		}
		assert_that(error == PAT_ERR_DENIED, "%s", changes[i].what);
		assert_int_equal(world->refusal.lacks, ACTION_RESTORE_OWN);
		assert_int_equal(world->refusal.operation, OP_WIDEN);
		assert_that(is_alike(&before, &after), "%s", changes[i].what);
		assert_int_equal(set(world, &alice_asked, &made, changes[i].update), PAT_OK);
		after = world_find(world, &made);
		assert_that(!is_alike(&before, &after), "%s", changes[i].what);
	}
}

static void scope__other_users_need_manage_others_for_either(void **state)
{
	struct world *world = *state;
	const struct made made = make(world, "laptop");
	const struct made none = { .token.id = { "0000000000" } };
	const struct token before = world_find(world, &made);

	for (size_t i = 0; i < COUNT(changes); i++) {
		/* Nor do they learn whether there is one. */
		assert_int_equal(set(world, &bob, &made, changes[i].update), PAT_ERR_DENIED);
		assert_int_equal(world->refusal.lacks, ACTION_MANAGE_OTHERS);
		assert_int_equal(set(world, &bob, &none, changes[i].update), PAT_ERR_DENIED);
		assert_int_equal(world->refusal.lacks, ACTION_MANAGE_OTHERS);
	}
	assert_int_equal(set(world, &bob, &made, (struct token_update)EXPIRES(1)), PAT_ERR_DENIED);
	assert_memory_equal(world_find(world, &made).mac, before.mac, sizeof(before.mac));
	assert_int_equal(set(world, &bob_asked, &made, (struct token_update)SERVICES("")), PAT_OK);
	assert_int_equal(set(world, &bob_asked, &none, (struct token_update)SERVICES("")),
		PAT_ERR_NOT_FOUND);
}

/* An administrator may have meant it so, and tokens.self_services does not hold for it. */
static void scope__owner_does_not_widen_what_another_restricted(void **state)
{
	struct world *world = *state;
	struct token_request request = request_for(&alice, "backup");
	struct made made;

	request.restrictions[PAT_SERVICES].text = "backup,test";
	world_generate_request(world, &request, &made);
	assert_int_equal(set(world, &alice, &made, (struct token_update)SERVICES("test")), PAT_OK);
	assert_int_equal(set(world, &alice_asked, &made, (struct token_update)SERVICES("sudo")),
		PAT_ERR_DENIED);
	assert_int_equal(world->refusal.lacks, ACTION_MANAGE_OTHERS);
	assert_int_equal(set(world, &root, &made, (struct token_update)SERVICES("sudo")), PAT_OK);
}

/* ---- what is refused ---- */

static void scope__altered_compromised_or_expired_token_is_not_changed(void **state)
{
	static const struct revocation lost = { .reason = TOKEN_REASON_COMPROMISED };
	struct world *world = *state;
	const struct made altered = make(world, "altered"), stolen = make(world, "stolen"),
			  old = make(world, "old");

	world_edit(world, "UPDATE token SET services = '' WHERE name = 'altered'");
	for (size_t i = 0; i < COUNT(changes); i++)
		assert_int_equal(set(world, &root, &altered, changes[i].update), PAT_ERR_STORAGE);

	assert_int_equal(
		tokens_revoke(world->tokens, &root, stolen.token.id.text, &lost, &world->refusal),
		PAT_OK);
	world->time = world_find(world, &old).expires_at;
	for (size_t i = 0; i < COUNT(changes); i++) {
		const bool note = changes[i].update.note && !changes[i].update.has_lifetime &&
				  !changes[i].update.restrictions[0];

		assert_that(set(world, &root, &stolen, changes[i].update) ==
				    (note ? PAT_OK : PAT_ERR_NOT_RESTORABLE),
			"%s", changes[i].what);
		assert_that(set(world, &root, &old, changes[i].update) ==
				    (note ? PAT_OK : PAT_ERR_EXPIRED),
			"%s", changes[i].what);
	}
}

/* In the same words as a Generate. */
static void scope__what_no_new_token_may_be_is_refused_alike(void **state)
{
	static const struct {
		struct token_update update;
		enum pat_error error;
	} table[] = {
		{ EXPIRES(PAT_NEVER), PAT_ERR_AGAINST_POLICY },
		{ EXPIRES(NOON + 41 * DAY), PAT_ERR_AGAINST_POLICY },
		{ EXPIRES(NOON - 1), PAT_ERR_INVALID_EXPIRY },
		{ EXPIRES(PAT_EXPIRES_MAX + 1), PAT_ERR_INVALID_EXPIRY },
		{ { .has_lifetime = true }, PAT_ERR_INVALID_EXPIRY },
		{ { .has_lifetime = true, .lifetime = 1, .has_expires_at = true, .expires_at = 1 },
			PAT_ERR_INVALID_ARGS },
		{ SERVICES("a b"), PAT_ERR_INVALID_RESTRICTION },
		{ SOURCES("host.example"), PAT_ERR_INVALID_RESTRICTION },
		{ HOURS("noon"), PAT_ERR_INVALID_RESTRICTION },
		{ NOTE("two\nlines"), PAT_ERR_INVALID_ARGS },
	};
	struct world *world = *state;
	const struct made made = make(world, "laptop");
	const struct token before = world_find(world, &made);

	world->policy.max_lifetime = 40 * DAY;
	world_apply_policy(world);
	for (size_t i = 0; i < COUNT(table); i++) {
		struct token_request request = request_for(&alice, "new");
		const struct token_update *update = &table[i].update;
		const char *why;
		struct made new;

		/* Also before anybody is asked for a password. */
		assert_that(set(world, &alice, &made, *update) == table[i].error, "row %zu", i);
		why = world->refusal.why;
		request.has_lifetime = update->has_lifetime;
		request.lifetime = update->lifetime;
		request.has_expires_at = update->has_expires_at;
		request.expires_at = update->expires_at;
		request.note = update->note;
		for (unsigned int r = 0; r < PAT_RESTRICTIONS; r++)
			request.restrictions[r].text = update->restrictions[r];
		assert_that(tokens_generate(world->tokens, &root, &request, &new.token, new.secret,
				    &world->refusal) == table[i].error,
			"row %zu", i);
		assert_string_equal(world->refusal.why, why);
	}
	assert_memory_equal(world_find(world, &made).mac, before.mac, sizeof(before.mac));
}

static void token_does_not_expire_before_it_begins(void **state)
{
	struct world *world = *state;
	struct token_request request = request_for(&alice, "later");
	struct made made;

	request.restrictions[PAT_NOT_BEFORE].number = NOON + 10 * DAY;
	world_generate_request(world, &request, &made);
	assert_int_equal(set(world, &root, &made, (struct token_update)EXPIRES(NOON + 5 * DAY)),
		PAT_ERR_INVALID_RESTRICTION);
}

static void nothing_given_is_refused_and_nothing_new_writes_nothing(void **state)
{
	struct world *world = *state;
	const struct made made = make(world, "laptop");
	const uint64_t entries = world_check_history(world);

	assert_int_equal(
		set(world, &root, &made, (struct token_update) { 0 }), PAT_ERR_INVALID_ARGS);
	assert_int_equal(
		set(world, &root, &made, (struct token_update)SERVICES(" test , su*")), PAT_OK);
	assert_int_equal(set(world, &root, &made, (struct token_update)NOTE("blue")), PAT_OK);
	assert_int_equal(world_check_history(world), entries);
	assert_int_equal(set(world, &root, &made,
				 (struct token_update) { .restrictions[PAT_MAX_USES] = "3" }),
		PAT_ERR_INVALID_RESTRICTION);
}

static void notes_have_255_characters(void **state)
{
	struct world *world = *state;
	const struct made made = make(world, "laptop");
	char note[4 * 256 + 1] = "";

	for (unsigned int i = 0; i < 255; i++)
		(void)strcat(note, "\xF0\x9F\x94\x91");
	assert_int_equal(set(world, &alice, &made, (struct token_update)NOTE(note)), PAT_OK);
	world_restart(world);
	assert_string_equal(world_find(world, &made).note, note);
	(void)strcat(note, "x");
	assert_int_equal(
		set(world, &alice, &made, (struct token_update)NOTE(note)), PAT_ERR_INVALID_ARGS);
	assert_int_equal(
		set(world, &alice, &made, (struct token_update)NOTE("\xC3")), PAT_ERR_INVALID_ARGS);
}

/* ---- what it does ---- */

static enum pat_verdict log_in_from(
	struct world *world, const struct made *made, const char *service, const char *rhost)
{
	struct pat_request request = request_with(made->secret, &alice);

	assert_true(pat_field_set(request.service, sizeof(request.service), service));
	assert_true(pat_field_set(request.rhost, sizeof(request.rhost), rhost));
	return (enum pat_verdict)world_verify(world, &request).verdict;
}

/* Tuesday noon is within the hours. */
static void scope__change_holds_for_the_next_login(void **state)
{
	struct world *world = *state;
	const struct made made = make(world, "laptop");

	assert_int_equal(log_in_from(world, &made, "sudo", "10.1.1.1"), PAT_ACCEPTED);
	assert_int_equal(set(world, &root, &made, (struct token_update)SERVICES("test")), PAT_OK);
	assert_int_equal(log_in_from(world, &made, "sudo", "10.1.1.1"), PAT_WRONG_SERVICE);
	assert_int_equal(log_in_from(world, &made, "test", "10.1.1.1"), PAT_ACCEPTED);
	assert_int_equal(set(world, &root, &made, (struct token_update)SOURCES("local")), PAT_OK);
	assert_int_equal(log_in_from(world, &made, "test", "10.1.1.1"), PAT_WRONG_SOURCE);
	assert_int_equal(set(world, &root, &made, (struct token_update)SOURCES("")), PAT_OK);
	assert_int_equal(log_in_from(world, &made, "test", "192.0.2.1"), PAT_ACCEPTED);
	assert_int_equal(set(world, &root, &made, (struct token_update)EXPIRES(NOON + 60)), PAT_OK);
	world->time = NOON + 60;
	world_restart(world);
	assert_int_equal(log_in_from(world, &made, "test", "192.0.2.1"), PAT_EXPIRED);
	assert_int_equal(world_find(world, &made).uses, 3);
}

static void scope__later_expiration_does_not_prolong_the_former_secret(void **state)
{
	struct world *world = *state;
	struct made old = world_generate(world, &alice, "laptop"), new;

	assert_int_equal(set(world, &root, &old, (struct token_update)EXPIRES(NOON + 60)), PAT_OK);
	new = world_rotate(world, &old, DAY);
	assert_int_equal(
		set(world, &root, &old, (struct token_update)EXPIRES(NOON + 9 * DAY)), PAT_OK);
	world->time = NOON + 59;
	assert_int_equal(world_log_in(world, &alice, &old), PAT_ACCEPTED);
	world->time = NOON + 60;
	assert_int_equal(world_log_in(world, &alice, &old), PAT_ROTATED);
	assert_int_equal(world_log_in(world, &alice, &new), PAT_ACCEPTED);
}

static void each_change_is_one_entry_that_says_what_changed(void **state)
{
	static const struct {
		struct token_update update;
		const char *detail;
	} table[] = {
		{ EXPIRES(NOON + DAY), "expires 2023-11-15T22:13:20Z" },
		{ EXPIRES(PAT_NEVER), "expires never" },
		{ SERVICES("ssh*"), "services ssh*" },
		{ { .restrictions = { "", "local", "Mon..Sun" }, .note = "secret remark" },
			"services any, sources local, hours 00:00-24:00, note" },
		{ NOTE(""), "note" },
	};
	struct world *world = *state;
	const struct made made = make(world, "laptop");

	for (size_t i = 0; i < COUNT(table); i++) {
		const uint64_t entries = world_check_history(world);
		struct entry entry;

		assert_int_equal(set(world, &alice_asked, &made, table[i].update), PAT_OK);
		assert_int_equal(world_check_history(world), entries + 1);
		entry = world_last_entry(world);
		assert_int_equal(entry.event, ENTRY_CHANGED);
		assert_int_equal(entry.how, ENTRY_PASSWORD);
		assert_string_equal(entry.id.text, made.token.id.text);
		assert_string_equal(entry.detail, table[i].detail);
	}
	assert_int_equal(set(world, &alice, &made, (struct token_update)NOTE("red")), PAT_OK);
	assert_int_equal(world_last_entry(world).how, ENTRY_OWNER);
}

/* As the canonical spelling is no longer than LIMITS_SERVICES_MAX and the like. */
static void long_lists_are_cut_in_the_entry(void **state)
{
	struct world *world = *state;
	const struct made made = make(world, "laptop");
	char services[LIMITS_SERVICES_MAX + 1] = "", sources[LIMITS_SOURCES_MAX + 1] = "",
					    hours[LIMITS_HOURS_MAX + 1] = "";
	struct entry entry;

	for (int i = 0; i < 100; i++)
		(void)sprintf(services + strlen(services), "%ss%03d", i ? "," : "", i);
	for (int i = 0; i < 80; i++)
		(void)sprintf(sources + strlen(sources), "%s10.0.0.%d", i ? "," : "", 100 + i);
	for (int i = 0; i < 16; i++)
		(void)sprintf(hours + strlen(hours), "%s%02d:00-%02d:30", i ? "; " : "", i, i);
	assert_int_equal(set(world, &root, &made,
				 (struct token_update) { .has_expires_at = true,
					 .restrictions = { services, sources, hours },
					 .note = "x" }),
		PAT_OK);
	assert_string_equal(world_find(world, &made).limits.sources, sources);
	entry = world_last_entry(world);
	assert_null(pat_name_problem(entry.detail));
	assert_non_null(strstr(entry.detail, "expires never, services s000,"));
	assert_non_null(strstr(entry.detail, "…, sources 10.0.0.100,"));
	assert_non_null(strstr(entry.detail, "…, hours 00:00-00:30; "));
	assert_non_null(strstr(entry.detail, "…, note"));
	/* Alone, one has more room. */
	services[179] = '\0';
	assert_int_equal(
		set(world, &root, &made, (struct token_update) { .restrictions = { services } }),
		PAT_OK);
	assert_string_equal(world_last_entry(world).detail + strlen("services "), services);
	(void)strcat(services, ",x");
	assert_int_equal(
		set(world, &root, &made, (struct token_update) { .restrictions = { services } }),
		PAT_OK);
	entry = world_last_entry(world);
	assert_int_equal(strlen(entry.detail), strlen("services ") + 180 + strlen("…"));
	(void)world_check_history(world);
}

static void integrity__unwritable_change_changes_nothing(void **state)
{
	struct world *world = *state;
	const struct made made = make(world, "laptop");
	const struct token before = world_find(world, &made);

	world_trigger(world, "CREATE TRIGGER undo AFTER UPDATE OF services ON token BEGIN UPDATE "
			     "token SET services = '' WHERE id = new.id; END");
	assert_int_equal(
		set(world, &root, &made, (struct token_update)SERVICES("test")), PAT_ERR_STORAGE);
	world_edit(world, "DROP TRIGGER undo");
	assert_memory_equal(world_find(world, &made).mac, before.mac, sizeof(before.mac));
	assert_int_equal(log_in_from(world, &made, "test", "10.1.1.1"), PAT_ACCEPTED);
}

/* Nobody fills the history until nothing of others is left in it. */
static void changes_of_one_user_are_limited(void **state)
{
	struct world *world = *state;
	const struct made made = make(world, "laptop");
	enum pat_error error = PAT_OK;

	for (unsigned int i = 0; i < 10000 && error == PAT_OK; i++)
		error = set(world, &alice, &made, (struct token_update)NOTE(i % 2 ? "a" : "b"));
	assert_int_equal(error, PAT_ERR_BUSY);
	assert_int_equal(set(world, &root, &made, (struct token_update)NOTE("c")), PAT_OK);
}

/* ---- databases of before there were notes, approvals, an until, or fleets ---- */

static void integrity__rows_without_a_note_stay_valid(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	world_edit(world, "ALTER TABLE token DROP COLUMN note;" SCHEMA_WITHOUT_APPROVALS
			  "PRAGMA user_version = 1");
	world_restart(world);
	assert_string_equal(world_find(world, &made).note, "");
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
	assert_int_equal(set(world, &alice, &made, (struct token_update)NOTE("mine")), PAT_OK);
	world_restart(world);
	assert_string_equal(world_find(world, &made).note, "mine");
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
}

static void integrity__rows_without_confirm_stay_valid(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	assert_int_equal(set(world, &alice, &made, (struct token_update)NOTE("mine")), PAT_OK);
	world_edit(world, SCHEMA_WITHOUT_APPROVALS "PRAGMA user_version = 2");
	world_restart(world);
	assert_false(world_find(world, &made).limits.confirm);
	assert_string_equal(world_find(world, &made).note, "mine");
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
}

static void integrity__rows_without_an_until_stay_valid(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	world_edit(world, SCHEMA_WITHOUT_UNTIL "PRAGMA user_version = 3");
	world_restart(world);
	assert_string_equal(world_find(world, &made).limits.until, "");
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
}

static void integrity__rows_without_an_issuer_stay_valid(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	world_edit(world, SCHEMA_WITHOUT_FLEET "PRAGMA user_version = 4");
	world_restart(world);
	assert_string_equal(world_find(world, &made).issuer, "");
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(what_is_not_given_stays),
		WORLD_TEST(scope__widening_asks_and_narrowing_does_not),
		WORLD_TEST(scope__other_users_need_manage_others_for_either),
		WORLD_TEST(scope__owner_does_not_widen_what_another_restricted),
		WORLD_TEST(scope__altered_compromised_or_expired_token_is_not_changed),
		WORLD_TEST(scope__what_no_new_token_may_be_is_refused_alike),
		WORLD_TEST(token_does_not_expire_before_it_begins),
		WORLD_TEST(nothing_given_is_refused_and_nothing_new_writes_nothing),
		WORLD_TEST(notes_have_255_characters),
		WORLD_TEST(scope__change_holds_for_the_next_login),
		WORLD_TEST(scope__later_expiration_does_not_prolong_the_former_secret),
		WORLD_TEST(each_change_is_one_entry_that_says_what_changed),
		WORLD_TEST(long_lists_are_cut_in_the_entry),
		WORLD_TEST(integrity__unwritable_change_changes_nothing),
		WORLD_TEST(changes_of_one_user_are_limited),
		WORLD_TEST(integrity__rows_without_a_note_stay_valid),
		WORLD_TEST(integrity__rows_without_confirm_stay_valid),
		WORLD_TEST(integrity__rows_without_an_until_stay_valid),
		WORLD_TEST(integrity__rows_without_an_issuer_stay_valid),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
