/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a command has the operands that its verb takes. */
#pragma once

#include <stdbool.h>

#include "patctl/cli/command.h"

/* False, after a complaint that names what is missing, or is too much. */
bool operands_check(const struct command *command);
