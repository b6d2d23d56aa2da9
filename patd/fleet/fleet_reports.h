/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What patd-fleet last reported: how it stands with the hub, and which machines the hub knows. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/fleet.h"

#define FLEET_HOSTS_MAX 4096U /* of more the first ones are kept */

struct fleet_reports;

/* NULL: out of memory. */
struct fleet_reports *fleet_reports_new(void);
/* NULL is allowed. */
void fleet_reports_free(struct fleet_reports *reports);

/* A report, and a host that belongs to it: -EINVAL: it cannot be shown, or was not announced. */
int fleet_reports_put(struct fleet_reports *reports, const struct fleet_report *report);
int fleet_reports_put_host(struct fleet_reports *reports, const struct fleet_host *host);

/* The latest report, all zeros before the first. */
const struct fleet_report *fleet_reports_latest(const struct fleet_reports *reports);

/* The hosts of the latest that was whole. */
const struct fleet_host *fleet_reports_hosts(const struct fleet_reports *reports, size_t *ret_n);
