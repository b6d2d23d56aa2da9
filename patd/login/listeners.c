/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sockets of patd. */
#include "patd/login/listeners.h"

#include "common/wire.h"
#include "patd/util/listening.h"
#include "protocol/fleet.h"
#include "protocol/request.h"

enum {
	ROOT,
	FRONT,
	FLEET,
	SOCKETS
};

int listeners_open(const char *runtime_dir, struct listeners *ret_listeners)
{
	struct listening sockets[SOCKETS] = {
		[ROOT] = { .name = PAT_ROOT_SOCKET, .mode = 0600, .backlog = 256 },
		[FRONT] = { .name = PAT_FRONT_SOCKET, .mode = 0600, .backlog = 16 },
		[FLEET] = { .name = PAT_FLEET_SOCKET,
			.mode = 0600,
			.optional = true,
			.backlog = 4 },
	};
	int r = listening_open(runtime_dir, sockets, SOCKETS);

	if (r < 0)
		return r;
	*ret_listeners = (struct listeners) {
		.root_fd = sockets[ROOT].fd,
		.root_path = sockets[ROOT].path,
		.front_fd = sockets[FRONT].fd,
		.front_path = sockets[FRONT].path,
		.fleet_fd = sockets[FLEET].fd,
		.fleet_path = sockets[FLEET].path,
	};
	return 0;
}

void listeners_close(struct listeners *listeners)
{
	struct listening sockets[SOCKETS] = {
		[ROOT] = { .fd = listeners->root_fd, .path = listeners->root_path },
		[FRONT] = { .fd = listeners->front_fd, .path = listeners->front_path },
		[FLEET] = { .fd = listeners->fleet_fd, .path = listeners->fleet_path },
	};

	listening_close(sockets, SOCKETS);
}
