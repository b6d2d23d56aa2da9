/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The connection to patd, which the test plays. */
#include "front/link/link.h"

#include <errno.h>

#include "common/pack.h"
#include "front/link/outbox.h"
#include "tests/unit/front/fake_patd.h"
#include "tests/unit/patd/logged.h"

static struct place place;
static struct fake_patd patd;
static sd_event *event;
static struct link *link_;
static unsigned int failures, ups, downs, tokens, entries, sessions, parts, dones;
static struct link_answer latest;
static char why[ANSWER_WHY_SIZE];
static struct token_row row;

static void on_up(void *userdata)
{
	(void)userdata;
	ups++;
}

static void on_down(void *userdata)
{
	(void)userdata;
	downs++;
}

static void on_failed(void *userdata)
{
	(void)userdata;
	failures++;
}

static void on_token(enum token_event event_, const struct token_row *row_, void *userdata)
{
	(void)userdata;
	assert_int_equal(event_, TOKEN_CHANGED);
	row = *row_;
	tokens++;
}

static void on_entry(const struct answer_entry *entry, void *userdata)
{
	(void)userdata;
	assert_int_equal(entry->uid, 1000);
	entries++;
}

static void on_session(const struct session_row *session, void *userdata)
{
	(void)userdata;
	assert_int_equal(session->pid, 4711);
	sessions++;
}

static void on_part(struct question *question, const struct link_answer *answer)
{
	(void)question;
	latest = *answer;
	parts++;
}

static void on_done(struct question *question, struct link_answer *answer)
{
	assert_null(question->link);
	latest = *answer;
	(void)snprintf(why, sizeof(why), "%s", answer->why ? answer->why : "");
	dones++;
}

static void turn_until(const unsigned int *counter, unsigned int n)
{
	while (*counter < n)
		assert_true(sd_event_run(event, 10 * 1000000) > 0);
}

static void open_link(bool follows)
{
	const struct link_listener listener = {
		.up = on_up,
		.down = on_down,
		.token = follows ? on_token : NULL,
		.entry = follows ? on_entry : NULL,
		.session = follows ? on_session : NULL,
		.failed = follows ? on_failed : NULL,
	};

	assert_int_equal(link_new(event, patd.path, &listener, &link_), 0);
}

/* Connected, and up. */
static void follow(void)
{
	open_link(true);
	assert_true(sd_event_run(event, 10 * 1000000) > 0);
	fake_patd_accept(&patd);
	fake_patd_expect(&patd, REQUEST_FOLLOW);
	assert_int_equal(patd.request.follow.given, GIVEN_ALL);
	assert_int_equal(ups, 0);
	fake_patd_done(&patd, NULL);
	turn_until(&ups, 1);
	assert_true(link_is_up(link_));
}

static int ask(struct question *question, enum request_kind kind)
{
	struct request request = { .head.kind = kind };

	(void)strcpy(request.head.caller.user, "alice");
	*question = (struct question) {
		.part = on_part,
		.done = on_done,
		.urgent = kind == REQUEST_REVOKE,
	};
	return link_ask(link_, question, &request, 0);
}

static void up_when_patd_answers(void **state)
{
	(void)state;
	follow();
}

static void up_when_connected_without_following(void **state)
{
	(void)state;
	open_link(false);
	turn_until(&ups, 1);
	fake_patd_accept(&patd);
	assert_false(fake_patd_take(&patd));
}

static void answers_matched_by_serial(void **state)
{
	struct question first, second;
	struct answer_count count = { .count = 7 };
	struct request later;

	(void)state;
	follow();
	assert_int_equal(ask(&first, REQUEST_POLICY), 0);
	assert_int_equal(ask(&second, REQUEST_REVOKE_ALL), 0);
	fake_patd_expect(&patd, REQUEST_POLICY);
	later = patd.request;
	fake_patd_expect(&patd, REQUEST_REVOKE_ALL);
	fake_patd_done(&patd, &count);
	turn_until(&dones, 1);
	assert_null(second.link);
	assert_ptr_equal(first.link, link_);
	assert_int_equal(latest.len, sizeof(count));
	patd.request = later;
	fake_patd_done(&patd, NULL);
	turn_until(&dones, 2);
	assert_null(first.link);
}

