/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Decoding UTF-8 and refusing characters that deceive a reader. */
#include "common/name.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "common/l10n.h"

/* RFC 3629: the bits of the first byte, and the least code point each length may encode. */
static const struct {
	uint8_t mask, lead;
	uint32_t least;
} utf8_lengths[] = {
	{ 0x80, 0x00, 0x00 },
	{ 0xE0, 0xC0, 0x80 },
	{ 0xF0, 0xE0, 0x800 },
	{ 0xF8, 0xF0, 0x10000 },
};

/* Bytes taken by the character at text, 0 if it is not UTF-8.  Never reads past a NUL. */
static size_t utf8_decode(const uint8_t *text, uint32_t *ret_point)
{
	for (size_t n = 0; n < sizeof(utf8_lengths) / sizeof(utf8_lengths[0]); n++) {
		uint32_t point;

		if ((text[0] & utf8_lengths[n].mask) != utf8_lengths[n].lead)
			continue;
		point = text[0] & (uint8_t)~utf8_lengths[n].mask;
		for (size_t i = 1; i <= n; i++) {
			if ((text[i] & 0xC0) != 0x80)
				return 0;
			point = point << 6 | (text[i] & 0x3F);
		}
		if (point < utf8_lengths[n].least || point > 0x10FFFF ||
			(point >= 0xD800 && point <= 0xDFFF))
			return 0;
		*ret_point = point;
		return n + 1;
	}
	return 0;
}

static bool deceives(uint32_t c)
{
	return c < 0x20 || (c >= 0x7F && c <= 0x9F) ||                 /* C0, DEL, C1 */
	       c == 0x2028 || c == 0x2029 ||                           /* separators */
	       c == 0x061C || c == 0x200E || c == 0x200F ||            /* bidirectional marks */
	       (c >= 0x202A && c <= 0x202E) ||                         /* embeddings, overrides */
	       (c >= 0x2066 && c <= 0x2069) ||                         /* isolates */
	       (c >= 0xFDD0 && c <= 0xFDEF) || (c & 0xFFFE) == 0xFFFE; /* noncharacters */
}

static const char *problem_of(const char *text, size_t max)
{
	const uint8_t *at = (const uint8_t *)text;
	size_t characters = 0;

	while (*at != '\0') {
		uint32_t point;
		size_t n = utf8_decode(at, &point);

		if (n == 0)
			return N_("the name is not valid UTF-8");
		if (deceives(point))
			return N_("the name has a control character");
		if (++characters > max)
			return N_("the name is longer than 255 characters");
		at += n;
	}
	return NULL;
}

const char *pat_name_problem(const char *name)
{
	return *name == '\0' ? N_("the name is empty") : problem_of(name, PAT_NAME_MAX);
}

const char *pat_note_problem(const char *note)
{
	return problem_of(note, PAT_NAME_MAX) ? N_("a note is one line of at most 255 characters "
						   "of UTF-8, without control characters")
					      : NULL;
}

const char *pat_text_problem(const char *text)
{
	return problem_of(text, SIZE_MAX);
}

void pat_text_cut(char *field, size_t size, size_t max, const char *text)
{
	size_t len = 0;

	for (size_t characters = 0; text[len] != '\0' && characters < max; characters++) {
		uint32_t point;
		const size_t n = utf8_decode((const uint8_t *)text + len, &point);

		if (n == 0 || n > size - 1 - len)
			break;
		len += n;
	}
	memcpy(field, text, len);
	memset(field + len, 0, size - len);
}
