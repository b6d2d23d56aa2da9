/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How near a word that was typed is to one that is known. */
#include "patctl/cli/nearest.h"

#include <stdint.h>
#include <string.h>

static size_t min3(size_t a, size_t b, size_t c)
{
	size_t least = a < b ? a : b;

	return least < c ? least : c;
}

size_t nearest_distance(const char *word, const char *known)
{
	size_t row[NEAREST_WORD_MAX + 1], len = strlen(known);

	if (strlen(word) > NEAREST_WORD_MAX || len > NEAREST_WORD_MAX)
		return SIZE_MAX;
	for (size_t j = 0; j <= len; j++)
		row[j] = j;
	for (size_t i = 0; word[i] != '\0'; i++) {
		size_t diagonal = row[0];

		row[0] = i + 1;
		for (size_t j = 0; j < len; j++) {
			size_t above = row[j + 1];

			row[j + 1] = min3(above + 1, row[j] + 1, diagonal + (word[i] != known[j]));
			diagonal = above;
		}
	}
	return row[len];
}
