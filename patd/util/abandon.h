/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The end of a descriptor whose close may block. */
#pragma once

/*
 * Takes fd over, and closes it in a thread of its own, for which nobody waits.  Without one it
 * stays open.
 */
void abandon_fd(int fd);
