/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What logins bring into the history of all that happens, one by one and in a flood. */
#include "patd/tokens/tokens_private.h"
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/world.h"

/* ---- logins ---- */

static struct pat_request from(
	const struct made *made, const char *service, const char *rhost, const char *tty)
{
	struct pat_request request = request_with(made->secret, &alice);

	pat_field_cut(request.service, sizeof(request.service), service);
	pat_field_cut(request.rhost, sizeof(request.rhost), rhost);
	pat_field_cut(request.tty, sizeof(request.tty), tty);
	return request;
}

static void login_writes_an_entry_with_its_place(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	const struct pat_request request = from(&made, "sshd", "192.0.2.7", "ssh");
	struct pat_reply reply;
	struct entry entry;

	world->time = NOON + 10;
	tokens_verify(world->tokens, 1000, &request, &reply);
	tokens_commit_usage(world->tokens);
	assert_int_equal(reply.verdict, PAT_ACCEPTED);
	entry = world_last_entry(world);
	assert_int_equal(entry.event, ENTRY_USED);
	assert_int_equal(entry.result, PAT_ACCEPTED);
	assert_int_equal(entry.how, ENTRY_PAM);
	assert_int_equal(entry.by_uid, 1000);
	assert_int_equal(entry.at, NOON + 10);
	assert_entry_is_of(&entry, &made);
	assert_string_equal(entry.name, "laptop");
	assert_string_equal(entry.service, "sshd");
	assert_string_equal(entry.rhost, "192.0.2.7");
	assert_string_equal(entry.tty, "ssh");
	assert_int_equal(world_check_history(world), 2);
}

/* Others send what they like, and it is shown on terminals. */
static void hostile_text_of_login_is_left_out_of_its_entry(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	const struct pat_request request = from(&made, "\x1B[2J", "\xFF", "a\nb");
	struct entry entry;

	assert_int_equal(world_verify(world, &request).verdict, PAT_ACCEPTED);
	entry = world_last_entry(world);
	assert_string_equal(entry.service, "?");
	assert_string_equal(entry.rhost, "?");
	assert_string_equal(entry.tty, "?");
	(void)world_check_history(world);
}

static void refused_login_writes_an_entry_if_secret_matched(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	struct pat_request request = from(&made, "polkit-1", "192.0.2.7", "");
	struct entry entry;

	assert_int_equal(world_verify(world, &request).verdict, PAT_NOT_ALLOWED);
	assert_int_equal(world_check_history(world), 2);
	entry = world_last_entry(world);
	assert_int_equal(entry.event, ENTRY_REFUSED);
	assert_int_equal(entry.result, PAT_NOT_ALLOWED);
	assert_string_equal(entry.service, "polkit-1");
	assert_entry_is_of(&entry, &made);

	assert_int_equal(world_log_in(world, &bob, &made), PAT_OTHER_USER);
	assert_int_equal(world_check_history(world), 3);
	entry = world_last_entry(world);
	assert_int_equal(entry.result, PAT_OTHER_USER);
	assert_string_equal(entry.user, "alice"); /* whose token was tried */

	/* A wrong secret anybody can send, and fill the disk with. */
	request.digest.bytes[0] ^= 1;
	assert_int_equal(world_verify(world, &request).verdict, PAT_WRONG);
	request = from(&made, "sshd", "", "");
	pat_field_cut(request.id, sizeof(request.id), "0000000000");
	assert_int_equal(world_verify(world, &request).verdict, PAT_WRONG);
	world_edit(world, "UPDATE token SET expires_at = 0");
	world_restart(world);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_WRONG);
	assert_int_equal(world_check_history(world), 3);
}

static enum pat_verdict asked_by(
	struct world *world, uint32_t caller, const struct pat_request *request)
{
	struct pat_reply reply;

	tokens_verify(world->tokens, caller, request, &reply);
	tokens_commit_usage(world->tokens);
	return reply.verdict;
}

