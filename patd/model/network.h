/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Addresses and networks of IP.  IPv4 is kept as IPv4-mapped IPv6 (RFC 4291, 2.5.5.2), and so
 * one is the other.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "patd/util/item.h"

#define NETWORK_TEXT_MAX 64 /* bytes, with the NUL */

struct address {
	uint8_t bytes[16];
};

struct network {
	struct address address; /* no bits set behind the prefix */
	unsigned int prefix;    /* bits; of IPv4 96 more than are written */
};

/* Whether item is an address, as inet_pton() takes it: no host name, no zone, no octal. */
bool address_read(struct item item, struct address *ret_address);

/*
 * An address or ADDRESS/BITS.  NULL, or what is wrong with it, for a person who writes a list of
 * patd/model/sources.h; static.
 */
const char *network_read(struct item item, struct network *ret_network);

/* As inet_ntop() writes it, with its bits where it is not a single address. */
bool network_format(const struct network *network, char ret_text[static NETWORK_TEXT_MAX]);

/* ::/0 is all of IPv6, and nothing of IPv4. */
bool network_has(const struct network *network, const struct address *address);

/* The /24 around an IPv4 address, the /64 around an IPv6 address. */
struct network network_around(const struct address *address);
