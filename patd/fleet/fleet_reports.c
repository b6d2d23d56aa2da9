/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keeping what patd-fleet reports, in memory. */
#include "patd/fleet/fleet_reports.h"

#include <errno.h>
#include <stdlib.h>

#include "common/cleanup.h"
#include "patd/model/fleet_name.h"

struct hosts {
	struct fleet_host *hosts;
	size_t n;
};

struct fleet_reports {
	struct fleet_report latest;
	struct hosts whole, coming;
	size_t expected; /* hosts that are to come */
};

struct fleet_reports *fleet_reports_new(void)
{
	return calloc(1, sizeof(struct fleet_reports));
}

static void drop(struct hosts *hosts)
{
	free(hosts->hosts);
	*hosts = (struct hosts) { 0 };
}

void fleet_reports_free(struct fleet_reports *reports)
{
	if (!reports)
		return;
	drop(&reports->whole);
	drop(&reports->coming);
	free(reports);
}

/* Of libpq, whose texts are from the network: what a terminal shows as it is, and no more. */
static void clean(char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
}

static void settle(struct fleet_reports *reports)
{
	if (reports->expected > 0)
		return;
	drop(&reports->whole);
	reports->whole = reports->coming;
	reports->coming = (struct hosts) { 0 };
}

int fleet_reports_put(struct fleet_reports *reports, const struct fleet_report *report)
{
	const size_t room = report->hosts < FLEET_HOSTS_MAX ? report->hosts : FLEET_HOSTS_MAX;
	struct fleet_host *hosts = NULL;

	if (report->since > INT64_MAX)
		return -EINVAL;
	if (room > 0) {
		hosts = calloc(room, sizeof(*hosts));
		if (!hosts)
			return -ENOMEM;
	}
	reports->latest = *report;
	clean(reports->latest.error);
	drop(&reports->coming);
	reports->coming.hosts = hosts;
	reports->expected = report->hosts;
	settle(reports);
	return 0;
}

int fleet_reports_put_host(struct fleet_reports *reports, const struct fleet_host *host)
{
	if (reports->expected == 0 || !fleet_name_valid(host->host) ||
		(host->issuer[0] != '\0' && !fleet_name_valid(host->issuer)) ||
		host->seen_at > INT64_MAX || host->number > INT64_MAX)
		return -EINVAL;
	if (reports->coming.n < FLEET_HOSTS_MAX)
		reports->coming.hosts[reports->coming.n++] = *host;
	reports->expected--;
	settle(reports);
	return 0;
}

const struct fleet_report *fleet_reports_latest(const struct fleet_reports *reports)
{
	return &reports->latest;
}

const struct fleet_host *fleet_reports_hosts(const struct fleet_reports *reports, size_t *ret_n)
{
	*ret_n = reports->whole.n;
	return reports->whole.hosts;
}
