/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Spans of time that the clock skipped. */
#include "patd/rules/jumps.h"

#include <endian.h>
#include <stddef.h>
#include <string.h>

#define DAY_S (UINT64_C(24) * 3600) /* what a clock may be corrected by, or a machine be off */
#define KEPT_EVERY_S UINT64_C(600)  /* a look after less is not worth a write */

#define NUMBERS (JUMPS_BYTES / sizeof(uint64_t))

_Static_assert(sizeof(struct jumps) == (5 + 2 * JUMPS_MAX) * sizeof(uint64_t), "numbers alone");

void jumps_pack(const struct jumps *jumps, uint8_t ret_bytes[static JUMPS_BYTES])
{
	uint64_t numbers[NUMBERS];

	memcpy(numbers, jumps, sizeof(numbers));
	for (size_t i = 0; i < NUMBERS; i++)
		numbers[i] = htole64(numbers[i]);
	memcpy(ret_bytes, numbers, sizeof(numbers));
}

void jumps_unpack(const uint8_t bytes[static JUMPS_BYTES], struct jumps *ret_jumps)
{
	uint64_t numbers[NUMBERS];

	memcpy(numbers, bytes, sizeof(numbers));
	for (size_t i = 0; i < NUMBERS; i++)
		numbers[i] = le64toh(numbers[i]);
	memcpy(ret_jumps, numbers, sizeof(numbers));
}

static unsigned int count(const struct jumps *jumps)
{
	unsigned int n = 0;

	while (n < JUMPS_MAX && jumps->jumps[n].to != 0)
		n++;
	return n;
}

static void forget(struct jumps *jumps, unsigned int which)
{
	memmove(&jumps->jumps[which], &jumps->jumps[which + 1],
		(JUMPS_MAX - 1 - which) * sizeof(jumps->jumps[0]));
	jumps->jumps[JUMPS_MAX - 1] = (struct jump) { 0 };
}

static uint64_t length(const struct jump *jump)
{
	return jump->to - jump->from;
}

static void add(struct jumps *jumps, uint64_t from, uint64_t to)
{
	unsigned int n = count(jumps), shortest = 0;

	for (unsigned int i = 1; i < n; i++)
		if (length(&jumps->jumps[i]) < length(&jumps->jumps[shortest]))
			shortest = i;
	if (n == JUMPS_MAX) {
		forget(jumps, shortest);
		n--;
	}
	jumps->jumps[n] = (struct jump) { from, to };
}

/*
 * The watermark was reset: of what was skipped, that counts which still lies behind it, as it may
 * be ahead of the true time again, or still.  passed: since jumps->at.
 */
static void go_back(struct jumps *jumps, uint64_t now, uint64_t passed)
{
	uint64_t after = jumps->at;

	for (unsigned int n = count(jumps); n > 0 && jumps->jumps[n - 1].to > now; n--) {
		struct jump *jump = &jumps->jumps[n - 1];

		passed += after - jump->to;
		after = jump->from;
		if (now > jump->from && now - jump->from > passed &&
			now - jump->from - passed > DAY_S) {
			jump->to = now - passed;
			break;
		}
		forget(jumps, n - 1);
	}
}

static void compare_from_now(struct jumps *jumps, uint64_t now, uint64_t since_boot)
{
	jumps->at = now;
	jumps->passed = 0;
	jumps->since_boot = since_boot;
}

/*
 * The watermark to compare with stays the same for a day, or until the next boot.  Else a clock
 * that is moved ahead by some hours again and again would not be seen.
 */
bool jumps_look(struct jumps *jumps, uint64_t now, uint64_t since_boot, uint64_t *ret_jumped)
{
	const bool rebooted = since_boot < jumps->since_boot;
	/* After another boot, all since that. */
	const uint64_t since_look = rebooted ? since_boot : since_boot - jumps->since_boot;
	const uint64_t passed = jumps->passed + since_look;

	*ret_jumped = 0;
	if (jumps->at == 0 || now < jumps->at) {
		go_back(jumps, now, passed);
		compare_from_now(jumps, now, since_boot);
	} else if (now - jumps->at > passed && now - jumps->at - passed > DAY_S) {
		*ret_jumped = now - jumps->at - passed;
		add(jumps, jumps->at + passed, now);
		compare_from_now(jumps, now, since_boot);
	} else if (rebooted || passed >= DAY_S) {
		compare_from_now(jumps, now, since_boot);
	} else if (since_look >= KEPT_EVERY_S) {
		jumps->passed = passed;
		jumps->since_boot = since_boot;
	} else {
		return false;
	}
	return true;
}

uint64_t jumps_before(const struct jumps *jumps, uint64_t now, uint64_t seconds)
{
	for (unsigned int i = count(jumps); i > 0; i--) {
		const struct jump *jump = &jumps->jumps[i - 1];

		if (now - jump->to >= seconds)
			break;
		seconds -= now - jump->to;
		now = jump->from;
	}
	return now > seconds ? now - seconds : 0;
}
