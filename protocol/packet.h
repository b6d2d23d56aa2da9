/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packets on a connected AF_UNIX SOCK_SEQPACKET socket, one of which may have a descriptor. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#define PACKET_WAIT_S 5 /* seconds */

/*
 * Connects to the socket at path.  The caller owns the descriptor; a negative errno on failure.
 * While the queue of the listener is full it waits, as does a blocking send while the peer does not
 * read: PACKET_WAIT_S at most, and then fails with -EAGAIN.
 */
int packet_connect(const char *path);

/* The same without waiting, now or later: -EAGAIN while the queue is full. */
int packet_connect_at_once(const char *path);

/*
 * Sends len bytes as one packet, with a copy of the descriptor passed unless that is -1.  flags as
 * for send(2).  0 or a negative errno.
 */
int packet_send(int fd, const void *bytes, size_t len, int passed, int flags);

/*
 * Receives one packet of at most size bytes, and how long it is: 0 at the end of the connection;
 * -EMSGSIZE for a longer one; or another negative errno.  *ret_passed is the descriptor that came
 * with it, which the caller owns, or -1; of several the others are closed.
 */
ssize_t packet_receive(int fd, void *bytes, size_t size, int flags, int *ret_passed);
