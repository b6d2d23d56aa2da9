/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The pager: a program, such as less(1), through which a person reads long output.
 *
 * It is the command in PATCTL_PAGER, else that in PAGER, split at blanks, else less if that is
 * there.  An empty command and "cat" mean none.  A pager can start a shell or write files, and so
 * would be more than a rule of sudoers(5) for patctl permits: in the login session of another user
 * but root, and where the session is not known for root or under sudo or doas, it is always less,
 * in its secure mode.
 */
#pragma once

#include <stdbool.h>

/*
 * Starts it if standard output is a terminal that can do more than print, and makes it what
 * standard output writes to; standard error too, if that is a terminal.  From then on a write to
 * standard output fails once the person has left the pager, which is no error.  Without a pager,
 * and at a second call, nothing happens.  Times and colours depend on the terminal: the caller asks
 * for it, as by output_context_for(), before.
 */
void pager_begin(void);

/* Whether the person has left it, as far as writing has shown: nobody reads what comes. */
bool pager_left(void);

/*
 * Ends standard output and waits until the person has left the pager.  False if there is none:
 * standard output is as it was.
 */
bool pager_end(void);
