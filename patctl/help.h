/* What patctl says of itself, on standard output. */
#ifndef PATCTL_HELP_H
#define PATCTL_HELP_H

#include "patctl/verbs.h"

/* Of one verb; of patctl as a whole if verb is NULL. */
void help_print(const struct verb *verb);

#endif