/* A service account without a section in patd.conf, say. */
static void caller_who_may_not_ask_writes_an_entry_if_secret_matched(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	struct made bobs = world_generate(world, &bob, "bob's");
	struct pat_request request = from(&made, "postgresql", "192.0.2.7", "");
	struct entry entry;

	assert_int_equal(asked_by(world, 103, &request), PAT_NOT_ALLOWED);
	assert_int_equal(world_check_history(world), 3);
	entry = world_last_entry(world);
	assert_int_equal(entry.event, ENTRY_REFUSED);
	assert_int_equal(entry.result, PAT_NOT_ALLOWED);
	assert_int_equal(entry.how, ENTRY_PAM);
	assert_int_equal(entry.by_uid, 103);
	assert_entry_is_of(&entry, &made);
	assert_string_equal(entry.service, "postgresql");
	assert_string_equal(entry.rhost, "192.0.2.7");
	assert_int_equal(world_find(world, &made).uses, 0);

	/* In the history of whose token it is, whoever is to be logged in. */
	request = from(&bobs, "postgresql", "", "");
	assert_int_equal(asked_by(world, bob.uid, &request), PAT_NOT_ALLOWED);
	assert_int_equal(world_check_history(world), 4);
	assert_string_equal(world_last_entry(world).user, "bob");

	/* Without the secret nobody writes anything. */
	request.digest.bytes[0] ^= 1;
	assert_int_equal(asked_by(world, 103, &request), PAT_NOT_ALLOWED);
	request = from(&made, "postgresql", "", "");
	pat_field_cut(request.id, sizeof(request.id), "0000000000");
	assert_int_equal(asked_by(world, 103, &request), PAT_NOT_ALLOWED);
	assert_int_equal(world_check_history(world), 4);
}

/* One after the other, of one token. */
static const struct {
	const char *service, *rhost;
	bool new_service, new_network;
} places[] = {
	{ "sshd", "192.0.2.7", true, true },
	{ "sshd", "192.0.2.7", false, false },
	{ "sshd", "192.0.2.8", false, false }, /* the same /24 */
	{ "sudo", "192.0.2.8", true, false },
	{ "sudo", "", false, true },
	{ "sudo", "198.51.100.1", false, true },
	{ "sshd", "192.0.2.9", false, false }, /* not where it was last, but before */
	{ "sshd", "2001:db8::1", false, true },
	{ "sshd", "2001:db8::2:1", false, false }, /* the same /64 */
	{ "sudo", "", false, false },
	{ "sudo", "host.example.org", false, true },
	{ "sudo", "host.example.org", false, false },
	{ "sudo", "::ffff:192.0.2.10", false, false },
};

static void service_and_network_are_new_once(void **state)
{
	struct world *world = *state;
	struct made other = world_generate(world, &alice, "other");

	for (int restart = 0; restart < 2; restart++) {
		struct made made = world_generate(world, &alice, restart ? "two" : "one");

		for (size_t i = 0; i < COUNT(places); i++) {
			const struct pat_request request =
				from(&made, places[i].service, places[i].rhost, "");
			struct entry entry;

			assert_int_equal(world_verify(world, &request).verdict, PAT_ACCEPTED);
			entry = world_last_entry(world);
			assert_that(entry.new_service == places[i].new_service, "row %zu", i);
			assert_that(entry.new_network == places[i].new_network, "row %zu", i);
			if (restart)
				world_restart(world);
		}
	}
	/* Of each token by itself. */
	assert_int_equal(world_log_in(world, &alice, &other), PAT_ACCEPTED);
	assert_true(world_last_entry(world).new_service);
	assert_true(world_last_entry(world).new_network);
}

/* Nobody makes a place known by failing there. */
static void refused_login_makes_no_place_known(void **state)
{
	struct world *world = *state;
	struct token_request token_request = request_for(&alice, "laptop");
	struct made made;
	struct pat_request request;

	token_request.restrictions[PAT_NOT_BEFORE].number = NOON + 10;
	world_generate_request(world, &token_request, &made);
	request = from(&made, "sshd", "192.0.2.7", "");
	assert_int_equal(world_verify(world, &request).verdict, PAT_NOT_YET);
	assert_false(world_last_entry(world).new_service || world_last_entry(world).new_network);
	world->time = NOON + 10;
	assert_int_equal(world_verify(world, &request).verdict, PAT_ACCEPTED);
	assert_true(world_last_entry(world).new_service && world_last_entry(world).new_network);
}

#define FLOOD 3000U

/* ---- a flood ---- */

/* How many entries were added by so many logins. */
static uint64_t flood(struct world *world, const struct pat_request *request, uint32_t caller)
{
	uint64_t entries = world_check_history(world);

	for (unsigned int i = 0; i < FLOOD; i++) {
		struct pat_reply reply;

		tokens_verify(world->tokens, caller, request, &reply);
	}
	tokens_commit_usage(world->tokens);
	return world_check_history(world) - entries;
}

