/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Allocating, escaping and translating text. */
#include "patctl/base/text.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/l10n.h"
#include "common/name.h"
#include "patctl/base/outcome.h"

void text_free(char **text)
{
	free(*text);
	*text = NULL;
}

void no_memory(void)
{
	complain(_("out of memory"));
	exit(OUTCOME_FAILED);
}

void *text_must(void *pointer)
{
	if (!pointer)
		no_memory();
	return pointer;
}

char *text_format(const char *format, ...)
{
	char *text = NULL;
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vasprintf(&text, format, arguments);
	va_end(arguments);
	return text_must(n < 0 ? NULL : text);
}

char *text_safe(const char *text)
{
	char *copy, *to;

	if (!pat_text_problem(text))
		return text_must(strdup(text));

	to = copy = text_must(malloc(4 * strlen(text) + 1));
	for (; *text != '\0'; text++) {
		if (*text >= ' ' && *text <= '~')
			*to++ = *text;
		else
			to += sprintf(to, "\\x%02x", (unsigned char)*text);
	}
	*to = '\0';
	return copy;
}

const char *text_translated(const char *text)
{
	/* The translation of the empty text is the header of the catalog. */
	return *text != '\0' ? _(text) : text;
}

bool text_is_word(const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789._@:/+-";

	return *text != '\0' && *text != '-' && text[strspn(text, plain)] == '\0';
}

void complain(const char *format, ...)
{
	va_list arguments;

	(void)fputs("patctl: ", stderr);
	va_start(arguments, format);
	/* clang 14 does not see that it was started. */
	(void)vfprintf(stderr, format, arguments); // NOLINT(clang-analyzer-valist.*)
	va_end(arguments);
	(void)fputc('\n', stderr);
}
