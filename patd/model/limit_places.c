/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where each restriction of a token is. */
#include "patd/model/limits.h"

/* clang-format off */
#define PLACE(member) { offsetof(struct limits, member), sizeof(((struct limits *)0)->member) }
/* clang-format on */

const struct limit_place limit_places[PAT_RESTRICTIONS] = {
	[PAT_SERVICES] = PLACE(services),
	[PAT_SOURCES] = PLACE(sources),
	[PAT_HOURS] = PLACE(hours),
	[PAT_NOT_BEFORE] = PLACE(not_before),
	[PAT_MAX_USES] = PLACE(max_uses),
	[PAT_CONFIRM] = PLACE(confirm),
	[PAT_UNTIL] = PLACE(until),
	[PAT_HOSTS] = PLACE(hosts),
};
