/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What patd-fleet is answered, and when: the disk is the test's. */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "patd/fleet/fleet_server.h"
#include "patd/login/listeners.h"
#include "patd/tokens/tokens_fleet.h"
#include "protocol/fleet.h"
#include "protocol/packet.h"
#include "tests/unit/patd/fake_sync.h"
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/world.h"

struct fleet_world {
	struct world world; /* first: the world's functions take it */
	sd_event *event;
	struct listeners listeners;
	struct fleet_server *server;
	uint64_t serial;
	struct fleet_message message; /* the latest that was received */
	size_t len;
};

static int set_up(void **state)
{
	struct fleet_world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	world_make(&w->world);
	(void)strcpy(w->world.policy.issuer, "hq");
	disk = (struct sync) { .state = SYNC_DONE };
	assert_int_equal(sd_event_new(&w->event), 0);
	assert_int_equal(listeners_open(w->world.place.dir, &w->listeners), 0);
	assert_int_equal(fleet_server_new(w->event, w->listeners.fleet_fd, w->world.tokens, &disk,
				 &w->server),
		0);
	logged_clear();
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct fleet_world *w = *state;

	fleet_server_free(w->server);
	listeners_close(&w->listeners);
	sd_event_unref(w->event);
	world_end(&w->world);
	free(w);
	return 0;
}

/* Until the loop has nothing to do, but for timers. */
static void turn(struct fleet_world *w)
{
	int r;

	do {
		r = sd_event_run(w->event, 2000);
		assert_true(r >= 0);
	} while (r > 0);
}

static void disk_becomes(struct fleet_world *w, enum sync_state state)
{
	disk.state = state;
	disk.fn(disk.userdata);
	turn(w);
}

static void send_body(
	struct fleet_world *w, int fd, enum fleet_kind kind, const void *body, size_t size)
{
	static struct fleet_message message;

	message.head = (struct fleet_head) { FLEET_MAGIC, kind, ++w->serial };
	if (size > 0)
		memcpy(message.body, body, size);
	assert_int_equal(packet_send(fd, &message, sizeof(message.head) + size, -1, 0), 0);
	turn(w);
}

/* The next message into w->message.  False: there is none. */
static bool receive(struct fleet_world *w, int fd)
{
	int passed;
	const ssize_t n =
		packet_receive(fd, &w->message, sizeof(w->message), MSG_DONTWAIT, &passed);

	if (n == -EAGAIN)
		return false;
	assert_true(n > 0);
	w->len = (size_t)n;
	assert_true(fleet_message_check(&w->message, w->len));
	return true;
}

/* Whether there is an answer to the latest question; what came unasked is skipped. */
static bool answered(struct fleet_world *w, int fd)
{
	while (receive(w, fd))
		if (w->message.head.serial == w->serial)
			return true;
	return false;
}

static bool is_closed(int fd)
{
	struct fleet_message *message = malloc(sizeof(*message));
	ssize_t n;
	int passed;

	assert_non_null(message);
	do
		n = packet_receive(fd, message, sizeof(*message), MSG_DONTWAIT, &passed);
	while (n > 0);
	free(message);
	return n == 0 || n == -ECONNRESET;
}

static int greet(struct fleet_world *w)
{
	int fd = packet_connect(place_path(&w->world.place, PAT_FLEET_SOCKET));

	assert_true(fd >= 0);
	send_body(w, fd, FLEET_HELLO, NULL, 0);
	assert_true(answered(w, fd));
	assert_int_equal(w->message.head.kind, FLEET_WELCOME);
	return fd;
}

static struct made generate(struct fleet_world *w, const char *name)
{
	struct token_request request = request_for(&alice, name);
	struct made made;

	request.fleet = true;
	world_generate_request(&w->world, &request, &made);
	return made;
}

static uint32_t rows_in(const struct fleet_world *w)
{
	const void *body = w->message.body;

	assert_int_equal(w->message.head.kind, FLEET_ROWS);
	return ((const struct fleet_rows *)body)->n;
}

static void get_rows(struct fleet_world *w, int fd)
{
	const struct fleet_after after = { 0 };

	send_body(w, fd, FLEET_GET_ROWS, &after, sizeof(after));
}

static void rows_are_handed_out_when_they_are_on_disk(void **state)
{
	struct fleet_world *w = *state;
	int fd = greet(w);

	disk.state = SYNC_WAITING;
	(void)generate(w, "laptop");
	get_rows(w, fd);
	assert_false(answered(w, fd));
	disk_becomes(w, SYNC_WAITING);
	assert_false(answered(w, fd));
	disk_becomes(w, SYNC_DONE);
	assert_true(answered(w, fd));
	assert_int_equal(rows_in(w), 1);
	assert_false(answered(w, fd));
	close(fd);
}

static void rows_that_cannot_be_put_on_disk_are_not_handed_out(void **state)
{
	struct fleet_world *w = *state;
	int fd = greet(w);

	disk.state = SYNC_WAITING;
	(void)generate(w, "laptop");
	get_rows(w, fd);
	disk_becomes(w, SYNC_FAILED);
	assert_true(answered(w, fd));
	assert_int_equal(w->message.head.kind, FLEET_REFUSED);
	disk.state = SYNC_DONE;
	get_rows(w, fd);
	assert_true(answered(w, fd));
	assert_int_equal(rows_in(w), 1);
	close(fd);
}

static void heartbeat_is_handed_out_when_what_it_counts_is_on_disk(void **state)
{
	struct fleet_world *w = *state;
	int fd = greet(w);

	disk.state = SYNC_WAITING;
	(void)generate(w, "laptop");
	send_body(w, fd, FLEET_GET_BEAT, NULL, 0);
	assert_false(answered(w, fd));
	disk_becomes(w, SYNC_DONE);
	assert_true(answered(w, fd));
	assert_int_equal(w->message.head.kind, FLEET_BEAT);
	close(fd);
}

