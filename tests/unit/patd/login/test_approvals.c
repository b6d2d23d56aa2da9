/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Uses that wait for a person's word, from the packet of the login to its verdict. */
#include <string.h>

#include "patd/login/token_decider.h"
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/login/login_clients.h"
#include "tests/unit/patd/world.h"

static const struct pat_process sudo_process = {
	.magic = PAT_PROCESS_MAGIC,
	.pid = 4711,
	.uid = 1000,
	.command = "sudo\0id",
	.command_len = sizeof("sudo\0id"),
	.directory = "/home/alice",
};

struct approval_world {
	struct world world;
	struct login_client login;
	struct token_decider *decider;
	struct token_listener listener;
	struct approval seen; /* the last that waits */
	unsigned int added, removed;
};

static void on_approval(const struct approval *approval, bool waits, void *userdata)
{
	struct approval_world *w = userdata;

	if (waits)
		w->seen = *approval;
	*(waits ? &w->added : &w->removed) += 1;
}

static struct made generate(struct approval_world *w, const struct caller *owner, uint64_t max_uses)
{
	struct token_request request = request_for(owner, "agent");
	struct made made;

	request.restrictions[PAT_CONFIRM].number = 1;
	request.restrictions[PAT_MAX_USES].number = max_uses;
	world_generate_request(&w->world, &request, &made);
	return made;
}

/* A login that has been told to wait. */
static int log_in(struct approval_world *w, const struct made *made, const struct caller *owner)
{
	struct pat_request request = request_with(made->secret, owner);
	int fd = connect_to(&w->login, "root.sock");
	struct pat_reply reply;

	ask(fd, &request);
	turn(&w->login);
	assert_int_equal(recv(fd, &reply, sizeof(reply), 0), sizeof(reply));
	assert_true(pat_reply_check(&reply, sizeof(reply)));
	assert_int_equal(reply.verdict, PAT_ASKED);
	assert_int_equal(reply.expires_at, 60);
	assert_true(is_waiting(fd));
	return fd;
}

static void describe(struct approval_world *w, int fd, const struct pat_process *process)
{
	assert_int_equal(send(fd, process, sizeof(*process), MSG_NOSIGNAL), sizeof(*process));
	turn(&w->login);
}

/* The same, of which a person knows. */
static int wait_for_word(struct approval_world *w, const struct made *made)
{
	int fd = log_in(w, made, &alice);

	describe(w, fd, &sudo_process);
	return fd;
}

static enum pat_error answer(struct approval_world *w, const struct caller *caller, bool approve)
{
	return tokens_answer_approval(
		w->world.tokens, caller, w->seen.id, approve, &w->world.refusal);
}

static void nobody_is_told_before_the_process_is_known(void **state)
{
	struct approval_world *w = *state;
	struct made made = generate(w, &alice, 0);
	int fd = log_in(w, &made, &alice);

	assert_int_equal(w->added, 0);
	describe(w, fd, &sudo_process);
	assert_int_equal(w->added, 1);
	assert_string_equal(w->seen.process.command, "sudo id");
	assert_string_equal(w->seen.process.directory, "/home/alice");
	assert_string_equal(w->seen.user, "alice");
	assert_int_equal(w->seen.process.pid, 4711);
	assert_int_equal(w->seen.ends_at, w->seen.asked_at + 60);
	assert_true(is_waiting(fd));
	close(fd);
}

static void confirmed_uses__approval_lets_the_login_go_on_once(void **state)
{
	struct approval_world *w = *state;
	struct made made = generate(w, &alice, 0);
	int fd = wait_for_word(w, &made);

	assert_int_equal(world_find(&w->world, &made).uses, 0);
	assert_int_equal(answer(w, &root, true), PAT_OK);
	turn(&w->login);
	assert_int_equal(read_verdict(fd), PAT_ACCEPTED);
	assert_int_equal(world_find(&w->world, &made).uses, 1);
	assert_int_equal(w->removed, 1);
	assert_int_equal(answer(w, &root, true), PAT_ERR_NOT_FOUND);
}

static void confirmed_uses__denial_refuses_it(void **state)
{
	struct approval_world *w = *state;
	struct made made = generate(w, &alice, 0);
	int fd = wait_for_word(w, &made);

	assert_int_equal(answer(w, &alice, false), PAT_OK);
	turn(&w->login);
	assert_int_equal(read_verdict(fd), PAT_DENIED);
	assert_int_equal(world_find(&w->world, &made).uses, 0);
}

static void confirmed_uses__owner_approves_after_polkit_alone(void **state)
{
	struct approval_world *w = *state;
	struct made made = generate(w, &alice, 0);
	struct caller owner = alice;
	int fd = wait_for_word(w, &made);

	assert_int_equal(answer(w, &owner, true), PAT_ERR_DENIED);
	assert_int_equal(w->world.refusal.lacks, ACTION_CONFIRM_OWN);
	assert_int_equal(w->world.refusal.operation, OP_APPROVE);
	/* What is granted for something else does not count. */
	owner.granted = (1U << ACTIONS) - 1;
	owner.granted &= ~(1U << ACTION_CONFIRM_OWN);
	assert_int_equal(answer(w, &owner, true), PAT_ERR_DENIED);
	assert_true(is_waiting(fd));
	owner.granted = 1U << ACTION_CONFIRM_OWN;
	assert_int_equal(answer(w, &owner, true), PAT_OK);
	turn(&w->login);
	assert_int_equal(read_verdict(fd), PAT_ACCEPTED);
}

