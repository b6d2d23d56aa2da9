/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Another machine, the argument of --host, as systemctl(1) has it: [USER@]HOST[:PORT].  An IPv6
 * address stands in brackets where a port follows.  ssh(1) logs in as that user.
 */
#pragma once

#include <stdbool.h>

/* NULL, or the problem with text; static.  The other functions need a text without a problem. */
const char *host_problem(const char *text);

/* The D-Bus address of its system bus, by ssh and systemd-stdio-bridge.  The caller owns it. */
char *host_address(const char *text);

/*
 * The command to log in there: "ssh -p 2222 alice@web1", or "ssh -t …" if it needs a terminal.  The
 * caller owns it.
 */
char *host_ssh(const char *text, bool terminal);

/* The same as root: "root@web1:2222".  The caller owns it. */
char *host_as_root(const char *text);
