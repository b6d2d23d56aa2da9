/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The candidates for a word that is being typed. */
#include "patctl/complete/candidates.h"

#include <stdio.h>
#include <string.h>

#include "patctl/base/text.h"

const char *candidates_begin(const struct candidates *candidates)
{
	return candidates->typed + candidates->head;
}

bool candidates_possible(const char *typed)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789._@:/+-=,";

	return typed[strspn(typed, plain)] == '\0';
}

void candidates_option(struct candidates *candidates, const char *text, const char *description)
{
	const char *begin = candidates_begin(candidates);
	cleanup_text char *safe = text_safe(description ? description : "");

	if (candidates->n == CANDIDATES_MAX || strncmp(text, begin, strlen(begin)) != 0)
		return;
	(void)printf("%.*s%s\t%s\n", (int)candidates->head, candidates->typed, text, safe);
	candidates->n++;
}

void candidates_word(struct candidates *candidates, const char *text, const char *description)
{
	if (text_is_word(text))
		candidates_option(candidates, text, description);
}
