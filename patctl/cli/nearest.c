/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How near a word that was typed is to one that is known. */
#include "patctl/cli/nearest.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static size_t min3(size_t a, size_t b, size_t c)
{
	size_t least = a < b ? a : b;

	return least < c ? least : c;
}

/* Whether the letters before i of word and before j of known are the same two, turned round. */
static bool is_swap(const char *word, size_t i, const char *known, size_t j)
{
	return i > 1 && j > 1 && word[i - 1] == known[j - 2] && word[i - 2] == known[j - 1];
}

size_t nearest_distance(const char *word, const char *known)
{
	/* Of the first i letters of word to the first j of known; rows i - 2, i - 1 and i. */
	size_t rows[3][NEAREST_WORD_MAX + 1], len = strlen(known), i;

	if (strlen(word) > NEAREST_WORD_MAX || len > NEAREST_WORD_MAX)
		return SIZE_MAX;
	for (size_t j = 0; j <= len; j++)
		rows[0][j] = j;
	for (i = 1; word[i - 1] != '\0'; i++) {
		const size_t *above = rows[(i - 1) % 3], *before = rows[(i + 1) % 3];
		size_t *row = rows[i % 3];

		row[0] = i;
		for (size_t j = 1; j <= len; j++) {
			row[j] = min3(above[j] + 1, row[j - 1] + 1,
				above[j - 1] + (word[i - 1] != known[j - 1]));
			if (is_swap(word, i, known, j) && before[j - 2] + 1 < row[j])
				row[j] = before[j - 2] + 1;
		}
	}
	return rows[(i - 1) % 3][len];
}
