/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * SQLite's call of open().  When it cannot open a file for writing, it tries to for reading, and
 * reports how that went: of a file that could not be made, "No such file".  And where it can read
 * it, it works with what nothing can be written to, which patd has no use for.
 */
#pragma once

/* From now on SQLite, in all of the process, does not try again.  0, or -EIO: it has no such call.
 */
int open_call_set_up(void);
