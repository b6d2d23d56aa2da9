/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The files by which a machine says what runs, below a folder of the test's: see
 * patd/util/lifespan.h.  Its one login session is c2, of machine_session_uid.
 */
#pragma once

#include <errno.h>

#include "patd/util/lifespan.h"
#include "tests/unit/patd/place.h"

#define MACHINE_ID(digit) /* 32 of them */                                                         \
	digit digit digit digit digit digit digit digit digit digit digit digit digit digit digit  \
		digit digit digit digit digit digit digit digit digit digit digit digit digit      \
			digit digit digit digit

static uint32_t machine_session_uid;
static int machine_session_result; /* of logind: 0, or a negative errno */

static inline int machine_session(const char *id, uint32_t *ret_uid)
{
	if (strcmp(id, "c2") != 0)
		return -ENXIO;
	*ret_uid = machine_session_uid;
	return machine_session_result;
}

static inline void machine_make_folders(struct place *place)
{
	static const char *const folders[] = { "proc", "proc/sys", "proc/sys/kernel",
		"proc/sys/kernel/random", "run", "run/systemd", "run/systemd/units" };

	for (size_t i = 0; i < COUNT(folders); i++)
		assert_true(mkdir(place_path(place, folders[i]), 0755) == 0 || errno == EEXIST);
}

/* As the kernel writes it: with dashes, and a newline. */
static inline void machine_boot(struct place *place, const char *text)
{
	machine_make_folders(place);
	place_write(place, "proc/sys/kernel/random/boot_id", 0444, text, strlen(text));
}

static inline const char *machine_link(struct place *place, const char *unit)
{
	char name[64];

	(void)snprintf(name, sizeof(name), "run/systemd/units/invocation:%s", unit);
	return place_path(place, name);
}

static inline void machine_stop(struct place *place, const char *unit)
{
	assert_int_equal(unlink(machine_link(place, unit)), 0);
}

/* Also anew. */
static inline void machine_start(struct place *place, const char *unit, const char *id)
{
	machine_make_folders(place);
	(void)unlink(machine_link(place, unit));
	assert_int_equal(symlink(id, machine_link(place, unit)), 0);
}
