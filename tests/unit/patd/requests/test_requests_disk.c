/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Answers and the disk: which waits for it, and what becomes of a change that is not on it. */
#include "tests/unit/patd/requests/requests_world.h"

static void change_is_answered_when_it_is_on_disk(void **state)
{
	struct requests_world *w = *state;
	const struct made made = world_generate(&w->world, &alice, "laptop");
	const struct request revoke = about(w, REQUEST_REVOKE, &alice, &made.token.id);
	int fd = connect_to(w, FRONT_SOCK);

	disk.state = SYNC_WAITING;
	send_request(fd, &revoke);
	turn(w);
	assert_true(is_waiting(fd));
	/* It is made, and every login sees it. */
	assert_int_equal(world_log_in(&w->world, &alice, &made), PAT_REVOKED);
	disk_becomes(w, SYNC_DONE);
	assert_int_equal(last_answer(w, fd, REQUEST_REVOKE)->head.kind, ANSWER_DONE);
	close(fd);
}

/* The refusal, or the success of what was so already, tells of a change that may not be there. */
static void what_changes_nothing_waits_for_the_disk_too(void **state)
{
	struct requests_world *w = *state;
	const struct made made = world_generate(&w->world, &alice, "laptop");
	const struct request restore = about(w, REQUEST_RESTORE, &granted, &made.token.id),
			     revoke = about(w, REQUEST_REVOKE, &alice, &made.token.id);
	int fd = connect_to(w, FRONT_SOCK);

	assert_int_equal(world_revoke(&w->world, &made), PAT_OK);
	disk.state = SYNC_WAITING;
	send_request(fd, &revoke);
	turn(w);
	assert_true(is_waiting(fd));
	disk_becomes(w, SYNC_DONE);
	assert_int_equal(last_answer(w, fd, REQUEST_REVOKE)->head.kind, ANSWER_DONE);
	assert_int_equal(ask(w, fd, &restore)->head.kind, ANSWER_DONE);
	disk.state = SYNC_WAITING;
	send_request(fd, &restore);
	turn(w);
	assert_true(is_waiting(fd));
	disk_becomes(w, SYNC_DONE);
	assert_int_equal(last_answer(w, fd, REQUEST_RESTORE)->head.error, PAT_ERR_NOT_REVOKED);
	close(fd);
}

static void reads_and_logins_do_not_wait_for_the_disk(void **state)
{
	struct requests_world *w = *state;
	const struct made made = world_generate(&w->world, &alice, "laptop");
	struct request verify = request_of(w, REQUEST_VERIFY, &alice),
		       get = about(w, REQUEST_GET, &alice, &made.token.id);
	int fd = connect_to(w, FRONT_SOCK);

	verify.verify = request_with(made.secret, &alice);
	disk.state = SYNC_WAITING;
	disk.paused = true;
	assert_int_equal(ask(w, fd, &get)->head.kind, ANSWER_DONE);
	assert_int_equal(ask(w, fd, &verify)->head.kind, ANSWER_DONE);
	assert_int_equal(
		((const struct pat_reply *)(const void *)w->answer.body)->verdict, PAT_ACCEPTED);
	close(fd);
}

static void change_waits_while_none_can_be_made(void **state)
{
	struct requests_world *w = *state;
	const struct made made = world_generate(&w->world, &alice, "laptop");
	const struct request revoke = about(w, REQUEST_REVOKE, &alice, &made.token.id);
	int fd = connect_to(w, FRONT_SOCK);

	disk.paused = true;
	send_request(fd, &revoke);
	turn(w);
	assert_true(is_waiting(fd));
	assert_int_equal(world_state(&w->world, &made), TOKEN_ACTIVE);
	disk.paused = false;
	disk_becomes(w, SYNC_DONE);
	assert_int_equal(last_answer(w, fd, REQUEST_REVOKE)->head.kind, ANSWER_DONE);
	assert_int_equal(world_state(&w->world, &made), TOKEN_REVOKED);
	close(fd);
}

