/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Texts of others, as a database or a log takes them. */
#pragma once

#include <stddef.h>

/* Copies text, at most size - 1 bytes of it, with "?" in place of all that is not printable ASCII.
 */
void shown_ascii(char *ret, size_t size, const char *text);
