/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opening listening sockets, or taking those of systemd. */
#include "patd/util/listening.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/wire.h"
#include "patd/util/log.h"

#define SUFFIX ".sock"

/*
 * Nobody passes us a descriptor, whose last close might block.  The connections that are accepted
 * inherit that.  A kernel that does not know it lets them through, to whoever receives them.
 */
static int refuse_descriptors(int fd)
{
	const int off = 0;

	if (setsockopt(fd, SOL_SOCKET, SO_PASSRIGHTS, &off, sizeof(off)) < 0 &&
		errno != ENOPROTOOPT)
		return -errno;
	return 0;
}

static struct listening *find(struct listening *sockets, size_t n, const char *name)
{
	const size_t len = strlen(name);

	for (size_t i = 0; i < n; i++)
		if (strncmp(sockets[i].name, name, len) == 0 &&
			strcmp(sockets[i].name + len, SUFFIX) == 0)
			return &sockets[i];
	return NULL;
}

static int take_passed(char *const *names, int count, struct listening *sockets, size_t n)
{
	int r;

	for (int i = 0; i < count; i++) {
		int fd = SD_LISTEN_FDS_START + i;
		struct listening *socket = find(sockets, n, names[i]);

		if (!socket || socket->fd >= 0 ||
			sd_is_socket_unix(fd, SOCK_SEQPACKET, 1, NULL, 0) <= 0) {
			log_error("systemd passed an unknown socket '%s'", names[i]);
			return -EINVAL;
		}
		/* systemd makes them blocking unless the unit says NonBlocking=yes. */
		if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
			return -errno;
		r = refuse_descriptors(fd);
		if (r < 0)
			return r;
		socket->fd = fd;
	}
	for (size_t i = 0; i < n; i++)
		if (sockets[i].fd < 0 && !sockets[i].optional) {
			log_error("systemd did not pass %s: enable patd-%.*s.socket",
				sockets[i].name, (int)strcspn(sockets[i].name, "."),
				sockets[i].name);
			return -EINVAL;
		}
	return 0;
}

static bool alive(const struct sockaddr_un *address)
{
	cleanup_close int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0)
		return true;
	/* Any other failure, a full queue or another type, is of one that is there. */
	return errno != ECONNREFUSED && errno != ENOENT && errno != ENOTDIR;
}

/* Removes a socket that nobody serves, and nothing else. */
static int remove_stale(const char *path)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode))
		return -EEXIST;
	return unlink(path) < 0 ? -errno : 0;
}

static int bind_with_mode(int fd, const struct sockaddr_un *address, mode_t mode)
{
	/* No moment at which the socket has a wider mode.  There are no threads yet. */
	mode_t old = umask((mode_t)~mode & 0777);
	int r = bind(fd, (const struct sockaddr *)address, sizeof(*address)) < 0 ? -errno : 0;

	umask(old);
	return r;
}

static int open_one(const char *path, const struct listening *listening, int *ret_fd)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	cleanup_close int fd = -1;
	int r;

	if (!pat_field_set(address.sun_path, sizeof(address.sun_path), path))
		return -ENAMETOOLONG;
	if (alive(&address))
		return -EADDRINUSE;
	r = remove_stale(path);
	if (r < 0)
		return r;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	r = bind_with_mode(fd, &address, listening->mode);
	if (r < 0)
		return r;
	r = refuse_descriptors(fd);
	if (r < 0)
		return r;
	if (listen(fd, listening->backlog) < 0)
		return -errno;
	*ret_fd = take_fd(&fd);
	return 0;
}

static int open_at(const char *dir, struct listening *listening)
{
	cleanup_free char *path = NULL;
	int r;

	if (asprintf(&path, "%s/%s", dir, listening->name) < 0)
		return -ENOMEM;
	r = open_one(path, listening, &listening->fd);
	if (r < 0) {
		log_error("cannot listen on %s: %s", path, strerror(-r));
		return r;
	}
	listening->path = TAKE(path);
	return 0;
}

static int open_own(const char *dir, struct listening *sockets, size_t n)
{
	int r;

	if (mkdir(dir, 0755) == 0) {
		/* mkdir()'s mode went through the umask; user.sock is here, for everybody. */
		if (chmod(dir, 0755) < 0)
			return -errno;
	} else if (errno != EEXIST) {
		r = -errno;
		log_error("cannot make the runtime directory %s: %s", dir, strerror(-r));
		return r;
	}
	for (size_t i = 0; i < n; i++) {
		r = open_at(dir, &sockets[i]);
		if (r < 0)
			return r;
	}
	return 0;
}

int listening_open(const char *runtime_dir, struct listening *sockets, size_t n)
{
	char **names = NULL;
	int count, r;

	for (size_t i = 0; i < n; i++) {
		sockets[i].fd = -1;
		sockets[i].path = NULL;
	}
	count = sd_listen_fds_with_names(1, &names);
	if (count > 0)
		r = take_passed(names, count, sockets, n);
	else
		r = count < 0 ? count : open_own(runtime_dir, sockets, n);
	for (int i = 0; i < count; i++)
		free(names[i]);
	free(names);
	if (r < 0)
		listening_close(sockets, n);
	return r;
}

void listening_close(struct listening *sockets, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (sockets[i].fd >= 0)
			(void)close(sockets[i].fd);
		sockets[i].fd = -1;
		if (sockets[i].path)
			(void)unlink(sockets[i].path);
		free(sockets[i].path);
		sockets[i].path = NULL;
	}
}
