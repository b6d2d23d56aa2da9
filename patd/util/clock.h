/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The time by which tokens expire: seconds since 1970 UTC that never run backwards, so that a
 * clock set back revives nothing.
 */
#pragma once

#include <stdint.h>

struct clock {
	uint64_t (*read)(void *userdata); /* the machine's clock, or a test's */
	void *userdata;
	uint64_t highest; /* the latest time seen, from the database at first */
};

/* The machine's clock; for struct clock's read.  userdata is not used. */
uint64_t clock_read_machine(void *userdata);

/* max(the clock, the highest time seen, 1): in a row 0 stands for "not yet". */
uint64_t clock_now(struct clock *clock);
