/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Allocating, escaping, translating and padding text. */
#include "patctl/base/text.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

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
	/* Not by complain(), which needs memory. */
	(void)fprintf(stderr, "patctl: %s\n", _("out of memory"));
	exit(OUTCOME_FAILED);
}

void *must_alloc(void *pointer)
{
	if (!pointer)
		no_memory();
	return pointer;
}

char *text_vformat(const char *format, va_list arguments)
{
	char *text = NULL;

	return must_alloc(vasprintf(&text, format, arguments) < 0 ? NULL : text);
}

char *text_format(const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = text_vformat(format, arguments);
	va_end(arguments);
	return text;
}

char *text_safe(const char *text)
{
	char *copy, *to;

	if (!pat_text_problem(text))
		return must_alloc(strdup(text));

	to = copy = must_alloc(malloc(4 * strlen(text) + 1));
	for (; *text != '\0'; text++) {
		if (*text >= ' ' && *text <= '~')
			*to++ = *text;
		else
			to += sprintf(to, "\\x%02x", (unsigned char)*text);
	}
	*to = '\0';
	return copy;
}

char *text_safe_lines(const char *text)
{
	char *all = text_format("%s", "");

	for (const char *end;; text = end + 1) {
		cleanup_text char *before = all, *line = NULL, *safe = NULL;

		end = text + strcspn(text, "\n");
		line = text_format("%.*s", (int)(end - text), text);
		safe = text_safe(line);
		all = text_format("%s%s%s", before, safe, *end == '\n' ? "\n" : "");
		if (*end == '\0')
			return all;
	}
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

size_t text_width(const char *text)
{
	const size_t len = strlen(text);
	wchar_t *wide = must_alloc(calloc(len + 1, sizeof(*wide)));
	const size_t n = mbstowcs(wide, text, len + 1);
	const int width = n == (size_t)-1 ? -1 : wcswidth(wide, n);

	free(wide);
	/* The C library cannot print it: its bytes count. */
	return width < 0 ? len : (size_t)width;
}

size_t text_wider(size_t width, const char *text)
{
	const size_t own = text_width(text);

	return own > width ? own : width;
}

char *text_pad(const char *text, size_t width)
{
	const size_t own = text_width(text);

	return text_format("%s%*s", text, own < width ? (int)(width - own) : 0, "");
}

void names_add(char ***names, size_t *n, const char *name)
{
	*names = must_alloc(reallocarray(*names, *n + 2, sizeof(**names)));
	(*names)[(*n)++] = text_format("%s", name);
	(*names)[*n] = NULL;
}

void names_free(char ***names)
{
	if (!*names)
		return;
	for (char **name = *names; *name; name++)
		free(*name);
	free(*names);
	*names = NULL;
}

void complain(const char *format, ...)
{
	cleanup_text char *text = NULL, *safe = NULL;
	va_list arguments;

	va_start(arguments, format);
	/* clang 14 does not see that it was started. */
	text = text_vformat(format, arguments); // NOLINT(clang-analyzer-valist.*)
	va_end(arguments);
	safe = text_safe_lines(text);
	(void)fprintf(stderr, "patctl: %s\n", safe);
}
