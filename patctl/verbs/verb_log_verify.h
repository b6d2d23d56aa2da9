/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* patctl log --verify. */
#pragma once

#include "patctl/base/outcome.h"
#include "patctl/cli/command.h"
#include "patctl/client/client.h"

/* Has patd check its history, and prints the result. */
enum outcome log_verify(const struct command *command, struct client *client);
