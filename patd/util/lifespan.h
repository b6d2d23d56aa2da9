/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a token can be bound to, and which of those of the same name it is: an id that no other
 * boot, session or start of a unit has.  All of it is read from files, which systemd keeps; nothing
 * is asked, and nothing waits.
 *
 * systemd has the invocation id of each unit that is active as a link in /run/systemd/units, from
 * its start until it has stopped or failed: unit_export_invocation_id() and
 * unit_unlink_state_files() in its src/core/unit.c.  A restart, not a reload, makes another.
 */
#pragma once

#include <stdint.h>

#define LIFESPAN_ID_SIZE 33 /* 32 hexadecimal digits and a NUL */

/* Where to look: a test has a folder of its own. */
struct lifespans {
	const char *root; /* before all paths; "": the machine's own */
	/* Whether logind has that session, not yet closing, and whose it is.  0, or -errno. */
	int (*session)(const char *id, uint32_t *ret_uid);
};

/* The machine's. */
extern const struct lifespans lifespans_machine;

/*
 * Each gives the id of what runs now, or a negative errno: there is none, or it cannot be found
 * out, which is the same.  id, name: as until_parse() lets pass.
 */
int lifespan_boot(const struct lifespans *from, char ret_id[static LIFESPAN_ID_SIZE]);
int lifespan_unit(
	const struct lifespans *from, const char *name, char ret_id[static LIFESPAN_ID_SIZE]);
/* A login session, and the uid of its user. */
int lifespan_session(const struct lifespans *from, const char *id,
	char ret_id[static LIFESPAN_ID_SIZE], uint32_t *ret_uid);
