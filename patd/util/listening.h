/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Listening sockets of packets: those that systemd passes, or our own in the runtime directory.  No
 * descriptor can be passed over them, where the kernel has SO_PASSRIGHTS.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>

#ifndef SO_PASSRIGHTS
#define SO_PASSRIGHTS 83 /* Linux 6.16; an int: whether descriptors can be passed to the socket */
#endif

struct listening {
	const char *name; /* of the file, "X.sock"; systemd's FileDescriptorName= is "X" */
	mode_t mode;
	bool optional; /* of those that systemd passes it may be missing */
	/* Clients that wait to be accepted; systemd's sockets have Backlog=, the same number. */
	int backlog;
	int fd;     /* -1: not open */
	char *path; /* our own, removed at the end; else NULL */
};

/*
 * Takes all n from systemd, of which those that are optional may be missing, or opens them in
 * runtime_dir, which is made 0755 if it is missing.  A socket of a process that was killed is
 * replaced; -EADDRINUSE if one is served.  Failures have been logged, and none is open.
 */
int listening_open(const char *runtime_dir, struct listening *sockets, size_t n);

void listening_close(struct listening *sockets, size_t n);