/* patd-fleet forgets a request that was answered. */
static void revocation_is_answered_when_it_is_on_disk(void **state)
{
	struct fleet_world *w = *state;
	const struct made made = generate(w, "laptop");
	struct fleet_revocation revocation = { .host = "web1", .reason = "lost" };
	int fd = greet(w);

	memcpy(revocation.id, made.token.id.text, PAT_ID_LEN);
	disk.state = SYNC_WAITING;
	send_body(w, fd, FLEET_PUT_REVOCATION, &revocation, sizeof(revocation));
	assert_false(answered(w, fd));
	assert_int_equal(world_log_in(&w->world, &alice, &made), PAT_REVOKED);
	disk_becomes(w, SYNC_DONE);
	assert_true(answered(w, fd));
	assert_int_equal(w->message.head.kind, FLEET_DONE);
	close(fd);
}

static void question_waits_while_the_database_is_folded(void **state)
{
	struct fleet_world *w = *state;
	const struct made made = generate(w, "laptop");
	struct fleet_revocation revocation = { .host = "web1" };
	int fd = greet(w);

	memcpy(revocation.id, made.token.id.text, PAT_ID_LEN);
	disk.paused = true;
	send_body(w, fd, FLEET_PUT_REVOCATION, &revocation, sizeof(revocation));
	assert_false(answered(w, fd));
	assert_int_equal(world_state(&w->world, &made), TOKEN_ACTIVE);
	disk.paused = false;
	disk_becomes(w, SYNC_DONE);
	assert_true(answered(w, fd));
	assert_int_equal(world_state(&w->world, &made), TOKEN_REVOKED);
	close(fd);
}

static void report_is_answered_at_once(void **state)
{
	struct fleet_world *w = *state;
	const struct fleet_report report = { .since = 7, .connected = 1 };
	int fd = greet(w);

	disk.state = SYNC_WAITING;
	send_body(w, fd, FLEET_PUT_REPORT, &report, sizeof(report));
	assert_true(answered(w, fd));
	assert_int_equal(fleet_reports_latest(fleet_server_reports(w->server))->since, 7);
	close(fd);
}

static void next_question_is_not_read_before_the_answer(void **state)
{
	struct fleet_world *w = *state;
	const struct fleet_report report = { .since = 7 };
	int fd = greet(w);

	disk.state = SYNC_WAITING;
	get_rows(w, fd);
	send_body(w, fd, FLEET_PUT_REPORT, &report, sizeof(report));
	assert_false(receive(w, fd));
	assert_int_equal(fleet_reports_latest(fleet_server_reports(w->server))->since, 0);
	disk_becomes(w, SYNC_DONE);
	assert_true(receive(w, fd));
	assert_int_equal(w->message.head.kind, FLEET_ROWS);
	assert_true(receive(w, fd));
	assert_int_equal(w->message.head.kind, FLEET_DONE);
	close(fd);
}

static void answer_that_waits_goes_with_its_connection(void **state)
{
	struct fleet_world *w = *state;
	int fd = greet(w), other;

	disk.state = SYNC_WAITING;
	get_rows(w, fd);
	close(fd);
	turn(w);
	assert_false(fleet_server_connected(w->server));
	disk_becomes(w, SYNC_DONE);
	fd = greet(w);
	disk.state = SYNC_WAITING;
	get_rows(w, fd);
	/* Another one takes its place. */
	other = greet(w);
	assert_true(is_closed(fd));
	disk_becomes(w, SYNC_DONE);
	assert_false(receive(w, other));
	close(fd);
	close(other);
}

static void connection_that_ends_is_seen_as_gone(void **state)
{
	struct fleet_world *w = *state;
	int fd;

	assert_false(fleet_server_connected(w->server));
	fd = greet(w);
	assert_true(fleet_server_connected(w->server));
	close(fd);
	turn(w);
	assert_false(fleet_server_connected(w->server));
}

static void another_policy_ends_the_connection(void **state)
{
	struct fleet_world *w = *state;
	int fd = greet(w);

	fleet_server_renew(w->server);
	turn(w);
	assert_true(is_closed(fd));
	close(fd);
	fleet_server_renew(w->server);
	fleet_server_renew(NULL);
}

/* What happens while nobody is there, or nobody has said hello, is told to nobody. */
static void nothing_is_told_before_the_hello(void **state)
{
	struct fleet_world *w = *state;
	int fd;

	(void)generate(w, "one");
	fd = packet_connect(place_path(&w->world.place, PAT_FLEET_SOCKET));
	turn(w);
	(void)generate(w, "two");
	turn(w);
	assert_false(receive(w, fd));
	send_body(w, fd, FLEET_GET_BEAT, NULL, 0);
	assert_true(is_closed(fd));
	assert_logged("makes no sense");
	close(fd);
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(rows_are_handed_out_when_they_are_on_disk),
		TEST(rows_that_cannot_be_put_on_disk_are_not_handed_out),
		TEST(heartbeat_is_handed_out_when_what_it_counts_is_on_disk),
		TEST(revocation_is_answered_when_it_is_on_disk),
		TEST(question_waits_while_the_database_is_folded),
		TEST(report_is_answered_at_once),
		TEST(next_question_is_not_read_before_the_answer),
		TEST(answer_that_waits_goes_with_its_connection),
		TEST(connection_that_ends_is_seen_as_gone),
		TEST(another_policy_ends_the_connection),
		TEST(nothing_is_told_before_the_hello),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
