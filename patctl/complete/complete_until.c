/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a token can end with, and the units that run now. */
#include <dirent.h>
#include <string.h>

#include "common/l10n.h"
#include "common/until_kind.h"
#include "patctl/base/text.h"
#include "patctl/cli/command.h"
#include "patctl/complete/candidates.h"

/* systemd's links by the names of the units that are active. */
#define UNITS_DIR "/run/systemd/units"
#define UNIT_LINK "invocation:"

static void complete_units(struct candidates *candidates, const char *before)
{
	DIR *stream = opendir(UNITS_DIR);
	const struct dirent *entry;

	if (!stream)
		return;
	while ((entry = readdir(stream))) {
		cleanup_text char *word = NULL;

		if (strncmp(entry->d_name, UNIT_LINK, strlen(UNIT_LINK)) != 0)
			continue;
		word = text_format("%s%s", before, entry->d_name + strlen(UNIT_LINK));
		candidates_word(candidates, word, NULL);
	}
	(void)closedir(stream);
}

/* The units when their word is there: they are many, and another machine's are not known. */
void complete_until(struct candidates *candidates)
{
	cleanup_text char *unit = text_format("%s:", until_word(UNTIL_UNIT));
	const bool named = strncmp(candidates_begin(candidates), unit, strlen(unit)) == 0;

	candidates_word(candidates, until_word(UNTIL_BOOT), _("until the next boot"));
	if (!command_given(candidates->command, &option_host))
		candidates_word(candidates, until_word(UNTIL_SESSION), _("this login session"));
	if (!named)
		candidates_word(candidates, unit, _("until a unit stops"));
	else if (!command_given(candidates->command, &option_host))
		complete_units(candidates, unit);
}
