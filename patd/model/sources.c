/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a login may come from. */
#include "patd/model/sources.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "common/l10n.h"
#include "common/wire.h"
#include "patd/model/limits.h"
#include "patd/util/item.h"

#define ADDRESS_BITS 128U
#define IPV4_AT 96U /* bits ahead of the IPv4 address */

static const char local[] = SOURCES_LOCAL;
static const char too_long[] =
	N_("the list of sources is too long; a network like \"10.0.0.0/8\" covers many");

/* IPv4 is kept as IPv4-mapped IPv6 (RFC 4291, 2.5.5.2), and so one is the other. */
struct address {
	uint8_t bytes[16];
};

struct network {
	struct address address; /* no host bits are set */
	unsigned int prefix;    /* bits; of IPv4 96 more than are written */
};

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

static void clear_host_bits(struct address *address, unsigned int prefix)
{
	for (unsigned int i = prefix; i < ADDRESS_BITS; i++)
		address->bytes[i / 8] &= (uint8_t)(~(0x80U >> i % 8));
}

static bool is_ipv4(const struct address *address)
{
	return same_bits(address, &ipv4, IPV4_AT);
}

/* As inet_pton() takes it: no host name, no zone, no octal. */
static bool read_address(struct item item, struct address *ret_address)
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

/* An address or ADDRESS/BITS.  NULL, or what is wrong with it. */
static const char *read_network(struct item item, struct network *ret_network)
{
	const char *slash = memchr(item.at, '/', item.len);
	struct item left = { item.at, slash ? (size_t)(slash - item.at) : item.len };
	struct network network = { .prefix = ADDRESS_BITS };
	struct address cleared;

	if (!read_address(left, &network.address))
		return N_("a source is an address, a network or \"local\", as in "
			  "\"192.0.2.7,10.0.0.0/8,2001:db8::/32,local\"; host names are not "
			  "allowed");
	if (slash) {
		struct item right = { slash + 1, item.len - left.len - 1 };
		const unsigned int ahead = memchr(left.at, ':', left.len) ? 0 : IPV4_AT;

		if (!read_bits(right, &network.prefix) || network.prefix > ADDRESS_BITS - ahead)
			return N_("the prefix length is at most 32 in IPv4 and 128 in IPv6, as "
				  "in \"10.0.0.0/8\" or \"2001:db8::/32\"");
		network.prefix += ahead;
	}
	/* This also refuses less than 96 bits of an IPv4-mapped address: ffff is set there. */
	cleared = network.address;
	clear_host_bits(&cleared, network.prefix);
	if (!same_bits(&cleared, &network.address, ADDRESS_BITS))
		return N_("the network has host bits set; write \"10.0.0.0/8\" for a network, or "
			  "\"10.1.2.3\" for one address");
	*ret_network = network;
	return NULL;
}

/* As inet_ntop() writes it, with its bits where it is not a single address. */
static bool format_network(const struct network *network, char ret_text[static SOURCES_NETWORK_MAX])
{
	const bool v4 = is_ipv4(&network->address);
	const unsigned int ahead = v4 ? IPV4_AT : 0;
	char address[INET6_ADDRSTRLEN];
	int len;

	if (!inet_ntop(v4 ? AF_INET : AF_INET6, network->address.bytes + ahead / 8, address,
		    sizeof(address)))
		return false;
	if (network->prefix == ADDRESS_BITS)
		len = snprintf(ret_text, SOURCES_NETWORK_MAX, "%s", address);
	else
		len = snprintf(
			ret_text, SOURCES_NETWORK_MAX, "%s/%u", address, network->prefix - ahead);
	return len > 0 && len < SOURCES_NETWORK_MAX;
}

/* The source in its canonical spelling.  NULL, or what is wrong with it. */
static const char *spell(struct item source, char ret_text[static SOURCES_NETWORK_MAX])
{
	struct network network;
	const char *problem;

	if (item_is(source, local)) {
		memcpy(ret_text, local, sizeof(local));
		return NULL;
	}
	problem = read_network(source, &network);
	if (problem)
		return problem;
	return format_network(&network, ret_text) ? NULL : too_long;
}

