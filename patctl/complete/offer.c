#include "patctl/complete/offer.h"

#include <dirent.h>
#include <string.h>

#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/cli/options.h"
#include "patctl/cli/verbs.h"
#include "patctl/verbs/filter.h"
#include "patctl/verbs/sort.h"

static void offer_verbs(const struct typing *typing, struct candidates *candidates)
{
	const unsigned int needed = typing->given & OPTION_HOST;

	for (size_t i = 0; i < VERBS; i++)
		if ((verbs[i].options & needed) == needed)
			candidates_word(candidates, verbs[i].name, _(verbs[i].summary));
}

/* In a list with commas the one behind the last. */
static void skip_items(struct candidates *candidates)
{
	const char *comma = strrchr(candidates_begin(candidates), ',');

	if (comma)
		candidates->head = (size_t)(comma + 1 - candidates->typed);
}

static void offer_services(const struct typing *typing, struct candidates *candidates)
{
	DIR *folder = opendir("/etc/pam.d");
	const struct dirent *entry;

	(void)typing;
	if (!folder)
		return;
	skip_items(candidates);
	while ((entry = readdir(folder)))
		if (entry->d_name[0] != '.')
			candidates_word(candidates, entry->d_name, NULL);
	(void)closedir(folder);
}

static void offer_sources(const struct typing *typing, struct candidates *candidates)
{
	(void)typing;
	skip_items(candidates);
	candidates_word(candidates, "local", _("a login from no network"));
}

static void offer_states(const struct typing *typing, struct candidates *candidates)
{
	(void)typing;
	for (size_t i = 0; filter_states[i]; i++)
		candidates_word(candidates, filter_states[i], NULL);
}

static void offer_keys(const struct typing *typing, struct candidates *candidates)
{
	(void)typing;
	candidates->head += *candidates_begin(candidates) == '-';
	for (size_t i = 0; sort_key(i); i++)
		candidates_word(candidates, sort_key(i), NULL);
}

/* In the folder that is typed so far. */
static void offer_files(const struct typing *typing, struct candidates *candidates)
{
	const char *typed = candidates_begin(candidates), *slash = strrchr(typed, '/');
	const size_t len = slash ? (size_t)(slash + 1 - typed) : 0;
	cleanup_text char *path = text_format("%.*s", (int)len, typed);
	DIR *folder = opendir(len > 0 ? path : ".");
	const struct dirent *entry;

	(void)typing;
	if (!folder)
		return;
	candidates->head += len;
	while ((entry = readdir(folder)))
		if (entry->d_name[0] != '.')
			candidates_word(candidates, entry->d_name, NULL);
	(void)closedir(folder);
}

void offer(const char *word, size_t len, const struct typing *typing, struct candidates *candidates)
{
	static const struct {
		const char *word;
		void (*offer)(const struct typing *typing, struct candidates *candidates);
		bool here; /* what there is on this machine */
	} kinds[] = {
		{ "VERB", offer_verbs, false },
		{ "TOKEN", offer_tokens, true },
		{ "USER", offer_users, true },
		{ "SERVICE", offer_services, true },
		{ "SOURCE", offer_sources, false },
		{ "FILE", offer_files, true },
		{ "STATE", offer_states, false },
		{ "KEY", offer_keys, false },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strlen(kinds[i].word) == len && memcmp(kinds[i].word, word, len) == 0 &&
			!(kinds[i].here && (typing->given & OPTION_HOST)))
			kinds[i].offer(typing, candidates);
}
