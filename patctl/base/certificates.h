/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * When certificates end: X.509 (RFC 5280, 4.1) in PEM (RFC 7468).  Of a certificate only its end is
 * read, and nothing is verified.
 */
#pragma once

#include <stdint.h>
#include <stdio.h>

/* Bytes in a file.  That of all authorities of a distribution has some 200 KiB. */
#define CERTIFICATES_MAX ((size_t)1024 * 1024)

/* Seconds since 1970 UTC; what is before that is 0. */
struct certificates {
	uint64_t first;  /* the end of the first in the file, which is the owner's own */
	uint64_t latest; /* that of the one that ends last */
};

/*
 * Other things in the file are passed over; a key may be one, and nothing of it stays in memory.
 * 0, or -EBADMSG: there is no certificate, or one that cannot be read; -EFBIG; or a negative errno.
 */
int certificates_read(FILE *file, struct certificates *ret);
