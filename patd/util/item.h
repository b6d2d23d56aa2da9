/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lists as people write them: items with a separator between them, and blanks around them; and
 * shell patterns for such items.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define ITEM_BLANKS " \t"

/* A part of somebody else's text. */
struct item {
	const char *at;
	size_t len;
};

/*
 * Takes the first item off *rest, without the blanks around it; it may be empty.  After the last
 * one *rest is NULL.
 */
struct item item_take(const char **rest, char separator);

bool item_is(struct item item, const char *text);

/* Copies the item as a string of its own.  False if it does not fit. */
bool item_copy(struct item item, char *ret_text, size_t size);

/* Adds text to the list, with the separator if it is not the first.  False if it does not fit. */
bool item_append(char *list, size_t size, const char *separator, const char *text);

/* At most so many bytes: matching takes as long as pattern and name multiplied, at worst. */
#define PATTERN_MAX 255

/*
 * Whether all of name matches the pattern of * ? [...], of which none is special to a leading dot
 * or a slash.  Both are valid UTF-8.
 */
bool pattern_matches(const char *pattern, const char *name);
