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

static const char *out_of_memory; /* NULL: the message for people */

void no_memory_line(const char *line)
{
	out_of_memory = line;
}

void no_memory(void)
{
	/* Not by complain(), which needs memory. */
	if (out_of_memory)
		(void)fprintf(stderr, "%s\n", out_of_memory);
	else
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

/* ASCII, as most texts are: a column each, and what cannot be printed counts its bytes anyway. */
static bool is_ascii(const char *text)
{
	while (*text != '\0' && (unsigned char)*text < 0x80)
		text++;
	return *text == '\0';
}

size_t text_width(const char *text)
{
	const size_t len = strlen(text);
	wchar_t *wide;
	size_t n;
	int width;

	if (is_ascii(text))
		return len;
	wide = must_alloc(calloc(len + 1, sizeof(*wide)));
	n = mbstowcs(wide, text, len + 1);
	width = n == (size_t)-1 ? -1 : wcswidth(wide, n);
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

/* The bytes of the first character of text, and its columns; a byte that is none is one of each. */
static size_t first_character(const char *text, int *ret_width)
{
	mbstate_t state = { 0 };
	wchar_t character;
	const size_t len = mbrtowc(&character, text, strlen(text), &state);

	if (len == 0 || len > strlen(text)) {
		*ret_width = -1;
		return 1;
	}
	*ret_width = wcwidth(character);
	return len;
}

char *text_cut(const char *text, size_t width)
{
	const char *end = text;
	size_t taken = 1; /* by the ellipsis */

	if (text_width(text) <= width)
		return text_format("%s", text);
	while (*end != '\0') {
		int columns;
		const size_t len = first_character(end, &columns);

		taken += columns < 0 ? len : (size_t)columns;
		if (taken > width)
			break;
		end += len;
	}
	return text_format("%.*s%s", (int)(end - text), text, width > 0 ? "\u2026" : "");
}

char *text_of_known_width(const char *text)
{
	char *copy, *to;

	if (is_ascii(text))
		return text_format("%s", text);
	to = copy = must_alloc(malloc(4 * strlen(text) + 1));
	while (*text != '\0') {
		int columns;
		const size_t len = first_character(text, &columns);

		for (size_t i = 0; i < len; i++) {
			if (columns < 0)
				to += sprintf(to, "\\x%02x", (unsigned char)text[i]);
			else
				*to++ = text[i];
		}
		text += len;
	}
	*to = '\0';
	return copy;
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
