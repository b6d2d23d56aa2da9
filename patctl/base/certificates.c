/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The end of a certificate, in DER (X.690): what is in front of it is stepped over. */
#include "patctl/base/certificates.h"

#include <errno.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "patctl/base/text.h"

#define BEGIN "-----BEGIN CERTIFICATE-----"
#define END "-----END CERTIFICATE-----"

enum tag {
	TAG_INTEGER = 0x02,
	TAG_UTC_TIME = 0x17,         /* YYMMDDhhmmssZ, of 1950 to 2049 */
	TAG_GENERALIZED_TIME = 0x18, /* YYYYMMDDhhmmssZ */
	TAG_SEQUENCE = 0x30,
	TAG_VERSION = 0xa0,
};

struct der {
	const uint8_t *at;
	size_t left;
};

/* The length of an element, which the bytes after its tag begin with. */
static bool take_length(struct der *from, size_t *ret)
{
	size_t bytes, length;

	if (from->left == 0)
		return false;
	length = *from->at++;
	from->left--;
	bytes = length & 0x80U ? length & 0x7fU : 0;
	if (bytes > sizeof(uint32_t) || bytes > from->left || length == 0x80U)
		return false;
	if (bytes > 0)
		length = 0;
	from->left -= bytes;
	for (; bytes > 0; bytes--)
		length = length << 8 | *from->at++;
	*ret = length;
	return length <= from->left;
}

/* The next element, which must have that tag. */
static bool take(struct der *from, enum tag tag, struct der *ret)
{
	size_t length;

	if (from->left == 0 || *from->at != (uint8_t)tag)
		return false;
	from->at++;
	from->left--;
	if (!take_length(from, &length))
		return false;
	*ret = (struct der) { from->at, length };
	from->at += length;
	from->left -= length;
	return true;
}

/* Two digits; -1: they are none. */
static int two_digits(const uint8_t *at)
{
	if (at[0] < '0' || at[0] > '9' || at[1] < '0' || at[1] > '9')
		return -1;
	return (at[0] - '0') * 10 + at[1] - '0';
}

/* text: the digits of a year and "MMDDhhmmssZ", year_digits of the former. */
static bool parse_time(struct der text, size_t year_digits, uint64_t *ret)
{
	int parts[7] = { 0 }; /* century, year, month … second */
	struct tm tm;
	time_t at;

	if (text.left != year_digits + sizeof("MMDDhhmmssZ") - 1 || text.at[text.left - 1] != 'Z')
		return false;
	for (size_t i = year_digits == 2; i < 7; i++, text.at += 2)
		if ((parts[i] = two_digits(text.at)) < 0)
			return false;
	if (year_digits == 2)
		parts[0] = parts[1] < 50 ? 20 : 19;
	tm = (struct tm) {
		.tm_year = parts[0] * 100 + parts[1] - 1900,
		.tm_mon = parts[2] - 1,
		.tm_mday = parts[3],
		.tm_hour = parts[4],
		.tm_min = parts[5],
		.tm_sec = parts[6],
	};
	at = timegm(&tm);
	*ret = at < 0 ? 0 : (uint64_t)at;
	return true;
}

static bool take_time(struct der *from, uint64_t *ret)
{
	struct der text;

	if (take(from, TAG_UTC_TIME, &text))
		return parse_time(text, 2, ret);
	return take(from, TAG_GENERALIZED_TIME, &text) && parse_time(text, 4, ret);
}

/* Certificate ::= SEQUENCE { SEQUENCE { version, serial, algorithm, issuer, validity … */
static bool read_end(struct der certificate, uint64_t *ret)
{
	struct der all, signed_part, passed, validity;
	uint64_t begin;

	if (!take(&certificate, TAG_SEQUENCE, &all) || !take(&all, TAG_SEQUENCE, &signed_part))
		return false;
	(void)take(&signed_part, TAG_VERSION, &passed); /* version 1 has none */
	return take(&signed_part, TAG_INTEGER, &passed) &&
	       take(&signed_part, TAG_SEQUENCE, &passed) &&
	       take(&signed_part, TAG_SEQUENCE, &passed) &&
	       take(&signed_part, TAG_SEQUENCE, &validity) && take_time(&validity, &begin) &&
	       take_time(&validity, ret);
}

/* base64: what stands between BEGIN and END. */
static bool read_pem(const char *base64, size_t len, uint64_t *ret)
{
	uint8_t *bytes = must_alloc(malloc(len + 1));
	struct der der = { bytes, 0 };
	const bool good = sodium_base642bin(bytes, len, base64, len, " \t\r\n", &der.left, NULL,
				  sodium_base64_VARIANT_ORIGINAL) == 0 &&
			  read_end(der, ret);

	free(bytes);
	return good;
}

static int read_all(const char *text, size_t len, struct certificates *ret)
{
	struct certificates found = { 0 };
	const char *const past = text + len;
	bool any = false;
	const char *begin, *end;

	while ((begin = memmem(text, (size_t)(past - text), BEGIN, sizeof(BEGIN) - 1))) {
		uint64_t at;

		begin += sizeof(BEGIN) - 1;
		end = memmem(begin, (size_t)(past - begin), END, sizeof(END) - 1);
		if (!end || !read_pem(begin, (size_t)(end - begin), &at))
			return -EBADMSG;
		if (!any)
			found.first = at;
		if (at > found.latest)
			found.latest = at;
		any = true;
		text = end + sizeof(END) - 1;
	}
	if (!any)
		return -EBADMSG;
	*ret = found;
	return 0;
}

int certificates_read(FILE *file, struct certificates *ret)
{
	char *text = must_alloc(malloc(CERTIFICATES_MAX + 1));
	size_t len;
	int r;

	/* What stdio keeps would not be wiped. */
	(void)setvbuf(file, NULL, _IONBF, 0);
	len = fread(text, 1, CERTIFICATES_MAX + 1, file);
	if (ferror(file))
		r = -EIO;
	else if (len > CERTIFICATES_MAX)
		r = -EFBIG;
	else
		r = read_all(text, len, ret);
	sodium_memzero(text, len);
	free(text);
	return r;
}