static void parts_before_the_end(void **state)
{
	const struct answer_progress progress = { 1, 2 };
	struct answer_verify_history result = { .entries = 2 };
	struct question question;

	(void)state;
	follow();
	assert_int_equal(ask(&question, REQUEST_VERIFY_HISTORY), 0);
	fake_patd_expect(&patd, REQUEST_VERIFY_HISTORY);
	fake_patd_send(&patd,
		&(struct answer_head) {
			.kind = ANSWER_PROGRESS, .serial = patd.request.head.serial },
		&progress, sizeof(progress));
	turn_until(&parts, 1);
	assert_int_equal(latest.kind, ANSWER_PROGRESS);
	assert_int_equal(dones, 0);
	fake_patd_done(&patd, &result);
	turn_until(&dones, 1);
}

static void refusal_has_its_reason(void **state)
{
	struct question question;

	(void)state;
	follow();
	assert_int_equal(ask(&question, REQUEST_LIST_DISABLED), 0);
	fake_patd_expect(&patd, REQUEST_LIST_DISABLED);
	fake_patd_refuse(&patd, PAT_ERR_DENIED, ACTION_MANAGE_OTHERS, OP_AUDIT, "no");
	turn_until(&dones, 1);
	assert_int_equal(latest.error, PAT_ERR_DENIED);
	assert_int_equal(latest.lacks, ACTION_MANAGE_OTHERS);
	assert_int_equal(latest.operation, OP_AUDIT);
	assert_string_equal(why, "no");
}

static void questions_refused_when_connection_is_lost(void **state)
{
	struct question question;

	(void)state;
	follow();
	assert_int_equal(ask(&question, REQUEST_POLICY), 0);
	fake_patd_hang_up(&patd);
	turn_until(&downs, 1);
	assert_int_equal(dones, 1);
	assert_int_equal(latest.error, PAT_ERR_BUSY);
	assert_non_null(strstr(why, "try again"));
	assert_false(link_is_up(link_));
	assert_int_equal(ask(&question, REQUEST_POLICY), -ENOTCONN);
	assert_logged("no connection to patd");
}

static void connects_again(void **state)
{
	(void)state;
	follow();
	fake_patd_hang_up(&patd);
	turn_until(&downs, 1);
	while (poll(&(struct pollfd) { .fd = patd.listening, .events = POLLIN }, 1, 0) == 0)
		assert_true(sd_event_run(event, 10 * 1000000) > 0);
	fake_patd_accept(&patd);
	fake_patd_expect(&patd, REQUEST_FOLLOW);
	fake_patd_done(&patd, NULL);
	turn_until(&ups, 2);
}

/* As one that does not start does, whose sockets systemd has. */
static void patd_that_ends_each_connection_unanswered_is_given_up(void **state)
{
	struct pollfd waiting = { .events = POLLIN };

	(void)state;
	failures = 0;
	follow();
	fake_patd_hang_up(&patd);
	turn_until(&downs, 1);
	waiting.fd = patd.listening;
	for (unsigned int i = 0; i < LINK_UNANSWERED_MAX; i++) {
		assert_int_equal(failures, 0);
		while (poll(&waiting, 1, 0) == 0)
			assert_true(sd_event_run(event, 10 * 1000000) > 0);
		fake_patd_accept(&patd);
		fake_patd_hang_up(&patd);
	}
	turn_until(&failures, 1);
	/* It has stopped trying. */
	while (sd_event_run(event, 300 * 1000) > 0)
		;
	assert_int_equal(poll(&waiting, 1, 0), 0);
}

static void cancelled_question_has_no_answer(void **state)
{
	struct question question, other;

	(void)state;
	follow();
	assert_int_equal(ask(&question, REQUEST_POLICY), 0);
	fake_patd_expect(&patd, REQUEST_POLICY);
	link_cancel(&question);
	link_cancel(&question);
	fake_patd_done(&patd, NULL); /* it had been sent before */
	assert_int_equal(ask(&other, REQUEST_POLICY), 0);
	fake_patd_expect(&patd, REQUEST_CANCEL);
	fake_patd_expect(&patd, REQUEST_POLICY);
	fake_patd_done(&patd, NULL);
	turn_until(&dones, 1);
	assert_null(other.link);
}

