/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds verbs by their name, or by a word that is near it. */
#include "patctl/cli/verb.h"

#include <stdint.h>
#include <string.h>

#define WORD_MAX 15    /* bytes */
#define DISTANCE_MAX 2 /* typing errors in a word */

void verb_count_operands(const struct verb *verb, size_t *ret_min, size_t *ret_max)
{
	size_t min = 0, max = 0;

	for (const char *at = verb->operands; *at != '\0'; at += strspn(at, " ")) {
		min += *at != '[' && *at != '-';
		max += *at != '-';
		at += strcspn(at, " ");
	}
	*ret_min = min;
	*ret_max = strstr(verb->operands, "...") ? SIZE_MAX : max;
}

const struct option_info *verb_selecting(const struct verb *verb, const struct command *command)
{
	const struct option_info *option;

	if (command_given(command, &option_all))
		return &option_all;
	for (size_t i = 0; (option = options_at(verb->selecting, i)); i++)
		if (command_given(command, option))
			return option;
	return NULL;
}

const struct verb *verb_find(const struct verb *const *verbs, const char *name)
{
	for (; *verbs; verbs++)
		if (strcmp((*verbs)->name, name) == 0)
			return *verbs;
	return NULL;
}

static bool has_synonym(const struct verb *verb, const char *word)
{
	for (size_t i = 0; verb->synonyms[i]; i++)
		if (strcmp(verb->synonyms[i], word) == 0)
			return true;
	return false;
}

static size_t min3(size_t a, size_t b, size_t c)
{
	size_t least = a < b ? a : b;

	return least < c ? least : c;
}

/* The Levenshtein distance: insertions, deletions and replacements from a to b. */
static size_t distance(const char *a, const char *b)
{
	size_t row[WORD_MAX + 1], len = strlen(b);

	for (size_t j = 0; j <= len; j++)
		row[j] = j;
	for (size_t i = 0; a[i] != '\0'; i++) {
		size_t diagonal = row[0];

		row[0] = i + 1;
		for (size_t j = 0; j < len; j++) {
			size_t above = row[j + 1];

			row[j + 1] = min3(above + 1, row[j] + 1, diagonal + (a[i] != b[j]));
			diagonal = above;
		}
	}
	return row[len];
}

const struct verb *verb_nearest(const struct verb *const *verbs, const char *word)
{
	const struct verb *best = NULL;
	size_t best_distance = DISTANCE_MAX + 1;

	for (size_t i = 0; verbs[i]; i++)
		if (has_synonym(verbs[i], word))
			return verbs[i];
	if (strlen(word) > WORD_MAX)
		return NULL;
	for (size_t i = 0; verbs[i]; i++) {
		size_t d = verbs[i]->hidden ? best_distance : distance(word, verbs[i]->name);

		if (d < best_distance) {
			best = verbs[i];
			best_distance = d;
		}
	}
	return best;
}
