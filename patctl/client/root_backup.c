/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A backup: from the pipe that patd writes it into, into a file. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/error.h"
#include "common/l10n.h"
#include "patctl/client/client_call.h"
#include "patctl/client/root.h"

struct backup {
	int file, pipe;
	uint64_t size, got; /* of the image, which comes first, and how much of all has come */
	uint8_t header[ANSWER_BACKUP_HEADER];
};

static int write_at(int fd, const void *bytes, size_t len, off_t offset)
{
	const char *at = bytes;

	while (len > 0) {
		const ssize_t n = pwrite(fd, at, len, offset);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n <= 0)
			continue;
		at += n;
		len -= (size_t)n;
		offset += n;
	}
	return 0;
}

/* What has come, to its place: the header is kept until all is there. */
static int put(struct backup *backup, const uint8_t *bytes, size_t len)
{
	const uint64_t left = backup->got < backup->size ? backup->size - backup->got : 0;
	const size_t image = len < left ? len : (size_t)left, header = len - image;
	const uint64_t place = backup->got + image - backup->size;
	int r = write_at(backup->file, bytes, image, (off_t)(ANSWER_BACKUP_HEADER + backup->got));

	if (r < 0)
		return r;
	if (header > 0) {
		if (header > sizeof(backup->header) - place)
			return -EBADMSG;
		memcpy(backup->header + place, bytes + image, header);
	}
	backup->got += len;
	return 0;
}

/* Reads once: 1, 0 at the end of the pipe, or a negative errno. */
static int read_some(struct backup *backup)
{
	uint8_t bytes[64 * 1024];
	const ssize_t n = read(backup->pipe, bytes, sizeof(bytes));
	int r;

	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 1 : -errno;
	if (n == 0)
		return 0;
	r = put(backup, bytes, (size_t)n);
	explicit_bzero(bytes, (size_t)n);
	return r < 0 ? r : 1;
}

static bool failed(int r, DBusError *error)
{
	if (r == -EBADMSG)
		return answer_malformed(request_word(REQUEST_BACKUP), error);
	dbus_set_error(error, DBUS_ERROR_FAILED, _("cannot write the backup: %s"), strerror(-r));
	return false;
}

/* Reads until patd has something to say. */
static bool read_meanwhile(struct backup *backup, const struct root *root, DBusError *error)
{
	struct pollfd fds[] = { { .fd = root->fd, .events = POLLIN },
		{ .fd = backup->pipe, .events = POLLIN } };

	while ((fds[0].revents & (POLLIN | POLLHUP | POLLERR)) == 0) {
		int r = poll(fds, 2, -1);

		if (r < 0 && errno != EINTR)
			return failed(-errno, error);
		if (r <= 0 || fds[1].revents == 0)
			continue;
		r = read_some(backup);
		if (r < 0)
			return failed(r, error);
		if (r == 0)
			fds[1].fd = -1;
	}
	return true;
}

/* patd has written all of it. */
static bool finish(struct backup *backup, DBusError *error)
{
	int r;

	do {
		r = backup->pipe < 0 ? -EBADMSG : read_some(backup);
	} while (r > 0);
	if (r == 0 && backup->got != backup->size + sizeof(backup->header))
		r = -EBADMSG;
	/* What was cut short has no header, and is no backup. */
	if (r == 0)
		r = write_at(backup->file, backup->header, sizeof(backup->header), 0);
	return r >= 0 || failed(r, error);
}

static bool take(struct backup *backup, struct client *client, DBusError *error)
{
	const struct answer *answer = &client->root->answer;
	cleanup_close int passed = -1;
	struct answer_progress progress;
	size_t len;

	while (read_meanwhile(backup, client->root, error) &&
		root_receive(client->root, REQUEST_BACKUP, ROOT_NO_LIMIT, &passed, &len, error)) {
		switch (answer->head.kind) {
		case ANSWER_PROGRESS:
			memcpy(&progress, answer->body, sizeof(progress));
			if (backup->pipe < 0 && passed >= 0) {
				backup->pipe = take_fd(&passed);
				backup->size = progress.total / 2;
			}
			progress_show(client->progress, progress.done, progress.total);
			break;
		case ANSWER_DONE:
			return finish(backup, error);
		case ANSWER_REFUSED:
			return root_refused(answer, error);
		default:
			return answer_malformed(request_word(REQUEST_BACKUP), error);
		}
	}
	return false;
}

bool client_backup(struct client *client, int fd, struct progress *progress, DBusError *error)
{
	struct request request = { .head.kind = REQUEST_BACKUP };
	struct backup backup = { .file = fd, .pipe = -1 };
	bool taken;

	if (!client->root) {
		dbus_set_error(error, pat_error_name(PAT_ERR_DENIED), "%s",
			_("only root may make a backup"));
		return false;
	}
	client->progress = progress;
	taken = root_send(client->root, &request, error) && take(&backup, client, error);
	client->progress = NULL;
	explicit_bzero(backup.header, sizeof(backup.header));
	if (backup.pipe >= 0)
		(void)close(backup.pipe);
	return taken;
}
