/* The call that makes a backup: see patctl/client.h. */
#ifndef PATCTL_CLIENT_BACKUP_H
#define PATCTL_CLIENT_BACKUP_H

#include "common/progress.h"
#include "patctl/client.h"

/* Into fd, an empty regular file; waits for as long as it takes, and shows how far it is. */
bool client_backup(struct client *client, int fd, struct progress *progress, DBusError *error);

#endif
