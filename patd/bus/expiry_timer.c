#include "patd/bus/expiry_timer.h"

#include <errno.h>
#include <stdlib.h>

#include "common/lifetime.h"
#include "patd/util/log.h"

#define USEC_PER_SEC UINT64_C(1000000)
#define ACCURACY_US USEC_PER_SEC

struct ends {
	struct tokens *tokens;
	struct deadline_place told[DEADLINES]; /* up to here */
	uint64_t next;                         /* when the timer is set for; 0: it is not */
	sd_event_source *timer;
};

static int set_timer(struct ends *ends, uint64_t at)
{
	int r;

	ends->next = at;
	if (at == PAT_NEVER)
		return sd_event_source_set_enabled(ends->timer, SD_EVENT_OFF);
	r = sd_event_source_set_time(ends->timer, at * USEC_PER_SEC);
	return r < 0 ? r : sd_event_source_set_enabled(ends->timer, SD_EVENT_ONESHOT);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct ends *ends = userdata;
	uint64_t first = PAT_NEVER;

	(void)source;
	(void)usec;
	for (enum deadline deadline = 0; deadline < DEADLINES; deadline++) {
		uint64_t next = PAT_NEVER;

		/* A database that fails says so in the log; the next change tries again. */
		if (tokens_notify_deadlines(ends->tokens, deadline, &ends->told[deadline], &next) >=
				0 &&
			next != PAT_NEVER && (first == PAT_NEVER || next < first))
			first = next;
	}
	return set_timer(ends, first);
}

void ends_begin(struct ends *ends)
{
	for (enum deadline deadline = 0; deadline < DEADLINES; deadline++)
		ends->told[deadline] = tokens_deadlines_from(ends->tokens, deadline);
	/* At once, to find out about the next; until then no other puts it off. */
	if (set_timer(ends, 1) < 0)
		log_error(
			"cannot set a timer; what tokens do by themselves is not told on the bus");
}

void ends_consider(struct ends *ends, uint64_t at)
{
	if (at == PAT_NEVER || (ends->next != PAT_NEVER && ends->next <= at))
		return;
	if (set_timer(ends, at) < 0)
		log_error(
			"cannot set a timer; what tokens do by themselves is not told on the bus");
}

int ends_new(sd_event *event, struct tokens *tokens, struct ends **ret_ends)
{
	struct ends *ends = calloc(1, sizeof(*ends));
	int r;

	if (!ends)
		return -ENOMEM;
	ends->tokens = tokens;
	r = sd_event_add_time(event, &ends->timer, CLOCK_REALTIME, 0, ACCURACY_US, on_timer, ends);
	if (r < 0) {
		ends_free(ends);
		return r;
	}
	ends_begin(ends);
	*ret_ends = ends;
	return 0;
}

void ends_free(struct ends *ends)
{
	if (!ends)
		return;
	sd_event_source_disable_unref(ends->timer);
	free(ends);
}
