/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of patd/model/sources. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "patd/model/limits.h"
#include "patd/model/sources.h"

static void sources_have_a_canonical_spelling(void **state)
{
	static const struct {
		const char *text, *list;
	} table[] = {
		{ "local", "local" },
		{ "10.0.0.0/8, 192.0.2.7, 2001:db8::/32, local",
			"10.0.0.0/8,192.0.2.7,2001:db8::/32,local" },
		{ "local,10.0.0.0/8", "local,10.0.0.0/8" },
		{ " 192.0.2.7\t,local ", "192.0.2.7,local" },
		{ "192.0.2.7,192.0.2.7/32,::ffff:192.0.2.7,::ffff:c000:207/128", "192.0.2.7" },
		{ "local,local", "local" },
		{ "0.0.0.0/0", "0.0.0.0/0" },
		{ "::/0", "::/0" },
		{ "::/0,0.0.0.0/0", "::/0,0.0.0.0/0" },
		{ "2001:DB8:0:0::0/32", "2001:db8::/32" },
		{ "2001:0db8::0001", "2001:db8::1" },
		{ "2001:db8::1/128", "2001:db8::1" },
		{ "::1", "::1" },
		{ "::1:1", "::0.1.0.1" },
		{ "::ffff:10.0.0.0/104", "10.0.0.0/8" },
		{ "::ffff:0:0/96", "0.0.0.0/0" },
		{ "::FFFF:a00:0/104", "10.0.0.0/8" },
		{ "10.0.0.0/8,10.0.0.0/9", "10.0.0.0/8,10.0.0.0/9" },
		{ "128.0.0.0/1,192.0.2.6/31,8000::/1", "128.0.0.0/1,192.0.2.6/31,8000::/1" },
		{ "fe80::/10", "fe80::/10" },
		{ "2001:db8:1111:2222:3333:4444:5555:6600/121",
			"2001:db8:1111:2222:3333:4444:5555:6600/121" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		char list[LIMITS_SOURCES_MAX + 1], again[sizeof(list)];

		assert_null(sources_parse(table[i].text, list, sizeof(list)));
		assert_string_equal(list, table[i].list);
		assert_null(sources_parse(list, again, sizeof(again)));
		assert_string_equal(again, list);
	}
}

static void bad_list_is_refused_with_a_reason(void **state)
{
	static const char no_source[] = "host names are not allowed", bits[] = "prefix length",
			  host_bits[] = "host bits set";
	static const struct {
		const char *text, *said;
	} table[] = {
		{ "", no_source },
		{ " ", no_source },
		{ ",", no_source },
		{ "local,", no_source },
		{ ",local", no_source },
		{ "10.0.0.0/8, ,local", no_source },
		{ "localhost", no_source },
		{ "Local", no_source },
		{ "local/8", no_source },
		{ "host.example", no_source },
		{ "*", no_source },
		{ "10.", no_source },
		{ "10/8", no_source },
		{ "10.0.0/24", no_source },
		{ "10.0.0.256", no_source },
		{ "010.0.0.1", no_source },
		{ "10.0.0.01", no_source },
		{ "0x0a.0.0.1", no_source },
		{ "167772161", no_source },
		{ "10.0.0.1.", no_source },
		{ "10.0.0.1 10.0.0.2", no_source },
		{ "10.0.0.1;10.0.0.2", no_source },
		{ "10.0.0.0-10.0.0.255", no_source },
		{ "10.0.0.0 /8", no_source },
		{ "/8", no_source },
		{ "[::1]", no_source },
		{ ":::", no_source },
		{ "::1::", no_source },
		{ "12345::", no_source },
		{ "1:2:3:4:5:6:7:8:9", no_source },
		{ "fe80::1%eth0", no_source },
		{ "::ffff:010.0.0.1", no_source },
		{ "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000", no_source },
		{ "10.0.0.0/", bits },
		{ "10.0.0.0/ 8", bits },
		{ "10.0.0.0/33", bits },
		{ "10.0.0.0/a", bits },
		{ "10.0.0.0/+8", bits },
		{ "10.0.0.0/128", bits },
		{ "10.0.0.0/-1", bits },
		{ "10.0.0.0/+8", bits },
		{ "10.0.0.0/08", bits },
		{ "10.0.0.0/00", bits },
		{ "10.0.0.0/8/8", bits },
		{ "10.0.0.0/0x8", bits },
		{ "10.0.0.0/255.0.0.0", bits },
		{ "10.0.0.0/4294967304", bits },
		{ "::/129", bits },
		{ "::ffff:10.0.0.0/129", bits },
		{ "10.1.2.3/8", host_bits },
		{ "10.0.0.1/31", host_bits },
		{ "128.0.0.0/0", host_bits },
		{ "2001:db8::1/32", host_bits },
		{ "2001:db8:8000::/32", host_bits },
		{ "::1/0", host_bits },
		{ "::ffff:10.0.0.1/104", host_bits },
		{ "::ffff:0.0.0.0/95", host_bits },
		{ "::ffff:10.0.0.0/8", host_bits },
		{ "::ffff:0:0/80", host_bits },
		{ "local,10.0.0.0/8,10.1.2.3/8", host_bits },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		char list[LIMITS_SOURCES_MAX + 1] = "untouched";
		const char *problem = sources_parse(table[i].text, list, sizeof(list));

		assert_that(problem && strstr(problem, table[i].said), "%s: %s", table[i].text,
			problem ? problem : "taken");
		assert_string_equal(list, "untouched");
	}
}

static void list_fits_the_buffer_exactly(void **state)
{
	char text[LIMITS_SOURCES_MAX + 1] = "", list[LIMITS_SOURCES_MAX + 1];
	size_t len = 0;

	(void)state;
	for (int i = 100; len + strlen(",10.0.0.100") <= LIMITS_SOURCES_MAX; i++)
		len += (size_t)sprintf(text + len, "%s10.0.0.%d", i == 100 ? "" : ",", i);
	assert_null(sources_parse(text, list, len + 1));
	assert_string_equal(list, text);

	(void)snprintf(list, sizeof(list), "untouched");
	assert_non_null(strstr(sources_parse(text, list, len), "too long"));
	/* Longer only in its canonical spelling. */
	assert_non_null(strstr(sources_parse("::1:1", list, 6), "too long"));
	assert_non_null(sources_parse("", list, 0));
	assert_string_equal(list, "untouched");
}

/* Within the limit as it was typed, beyond it in its canonical spelling. */
static void list_that_grows_beyond_the_limit_is_refused(void **state)
{
	char text[LIMITS_SOURCES_MAX + 1] = "", list[LIMITS_SOURCES_MAX + 1];
	size_t len = 0;

	(void)state;
	for (int i = 1; len + strlen(",::1:100") <= LIMITS_SOURCES_MAX; i++)
		len += (size_t)sprintf(text + len, "%s::1:%x", i == 1 ? "" : ",", i);
	assert_non_null(strstr(sources_parse(text, list, sizeof(list)), "too long"));
}

static void list_has_the_addresses_of_its_networks(void **state)
{
	static const struct {
		const char *list, *rhost;
		bool has;
	} table[] = {
		{ "local", "", true },
		{ "10.0.0.0/8,local", "", true },
		{ "10.0.0.0/8", "", false },
		{ "0.0.0.0/0,::/0", "", false },
		{ "local", "127.0.0.1", false },
		{ "local", "::1", false },
		{ "10.0.0.0/8", "10.0.0.0", true },
		{ "10.0.0.0/8", "10.255.255.255", true },
		{ "10.0.0.0/8", "9.255.255.255", false },
		{ "10.0.0.0/8", "11.0.0.0", false },
		{ "192.0.2.7", "192.0.2.7", true },
		{ "192.0.2.7", "192.0.2.6", false },
		{ "192.0.2.6/31", "192.0.2.7", true },
		{ "192.0.2.6/31", "192.0.2.8", false },
		{ "192.0.2.128/25", "192.0.2.127", false },
		{ "192.0.2.128/25", "192.0.2.128", true },
		{ "0.0.0.0/0", "255.255.255.255", true },
		{ "192.0.2.7,10.0.0.0/8", "10.1.2.3", true },
		{ "2001:db8::/32", "2001:db8:ffff::1", true },
		{ "2001:db8::/32", "2001:DB8:0:0:0:0:0:1", true },
		{ "2001:db8::/32", "2001:db9::", false },
		{ "2001:db8::/33", "2001:db8:8000::", false },
		{ "2001:db8::1", "2001:db8::1", true },
		{ "2001:db8::1", "2001:db8::2", false },
		{ "::/0", "2001:db8::1", true },
		/* An IPv4-mapped address is the IPv4 address, and no other. */
		{ "10.0.0.0/8", "::ffff:10.0.0.1", true },
		{ "10.0.0.0/8", "::FFFF:a00:1", true },
		{ "10.0.0.0/8", "::ffff:11.0.0.1", false },
		{ "10.0.0.1", "::ffff:10.0.0.1", true },
		{ "0.0.0.0/0", "::ffff:10.0.0.1", true },
		{ "::/0", "::ffff:10.0.0.1", false },
		{ "::/0", "10.0.0.1", false },
		{ "::/80", "10.0.0.1", false },
		{ "0.0.0.0/0", "::", false },
		{ "0.0.0.0/0", "2001:db8::1", false },
		/* IPv4-compatible (deprecated) and NAT64 addresses are IPv6. */
		{ "10.0.0.0/8", "::10.0.0.1", false },
		{ "10.0.0.0/8", "64:ff9b::10.0.0.1", false },
		/* The zone of an address is ignored. */
		{ "fe80::/10", "fe80::1%eth0", true },
		{ "fe80::/10", "fe80::1%2", true },
		{ "fe80::1", "fe80::1%wlan0.100", true },
		{ "fe80::2", "fe80::1%eth0", false },
		{ "10.0.0.0/8", "::ffff:10.0.0.1%eth0", true },
		{ "fe80::/10", "fe80::1%", false },
		{ "fe80::/10", "fe80::1%eth 0", false },
		{ "fe80::/10", "fe80::1%eth0\n", false },
		{ "fe80::/10", "fe80::1%0123456789abcde", true },
		{ "fe80::/10", "fe80::1%0123456789abcdef", false },
		{ "fe80::/10", "%eth0", false },
		{ "10.0.0.0/8", "10.0.0.1%eth0", false },
		/* Not addresses. */
		{ "0.0.0.0/0,::/0,local", "localhost", false },
		{ "0.0.0.0/0,::/0,local", "local", false },
		{ "0.0.0.0/0,::/0,local", "LOCAL", false },
		{ "0.0.0.0/0,::/0,local", "10.0.0.1.example", false },
		{ "0.0.0.0/0,::/0,local", "host.example", false },
		{ "0.0.0.0/0,::/0,local", " ", false },
		{ "0.0.0.0/0,::/0,local", " 10.0.0.1", false },
		{ "0.0.0.0/0,::/0,local", "10.0.0.1 ", false },
		{ "0.0.0.0/0,::/0,local", "10.0.0.1\n", false },
		{ "0.0.0.0/0,::/0,local", "\t::1", false },
		{ "0.0.0.0/0,::/0,local", "::1 ", false },
		{ "0.0.0.0/0,::/0,local", "10.0.0", false },
		{ "0.0.0.0/0,::/0,local", "10.0.0.", false },
		{ "0.0.0.0/0,::/0,local", "2001:db8:", false },
		{ "0.0.0.0/0,::/0,local", "10.0.0.01", false },
		{ "0.0.0.0/0,::/0,local", "10.0.0.1,10.0.0.2", false },
		{ "0.0.0.0/0,::/0,local", "10.0.0.1/32", false },
		{ "0.0.0.0/0,::/0,local", "10.0.0.1:22", false },
		{ "0.0.0.0/0,::/0,local", "[::1]", false },
		{ "0.0.0.0/0,::/0,local", "[::1]:22", false },
		{ "10.0.0.0/8,local", "10.0.0.0/8", false },
		/* Damaged: what is no network has no place. */
		{ "", "", false },
		{ "", "10.0.0.1", false },
		{ ",", "", false },
		{ "loca", "", false },
		{ "10.0.0.0/", "10.0.0.0", false },
		{ "10.0.0.0/999", "10.0.0.0", false },
		{ "10.1.2.3/8", "10.1.2.3", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++)
		assert_that(sources_match(table[i].list, table[i].rhost) == table[i].has, "%s '%s'",
			table[i].list, table[i].rhost);
}

/* PAM_RHOST is cut short at 255 bytes. */
static void truncated_rhost_matches_nothing(void **state)
{
	char rhost[256];

	(void)state;
	memset(rhost, 'x', sizeof(rhost));
	rhost[sizeof(rhost) - 1] = '\0';
	assert_false(sources_match("0.0.0.0/0,::/0,local", rhost));
	memcpy(rhost, "fe80::1%", 8);
	assert_false(sources_match("0.0.0.0/0,::/0,local", rhost));
	memset(rhost, ' ', sizeof(rhost) - 1);
	memcpy(rhost, "10.0.0.1", 8);
	assert_false(sources_match("0.0.0.0/0,::/0,local", rhost));
	memset(rhost, '0', sizeof(rhost) - 1);
	memcpy(rhost, "::", 2);
	assert_false(sources_match("0.0.0.0/0,::/0,local", rhost));
}

/* Each prefix against an address that differs in each bit. */
static void prefix_has_the_stated_number_of_bits(void **state)
{
	(void)state;
	for (unsigned int prefix = 0; prefix <= 32; prefix++) {
		char network[SOURCES_NETWORK_MAX], list[SOURCES_NETWORK_MAX];

		(void)snprintf(network, sizeof(network), "0.0.0.0/%u", prefix);
		assert_null(sources_parse(network, list, sizeof(list)));
		for (unsigned int i = 0; i < 32; i++) {
			const unsigned int bits = 0x80000000U >> i;
			char rhost[64];

			(void)snprintf(rhost, sizeof(rhost), "%u.%u.%u.%u", bits >> 24,
				bits >> 16 & 255, bits >> 8 & 255, bits & 255);
			assert_that(
				sources_match(list, rhost) == (i >= prefix), "%s %s", list, rhost);
		}
	}
	for (unsigned int prefix = 16; prefix <= 128; prefix++) {
		char network[SOURCES_NETWORK_MAX], list[SOURCES_NETWORK_MAX];

		(void)snprintf(network, sizeof(network), "2001::/%u", prefix);
		assert_null(sources_parse(network, list, sizeof(list)));
		for (unsigned int i = 16; i < 128; i++) {
			unsigned int groups[8] = { 0x2001 };
			char rhost[64];

			groups[i / 16] |= 0x8000U >> i % 16;
			(void)snprintf(rhost, sizeof(rhost), "%x:%x:%x:%x:%x:%x:%x:%x", groups[0],
				groups[1], groups[2], groups[3], groups[4], groups[5], groups[6],
				groups[7]);
			assert_that(
				sources_match(list, rhost) == (i >= prefix), "%s %s", list, rhost);
		}
	}
}

static void addresses_of_one_place_share_a_network(void **state)
{
	static const struct {
		const char *rhost, *network;
	} table[] = {
		{ "", "local" },
		{ "192.0.2.7", "192.0.2.0/24" },
		{ "192.0.2.255", "192.0.2.0/24" },
		{ "192.0.3.0", "192.0.3.0/24" },
		{ "::ffff:192.0.2.7", "192.0.2.0/24" },
		{ "127.0.0.1", "127.0.0.0/24" },
		{ "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64" },
		{ "2001:db8:1:2:ffff::", "2001:db8:1:2::/64" },
		{ "2001:db8:1:3::", "2001:db8:1:3::/64" },
		{ "1111:2222:3333:4444:5555:6666:7777:8888", "1111:2222:3333:4444::/64" },
		{ "::1", "::/64" },
		{ "fe80::1%eth0", "fe80::/64" },
		{ "host.example", "host.example" },
		{ "localhost", "localhost" },
		{ "192.0.2.7 ", "192.0.2.7 " },
		/* A host cannot pass for a local login, or a network, by its name. */
		{ "local", "local." },
		{ "192.0.2.0/24", "192.0.2.0/24." },
		{ "123456789-123456789-123456789-123456789-123456789-123456789-123.example",
			"123456789-123456789-123456789-123456789-123456789-123456789-123" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		char network[SOURCES_NETWORK_MAX];

		sources_network(table[i].rhost, network);
		assert_string_equal(network, table[i].network);
	}
}

/* As an altered row could have it, had it no MAC: what narrows is decided by what is kept. */
static void list_that_is_not_canonical_is_within_none(void **state)
{
	(void)state;
	assert_true(sources_within("10.0.0.1", "10.0.0.0/8"));
	assert_false(sources_within("", "0.0.0.0/0"));
	assert_false(sources_within("host.example", "host.example"));
	assert_false(sources_within("10.0.0.1", "10.0.0.0/33"));
	assert_false(sources_within("10.0.0.1", ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(list_that_is_not_canonical_is_within_none),
		cmocka_unit_test(sources_have_a_canonical_spelling),
		cmocka_unit_test(bad_list_is_refused_with_a_reason),
		cmocka_unit_test(list_fits_the_buffer_exactly),
		cmocka_unit_test(list_that_grows_beyond_the_limit_is_refused),
		cmocka_unit_test(list_has_the_addresses_of_its_networks),
		cmocka_unit_test(truncated_rhost_matches_nothing),
		cmocka_unit_test(prefix_has_the_stated_number_of_bits),
		cmocka_unit_test(addresses_of_one_place_share_a_network),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