static void flood_of_logins_is_rate_limited_and_counted(void **state)
{
	static const struct {
		const char *what, *service;
		uint32_t caller;
		enum pat_verdict verdict;
		uint64_t most;
	} table[] = {
		{ "refusals", "polkit-1", 0, PAT_NOT_ALLOWED, 100 },
		{ "callers who may not ask", "sshd", 1001, PAT_NOT_ALLOWED, 100 },
		{ "uses that users ask for themselves", "sshd", 1000, PAT_ACCEPTED, 100 },
		{ "uses", "sshd", 0, PAT_ACCEPTED, 1000 },
		{ "alerts", "sshd", 0, PAT_ROTATED, 100 },
	};
	struct world *world = *state;

	for (size_t i = 0; i < COUNT(table); i++) {
		struct made made = world_generate(world, &alice, table[i].what);
		const struct pat_request request = from(&made, table[i].service, "", "");
		struct pat_reply reply;
		struct entry entry;
		uint64_t taken;

		if (table[i].verdict == PAT_ROTATED)
			(void)world_rotate(world, &made, 0);
		world->time += DAY; /* nothing is left of the flood before */
		taken = flood(world, &request, table[i].caller);
		assert_that(taken == table[i].most, "%s: %llu", table[i].what,
			(unsigned long long)taken);
		assert_that(flood(world, &request, table[i].caller) == 0, "%s", table[i].what);
		/* Nobody is refused for it. */
		tokens_verify(world->tokens, table[i].caller, &request, &reply);
		tokens_commit_usage(world->tokens);
		assert_int_equal(reply.verdict, table[i].verdict);
		if (table[i].verdict == PAT_ACCEPTED)
			assert_int_equal(world_find(world, &made).uses, 2 * FLOOD + 1);
		/* When there is room again, it says how many are missing; once. */
		world->time += 60;
		for (uint64_t unrecorded = 2 * FLOOD + 1 - taken;; unrecorded = 0) {
			tokens_verify(world->tokens, table[i].caller, &request, &reply);
			tokens_commit_usage(world->tokens);
			entry = world_last_entry(world);
			assert_int_equal(entry.at, world->time);
			assert_int_equal(entry.unrecorded, unrecorded);
			if (unrecorded == 0)
				break;
		}
		(void)world_check_history(world);
	}
}

static void availability__flood_hides_no_other_user_and_no_alert(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	struct made old = world_generate(world, &alice, "phone");
	struct made bobs = world_generate(world, &bob, "bob's");
	const struct pat_request request = from(&made, "polkit-1", "", "");
	uint64_t entries;

	(void)world_rotate(world, &old, 0);
	/* A caller who may not ask hides no refusal of one who may. */
	(void)flood(world, &request, bob.uid);
	entries = world_check_history(world);
	assert_int_equal(world_log_in(world, &bob, &made), PAT_OTHER_USER);
	assert_int_equal(world_check_history(world), entries + 1);
	(void)flood(world, &request, 0);
	entries = world_check_history(world);
	assert_int_equal(world_log_in(world, &alice, &old), PAT_ROTATED);
	assert_int_equal(world_check_history(world), entries + 1);
	assert_int_equal(world_last_entry(world).result, PAT_ROTATED);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
	assert_int_equal(world_check_history(world), entries + 2);
	assert_int_equal(world_log_in(world, &alice, &bobs), PAT_OTHER_USER);
	assert_int_equal(world_check_history(world), entries + 3);
	/* Changes are never too many. */
	assert_int_equal(world_revoke(world, &made), PAT_OK);
	assert_int_equal(world_check_history(world), entries + 4);
}

static void scope__history_has_the_source_that_was_judged(void **state)
{
	static const struct {
		const char *service, *rhost, *tty, *source;
	} rows[] = {
		{ "sudo", "", "", "" },
		{ "login", "", "/dev/tty1", "" },
		{ "login", "", "", "unknown" },
		{ "login", "", "/dev/pts/0", "unknown" },
		{ "monit", "", "", "unknown" },
		{ "sshd", "UNKNOWN", "ssh", "unknown" },
		{ "telnet", "local", "", "local." },
	};
	struct world *world = *state;
	struct token_request token_request = request_for(&alice, "local");
	struct made any = world_generate(world, &alice, "any"), local;

	token_request.restrictions[PAT_SOURCES].text = "local";
	world_generate_request(world, &token_request, &local);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct pat_request request =
			from(&any, rows[i].service, rows[i].rhost, rows[i].tty);
		bool refused = rows[i].source[0] != '\0';

		assert_int_equal(world_verify(world, &request).verdict, PAT_ACCEPTED);
		assert_string_equal(world_last_entry(world).rhost, rows[i].source);
		assert_string_equal(world_find(world, &any).last_used_from, rows[i].source);
		request = from(&local, rows[i].service, rows[i].rhost, rows[i].tty);
		assert_int_equal(world_verify(world, &request).verdict,
			refused ? PAT_WRONG_SOURCE : PAT_ACCEPTED);
		assert_string_equal(world_last_entry(world).rhost, rows[i].source);
	}
	assert_int_equal(world_find(world, &local).uses, 2);
}

/* What the owner's own program says of the place is in the history, and is not where it was used.
 */
