/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A use that waits for a person's word, as lines for that person. */
#pragma once

#include "patctl/client/records.h"
#include "patctl/print/output_context.h"

/* On standard output. */
void approval_print(const struct approval *approval, const struct output_context *context);
