/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opening the sockets of patd, or taking those of systemd. */
#include "patd/login/listeners.h"

#include <errno.h>
#include <fcntl.h>
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
#include "protocol/packet.h"
#include "protocol/request.h"

#define BACKLOG 1024 /* logins that wait while a patd by hand is busy; systemd has its own */

/*
 * Nobody passes patd a descriptor, whose last close might block.  The connections that are accepted
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

static int take_passed(char *const *names, int count, struct listeners *ret)
{
	int r;

	for (int i = 0; i < count; i++) {
		int fd = SD_LISTEN_FDS_START + i;
		int *slot = strcmp(names[i], "root") == 0    ? &ret->root_fd
			    : strcmp(names[i], "front") == 0 ? &ret->front_fd
							     : NULL;

		if (!slot || *slot >= 0 || sd_is_socket_unix(fd, SOCK_SEQPACKET, 1, NULL, 0) <= 0) {
			log_error("systemd passed an unknown socket '%s'", names[i]);
			return -EINVAL;
		}
		/* systemd makes them blocking unless the unit says NonBlocking=yes. */
		if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
			return -errno;
		r = refuse_descriptors(fd);
		if (r < 0)
			return r;
		*slot = fd;
	}
	if (ret->root_fd < 0 || ret->front_fd < 0) {
		log_error("systemd passed only one of patd-root.socket and patd-front.socket: "
			  "enable both");
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

static int open_one(const char *path, mode_t mode, int *ret_fd)
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
	r = bind_with_mode(fd, &address, mode);
	if (r < 0)
		return r;
	r = refuse_descriptors(fd);
	if (r < 0)
		return r;
	if (listen(fd, BACKLOG) < 0)
		return -errno;
	*ret_fd = take_fd(&fd);
	return 0;
}

static int open_at(const char *dir, const char *name, mode_t mode, int *ret_fd, char **ret_path)
{
	cleanup_free char *path = NULL;
	int r;

	if (asprintf(&path, "%s/%s", dir, name) < 0)
		return -ENOMEM;
	r = open_one(path, mode, ret_fd);
	if (r < 0) {
		log_error("cannot listen on %s: %s", path, strerror(-r));
		return r;
	}
	*ret_path = TAKE(path);
	return 0;
}

static int open_own(const char *dir, struct listeners *ret)
{
	int r;

	if (mkdir(dir, 0755) == 0) {
		/* mkdir()'s mode went through the umask; user.sock of patd-bus is here, for
		 * everybody. */
		if (chmod(dir, 0755) < 0)
			return -errno;
	} else if (errno != EEXIST) {
		r = -errno;
		log_error("cannot make the runtime directory %s: %s", dir, strerror(-r));
		return r;
	}
	r = open_at(dir, PAT_ROOT_SOCKET, 0600, &ret->root_fd, &ret->root_path);
	if (r < 0)
		return r;
	return open_at(dir, PAT_FRONT_SOCKET, 0600, &ret->front_fd, &ret->front_path);
}

int listeners_open(const char *runtime_dir, struct listeners *ret_listeners)
{
	struct listeners listeners = { .root_fd = -1, .front_fd = -1 };
	char **names = NULL;
	int count, r;

	count = sd_listen_fds_with_names(1, &names);
	if (count > 0)
		r = take_passed(names, count, &listeners);
	else
		r = count < 0 ? count : open_own(runtime_dir, &listeners);
	for (int i = 0; i < count; i++)
		free(names[i]);
	free(names);
	if (r < 0) {
		listeners_close(&listeners);
		return r;
	}
	*ret_listeners = listeners;
	return 0;
}

static void close_one(int fd, char *path)
{
	if (fd >= 0)
		close(fd);
	if (path)
		(void)unlink(path);
	free(path);
}

void listeners_close(struct listeners *listeners)
{
	close_one(listeners->root_fd, listeners->root_path);
	close_one(listeners->front_fd, listeners->front_path);
}
