/* What patctl says of itself, on standard output. */
#ifndef PATCTL_CLI_HELP_H
#define PATCTL_CLI_HELP_H

#include "patctl/cli/verbs.h"

/* Of one verb; of patctl as a whole if verb is NULL. */
void help_print(const struct verb *verb);

#endif