static void change_that_is_not_on_disk_is_said_to_be_made(void **state)
{
	struct requests_world *w = *state;
	const struct made made = world_generate(&w->world, &alice, "laptop");
	const struct request revoke = about(w, REQUEST_REVOKE, &alice, &made.token.id);
	int fd = connect_to(w, FRONT_SOCK);

	disk.state = SYNC_WAITING;
	send_request(fd, &revoke);
	turn(w);
	disk_becomes(w, SYNC_FAILED);
	assert_int_equal(last_answer(w, fd, REQUEST_REVOKE)->head.error, PAT_ERR_STORAGE);
	assert_non_null(strstr((const char *)w->answer.body, "the change is made"));
	assert_int_equal(world_state(&w->world, &made), TOKEN_REVOKED);
	close(fd);
}

/* Nobody has its secret. */
static void token_that_is_not_on_disk_is_deleted(void **state)
{
	struct requests_world *w = *state;
	const struct request generate = to_generate(w, &granted, "laptop");
	int fd = connect_to(w, FRONT_SOCK);

	disk.state = SYNC_WAITING;
	send_request(fd, &generate);
	turn(w);
	assert_true(is_waiting(fd));
	assert_true(exists(w, "laptop"));
	disk_becomes(w, SYNC_FAILED);
	assert_int_equal(last_answer(w, fd, REQUEST_GENERATE)->head.error, PAT_ERR_STORAGE);
	assert_non_null(strstr((const char *)w->answer.body, "was deleted"));
	assert_int_equal(w->passed, -1);
	assert_false(exists(w, "laptop"));
	assert_logged("could not be delivered");
	close(fd);
}

static void token_whose_client_has_gone_is_deleted(void **state)
{
	struct requests_world *w = *state;
	const struct request generate = to_generate(w, &granted, "laptop");
	int fd = connect_to(w, FRONT_SOCK);

	disk.state = SYNC_WAITING;
	send_request(fd, &generate);
	turn(w);
	close(fd);
	turn(w);
	assert_false(exists(w, "laptop"));
	assert_logged("could not be delivered");
	disk_becomes(w, SYNC_DONE);
}

/* As when the database is being folded in. */
static void token_is_deleted_when_that_is_possible_again(void **state)
{
	struct requests_world *w = *state;
	const struct request generate = to_generate(w, &granted, "laptop");
	int fd = connect_to(w, FRONT_SOCK);

	disk.state = SYNC_WAITING;
	send_request(fd, &generate);
	turn(w);
	disk.paused = true;
	close(fd);
	turn(w);
	assert_true(exists(w, "laptop"));
	disk.paused = false;
	disk_becomes(w, SYNC_DONE);
	assert_false(exists(w, "laptop"));
}

static void cancelled_request_gets_no_answer(void **state)
{
	struct requests_world *w = *state;
	const struct request generate = to_generate(w, &granted, "laptop");
	struct request cancel = request_of(w, REQUEST_CANCEL, &alice);
	int fd = connect_to(w, FRONT_SOCK);

	cancel.cancel.serial = generate.head.serial;
	disk.state = SYNC_WAITING;
	send_request(fd, &generate);
	turn(w);
	assert_int_equal(ask(w, fd, &cancel)->head.serial, cancel.head.serial);
	disk_becomes(w, SYNC_DONE);
	assert_true(is_waiting(fd));
	assert_false(exists(w, "laptop"));
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		REQUESTS_TEST(change_is_answered_when_it_is_on_disk),
		REQUESTS_TEST(what_changes_nothing_waits_for_the_disk_too),
		REQUESTS_TEST(reads_and_logins_do_not_wait_for_the_disk),
		REQUESTS_TEST(change_waits_while_none_can_be_made),
		REQUESTS_TEST(change_that_is_not_on_disk_is_said_to_be_made),
		REQUESTS_TEST(token_that_is_not_on_disk_is_deleted),
		REQUESTS_TEST(token_whose_client_has_gone_is_deleted),
		REQUESTS_TEST(token_is_deleted_when_that_is_possible_again),
		REQUESTS_TEST(cancelled_request_gets_no_answer),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
