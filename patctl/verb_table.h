/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verbs of patctl. */
#ifndef PATCTL_VERB_TABLE_H
#define PATCTL_VERB_TABLE_H

#include "patctl/cli/verb.h"

/* In the order in which help lists them, NULL at the end; the first is what patctl does alone. */
extern const struct verb *const verb_table[];

#endif
