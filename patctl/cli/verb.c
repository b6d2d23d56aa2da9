/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds verbs by their name, or by a word that is near it. */
#include "patctl/cli/verb.h"

#include <stdint.h>
#include <string.h>

#include "patctl/cli/nearest.h"

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

/* How many typing errors are possible in a word of that length. */
static size_t far_for(const char *word)
{
	const size_t len = strlen(word);

	if (len < 3)
		return 0;
	return len < 5 ? 1 : len < 7 ? 2 : 3;
}

/* 0 for a beginning, such as that of several options, which getopt_long() does not take. */
static size_t distance(const char *word, const char *known)
{
	if (strlen(word) >= 2 && strncmp(known, word, strlen(word)) == 0)
		return 0;
	return nearest_distance(word, known);
}

/* That of the nearest of its names. */
static size_t verb_distance(const struct verb *verb, const char *word)
{
	size_t least = distance(word, verb->name);

	for (const char *const *alias = verb->aliases; *alias; alias++) {
		const size_t d = distance(word, *alias);

		least = d < least ? d : least;
	}
	return least;
}

const struct verb *verb_nearest(const struct verb *const *verbs, const char *word)
{
	const struct verb *best = NULL;
	size_t best_distance = far_for(word) + 1;

	for (size_t i = 0; verbs[i]; i++)
		if (has_word(verbs[i]->synonyms, word))
			return verbs[i];
	for (size_t i = 0; verbs[i]; i++) {
		const size_t d = verbs[i]->hidden ? SIZE_MAX : verb_distance(verbs[i], word);

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
		const size_t d = distance(name, option->name);

		if (d < best_distance) {
			best = option;
			best_distance = d;
		}
	}
	return best;
}
