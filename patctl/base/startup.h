/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Why patd does not start, while somebody waits for its answer. */
#pragma once

#include <stdbool.h>

/* Milliseconds of waiting until systemd is asked, and then until it is asked again. */
#define STARTUP_LOOK_MS 500

/* One wait.  All zeros at first. */
struct startup {
	bool runs;   /* there is nothing more to find out */
	bool starts; /* patd, or it may: a patd-bus that has failed may have waited for it */
	struct {
		bool failed;         /* once, at: */
		unsigned long tries; /* as systemd counts them */
	} units[2];                  /* patd, patd-bus */
};

/*
 * NULL: patd runs, or is being started, or it is not known.  Else why it will not answer, for a
 * person; the caller owns it.  front: the caller waits for patd-bus.
 */
char *startup_failure(struct startup *startup, bool front);

/*
 * The same for a caller that does not wait any more: patd ended the connection.  Another caller may
 * have it started again: waits until that patd runs or fails, for two seconds and the time that
 * systemd takes to answer.
 */
char *startup_end(void);