static void owners_own_program_makes_no_place_known(void **state)
{
	static const struct {
		const char *service, *rhost, *from;
	} rows[] = {
		{ "slock", "", "" },
		{ "slock", "192.0.2.7", "unknown" },
		{ "vnc", "", "unknown" },
	};
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	struct pat_request request;
	uint64_t ignored;

	for (size_t i = 0; i < COUNT(rows); i++) {
		request = from(&made, rows[i].service, rows[i].rhost, "");
		assert_int_equal(
			verify_request(world->tokens, alice.uid, &request, &ignored), PAT_ACCEPTED);
		assert_string_equal(world_find(world, &made).last_used_from, rows[i].from);
	}
	request = from(&made, "vnc", "", "");
	assert_int_equal(world_verify(world, &request).verdict, PAT_ACCEPTED);
	assert_true(world_last_entry(world).new_service);
	assert_true(world_last_entry(world).new_network);
}

/* Or the next login from there would be the first. */
static void place_is_remembered_when_its_entry_is_rate_limited(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	struct pat_request request = from(&made, "sshd", "", "");

	(void)flood(world, &request, 0);
	request = from(&made, "sshd", "192.0.2.7", "");
	assert_int_equal(world_verify(world, &request).verdict, PAT_ACCEPTED);
	request = from(&made, "sshd", "198.51.100.1", "");
	world->time += 60;
	assert_int_equal(world_verify(world, &request).verdict, PAT_ACCEPTED);
	assert_true(world_last_entry(world).new_network);
	request = from(&made, "sshd", "192.0.2.7", "");
	assert_int_equal(world_verify(world, &request).verdict, PAT_ACCEPTED);
	assert_string_equal(world_last_entry(world).rhost, "192.0.2.7");
	assert_false(world_last_entry(world).new_network);
}

/* The watermark stands still until the clock has caught up with it, and rations do not. */
static void availability__rations_refill_after_a_clock_that_was_ahead(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	const struct pat_request request = from(&made, "polkit-1", "", "");

	world->ran = 1000;
	world->time = NOON + DAY;
	assert_int_equal(flood(world, &request, 0), 100);
	world->time = NOON;
	world->ran += 3600;
	assert_int_equal(flood(world, &request, 0), 100);
	/* Nor does a clock that jumps fill them. */
	world->time = NOON + 10 * DAY;
	assert_int_equal(flood(world, &request, 0), 0);
}

/* How many entries were added by logins from so many networks in which nobody was seen before. */
static uint64_t flood_of_places(struct world *world, const struct made *made, unsigned int first)
{
	const uint64_t entries = world_check_history(world);

	for (unsigned int i = 0; i < 200; i++) {
		char rhost[16];
		struct pat_request request;

		(void)snprintf(rhost, sizeof(rhost), "10.%u.%u.1", first, i);
		request = from(made, "sshd", rhost, "");
		assert_int_equal(world_verify(world, &request).verdict, PAT_ACCEPTED);
	}
	return world_check_history(world) - entries;
}

static void availability__new_places_and_changes_refill_after_a_clock_that_was_ahead(void **state)
{
	const struct caller user = { .uid = 1000, .user = "alice" };
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	const struct pat_request usual = from(&made, "sshd", "", "");

	world->ran = 1000;
	world->time = NOON + DAY;
	for (unsigned int round = 1; round <= 2; round++) {
		unsigned int allowed = 0;

		/* Else a new place would have its entry as a use. */
		(void)flood(world, &usual, 0);
		assert_int_equal(flood_of_places(world, &made, round), 100);
		while (tokens_ratelimit(world->tokens, &user, &world->refusal) == PAT_OK)
			allowed++;
		assert_true(allowed > 0);
		world->time = NOON;
		world->ran += 3600;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(login_writes_an_entry_with_its_place),
		WORLD_TEST(hostile_text_of_login_is_left_out_of_its_entry),
		WORLD_TEST(refused_login_writes_an_entry_if_secret_matched),
		WORLD_TEST(caller_who_may_not_ask_writes_an_entry_if_secret_matched),
		WORLD_TEST(service_and_network_are_new_once),
		WORLD_TEST(refused_login_makes_no_place_known),
		WORLD_TEST(flood_of_logins_is_rate_limited_and_counted),
		WORLD_TEST(availability__flood_hides_no_other_user_and_no_alert),
		WORLD_TEST(availability__rations_refill_after_a_clock_that_was_ahead),
		WORLD_TEST(
			availability__new_places_and_changes_refill_after_a_clock_that_was_ahead),
		WORLD_TEST(scope__history_has_the_source_that_was_judged),
		WORLD_TEST(owners_own_program_makes_no_place_known),
		WORLD_TEST(place_is_remembered_when_its_entry_is_rate_limited),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
