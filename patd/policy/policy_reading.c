/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Problems of patd.conf, and what is kept of its text. */
#include "patd/policy/policy_reading.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "common/cleanup.h"

void policy_report(struct reading *reading, const char *place, const char *format, ...)
{
	cleanup_free char *text = NULL, *message = NULL;
	va_list args;
	int r;

	va_start(args, format);
	r = vasprintf(&text, format, args);
	va_end(args);
	if (r < 0 || asprintf(&message, "%s: %s", place, text) < 0) {
		reading->result = -ENOMEM;
		return;
	}
	if (reading->result == 0)
		reading->result = -EINVAL;
	reading->fn(message, reading->userdata);
}

char *policy_keep(struct reading *reading, const char *text)
{
	char *kept = policy_setting_copy(text);

	if (!kept)
		reading->result = -ENOMEM;
	return kept;
}