static void events_passed_on(void **state)
{
	const struct answer_entry entry = { .uid = 1000, .user = "alice" };
	struct token_row sent = { .id = { "0123456789" },
		.name = "laptop",
		.uid = 1000,
		.user = "alice",
		.state = "active" };
	const struct session_row session = { .token = { "0123456789" },
		.name = "laptop",
		.user = "alice",
		.from = "local",
		.pid = 4711 };
	uint8_t packed[8192];
	size_t len = row_pack(token_row_table(), &sent, packed);

	(void)state;
	follow();
	fake_patd_send(&patd, &(struct answer_head) { .kind = ANSWER_TOKEN, .rows = TOKEN_CHANGED },
		packed, len);
	fake_patd_send(
		&patd, &(struct answer_head) { .kind = ANSWER_ENTRY }, &entry, sizeof(entry));
	turn_until(&entries, 1);
	assert_int_equal(tokens, 1);
	assert_string_equal(row.name, "laptop");
	len = row_pack(&session_row_table, &session, packed);
	fake_patd_send(&patd, &(struct answer_head) { .kind = ANSWER_SESSION }, packed, len);
	turn_until(&sessions, 1);
}

/* Whatever it is that answers there. */
static void connection_ended_at_what_is_no_answer(void **state)
{
	static const struct answer_head wrong[] = {
		{ .kind = ANSWER_SESSION + 1 },
		{ .kind = ANSWER_TOKEN, .rows = TOKEN_CHANGED },
		{ .kind = ANSWER_ENTRY },
		{ .kind = ANSWER_SESSION },
		{ .kind = ANSWER_DONE },
	};

	for (size_t i = 0; i < COUNT(wrong); i++) {
		if (i > 0) {
			fake_patd_end(&patd);
			link_free(link_);
			fake_patd_listen(&patd, &place);
			ups = downs = 0;
		}
		follow();
		fake_patd_send(&patd, &wrong[i], "x", 1);
		turn_until(&downs, 1);
		assert_logged("no answer");
		logged_clear();
	}
	(void)state;
}

static void requests_wait_for_a_patd_that_does_not_read(void **state)
{
	static struct question questions[500];
	unsigned int n = 0;

	(void)state;
	follow();
	for (size_t i = 0; i < COUNT(questions); i++)
		assert_int_equal(ask(&questions[i], REQUEST_LIST), 0);
	while (n < COUNT(questions)) {
		(void)sd_event_run(event, 0);
		while (fake_patd_take(&patd))
			n++;
	}
	for (size_t i = 0; i < COUNT(questions); i++)
		link_cancel(&questions[i]);
}

static void requests_bounded(void **state)
{
	static struct question questions[LINK_QUESTIONS_MAX], urgent[100];
	size_t n = 0;
	int r;

	(void)state;
	follow();
	while (n < COUNT(questions) && (r = ask(&questions[n], REQUEST_LIST)) == 0)
		n++;
	assert_int_equal(r, -EBUSY);
	assert_between(n, 100, OUTBOX_MAX / sizeof(struct request_list));
	for (size_t i = 0; i < COUNT(urgent); i++)
		assert_int_equal(ask(&urgent[i], REQUEST_REVOKE), 0);
	/* Nothing else has room for that. */
	assert_int_equal(ask(&questions[n], REQUEST_LIST), -EBUSY);
	link_free(link_);
	link_ = NULL;
	assert_int_equal(dones, n + COUNT(urgent));
}

static int set_up(void **state)
{
	(void)state;
	ups = downs = tokens = entries = sessions = parts = dones = 0;
	logged_clear();
	place_make(&place);
	fake_patd_listen(&patd, &place);
	return sd_event_new(&event) < 0 ? -1 : 0;
}

static int tear_down(void **state)
{
	(void)state;
	link_free(link_);
	link_ = NULL;
	fake_patd_end(&patd);
	sd_event_unref(event);
	place_remove(&place);
	return 0;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(up_when_patd_answers),
		TEST(up_when_connected_without_following),
		TEST(answers_matched_by_serial),
		TEST(parts_before_the_end),
		TEST(refusal_has_its_reason),
		TEST(questions_refused_when_connection_is_lost),
		TEST(connects_again),
		TEST(patd_that_ends_each_connection_unanswered_is_given_up),
		TEST(cancelled_question_has_no_answer),
		TEST(events_passed_on),
		TEST(connection_ended_at_what_is_no_answer),
		TEST(requests_wait_for_a_patd_that_does_not_read),
		TEST(requests_bounded),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
