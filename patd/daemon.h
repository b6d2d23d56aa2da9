/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All of patd, wired together: from the first file opened to the last one closed. */
#pragma once

#include "patd/command_line.h"

/* Serves until SIGTERM or SIGINT: 0; or a negative errno, which has been logged. */
int daemon_run(const struct options *options);