static bool list_has(const char *list, const char *source)
{
	while (list)
		if (item_is(item_take(&list, ','), source))
			return true;
	return false;
}

const char *sources_parse(const char *text, char *ret_list, size_t size)
{
	char list[LIMITS_SOURCES_MAX + 1] = "";

	/* Before anything else: a text of megabytes is not worth the time. */
	if (strlen(text) >= size)
		return too_long;
	do {
		char source[SOURCES_NETWORK_MAX];
		const char *problem = spell(item_take(&text, ','), source);

		if (problem)
			return problem;
		if (!list_has(list, source) && !item_append(list, sizeof(list), ",", source))
			return too_long;
	} while (text);
	/* A source may be longer in its canonical spelling: ::1:1 is ::0.1.0.1. */
	if (strlen(list) >= size)
		return too_long;
	(void)stpcpy(ret_list, list);
	return NULL;
}

/* RFC 4007, 11: ADDRESS%ZONE, of IPv6 alone.  The zone has no blank, and is ignored. */
static bool read_rhost(const char *rhost, struct address *ret_address)
{
	struct item address = { rhost, strcspn(rhost, "%") };
	const char *zone = rhost + address.len;

	if (*zone == '%') {
		size_t len = strcspn(++zone, " \t\n\v\f\r");

		if (!memchr(rhost, ':', address.len) || len == 0 || len >= IF_NAMESIZE ||
			zone[len] != '\0')
			return false;
	}
	return read_address(address, ret_address);
}

static bool source_has(struct item source, const struct address *address)
{
	struct network network;

	/* ::/0 is all of IPv6, and nothing of IPv4. */
	return !read_network(source, &network) && is_ipv4(&network.address) == is_ipv4(address) &&
	       same_bits(&network.address, address, network.prefix);
}

bool sources_match(const char *list, const char *rhost)
{
	struct address address;

	if (*rhost == '\0')
		return list_has(list, local);
	if (!read_rhost(rhost, &address))
		return false;
	while (list)
		if (source_has(item_take(&list, ','), &address))
			return true;
	return false;
}

bool sources_is_address(const char *rhost)
{
	struct address address;

	return read_rhost(rhost, &address);
}

void sources_network(const char *rhost, char ret_network[static SOURCES_NETWORK_MAX])
{
	const bool misleads = strcmp(rhost, local) == 0 || strchr(rhost, '/');
	struct network network;

	if (*rhost == '\0') {
		memcpy(ret_network, local, sizeof(local));
		return;
	}
	if (read_rhost(rhost, &network.address)) {
		network.prefix = is_ipv4(&network.address) ? IPV4_AT + 24 : 64;
		clear_host_bits(&network.address, network.prefix);
		if (format_network(&network, ret_network))
			return;
	}
	/*
	 * A host may be called as a local login is, or as a network.  With the dot of an absolute
	 * name it is neither.
	 */
	pat_field_cut(ret_network, SOURCES_NETWORK_MAX - (misleads ? 1 : 0), rhost);
	if (misleads)
		(void)stpcpy(ret_network + strlen(ret_network), ".");
}

static bool network_within(const struct network *network, struct item outer)
{
	struct network wide;

	return !read_network(outer, &wide) &&
	       is_ipv4(&network->address) == is_ipv4(&wide.address) &&
	       network->prefix >= wide.prefix &&
	       same_bits(&network->address, &wide.address, wide.prefix);
}

/* Of two networks that together have it neither counts. */
static bool source_within(struct item source, const char *outer)
{
	struct network network;

	if (item_is(source, local))
		return list_has(outer, local);
	if (read_network(source, &network))
		return false;
	while (outer)
		if (network_within(&network, item_take(&outer, ',')))
			return true;
	return false;
}

bool sources_within(const char *list, const char *outer)
{
	while (list)
		if (!source_within(item_take(&list, ','), outer))
			return false;
	return true;
}
