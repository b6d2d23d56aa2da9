/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The jobs, and what patd and the hub tell unasked. */
#include "fleet/carry/carrier.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "fleet/carry/carrier_private.h"
#include "fleet/carry/claims.h"
#include "patd/util/log.h"

#define PAUSE_MIN_US (UINT64_C(1) * 1000 * 1000)

static const struct job *const jobs[JOBS] = {
	[JOB_GREET] = &job_greet,
	[JOB_ENTER] = &job_enter,
	[JOB_SEND_REVOCATIONS] = &job_send_revocations,
	[JOB_TAKE_REVOCATIONS] = &job_take_revocations,
	[JOB_PUBLISH] = &job_publish,
	[JOB_FETCH] = &job_fetch,
	[JOB_SEND_USES] = &job_send_uses,
	[JOB_TAKE_USES] = &job_take_uses,
	[JOB_REPORT] = &job_report,
};

/* --- what is told unasked -------------------------------------------------------------------- */

static void on_patd_up(void *userdata)
{
	struct carrier *carrier = userdata;

	carrier->greet_wanted = true;
	carrier_wake(carrier);
}

static void on_patd_down(void *userdata)
{
	struct carrier *carrier = userdata;

	carrier->greeted = false;
	fetch_forget(carrier);
	publish_restart(carrier);
	claims_forget(carrier->claims);
	/* patd is asked at once when it is there again. */
	for (size_t i = 0; i < JOBS; i++)
		carrier->jobs[i].not_before_us = 0;
}

static void on_changed(struct carrier *carrier, const void *body)
{
	const struct fleet_after *changed = body;

	carrier->self.last = changed->number;
	carrier->publishing.wanted = true;
}

static void on_revoke(struct carrier *carrier, const void *body)
{
	revocations_add(carrier, body);
}

static void on_use(struct carrier *carrier, const void *body)
{
	uses_add(carrier, body);
}

static void on_claim(struct carrier *carrier, const void *body)
{
	claims_add(carrier->claims, body);
}

static void on_refetch(struct carrier *carrier, const void *body)
{
	fetch_stands(carrier, body, true);
}

static void (*const unasked[FLEET_KINDS])(struct carrier *carrier, const void *body) = {
	[FLEET_CHANGED] = on_changed,
	[FLEET_REVOKE] = on_revoke,
	[FLEET_USE] = on_use,
	[FLEET_REFETCH] = on_refetch,
	[FLEET_CLAIM] = on_claim,
};

static void on_unasked(const struct fleet_message *message, void *userdata)
{
	struct carrier *carrier = userdata;

	if (unasked[message->head.kind])
		unasked[message->head.kind](carrier, message->body);
	carrier_wake(carrier);
}

static void on_hub_up(void *userdata)
{
	struct carrier *carrier = userdata;

	carrier->connection++;
	carrier->entered = false;
	for (size_t i = 0; i < JOBS; i++)
		carrier->jobs[i].not_before_us = 0;
	carrier_wake(carrier);
}

static void on_hub_down(const char *why, void *userdata)
{
	struct carrier *carrier = userdata;

	carrier->entered = carrier->open = false;
	publish_restart(carrier);
	report_connection(carrier, why);
	carrier_wake(carrier);
}

static void on_notified(const char *channel, const char *payload, void *userdata)
{
	struct carrier *carrier = userdata;

	if (strcmp(channel, HUB_CHANNEL_REQUESTS) == 0) {
		revocations_look(carrier);
		/* A host lacks rows that the hub should have. */
		if (strcmp(payload, "incomplete") == 0)
			publish_lacks(carrier);
	} else {
		fetch_all(carrier, strcmp(payload, "rewritten") == 0);
	}
	carrier_wake(carrier);
}

static int on_tick(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct carrier *carrier = userdata;

	(void)usec;
	/* As often whether anybody has woken us or not: a notification may be lost. */
	carrier->greet_wanted = true;
	carrier_look(carrier);
	(void)sd_event_source_set_time_relative(source, TICK_US);
	return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

/* --- life ------------------------------------------------------------------------------------ */

void carrier_free(struct carrier *carrier)
{
	if (!carrier)
		return;
	carrier->ends = true;
	claims_free(carrier->claims);
	patd_link_free(carrier->link);
	hub_free(carrier->hub);
	carrier_end(carrier);
	turn_end(&carrier->turn);
	sd_event_source_disable_unref(carrier->tick);
	sd_event_source_disable_unref(carrier->alarm);
	sd_event_unref(carrier->event);
	free(carrier->issuers);
	free(carrier);
}

DEFINE_CLEANUP(carrier_free, carrier)

int carrier_new(sd_event *event, const char *socket, struct carrier **ret_carrier)
{
	cleanup_with(carrier_free) struct carrier *carrier = calloc(1, sizeof(*carrier));
	const struct hub_listener hub = { on_hub_up, on_hub_down, on_notified, carrier };
	const struct patd_listener patd = { on_patd_up, on_patd_down, on_unasked, carrier };
	int r;

	if (!carrier)
		return -ENOMEM;
	carrier->event = sd_event_ref(event);
	carrier->table = jobs;
	turn_begin(&carrier->turn, event, carrier_take_turn, carrier);
	for (size_t i = 0; i < JOBS; i++)
		carrier->jobs[i].pause =
			(struct pause) { .min_us = PAUSE_MIN_US, .max_us = TICK_US };
	if ((r = sd_event_add_time_relative(
		     event, &carrier->tick, CLOCK_MONOTONIC, TICK_US, 0, on_tick, carrier)) < 0 ||
		(r = sd_event_add_time_relative(event, &carrier->alarm, CLOCK_MONOTONIC, 0, 1000,
			 carrier_on_alarm, carrier)) < 0 ||
		(r = sd_event_source_set_enabled(carrier->alarm, SD_EVENT_OFF)) < 0 ||
		(r = hub_new(event, &hub, &carrier->hub)) < 0 ||
		(r = patd_link_new(event, socket, &patd, &carrier->link)) < 0 ||
		(r = claims_new(event, carrier->link, &carrier->claims)) < 0)
		return r;
	carrier->issuers = calloc(CARRIER_ISSUERS_MAX, sizeof(carrier->issuers[0]));
	if (!carrier->issuers)
		return -ENOMEM;
	*ret_carrier = TAKE(carrier);
	return 0;
}
