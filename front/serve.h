/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* patd-bus in its two threads: one for the bus, one for the logins on user.sock. */
#pragma once

#include "front/front_options.h"

/*
 * Serves until SIGTERM or SIGINT, or, where systemd has passed the socket, until patd does not
 * start: the next call or login starts both again.  0 or a negative errno; failures have been
 * logged.
 */
int front_serve(const struct front_options *options);
