/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sessions that fleet tokens open at a member: what their issuer says of the token holds for them.
 */
#include "patd/tokens/sessions.h"

#include "tests/unit/patd/tokens/fleet_worlds.h"
#include "tests/unit/patd/tokens/sleeper.h"

static struct {
	pid_t sleeper;
	uint32_t ended; /* pid; 0: none has been */
} s;

static void on_session(const struct session *session, void *userdata)
{
	(void)userdata;
	s.ended = session->pid;
}

static const struct token_listener listener = { .session = on_session };

static int set_up(void **state)
{
	struct fleet_worlds *worlds;
	int r = worlds_set_up(state);

	worlds = *state;
	worlds->member.policy.revoke_ends_sessions = true;
	world_apply_policy(&worlds->member);
	tokens_listen(worlds->member.tokens, &listener);
	s.ended = 0;
	s.sleeper = sleeper_start();
	return r;
}

static int tear_down(void **state)
{
	sleeper_end(s.sleeper);
	return worlds_tear_down(state);
}

static enum pat_verdict open_session(
	struct fleet_worlds *worlds, const struct made *made, const struct caller *user)
{
	struct pat_session session = {
		.magic = PAT_SESSION_MAGIC,
		.event = PAT_SESSION_OPENS,
		.uid = user->uid,
		.pid = (uint32_t)s.sleeper,
		.start_time = sleeper_start_time(s.sleeper),
	};

	pat_field_cut(session.id, sizeof(session.id), made->token.id.text);
	pat_field_cut(session.user, sizeof(session.user), user->user);
	pat_field_cut(session.service, sizeof(session.service), "sshd");
	assert_true(pat_session_check(&session, sizeof(session)));
	return tokens_open_session(worlds->member.tokens, &session);
}

static void revoke_at_the_issuer_ends_the_session(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop");

	fleet_sync(worlds);
	assert_int_equal(open_session(worlds, &made, &alice), PAT_ACCEPTED);
	assert_int_equal(world_revoke(&worlds->issuer, &made), PAT_OK);
	assert_int_equal(s.ended, 0);
	fleet_sync(worlds);
	assert_int_equal(s.ended, s.sleeper);
}

static void deletion_at_the_issuer_ends_the_session(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop");

	fleet_sync(worlds);
	assert_int_equal(open_session(worlds, &made, &alice), PAT_ACCEPTED);
	assert_int_equal(world_revoke(&worlds->issuer, &made), PAT_OK);
	assert_int_equal(world_delete(&worlds->issuer, &made), PAT_OK);
	fleet_sync(worlds);
	assert_int_equal(s.ended, s.sleeper);
}

static void session_is_for_the_user_of_that_name_alone(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop");
	struct caller elsewhere = alice;

	fleet_sync(worlds);
	assert_int_equal(open_session(worlds, &made, &bob), PAT_OTHER_USER);
	/* Whatever uid she has here. */
	elsewhere.uid += 1000;
	assert_int_equal(open_session(worlds, &made, &elsewhere), PAT_ACCEPTED);
}

static void stale_token_opens_no_session_and_ends_none(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop");

	fleet_sync(worlds);
	assert_int_equal(open_session(worlds, &made, &alice), PAT_ACCEPTED);
	worlds_wait(worlds, worlds->member.policy.max_staleness + 1);
	assert_int_equal(open_session(worlds, &made, &alice), PAT_STALE);
	assert_int_equal(s.ended, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(revoke_at_the_issuer_ends_the_session),
		TEST(deletion_at_the_issuer_ends_the_session),
		TEST(session_is_for_the_user_of_that_name_alone),
		TEST(stale_token_opens_no_session_and_ends_none),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
