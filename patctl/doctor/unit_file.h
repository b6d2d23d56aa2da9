/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Unit files of systemd and their settings, read from the disk: systemd itself is not asked. */
#pragma once

#include <stdbool.h>

#include "patctl/base/sysroot.h"

/* below: "", or a folder in those of units, "/sockets.target.wants". */
bool unit_is_in(const struct sysroot *root, const char *below, const char *unit);

bool unit_is_masked(const struct sysroot *root, const char *unit);

/* Which credential of a name a unit loads. */
struct unit_credential {
	bool unit;          /* there is that unit */
	bool plain, sealed; /* by LoadCredential=, LoadCredentialEncrypted= */
	char *emptied;      /* the file that has ended such settings of others; owned, NULL: none */
};

/*
 * Reads the unit and its drop-ins, and those of all services, in the order of systemd.unit(5): the
 * latest setting counts, whichever its name, and an empty one of either ends all before it.
 */
void unit_read_credential(const struct sysroot *root, const char *unit, const char *name,
	struct unit_credential *ret);

void unit_credential_clear(struct unit_credential *credential);
#define cleanup_unit_credential __attribute__((cleanup(unit_credential_clear)))
