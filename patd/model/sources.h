/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where a login may come from: networks with commas between them, "local" for no network at all.
 *
 *     10.0.0.0/8, 192.0.2.7, 2001:db8::/32, local
 *
 * Compared with the source of a login, see patd/rules/login_source.h.  An IPv4-mapped IPv6 address
 * (RFC 4291, 2.5.5.2) is the IPv4 address. A host name is no address, and matches nothing: whoever
 * runs the reverse zone would choose it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define SOURCES_LOCAL "local"
#define SOURCES_UNKNOWN "unknown" /* in no list: see patd/rules/login_source.h */
#define SOURCES_NETWORK_MAX 64    /* bytes, with the NUL */

/*
 * Writes the list to ret_list in its canonical spelling: inet_ntop()'s addresses, a prefix
 * length where it is not the whole address, in the order given, none twice.  NULL, or what is
 * wrong with it, for a person; static.  Host bits that are set are refused: a slip.  Text
 * that does not fit in size bytes as it is given is too long.
 */
const char *sources_parse(const char *text, char *ret_list, size_t size);

/*
 * Whether a canonical list has the place that PAM_RHOST names; "" as rhost is "local".  The zone
 * of an IPv6 address is ignored: fe80::1%eth0 is fe80::1.
 */
bool sources_match(const char *list, const char *rhost);

/* Whether it is an address, which alone can be in a network. */
bool sources_is_address(const char *rhost);

/*
 * The network that a login came from, coarse enough that one place stays one: "local", the /24
 * of an IPv4 address, the /64 of an IPv6 address; else rhost itself, cut short.  A host that
 * is called "local" is "local.", the same name and not a local login, and so is one with a slash.
 */
void sources_network(const char *rhost, char ret_network[static SOURCES_NETWORK_MAX]);

/* Whether every place that the canonical list has is in outer, one of the two, too. */
bool sources_within(const char *list, const char *outer);
