/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Drawing the progress bar. */
#include "common/progress.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define DRAW_MS 100
#define COLUMNS 80       /* if the terminal does not report it */
#define AROUND 10        /* columns for ": [] 100%" and one that stays free: some wrap there */
#define BAR_MAX 60       /* columns */
#define CLEAR "\r\033[K" /* the whole line; see console_codes(4) */

static uint64_t now_ms(void)
{
	struct timespec now = { 0 };

	/* Cannot fail: Linux has that clock. */
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static size_t bar_width(const struct progress *progress)
{
	/* It has at least as many bytes as columns. */
	const size_t needed = strlen(progress->what) + AROUND;
	struct winsize size;
	size_t columns = COLUMNS;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		columns = size.ws_col;
	if (columns <= needed)
		return 0;
	return columns - needed < BAR_MAX ? columns - needed : BAR_MAX;
}

void progress_begin(struct progress *progress, const char *what, bool quiet)
{
	*progress = (struct progress) {
		.what = what,
		.shown = !quiet && isatty(STDERR_FILENO),
	};
	progress_show(progress, 0, 1);
}

void progress_show(struct progress *progress, uint64_t done, uint64_t total)
{
	static const char full[] = "############################################################";
	_Static_assert(sizeof(full) - 1 == BAR_MAX, "the widest bar there is");
	const uint64_t now = now_ms();
	double part = total > 0 && done < total ? (double)done / (double)total : 1;
	size_t width, filled;

	if (!progress->shown || (progress->drawn_at > 0 && now - progress->drawn_at < DRAW_MS))
		return;
	progress->drawn_at = now;
	width = bar_width(progress);
	filled = (size_t)(part * (double)width);
	(void)fprintf(stderr, CLEAR "%s: [%.*s%*s] %3d%%", progress->what, (int)filled, full,
		(int)(width - filled), "", (int)(part * 100));
	(void)fflush(stderr);
}

void progress_end(struct progress *progress)
{
	if (!progress->shown)
		return;
	(void)fputs(CLEAR, stderr);
	(void)fflush(stderr);
	progress->shown = false;
}