static void confirmed_uses__others_need_an_administrator(void **state)
{
	struct approval_world *w = *state;
	struct made made = generate(w, &alice, 0);
	struct caller other = bob;
	int fd = wait_for_word(w, &made);

	other.granted = 1U << ACTION_CONFIRM_OWN | 1U << ACTION_MANAGE_OTHERS;
	assert_int_equal(answer(w, &other, true), PAT_ERR_DENIED);
	assert_int_equal(w->world.refusal.lacks, ACTION_CONFIRM_OTHERS);
	other.granted = 0;
	assert_int_equal(answer(w, &other, false), PAT_ERR_DENIED);
	other.granted = 1U << ACTION_CONFIRM_OTHERS;
	assert_int_equal(answer(w, &other, true), PAT_OK);
	turn(&w->login);
	assert_int_equal(read_verdict(fd), PAT_ACCEPTED);
}

static void confirmed_uses__time_that_is_over_refuses_it(void **state)
{
	struct approval_world *w = *state;
	struct made made = generate(w, &alice, 0);
	int fd = wait_for_word(w, &made);

	w->world.time += 59;
	assert_int_equal(tokens_expire_waiting(w->world.tokens), 1000000);
	assert_true(is_waiting(fd));
	w->world.time += 1;
	assert_int_equal(tokens_expire_waiting(w->world.tokens), 0);
	turn(&w->login);
	assert_int_equal(read_verdict(fd), PAT_UNCONFIRMED);
	assert_int_equal(answer(w, &root, true), PAT_ERR_NOT_FOUND);
}

static void confirmed_uses__process_that_ends_takes_its_request_away(void **state)
{
	struct approval_world *w = *state;
	struct made made = generate(w, &alice, 0);

	close(wait_for_word(w, &made));
	turn(&w->login);
	assert_int_equal(w->removed, 1);
	assert_int_equal(answer(w, &root, true), PAT_ERR_NOT_FOUND);
	assert_int_equal(world_find(&w->world, &made).uses, 0);
}

static void confirmed_uses__revocation_refuses_what_waits_at_once(void **state)
{
	const struct revocation plainly = { 0 };
	struct approval_world *w = *state;
	struct made made = generate(w, &alice, 0);
	int fd = wait_for_word(w, &made);

	assert_int_equal(tokens_revoke(w->world.tokens, &alice, made.token.id.text, &plainly,
				 &w->world.refusal),
		PAT_OK);
	turn(&w->login);
	assert_int_equal(read_verdict(fd), PAT_REVOKED);
	assert_int_equal(answer(w, &root, true), PAT_ERR_NOT_FOUND);
}

static void confirmed_uses__rules_are_asked_again_after_the_word(void **state)
{
	struct approval_world *w = *state;
	struct token_request request = request_for(&alice, "short");
	struct made made;
	int fd;

	request.restrictions[PAT_CONFIRM].number = 1;
	request.has_lifetime = true;
	request.lifetime = 30;
	world_generate_request(&w->world, &request, &made);
	fd = wait_for_word(w, &made);
	w->world.time += 30;
	assert_int_equal(answer(w, &root, true), PAT_ERR_NOT_ACTIVE);
	turn(&w->login);
	assert_int_equal(read_verdict(fd), PAT_EXPIRED);
}

static void confirmed_uses__secret_that_was_replaced_meanwhile_is_refused(void **state)
{
	struct approval_world *w = *state;
	struct made old = generate(w, &alice, 0), new;
	int fd = wait_for_word(w, &old);

	new = world_rotate(&w->world, &old, 0);
	turn(&w->login);
	assert_int_equal(read_verdict(fd), PAT_ROTATED);
	close(log_in(w, &new, &alice));
}

static void limited_uses__two_that_wait_for_the_last_use_get_one(void **state)
{
	struct approval_world *w = *state;
	struct made made = generate(w, &alice, 1);
	int first = wait_for_word(w, &made), second;
	struct approval before = w->seen;

	second = wait_for_word(w, &made);
	assert_int_equal(answer(w, &root, true), PAT_OK);
	turn(&w->login);
	assert_int_equal(read_verdict(second), PAT_ACCEPTED);
	w->seen = before;
	assert_int_equal(answer(w, &root, true), PAT_ERR_NOT_ACTIVE);
	turn(&w->login);
	assert_int_equal(read_verdict(first), PAT_EXHAUSTED);
	assert_int_equal(world_find(&w->world, &made).uses, 1);
}

