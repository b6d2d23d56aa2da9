/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A progress bar on standard error, if that is a terminal. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct progress {
	const char *what; /* in front of the bar, static */
	bool shown;
	uint64_t drawn_at; /* milliseconds */
};

/* quiet: no bar is shown. */
void progress_begin(struct progress *progress, const char *what, bool quiet);

/* done of total, at most total; draws ten times a second at the most. */
void progress_show(struct progress *progress, uint64_t done, uint64_t total);

/* Removes the bar.  To be called before any other output to standard error. */
void progress_end(struct progress *progress);
