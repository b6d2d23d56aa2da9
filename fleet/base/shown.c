/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Texts without what a terminal or a database would stumble over. */
#include "fleet/base/shown.h"

void shown_ascii(char *ret, size_t size, const char *text)
{
	size_t n = 0;

	for (; n + 1 < size && text[n]; n++)
		ret[n] = (char)(text[n] >= ' ' && text[n] <= '~' ? text[n] : '?');
	ret[n] = '\0';
}
