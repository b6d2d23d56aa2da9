/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What jobs are to look at, which others want of them. */
#include "fleet/carry/carrier_private.h"

void publish_check(struct carrier *carrier)
{
	carrier->publishing.wanted = true;
	carrier->publishing.checked = false;
}

bool publish_comes_first(const struct carrier *carrier)
{
	return carrier->publishing.wanted && !carrier->publishing.checked &&
	       carrier->jobs[JOB_PUBLISH].not_before_us <= carrier_now_us(carrier);
}

void revocations_look(struct carrier *carrier)
{
	carrier->revocations.take_wanted = carrier->revocations.woken = true;
}

void carrier_look(struct carrier *carrier)
{
	publish_check(carrier);
	revocations_look(carrier);
	fetch_all(carrier, false);
	carrier->uses.take_at_us = 0;
	carrier->reporting.wanted = true;
	carrier_wake(carrier);
}
