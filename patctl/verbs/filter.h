/* Which tokens list shows: from the command line to what patd is asked. */
#ifndef PATCTL_VERBS_FILTER_H
#define PATCTL_VERBS_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "patctl/cli/command.h"
#include "patctl/client/client.h"

/* All there are, NULL at the end. */
extern const char *const filter_states[];

/* False after having said what is wrong.  now: seconds since 1970 UTC. */
bool filter_of(const struct command *command, uint64_t now, struct client_filter *ret);

/* Whether it leaves out any of the user's tokens. */
bool filter_narrows(const struct client_filter *filter);

#endif
