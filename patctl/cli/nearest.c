/* The verb that a word was probably meant to be. */
#include <string.h>

#include "patctl/cli/verbs.h"

/* What other tools call it. */
static const struct {
	const char *word, *verb;
} synonyms[] = {
	{ "add", "generate" },
	{ "create", "generate" },
	{ "new", "generate" },
	{ "ls", "list" },
	{ "info", "show" },
	{ "status", "show" },
	{ "suspend", "revoke" },
	{ "unrevoke", "restore" },
	{ "resume", "restore" },
	{ "regenerate", "rotate" },
	{ "renew", "rotate" },
	{ "roll", "rotate" },
	{ "mv", "rename" },
	{ "rm", "delete" },
	{ "remove", "delete" },
	{ "test", "check" },
	{ "verify", "check" },
	{ "history", "log" },
	{ "journal", "log" },
	{ "lock", "disable" },
	{ "unlock", "enable" },
	{ "config", "policy" },
	{ "settings", "policy" },
	{ "diagnose", "doctor" },
	{ "health", "doctor" },
};

#define WORD_MAX 15

static size_t min3(size_t a, size_t b, size_t c)
{
	size_t least = a < b ? a : b;

	return least < c ? least : c;
}

/* Levenshtein's: insertions, deletions and replacements that make b of a. */
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

const char *verb_nearest(const char *word)
{
	const char *best = NULL;
	size_t best_distance = 3;

	for (size_t i = 0; i < sizeof(synonyms) / sizeof(synonyms[0]); i++)
		if (strcmp(synonyms[i].word, word) == 0)
			return synonyms[i].verb;
	if (strlen(word) > WORD_MAX)
		return NULL;
	for (size_t i = 0; i < VERBS; i++) {
		size_t d = distance(word, verbs[i].name);

		if (d < best_distance) {
			best = verbs[i].name;
			best_distance = d;
		}
	}
	return best;
}
