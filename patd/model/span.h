/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One span of login hours, as in "Mon..Fri 08:00-18:00": weekdays, and a part of the day. */
#pragma once

#include <stdbool.h>

#define SPAN_TEXT_MAX 64 /* bytes, with the NUL; more than seven weekdays and a clock take */

/* In minutes of the day.  A span that ends at or before its start ends on the next day. */
struct span {
	unsigned int days; /* bit 0 is Monday */
	int start, end;
};

/* text is one span of patd/model/hours.h.  NULL, or what is wrong with it, for a person; static. */
const char *span_read(const char *text, struct span *ret_span);

/* Its canonical spelling. */
bool span_format(const struct span *span, char ret_text[static SPAN_TEXT_MAX]);

/* Whether that minute of that day, 0 for Monday, is in the span. */
bool span_has(const struct span *span, unsigned int day, int minute);