static void no_more_than_eight_of_a_user_wait(void **state)
{
	struct approval_world *w = *state;
	struct made made = generate(w, &alice, 0), other = generate(w, &bob, 0);
	int fds[APPROVALS_MAX_PER_USER], fd;
	struct pat_request request = request_with(made.secret, &alice);

	for (unsigned int i = 0; i < APPROVALS_MAX_PER_USER; i++)
		fds[i] = log_in(w, &made, &alice);
	fd = connect_to(&w->login, "root.sock");
	ask(fd, &request);
	turn(&w->login);
	assert_int_equal(read_verdict(fd), PAT_BUSY);
	close(log_in(w, &other, &bob));
	for (unsigned int i = 0; i < APPROVALS_MAX_PER_USER; i++)
		close(fds[i]);
	turn(&w->login);
	close(log_in(w, &made, &alice));
}

static void confirmed_uses__caller_that_is_not_root_is_refused(void **state)
{
	struct approval_world *w = *state;
	struct made made = generate(w, &alice, 0);
	struct pat_request request = request_with(made.secret, &alice);
	uint64_t cookie = pass_on(&w->login, alice.uid, &request);

	turn(&w->login);
	assert_int_equal(verdict_on(&w->login, cookie), PAT_UNCONFIRMED);
	assert_int_equal(w->added, 0);
}

static void confirmed_uses__wrong_packet_ends_the_wait(void **state)
{
	struct approval_world *w = *state;
	struct made made = generate(w, &alice, 0);
	struct pat_process wrong = sudo_process;
	int fd = log_in(w, &made, &alice);

	wrong.command_len = UINT32_MAX;
	describe(w, fd, &wrong);
	assert_int_equal(read_verdict(fd), PAT_FAILED);
	fd = wait_for_word(w, &made);
	/* A second one could show another command than the one that was approved. */
	describe(w, fd, &sudo_process);
	assert_int_equal(read_verdict(fd), PAT_FAILED);
	assert_int_equal(answer(w, &root, true), PAT_ERR_NOT_FOUND);
}

static void secrecy__a_list_is_of_the_caller_s_own(void **state)
{
	struct approval_world *w = *state;
	struct made made = generate(w, &alice, 0);
	struct approval_world seen = { 0 };
	struct refusal *refusal = &w->world.refusal;
	int fd = wait_for_word(w, &made);

	assert_int_equal(tokens_list_approvals(
				 w->world.tokens, &bob, false, "", on_approval, &seen, refusal),
		PAT_OK);
	assert_int_equal(seen.added, 0);
	assert_int_equal(
		tokens_list_approvals(w->world.tokens, &bob, true, "", on_approval, &seen, refusal),
		PAT_ERR_DENIED);
	assert_int_equal(tokens_list_approvals(
				 w->world.tokens, &alice, false, "", on_approval, &seen, refusal),
		PAT_OK);
	assert_int_equal(seen.added, 1);
	assert_int_equal(tokens_list_approvals(w->world.tokens, &alice, false, "000000",
				 on_approval, &seen, refusal),
		PAT_OK);
	assert_int_equal(seen.added, 1);
	close(fd);
}

static int set_up(void **state)
{
	struct approval_world *w = calloc(1, sizeof(*w));
	struct decider decider;

	assert_non_null(w);
	world_make(&w->world);
	assert_true(sd_event_new(&w->login.event) >= 0);
	assert_int_equal(token_decider_new(w->login.event, w->world.tokens, &w->decider), 0);
	decider = token_decider_of(w->decider);
	login_begin(&w->login, w->world.place.dir, &decider);
	token_decider_serve(w->decider, w->login.server);
	w->listener = (struct token_listener) { .approval = on_approval, .userdata = w };
	tokens_listen(w->world.tokens, &w->listener);
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct approval_world *w = *state;

	login_server_free(w->login.server);
	w->login.server = NULL;
	token_decider_free(w->decider);
	tokens_unlisten(w->world.tokens, &w->listener);
	login_end(&w->login);
	world_end(&w->world);
	free(w);
	return 0;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nobody_is_told_before_the_process_is_known),
		TEST(confirmed_uses__approval_lets_the_login_go_on_once),
		TEST(confirmed_uses__denial_refuses_it),
		TEST(confirmed_uses__owner_approves_after_polkit_alone),
		TEST(confirmed_uses__others_need_an_administrator),
		TEST(confirmed_uses__time_that_is_over_refuses_it),
		TEST(confirmed_uses__process_that_ends_takes_its_request_away),
		TEST(confirmed_uses__revocation_refuses_what_waits_at_once),
		TEST(confirmed_uses__rules_are_asked_again_after_the_word),
		TEST(confirmed_uses__secret_that_was_replaced_meanwhile_is_refused),
		TEST(limited_uses__two_that_wait_for_the_last_use_get_one),
		TEST(no_more_than_eight_of_a_user_wait),
		TEST(confirmed_uses__caller_that_is_not_root_is_refused),
		TEST(confirmed_uses__wrong_packet_ends_the_wait),
		TEST(secrecy__a_list_is_of_the_caller_s_own),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
