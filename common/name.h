/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A token's name: 1 to PAT_NAME_MAX characters of UTF-8, none of which can deceive a terminal
 * or a reader: no control character (C0, DEL, C1), no line or paragraph separator, no
 * bidirectional override, embedding or isolate (Unicode UAX #9, section 2), no noncharacter.
 */
#pragma once

#include <stddef.h>

#define PAT_NAME_MAX 255                      /* characters */
#define PAT_NAME_BYTES_MAX (PAT_NAME_MAX * 4) /* bytes, without the NUL */
#define PAT_NOTE_BYTES_MAX PAT_NAME_BYTES_MAX /* of a note, which has as many characters */

/* NULL if name is valid, else the problem with it, for a person.  Static. */
const char *pat_name_problem(const char *name);

/* The same for a note about a token, which may be empty. */
const char *pat_note_problem(const char *note);

/* The same for a text of any length, which may be empty. */
const char *pat_text_problem(const char *text);

/*
 * Copies text into a field of size bytes, NUL-filled: whole characters, as many as fit and at most
 * max, up to the first bytes that are none.
 */
void pat_text_cut(char *field, size_t size, size_t max, const char *text);
