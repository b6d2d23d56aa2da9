/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Texts in columns: what counts is how wide a terminal shows them, not how long they are. */
#ifndef PATCTL_PRINT_COLUMN_H
#define PATCTL_PRINT_COLUMN_H

#include <stddef.h>

/* In columns of a terminal. */
size_t column_width(const char *text);

/* width, or more where text is wider. */
size_t column_wider(size_t width, const char *text);

/* text with blanks behind it, up to width.  The caller owns it. */
char *column_pad(const char *text, size_t width);

#endif
