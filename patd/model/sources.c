/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a login may come from. */
#include "patd/model/sources.h"

#include <net/if.h>
#include <string.h>

#include "common/l10n.h"
#include "common/wire.h"
#include "patd/model/limits.h"
#include "patd/model/network.h"
#include "patd/util/item.h"

_Static_assert(SOURCES_NETWORK_MAX >= NETWORK_TEXT_MAX, "a network's text fits");

static const char local[] = SOURCES_LOCAL;
static const char too_long[] =
	N_("the list of sources is too long; a network like \"10.0.0.0/8\" covers many");

/* The source in its canonical spelling.  NULL, or what is wrong with it. */
static const char *spell(struct item source, char ret_text[static NETWORK_TEXT_MAX])
{
	struct network network;
	const char *problem;

	if (item_is(source, local)) {
		memcpy(ret_text, local, sizeof(local));
		return NULL;
	}
	problem = network_read(source, &network);
	if (problem)
		return problem;
	return network_format(&network, ret_text) ? NULL : too_long;
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
		char source[NETWORK_TEXT_MAX];
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
	return address_read(address, ret_address);
}

static bool source_has(struct item source, const struct address *address)
{
	struct network network;

	return !network_read(source, &network) && network_has(&network, address);
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

void sources_network(const char *rhost, char ret_network[static SOURCES_NETWORK_MAX])
{
	const bool misleads = strcmp(rhost, local) == 0 || strchr(rhost, '/');
	struct address address;

	if (*rhost == '\0') {
		memcpy(ret_network, local, sizeof(local));
		return;
	}
	if (read_rhost(rhost, &address)) {
		struct network network = network_around(&address);

		if (network_format(&network, ret_network))
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
