/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A progress bar on standard error, if that is a terminal. */
#ifndef COMMON_PROGRESS_H
#define COMMON_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	const char *what; /* in front of the bar, static */
	bool shown;
	uint64_t drawn_at; /* milliseconds */
};

/* quiet: nothing is ever shown. */
void progress_begin(struct progress *progress, const char *what, bool quiet);

/* done of total; draws ten times a second at the most.  What is done beyond total is total. */
void progress_show(struct progress *progress, uint64_t done, uint64_t total);

/* Takes the bar away.  To be called before anything else is written there. */
void progress_end(struct progress *progress);

#endif
