/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Addresses and networks of IP. */
#include "patd/model/network.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "common/l10n.h"

#define ADDRESS_BITS 128U
#define IPV4_AT 96U /* bits ahead of the IPv4 address */

static const struct address ipv4 = { { [10] = 0xFF, [11] = 0xFF } };

static bool bit(const struct address *address, unsigned int i)
{
	return (address->bytes[i / 8] >> (7 - i % 8)) & 1;
}

static bool same_bits(const struct address *a, const struct address *b, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		if (bit(a, i) != bit(b, i))
			return false;
	return true;
}

static void clear_behind(struct address *address, unsigned int prefix)
{
	for (unsigned int i = prefix; i < ADDRESS_BITS; i++)
		address->bytes[i / 8] &= (uint8_t) ~(0x80U >> i % 8);
}

static bool is_ipv4(const struct address *address)
{
	return same_bits(address, &ipv4, IPV4_AT);
}

bool address_read(struct item item, struct address *ret_address)
{
	struct address address = ipv4;
	char text[INET6_ADDRSTRLEN];
	int taken;

	if (!item_copy(item, text, sizeof(text)))
		return false;
	taken = strchr(text, ':') ? inet_pton(AF_INET6, text, address.bytes)
				  : inet_pton(AF_INET, text, address.bytes + IPV4_AT / 8);
	if (taken != 1)
		return false;
	*ret_address = address;
	return true;
}

/* Up to three decimal digits, without zeros ahead. */
static bool read_bits(struct item item, unsigned int *ret_bits)
{
	unsigned int bits = 0;

	if (item.len == 0 || item.len > 3 || (item.len > 1 && item.at[0] == '0'))
		return false;
	for (size_t i = 0; i < item.len; i++) {
		if (item.at[i] < '0' || item.at[i] > '9')
			return false;
		bits = bits * 10 + (unsigned int)(item.at[i] - '0');
	}
	*ret_bits = bits;
	return true;
}

const char *network_read(struct item item, struct network *ret_network)
{
	const char *slash = memchr(item.at, '/', item.len);
	struct item left = { item.at, slash ? (size_t)(slash - item.at) : item.len };
	struct network network = { .prefix = ADDRESS_BITS };
	struct address cleared;

	if (!address_read(left, &network.address))
		return N_("a source is an address, a network or \"local\", as in "
			  "\"192.0.2.7,10.0.0.0/8,2001:db8::/32,local\"; a host name is none");
	if (slash) {
		struct item right = { slash + 1, item.len - left.len - 1 };
		const unsigned int ahead = memchr(left.at, ':', left.len) ? 0 : IPV4_AT;

		if (!read_bits(right, &network.prefix) || network.prefix > ADDRESS_BITS - ahead)
			return N_("what follows the slash is a number of bits, at most 32 in IPv4 "
				  "and 128 in IPv6, as in \"10.0.0.0/8\" or \"2001:db8::/32\"");
		network.prefix += ahead;
	}
	/* This also refuses less than 96 bits of an IPv4-mapped address: ffff is set there. */
	cleared = network.address;
	clear_behind(&cleared, network.prefix);
	if (!same_bits(&cleared, &network.address, ADDRESS_BITS))
		return N_(
			"the address has bits set behind the prefix; write \"10.0.0.0/8\" for the "
			"network around 10.1.2.3, and \"10.1.2.3\" for that address alone");
	*ret_network = network;
	return NULL;
}

bool network_format(const struct network *network, char ret_text[static NETWORK_TEXT_MAX])
{
	const bool v4 = is_ipv4(&network->address);
	const unsigned int ahead = v4 ? IPV4_AT : 0;
	char address[INET6_ADDRSTRLEN];
	int len;

	if (!inet_ntop(v4 ? AF_INET : AF_INET6, network->address.bytes + ahead / 8, address,
		    sizeof(address)))
		return false;
	if (network->prefix == ADDRESS_BITS)
		len = snprintf(ret_text, NETWORK_TEXT_MAX, "%s", address);
	else
		len = snprintf(
			ret_text, NETWORK_TEXT_MAX, "%s/%u", address, network->prefix - ahead);
	return len > 0 && len < NETWORK_TEXT_MAX;
}

bool network_has(const struct network *network, const struct address *address)
{
	return is_ipv4(&network->address) == is_ipv4(address) &&
	       same_bits(&network->address, address, network->prefix);
}

struct network network_around(const struct address *address)
{
	struct network network = { *address, is_ipv4(address) ? IPV4_AT + 24 : 64 };

	clear_behind(&network.address, network.prefix);
	return network;
}
