/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A backup from a patd that writes all of it, or not. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "patctl/base/outcome.h"
#include "patctl/client/client_call.h"
#include "patctl/client/root.h"
#include "protocol/packet.h"

#define IMAGE 300000 /* bytes: more than fits into a pipe */

static char folder[] = "/tmp/patctl-backup.XXXXXX";
static struct sockaddr_un address = { .sun_family = AF_UNIX };
static int listener;
static uint8_t image[IMAGE], header[ANSWER_BACKUP_HEADER];

/* What patd writes into the pipe, and how it ends. */
struct plan {
	size_t image, header;
	bool ends; /* without a word */
};

static void say(int fd, enum answer_kind kind, const void *body, size_t len, int passed)
{
	static struct answer answer;

	answer.head = (struct answer_head) { .magic = ANSWER_MAGIC, .kind = kind, .serial = 1 };
	memcpy(answer.body, body, len);
	if (packet_send(fd, &answer, sizeof(answer.head) + len, passed, 0) < 0)
		abort();
}

static void put(int fd, const uint8_t *bytes, size_t len)
{
	while (len > 0) {
		const ssize_t n = write(fd, bytes, len);

		if (n <= 0)
			abort();
		bytes += n;
		len -= (size_t)n;
	}
}

static void *be_patd(void *userdata)
{
	const struct plan *plan = userdata;
	struct answer_progress progress = { 0, 2 * IMAGE };
	struct request request;
	int ends[2], passed, fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

	if (packet_receive(fd, &request, sizeof(request), 0, &passed) <= 0 ||
		request.head.kind != REQUEST_BACKUP || pipe2(ends, O_CLOEXEC) < 0)
		abort();
	say(fd, ANSWER_PROGRESS, &progress, sizeof(progress), ends[0]);
	close(ends[0]);
	put(ends[1], image, plan->image);
	progress.done = IMAGE;
	say(fd, ANSWER_PROGRESS, &progress, sizeof(progress), -1);
	put(ends[1], header, plan->header);
	close(ends[1]);
	if (!plan->ends)
		say(fd, ANSWER_DONE, "", 0, -1);
	close(fd);
	return NULL;
}

/* Makes a backup into *ret_file.  The outcome is DONE, or that of its error. */
static enum outcome back_up(struct plan plan, FILE **ret_file)
{
	struct client client = { .root = root_new() };
	struct progress progress = { .what = "test" };
	DBusError error = DBUS_ERROR_INIT;
	enum outcome outcome = OUTCOME_DONE;
	pthread_t thread;

	*ret_file = tmpfile();
	assert_non_null(*ret_file);
	assert_int_equal(pthread_create(&thread, NULL, be_patd, &plan), 0);
	if (!client_backup(&client, fileno(*ret_file), &progress, &error))
		outcome = outcome_of(&error)->outcome;
	assert_int_equal(pthread_join(thread, NULL), 0);
	dbus_error_free(&error);
	root_free(&client.root);
	return outcome;
}

static void the_image_is_behind_the_header(void **state)
{
	static uint8_t got[sizeof(header) + IMAGE + 1];
	FILE *file;

	(void)state;
	assert_int_equal(
		back_up((struct plan) { IMAGE, sizeof(header), false }, &file), OUTCOME_DONE);
	assert_int_equal(pread(fileno(file), got, sizeof(got), 0), sizeof(got) - 1);
	assert_memory_equal(got, header, sizeof(header));
	assert_memory_equal(got + sizeof(header), image, sizeof(image));
	(void)fclose(file);
}

static void what_was_cut_short_has_no_header(void **state)
{
	static const struct plan plans[] = {
		{ 0, 0, false },
		{ 0, 0, true },
		{ IMAGE / 2, 0, false },
		{ IMAGE, 0, false },
		{ IMAGE, sizeof(header) - 1, false },
		{ IMAGE, sizeof(header) - 1, true },
		{ IMAGE, sizeof(header), true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(plans); i++) {
		uint8_t got[sizeof(header)] = { 0 };
		const enum outcome outcome = plans[i].ends ? OUTCOME_UNREACHABLE : OUTCOME_FAILED;
		FILE *file;

		assert_that(back_up(plans[i], &file) == outcome, "%zu", i);
		assert_true(pread(fileno(file), got, sizeof(got), 0) >= 0);
		for (size_t at = 0; at < sizeof(got); at++)
			assert_int_equal(got[at], 0);
		(void)fclose(file);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_image_is_behind_the_header),
		cmocka_unit_test(what_was_cut_short_has_no_header),
	};
	int failed;

	if (!mkdtemp(folder) || setenv("PATD_RUNTIME_DIR", folder, 1) < 0)
		return 1;
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/root.sock", folder);
	listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (bind(listener, (struct sockaddr *)&address, sizeof(address)) < 0 ||
		listen(listener, 4) < 0)
		return 1;
	for (size_t i = 0; i < sizeof(image); i++)
		image[i] = (uint8_t)(i % 251 + 1);
	memset(header, 'h', sizeof(header));
	cmocka_set_message_output(CM_OUTPUT_TAP);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	(void)unlink(address.sun_path);
	(void)rmdir(folder);
	return failed;
}
