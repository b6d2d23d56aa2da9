/* The calls that take long, of which patd tells how far they are: see patctl/client/client.h. */
#ifndef PATCTL_CLIENT_CLIENT_PROGRESS_H
#define PATCTL_CLIENT_CLIENT_PROGRESS_H

#include "common/progress.h"
#include "patctl/client/client.h"

/* These two wait for as long as it takes, and show how far it is. */

/* Into fd, an empty regular file. */
bool client_backup(struct client *client, int fd, struct progress *progress, DBusError *error);

struct client_verification {
	uint64_t entries, first, bad; /* bad 0: the history is good */
	char *problem;                /* owned */
};

/* The caller frees ret->problem. */
bool client_verify(struct client *client, struct progress *progress,
	struct client_verification *ret, DBusError *error);

#endif
