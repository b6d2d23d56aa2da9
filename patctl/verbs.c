#include "patctl/verbs.h"

#include <stdint.h>
#include <string.h>

#include "patctl/options.h"

#define COMMON (OPTION_USER | OPTION_JSON | OPTION_QUIET | OPTION_NO_ASK_PASSWORD)

#define WHICH                                                                                      \
	"A token is told by its name, its id, or the beginning of its id.\n"                       \
	"Root's names are looked for among the tokens of all users.\n"

const struct verb verbs[VERBS] = {
	{ "list", "", 0, 0, COMMON | OPTION_ALL | OPTION_NO_LEGEND, list_run,
		"list tokens; what patctl does when told nothing",
		"Lists your tokens: id, name, user, state, when they were created and expire, and\n"
		"their use.  Times are ages on a terminal, and UTC in a pipe.\n"
		"\n"
		"Examples:\n"
		"  patctl list\n"
		"  sudo patctl list --all --json\n" },
	{ "generate", "NAME", 1, 1, COMMON | OPTION_EXPIRES, generate_run,
		"make a token and print it, once",
		"Makes a token and prints it: the token alone on standard output, all else on\n"
		"standard error.  It is shown this once.  Keep it confidential, in a password\n"
		"manager.\n"
		"\n"
		"WHEN is a period such as \"30 days\", 7d or \"1h 30min\", a local date such as\n"
		"2027-01-31 or \"2027-01-31 18:00\", a time in UTC such as 2027-01-31T18:00Z, or\n"
		"never.  m is minutes, M is months.\n"
		"\n"
		"Asks for your password, with --user for an administrator's; root is not asked.\n"
		"\n"
		"Examples:\n"
		"  patctl generate laptop\n"
		"  TOKEN=$(patctl generate ci --expires=7d)\n"
		"  sudo patctl generate \"nightly backup\" --user=backup --expires=never\n" },
	{ "show", "TOKEN...", 1, SIZE_MAX, COMMON, show_run, "show all about tokens",
		"Shows everything that is known of tokens, except their secret, which nobody\n"
		"knows any more.\n"
		"\n" WHICH "\n"
		"Example:\n"
		"  patctl show laptop\n" },
	{ "revoke", "TOKEN...", 1, SIZE_MAX, COMMON, revoke_run,
		"end the access that tokens give, at once",
		"Ends the access that tokens give, at once.  It can be undone: patctl restore.\n"
		"\n" WHICH "\n"
		"Example:\n"
		"  patctl revoke laptop ci\n" },
	{ "restore", "TOKEN...", 1, SIZE_MAX, COMMON, restore_run,
		"give revoked tokens their access back",
		"Gives revoked tokens their access back: same secret, same expiry.  An expired\n"
		"token cannot be restored.  Asks for your password;\n"
		"root is not asked.\n"
		"\n" WHICH "\n"
		"Example:\n"
		"  patctl restore laptop\n" },
	{ "delete", "TOKEN...", 1, SIZE_MAX, COMMON | OPTION_YES, delete_run,
		"remove revoked tokens for good",
		"Removes revoked tokens for good; one that is not revoked is refused.  Asks "
		"first;\n"
		"where there is no terminal to ask on, --yes is needed.\n"
		"\n" WHICH "\n"
		"Example:\n"
		"  patctl revoke laptop && patctl delete laptop\n" },
	{ "help", "[VERB]", 0, 1, 0, help_run, "say how a verb is used",
		"Says how patctl, or one verb of it, is used.\n"
		"\n"
		"Example:\n"
		"  patctl help generate\n" },
};

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
	{ "disable", "revoke" },
	{ "enable", "restore" },
	{ "unrevoke", "restore" },
	{ "rm", "delete" },
	{ "remove", "delete" },
};

const struct verb *verb_find(const char *name)
{
	for (size_t i = 0; i < VERBS; i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

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
