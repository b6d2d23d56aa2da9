/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The sockets of patd: root.sock, front.sock for patd-bus, and fleet.sock for patd-fleet.  Those
 * that systemd passes, named "root", "front" and "fleet" (FileDescriptorName=), of which the last
 * may be missing, or our own under the runtime directory.
 */
#pragma once

struct listeners {
	int root_fd, front_fd, fleet_fd;           /* -1: systemd passed none */
	char *root_path, *front_path, *fleet_path; /* our own, removed at the end; else NULL */
};

/*
 * Takes what systemd passes, or opens our own in runtime_dir, which is made 0755 if it is
 * missing.  A socket of a patd that was killed is replaced; -EADDRINUSE if one is served.
 * Failures have been logged.
 */
int listeners_open(const char *runtime_dir, struct listeners *ret_listeners);

void listeners_close(struct listeners *listeners);
