/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How near a word that was typed is to one that is known. */
#pragma once

#include <stddef.h>

#define NEAREST_WORD_MAX 15 /* bytes */

/*
 * How many typing errors lead from a word to known: letters that were inserted, left out, replaced,
 * or two that were swapped.  More than any other if one of them is longer than NEAREST_WORD_MAX.
 */
size_t nearest_distance(const char *word, const char *known);
