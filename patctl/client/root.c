/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Connecting to root.sock, sending requests, receiving answers and events. */
#include "patctl/client/root.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/error.h"
#include "common/l10n.h"
#include "common/wire.h"
#include "patctl/base/monotonic.h"
#include "patctl/base/outcome.h"
#include "patctl/base/startup.h"
#include "patctl/base/text.h"
#include "protocol/packet.h"

#define NEVER INT64_MAX
#define RETRY_MS 250 /* before each attempt to connect to a patd that is being restarted */

/* Where the sockets are: as patd's --runtime-dir.  Not for a program that has more rights. */
static const char *runtime_dir(void)
{
	const char *folder = secure_getenv("PATD_RUNTIME_DIR");

	return folder && *folder != '\0' ? folder : PAT_RUNTIME_DIR;
}

struct root *root_new(void)
{
	struct root *root = must_alloc(calloc(1, sizeof(*root)));

	root->path = text_format("%s/%s", runtime_dir(), PAT_ROOT_SOCKET);
	root->fd = -1;
	return root;
}

static void disconnect(struct root *root)
{
	if (root->fd >= 0)
		(void)close(root->fd);
	root->fd = -1;
	free(root->ahead);
	root->ahead = NULL;
}

void root_free(struct root **root)
{
	if (!*root)
		return;
	disconnect(*root);
	free((*root)->path);
	free(*root);
	*root = NULL;
}

/* The outcome of the name is that patd cannot be reached. */
static bool unreachable(const struct root *root, int r, DBusError *error)
{
	if (r == -EAGAIN)
		dbus_set_error(error, DBUS_ERROR_NO_SERVER,
			_("%s accepts no more connections: its queue is full"), root->path);
	else
		dbus_set_error(error, DBUS_ERROR_NO_SERVER, _("cannot connect to %s: %s"),
			root->path, strerror(-r));
	return false;
}

/* systemd ends the connections that wait for a patd that does not start. */
static bool closed(struct root *root, DBusError *error)
{
	cleanup_text char *why = startup_end();

	disconnect(root);
	if (why)
		dbus_set_error(error, OUTCOME_ERROR_NOT_STARTED, "%s", why);
	else
		dbus_set_error(error, DBUS_ERROR_DISCONNECTED, "%s",
			_("patd closed the connection unanswered"));
	return false;
}

static bool make_connection(struct root *root, DBusError *error)
{
	if (root->fd >= 0)
		return true;
	root->fd = packet_connect(root->path);
	return root->fd >= 0 || unreachable(root, root->fd, error);
}

static int send_one(struct root *root, struct request *request)
{
	request->head.magic = REQUEST_MAGIC;
	request->head.serial = ++root->serial;
	return packet_send(root->fd, request, request_size(request->head.kind), -1, 0);
}

/* Whether that request was sent ahead; if another was, its answer is not wanted any more. */
static bool is_sent(struct root *root, struct request *request)
{
	cleanup_free struct request *ahead = TAKE(root->ahead);
	struct request cancel = { .head.kind = REQUEST_CANCEL };

	if (!ahead)
		return false;
	request->head.magic = REQUEST_MAGIC;
	request->head.serial = ahead->head.serial;
	if (memcmp(request, ahead, request_size(request->head.kind)) == 0)
		return true;
	cancel.cancel.serial = ahead->head.serial;
	(void)send_one(root, &cancel);
	return false;
}

bool root_send(struct root *root, struct request *request, DBusError *error)
{
	int r;

	root->latest = request;
	if (is_sent(root, request))
		return true;
	if (!make_connection(root, error))
		return false;
	r = send_one(root, request);
	if (r < 0) {
		disconnect(root);
		if (!make_connection(root, error))
			return false;
		r = send_one(root, request);
	}
	if (r == -EPIPE || r == -ECONNRESET)
		return closed(root, error);
	if (r < 0)
		disconnect(root);
	return r >= 0 || unreachable(root, r, error);
}

/* After a connection that patd left with the request unread: it crashed, or did not start. */
static bool send_again(struct root *root)
{
	struct request *request = TAKE(root->latest);

	disconnect(root);
	if (!request)
		return false;
	(void)poll(NULL, 0, PAT_REPEAT_MS);
	root->fd = packet_connect(root->path);
	return root->fd >= 0 && send_one(root, request) >= 0;
}

void root_ask_ahead(struct root *root, const struct request *request)
{
	cleanup_free struct request *ahead = must_alloc(malloc(sizeof(*ahead)));

	if (root->fd < 0)
		return;
	memcpy(ahead, request, sizeof(*ahead));
	if (!is_sent(root, ahead) && send_one(root, ahead) < 0)
		return;
	root->ahead = TAKE(ahead);
}

/* 1, 0 at the end of the time, or a negative errno. */
static int wait_readable(const struct root *root, int limit)
{
	struct pollfd poll_fd = { .fd = root->fd, .events = POLLIN };
	int r;

	do {
		r = poll(&poll_fd, 1, limit);
	} while (r < 0 && errno == EINTR);
	return r < 0 ? -errno : r;
}

