/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The help of patctl, on standard output. */
#pragma once

#include "patctl/cli/verb.h"

/* Of one verb; of patctl as a whole if verb is NULL. */
void help_print(const struct verb *const *verbs, const struct verb *verb);
