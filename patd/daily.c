/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The timer of the daily work. */
#include "patd/daily.h"

#include <errno.h>
#include <stdlib.h>

#include "common/cleanup.h"
#include "patd/util/log.h"

#define USEC_PER_SEC UINT64_C(1000000)
#define ACCURACY_US USEC_PER_SEC
/* Between two slices: a million tokens take about a quarter of an hour. */
#define SLICE_US (UINT64_C(10) * 1000)
#define SLICE_ACCURACY_US 1000
#define RETRY_S UINT64_C(3600)

/* After everything that somebody waits for. */
#define PRIORITY 20

struct daily {
	struct tokens *tokens;
	struct daily_work work;
	expiring_fn fn;
	void *userdata;
	sd_event_source *timer;
};

/* By the seconds from now: patd's time may be ahead of the machine's clock. */
static int set_timer(struct daily *daily, uint64_t at)
{
	const uint64_t now = tokens_now(daily->tokens);
	const bool later = at > now;
	int r;

	if ((r = sd_event_source_set_time_accuracy(
		     daily->timer, later ? ACCURACY_US : SLICE_ACCURACY_US)) < 0 ||
		(r = sd_event_source_set_time_relative(
			 daily->timer, later ? (at - now) * USEC_PER_SEC : SLICE_US)) < 0)
		return r;
	return sd_event_source_set_enabled(daily->timer, SD_EVENT_ONESHOT);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct daily *daily = userdata;
	uint64_t at = 0;
	int r = tokens_daily_some(daily->tokens, &daily->work, daily->fn, daily->userdata);

	(void)source;
	(void)usec;
	if (r == -EAGAIN) {
		/* The database is being folded. */
		at = tokens_now(daily->tokens) + 1;
	} else if (r < 0) {
		log_error("the daily maintenance failed; patd tries again in an hour");
		at = tokens_now(daily->tokens) + RETRY_S;
		daily->work = (struct daily_work) { 0 };
	} else if (daily->work.done) {
		daily->work = (struct daily_work) { 0 };
		if (tokens_daily_due(daily->tokens, &at) < 0)
			at = tokens_now(daily->tokens) + RETRY_S;
	}
	return set_timer(daily, at);
}

DEFINE_CLEANUP(daily_free, daily)

int daily_new(sd_event *event, struct tokens *tokens, expiring_fn fn, void *userdata,
	struct daily **ret_daily)
{
	cleanup_with(daily_free) struct daily *daily = NULL;
	uint64_t at;
	int r;

	r = tokens_daily_due(tokens, &at);
	if (r < 0)
		return r;
	daily = calloc(1, sizeof(*daily));
	if (!daily)
		return -ENOMEM;
	daily->tokens = tokens;
	daily->fn = fn;
	daily->userdata = userdata;
	r = sd_event_add_time(
		event, &daily->timer, CLOCK_BOOTTIME, 0, ACCURACY_US, on_timer, daily);
	if (r < 0)
		return r;
	r = sd_event_source_set_priority(daily->timer, PRIORITY);
	if (r < 0)
		return r;
	r = set_timer(daily, at);
	if (r < 0)
		return r;
	*ret_daily = TAKE(daily);
	return 0;
}

void daily_free(struct daily *daily)
{
	if (!daily)
		return;
	sd_event_source_disable_unref(daily->timer);
	free(daily);
}
