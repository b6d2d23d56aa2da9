/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The connection to root.sock, with the test at the other end of it. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "patctl/base/outcome.h"
#include "patctl/client/root.h"
#include "protocol/packet.h"

#define AT_ONCE 60000 /* milliseconds, which nothing here takes */

static char folder[] = "/tmp/patctl-root.XXXXXX";
static struct sockaddr_un address = { .sun_family = AF_UNIX };
static int listener = -1, peer = -1;
static struct root *root_end;
static DBusError error;

static int set_up(void **state)
{
	(void)state;
	listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	(void)unlink(address.sun_path);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 4), 0);
	root_end = root_new();
	dbus_error_init(&error);
	return 0;
}

static void close_both(void)
{
	close(peer);
	close(listener);
	peer = listener = -1;
}

static int tear_down(void **state)
{
	(void)state;
	close_both();
	root_free(&root_end);
	dbus_error_free(&error);
	return 0;
}

static void accept_it(void)
{
	peer = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	assert_true(peer >= 0);
}

/* What patd gets next; an error if that is nothing, or no request. */
static struct request get(void)
{
	struct request request;
	int passed;
	ssize_t n;

	if (peer < 0)
		accept_it();
	n = packet_receive(peer, &request, sizeof(request), 0, &passed);
	assert_true(n > 0 && request_check(&request, (size_t)n));
	assert_int_equal(passed, -1);
	return request;
}

static void get_nothing(void)
{
	char byte;

	assert_int_equal(recv(peer, &byte, 1, 0), -1);
}

static void answer(uint64_t serial, enum answer_kind kind, const void *body, size_t len)
{
	static struct answer packet;

	packet.head = (struct answer_head) { .magic = ANSWER_MAGIC,
		.kind = kind,
		.serial = serial,
		.error = kind == ANSWER_REFUSED ? PAT_ERR_BUSY : PAT_OK };
	memcpy(packet.body, body, len);
	assert_int_equal(packet_send(peer, &packet, sizeof(packet.head) + len, -1, 0), 0);
}

static struct request ask(enum request_kind kind)
{
	static struct request request; /* until it is answered */

	request = (struct request) { .head.kind = kind };
	assert_true(root_send(root_end, &request, &error));
	return request;
}

/* Receives for a request of that kind: true, or why not. */
static bool receive(enum request_kind kind, int limit)
{
	int passed = -1;
	size_t len;
	const bool received = root_receive(root_end, kind, limit, &passed, &len, &error);

	assert_int_equal(passed, -1);
	return received;
}

static void an_answer_is_that_to_the_latest_request(void **state)
{
	static const struct answer_manager old = { 1, 2, 0 }, now = { 3, 4, 0 };
	struct request first, second;

	(void)state;
	(void)ask(REQUEST_MANAGER);
	first = get();
	(void)ask(REQUEST_MANAGER);
	second = get();
	assert_true(second.head.serial > first.head.serial);
	answer(first.head.serial, ANSWER_DONE, &old, sizeof(old));
	answer(second.head.serial, ANSWER_DONE, &now, sizeof(now));
	assert_true(receive(REQUEST_MANAGER, AT_ONCE));
	assert_memory_equal(root_end->answer.body, &now, sizeof(now));
}

static void a_refusal_is_the_error_of_that_name_on_the_bus(void **state)
{
	(void)state;
	(void)ask(REQUEST_POLICY);
	answer(get().head.serial, ANSWER_REFUSED, "later", sizeof("later"));
	assert_true(receive(REQUEST_POLICY, AT_ONCE));
	assert_false(root_refused(&root_end->answer, &error));
	assert_string_equal(error.name, "org.freedesktop.DBus.Error.LimitsExceeded");
	assert_string_equal(error.message, "later");
}

static void without_patd_it_is_unreachable(void **state)
{
	struct request request = { .head.kind = REQUEST_POLICY };

	(void)state;
	close_both();
	assert_false(root_send(root_end, &request, &error));
	assert_int_equal(outcome_of(&error)->outcome, OUTCOME_UNREACHABLE);
	assert_non_null(strstr(error.message, address.sun_path));
}

static void patd_that_ends_or_is_silent_is_unreachable(void **state)
{
	(void)state;
	(void)ask(REQUEST_POLICY);
	assert_false(receive(REQUEST_POLICY, 10));
	assert_int_equal(outcome_of(&error)->outcome, OUTCOME_UNREACHABLE);
	dbus_error_free(&error);
	(void)get();
	close(peer);
	assert_false(receive(REQUEST_POLICY, AT_ONCE));
	assert_int_equal(outcome_of(&error)->outcome, OUTCOME_UNREACHABLE);
}

static void a_connection_that_patd_closed_is_made_again(void **state)
{
	(void)state;
	(void)ask(REQUEST_POLICY);
	(void)get();
	close(peer);
	peer = -1;
	(void)ask(REQUEST_REVOKE_ALL);
	assert_int_equal(get().head.kind, REQUEST_REVOKE_ALL);
}

/* As systemd does when patd did not start. */
static void leave_unread(void)
{
	accept_it();
	close(peer);
	peer = -1;
}

