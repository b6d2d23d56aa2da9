/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Compares the number of operands with those that a verb takes. */
#include "patctl/cli/operands.h"

#include <string.h>

#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/cli/verb.h"

/* All operands stand before those that may be left out. */
static void complain_missing(const struct verb *verb, size_t given)
{
	const char *word = verb->operands + strspn(verb->operands, "- "); /* "--" is none */
	size_t len;

	for (; given > 0; given--)
		word += strcspn(word, " ") + 1;
	len = strcspn(word, " .");
	if (verb->selecting)
		complain(_("usage: patctl %s %s, or --all, or a filter in its place"), verb->name,
			verb->operands);
	else
		complain(_("%.*s is missing; usage: patctl %s %s"), (int)len, word, verb->name,
			verb->operands);
}

static void complain_surplus(const struct verb *verb, const char *word)
{
	cleanup_text char *safe = text_safe(word);

	if (verb->no_operands)
		complain("%s", _(verb->no_operands));
	else if (*verb->operands == '\0')
		complain(_("%s takes no operand: \"%s\""), verb->name, safe);
	else
		complain(_("unexpected operand \"%s\"; a name or value with blanks needs quotes"),
			safe);
}

bool operands_check(const struct command *command)
{
	const struct verb *verb = command->verb;
	const struct option_info *const selecting = verb_selecting(verb, command);
	size_t min, max;

	verb_count_operands(verb, &min, &max);
	if (selecting && command->n_operands > 0) {
		complain(_("--%s cannot be combined with operands"), selecting->name);
		return false;
	}
	if (selecting && selecting != &option_all && command_given(command, &option_id)) {
		complain(_("--%s and --%s cannot be combined"), option_id.name, selecting->name);
		return false;
	}
	if (!selecting && command->n_operands < min) {
		complain_missing(verb, command->n_operands);
		return false;
	}
	if (!selecting && command->n_operands > max) {
		complain_surplus(verb, command->operands[max]);
		return false;
	}
	return true;
}
