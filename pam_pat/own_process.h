/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The process that the module runs in: for the person who decides about its login, and in which a
 * session is opened. */
#pragma once

#include "common/wire.h"

/* 0, or a negative errno: proc(5) does not say what the process is. */
int process_read_own(struct pat_process *ret);

/* Its start time alone, see struct pat_process.  0, or a negative errno. */
int process_start_time(uint64_t *ret);
