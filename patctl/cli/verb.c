/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds verbs by their name, or by a word that is near it. */
#include "patctl/cli/verb.h"

#include <stdint.h>
#include <string.h>

#include "patctl/cli/nearest.h"

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

static bool has_word(const char *const *words, const char *word)
{
	for (; *words; words++)
		if (strcmp(*words, word) == 0)
			return true;
	return false;
}

const struct verb *verb_find(const struct verb *const *verbs, const char *name)
{
	for (; *verbs; verbs++)
		if (strcmp((*verbs)->name, name) == 0 || has_word((*verbs)->aliases, name))
			return *verbs;
	return NULL;
}

const struct verb *verb_nearest(const struct verb *const *verbs, const char *word)
{
	const struct verb *best = NULL;
	size_t best_distance = DISTANCE_MAX + 1;

	for (size_t i = 0; verbs[i]; i++)
		if (has_word(verbs[i]->synonyms, word))
			return verbs[i];
	for (size_t i = 0; verbs[i]; i++) {
		size_t d =
			verbs[i]->hidden ? best_distance : nearest_distance(word, verbs[i]->name);

		if (d < best_distance) {
			best = verbs[i];
			best_distance = d;
		}
	}
	return best;
}

/* What options are called in other tools. */
static const struct {
	const char *name, *option;
} option_synonyms[] = {
	{ "f", "yes" },
	{ "force", "yes" },
	{ "assume-yes", "yes" },
	{ "no-confirm", "yes" },
	{ "simulate", "dry-run" },
	{ "ttl", "expires" },
	{ "expiry", "expires" },
	{ "lifetime", "expires" },
	{ "owner", "user" },
	{ "uid", "user" },
	{ "silent", "quiet" },
	{ "no-headers", "no-legend" },
	{ "no-heading", "no-legend" },
};

static size_t far_for(const char *name)
{
	const size_t len = strlen(name);

	if (len < 3)
		return 0;
	return len < 5 ? 1 : len < 7 ? DISTANCE_MAX : DISTANCE_MAX + 1;
}

/* Such as that of several options, which getopt_long() does not take. */
static bool begins(const char *name, const char *option)
{
	return strlen(name) >= 2 && strncmp(option, name, strlen(name)) == 0;
}

const struct option_info *option_nearest(const struct verb *verb, const char *name)
{
	const struct option_info *option, *best = NULL;
	size_t best_distance = far_for(name) + 1;

	for (size_t i = 0; i < sizeof(option_synonyms) / sizeof(option_synonyms[0]); i++)
		for (size_t j = 0; (option = options_at(verb->options, j)); j++)
			if (strcmp(option_synonyms[i].name, name) == 0 &&
				strcmp(option_synonyms[i].option, option->name) == 0)
				return option;
	for (size_t i = 0; (option = options_at(verb->options, i)); i++) {
		const size_t d =
			begins(name, option->name) ? 0 : nearest_distance(name, option->name);

		if (d < best_distance) {
			best = option;
			best_distance = d;
		}
	}
	return best;
}
