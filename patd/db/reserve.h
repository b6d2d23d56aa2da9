/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Room for a revoke on a full disk: a file in the state directory, which is removed then, and
 * made again when there is room.
 */
#pragma once

#include <stdbool.h>

/* Makes the file if it is not there.  Without room for it nothing happens: best effort. */
void reserve_make(int state_fd);

/* Gives it up.  False if there was none. */
bool reserve_spend(int state_fd);