static void what_patd_left_unread_is_sent_once_more(void **state)
{
	static const struct answer_manager now = { 3, 4, 0 };

	(void)state;
	(void)ask(REQUEST_MANAGER);
	leave_unread();
	assert_false(receive(REQUEST_MANAGER, 10));
	assert_string_equal(error.name, DBUS_ERROR_NO_REPLY);
	dbus_error_free(&error);
	answer(get().head.serial, ANSWER_DONE, &now, sizeof(now));
	assert_true(receive(REQUEST_MANAGER, AT_ONCE));
	assert_memory_equal(root_end->answer.body, &now, sizeof(now));
}

static void what_patd_left_unread_twice_is_not_sent_again(void **state)
{
	(void)state;
	(void)ask(REQUEST_MANAGER);
	leave_unread();
	assert_false(receive(REQUEST_MANAGER, 10));
	dbus_error_free(&error);
	leave_unread();
	assert_false(receive(REQUEST_MANAGER, AT_ONCE));
	assert_string_equal(error.name, DBUS_ERROR_DISCONNECTED);
	assert_int_equal(root_end->fd, -1);
}

/* It may have changed something. */
static void what_patd_has_read_is_not_sent_again(void **state)
{
	(void)state;
	(void)ask(REQUEST_REVOKE_ALL);
	(void)get();
	close(peer);
	peer = -1;
	assert_false(receive(REQUEST_REVOKE_ALL, AT_ONCE));
	assert_string_equal(error.name, DBUS_ERROR_DISCONNECTED);
	assert_int_equal(root_end->fd, -1);
}

static void an_answer_that_breaks_the_rules_is_malformed(void **state)
{
	(void)state;
	(void)ask(REQUEST_MANAGER);
	answer(get().head.serial, ANSWER_DONE, "short", sizeof("short"));
	assert_false(receive(REQUEST_MANAGER, AT_ONCE));
	assert_string_equal(error.name, OUTCOME_ERROR_MALFORMED);
	/* What came after it is not taken for anything. */
	assert_int_equal(root_end->fd, -1);
}

static void entries_that_come_meanwhile_are_told_later(void **state)
{
	static const struct answer_entry entry = { .user = "alice" };
	static const struct answer_manager now = { 3, 4, 0 };

	(void)state;
	(void)ask(REQUEST_MANAGER);
	accept_it();
	answer(0, ANSWER_ENTRY, &entry, sizeof(entry));
	answer(get().head.serial, ANSWER_DONE, &now, sizeof(now));
	assert_true(receive(REQUEST_MANAGER, AT_ONCE));
	assert_false(root_wait(root_end));
	/* And once only: the next one waits until the connection is lost. */
	close(peer);
	peer = -1;
	assert_true(root_wait(root_end));
	accept_it();
}

static void a_request_that_was_sent_ahead_is_not_sent_again(void **state)
{
	static const struct answer_page last = { .cursor = "" };
	struct request request = { .head.kind = REQUEST_LIST, .list.limit = 256 };

	(void)state;
	(void)ask(REQUEST_POLICY);
	(void)get();
	root_ask_ahead(root_end, &request);
	answer(get().head.serial, ANSWER_DONE, &last, sizeof(last));
	assert_true(root_send(root_end, &request, &error));
	get_nothing();
	assert_true(receive(REQUEST_LIST, AT_ONCE));
	/* Asked again, it is a new one. */
	assert_true(root_send(root_end, &request, &error));
	assert_int_equal(get().head.kind, REQUEST_LIST);
}

static void what_was_sent_ahead_in_vain_is_cancelled(void **state)
{
	struct request request = { .head.kind = REQUEST_LIST, .list.limit = 256 };
	struct request ahead, cancel;

	(void)state;
	(void)ask(REQUEST_POLICY);
	(void)get();
	root_ask_ahead(root_end, &request);
	ahead = get();
	(void)ask(REQUEST_LIST_DISABLED);
	cancel = get();
	assert_int_equal(cancel.head.kind, REQUEST_CANCEL);
	assert_int_equal(cancel.cancel.serial, ahead.head.serial);
	assert_int_equal(get().head.kind, REQUEST_LIST_DISABLED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_answer_is_that_to_the_latest_request),
		TEST(a_refusal_is_the_error_of_that_name_on_the_bus),
		TEST(without_patd_it_is_unreachable),
		TEST(patd_that_ends_or_is_silent_is_unreachable),
		TEST(a_connection_that_patd_closed_is_made_again),
		TEST(what_patd_left_unread_is_sent_once_more),
		TEST(what_patd_left_unread_twice_is_not_sent_again),
		TEST(what_patd_has_read_is_not_sent_again),
		TEST(an_answer_that_breaks_the_rules_is_malformed),
		TEST(entries_that_come_meanwhile_are_told_later),
		TEST(a_request_that_was_sent_ahead_is_not_sent_again),
		TEST(what_was_sent_ahead_in_vain_is_cancelled),
	};
	int failed;

	if (!mkdtemp(folder) || setenv("PATD_RUNTIME_DIR", folder, 1) < 0)
		return 1;
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/root.sock", folder);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	(void)unlink(address.sun_path);
	(void)rmdir(folder);
	return failed;
}
