/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The signals that end a program, as by Ctrl-C or when its terminal is closed, seen during a wait.
 *
 * A host may keep them to itself while it is in PAM: sudo blocks SIGINT and SIGQUIT and catches
 * SIGHUP and SIGTERM, to act on them when PAM is done.  That is right for a module that answers at
 * once; for one that waits for a person, the program would neither end nor say that it will.
 *
 * During the wait this thread has them blocked, and a descriptor says that one is pending.  It
 * stays pending: the host gets it at the end of the wait, by its own handler or the default.
 * Nothing is changed for other threads, which may take a signal first, and nothing for good.  What
 * the host ignores is not seen.
 */
#pragma once

#include <signal.h>

struct end_signals {
	int fd;          /* can be read when one is pending; -1: they are not held */
	sigset_t before; /* the mask of the thread */
};

#define END_SIGNALS_NONE ((struct end_signals) { .fd = -1 })

/* 0, or -errno, and then nothing is held.  The same thread releases them. */
int end_signals_hold(struct end_signals *signals);

/* Those that came are delivered now.  Keeps errno. */
void end_signals_release(struct end_signals *signals);

#define cleanup_end_signals __attribute__((cleanup(end_signals_release)))
