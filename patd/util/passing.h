/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Descriptors that a peer passes over a socket, and that nobody wants: the last close of one may
 * block, for as long as whoever made it likes.  See SO_PASSRIGHTS in patd/util/listening.h.
 */
#pragma once

#include <stdbool.h>

/* Whether the kernel lets them through on that socket. */
bool passing_possible(int fd);

/*
 * Whether the next packet has some with it, on such a socket.  It is not to be received then, and
 * the socket goes to abandon_fd().
 */
bool passing_waits(int fd);