/* For poll(2). */
static int time_until(int64_t end)
{
	const int64_t left = end - monotonic_ms();

	if (end == NEVER)
		return ROOT_NO_LIMIT;
	return left < 0 ? 0 : (int)left;
}

/*
 * The same for the answer to a request, which nobody will give if patd does not start: then
 * -ECANCELED, and *error is set.
 */
static int wait_answer(const struct root *root, int limit, DBusError *error)
{
	const int64_t end = limit == ROOT_NO_LIMIT ? NEVER : monotonic_ms() + limit;
	struct startup startup = { 0 };

	for (;;) {
		const int left = time_until(end);
		const bool last = left >= 0 && left <= STARTUP_LOOK_MS;
		const bool look = !last && !startup.runs;
		const int ready = wait_readable(root, look ? STARTUP_LOOK_MS : left);
		cleanup_text char *why = NULL;

		if (ready != 0 || !look)
			return ready;
		why = startup_failure(&startup, false);
		/* What systemd has ended meanwhile is asked once more. */
		if (why && wait_readable(root, 0) == 0) {
			dbus_set_error(error, OUTCOME_ERROR_NOT_STARTED, "%s", why);
			return -ECANCELED;
		}
	}
}

/*
 * The next packet, whatever it is, after a wait that ended with ready: its length, 0 at the end of
 * the connection, or a negative errno; -ETIMEDOUT at the end of the time.
 */
static ssize_t next_packet(struct root *root, int ready, int *ret_passed)
{
	if (ready <= 0)
		return ready < 0 ? ready : -ETIMEDOUT;
	return packet_receive(root->fd, &root->answer, sizeof(root->answer), 0, ret_passed);
}

/* Notes what came unasked. */
static void note_event(struct root *root)
{
	root->changed |=
		root->answer.head.kind == ANSWER_ENTRY || root->answer.head.kind == ANSWER_APPROVAL;
}

static void close_passed(int *passed)
{
	if (*passed >= 0)
		(void)close(*passed);
	*passed = -1;
}

bool root_receive(
	struct root *root, uint32_t kind, int limit, int *passed, size_t *ret_len, DBusError *error)
{
	const struct answer_head *head = &root->answer.head;

	for (;;) {
		ssize_t n;
		size_t len;

		close_passed(passed);
		n = next_packet(root, wait_answer(root, limit, error), passed);

		if (n == -ECANCELED) {
			/* Whether patd reads the request when it starts is not known. */
			disconnect(root);
			return false;
		}
		if (n == -ETIMEDOUT) {
			/* An answer that comes later is known by its serial. */
			dbus_set_error(error, DBUS_ERROR_NO_REPLY,
				P_("patd did not answer within %d second",
					"patd did not answer within %d seconds",
					(unsigned long)limit / 1000),
				limit / 1000);
			return false;
		}
		if (n == -ECONNRESET && send_again(root))
			continue;
		if (n == 0 || n == -ECONNRESET)
			return closed(root, error);
		len = n < 0 ? 0 : (size_t)n;
		if (len >= sizeof(*head) && head->magic == ANSWER_MAGIC &&
			head->serial != root->serial && head->serial != 0)
			continue; /* to an earlier request, which nobody waits for */
		if (!answer_check(&root->answer, len,
			    len >= sizeof(*head) && head->serial == 0 ? REQUEST_KINDS : kind)) {
			disconnect(root);
			dbus_set_error(error, OUTCOME_ERROR_MALFORMED,
				_("patd's reply to %s is malformed"), request_word(kind));
			return false;
		}
		if (head->serial != 0) {
			root->latest = NULL;
			*ret_len = len;
			return true;
		}
		note_event(root);
	}
}

bool root_refused(const struct answer *answer, DBusError *error)
{
	/* It comes from another process and goes to a terminal. */
	cleanup_text char *safe = text_safe((const char *)answer->body);

	dbus_set_error(error, pat_error_name((enum pat_error)answer->head.error), "%s", safe);
	return false;
}

/*
 * As long as it takes: patd is being restarted.  It is not asked again and again if it has no room
 * for the connection.
 */
static void connect_again(struct root *root)
{
	disconnect(root);
	do {
		(void)poll(NULL, 0, RETRY_MS);
		root->fd = packet_connect(root->path);
	} while (root->fd < 0);
}

bool root_wait(struct root *root)
{
	bool lost = false;

	while (!root->changed && !lost) {
		cleanup_close int passed = -1;
		ssize_t n = root->fd < 0 ? 0
					 : next_packet(root, wait_readable(root, ROOT_NO_LIMIT),
						   &passed);

		if (n >= (ssize_t)sizeof(root->answer.head) &&
			answer_check(&root->answer, (size_t)n, REQUEST_KINDS))
			note_event(root);
		else if (n <= 0 && n != -EINTR) {
			connect_again(root);
			lost = true;
		}
	}
	root->changed = false;
	return lost;
}
