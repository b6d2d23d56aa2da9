/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of all verbs. */
#pragma once

#include "patctl/cli/verb.h"

/* In the order of help, NULL at the end.  Without a verb patctl runs the first. */
extern const struct verb *const verb_table[];
